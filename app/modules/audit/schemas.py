"""The log as the API shows it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Id, Instant, Key, Out


class AuditEntryOut(Out):
    """One act: who did what to which thing, when; ids only."""

    id: Id
    at: Instant = Field(title="wann (fachlich)")
    written_at: Instant = Field(title="wann geschrieben")
    actor_id: Id = Field(title="wer (Zugang)")
    actor_organisation_id: Id = Field(title="wer (Organisation)")
    action: str = Field(title="was", max_length=120)
    subject_kind: str = Field(title="Art des Gegenstands", max_length=60)
    subject_id: Id = Field(title="Gegenstand")
    from_state: str = Field(title="von", max_length=60)
    to_state: str = Field(title="nach", max_length=60)
    law: str = Field(title="Rechtsgrundlage", max_length=200)
    details: dict[str, Any] = Field(title="Einzelheiten (Kennungen und Werte)")
    lane: int = Field(title="Kette", ge=1)
    position: int = Field(title="Platz in der Kette", ge=1)


class AuditQuery(PageQuery):
    """Filters of the log."""

    subject_id: Id | None = None
    actor_id: Id | None = None
    action: Key | None = None
    since: Annotated[Instant | None, Field(description="from this instant on")] = None
    until: Annotated[Instant | None, Field(description="before this instant")] = None
    sort: Literal["at", "-at"] = "-at"


class BrokenOut(Out):
    """The first entry of a chain that does not fit."""

    lane: int = Field(title="Kette")
    position: int = Field(title="Platz")
    entry_id: Id | None = Field(title="Eintrag")
    reason: str = Field(title="was nicht stimmt", max_length=200)


class VerificationOut(Out):
    """What a verification of the own chains saw."""

    whole: bool = Field(title="unversehrt")
    entries: int = Field(title="Einträge", ge=0)
    lanes: int = Field(title="Ketten", ge=0)
    broken: list[BrokenOut] = Field(title="Bruchstellen", max_length=10_000)
