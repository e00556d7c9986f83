"""`/v1/agreements`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.agreements import queries, service
from app.modules.agreements.document import content_of
from app.modules.agreements.models import Agreement
from app.modules.agreements.schemas import (
    AgreementAction,
    AgreementCreate,
    AgreementOut,
    AgreementPatch,
    AgreementQuery,
    AgreementSummary,
    AgreementVersionOut,
    SignatureOut,
)
from app.modules.agreements.workflow import AGREEMENT
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/agreements", tags=["agreements"])
HEAD = AgreementSummary.model_fields.keys() - {"allowed_actions"}


def _summary(agreement: Agreement, actor: Actor) -> AgreementSummary:
    head = {name: getattr(agreement, name) for name in HEAD}
    return AgreementSummary(**head, allowed_actions=AGREEMENT.allowed(agreement, actor))


def _out(agreement: Agreement, actor: Actor) -> AgreementOut:
    current = agreement.current
    text = {**content_of(current.content), **{name: getattr(agreement, name) for name in HEAD}}
    return AgreementOut(
        **text,
        text_number=current.number,
        content_hash=current.content_hash,
        signatures=[SignatureOut.model_validate(signature) for signature in current.signatures],
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
    return _out(service.draft(db, body, actor=actor, at=now), actor)


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
    return _out(queries.get_agreement(db, agreement_id, actor), actor)


@router.patch("/{agreement_id}", summary="Text der Vereinbarung ändern")
@needs(Permission.AGREEMENTS_DRAFT)
def change_agreement(
    agreement_id: Id, body: AgreementPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AgreementOut:
    """Change the text while it is drafted or negotiated (merge patch, RFC 7396).

    A text that was offered for signature stays as it is (§ 56 SGB X: what is signed is what was read).
    """
    return _out(service.change(db, agreement_id, body, expected, actor=actor, at=now), actor)


@router.get("/{agreement_id}/versions", summary="Fassungen des Textes")
@needs(Permission.AGREEMENTS_READ)
def list_agreement_versions(agreement_id: Id, db: Db, actor: CurrentActor) -> list[AgreementVersionOut]:
    """Every version of the text as it is hashed and signed, oldest first.

    Anybody can check a signature: SHA-256 over the canonical JSON (RFC 8785) of `content` is `content_hash`.
    """
    agreement = queries.get_agreement(db, agreement_id, actor)
    return [AgreementVersionOut.model_validate(version) for version in queries.list_versions(db, agreement)]


@router.post("/{agreement_id}/transitions", summary="Vereinbarung weiterführen")
@needs(Permission.AGREEMENTS_READ)
def move_agreement(
    agreement_id: Id, body: AgreementAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AgreementOut:
    """Negotiate, offer for signature, sign, withdraw, or give notice (§§ 77, 78b-78d SGB VIII, §§ 56-59 SGB X).

    The last party's signature concludes the agreement; it is in force from its first day. Agreements under § 78b
    hold for the future only (§ 78d SGB VIII).
    """
    return _out(service.move(db, agreement_id, body, expected, actor=actor, at=now), actor)


@router.get("/{agreement_id}/transitions", summary="Verlauf der Vereinbarung")
@needs(Permission.AGREEMENTS_READ)
def list_agreement_transitions(agreement_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first: who negotiated, offered, signed, and what time did."""
    return history(db, queries.get_agreement(db, agreement_id, actor).id)
