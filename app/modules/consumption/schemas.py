"""Consumption as the API shows it, and thresholds as it takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import WHOLE, CodeList, Day, Hours, Id, In, Instant, Out

Share = Annotated[int, Field(ge=1, le=200), WHOLE]


class Per(CodeList):
    """By what a grant is looked at."""

    WEEK = "week", "Woche"
    MONTH = "month", "Monat"
    PERIOD = "period", "ganzer Zeitraum"


class HoursOut(Out):
    """Hours of some days."""

    hours_approved: Hours = Field(title="bewilligt (Stunden)")
    hours_recorded: Hours = Field(title="erfasst (Stunden)")
    hours_billed: Hours = Field(title="abgerechnet (Fachleistungsstunden)")
    hours_used: Hours = Field(title="verbraucht: abgerechnet, sonst wie erfasst (Stunden)")
    hours_left: Hours = Field(title="übrig (Stunden)")
    hours_over: Hours = Field(title="über die Bewilligung hinaus (Stunden)")


class SpanOut(HoursOut):
    """A week, a month, or the whole period of a grant."""

    first_day: Day = Field(title="von")
    last_day: Day = Field(title="bis")


class ForecastOut(Out):
    """How the grant ends if it is used on as on average so far."""

    hours_per_week: Hours = Field(title="bisher im Schnitt (Stunden je Woche)")
    hours_at_end: Hours = Field(title="am Ende verbraucht (Stunden)")
    used_up_on: Day | None = Field(title="verbraucht am (fehlt, wenn die Bewilligung reicht)")
    is_overrun: bool = Field(title="wird überschritten")


class ConsumptionOut(HoursOut):
    """What of a grant is used until now."""

    grant_id: Id = Field(title="Bewilligung")
    help_id: Id = Field(title="Hilfe")
    number: str = Field(title="Nummer der Hilfe", max_length=20)
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    caseworker_id: Id = Field(title="fallführende Fachkraft")
    valid_from: Day = Field(title="bewilligt von")
    valid_to: Day = Field(title="bewilligt bis")
    hours_per_week: Hours = Field(title="bewilligt (Stunden je Woche)")
    percent_used: int = Field(title="verbraucht (Prozent)", ge=0)
    forecast: ForecastOut | None = Field(title="Vorausschau (fehlt, solange nichts verbraucht ist)")


class ConsumptionDetail(ConsumptionOut):
    """The same, week by week or month by month."""

    per: Per = Field(title="Zeiteinheit")
    spans: list[SpanOut] = Field(title="Verlauf", max_length=2000)


class ConsumptionQuery(PageQuery):
    """Filters of grants and their consumption."""

    help_id: Id | None = None
    provider_id: Id | None = None
    caseworker_id: Id | None = None
    on: Annotated[Day | None, Field(description="grants that cover this day")] = None
    percent_from: Annotated[
        int | None, Field(ge=1, le=200, description="grants of which this share or more was told to be used")
    ] = None
    is_overrun: Annotated[bool | None, Field(description="grants that will not last if they are used on as so far")] = (
        None
    )
    sort: Literal["valid_to", "-valid_to", "valid_from", "-valid_from"] = "valid_to"


class SpanQuery(In):
    """By what a grant is looked at."""

    per: Per = Per.MONTH


class AlertOut(Out):
    """That a share of a grant is used."""

    id: Id
    number: str = Field(title="Nummer der Hilfe", max_length=20)
    help_id: Id = Field(title="Hilfe")
    grant_id: Id = Field(title="Bewilligung")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    percent: int = Field(title="Schwelle (Prozent)", ge=1, le=200)
    hours_approved: Hours = Field(title="bewilligt (Stunden)")
    hours_used: Hours = Field(title="verbraucht, als es gemeldet wurde (Stunden)")
    raised_at: Instant = Field(title="gemeldet am")
    seen_by: Id | None = Field(title="zur Kenntnis genommen von (eigene Seite)")
    seen_at: Instant | None = Field(title="zur Kenntnis genommen am (eigene Seite)")


class AlertQuery(PageQuery):
    """Filters of alerts."""

    help_id: Id | None = None
    grant_id: Id | None = None
    percent: Annotated[int | None, Field(ge=1, le=200)] = None
    seen: Annotated[bool | None, Field(description="whether somebody of the own side has looked at it")] = None
    sort: Literal["raised_at", "-raised_at"] = "-raised_at"


class ThresholdsCreate(In):
    """From now on it is told at these shares."""

    percents: list[Share] = Field(title="Schwellen (Prozent der Bewilligung)", min_length=1, max_length=10)


class ThresholdsOut(Out):
    """At which shares a youth office wants it told."""

    id: Id
    percents: list[int] = Field(title="Schwellen (Prozent der Bewilligung)", max_length=10)
    set_by: Id = Field(title="festgelegt von")
    set_at: Instant = Field(title="festgelegt am")


class ThresholdQuery(PageQuery):
    """What was set, the newest first."""

    sort: Literal["-set_at", "set_at"] = "-set_at"
