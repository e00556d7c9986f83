"""A help on its way to another youth office."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out, Prose
from app.core.workflow import AllowedAction
from app.modules.agreements import ServiceKind
from app.modules.cases.models import HandoverReason, HandoverState, HelpSetting
from app.modules.cases.schemas.phases import IntensityOut


class HandoverCreate(In):
    """Tell another youth office that it has become responsible (§ 86c Abs. 2 SGB VIII)."""

    receiving_office_id: Id = Field(title="nun zuständiges Jugendamt")
    reason: HandoverReason = Field(title="Grund")
    note: Prose | None = Field(None, title="Anmerkung (keine Namen)")
    effective_on: Day = Field(title="zuständig ab", examples=["2026-05-01"])


class AcceptHandover(In):
    """Take the help over: it is opened here, and continues there until it is granted here (§ 86c Abs. 1)."""

    action: Literal["accept"]
    caseworker_id: Id | None = Field(None, title="fallführende Fachkraft (sonst: wer annimmt)")
    takes_over_on: Day | None = Field(
        None, title="setzt die Leistung fort ab (sonst: ab Zuständigkeit, frühestens heute)"
    )


class DeclineHandover(In):
    """This office is not responsible."""

    action: Literal["decline"]
    reason: Prose = Field(title="Warum nicht zuständig (keine Namen)")


class WithdrawHandover(In):
    """The handover is taken back before it was answered."""

    action: Literal["withdraw"]


HandoverAction = Annotated[AcceptHandover | DeclineHandover | WithdrawHandover, Field(discriminator="action")]


class HandedPhase(Out):
    """A phase as it stood when the help was handed over."""

    provider_id: Id = Field(title="Träger")
    service_kind: ServiceKind = Field(title="Hilfeart")
    setting: HelpSetting = Field(title="Form")
    place: str | None = Field(title="Ort", max_length=200)
    intensity: IntensityOut = Field(title="Umfang")
    valid_from: Day = Field(title="ab")
    valid_to: Day = Field(title="letzter Tag")


class HandedHelp(Out):
    """A help as it stood when it was handed over: pseudonymous."""

    pseudonym: str = Field(title="Pseudonym der Familie", max_length=40)
    service_kind: ServiceKind = Field(title="Hilfeart")
    provider_id: Id = Field(title="Träger")
    starts_on: Day = Field(title="Beginn")
    ends_on: Day = Field(title="letzter Tag laut Bewilligung")
    phases: list[HandedPhase] = Field(title="Phasen", max_length=200)


class HandoverOut(Out):
    """A handover, as both youth offices see it."""

    id: Id
    state: HandoverState = Field(title="Stand")
    youth_office_id: Id = Field(title="bisher zuständiges Jugendamt")
    receiving_office_id: Id = Field(title="nun zuständiges Jugendamt")
    help_id: Id = Field(title="Hilfe dort")
    help_number: str = Field(title="Nummer dort", max_length=20)
    new_help_id: Id | None = Field(title="Hilfe hier")
    new_help_number: str | None = Field(title="Nummer hier", max_length=20)
    reason: HandoverReason = Field(title="Grund")
    note: str | None = Field(title="Anmerkung", max_length=10_000)
    effective_on: Day = Field(title="zuständig ab")
    takes_over_on: Day | None = Field(title="setzt die Leistung fort ab")
    decline_reason: str | None = Field(title="Warum nicht zuständig", max_length=10_000)
    handed: HandedHelp = Field(title="was übergeben wird")
    created_at: Instant = Field(title="angezeigt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class HandoverQuery(PageQuery):
    """Filters of handovers."""

    state: HandoverState | None = None
    direction: Literal["incoming", "outgoing"] | None = None
    help_id: Annotated[Id | None, Field(description="of this help, or from which it was made")] = None
    sort: Literal["created_at", "-created_at", "effective_on", "-effective_on"] = "-created_at"
