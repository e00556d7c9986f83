"""Offers as the API shows and takes them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import WHOLE, Cents, CodeList, Day, Flag, Hours, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.law.service_kinds import ServiceKind
from app.modules.offers.models import CapacityUnit, FeeUnit, OfferSetting, OfferState

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", max_length=3)]
Positive = Annotated[Hours, Field(gt=0)]


class Accessibility(CodeList):
    """What helps people with disabilities to take part.

    Law: SGB VIII § 79a (quality includes the inclusive orientation and the needs of young people with disabilities).
    """

    STEP_FREE = "step_free", "stufenlos erreichbar"
    ACCESSIBLE_TOILET = "accessible_toilet", "barrierefreie Toilette"
    SIGN_LANGUAGE = "sign_language", "Deutsche Gebärdensprache"
    PLAIN_LANGUAGE = "plain_language", "Leichte Sprache"
    VISUAL_AIDS = "visual_aids", "Hilfen bei Sehbehinderung"
    HEARING_AIDS = "hearing_aids", "Hilfen bei Hörbehinderung"
    AUGMENTED_COMMUNICATION = "augmented_communication", "Unterstützte Kommunikation"


class StaffShare(In):
    """A qualification, and which share of the positions has it."""

    qualification: Word = Field(title="Qualifikation", examples=["Sozialpädagogin/Sozialpädagoge (B. A.)"])
    percent: Annotated[int, Field(ge=1, le=100), WHOLE] = Field(title="Anteil der Stellen (Prozent)", examples=[80])


class Fee(In):
    """The fee: a trade secret, shown to the provider and to the youth offices the offer is published to."""

    rate_cents: Cents = Field(title="Entgeltsatz je Einheit (Cent)", examples=[6980])
    unit: FeeUnit = Field(title="Einheit", examples=["fachleistungsstunde"])
    note: Prose | None = Field(None, title="Anmerkung zum Entgelt")


ServiceKinds = Annotated[
    list[ServiceKind], Field(title="Hilfearten (Rechtsgrundlage)", min_length=1, max_length=len(ServiceKind))
]
Staff = Annotated[list[StaffShare], Field(title="Qualifikationen (zusammen höchstens 100 Prozent)", max_length=20)]
StaffingKey = Annotated[Positive, Field(title="Personalschlüssel: Fälle oder Plätze je Vollzeitstelle")]
RegionIds = Annotated[list[Id], Field(title="Regionen (leer: ohne räumliche Grenze)", max_length=200)]
Languages = Annotated[list[Language], Field(title="Sprachen (ISO 639)", max_length=50)]
AccessibilityCodes = Annotated[list[Accessibility], Field(title="Barrierefreiheit", max_length=len(Accessibility))]


class OfferContent(In):
    """The common description of a service that both sides rely on.

    Law: SGB VIII § 78c Abs. 1 (kind, aim and quality, persons, equipment, qualification of the staff), § 77 Abs. 1
    (ambulant), § 79a (inclusion, protection from violence), § 45 Abs. 2 (concept against violence).
    """

    title: Word = Field(title="Titel", examples=["Sozialpädagogische Familienhilfe"])
    service_kinds: ServiceKinds = Field(examples=[["section_31"]])
    setting: OfferSetting = Field(title="Rahmen", examples=["ambulatory"])
    description: Prose | None = Field(None, title="Beschreibung")
    target_group: Prose | None = Field(None, title="Zielgruppe")
    exclusion_criteria: Prose | None = Field(None, title="Ausschlusskriterien")
    aims: Prose | None = Field(None, title="Ziele")
    method: Prose | None = Field(None, title="Methodisches Vorgehen")
    staff: Staff = Field(default_factory=list)
    staffing_key: StaffingKey | None = Field(None, title="Personalschlüssel: Fälle oder Plätze je Vollzeitstelle")
    region_ids: RegionIds = Field(default_factory=list)
    languages: Languages = Field(default_factory=list, examples=[["de", "tr"]])
    accessibility: AccessibilityCodes = Field(default_factory=list)
    inclusion: Prose | None = Field(None, title="Inklusive Ausrichtung (§ 79a SGB VIII)")
    has_protection_concept: Flag = Field(False, title="Schutzkonzept liegt vor (§ 45 Abs. 2, § 79a SGB VIII)")
    fee: Fee | None = Field(None, title="Entgelt (vertraulich)")

    @field_validator("service_kinds", "region_ids", "languages", "accessibility")
    @classmethod
    def _each_once(cls, value: list[Any]) -> list[Any]:
        """Their order means nothing: kept sorted, a new order is no change."""
        return sorted(_once(value, value), key=str)

    @field_validator("staff")
    @classmethod
    def _at_most_all(cls, value: list[StaffShare]) -> list[StaffShare]:
        if sum(share.percent for share in value) > 100:
            raise FieldValueError(
                "Die Anteile ergeben zusammen mehr als 100 Prozent.", "The shares add up to more than 100 percent."
            )
        return _once(value, (share.qualification for share in value))


def _once(value: list[Any], names: Iterable[Any]) -> list[Any]:
    names = list(names)
    if len(set(names)) != len(names):
        raise FieldValueError("Nichts darf doppelt vorkommen.", "Nothing may occur twice.")
    return value


class OfferCreate(OfferContent):
    """A new offer, as a draft; publishing asks for what a description must say."""


class OfferPatch(In):
    """Changes of what is being written (merge patch, RFC 7396: null removes, objects are merged)."""

    title: Word | None = Field(None, title="Titel")
    service_kinds: ServiceKinds | None = Field(None, title="Hilfearten (Rechtsgrundlage)")
    setting: OfferSetting | None = Field(None, title="Rahmen")
    description: Prose | None = Field(None, title="Beschreibung")
    target_group: Prose | None = Field(None, title="Zielgruppe")
    exclusion_criteria: Prose | None = Field(None, title="Ausschlusskriterien")
    aims: Prose | None = Field(None, title="Ziele")
    method: Prose | None = Field(None, title="Methodisches Vorgehen")
    staff: Staff | None = Field(None, title="Qualifikationen (zusammen höchstens 100 Prozent)")
    staffing_key: StaffingKey | None = Field(None, title="Personalschlüssel")
    region_ids: RegionIds | None = Field(None, title="Regionen (leer: ohne räumliche Grenze)")
    languages: Languages | None = Field(None, title="Sprachen (ISO 639)")
    accessibility: AccessibilityCodes | None = Field(None, title="Barrierefreiheit")
    inclusion: Prose | None = Field(None, title="Inklusive Ausrichtung (§ 79a SGB VIII)")
    has_protection_concept: Flag | None = Field(None, title="Schutzkonzept liegt vor")
    fee: dict[str, Any] | None = Field(None, title="Entgelt (vertraulich)", max_length=3)


class PublishOffer(In):
    """What is written becomes the next version, for these readers."""

    action: Literal["publish"]
    youth_office_ids: list[Id] = Field(title="Jugendämter, die das Angebot lesen (mit Entgelt)", max_length=1000)
    to_all_providers: Flag = Field(False, title="auch für alle anderen Träger (ohne Entgelt)")

    @field_validator("youth_office_ids")
    @classmethod
    def _each_once(cls, value: list[UUID]) -> list[UUID]:
        return _once(value, value)


class WithdrawOffer(In):
    """The offer stands no more; it may come back as a new version."""

    action: Literal["withdraw"]


OfferAction = Annotated[PublishOffer | WithdrawOffer, Field(discriminator="action")]


class CapacityReport(In):
    """What is free now; needs no new version of the offer."""

    unit: CapacityUnit = Field(title="Einheit", examples=["places"])
    total: Hours = Field(title="insgesamt", examples=["8.00"])
    free: Hours = Field(title="davon frei", examples=["2.00"])
    as_of: Day | None = Field(None, title="Stand (leer: heute)")

    @field_validator("total", "free")
    @classmethod
    def _whole_places(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if info.data.get("unit") is CapacityUnit.PLACES and value % 1:
            raise FieldValueError("Plätze sind ganze Zahlen.", "Places are whole numbers.")
        return value

    @field_validator("free")
    @classmethod
    def _no_more_than_all(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if value > info.data.get("total", value):
            raise FieldValueError("Frei sind mehr, als es insgesamt gibt.", "More is free than there is.")
        return value


class CapacityOut(Out):
    """What was free on a day."""

    id: Id
    as_of: Day = Field(title="Stand")
    unit: CapacityUnit = Field(title="Einheit")
    total: Hours = Field(title="insgesamt")
    free: Hours = Field(title="davon frei")
    reported_at: Instant = Field(title="gemeldet am")


class OfferSummary(Out):
    """An offer in a list: the published version; before, for its provider, the draft."""

    id: Id
    provider_id: Id = Field(title="Träger")
    provider_name: str = Field(title="Name des Trägers", max_length=200)
    state: OfferState = Field(title="Stand")
    title: str = Field(title="Titel", max_length=200)
    legal_basis: str = Field(title="Rechtsgrundlage (SGB VIII)", max_length=300, examples=["§ 30, § 31"])
    service_kinds: list[ServiceKind] = Field(title="Hilfearten", max_length=len(ServiceKind))
    setting: OfferSetting = Field(title="Rahmen")
    region_ids: RegionIds = Field(title="Regionen (leer: ohne räumliche Grenze)")
    languages: Languages = Field(title="Sprachen (ISO 639)")
    has_protection_concept: bool = Field(title="Schutzkonzept liegt vor")
    capacity_unit: CapacityUnit | None = Field(title="Kapazität: Einheit")
    capacity_total: Hours | None = Field(title="Kapazität insgesamt")
    capacity_free: Hours | None = Field(title="davon frei (leer: nicht gemeldet)")
    capacity_as_of: Day | None = Field(title="Kapazität: Stand")
    rate_cents: int | None = Field(title="Entgeltsatz (Cent), wo er gezeigt werden darf", ge=0)
    rate_unit: FeeUnit | None = Field(title="Entgelt: Einheit")
    number: int = Field(title="Nummer der veröffentlichten Fassung (0: keine)", ge=0)
    valid_from: Day | None = Field(title="Fassung gilt ab")
    created_at: Instant = Field(title="Angelegt am")
    changed_at: Instant = Field(title="Zuletzt geändert am")
    version: int = Field(title="Fassung des Eintrags", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class OfferOut(OfferSummary):
    """An offer with its description; what is being written and who reads it is shown to its provider only."""

    content: OfferContent | None = Field(title="Veröffentlichte Beschreibung")
    draft: OfferContent | None = Field(title="Was gerade geschrieben wird")
    youth_office_ids: list[Id] | None = Field(title="Jugendämter, die es lesen", max_length=1000)
    to_all_providers: bool | None = Field(title="auch für alle anderen Träger")


class OfferVersionOut(Out):
    """A version as it was published."""

    number: int = Field(title="Nummer", ge=1)
    valid_from: Day = Field(title="gilt ab")
    published_at: Instant = Field(title="veröffentlicht am")
    content: OfferContent = Field(title="Beschreibung")


class DifferenceOut(Out):
    """One member of the description that changed."""

    pointer: str = Field(title="Angabe (JSON Pointer)", max_length=100, examples=["/fee/rate_cents"])
    title: str = Field(title="Bezeichnung", max_length=200)
    before: Any = Field(title="vorher")
    after: Any = Field(title="nachher")


class OfferChangeOut(Out):
    """What one version changed against the version before it that the reader knows."""

    number: int = Field(title="Nummer der Fassung", ge=2)
    valid_from: Day = Field(title="gilt ab")
    published_at: Instant = Field(title="veröffentlicht am")
    differences: list[DifferenceOut] = Field(title="Änderungen", max_length=100)


class OfferQuery(PageQuery):
    """Filters of offers."""

    service_kind: ServiceKind | None = None
    region_id: Annotated[Id | None, Field(description="offers of this region, and those without a limit")] = None
    has_capacity: Annotated[bool | None, Field(description="true: something is free")] = None
    capacity_since: Annotated[Day | None, Field(description="capacity reported as of this day or later")] = None
    provider_id: Id | None = None
    setting: OfferSetting | None = None
    language: Annotated[str | None, Field(pattern=r"^[a-z]{2,3}$", max_length=3)] = None
    state: Annotated[OfferState | None, Field(description="of the own offers; of others' only published ones")] = None
    q: Annotated[str | None, Field(min_length=2, max_length=100, description="words in title or description")] = None
    sort: Literal[
        "title", "-title", "capacity_free", "-capacity_free", "created_at", "-created_at", "changed_at", "-changed_at"
    ] = "title"


class OfferVersionQuery(PageQuery):
    """Versions or changes, the newest first unless asked otherwise."""

    limit: Annotated[int, Field(ge=1, le=50, description="rows per page")] = 20
    sort: Literal["number", "-number"] = "-number"


class CapacityQuery(PageQuery):
    """Reports of capacity, the newest first unless asked otherwise."""

    sort: Literal["as_of", "-as_of"] = "-as_of"
