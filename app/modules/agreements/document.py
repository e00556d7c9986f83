"""The text of an agreement as one document: put together, named by its hash, read again. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.law.service_kinds import ServiceKind
from app.modules.agreements.models import Agreement, AgreementCoverage, AgreementKind
from app.modules.agreements.reporting import ReportRule
from app.modules.agreements.schemas import AgreementContent
from app.modules.agreements.terms import BillingTerms

NEGOTIATED = set(AgreementContent.model_fields)


@dataclass(frozen=True)
class AgreementInForce:
    """What an agreement says on a day on which it holds.

    `valid_to` is the last day (after notice: the earlier one); `form_versions` by purpose (`FormPurpose`);
    `safeguarding_terms` is the agreed time until the youth office acknowledges, in minutes by `Urgency`.
    """

    id: UUID
    number: str
    version_id: UUID
    youth_office_id: UUID
    provider_ids: tuple[UUID, ...]
    service_kinds: frozenset[ServiceKind]
    valid_from: date
    valid_to: date | None
    billing_terms: BillingTerms | None
    form_versions: dict[str, UUID]
    safeguarding_terms: dict[str, int]
    report_rules: tuple[ReportRule, ...] = ()
    settles_safeguarding: bool = False  # the duties of § 8a Abs. 4, whatever else it is about
    names_isef: bool = False


def document_of(agreement: Agreement, content: AgreementContent) -> dict[str, Any]:
    """The whole text that is signed: number, parties and everything they agreed, as JSON."""
    return {
        "agreement": agreement.number,
        "text_number": agreement.current_number,
        "kind": agreement.kind.value,
        "youth_office_id": str(agreement.youth_office_id),
        "provider_ids": [str(provider_id) for provider_id in agreement.provider_ids],
        **content.model_dump(mode="json", include=NEGOTIATED),
    }


def content_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The negotiated part of a document."""
    return {name: document[name] for name in AgreementContent.model_fields if name in document}


def canonical(document: Mapping[str, Any]) -> str:
    """The document's canonical JSON (RFC 8785).

    Names are ASCII and numbers whole, so that sorted names and compact separators are all that RFC 8785 asks for.
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the document's canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def read_document(coverage: AgreementCoverage, document: Mapping[str, Any]) -> AgreementInForce:
    """What a document says to other rooms, for the term its coverage names."""
    terms, safeguarding = document["billing_terms"], document["safeguarding_terms"] or {}
    return AgreementInForce(
        id=coverage.agreement_id,
        number=document["agreement"],
        version_id=coverage.version_id,
        youth_office_id=coverage.youth_office_id,
        provider_ids=tuple(UUID(provider_id) for provider_id in document["provider_ids"]),
        service_kinds=frozenset(ServiceKind(kind) for kind in document["service_kinds"]),
        valid_from=coverage.valid_from,
        valid_to=coverage.valid_to,
        billing_terms=None if terms is None else BillingTerms.model_validate(terms),
        form_versions={form["purpose"]: UUID(form["form_version_id"]) for form in document["forms"]},
        report_rules=tuple(ReportRule.model_validate(rule) for rule in document.get("report_rules", [])),
        safeguarding_terms=dict(safeguarding.get("acknowledge_minutes", {})),
        settles_safeguarding=bool(document["safeguarding_terms"]) or document["kind"] == AgreementKind.SCHUTZAUFTRAG_8A,
        names_isef=bool(safeguarding.get("isef")),
    )
