"""The parts of billing terms: what is agreed on one activity, one kind of help, one model of billing."""

from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from app.core.types import WHOLE, Cents, Count, Flag, Hours, In, Minutes, Percent, Word
from app.core.validation import FieldValueError
from app.law.calendars import LANDS
from app.modules.agreements.terms.codes import (
    CarryOver,
    DaysPerMonth,
    Employment,
    Overrun,
    PackageRule,
    SettlementPeriod,
)


def at_most(limit: int) -> AfterValidator:
    """Refuse more than a limit, in both languages."""

    def check(value: int) -> int:
        if value > limit:
            raise FieldValueError(f"Der Wert darf höchstens {limit} sein.", f"The value must be at most {limit}.")
        return value

    return AfterValidator(check)


def whole_number(least: int, most: int) -> WithJsonSchema:
    """The schema of a whole number with limits."""
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": most})


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    try:
        hour, minute = (int(part) for part in str(value).split(":"))
        return time(hour, minute)
    except (TypeError, ValueError):
        raise FieldValueError("Erwartet wird eine Uhrzeit wie 14:30.", "A time such as 14:30 is expected.") from None


def _of_a_land(value: str) -> str:
    if value not in LANDS:
        raise FieldValueError("Dieses Land gibt es nicht.", "There is no such Land.")
    return value


UnitMinutes = Annotated[Minutes, at_most(120), whole_number(1, 120)]
DaysOfYear = Annotated[Count, at_most(365), whole_number(0, 365)]
PerMonth = Annotated[Count, at_most(31), whole_number(0, 31)]
Months = Annotated[int, Field(ge=1, le=48), WHOLE]
Surcharge = Annotated[Count, at_most(200), whole_number(0, 200)]
Clock = Annotated[
    time,
    BeforeValidator(_clock),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "maxLength": 5, "examples": ["14:30"]}),
]
"""A time of the day in Berlin."""
Land = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_of_a_land)]
Weekday = Annotated[int, Field(ge=1, le=7), WHOLE]
FROZEN = ConfigDict(frozen=True)


class ActivityTerms(In):
    """Whether one kind of activity is billable, and which share of its minutes counts.

    Of travel, for example: at half its minutes (`percent`), as fifteen minutes a visit (`flat_minutes`), at a rate of
    its own, or capped for the visit and the month. A flat number of minutes stands for a record however long it was.
    """

    model_config = FROZEN

    billable: Flag = Field(title="Abrechenbar")
    percent: Percent = Field(100, title="Anteil der Minuten, der zählt (Prozent)")
    flat_minutes: Minutes | None = Field(None, title="Pauschal je Eintrag (Minuten); leer: die erfassten")
    max_minutes: Minutes | None = Field(None, title="Höchstens je Eintrag (Minuten); leer: ohne Grenze")
    max_minutes_per_month: Count | None = Field(None, title="Höchstens je Hilfe und Monat (Minuten); leer: ohne Grenze")
    rate_cents: Cents | None = Field(None, title="Eigener Entgeltsatz je Einheit (Cent); leer: der allgemeine")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.billable and not self.percent:
            raise FieldValueError(
                "Was zu 0 Prozent zählt, ist nicht abrechenbar: bitte billable auf false setzen.",
                "What counts with 0 percent is not billable: please set billable to false.",
            )
        return self


class ServiceKindTerms(In):
    """One kind of help under this agreement, with its own rate where the parties agreed one."""

    model_config = FROZEN

    rate_cents: Cents | None = Field(None, title="Eigener Entgeltsatz je Einheit (Cent); leer: der allgemeine")


class StaffRate(In):
    """The rate for professionals of a qualification, an employment, or both.

    Source: Landkreis Coburg 2017 (rates by qualification, lower ones for freelancers); Berlin's auditors.
    """

    model_config = FROZEN

    qualification: Word | None = Field(None, title="Qualifikation; leer: jede", examples=["Sozialpädagogik"])
    employment: Employment | None = Field(None, title="Beschäftigung; leer: jede")
    rate_cents: Cents = Field(title="Entgeltsatz je Einheit (Cent)")


class TimeWindow(In):
    """Hours of one day of the week, in Berlin."""

    model_config = FROZEN

    weekday: Weekday = Field(title="Wochentag (1 ist Montag)")
    starts: Clock = Field(title="von")
    ends: Clock = Field(title="bis")

    @field_validator("ends")
    @classmethod
    def _after_start(cls, value: time, info: ValidationInfo) -> time:
        if "starts" in info.data and value <= info.data["starts"]:
            raise FieldValueError("Das Ende liegt nicht nach dem Beginn.", "The end is not after the start.")
        return value


class TimeSurcharges(In):
    """Surcharges on the price for minutes at night, on Saturdays, Sundays and holidays.

    Assumption, where agreements are silent: surcharges are not added up, the highest counts; missed appointments,
    days and flat amounts have none.
    """

    model_config = FROZEN

    night_percent: Surcharge = Field(0, title="Nachtarbeit (Prozent)")
    night_starts: Clock = Field(default_factory=lambda: time(22), title="Nacht ab; leer: 22 Uhr", examples=["22:00"])
    night_ends: Clock = Field(default_factory=lambda: time(6), title="Nacht bis; leer: 6 Uhr", examples=["06:00"])
    saturday_percent: Surcharge = Field(0, title="Samstage (Prozent)")
    sunday_percent: Surcharge = Field(0, title="Sonntage (Prozent)")
    holiday_percent: Surcharge = Field(0, title="Gesetzliche Feiertage des Landes (Prozent)")


class PackageTerms(In):
    """What a monthly package costs in the months in which a help begins or ends.

    Assumption: entry up to the key day pays the whole month, exit up to it nothing (the source shows only an exit on
    the 21st, paid, and an entry on the 25th, unpaid, with the 20th as key day).
    """

    model_config = FROZEN

    rule: PackageRule = Field(PackageRule.PRORATED, title="Angefangene Monate")
    cutoff_day: Annotated[int, Field(ge=1, le=28), WHOLE] = Field(20, title="Stichtag im Monat, nur bei cutoff")


class CaseGroup(In):
    """A group of cases with one monthly amount.

    Assumption: the granted hours per week say to which group a help belongs; it is the highest whose hours it has.
    """

    model_config = FROZEN

    title: Word = Field(title="Fallgruppe", examples=["Fallgruppe 1"])
    from_hours_per_week: Hours = Field(Decimal("0.00"), title="ab bewilligten Stunden je Woche", examples=["0.00"])
    monthly_cents: Cents = Field(title="Monatsbetrag (Cent)", examples=[124395])


class CaseGroupTerms(In):
    """Amounts by case group: the whole month, or its daily value for each day of a month that was begun.

    Source: Bremen, SPFH 2021 (1,243.95 a month or 40.92 a day, 1,984.18 or 65.27).
    """

    model_config = FROZEN

    groups: list[CaseGroup] = Field(title="Fallgruppen", min_length=1, max_length=20)
    days_per_month: DaysPerMonth = Field(DaysPerMonth.THIRTY_POINT_FOUR, title="Tageswert: Monatsbetrag geteilt durch")


class DayTerms(In):
    """Which part of the day rate the first and the last day cost, and how long a place is kept free.

    The share for a day of absence is that of the activity `standby_absence`. Assumptions, where an agreement is
    silent: first and last day are paid in full, each calendar day once; absence is not paid unless agreed.
    """

    model_config = FROZEN

    first_day_percent: Percent = Field(100, title="Aufnahmetag (Prozent)")
    last_day_percent: Percent = Field(100, title="Entlassungstag (Prozent)")
    absence_max_days: DaysOfYear | None = Field(
        None, title="Freihaltung: höchstens so viele Tage nacheinander; leer: ohne Grenze"
    )


class BudgetTerms(In):
    """A budget for a social space, paid in instalments whatever the single case takes.

    Source: contracts of Hannover and Hamburg-Mitte.
    """

    model_config = FROZEN

    annual_cents: Cents = Field(title="Jahresbetrag (Cent)")
    instalments: Annotated[int, Field(ge=1, le=12), WHOLE] = Field(12, title="Raten im Jahr")


class ContingentTerms(In):
    """How granted hours may be used, and what becomes of the others.

    Source: settings of billing programs (weboffice, More-JU); Hamburg averages over the whole approval period.
    """

    model_config = FROZEN

    settlement: SettlementPeriod = Field(SettlementPeriod.MONTH, title="Ausgleichszeitraum")
    carry_over: CarryOver = Field(CarryOver.NONE, title="Nicht genutzte Stunden")
    carry_over_cap_percent: Percent | None = Field(
        None, title="Übertrag höchstens (Prozent des Kontingents), nur bei capped", validate_default=True
    )
    overrun: Overrun = Field(Overrun.BLOCK, title="Stunden über die Bewilligung hinaus")

    @field_validator("carry_over_cap_percent")
    @classmethod
    def _belongs_to_capped(cls, value: int | None, info: ValidationInfo) -> int | None:
        chosen = info.data.get("carry_over")
        if chosen is not None and (chosen is CarryOver.CAPPED) != (value is not None):
            raise FieldValueError(
                "Diese Angabe gehört zum begrenzten Übertrag (capped), und nur zu ihm.",
                "This entry belongs to the capped carry-over, and to it alone.",
            )
        return value
