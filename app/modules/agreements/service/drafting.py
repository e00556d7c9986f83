"""The text of an agreement while it can still change."""

from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core import audit, outbox
from app.core.db import check_version
from app.core.mergepatch import merge_patch
from app.core.numbers import next_number
from app.core.problems import FieldError, Invalid, NotFound
from app.core.validation import invalid
from app.law.calendars import legal_date
from app.modules import forms, organisations, standards
from app.modules.agreements import document, queries, rules
from app.modules.agreements.errors import AgreementFixed
from app.modules.agreements.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementState,
    AgreementVersion,
)
from app.modules.agreements.schemas import AgreementContent, AgreementCreate, AgreementPatch
from app.modules.agreements.workflow import AGREEMENT
from app.policy import Actor, OrganisationKind

NEGOTIABLE = frozenset({AgreementState.DRAFT, AgreementState.IN_NEGOTIATION})


def draft(db: Session, body: AgreementCreate, *, actor: Actor, at: datetime) -> Agreement:
    """Begin an agreement; either side may, for itself and the other.

    Raises:
        Invalid: a party is missing or unknown, the text contradicts itself or its kind, a standard or form is
            unknown or not shared.
    """
    youth_office_id = _check_parties(db, body, actor)
    _check_content(db, body.kind, youth_office_id, body)
    agreement = Agreement(
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
        Invalid: as for a draft, with pointers into the patch.
    """
    agreement = queries.get_agreement(db, agreement_id, actor, lock=True)
    check_version(agreement, expected)
    if agreement.state not in NEGOTIABLE:
        raise AgreementFixed(state=agreement.state.value)
    content = _merged(agreement, patch)
    _check_content(db, agreement.kind, agreement.youth_office_id, content)
    _extract(agreement, content)
    agreement.changed_at = at
    agreement.current.content = document.document_of(agreement, content)
    agreement.current.content_hash = document.hash_of(agreement.current.content)
    db.flush()
    _tell_change(db, agreement, actor, at)
    return agreement


def lay_version(db: Session, agreement: Agreement, content: AgreementContent, at: datetime) -> None:
    """Make this text the current version of an agreement."""
    text = document.document_of(agreement, content)
    version = AgreementVersion(
        agreement_id=agreement.id,
        number=agreement.current_number,
        content=text,
        content_hash=document.hash_of(text),
        created_at=at,
        signatures=[],
    )
    db.add(version)
    db.flush()
    set_committed_value(agreement, "current", version)


def _check_parties(db: Session, body: AgreementCreate, actor: Actor) -> UUID:
    """The youth office; refuses parties that are none, or a draft of others' agreement."""
    youth_office_id = body.youth_office_id or actor.organisation_id
    wanted = {"/youth_office_id": (youth_office_id, OrganisationKind.YOUTH_OFFICE)}
    for place, provider_id in enumerate(body.provider_ids):
        wanted[f"/provider_ids/{place}"] = (provider_id, OrganisationKind.PROVIDER)
    findings = [
        FieldError(pointer, "unknown", "Diese Organisation gibt es nicht.", "There is no such organisation.")
        for pointer, (organisation_id, kind) in wanted.items()
        if not _exists(db, organisation_id, kind)
    ]
    if actor.organisation_id not in {youth_office_id, *body.provider_ids}:
        de, en = "Die eigene Organisation ist keine Vertragspartei.", "The own organisation is no party."
        findings.append(FieldError("/provider_ids" if actor.is_provider else "/youth_office_id", "not_a_party", de, en))
    if findings:
        raise Invalid(errors=findings)
    return youth_office_id


def _exists(db: Session, organisation_id: UUID, kind: OrganisationKind) -> bool:
    try:
        return organisations.get_organisation(db, organisation_id).kind is kind
    except NotFound:
        return False


def _check_content(db: Session, kind: AgreementKind, youth_office_id: UUID, content: AgreementContent) -> None:
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
    if faults:
        raise Invalid(errors=faults)


def _merged(agreement: Agreement, patch: AgreementPatch) -> AgreementContent:
    known = document.content_of(agreement.current.content)
    merged = merge_patch(known, patch.model_dump(mode="json", exclude_unset=True))
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
