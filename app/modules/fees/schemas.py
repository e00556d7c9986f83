"""Calculations of fees as the API shows and takes them."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import WHOLE, Cents, CodeList, Hours, Id, In, Instant, Out, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.agreements import ActivityCategory
from app.modules.fees.models import FeeCalculationState

DaysOfYear = Annotated[int, Field(ge=0, le=366), WHOLE]
Share = Annotated[Hours, Field(le=100)]
_ZERO, _ALL = Decimal("0.00"), Decimal("100.00")


class CostKind(CodeList):
    """What costs money.

    Source: structure of the Alzey-Worms guidelines (personnel, material, additional expenses) and of audit reports.
    """

    PERSONNEL = "personnel", "Personalkosten (Arbeitgeberbrutto)"
    MATERIAL = "material", "Sachkosten"
    ADDITIONAL = "additional", "Zusatzaufwendungen"
    INVESTMENT = "investment", "Investitionskosten"


class OverheadBase(CodeList):
    """Of what the overhead is a share."""

    PERSONNEL = "personnel", "der Personalkosten"
    PERSONNEL_AND_MATERIAL = "personnel_and_material", "der Personal- und Sachkosten"


class OverheadPreset(CodeList):
    """Where the share of the overhead comes from.

    Source: KGSt, Kosten eines Arbeitsplatzes 2006/07 (abstract): 10 % administration, and internally 10 % for an
    office, 5 % for another workplace.
    """

    AGREED = "agreed", "wie angegeben"
    KGST_OFFICE = "kgst_office", "KGSt, Büroarbeitsplatz: 20 %"
    KGST_NON_OFFICE = "kgst_non_office", "KGSt, kein Büroarbeitsplatz: 15 %"


class ReductionBase(CodeList):
    """Of what the time for everything but the single case is a share."""

    NET = "net", "der Nettojahresarbeitszeit"
    GROSS = "gross", "der Bruttojahresarbeitszeit"


class WorkingTime(In):
    """The year of a full-time post, in days; what is not there costs the hour.

    Source: facts 5.1; breaks are no working time and are not counted (ArbZG § 2 Abs. 1, § 4).
    """

    model_config = ConfigDict(frozen=True)

    weekly_hours: Annotated[Hours, Field(gt=0, le=60)] = Field(title="Wochenstunden", examples=["39.00"])
    days_of_year: DaysOfYear = Field(365, title="Tage im Jahr")
    weekend_days: DaysOfYear = Field(104, title="Samstage und Sonntage")
    holidays: DaysOfYear = Field(10, title="Feiertage an Werktagen")
    vacation: DaysOfYear = Field(30, title="Urlaub (Tage)")
    regeneration: DaysOfYear = Field(0, title="Regenerationstage")
    sickness: DaysOfYear = Field(0, title="Krankheit (Tage)")
    training: DaysOfYear = Field(0, title="Fortbildung (Tage)")
    net_hours: Annotated[Hours, Field(gt=0, le=3000)] | None = Field(
        None, title="Vereinbarte Nettojahresarbeitszeit (Stunden); leer: aus den Tagen"
    )


class Reductions(In):
    """Time of the net year that no hour of a case is sold for (Minderzeiten), and how much of the rest is sold.

    What may be billed beside the hour (travel, documentation) must not be among the reductions too.
    """

    model_config = ConfigDict(frozen=True)

    subject_specific_percent: Share = Field(_ZERO, title="Fachspezifische Minderzeiten (Prozent)", examples=["12.50"])
    case_specific_percent: Share = Field(_ZERO, title="Fallspezifische Minderzeiten (Prozent)", examples=["7.50"])
    base: ReductionBase = Field(ReductionBase.NET, title="Anteil an")
    cap_percent: Share | None = Field(
        None, title="Vereinbarte Obergrenze (Prozent der Bruttojahresarbeitszeit); leer: keine", examples=["20.00"]
    )
    utilisation_percent: Annotated[Share, Field(gt=0)] = Field(_ALL, title="Auslastung (Prozent)")
    contain: list[ActivityCategory] = Field(
        default_factory=list, title="In den Minderzeiten enthalten", max_length=len(ActivityCategory)
    )
    billed_apart: list[ActivityCategory] = Field(
        default_factory=list, title="Daneben gesondert abrechenbar", max_length=len(ActivityCategory)
    )


class CostItem(In):
    """A cost of the year, with what proves it."""

    model_config = ConfigDict(frozen=True)

    kind: CostKind = Field(title="Kostenart")
    title: Word = Field(title="Bezeichnung", examples=["Fachkraft S 12, Stufe 4"])
    cents: Cents = Field(title="Kosten im Jahr (Cent)", examples=[7000000])
    previous_cents: Cents | None = Field(None, title="Kosten im Vorjahr (Cent)")
    evidence: Word | None = Field(None, title="Nachweis", examples=["Tarifvertrag TVöD SuE, Tabelle ab 01.03.2024"])


class Overhead(In):
    """The share for administration and lead."""

    model_config = ConfigDict(frozen=True)

    preset: OverheadPreset = Field(OverheadPreset.AGREED, title="Herkunft des Anteils")
    percent: Share = Field(_ZERO, title="Verwaltung und Leitung (Prozent), nur bei agreed", examples=["15.00"])
    base: OverheadBase = Field(OverheadBase.PERSONNEL, title="Anteil an")

    @field_validator("percent")
    @classmethod
    def _belongs_to_agreed(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if value and info.data.get("preset") in (OverheadPreset.KGST_OFFICE, OverheadPreset.KGST_NON_OFFICE):
            raise FieldValueError(
                "Diesen Anteil gibt die gewählte Herkunft vor.", "The chosen preset gives this share already."
            )
        return value


class MixedRate(In):
    """The rate of another qualification that works under the same fee, and its share of the hours."""

    model_config = ConfigDict(frozen=True)

    title: Word = Field(title="Qualifikation", examples=["Erzieherin, Hauswirtschaft"])
    percent: Annotated[Share, Field(gt=0)] = Field(title="Anteil der Stunden (Prozent)", examples=["20.00"])
    rate_cents: Cents = Field(title="Entgeltsatz (Cent)", examples=[5500])


class FeeBasis(In):
    """Everything the price of a Fachleistungsstunde is computed from.

    Law: SGB VIII § 77 Abs. 1 (plausible costs), § 78c Abs. 2 (fees fit for purpose, economical).
    """

    model_config = ConfigDict(frozen=True)

    working_time: WorkingTime = Field(title="Arbeitszeit")
    reductions: Reductions = Field(default_factory=Reductions, title="Minderzeiten und Auslastung")
    costs: list[CostItem] = Field(title="Kosten einer Vollzeitstelle im Jahr", min_length=1, max_length=100)
    overhead: Overhead = Field(default_factory=Overhead, title="Verwaltung und Leitung")
    mix: list[MixedRate] = Field(default_factory=list, title="Weitere Qualifikationen", max_length=20)
    direct_minutes: Annotated[int, Field(ge=1, le=60), WHOLE] = Field(
        60, title="Minuten direkter Kontakt je Fachleistungsstunde", examples=[45]
    )

    @field_validator("mix")
    @classmethod
    def _leaves_a_share(cls, value: list[MixedRate]) -> list[MixedRate]:
        if sum(part.percent for part in value) >= 100:
            raise FieldValueError("Für die eigene Qualifikation bleibt kein Anteil.", "No share is left for the own.")
        return value

    @field_validator("costs")
    @classmethod
    def _costs_something(cls, value: list[CostItem]) -> list[CostItem]:
        if not any(item.kind is CostKind.PERSONNEL for item in value):
            raise FieldValueError("Personalkosten fehlen.", "Personnel costs are missing.")
        return value


class FeeCalculationCreate(In):
    """A calculation that is kept, as a draft."""

    title: Word = Field(title="Titel", examples=["SPFH 2026, sozialpädagogische Fachkraft"])
    basis: FeeBasis = Field(title="Grundlagen")


class FeeVersionCreate(In):
    """The next version of a calculation."""

    basis: FeeBasis = Field(title="Grundlagen")


class OfferFee(In):
    """The newest version is brought into a negotiation; from then on the youth office reads it."""

    action: Literal["offer"]
    agreement_id: Id = Field(title="Vereinbarung, über die verhandelt wird")


class FeeStepOut(Out):
    """One step of the calculation."""

    key: str = Field(title="Schritt", max_length=100)
    title_de: str = Field(title="Bezeichnung", max_length=300)
    text_de: str = Field(title="Rechenweg", max_length=1000)
    value: str = Field(title="Ergebnis", max_length=40)
    unit: Literal["days", "hours", "cents", "percent"] = Field(title="Einheit")


class FeeHintOut(Out):
    """What a reader should ask about; never a verdict."""

    code: str = Field(title="Hinweis", max_length=40, examples=["CALC-DOUBLE"])
    text_de: str = Field(title="Erklärung", max_length=1000)


class FeeResultOut(Out):
    """The price of a Fachleistungsstunde, with every step and every hint."""

    rate_cents: int = Field(title="Entgeltsatz je Fachleistungsstunde (Cent)", ge=0)
    rate_per_direct_hour_cents: int = Field(title="je 60 Minuten direkten Kontakts (Cent)", ge=0)
    cost_cents: int = Field(title="Kosten im Jahr (Cent)", ge=0)
    billable_hours: str = Field(title="Abrechenbare Stunden im Jahr", max_length=20)
    steps: list[FeeStepOut] = Field(title="Schritte", max_length=200)
    hints: list[FeeHintOut] = Field(title="Hinweise", max_length=200)


class FeeVersionSummary(Out):
    """A version in a list."""

    number: int = Field(title="Fassung", ge=1)
    rate_cents: int = Field(title="Entgeltsatz (Cent)", ge=0)
    computed_at: Instant = Field(title="berechnet am")


class FeeVersionOut(FeeVersionSummary):
    """A version with what was put in and what came out."""

    basis: dict[str, Any] = Field(title="Grundlagen (wie FeeBasis)", max_length=20)
    result: FeeResultOut = Field(title="Ergebnis")


class FeeCalculationSummary(Out):
    """A calculation in a list."""

    id: Id
    provider_id: Id = Field(title="Träger")
    title: str = Field(title="Titel", max_length=200)
    state: FeeCalculationState = Field(title="Stand")
    created_at: Instant = Field(title="angelegt am")
    changed_at: Instant = Field(title="zuletzt geändert")
    version: int = Field(title="Fassung des Datensatzes", ge=1)


class FeeCalculationOut(FeeCalculationSummary):
    """A calculation with the newest version that the caller may read."""

    current: FeeVersionOut = Field(title="Neueste Fassung")
    agreement_ids: list[Id] = Field(title="eingebracht in", max_length=1000)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class FeeDifferenceOut(Out):
    """A step that is not the same in two versions; a value is empty where there is no such step."""

    key: str = Field(title="Schritt", max_length=100)
    title_de: str = Field(title="Bezeichnung", max_length=300)
    unit: str = Field(title="Einheit", max_length=10)
    before: str | None = Field(title="vorher", max_length=40)
    after: str | None = Field(title="nachher", max_length=40)
    difference: str | None = Field(title="Unterschied", max_length=40)
    percent: str | None = Field(title="Unterschied (Prozent)", max_length=20)


class FeeComparisonOut(Out):
    """What differs between two versions, step by step, and what it does to the price."""

    before: FeeVersionSummary = Field(title="vorher")
    after: FeeVersionSummary = Field(title="nachher")
    difference_cents: int = Field(title="Unterschied des Entgeltsatzes (Cent)")
    percent: str | None = Field(title="Unterschied des Entgeltsatzes (Prozent)", max_length=20)
    steps: list[FeeDifferenceOut] = Field(title="Schritte, die sich unterscheiden", max_length=400)


class FeeComparisonQuery(In):
    """Two versions of one calculation, or of two."""

    number: Annotated[int, Field(ge=1, le=1_000_000, description="the version before; without it the first")] = 1
    other_id: Annotated[Id | None, Field(description="the calculation after; empty: the same")] = None
    other_number: Annotated[
        int | None, Field(ge=1, le=1_000_000, description="the version after; empty: the newest")
    ] = None


class FeeCalculationQuery(PageQuery):
    """Filters of calculations."""

    provider_id: Id | None = None
    agreement_id: Id | None = None
    state: FeeCalculationState | None = None
    sort: Literal["created_at", "-created_at", "title", "-title"] = "-created_at"
