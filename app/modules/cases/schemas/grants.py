"""What is granted for a phase, as it is prepared, released and shown."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Hours, Id, In, Instant, Out
from app.core.workflow import AllowedAction
from app.modules.cases.models import GrantState, IntensityUnit


class GrantCreate(In):
    """A change of what is granted for a phase, from a day on."""

    phase_id: Id = Field(title="Phase")
    amount: Hours = Field(title="Umfang, in der Einheit der Phase", gt=0, le=168)
    valid_from: Day = Field(title="ab")
    valid_to: Day | None = Field(None, title="bis einschließlich (sonst: bis zum Ende der Phase)")


class ReleaseGrant(In):
    """Wirtschaftliche Jugendhilfe releases the grant (§ 36a SGB VIII); what it replaces gives way."""

    action: Literal["release"]


class WithdrawGrant(In):
    """What was prepared is taken back before it was released."""

    action: Literal["withdraw"]


GrantAction = Annotated[ReleaseGrant | WithdrawGrant, Field(discriminator="action")]


class GrantOut(Out):
    """What is granted for a period."""

    id: Id
    phase_id: Id = Field(title="Phase")
    provider_id: Id = Field(title="Träger")
    state: GrantState = Field(title="Stand")
    amount: Hours = Field(title="Umfang")
    unit: IntensityUnit = Field(title="Einheit")
    hours_per_week: Hours = Field(title="Fachleistungsstunden je Woche (0.00: bewilligt sind Tage oder Nächte)")
    valid_from: Day = Field(title="ab")
    valid_to: Day = Field(title="bis einschließlich")
    released_at: Instant | None = Field(title="freigegeben am")


class GrantDetail(GrantOut):
    """A grant with its place and the steps the caller may take."""

    help_id: Id = Field(title="Hilfe")
    prepared_at: Instant = Field(title="vorbereitet am")
    source_system: str | None = Field(title="eingelesen aus", max_length=100)
    external_id: str | None = Field(title="Kennung dort", max_length=100)
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class GrantQuery(PageQuery):
    """Filters of grants."""

    phase_id: Id | None = None
    state: GrantState | None = None
    sort: Literal["valid_from", "-valid_from", "prepared_at", "-prepared_at"] = "valid_from"
