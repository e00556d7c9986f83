"""The text of an agreement while it can still change."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core import audit, outbox
from app.core.db import check_version
from app.core.ids import new_id
from app.core.mergepatch import merge_patch
from app.core.numbers import next_number
from app.core.problems import FieldError, Invalid
from app.core.validation import invalid
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules import forms, handbooks, identity, offers, organisations, standards
from app.modules.agreements import document, queries, rules
from app.modules.agreements.errors import AgreementFixed, PenHeldByOther
from app.modules.agreements.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementReview,
    AgreementSignature,
    AgreementState,
    AgreementVersion,
)
from app.modules.agreements.schemas import (
    AgreementContent,
    AgreementCreate,
    AgreementPatch,
    AmendAgreement,
    RecordReview,
)
from app.modules.agreements.workflow import AGREEMENT, TALKING
from app.policy import Actor, OrganisationKind

outbox.announce(agreement__changed="Vereinbarung: Text geändert")

NEGOTIABLE = TALKING | {AgreementState.BEFORE_SCHIEDSSTELLE}


def draft(db: Session, body: AgreementCreate, *, actor: Actor, at: datetime) -> Agreement:
    """Begin an agreement; either side may, for itself and the other.

    Raises:
        Invalid: a party is missing or unknown, the text contradicts itself or its kind, a standard or form is
            unknown or not shared.
    """
    youth_office_id = _check_parties(db, body, actor)
    _check_content(db, body.kind, youth_office_id, body.provider_ids, body)
    id_ = new_id()
    agreement = Agreement(
        id=id_,
        set_id=_set_of(db, body, youth_office_id, actor) or id_,
        amendment_kinds=[],
        youth_office_id=youth_office_id,
        drafted_by=actor.organisation_id,
        number=next_number(db, youth_office_id, "QV", legal_date(at).year),
        kind=body.kind,
        parties=[
            AgreementParty(organisation_id=organisation_id, place=place)
            for place, organisation_id in enumerate([youth_office_id, *body.provider_ids])
        ],
        current_number=1,
    )
    _extract(agreement, body)
    AGREEMENT.begin(db, agreement, actor=actor, at=at)
    lay_version(db, agreement, body, at)
    return agreement


def change(
    db: Session, agreement_id: UUID, patch: AgreementPatch, expected: int, *, actor: Actor, at: datetime
) -> Agreement:
    """Change the text while it is drafted or negotiated (merge patch, RFC 7396).

    Raises:
        AgreementFixed: the text lies on the table or is signed.
        PenHeldByOther: another party drafted it.
        Invalid: as for a draft, with pointers into the patch.
    """
    agreement = queries.get_agreement(db, agreement_id, actor, lock=True)
    check_version(agreement, expected)
    if agreement.state not in NEGOTIABLE:
        raise AgreementFixed(state=agreement.state.value)
    if actor.organisation_id != agreement.drafted_by:
        raise PenHeldByOther
    before = agreement.current.content_hash
    _apply(db, agreement, patch.model_dump(mode="json", exclude_unset=True))
    if agreement.current.content_hash == before:
        return agreement
    agreement.changed_at = at
    db.flush()
    _tell_change(db, agreement, actor, at)
    return agreement


def apply_proposal(
    db: Session, agreement: Agreement, patch: Mapping[str, Any], note: str, *, actor: Actor, at: datetime
) -> None:
    """What another party proposed and the drafter accepted becomes the next version of the text.

    Raises:
        AgreementFixed: the text lies on the table or is signed.
        Invalid: the text as it is now does not go together with the proposal.
    """
    if agreement.state not in NEGOTIABLE:
        raise AgreementFixed(state=agreement.state.value)
    next_version(db, agreement, at, note=note)
    _apply(db, agreement, patch)
    agreement.changed_at = at
    db.flush()
    _tell_change(db, agreement, actor, at)


def check_proposal(db: Session, agreement: Agreement, patch: Mapping[str, Any]) -> None:
    """Refuse a proposal that would not make a sound text."""
    _check(db, agreement, _merged(agreement, patch))


def draft_amendment(
    db: Session, agreement: Agreement, action: AmendAgreement, *, actor: Actor, at: datetime
) -> Agreement:
    """The successor begins as a copy that holds from another day; who begins it holds the pen."""
    root = agreement.number.partition("/")[0]
    content = AgreementContent.model_validate(
        {**text_of(agreement), "valid_from": action.valid_from, "valid_to": None, "retroactive_reason": None}
    )
    successor = Agreement(
        id=new_id(),
        set_id=agreement.set_id,
        amends_id=agreement.id,
        amendment_kinds=[kind.value for kind in action.kinds],
        amendment_reason=action.reason,
        youth_office_id=agreement.youth_office_id,
        drafted_by=actor.organisation_id,
        number=f"{root}/{queries.count_amendments(db, agreement.youth_office_id, root) + 1}",
        kind=agreement.kind,
        parties=[
            AgreementParty(organisation_id=organisation_id, place=place)
            for place, organisation_id in enumerate([agreement.youth_office_id, *rules.covered_providers(agreement)])
        ],
        current_number=1,
    )
    if agreement.valid_to is not None and agreement.valid_to >= action.valid_from:
        content.valid_to = agreement.valid_to
    _extract(successor, content)
    AGREEMENT.begin(db, successor, actor=actor, at=at)
    lay_version(db, successor, content, at, note=f"Änderung zu {agreement.number}")
    return successor


def keep_review(db: Session, agreement: Agreement, action: RecordReview, actor: Actor, at: datetime) -> None:
    """Keep what came of a review."""
    review = AgreementReview(
        agreement_id=agreement.id, held_at=at, recorded_by=actor.id, result=action.result.value, note=action.note
    )
    db.add(review)


def add_signature(
    db: Session, agreement: Agreement, function: str, content_hash: str, actor: Actor, at: datetime
) -> None:
    """A party's signature under the current version."""
    agreement.current.signatures.append(
        AgreementSignature(
            organisation_id=actor.organisation_id,
            account_id=actor.id,
            name=identity.get_account(db, actor.id, actor).name,
            function=function,
            signed_at=at,
            content_hash=content_hash,
        )
    )
    db.flush()


def next_version(db: Session, agreement: Agreement, at: datetime, *, note: str | None) -> None:
    """Close the current version; the next one begins as its copy."""
    content = AgreementContent.model_validate(text_of(agreement))
    if agreement.current.offered_at is None:
        agreement.current.closed_at = at
    agreement.current_number += 1
    lay_version(db, agreement, content, at, note=note)


def text_of(agreement: Agreement) -> dict[str, Any]:
    """The negotiated part of the current version."""
    return document.content_of(agreement.current.content)


def rewrite(agreement: Agreement, content: AgreementContent) -> None:
    """Put a text in the current version's place, which is neither offered nor closed."""
    agreement.current.content = document.document_of(agreement, content)
    agreement.current.content_hash = document.hash_of(agreement.current.content)


def fix_offers(db: Session, agreement: Agreement) -> None:
    """Name in the text which version of each offer is agreed on; what the provider publishes later is another."""
    current = agreement.current
    if current.content.get("offer_ids"):
        with by_the_service(db):  # an offer of one party is part of the text that all of them sign
            versions = offers.published_versions(db, [UUID(id_) for id_ in current.content["offer_ids"]])
        fixed = [_fixed(versions[UUID(id_)]) for id_ in current.content["offer_ids"]]
        current.content = {**current.content, "offers": fixed}
        current.content_hash = document.hash_of(current.content)


def _fixed(version: offers.OfferVersion) -> dict[str, Any]:
    return {
        "offer_id": str(version.offer_id),
        "number": version.number,
        "title": version.content["title"],
        "content_hash": document.hash_of(version.content),
    }


def lay_version(
    db: Session, agreement: Agreement, content: AgreementContent, at: datetime, note: str | None = None
) -> None:
    """Make this text the current version of an agreement."""
    text = document.document_of(agreement, content)
    version = AgreementVersion(
        agreement_id=agreement.id,
        number=agreement.current_number,
        content=text,
        content_hash=document.hash_of(text),
        created_at=at,
        note=note,
        signatures=[],
    )
    db.add(version)
    db.flush()
    set_committed_value(agreement, "current", version)


def _apply(db: Session, agreement: Agreement, patch: Mapping[str, Any]) -> None:
    content = _merged(agreement, patch)
    _check(db, agreement, content)
    _extract(agreement, content)
    rewrite(agreement, content)


def _check_parties(db: Session, body: AgreementCreate, actor: Actor) -> UUID:
    """The youth office; refuses parties that are none, or a draft of others' agreement."""
    youth_office_id = body.youth_office_id or actor.organisation_id
    wanted = {"/youth_office_id": (youth_office_id, OrganisationKind.YOUTH_OFFICE)}
    for place, provider_id in enumerate(body.provider_ids):
        wanted[f"/provider_ids/{place}"] = (provider_id, OrganisationKind.PROVIDER)
    known = organisations.organisations_by_id(db, [youth_office_id, *body.provider_ids])
    findings = [
        FieldError(pointer, "unknown", "Diese Organisation gibt es nicht.", "There is no such organisation.")
        for pointer, (organisation_id, kind) in wanted.items()
        if organisation_id not in known or known[organisation_id].kind is not kind
    ]
    if actor.organisation_id not in {youth_office_id, *body.provider_ids}:
        de, en = "Die eigene Organisation ist keine Vertragspartei.", "The own organisation is no party."
        findings.append(FieldError("/provider_ids" if actor.is_provider else "/youth_office_id", "not_a_party", de, en))
    if findings:
        raise Invalid(errors=findings)
    return youth_office_id


def _set_of(db: Session, body: AgreementCreate, youth_office_id: UUID, actor: Actor) -> UUID | None:
    """The set this agreement joins: the three of § 78b have the same parties."""
    if body.belongs_with is None:
        return None
    other = queries.find_agreement(db, body.belongs_with, actor)
    if other is None or other.youth_office_id != youth_office_id or set(other.provider_ids) != set(body.provider_ids):
        raise Invalid.field(
            "/belongs_with",
            "other_parties",
            "Es gibt keine solche Vereinbarung derselben Vertragsparteien.",
            "There is no such agreement of the same parties.",
        )
    return other.set_id


def _check(db: Session, agreement: Agreement, content: AgreementContent) -> None:
    _check_content(db, agreement.kind, agreement.youth_office_id, agreement.provider_ids, content)


def _check_content(
    db: Session, kind: AgreementKind, youth_office_id: UUID, provider_ids: Collection[UUID], content: AgreementContent
) -> None:
    """Refuse a text that contradicts itself or its kind, or names what not all parties can read."""
    found_standards = standards.standards_by_id(db, content.standard_ids, youth_office_id)
    found_forms = forms.find_versions(db, [binding.form_version_id for binding in content.forms])
    faults = rules.contradictions(kind, content)
    faults += rules.unusable(
        {f"/standard_ids/{place}": id_ for place, id_ in enumerate(content.standard_ids)},
        {id_: standard.is_shared for id_, standard in found_standards.items()},
    )
    faults += rules.unusable(
        {f"/forms/{place}/form_version_id": form.form_version_id for place, form in enumerate(content.forms)},
        {id_: form.is_shared for id_, form in found_forms.items()},
    )
    if content.offer_ids:
        with by_the_service(db):  # a provider does not know to whom others publish
            published = offers.offers_by_id(db, content.offer_ids, youth_office_id=youth_office_id)
        faults += rules.unusable(
            {f"/offer_ids/{place}": id_ for place, id_ in enumerate(content.offer_ids)},
            {id_: True for id_, offer in published.items() if offer.provider_id in provider_ids},
        )
    if content.handbook_version_id is not None:
        released = handbooks.released_version(db, content.handbook_version_id, youth_office_id)
        shared = {} if released is None else {released.id: released.handbook.is_shared}
        faults += rules.unusable({"/handbook_version_id": content.handbook_version_id}, shared)
    if faults:
        raise Invalid(errors=faults)


def _merged(agreement: Agreement, patch: Mapping[str, Any]) -> AgreementContent:
    merged = merge_patch(text_of(agreement), dict(patch))
    try:
        return AgreementContent.model_validate(merged)
    except ValidationError as error:
        raise invalid(error, merged) from None


def _extract(agreement: Agreement, content: AgreementContent) -> None:
    """What lists and constraints need of the text, as columns."""
    agreement.title = content.title
    agreement.service_kinds = [kind.value for kind in content.service_kinds]
    agreement.valid_from, agreement.valid_to = content.valid_from, content.valid_to


def _tell_change(db: Session, agreement: Agreement, actor: Actor, at: datetime) -> None:
    """A changed text is evidence (its hash) and news for the other side."""
    audit.record(
        db,
        tenant_id=agreement.tenant_id,
        actor=actor,
        action="agreement.change",
        subject_kind=AGREEMENT.name,
        subject_id=agreement.id,
        at=at,
        details={"content_hash": agreement.current.content_hash, "version": agreement.version},
    )
    outbox.emit(
        db,
        "agreement.changed",
        tenant_id=agreement.tenant_id,
        subject_kind=AGREEMENT.name,
        subject_id=agreement.id,
        audience=agreement.audience,
        actor=actor,
        at=at,
        data={"version": agreement.version},
    )
