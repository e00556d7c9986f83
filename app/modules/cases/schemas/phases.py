"""A phase of a help as it is agreed, changed and shown."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Hours, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.agreements import ServiceKind
from app.modules.cases.models import HelpSetting, IntensityUnit, PhaseState
from app.modules.cases.schemas.helps import Intensity

REASON = "Warum sich die Hilfe ändert (keine Namen)"


class PhaseCreate(In):
    """A change of the plan: from a day on the help, or a part of it, takes place elsewhere or otherwise."""

    provider_id: Id = Field(title="Träger")
    service_kind: ServiceKind = Field(title="Hilfeart")
    setting: HelpSetting = Field(title="Form")
    place: Word | None = Field(None, title="Ort (keine Namen, keine Anschrift der Familie)")
    intensity: Intensity = Field(title="Umfang")
    valid_from: Day = Field(title="ab")
    valid_to: Day | None = Field(None, title="letzter Tag (sonst: der letzte der Hilfe)")
    offer_id: Id | None = Field(None, title="Leistungsangebot", examples=[None])
    combined: Flag = Field(False, title="gewollt neben einer anderen Form am selben Tag")
    change_reason: Prose = Field(title=REASON)

    @model_validator(mode="after")
    def _ordered(self) -> "PhaseCreate":
        _in_order(self.valid_from, self.valid_to)
        return self


class PhasePatch(In):
    """Changes of a phase that has not begun (RFC 7396): null removes a place or an offer, the rest stays."""

    setting: HelpSetting | None = Field(None, title="Form")
    place: Word | None = Field(None, title="Ort (keine Namen, keine Anschrift der Familie)")
    intensity: Intensity | None = Field(None, title="Umfang")
    valid_from: Day | None = Field(None, title="ab")
    valid_to: Day | None = Field(None, title="letzter Tag")
    offer_id: Id | None = Field(None, title="Leistungsangebot")
    combined: Flag | None = Field(None, title="gewollt neben einer anderen Form am selben Tag")
    change_reason: Prose | None = Field(None, title=REASON)


class EndPhase(In):
    """The phase ends before the day that was agreed."""

    action: Literal["end"]
    ended_on: Day = Field(title="letzter Tag der Phase")
    change_reason: Prose = Field(title=REASON)


class CancelPhase(In):
    """The phase does not take place."""

    action: Literal["cancel"]
    change_reason: Prose = Field(title=REASON)


PhaseAction = Annotated[EndPhase | CancelPhase, Field(discriminator="action")]


class IntensityOut(Out):
    """How much of a help there is."""

    amount: Hours = Field(title="Umfang")
    unit: IntensityUnit = Field(title="Einheit")


class PhaseOut(Out):
    """A phase of a help."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    state: PhaseState = Field(title="Stand")
    provider_id: Id = Field(title="Träger")
    agreement_id: Id | None = Field(title="Vereinbarung")
    offer_id: Id | None = Field(title="Leistungsangebot")
    service_kind: ServiceKind = Field(title="Hilfeart")
    setting: HelpSetting = Field(title="Form")
    place: str | None = Field(title="Ort", max_length=200)
    intensity: IntensityOut = Field(title="Umfang")
    combined: bool = Field(title="gewollt neben einer anderen Form am selben Tag")
    change_reason: str | None = Field(title=REASON, max_length=10_000)
    valid_from: Day = Field(title="ab")
    valid_to: Day = Field(title="letzter Tag")
    created_at: Instant = Field(title="vereinbart am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class PhaseQuery(PageQuery):
    """Filters of the phases of a help."""

    state: PhaseState | None = None
    provider_id: Id | None = None
    setting: HelpSetting | None = None
    on: Annotated[Day | None, Field(description="phases that cover this day")] = None
    sort: Literal["valid_from", "-valid_from", "created_at", "-created_at"] = "valid_from"


def _in_order(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
