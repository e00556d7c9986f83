"""Quality handbooks as the API shows and takes them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import WHOLE, Day, Flag, Id, In, Instant, Key, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.handbooks.content import (
    Chapters,
    Expectations,
    HandbookContent,
    HandoverPoints,
    KeyProcesses,
    MinimumStandards,
    Slugs,
)
from app.modules.handbooks.models import HandbookCommentVerdict, HandbookState
from app.modules.standards import QualityArea, QualityDimension

Number = Annotated[int, Field(ge=1, le=100_000, examples=[1]), WHOLE]
Invited = Annotated[list[Id], Field(title="eingeladene Träger", max_length=200)]
Actions = Annotated[list[AllowedAction], Field(title="mögliche Schritte", max_length=20)]


class HandbookCreate(In):
    """A handbook of the own youth office; its first version follows."""

    code: Key = Field(title="Kennung", examples=["fachstandard-plus"])
    title: Word = Field(title="Titel", examples=["Qualitätshandbuch Jugendhilfedienste"])
    is_shared: Flag = Field(True, title="für Träger lesbar, sobald es in die Beteiligung geht oder freigegeben ist")


class HandbookPatch(In):
    """What can change of a handbook itself."""

    title: Word | None = Field(None, title="Titel")
    is_shared: Flag | None = Field(None, title="für Träger lesbar")


class HandbookOut(Out):
    """A handbook."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    code: str = Field(title="Kennung", max_length=100)
    title: str = Field(title="Titel", max_length=200)
    is_shared: bool = Field(title="für Träger lesbar")
    released_number: int | None = Field(title="neueste freigegebene Fassung", ge=1)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung des Eintrags", ge=1)


class HandbookQuery(PageQuery):
    """Filters of handbooks."""

    youth_office_id: Id | None = None
    code: Annotated[str | None, Field(max_length=100)] = None
    sort: Literal["code", "-code", "title", "-title", "created_at", "-created_at"] = "code"


class HandbookVersionPatch(In):
    """Changes of a draft (merge patch, RFC 7396): each part that is named replaces the whole part, null empties it."""

    change_note: Prose | None = Field(None, title="was sich ändert und warum")
    chapters: Chapters | None = Field(None, title="Kapitel")
    key_processes: KeyProcesses | None = Field(None, title="Schlüsselprozesse")
    handover_points: HandoverPoints | None = Field(None, title="Schnittstellen")
    expectations: Expectations | None = Field(None, title="gegenseitige Erwartungen")
    minimum_standards: MinimumStandards | None = Field(None, title="Mindeststandards")


class HandbookVersionCreate(HandbookVersionPatch):
    """A new draft: a copy of the last released version, with the parts named here in place of its own."""


class OpenHandbookConsultation(In):
    """The draft is laid before those who work by it; the text rests until they have spoken."""

    action: Literal["open_consultation"]
    comments_until: Day = Field(title="Anmerkungen bis einschließlich")
    invited_ids: Invited = Field(default_factory=list)


class CloseHandbookConsultation(In):
    """Back to the drafting table before the last day has come."""

    action: Literal["close_consultation"]


class ReleaseHandbookVersion(In):
    """The text is fixed; districts may work by it and agreements may adopt it."""

    action: Literal["release"]


class WithdrawHandbookVersion(In):
    """Nobody shall work by this version (any more)."""

    action: Literal["withdraw"]
    reason: Prose = Field(title="Begründung", examples=["Die Neufassung wird mit der AG § 78 neu begonnen."])


VersionAction = Annotated[
    OpenHandbookConsultation | CloseHandbookConsultation | ReleaseHandbookVersion | WithdrawHandbookVersion,
    Field(discriminator="action"),
]


class HandbookVersionSummary(Out):
    """A version in a list; agreements adopt it by its `version_id`."""

    version_id: Id = Field(title="Kennung der Fassung")
    handbook_id: Id = Field(title="Handbuch")
    number: int = Field(title="Nummer der Fassung", ge=1)
    state: HandbookState = Field(title="Stand")
    content_hash: str = Field(title="SHA-256 des Textes (RFC 8785)", max_length=64)
    change_note: str | None = Field(title="was sich ändert und warum", max_length=10_000)
    comments_until: Day | None = Field(title="letzter Tag der Beteiligung")
    invited_ids: Invited
    released_at: Instant | None = Field(title="freigegeben am")
    released_by: Id | None = Field(title="freigegeben von (Zugang)")
    withdrawal_reason: str | None = Field(title="warum zurückgezogen", max_length=10_000)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung des Eintrags", ge=1)
    allowed_actions: Actions


class HandbookVersionOut(HandbookVersionSummary):
    """A version with its whole text."""

    content: HandbookContent = Field(title="Text")


class HandbookMinimumStandardOut(Out):
    """A minimum standard in full, with what it was derived from."""

    standard_id: Id = Field(title="Standard")
    code: str = Field(title="Kennung", max_length=100)
    title: str = Field(title="Titel", max_length=200)
    dimension: QualityDimension = Field(title="Qualitätsdimension")
    quality_area: QualityArea | None = Field(title="Qualitätsbereich")
    text: str = Field(title="Wortlaut", max_length=10_000)
    criteria: list[Word] = Field(title="beobachtbare Kriterien", max_length=50)
    threshold: str | None = Field(title="Schwelle", max_length=200)
    indicator: str | None = Field(title="Woran man es sieht", max_length=200)
    target: str | None = Field(title="Zielwert", max_length=200)
    evidence: str | None = Field(title="Nachweis", max_length=200)
    process_keys: Slugs = Field(title="abgeleitet aus Schlüsselprozessen")
    expectation_keys: Slugs = Field(title="abgeleitet aus Erwartungen")


class HandbookChangeOut(Out):
    """One difference between two versions."""

    kind: Literal["added", "removed", "changed"] = Field(title="Art der Änderung")
    pointer: str = Field(title="Stelle (JSON Pointer; Entferntes: in der älteren Fassung)", max_length=300)
    before: Any = Field(title="vorher")
    after: Any = Field(title="nachher")


class HandbookChangesOut(Out):
    """What differs between two versions."""

    number: int = Field(title="Fassung", ge=1)
    against: int | None = Field(title="verglichen mit Fassung (leer: die erste, alles ist neu)")
    changes: list[HandbookChangeOut] = Field(title="Änderungen", max_length=10_000)


class HandbookCommentCreate(In):
    """What somebody has to say on a text in consultation."""

    pointer: Annotated[str, Field(max_length=300, pattern=r"^(/[a-z0-9_]+)+$")] | None = Field(
        None, title="zu welcher Stelle (JSON Pointer; leer: zum Ganzen)", examples=["/expectations/0"]
    )
    text: Prose = Field(title="Anmerkung", examples=["Fünf Arbeitstage sind in den Ferien nicht zu halten."])


class HandbookCommentAnswer(In):
    """What the youth office makes of a comment; said once."""

    verdict: HandbookCommentVerdict = Field(title="Ergebnis")
    answer: Prose = Field(title="Antwort", examples=["In den Schulferien gelten zehn Arbeitstage."])


class HandbookCommentOut(Out):
    """A comment with its answer."""

    id: Id
    organisation_id: Id = Field(title="von welcher Organisation")
    account_id: Id = Field(title="von wem (Zugang)")
    content_hash: str = Field(title="SHA-256 des Textes, um den es geht", max_length=64)
    pointer: str | None = Field(title="Stelle (JSON Pointer; leer: zum Ganzen)", max_length=300)
    text: str = Field(title="Anmerkung", max_length=10_000)
    created_at: Instant = Field(title="Angelegt am")
    verdict: HandbookCommentVerdict | None = Field(title="Ergebnis")
    answer: str | None = Field(title="Antwort des Jugendamts", max_length=10_000)
    answered_at: Instant | None = Field(title="beantwortet am")
    version: int = Field(title="Fassung des Eintrags", ge=1)


class HandbookCommentQuery(PageQuery):
    """Filters of comments."""

    organisation_id: Id | None = None
    is_answered: bool | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"


def day_or_none(value: str | None) -> date | None:
    """A day as it stands in the data of a step."""
    return None if value is None else date.fromisoformat(value)
