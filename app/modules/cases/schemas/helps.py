"""A help as it is asked for, moved and shown."""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Hours, Id, In, Instant, Key, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.agreements import ServiceKind
from app.modules.cases.models import EndReason, HelpSetting, HelpState, IntensityUnit
from app.modules.cases.schemas.grants import GrantOut

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


class Intensity(In):
    """How much of a help there is."""

    amount: Hours = Field(title="Umfang", gt=0, le=168)
    unit: IntensityUnit = Field(title="Einheit")

    @model_validator(mode="after")
    def _in_a_week(self) -> "Intensity":
        if self.unit is not IntensityUnit.HOURS_PER_WEEK and self.amount > 7:
            raise FieldValueError("Eine Woche hat sieben Tage.", "A week has seven days.")
        return self


class HelpCreate(In):
    """A help that a caseworker asks to be granted; with it its first phase."""

    provider_id: Id = Field(title="Träger")
    service_kind: ServiceKind = Field(title="Hilfeart")
    pseudonym: Pseudonym
    caseworker_id: Id | None = Field(None, title="fallführende Fachkraft (sonst: wer anlegt)")
    starts_on: Day = Field(title="Beginn", examples=["2026-02-01"])
    ends_on: Day = Field(title="letzter Tag", examples=["2026-07-31"])
    hours_per_week: Hours | None = Field(
        None,
        title="Fachleistungsstunden je Woche (oder: Umfang mit Einheit)",
        gt=0,
        le=168,
        examples=["6.50"],
    )
    intensity: Intensity | None = Field(None, title="Umfang mit Einheit", examples=[None])
    setting: HelpSetting | None = Field(None, title="Form (sonst: die übliche der Hilfeart)")
    place: Word | None = Field(None, title="Ort (keine Namen, keine Anschrift der Familie)")
    offer_id: Id | None = Field(None, title="Leistungsangebot", examples=[None])

    @model_validator(mode="after")
    def _ordered(self) -> "HelpCreate":
        if self.ends_on < self.starts_on:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return self


class AssignHelp(In):
    """Another caseworker leads the case from now on."""

    action: Literal["assign"]
    caseworker_id: Id = Field(title="fallführende Fachkraft")


class ReleaseHelp(In):
    """Wirtschaftliche Jugendhilfe releases what is granted (§ 36a SGB VIII)."""

    action: Literal["release"]


class EndHelp(In):
    """The help ends, and with it its phases."""

    action: Literal["end"]
    ended_on: Day = Field(title="letzter Tag der Hilfe")
    reason: EndReason = Field(title="Art der Beendigung")
    note: Prose | None = Field(None, title="Anmerkung")


class ExtendHelp(In):
    """The help lasts longer; what runs until its end runs on, once the additional time is granted."""

    action: Literal["extend"]
    ends_on: Day = Field(title="neuer letzter Tag")
    note: Prose | None = Field(None, title="Anmerkung")


class WithdrawHelp(In):
    """The request is taken back before it was granted."""

    action: Literal["withdraw"]


HelpAction = Annotated[AssignHelp | ReleaseHelp | EndHelp | ExtendHelp | WithdrawHelp, Field(discriminator="action")]


class HelpOut(Out):
    """A help and what is granted for it; to a provider whose part is over, as it was when it left."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    state: HelpState = Field(title="Stand")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger, bei dem die Hilfe beantragt wurde")
    agreement_id: Id | None = Field(title="Vereinbarung (fehlt, bis es nach einer Übergabe eine gibt)")
    service_kind: ServiceKind = Field(title="Hilfeart")
    pseudonym: str = Field(title="Pseudonym der Familie", max_length=40)
    caseworker_id: Id = Field(title="fallführende Fachkraft")
    starts_on: Day = Field(title="Beginn")
    ends_on: Day = Field(title="letzter Tag laut Bewilligung")
    ended_on: Day | None = Field(title="tatsächlich beendet am")
    end_reason: EndReason | None = Field(title="Art der Beendigung")
    handed_over_from: Id | None = Field(title="übernommen von (Hilfe des früheren Jugendamts)")
    source_system: str | None = Field(title="eingelesen aus", max_length=100)
    external_id: str | None = Field(title="Kennung dort", max_length=100)
    grants: list[GrantOut] = Field(title="Bewilligungen", max_length=200)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class HelpQuery(PageQuery):
    """Filters of helps."""

    number: Annotated[Key | None, Field(description="the help with this number, such as `HI-2026-0007`")] = None
    pseudonym: Annotated[
        Word | None, Field(description="pseudonyms that begin so, in upper or lower case, such as `familie q`")
    ] = None
    state: HelpState | None = None
    provider_id: Annotated[Id | None, Field(description="helps in which this provider takes part, now or before")] = (
        None
    )
    caseworker_id: Id | None = None
    service_kind: ServiceKind | None = None
    on: Annotated[Day | None, Field(description="helps that cover this day; for a provider: its part does")] = None
    source_system: Annotated[Key | None, Field(description="helps imported from this system")] = None
    external_id: Annotated[Key | None, Field(description="the help with this id there")] = None
    sort: Literal["number", "-number", "starts_on", "-starts_on", "created_at", "-created_at"] = "-created_at"
