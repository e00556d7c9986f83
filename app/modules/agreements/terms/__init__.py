"""What an agreement says about billing Fachleistungsstunden: every rule is a term of the contract, none is a constant.

Law: SGB VIII § 77 Abs. 1 (ambulant), §§ 78b, 78c ((teil-)stationär): content, size and price are negotiated locally.
"""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from app.core.types import WHOLE, Cents, Count, Flag, In, Percent
from app.core.validation import FieldValueError
from app.law.service_kinds import ServiceKind
from app.modules.agreements.terms.codes import (
    ActivityCategory,
    AmountBasis,
    BillingModel,
    BillingUnit,
    CarryOver,
    DaysPerMonth,
    Employment,
    GroupRule,
    Overrun,
    PackageRule,
    RoundingLevel,
    RoundingRule,
    SettlementPeriod,
    WeekFactor,
)
from app.modules.agreements.terms.parts import (
    ActivityTerms,
    BudgetTerms,
    CaseGroup,
    CaseGroupTerms,
    ContingentTerms,
    DaysOfYear,
    DayTerms,
    Land,
    Months,
    PackageTerms,
    PerMonth,
    ServiceKindTerms,
    StaffRate,
    TimeSurcharges,
    TimeWindow,
    UnitMinutes,
)

A, M = ActivityCategory, BillingModel
NEVER_OF_A_CASE = frozenset({A.CROSS_CASE, A.CASE_INDEPENDENT})
FACE_TO_FACE = frozenset({A.DIRECT_CONTACT, A.GROUP_SESSION, A.CO_WORK, A.OTHER_PLACE})
"""What is done with the family or the young person, face to face."""
DAYS = frozenset({A.PRESENCE_DAY, A.STANDBY_ABSENCE})
DIRECT_MODELS = frozenset({M.FACE_TO_FACE, M.FACE_TO_FACE_WINDOW, M.F2F_DIVISOR, M.DIRECT_PLUS_SURCHARGE})
FLAT_MODELS = frozenset({M.WEEKLY_FLAT, M.MONTHLY_PACKAGE, M.CASE_GROUP_FLAT})
"""A month costs the same however much was done; the records are its proof."""
GROUP_RATES = frozenset({GroupRule.GROUP_RATE, GroupRule.GROUP_HOUR_RATE})
Heads = Annotated[int, Field(ge=1, le=100), WHOLE]
Windows = Annotated[list[TimeWindow], Field(max_length=50)]


_OF_MODEL = {
    "contact_windows": M.FACE_TO_FACE_WINDOW,
    "package": M.MONTHLY_PACKAGE,
    "case_groups": M.CASE_GROUP_FLAT,
    "days": M.DAILY_RATE_PRESENCE,
    "budget": M.AREA_BUDGET,
}
"""What belongs to one billing model alone, and what it cannot do without."""


class BillingTerms(In):
    """The billing terms of one version of an agreement.

    Money is integer cents per unit, a unit is `unit_minutes` long: 60 for the plain hour, 45 where an hour buys
    45 minutes face to face and the rest is priced in. Activities that are not named are not billable; which kind of
    activity the Fachleistungsstunde contains is exactly what the parties negotiate.

    `billing_model` says what is billed; the unit is then an hour, a day (`daily_rate_presence`) or a month
    (`monthly_package`), and `rate_cents` its price. Where a month costs a flat amount, the activities say which
    records prove it. What an agreement does not mention has the default that costs the payer least.

    Source: published local agreements; surcharge and reduced price of missed appointments as in the LWL's rules,
    notice and series of missed appointments as in Baden-Württemberg's framework (both Eingliederungshilfe).
    Law: SGB VIII §§ 77, 78b, 78c.
    """

    model_config = ConfigDict(frozen=True)

    billing_model: BillingModel = Field(M.ACTUAL_HOURS_ALL, title="Abrechnungsmodell")
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
    surcharge_percent: Percent = Field(
        0, title="Zuschlag auf die Minuten für mittelbare Leistungen (Prozent)", validate_default=True
    )
    time_surcharges: TimeSurcharges | None = Field(None, title="Zuschläge auf den Preis nach Tageszeit; leer: keine")
    land: Land | None = Field(None, title="Land, dessen Feiertage gelten; leer: keine Feiertage", examples=["NW"])
    contact_windows: Windows | None = Field(
        None, title="Vereinbarte Zeiten, nur bei face_to_face_window", validate_default=True
    )
    week_factor: WeekFactor = Field(WeekFactor.BY_DAYS, title="Wochenstunden im Monat")
    package: PackageTerms | None = Field(None, title="Leistungspaket, nur bei monthly_package", validate_default=True)
    case_groups: CaseGroupTerms | None = Field(
        None, title="Fallgruppen, nur bei case_group_flat", validate_default=True
    )
    days: DayTerms | None = Field(None, title="Belegtage, nur bei daily_rate_presence", validate_default=True)
    budget: BudgetTerms | None = Field(None, title="Budget, nur bei area_budget", validate_default=True)
    contingent: ContingentTerms = Field(default_factory=ContingentTerms, title="Kontingent")
    no_show_percent: Percent = Field(0, title="Ausgefallene Termine: Anteil des Preises (Prozent)")
    no_show_max_per_month: PerMonth | None = Field(
        None, title="Ausgefallene Termine: höchstens je Hilfe und Monat; leer: ohne Grenze"
    )
    no_show_notice_hours: Count | None = Field(
        None, title="Ausgefallene Termine: unbezahlt, wenn so viele Stunden vorher abgesagt; leer: immer bezahlt"
    )
    no_show_max_consecutive: PerMonth | None = Field(
        None, title="Ausgefallene Termine: höchstens nacheinander; leer: ohne Grenze"
    )
    no_show_stop_weeks: PerMonth | None = Field(
        None, title="Ausgefallene Termine: unbezahlt, wenn seit so vielen Wochen alle ausfallen; leer: ohne Grenze"
    )
    no_show_needs_note: Flag = Field(False, title="Ausgefallene Termine: nur mit Anmerkung als Nachweis")
    group_rule: GroupRule = Field(GroupRule.PER_HEAD_SPLIT, title="Anteil an einer Gruppe")
    group_percent: Percent | None = Field(
        None, title="Gruppe: fester Anteil (Prozent), nur bei fixed_percent", validate_default=True
    )
    group_rate_cents: Cents | None = Field(
        None, title="Gruppe: Entgeltsatz je Einheit (Cent), nur bei group_rate", validate_default=True
    )
    group_min_participants: Heads | None = Field(None, title="Gruppe: Anwesende mindestens; leer: ohne Grenze")
    group_max_participants: Heads | None = Field(None, title="Gruppe: Anwesende höchstens; leer: ohne Grenze")
    co_work_needs_approval: Flag = Field(False, title="Zweite Fachkraft nur mit Zustimmung im Einzelfall")
    service_kinds: dict[ServiceKind, ServiceKindTerms] = Field(
        default_factory=dict, title="Hilfearten; leer: alle zum allgemeinen Satz", max_length=len(ServiceKind)
    )
    submission_deadline_days: DaysOfYear | None = Field(
        None, title="Frist zur Abrechnung (Kalendertage nach Monatsende); leer: keine"
    )
    staff_rates: list[StaffRate] = Field(
        default_factory=list,
        title="Entgeltsätze nach Qualifikation und Beschäftigung; leer: einer für alle",
        max_length=50,
    )
    exclusion_months: Months | None = Field(None, title="Ausschlussfrist (Monate nach Monatsende); leer: keine")
    late_entry_days: DaysOfYear | None = Field(
        None, title="Einträge spätestens nach so vielen Kalendertagen; leer: ohne Grenze"
    )
    indirect_max_percent: Percent | None = Field(
        None, title="Mittelbare Zeit höchstens (Prozent der Zeit); leer: ohne Grenze"
    )
    travel_max_percent: Percent | None = Field(
        None, title="Fahrzeit höchstens (Prozent der Zeit); leer: ab 25 Prozent wird gefragt"
    )
    client_confirmation_required: Flag = Field(False, title="Leistungsnachweis von der Familie bestätigt")
    staff_list_required: Flag = Field(False, title="Fachkräfte stehen auf der Personalliste des Trägers")
    report_withholds_payment: Flag = Field(False, title="Überfällige Berichte halten die Zahlung auf")
    publicly_funded_windows: Windows = Field(
        default_factory=list, title="Zeiten, die schon anders finanziert sind (Schule, Hort); leer: keine"
    )

    @field_validator("activities")
    @classmethod
    def _has_something_to_bill(
        cls, value: dict[ActivityCategory, ActivityTerms], info: ValidationInfo
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
        _fits_model(info.data.get("billing_model"), billable)
        return value

    @field_validator("surcharge_percent")
    @classmethod
    def _is_there_where_it_is_the_model(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("billing_model") is M.DIRECT_PLUS_SURCHARGE and not value:
            raise FieldValueError(
                "Das Modell direct_plus_surcharge braucht einen Zuschlag.",
                "The model direct_plus_surcharge needs a surcharge.",
            )
        return value

    @field_validator(*_OF_MODEL)
    @classmethod
    def _belongs_to_model(cls, value: Any, info: ValidationInfo) -> Any:
        model = _OF_MODEL[str(info.field_name)]
        chosen = info.data.get("billing_model")
        if chosen is not None and (chosen is model) != bool(value):
            raise FieldValueError(
                f"Diese Angabe gehört zum Abrechnungsmodell {model.value}, und nur zu ihm.",
                f"This entry belongs to the billing model {model.value}, and to it alone.",
            )
        return value

    @field_validator("group_max_participants")
    @classmethod
    def _not_below_least(cls, value: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("group_min_participants")
        if value is not None and least is not None and value < least:
            raise FieldValueError("Höchstens ist weniger als mindestens.", "The most is less than the least.")
        return value

    @field_validator("group_percent")
    @classmethod
    def _belongs_to_fixed_percent(cls, value: int | None, info: ValidationInfo) -> int | None:
        return _only_with(frozenset({GroupRule.FIXED_PERCENT}), value, info)

    @field_validator("group_rate_cents")
    @classmethod
    def _belongs_to_group_rate(cls, value: int | None, info: ValidationInfo) -> int | None:
        return _only_with(GROUP_RATES, value, info)

    def rate_for(self, kind: ServiceKind) -> int | None:
        """Cents per unit for this kind of help; None when the agreement does not cover it."""
        if not self.service_kinds:
            return self.rate_cents
        terms = self.service_kinds.get(kind)
        if terms is None:
            return None
        return self.rate_cents if terms.rate_cents is None else terms.rate_cents

    def rate_for_staff(self, qualification: str | None, employment: Employment | None) -> int | None:
        """Cents per unit for a professional; None when no rate names them.

        The rate that names more goes first, of two that name as much the lower.
        """
        fitting = [
            rate
            for rate in self.staff_rates
            if rate.qualification in (None, qualification) and rate.employment in (None, employment)
        ]
        fitting.sort(key=lambda rate: ((rate.qualification is None) + (rate.employment is None), rate.rate_cents))
        return fitting[0].rate_cents if fitting else None


def _fits_model(model: BillingModel | None, billable: set[ActivityCategory]) -> None:
    """Models that pay for contact alone, or for days, name nothing else."""
    if A.FLAT_RATE in billable:
        raise FieldValueError("Eine Pauschale ist keine Tätigkeit.", "A flat rate is no activity.")
    if model in DIRECT_MODELS and not billable <= FACE_TO_FACE:
        raise FieldValueError(
            "Dieses Abrechnungsmodell bezahlt nur direkten Kontakt; anderes ist im Entgelt enthalten.",
            "This billing model pays direct contact only; the rest is in the rate.",
        )
    if model is M.DAILY_RATE_PRESENCE and (A.PRESENCE_DAY not in billable or not billable <= DAYS):
        raise FieldValueError(
            "Ein Tagessatz bezahlt Anwesenheitstage, dazu höchstens Freihaltung, und nichts anderes.",
            "A day rate pays days of presence, beside them at most days of absence, and nothing else.",
        )
    if model not in (None, M.DAILY_RATE_PRESENCE) and A.PRESENCE_DAY in billable:
        raise FieldValueError(
            "Anwesenheitstage bezahlt nur das Modell daily_rate_presence.",
            "Days of presence are paid by the model daily_rate_presence only.",
        )


def _only_with(rules: frozenset[GroupRule], value: int | None, info: ValidationInfo) -> int | None:
    """A value that some group rules need and every other forbids."""
    chosen = info.data.get("group_rule")
    if chosen is None:  # refused already
        return value
    if (chosen in rules) != (value is not None):
        names = " oder ".join(sorted(rules))
        raise FieldValueError(
            f"Diese Angabe gehört zur Gruppenregel {names}, und nur zu ihr.",
            f"This entry belongs to the group rule {names}, and to it alone.",
        )
    return value


__all__ = [
    "DAYS",
    "DIRECT_MODELS",
    "FACE_TO_FACE",
    "FLAT_MODELS",
    "GROUP_RATES",
    "ActivityCategory",
    "ActivityTerms",
    "AmountBasis",
    "BillingModel",
    "BillingTerms",
    "BillingUnit",
    "BudgetTerms",
    "CarryOver",
    "CaseGroup",
    "CaseGroupTerms",
    "ContingentTerms",
    "DayTerms",
    "DaysPerMonth",
    "Employment",
    "GroupRule",
    "Overrun",
    "PackageRule",
    "PackageTerms",
    "RoundingLevel",
    "RoundingRule",
    "ServiceKindTerms",
    "SettlementPeriod",
    "StaffRate",
    "TimeSurcharges",
    "TimeWindow",
    "WeekFactor",
]
