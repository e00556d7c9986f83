"""What an agreement says about billing Fachleistungsstunden: every rule is a term of the contract, none is a constant.

Law: SGB VIII § 77 Abs. 1 (ambulant), §§ 78b, 78c ((teil-)stationär): content, size and price are negotiated locally.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from app.core.types import Cents, CodeList, Count, Flag, In, Minutes, Percent
from app.core.validation import FieldValueError
from app.law.service_kinds import ServiceKind


class ActivityCategory(CodeList):
    """What a professional did; the agreement says which of it is billable.

    Source: categories of published agreements (Fürth 2014-2024, Friesland 2013, Hamburg) and of billing programs.
    """

    DIRECT_CONTACT = "direct_contact", "Direkter Kontakt"
    COLLATERAL_CONTACT = "collateral_contact", "Kontakt mit Schule, Arzt, Jugendamt oder Dritten"
    HELP_PLAN_MEETING = "help_plan_meeting", "Hilfeplangespräch"
    DOCUMENTATION = "documentation", "Dokumentation"
    REPORT_WRITING = "report_writing", "Berichtswesen"
    PREPARATION = "preparation", "Vor- und Nachbereitung"
    CASE_CONSULTATION = "case_consultation", "Fallberatung"
    SUPERVISION = "supervision", "Supervision"
    TEAM_MEETING = "team_meeting", "Teamsitzung"
    TRAVEL = "travel", "Fahrt- und Wegezeit"
    NO_SHOW = "no_show", "Ausgefallener Termin"
    GROUP_SESSION = "group_session", "Gruppe"
    CO_WORK = "co_work", "Co-Arbeit (zweite Fachkraft)"
    OTHER_PLACE = "other_place", "Betreuung am anderen Ort"
    STANDBY_ABSENCE = "standby_absence", "Freihaltung"
    CROSS_CASE = "cross_case", "Fallübergreifende Arbeit"
    CASE_INDEPENDENT = "case_independent", "Fallunabhängige Arbeit"
    ADMIN = "admin", "Verwaltung und Abrechnung"


class RoundingRule(CodeList):
    """How minutes become billable minutes; no rule is customary everywhere.

    Source: Fürth bills to the minute; steps of ten minutes are those of the LWL's published billing rules
    (Eingliederungshilfe); thirty minutes, then quarters, those of a Tyrolean ordinance; quarters are common practice.
    """

    EXACT_MINUTE = "exact_minute", "Minutengenau"
    QUARTER_HALF_UP = "quarter_half_up", "Auf Viertelstunden, kaufmännisch"
    QUARTER_UP = "quarter_up", "Auf angefangene Viertelstunden"
    QUARTER_DOWN = "quarter_down", "Auf volle Viertelstunden"
    LWL_10 = "lwl_10", "Bis 6 Minuten genau, darüber auf angefangene 10 Minuten"
    MIN30_THEN15_HALF_UP = "min30_then15_half_up", "Mindestens 30 Minuten, darüber Viertelstunden kaufmännisch"


class RoundingLevel(CodeList):
    """On which sum the rounding happens; that sum is the line of the statement.

    Three contacts of 52 minutes are 135 minutes in quarters per entry, but 150 per month.
    """

    PER_ENTRY = "per_entry", "Je Eintrag"
    PER_DAY = "per_day", "Je Tag"
    PER_MONTH = "per_month", "Je Monat"


class GroupRule(CodeList):
    """What one participant's share of a group session is; participants are all who were present, whoever pays.

    Source: the formulas of billing programs and of the Tyrolean ordinance differ, so the agreement names one.
    """

    PER_HEAD_SPLIT = "per_head_split", "Minuten geteilt durch Anwesende"
    PER_HEAD_SPLIT_STAFF = "per_head_split_staff", "Minuten mal Fachkräfte, geteilt durch Anwesende"
    SPLIT_BY_HEADS_AND_STAFF = "split_by_heads_and_staff", "Minuten geteilt durch Anwesende und Fachkräfte"
    FIXED_PERCENT = "fixed_percent", "Fester Anteil der Minuten"
    GROUP_RATE = "group_rate", "Eigener Entgeltsatz für Gruppen"


class AmountBasis(CodeList):
    """What the rate is multiplied with.

    From units: 50 minutes are 0.83 hours, at 69.80 57.93 (anybody can recompute the line from what it shows).
    From minutes: 50/60 of 69.80, 58.17.
    """

    UNITS = "units", "Einheiten, auf zwei Stellen gerundet"
    MINUTES = "minutes", "Minuten, ungerundet"


def _at_most(limit: int) -> AfterValidator:
    def check(value: int) -> int:
        if value > limit:
            raise FieldValueError(f"Der Wert darf höchstens {limit} sein.", f"The value must be at most {limit}.")
        return value

    return AfterValidator(check)


def _whole_number(least: int, most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": most})


UnitMinutes = Annotated[Minutes, _at_most(120), _whole_number(1, 120)]
DaysOfYear = Annotated[Count, _at_most(365), _whole_number(0, 365)]
PerMonth = Annotated[Count, _at_most(31), _whole_number(0, 31)]

NEVER_OF_A_CASE = frozenset({ActivityCategory.CROSS_CASE, ActivityCategory.CASE_INDEPENDENT})


class ActivityTerms(In):
    """Whether one kind of activity is billable, and which share of its minutes counts."""

    model_config = ConfigDict(frozen=True)

    billable: Flag = Field(title="Abrechenbar")
    percent: Percent = Field(100, title="Anteil der Minuten, der zählt (Prozent)")

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

    model_config = ConfigDict(frozen=True)

    rate_cents: Cents | None = Field(None, title="Eigener Entgeltsatz je Einheit (Cent); leer: der allgemeine")


class BillingTerms(In):
    """The billing terms of one version of an agreement.

    Money is integer cents per unit, a unit is `unit_minutes` long: 60 for the plain hour, 45 where an hour buys
    45 minutes face to face and the rest is priced in. Activities that are not named are not billable; which kind of
    activity the Fachleistungsstunde contains is exactly what the parties negotiate.

    Source: published local agreements; surcharge and reduced price of missed appointments as in the LWL's rules.
    Law: SGB VIII §§ 77, 78b, 78c.
    """

    model_config = ConfigDict(frozen=True)

    rate_cents: Cents = Field(title="Entgeltsatz je Einheit (Cent)", examples=[6980])
    unit_minutes: UnitMinutes = Field(60, title="Minuten je Fachleistungsstunde", examples=[60, 45])
    activities: dict[ActivityCategory, ActivityTerms] = Field(
        title="Abrechenbare Tätigkeiten",
        min_length=1,
        max_length=len(ActivityCategory),
        examples=[{"direct_contact": {"billable": True}, "travel": {"billable": True, "percent": 50}}],
    )
    rounding_rule: RoundingRule = Field(RoundingRule.EXACT_MINUTE, title="Rundung der Minuten")
    rounding_level: RoundingLevel = Field(RoundingLevel.PER_ENTRY, title="Gerundet wird")
    amount_basis: AmountBasis = Field(AmountBasis.UNITS, title="Der Betrag wird berechnet aus")
    surcharge_percent: Percent = Field(0, title="Zuschlag auf die Minuten für mittelbare Leistungen (Prozent)")
    no_show_percent: Percent = Field(0, title="Ausgefallene Termine: Anteil des Preises (Prozent)")
    no_show_max_per_month: PerMonth | None = Field(
        None, title="Ausgefallene Termine: höchstens je Hilfe und Monat; leer: ohne Grenze"
    )
    group_rule: GroupRule = Field(GroupRule.PER_HEAD_SPLIT, title="Anteil an einer Gruppe")
    group_percent: Percent | None = Field(
        None, title="Gruppe: fester Anteil (Prozent), nur bei fixed_percent", validate_default=True
    )
    group_rate_cents: Cents | None = Field(
        None, title="Gruppe: Entgeltsatz je Einheit und Person (Cent), nur bei group_rate", validate_default=True
    )
    service_kinds: dict[ServiceKind, ServiceKindTerms] = Field(
        default_factory=dict, title="Hilfearten; leer: alle zum allgemeinen Satz", max_length=len(ServiceKind)
    )
    submission_deadline_days: DaysOfYear | None = Field(
        None, title="Frist zur Abrechnung (Kalendertage nach Monatsende); leer: keine"
    )

    @field_validator("activities")
    @classmethod
    def _has_something_to_bill(
        cls, value: dict[ActivityCategory, ActivityTerms]
    ) -> dict[ActivityCategory, ActivityTerms]:
        billable = {category for category, terms in value.items() if terms.billable}
        if ActivityCategory.NO_SHOW in value:
            raise FieldValueError(
                "Ausgefallene Termine regeln no_show_percent und no_show_max_per_month.",
                "Missed appointments are ruled by no_show_percent and no_show_max_per_month.",
            )
        if billable & NEVER_OF_A_CASE:
            raise FieldValueError(
                "Fallübergreifende und fallunabhängige Arbeit wird nie einer Hilfe berechnet.",
                "Cross-case and case-independent work is never charged to a case.",
            )
        if not billable:
            raise FieldValueError(
                "Mindestens eine Tätigkeit muss abrechenbar sein.", "At least one activity must be billable."
            )
        return value

    @field_validator("group_percent")
    @classmethod
    def _belongs_to_fixed_percent(cls, value: int | None, info: ValidationInfo) -> int | None:
        return _only_with(GroupRule.FIXED_PERCENT, value, info)

    @field_validator("group_rate_cents")
    @classmethod
    def _belongs_to_group_rate(cls, value: int | None, info: ValidationInfo) -> int | None:
        return _only_with(GroupRule.GROUP_RATE, value, info)

    def rate_for(self, kind: ServiceKind) -> int | None:
        """Cents per unit for this kind of help; None when the agreement does not cover it."""
        if not self.service_kinds:
            return self.rate_cents
        terms = self.service_kinds.get(kind)
        if terms is None:
            return None
        return self.rate_cents if terms.rate_cents is None else terms.rate_cents


def _only_with(rule: GroupRule, value: int | None, info: ValidationInfo) -> int | None:
    """A value that one group rule needs and every other forbids."""
    chosen = info.data.get("group_rule")
    if chosen is None:  # refused already
        return value
    if (chosen is rule) != (value is not None):
        raise FieldValueError(
            f"Diese Angabe gehört zur Gruppenregel {rule.value}, und nur zu ihr.",
            f"This entry belongs to the group rule {rule.value}, and to it alone.",
        )
    return value
