"""Budgets as the API takes and shows them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import MAX_CENTS, WHOLE, Cents, Count, Id, In, Instant, Out
from app.law.service_kinds import ServiceKind

DEFAULT_PERCENTS = (90, 100)
"""At these shares an office is told of a budget unless it says otherwise."""
Share = Annotated[int, Field(ge=1, le=200), WHOLE]
Year = Annotated[int, Field(ge=2000, le=2100), WHOLE]
Planned = Annotated[int, Field(ge=1, le=MAX_CENTS), WHOLE]
Shares = Annotated[list[Share], Field(min_length=1, max_length=10)]


class BudgetPlan(In):
    """What is planned, and at which shares of it the office wants it told."""

    planned_cents: Planned = Field(title="geplant (Cent)")
    percents: Shares = Field(title="Schwellen (Prozent des Plans)", default=list(DEFAULT_PERCENTS))


class BudgetCreate(BudgetPlan):
    """A new budget."""

    region_id: Id | None = Field(None, title="Region (leer: das ganze Jugendamt)")
    service_kind: ServiceKind = Field(title="Hilfeart")
    year: Year = Field(title="Jahr")


class BudgetOut(Out):
    """A budget, and what became of it until now."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    region_id: Id | None = Field(title="Region (leer: das ganze Jugendamt)")
    service_kind: ServiceKind = Field(title="Hilfeart")
    year: int = Field(title="Jahr", ge=2000, le=2100)
    planned_cents: Cents = Field(title="geplant (Cent)")
    committed_cents: Cents = Field(title="gebunden durch freigegebene Bewilligungen (Cent)")
    billed_cents: Cents = Field(title="abgerechnet (Cent)")
    paid_cents: Cents = Field(title="bezahlt (Cent)")
    forecast_cents: Cents = Field(title="voraussichtlich am Jahresende (Cent)")
    percent_committed: int = Field(title="gebunden (Prozent des Plans)", ge=0)
    percent_forecast: int = Field(title="voraussichtlich (Prozent des Plans)", ge=0)
    unpriced_grants: Count = Field(
        title="Bewilligungen, für deren Tage kein Stundensatz vereinbart ist (nicht gebunden)"
    )
    percents: list[int] = Field(title="Schwellen (Prozent des Plans)", max_length=10)
    set_by: Id = Field(title="festgelegt von")
    set_at: Instant = Field(title="festgelegt am")
    version: int = Field(title="Fassung", ge=1)


class BudgetQuery(PageQuery):
    """Filters of budgets."""

    year: Annotated[int | None, Field(ge=2000, le=2100)] = None
    service_kind: ServiceKind | None = None
    region_id: Id | None = None
    has_region: Annotated[bool | None, Field(description="of one region, or of the whole office")] = None
    percent_from: Annotated[
        int | None, Field(ge=1, le=200, description="budgets of which this share or more was told to be reached")
    ] = None
    sort: Literal["year", "-year", "service_kind", "-service_kind", "planned_cents", "-planned_cents"] = "-year"


class BudgetAlertOut(Out):
    """That a share of a budget was reached, as it stood then."""

    id: Id
    budget_id: Id = Field(title="Budget")
    service_kind: ServiceKind = Field(title="Hilfeart")
    year: int = Field(title="Jahr", ge=2000, le=2100)
    percent: int = Field(title="Schwelle (Prozent)", ge=1, le=200)
    planned_cents: Cents = Field(title="geplant (Cent)")
    committed_cents: Cents = Field(title="gebunden (Cent)")
    forecast_cents: Cents = Field(title="voraussichtlich am Jahresende (Cent)")
    raised_at: Instant = Field(title="gemeldet am")
    seen_by: Id | None = Field(title="zur Kenntnis genommen von")
    seen_at: Instant | None = Field(title="zur Kenntnis genommen am")


class BudgetAlertQuery(PageQuery):
    """Filters of alerts."""

    budget_id: Id | None = None
    percent: Annotated[int | None, Field(ge=1, le=200)] = None
    seen: bool | None = None
    sort: Literal["raised_at", "-raised_at"] = "-raised_at"
