"""`/v1/agreements`."""

from datetime import date
from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from sqlalchemy.orm import Session

from app.core import documents
from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.law.service_kinds import ServiceKind
from app.modules.agreements import printing, queries, service
from app.modules.agreements.document import content_of
from app.modules.agreements.models import Agreement, AgreementCoverage, AmendmentKind
from app.modules.agreements.rules import RESIDENTIAL, missing_for_payment
from app.modules.agreements.schemas import (
    AgreementAction,
    AgreementContent,
    AgreementCreate,
    AgreementOut,
    AgreementPatch,
    AgreementQuery,
    AgreementSummary,
    AgreementVersionOut,
    BasisOut,
    BasisQuery,
    PartyOut,
    PublishedAgreementOut,
    PublishedQuery,
    ReviewOut,
    SchiedsstelleOut,
    SignatureOut,
)
from app.modules.agreements.schemas.changes import ChangesOut, ChangesQuery
from app.modules.agreements.workflow import AGREEMENT
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/agreements", tags=["agreements"])
router_of_bases = Router(prefix="/payment-bases", tags=["agreements"])
router_of_published = Router(prefix="/published-agreements", tags=["agreements"])
VersionNumber = Annotated[int, Path(ge=1, le=100_000, description="number of the text's version")]
HEAD = AgreementSummary.model_fields.keys() - {"allowed_actions"}


def _summary(agreement: Agreement, actor: Actor) -> AgreementSummary:
    head = {name: getattr(agreement, name) for name in HEAD}
    return AgreementSummary(**head, allowed_actions=AGREEMENT.allowed(agreement, actor))


def _out(db: Session, agreement: Agreement, actor: Actor) -> AgreementOut:
    current = agreement.current
    text = AgreementContent.model_validate(content_of(current.content)).model_dump()
    signed = {signature.organisation_id: signature.signed_at for signature in current.signatures}
    parties = [
        PartyOut(
            organisation_id=party.organisation_id,
            signed_at=signed.get(party.organisation_id),
            joined_on=party.joined_on,
            leaves_on=party.leaves_on,
        )
        for party in agreement.parties
    ]
    return AgreementOut(
        **{**text, **{name: getattr(agreement, name) for name in HEAD}},
        text_number=current.number,
        content_hash=current.content_hash,
        signatures=[SignatureOut.model_validate(signature) for signature in current.signatures],
        parties=parties,
        amendment_id=queries.amendment_of(db, agreement),
        amendment_kinds=[AmendmentKind(kind) for kind in agreement.amendment_kinds],
        amendment_reason=agreement.amendment_reason,
        schiedsstelle=SchiedsstelleOut(**agreement.schiedsstelle) if agreement.schiedsstelle else None,
        notice_reason=agreement.notice_reason,
        allowed_actions=AGREEMENT.allowed(agreement, actor),
    )


@router.post("", status_code=201, summary="Vereinbarung entwerfen")
@needs(Permission.AGREEMENTS_DRAFT)
def draft_agreement(body: AgreementCreate, db: Db, actor: CurrentActor, now: Now) -> AgreementOut:
    """Begin an agreement between a youth office and one or many providers (§§ 77, 78b, 8a Abs. 4, 72a SGB VIII).

    The text is clauses, standards, binding forms, terms of billing and of safeguarding; all of it can change until
    it is offered for signature. Either side may draft.
    """
    return _out(db, service.draft(db, body, actor=actor, at=now), actor)


@router.get("", summary="Vereinbarungen suchen")
@needs(Permission.AGREEMENTS_READ)
def list_agreements(query: Annotated[AgreementQuery, Query()], db: Db, actor: CurrentActor) -> Page[AgreementSummary]:
    """The agreements of the own youth office, or those the own provider is a party of; no other is visible."""
    rows, following, total = queries.list_agreements(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@router.get("/{agreement_id}", summary="Vereinbarung lesen")
@needs(Permission.AGREEMENTS_READ)
def get_agreement(agreement_id: Id, db: Db, actor: CurrentActor) -> AgreementOut:
    """One agreement with its current text, its signatures and the steps the caller may take now."""
    return _out(db, queries.get_agreement(db, agreement_id, actor), actor)


@router.patch("/{agreement_id}", summary="Text der Vereinbarung ändern")
@needs(Permission.AGREEMENTS_DRAFT)
def change_agreement(
    agreement_id: Id, body: AgreementPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AgreementOut:
    """Change the text while it is drafted or negotiated (merge patch, RFC 7396), by the party that drafted it.

    The others propose changes (`/proposals`). A text that was offered for signature stays as it is (§ 56 SGB X:
    what is signed is what was read).
    """
    return _out(db, service.change(db, agreement_id, body, expected, actor=actor, at=now), actor)


@router.get("/{agreement_id}/versions", summary="Fassungen des Textes")
@needs(Permission.AGREEMENTS_READ)
def list_agreement_versions(agreement_id: Id, db: Db, actor: CurrentActor) -> list[AgreementVersionOut]:
    """Every version of the text as it is hashed and signed, oldest first.

    Anybody can check a signature: SHA-256 over the canonical JSON (RFC 8785) of `content` is `content_hash`.
    """
    agreement = queries.get_agreement(db, agreement_id, actor)
    return [AgreementVersionOut.model_validate(version) for version in queries.list_versions(db, agreement)]


@router.get(
    "/{agreement_id}/versions/{number}/document",
    summary="Fassung als PDF",
    response_class=Response,
    responses=documents.DOCUMENT,
)
@needs(Permission.AGREEMENTS_READ)
def get_agreement_document(agreement_id: Id, number: VersionNumber, db: Db, actor: CurrentActor, now: Now) -> Response:
    """One version of the text as it is filed and read: paragraphs, terms, signatures, standards and forms in full.

    PDF/A-3a and PDF/UA-1, in German. The text as it is hashed is attached to it (`vereinbarung.json`), so that
    anybody can check the signatures' SHA-256 (§ 56 SGB X). A version that was never offered is marked as a draft.
    """
    return documents.answer(*printing.print_agreement(db, agreement_id, number, actor=actor, at=now))


@router.get("/{agreement_id}/versions/{number}/changes", summary="Unterschied zweier Fassungen")
@needs(Permission.AGREEMENTS_READ)
def compare_agreement_versions(
    agreement_id: Id, number: VersionNumber, query: Annotated[ChangesQuery, Query()], db: Db, actor: CurrentActor
) -> ChangesOut:
    """What a version says otherwise than an older one: wording word by word, terms field by field (§ 78b SGB VIII).

    The older one is the version before unless `against` names another; for the first version of an amendment it is
    the text that is amended. Clauses are told apart by their key, so that one that moved is not a new one.
    """
    return printing.compare_versions(db, agreement_id, number, query.against, actor=actor)


@router.get(
    "/{agreement_id}/versions/{number}/changes/document",
    summary="Unterschied zweier Fassungen als PDF",
    response_class=Response,
    responses=documents.DOCUMENT,
)
@needs(Permission.AGREEMENTS_READ)
def get_agreement_changes_document(
    agreement_id: Id,
    number: VersionNumber,
    query: Annotated[ChangesQuery, Query()],
    db: Db,
    actor: CurrentActor,
    now: Now,
) -> Response:
    """The same on paper, for the round in which it is negotiated (§§ 77, 78b SGB VIII).

    What is new is underlined, what is gone is struck through.
    """
    return documents.answer(*printing.print_changes(db, agreement_id, number, query.against, actor=actor, at=now))


@router.post("/{agreement_id}/transitions", summary="Vereinbarung weiterführen")
@needs(Permission.AGREEMENTS_READ)
def move_agreement(
    agreement_id: Id, body: AgreementAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AgreementOut:
    """Take a step of the agreement's life (§§ 77, 78b-78g SGB VIII, §§ 56-59 SGB X); `allowed_actions` names them.

    The last signature that is needed concludes the agreement; it is in force from its first day. Agreements under
    § 78b hold for the future only (§ 78d SGB VIII). Providers can join (`accede`) and leave (`leave`) while the
    others go on; `amend` begins a successor (`amendment_id`) that takes over on its own first day.
    """
    return _out(db, service.move(db, agreement_id, body, expected, actor=actor, at=now), actor)


@router.get("/{agreement_id}/transitions", summary="Verlauf der Vereinbarung")
@needs(Permission.AGREEMENTS_READ)
def list_agreement_transitions(agreement_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first: who negotiated, offered, signed, and what time did."""
    return history(db, queries.get_agreement(db, agreement_id, actor).id)


@router.get("/{agreement_id}/reviews", summary="Überprüfungen der Vereinbarung")
@needs(Permission.AGREEMENTS_READ)
def list_agreement_reviews(agreement_id: Id, db: Db, actor: CurrentActor) -> list[ReviewOut]:
    """When the parties looked at the agreement again, and what came of it, newest first (§ 79a SGB VIII)."""
    agreement = queries.get_agreement(db, agreement_id, actor)
    return [ReviewOut.model_validate(review) for review in queries.list_reviews(db, agreement)]


@router_of_bases.get("", summary="Grundlagen der Bezahlung prüfen")
@needs(Permission.AGREEMENTS_READ)
def list_payment_bases(query: Annotated[BasisQuery, Query()], db: Db, actor: CurrentActor, now: Now) -> list[BasisOut]:
    """Which kinds of help with which providers may be paid on a day, on what that rests, what is missing.

    (Part-)residential help needs all three agreements of § 78b Abs. 1 SGB VIII, ambulatory help one under § 77.
    """
    on = query.on or legal_date(now)
    rows = groupby(
        queries.list_coverage(db, query, on, actor),
        lambda row: (row.youth_office_id, row.provider_id, row.service_kind),
    )
    found = [_basis(*key, on, list(covering)) for key, covering in rows if key[2] is not None]
    office = actor.organisation_id if actor.is_youth_office else query.youth_office_id
    provider = query.provider_id if actor.is_youth_office else actor.organisation_id
    if found or query.service_kind is None or office is None or provider is None:
        return found
    return [_basis(office, provider, query.service_kind, on, [])]  # asked for one: the answer is what is missing


def _basis(
    youth_office_id: UUID, provider_id: UUID, service_kind: ServiceKind, on: date, rows: list[AgreementCoverage]
) -> BasisOut:
    kinds = [row.kind for row in rows]
    missing = missing_for_payment(service_kind, kinds)
    return BasisOut(
        youth_office_id=youth_office_id,
        provider_id=provider_id,
        service_kind=service_kind,
        on=on,
        is_payable=not missing,
        agreement_ids=[row.agreement_id for row in rows],
        kinds=kinds,
        missing=missing,
        law="§ 78b Abs. 1 SGB VIII" if service_kind in RESIDENTIAL else "§ 77 Abs. 1 SGB VIII",
    )


@router_of_published.get("", summary="Veröffentlichte Vereinbarungen")
@needs(Permission.AGREEMENTS_READ_PUBLISHED)
def list_published_agreements(
    query: Annotated[PublishedQuery, Query()], db: Db, actor: CurrentActor
) -> Page[PublishedAgreementOut]:
    """What the own youth office shows to the members of its committee, without prices (§ 71 SGB VIII)."""
    rows, following, total = queries.list_published(db, query, actor)
    return page_of([_published(row) for row in rows], following, total, query)


@router_of_published.get("/{agreement_id}", summary="Veröffentlichte Vereinbarung lesen")
@needs(Permission.AGREEMENTS_READ_PUBLISHED)
def get_published_agreement(agreement_id: Id, db: Db, actor: CurrentActor) -> PublishedAgreementOut:
    """One published agreement with its clauses, without prices (§ 71 SGB VIII)."""
    return _published(queries.get_published(db, agreement_id, actor))


def _published(agreement: Agreement) -> PublishedAgreementOut:
    shown = PublishedAgreementOut.model_fields.keys()
    text = {name: value for name, value in content_of(agreement.current.content).items() if name in shown}
    head = {name: getattr(agreement, name) for name in shown if hasattr(agreement, name)}
    return PublishedAgreementOut(**{**text, **head})
