"""Agreements as the API shows and takes them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import CodeList, Count, Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.law.protection import Urgency
from app.modules.agreements.models import AgreementKind, AgreementState
from app.modules.agreements.terms import BillingTerms, ServiceKind


class FormPurpose(CodeList):
    """What a jointly made form is binding for."""

    INITIAL_REPORT = "initial_report", "Erstbericht"
    DEVELOPMENT_REPORT = "development_report", "Verlaufs- und Entwicklungsbericht"
    FINAL_REPORT = "final_report", "Abschlussbericht"
    ANNUAL_QUALITY_REPORT = "annual_quality_report", "Jahresqualitätsbericht"
    HELP_PLAN = "help_plan", "Hilfeplan"
    SERVICE_RECORD_SHEET = "service_record_sheet", "Leistungsnachweis"
    JUGENDAMT_NOTIFICATION = "jugendamt_notification", "Mitteilung an das Jugendamt"


class Clause(In):
    """A clause of the text."""

    key: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        title="Kennung", examples=["hilfeplanung"]
    )
    title: Word = Field(title="Überschrift", examples=["Hilfeplanung"])
    text: Prose = Field(title="Text", examples=["Jedes Hilfeplangespräch bereiten beide Seiten vor."])


class FormBinding(In):
    """A form both sides use."""

    purpose: FormPurpose = Field(title="wofür", examples=["development_report"])
    form_version_id: Id = Field(title="Fassung des Vordrucks")


class SafeguardingTerms(In):
    """What the parties agreed for reports on a child's welfare; the statute names duties, not hours."""

    acknowledge_minutes: dict[Urgency, Annotated[Count, Field(ge=1, le=20_160)]] = Field(
        default_factory=dict,
        title="Eingangsbestätigung des Jugendamts, je Dringlichkeit (Minuten)",
        max_length=len(Urgency),
        examples=[{"immediate": 15, "same_day": 60}],
    )


Clauses = Annotated[list[Clause], Field(title="Regelungen", max_length=100)]
Forms = Annotated[list[FormBinding], Field(title="Verbindliche Vordrucke", max_length=len(FormPurpose))]
StandardIds = Annotated[list[Id], Field(title="Standards", max_length=100)]
ServiceKinds = Annotated[list[ServiceKind], Field(title="Hilfearten", max_length=len(ServiceKind))]
NoticeMonths = Annotated[Count, Field(title="Kündigungsfrist (Monate)", ge=0, le=24)]


class AgreementContent(In):
    """What the parties negotiate and sign."""

    title: Word = Field(title="Titel", examples=["Qualitätsvereinbarung ambulante Hilfen"])
    service_kinds: ServiceKinds = Field(default_factory=list, examples=[["section_30", "section_31"]])
    valid_from: Day = Field(title="gilt ab", examples=["2026-04-01"])
    valid_to: Day | None = Field(None, title="gilt bis einschließlich (leer: unbefristet)")
    notice_period_months: NoticeMonths = Field(3, examples=[3])
    retroactive_reason: Prose | None = Field(None, title="Grund, falls die Vereinbarung zurückwirkt (nur § 77)")
    preamble: Prose | None = Field(None, title="Präambel")
    clauses: Clauses = Field(default_factory=list)
    standard_ids: StandardIds = Field(default_factory=list)
    forms: Forms = Field(default_factory=list)
    billing_terms: BillingTerms | None = Field(None, title="Abrechnung")
    safeguarding_terms: SafeguardingTerms | None = Field(None, title="Schutzauftrag (§ 8a Abs. 4)")

    @field_validator("valid_to")
    @classmethod
    def _ordered(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("valid_from")
        if value is not None and start is not None and value < start:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return value

    @field_validator("service_kinds", "standard_ids")
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
    retroactive_reason: Prose | None = Field(None, title="Grund, falls die Vereinbarung zurückwirkt")
    preamble: Prose | None = Field(None, title="Präambel")
    clauses: Clauses | None = Field(None, title="Regelungen")
    standard_ids: StandardIds | None = Field(None, title="Standards")
    forms: Forms | None = Field(None, title="Verbindliche Vordrucke")
    billing_terms: dict[str, Any] | None = Field(None, title="Abrechnung", max_length=50)
    safeguarding_terms: dict[str, Any] | None = Field(None, title="Schutzauftrag", max_length=50)


class OpenNegotiation(In):
    """The written call to negotiate."""

    action: Literal["open_negotiation"]


class OfferForSignature(In):
    """The text is fixed and laid before the parties."""

    action: Literal["offer_for_signature"]


class ReopenAgreement(In):
    """Back to negotiation: the next version of the text begins, signatures stay under the old one."""

    action: Literal["reopen"]


class SignAgreement(In):
    """A party's signature under exactly the text that its hash names."""

    action: Literal["sign"]
    function: Word = Field(title="Funktion der unterzeichnenden Person", examples=["Leitung des Jugendamts"])
    content_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)] = Field(
        title="SHA-256 des unterschriebenen Textes"
    )


class WithdrawAgreement(In):
    """Nothing came of it."""

    action: Literal["withdraw"]


class TerminateAgreement(In):
    """Notice: the agreement holds until its last day."""

    action: Literal["terminate"]
    last_day: Day = Field(title="letzter Tag")
    reason: Prose = Field(title="Begründung")
    is_extraordinary: Flag = Field(False, title="ohne Einhaltung der Frist (§ 59 SGB X)")
    is_adaptation_tried: Flag = Field(False, title="Anpassung wurde vorher versucht (§ 59 Abs. 1 SGB X)")


AgreementAction = Annotated[
    OpenNegotiation | OfferForSignature | ReopenAgreement | SignAgreement | WithdrawAgreement | TerminateAgreement,
    Field(discriminator="action"),
]


class SignatureOut(Out):
    """Who signed."""

    organisation_id: Id = Field(title="Vertragspartei")
    account_id: Id = Field(title="wer (Zugang)")
    function: str = Field(title="Funktion", max_length=200)
    signed_at: Instant = Field(title="wann")


class AgreementSummary(Out):
    """An agreement in a list."""

    id: Id
    number: str = Field(title="Nummer", max_length=20, examples=["QV-2026-0007"])
    kind: AgreementKind = Field(title="Art")
    state: AgreementState = Field(title="Stand")
    title: str = Field(title="Titel", max_length=200)
    youth_office_id: Id = Field(title="Jugendamt")
    provider_ids: list[Id] = Field(title="Träger", max_length=50)
    service_kinds: list[ServiceKind] = Field(title="Hilfearten", max_length=len(ServiceKind))
    valid_from: Day = Field(title="gilt ab")
    valid_to: Day | None = Field(title="gilt bis einschließlich, wie vereinbart")
    ends_on: Day | None = Field(title="letzter Tag nach Kündigung")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung des Eintrags", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class AgreementOut(AgreementSummary):
    """An agreement with its current text."""

    text_number: int = Field(title="Fassung des Textes", ge=1)
    content_hash: str = Field(title="SHA-256 des Textes (RFC 8785)", max_length=64)
    notice_period_months: int = Field(title="Kündigungsfrist (Monate)", ge=0)
    retroactive_reason: str | None = Field(title="Grund der Rückwirkung", max_length=10_000)
    preamble: str | None = Field(title="Präambel", max_length=10_000)
    clauses: list[Clause] = Field(title="Regelungen", max_length=100)
    standard_ids: list[Id] = Field(title="Standards", max_length=100)
    forms: list[FormBinding] = Field(title="Verbindliche Vordrucke", max_length=len(FormPurpose))
    billing_terms: BillingTerms | None = Field(title="Abrechnung")
    safeguarding_terms: SafeguardingTerms | None = Field(title="Schutzauftrag (§ 8a Abs. 4)")
    signatures: list[SignatureOut] = Field(title="Unterschriften", max_length=51)
    notice_reason: str | None = Field(title="Begründung der Kündigung", max_length=10_000)


class AgreementVersionOut(Out):
    """One version of the text, exactly as it is hashed and signed."""

    id: Id
    number: int = Field(title="Fassung des Textes", ge=1)
    content: dict[str, Any] = Field(title="Der ganze Text; sein Hash ist der SHA-256 des kanonischen JSON (RFC 8785)")
    content_hash: str = Field(title="SHA-256 des Textes", max_length=64)
    created_at: Instant = Field(title="begonnen am")
    offered_at: Instant | None = Field(title="zur Unterschrift gelegt am")
    signatures: list[SignatureOut] = Field(title="Unterschriften", max_length=51)


class AgreementQuery(PageQuery):
    """Filters of agreements."""

    state: AgreementState | None = None
    kind: AgreementKind | None = None
    youth_office_id: Id | None = None
    provider_id: Id | None = None
    service_kind: Annotated[ServiceKind | None, Field(description="agreements that name this kind of help")] = None
    in_force_on: Annotated[Day | None, Field(description="agreements that hold on this day")] = None
    sort: Literal["number", "-number", "valid_from", "-valid_from", "created_at", "-created_at"] = "-created_at"
