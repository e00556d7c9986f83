"""The text of an agreement as clients write it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from app.core.types import WHOLE, CodeList, Day, Flag, Id, In, Prose, Word
from app.core.validation import FieldValueError
from app.law.protection import Urgency
from app.law.service_kinds import ServiceKind
from app.modules.agreements.models import AgreementKind
from app.modules.agreements.reporting import ReportKind, ReportRule, ReportTrigger
from app.modules.agreements.terms import BillingTerms


class FormPurpose(CodeList):
    """What a jointly made form is binding for."""

    INITIAL_REPORT = "initial_report", "Erstbericht"
    DEVELOPMENT_REPORT = "development_report", "Verlaufs- und Entwicklungsbericht"
    JOINT_PREPARATION_REPORT = "joint_preparation_report", "Vorbereitung des Hilfeplangesprächs mit den Adressaten"
    FINAL_REPORT = "final_report", "Abschlussbericht"
    ANNUAL_QUALITY_REPORT = "annual_quality_report", "Jahresqualitätsbericht"
    HELP_PLAN = "help_plan", "Hilfeplan"
    SERVICE_RECORD_SHEET = "service_record_sheet", "Leistungsnachweis"
    JUGENDAMT_NOTIFICATION = "jugendamt_notification", "Mitteilung an das Jugendamt"


class EntryRule(CodeList):
    """From when an agreement of several parties holds."""

    ALL_SIGNED = "all_signed", "wenn alle unterschrieben haben"
    PER_PARTY = "per_party", "für jeden Träger, sobald er und das Jugendamt unterschrieben haben"


class ReviewResult(CodeList):
    """What came of looking at a living agreement again."""

    KEEP = "keep", "bleibt, wie sie ist"
    AMEND = "amend", "soll geändert werden"


class Clause(In):
    """A clause of the text."""

    key: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        title="Kennung", examples=["hilfeplanung"]
    )
    title: Word = Field(title="Überschrift", examples=["Hilfeplanung"])
    text: Prose = Field(title="Text", examples=["Jedes Hilfeplangespräch bereiten beide Seiten vor."])


def _empty(value: Any) -> bool:
    """What is not agreed is no part of the text: texts signed before these entries existed keep their hash."""
    return value in (None, [])


class FormBinding(In):
    """A form both sides use."""

    purpose: FormPurpose = Field(title="wofür", examples=["development_report"])
    form_version_id: Id = Field(title="Fassung des Vordrucks")


class ContactSide(CodeList):
    """On which side somebody is reached."""

    YOUTH_OFFICE = "youth_office", "Jugendamt"
    PROVIDER = "provider", "Träger"


class SafeguardingContact(In):
    """Whom one calls about a child in danger."""

    side: ContactSide = Field(title="Seite")
    function: Word = Field(title="Funktion", examples=["Eingangsmanagement"])
    reachable: Word = Field(title="erreichbar unter", examples=["Telefon des Tagesdienstes"])
    out_of_hours: Flag = Field(False, title="auch außerhalb der Öffnungszeiten")


class NamedIsef(In):
    """A qualified contact: an insoweit erfahrene Fachkraft whom the parties name."""

    name: Word = Field(title="Name oder Funktion", examples=["Beratungsstelle Birkenallee, Fachkraft 2"])
    reachable: Word = Field(title="erreichbar unter", examples=["Telefon der Beratungsstelle"])
    qualification: Word = Field(title="Qualifikation", examples=["Zertifikatskurs insoweit erfahrene Fachkraft"])
    for_disabilities: Flag = Field(False, title="erfahren mit Kindern und Jugendlichen mit Behinderungen")


class SafeguardingTerms(In):
    """What the parties agreed for reports on a child's welfare; the statute names duties, not hours."""

    acknowledge_minutes: dict[Urgency, Annotated[int, Field(ge=1, le=20_160), WHOLE]] = Field(
        default_factory=dict,
        title="Eingangsbestätigung des Jugendamts, je Dringlichkeit (Minuten)",
        max_length=len(Urgency),
        examples=[{"immediate": 15, "same_day": 60}],
    )
    contacts: list[SafeguardingContact] = Field(
        default_factory=list, title="Ansprechpersonen auf beiden Seiten", max_length=20, exclude_if=_empty
    )
    isef: list[NamedIsef] = Field(
        default_factory=list, title="insoweit erfahrene Fachkräfte", max_length=20, exclude_if=_empty
    )
    isef_criteria: Prose | None = Field(
        None, title="Kriterien der Qualifikation (auch zu Behinderungen)", exclude_if=_empty
    )
    reporting_channel: Word | None = Field(
        None, title="Weg der Mitteilung", examples=["telefonisch vorab, dann über diesen Dienst"], exclude_if=_empty
    )
    feedback_working_days: Annotated[int, Field(ge=1, le=60), WHOLE] | None = Field(
        None, title="Rückmeldung des Jugendamts (Arbeitstage)", exclude_if=_empty
    )
    training_months: Annotated[int, Field(ge=1, le=60), WHOLE] | None = Field(
        None, title="Schulung und Auswertung alle … Monate", exclude_if=_empty
    )


Clauses = Annotated[list[Clause], Field(title="Regelungen", max_length=100)]

Forms = Annotated[list[FormBinding], Field(title="Verbindliche Vordrucke", max_length=len(FormPurpose))]

OfferIds = Annotated[list[Id], Field(title="Leistungsangebote", max_length=100)]
StandardIds = Annotated[list[Id], Field(title="Standards", max_length=100)]

ServiceKinds = Annotated[list[ServiceKind], Field(title="Hilfearten", max_length=len(ServiceKind))]

ReportRules = Annotated[
    list[ReportRule],
    Field(title="Berichtspflichten; leer: nach Vorgabe", max_length=len(ReportKind) * len(ReportTrigger)),
]

NoticeMonths = Annotated[int, Field(title="Kündigungsfrist (Monate)", ge=0, le=24), WHOLE]

ReviewMonths = Annotated[int, Field(title="Überprüfung alle … Monate", ge=1, le=60), WHOLE]

ContentHash = Annotated[
    str, Field(title="SHA-256 des Textes, der gemeint ist", pattern=r"^[0-9a-f]{64}$", max_length=64)
]


class AgreementContent(In):
    """What the parties negotiate and sign."""

    title: Word = Field(title="Titel", examples=["Qualitätsvereinbarung ambulante Hilfen"])
    service_kinds: ServiceKinds = Field(default_factory=list, examples=[["section_30", "section_31"]])
    valid_from: Day = Field(title="gilt ab", examples=["2026-04-01"])
    valid_to: Day | None = Field(None, title="gilt bis einschließlich (leer: unbefristet)")
    notice_period_months: NoticeMonths = Field(3, examples=[3])
    entry_rule: EntryRule = Field(EntryRule.ALL_SIGNED, title="Gilt")
    review_months: ReviewMonths | None = Field(None, title="Überprüfung alle … Monate", examples=[12])
    continues: Flag = Field(False, title="gilt nach dem Ende weiter, bis Neues vereinbart ist (Weitergeltung)")
    retroactive_reason: Prose | None = Field(None, title="Grund, falls die Vereinbarung zurückwirkt (nur § 77)")
    preamble: Prose | None = Field(None, title="Präambel")
    clauses: Clauses = Field(default_factory=list)
    offer_ids: OfferIds = Field(default_factory=list)
    handbook_version_id: Id | None = Field(None, title="Qualitätshandbuch (Fassung)")
    standard_ids: StandardIds = Field(default_factory=list)
    forms: Forms = Field(default_factory=list)
    report_rules: ReportRules = Field(default_factory=list)
    billing_terms: BillingTerms | None = Field(None, title="Abrechnung")
    safeguarding_terms: SafeguardingTerms | None = Field(None, title="Schutzauftrag (§ 8a Abs. 4)")

    @field_validator("valid_to")
    @classmethod
    def _ordered(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("valid_from")
        if value is not None and start is not None and value < start:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return value

    @field_validator("service_kinds", "standard_ids", "offer_ids")
    @classmethod
    def _each_once(cls, value: list[Any]) -> list[Any]:
        return _once(value, value)

    @field_validator("clauses")
    @classmethod
    def _keys_once(cls, value: list[Clause]) -> list[Clause]:
        return _once(value, (clause.key for clause in value))

    @field_validator("forms")
    @classmethod
    def _purposes_once(cls, value: list[FormBinding]) -> list[FormBinding]:
        return _once(value, (binding.purpose for binding in value))

    @field_validator("report_rules")
    @classmethod
    def _duties_once(cls, value: list[ReportRule]) -> list[ReportRule]:
        return _once(value, ((rule.kind, rule.trigger) for rule in value))


def _once(value: list[Any], names: Iterable[Any]) -> list[Any]:
    names = list(names)
    if len(set(names)) != len(names):
        raise FieldValueError("Nichts darf doppelt vorkommen.", "Nothing may occur twice.")
    return value


class AgreementCreate(AgreementContent):
    """A draft, by either side."""

    kind: AgreementKind = Field(title="Art", examples=["local_quality"])
    youth_office_id: Id | None = Field(None, title="Jugendamt (leer: das eigene)")
    provider_ids: list[Id] = Field(title="Träger", min_length=1, max_length=50)
    belongs_with: Id | None = Field(None, title="gehört zu dieser Vereinbarung (§ 78b Abs. 1: drei gehören zusammen)")

    @field_validator("provider_ids")
    @classmethod
    def _providers_once(cls, value: list[UUID]) -> list[UUID]:
        return _once(value, value)


class AgreementPatch(In):
    """Changes of the text while it is negotiated (merge patch, RFC 7396: null removes, objects are merged)."""

    title: Word | None = Field(None, title="Titel")
    service_kinds: ServiceKinds | None = Field(None, title="Hilfearten")
    valid_from: Day | None = Field(None, title="gilt ab")
    valid_to: Day | None = Field(None, title="gilt bis einschließlich")
    notice_period_months: NoticeMonths | None = Field(None, title="Kündigungsfrist (Monate)")
    entry_rule: EntryRule | None = Field(None, title="Gilt")
    review_months: ReviewMonths | None = Field(None, title="Überprüfung alle … Monate")
    continues: Flag | None = Field(None, title="gilt nach dem Ende weiter")
    retroactive_reason: Prose | None = Field(None, title="Grund, falls die Vereinbarung zurückwirkt")
    preamble: Prose | None = Field(None, title="Präambel")
    clauses: Clauses | None = Field(None, title="Regelungen")
    offer_ids: OfferIds | None = Field(None, title="Leistungsangebote")
    handbook_version_id: Id | None = Field(None, title="Qualitätshandbuch (Fassung)")
    standard_ids: StandardIds | None = Field(None, title="Standards")
    forms: Forms | None = Field(None, title="Verbindliche Vordrucke")
    report_rules: ReportRules | None = Field(None, title="Berichtspflichten")
    billing_terms: dict[str, Any] | None = Field(None, title="Abrechnung", max_length=50)
    safeguarding_terms: dict[str, Any] | None = Field(None, title="Schutzauftrag", max_length=50)
