"""Helps as the API shows and takes them."""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Hours, Id, In, Instant, Out, Prose
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.agreements import ServiceKind
from app.modules.cases.models import EndReason, HelpState

_PSEUDONYM = r"^[A-Za-zÄÖÜäöüß]+([ .-][A-Za-zÄÖÜäöüß0-9]+)*[ -]?[0-9][0-9A-Za-z-]*$"
Pseudonym = Annotated[
    str,
    Field(
        min_length=2,
        max_length=40,
        pattern=_PSEUDONYM,
        title="Pseudonym der Familie",
        description="A label with a number and no name, such as `Familie Q-17`.",
        examples=["Familie Q-17"],
    ),
]


def is_pseudonym(label: str) -> bool:
    """Whether a label can stand for a child or a family: it ends in a number and looks like no name."""
    return 2 <= len(label) <= 40 and re.fullmatch(_PSEUDONYM, label) is not None


class HelpCreate(In):
    """A help that a caseworker asks to be granted."""

    provider_id: Id = Field(title="Träger")
    service_kind: ServiceKind = Field(title="Hilfeart")
    pseudonym: Pseudonym
    caseworker_id: Id | None = Field(None, title="fallführende Fachkraft (sonst: wer anlegt)")
    starts_on: Day = Field(title="Beginn", examples=["2026-02-01"])
    ends_on: Day = Field(title="letzter Tag", examples=["2026-07-31"])
    hours_per_week: Hours = Field(title="Fachleistungsstunden je Woche", gt=0, le=168)

    @model_validator(mode="after")
    def _ordered(self) -> "HelpCreate":
        if self.ends_on < self.starts_on:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return self


class ReleaseHelp(In):
    """Wirtschaftliche Jugendhilfe releases the grant (§ 36a SGB VIII)."""

    action: Literal["release"]


class EndHelp(In):
    """The help ends."""

    action: Literal["end"]
    ended_on: Day = Field(title="letzter Tag der Hilfe")
    reason: EndReason = Field(title="Art der Beendigung")
    note: Prose | None = Field(None, title="Anmerkung")


class WithdrawHelp(In):
    """The request is taken back before it was granted."""

    action: Literal["withdraw"]


HelpAction = Annotated[ReleaseHelp | EndHelp | WithdrawHelp, Field(discriminator="action")]


class GrantOut(Out):
    """Hours granted for a period."""

    id: Id
    hours_per_week: Hours = Field(title="Fachleistungsstunden je Woche")
    valid_from: Day = Field(title="ab")
    valid_to: Day = Field(title="bis einschließlich")
    released_at: Instant | None = Field(title="freigegeben am")


class HelpOut(Out):
    """A help and its grants."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    state: HelpState = Field(title="Stand")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    agreement_id: Id = Field(title="Vereinbarung")
    service_kind: ServiceKind = Field(title="Hilfeart")
    pseudonym: str = Field(title="Pseudonym der Familie", max_length=40)
    caseworker_id: Id = Field(title="fallführende Fachkraft")
    starts_on: Day = Field(title="Beginn")
    ends_on: Day = Field(title="letzter Tag laut Bewilligung")
    ended_on: Day | None = Field(title="tatsächlich beendet am")
    end_reason: EndReason | None = Field(title="Art der Beendigung")
    grants: list[GrantOut] = Field(title="Bewilligungen", max_length=200)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class HelpQuery(PageQuery):
    """Filters of helps."""

    state: HelpState | None = None
    provider_id: Id | None = None
    caseworker_id: Id | None = None
    service_kind: ServiceKind | None = None
    on: Annotated[Day | None, Field(description="helps that cover this day")] = None
    sort: Literal["number", "-number", "starts_on", "-starts_on", "created_at", "-created_at"] = "-created_at"
