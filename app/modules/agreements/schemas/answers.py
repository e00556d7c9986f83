"""Agreements as the API shows and finds them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out
from app.core.workflow import AllowedAction
from app.law.service_kinds import ServiceKind
from app.modules.agreements.models import AgreementKind, AgreementState, AmendmentKind
from app.modules.agreements.reporting import ReportRule
from app.modules.agreements.schemas.text import (
    Clause,
    EntryRule,
    FormBinding,
    FormPurpose,
    ReviewResult,
    SafeguardingTerms,
)
from app.modules.agreements.terms import BillingTerms


class PartyOut(Out):
    """A party and since when it belongs."""

    organisation_id: Id = Field(title="Organisation")
    signed_at: Instant | None = Field(title="unterschrieben am")
    joined_on: Day | None = Field(title="beigetreten zum")
    leaves_on: Day | None = Field(title="letzter Tag nach Austritt")


class SchiedsstelleOut(Out):
    """The way through the Schiedsstelle (§ 78g)."""

    board: str = Field(title="Schiedsstelle", max_length=200)
    applied_on: Day = Field(title="Eingang des Antrags")
    issues: str = Field(title="Streitpunkte", max_length=10_000)
    reference: str | None = Field(None, title="Aktenzeichen der Entscheidung", max_length=200)
    decided_on: Day | None = Field(None, title="entschieden am")
    confirmed_by: list[Id] = Field(default_factory=list, title="bestätigt von (Vertragsparteien)", max_length=200)
    dispute: str | None = Field(None, title="warum die letzte Eintragung zurückgewiesen wurde", max_length=10_000)


class SignatureOut(Out):
    """Who signed."""

    organisation_id: Id = Field(title="Vertragspartei")
    account_id: Id = Field(title="wer (Zugang)")
    name: str = Field(title="Name der Person", max_length=200)
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
    ends_on: Day | None = Field(title="letzter Tag nach Kündigung oder Ablösung")
    set_id: Id = Field(title="Kennung des Verbunds (§ 78b Abs. 1)")
    amends_id: Id | None = Field(title="ändert diese Vereinbarung")
    next_review_on: Day | None = Field(title="nächste Überprüfung")
    published_at: Instant | None = Field(title="für den Ausschuss veröffentlicht am")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung des Eintrags", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class AgreementOut(AgreementSummary):
    """An agreement with its current text."""

    text_number: int = Field(title="Fassung des Textes", ge=1)
    content_hash: str = Field(title="SHA-256 des Textes (RFC 8785)", max_length=64)
    parties: list[PartyOut] = Field(title="Vertragsparteien", max_length=51)
    amendment_id: Id | None = Field(title="wird geändert durch")
    amendment_kinds: list[AmendmentKind] = Field(title="Gegenstand der Änderung", max_length=len(AmendmentKind))
    amendment_reason: str | None = Field(title="Anlass der Änderung", max_length=10_000)
    schiedsstelle: SchiedsstelleOut | None = Field(title="Schiedsverfahren (§ 78g)")
    notice_period_months: int = Field(title="Kündigungsfrist (Monate)", ge=0)
    entry_rule: EntryRule = Field(title="Gilt")
    review_months: int | None = Field(title="Überprüfung alle … Monate", ge=1)
    continues: bool = Field(title="gilt nach dem Ende weiter")
    retroactive_reason: str | None = Field(title="Grund der Rückwirkung", max_length=10_000)
    preamble: str | None = Field(title="Präambel", max_length=10_000)
    clauses: list[Clause] = Field(title="Regelungen", max_length=100)
    offer_ids: list[Id] = Field(title="Leistungsangebote", max_length=100)
    handbook_version_id: Id | None = Field(title="Qualitätshandbuch (Fassung)")
    standard_ids: list[Id] = Field(title="Standards", max_length=100)
    forms: list[FormBinding] = Field(title="Verbindliche Vordrucke", max_length=len(FormPurpose))
    report_rules: list[ReportRule] = Field(title="Berichtspflichten", max_length=50)
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
    note: str | None = Field(title="Anlass der Fassung", max_length=200)
    created_at: Instant = Field(title="begonnen am")
    closed_at: Instant | None = Field(title="abgelöst am")
    offered_at: Instant | None = Field(title="zur Unterschrift gelegt am")
    signatures: list[SignatureOut] = Field(title="Unterschriften", max_length=51)


class PublishedAgreementOut(Out):
    """An agreement as the committee reads it: what was agreed, without prices."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    kind: AgreementKind = Field(title="Art")
    state: AgreementState = Field(title="Stand")
    title: str = Field(title="Titel", max_length=200)
    youth_office_id: Id = Field(title="Jugendamt")
    provider_ids: list[Id] = Field(title="Träger", max_length=50)
    service_kinds: list[ServiceKind] = Field(title="Hilfearten", max_length=len(ServiceKind))
    valid_from: Day = Field(title="gilt ab")
    valid_to: Day | None = Field(title="gilt bis einschließlich, wie vereinbart")
    ends_on: Day | None = Field(title="letzter Tag nach Kündigung oder Ablösung")
    preamble: str | None = Field(title="Präambel", max_length=10_000)
    clauses: list[Clause] = Field(title="Regelungen", max_length=100)
    published_at: Instant = Field(title="veröffentlicht am")


class PublishedQuery(PageQuery):
    """Filters of published agreements."""

    kind: AgreementKind | None = None
    provider_id: Id | None = None
    sort: Literal["valid_from", "-valid_from", "number", "-number"] = "-valid_from"


class AgreementQuery(PageQuery):
    """Filters of agreements."""

    state: AgreementState | None = None
    kind: AgreementKind | None = None
    youth_office_id: Id | None = None
    provider_id: Id | None = None
    service_kind: Annotated[ServiceKind | None, Field(description="agreements that name this kind of help")] = None
    set_id: Id | None = None
    amends_id: Id | None = None
    review_until: Annotated[Day | None, Field(description="agreements to be reviewed until this day")] = None
    in_force_on: Annotated[Day | None, Field(description="agreements that hold on this day")] = None
    sort: Literal["number", "-number", "valid_from", "-valid_from", "created_at", "-created_at"] = "-created_at"


class ReviewOut(Out):
    """A review that was held."""

    id: Id
    held_at: Instant = Field(title="festgehalten am")
    recorded_by: Id = Field(title="von (Zugang)")
    result: ReviewResult = Field(title="Ergebnis")
    note: str = Field(title="Protokoll", max_length=10_000)


class BasisQuery(In):
    """For which help the agreements are asked."""

    provider_id: Annotated[Id | None, Field(description="empty: all (or the own one)")] = None
    youth_office_id: Annotated[Id | None, Field(description="empty: all (or the own one)")] = None
    service_kind: Annotated[ServiceKind | None, Field(description="empty: all that are agreed on")] = None
    on: Annotated[Day | None, Field(description="empty: today")] = None


class BasisOut(Out):
    """Whether a kind of help with a provider may be paid on a day, and what it rests on."""

    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    service_kind: ServiceKind = Field(title="Hilfeart")
    on: Day = Field(title="Tag")
    is_payable: bool = Field(title="Entgelt kann übernommen werden")
    agreement_ids: list[Id] = Field(title="Vereinbarungen in Kraft", max_length=50)
    kinds: list[AgreementKind] = Field(title="es gilt", max_length=len(AgreementKind))
    missing: list[AgreementKind] = Field(title="es fehlt", max_length=len(AgreementKind))
    law: str = Field(title="Rechtsgrundlage", max_length=200)
