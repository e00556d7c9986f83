"""Acting on agreements: draft, change, negotiate, sign; and what time does to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core import audit, deadlines, outbox
from app.core.db import check_version
from app.core.numbers import next_number
from app.core.problems import FieldError, Invalid, NotFound
from app.core.validation import invalid
from app.law.calendars import legal_date
from app.modules import forms, organisations, standards
from app.modules.agreements import document, queries, rules
from app.modules.agreements.errors import AgreementFixed, AgreementOverlaps
from app.modules.agreements.models import (
    Agreement,
    AgreementCoverage,
    AgreementKind,
    AgreementParty,
    AgreementSignature,
    AgreementState,
    AgreementVersion,
)
from app.modules.agreements.schemas import (
    AgreementAction,
    AgreementContent,
    AgreementCreate,
    AgreementPatch,
    Sign,
    Terminate,
)
from app.modules.agreements.workflow import AGREEMENT
from app.policy import SYSTEM, Actor, OrganisationKind

START, END = "agreement_start", "agreement_end"
NEGOTIABLE = frozenset({AgreementState.DRAFT, AgreementState.IN_NEGOTIATION})


def draft(db: Session, body: AgreementCreate, *, actor: Actor, at: datetime) -> Agreement:
    """Begin an agreement; either side may, for itself and the other.

    Raises:
        Invalid: a party is missing or unknown, the text contradicts itself or its kind, a standard or form is
            unknown or not shared.
    """
    youth_office_id = _check_parties(db, body, actor)
    content = AgreementContent(**body.model_dump(exclude={"kind", "youth_office_id", "provider_ids"}))
    _check_content(db, body.kind, youth_office_id, content)
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
    _extract(agreement, content)
    AGREEMENT.begin(db, agreement, actor=actor, at=at)
    _lay_version(db, agreement, content, at)
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


def move(
    db: Session, agreement_id: UUID, action: AgreementAction, expected: int, *, actor: Actor, at: datetime
) -> Agreement:
    """Take a step of an agreement's life.

    Raises:
        AgreementOverlaps: an agreement of this kind holds with one of the providers for part of the period.
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.

    Law: SGB VIII §§ 77, 78b-78d; SGB X §§ 56, 57, 59.
    """
    agreement = queries.get_agreement(db, agreement_id, actor, lock=True)
    check_version(agreement, expected)
    data = action.model_dump(mode="json", exclude={"action", "reason"})
    if isinstance(action, Terminate):
        agreement.ends_on, agreement.notice_reason = action.last_day, action.reason
    AGREEMENT.fire(db, agreement, action.action, actor=actor, at=at, **data)
    consequence = _CONSEQUENCES.get(action.action)
    if consequence is not None:
        consequence(db, agreement, action, actor, at)
    return agreement


def _offer(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """From now on neither the text nor its standards change."""
    _refuse_overlap(db, agreement)
    current = agreement.current
    current.offered_at = at
    standards.adopt(db, [UUID(id_) for id_ in current.content["standard_ids"]], current.id, at=at)
    db.flush()


def _reopen(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """The next version begins as a copy; the old one keeps its signatures."""
    content = AgreementContent.model_validate(document.content_of(agreement.current.content))
    agreement.current_number += 1
    _lay_version(db, agreement, content, at)


def _sign(db: Session, agreement: Agreement, action: Sign, actor: Actor, at: datetime) -> None:
    """Add the signature; the last one concludes the agreement, and on its first day it is in force."""
    agreement.current.signatures.append(
        AgreementSignature(
            organisation_id=actor.organisation_id,
            account_id=actor.id,
            function=action.function,
            signed_at=at,
            content_hash=action.content_hash,
        )
    )
    db.flush()
    if rules.signatories(agreement) >= set(agreement.audience):
        _conclude(db, agreement, actor, at)


def _conclude(db: Session, agreement: Agreement, actor: Actor, at: datetime) -> None:
    by_itself = replace(actor, organisation_kind=None)  # the service's step, in the name of the last signatory
    _refuse_overlap(db, agreement)
    AGREEMENT.fire(db, agreement, "conclude", actor=by_itself, at=at)
    db.add_all(
        AgreementCoverage(
            agreement_id=agreement.id,
            version_id=agreement.current.id,
            youth_office_id=agreement.youth_office_id,
            provider_id=provider_id,
            kind=agreement.kind,
            service_kind=service_kind,
            valid_from=agreement.valid_from,
            valid_to=agreement.valid_to,
        )
        for provider_id in agreement.provider_ids
        for service_kind in rules.covered_kinds(agreement)
    )
    db.flush()
    if agreement.valid_from <= legal_date(at):
        AGREEMENT.fire(db, agreement, "start", actor=by_itself, at=at)
    else:
        _wait(db, agreement, START, rules.start_of_day(agreement.valid_from), actor, at)
    if agreement.valid_to is not None:
        _wait(db, agreement, END, rules.end_of_term(agreement.valid_to), actor, at)


def _terminate(db: Session, agreement: Agreement, action: Terminate, actor: Actor, at: datetime) -> None:
    """What the agreement covers ends on the last day."""
    covered = update(AgreementCoverage).where(AgreementCoverage.agreement_id == agreement.id)
    db.execute(covered.values(valid_to=action.last_day))
    deadlines.meet(db, agreement.id, END, by=actor.id, at=at)
    _wait(db, agreement, END, rules.end_of_term(action.last_day), actor, at)


_CONSEQUENCES: dict[str, Callable[[Session, Agreement, Any, Actor, datetime], None]] = {
    "offer_for_signature": _offer,
    "reopen": _reopen,
    "sign": _sign,
    "terminate": _terminate,
}


def start_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The first day has come: a concluded agreement is in force. Tells all parties."""
    return _let_time_act(db, deadline, {AgreementState.SIGNED: "start"}, now)


def end_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The last day is over: an agreement expires, or ends after notice. Tells all parties."""
    steps = {AgreementState.IN_FORCE: "expire", AgreementState.NOTICE_GIVEN: "end"}
    return _let_time_act(db, deadline, steps, now)


def _let_time_act(
    db: Session, deadline: deadlines.Deadline, steps: Mapping[AgreementState, str], now: datetime
) -> list[str]:
    agreement = queries.get_agreement(db, deadline.subject_id, SYSTEM, lock=True)
    AGREEMENT.fire(db, agreement, steps[agreement.state], actor=SYSTEM, at=now)
    deadlines.meet(db, agreement.id, deadline.kind, by=SYSTEM.id, at=now)
    return [str(organisation_id) for organisation_id in agreement.audience]


def _wait(db: Session, agreement: Agreement, kind: str, until: datetime, actor: Actor, at: datetime) -> None:
    mine = actor.organisation_id if actor.organisation_id in agreement.provider_ids else agreement.provider_ids[0]
    deadlines.start(
        db,
        kind=kind,
        tenant_id=agreement.youth_office_id,
        provider_id=mine,
        subject_kind=AGREEMENT.name,
        subject_id=agreement.id,
        started_at=at,
        due_at=until,
        steps=[deadlines.Step(0, until)],
        source=agreement.number,
    )


def _check_parties(db: Session, body: AgreementCreate, actor: Actor) -> UUID:
    """The youth office; refuses parties that are none, or a draft of others' agreement."""
    youth_office_id = body.youth_office_id or actor.organisation_id
    wanted = {"/youth_office_id": (youth_office_id, OrganisationKind.YOUTH_OFFICE)}
    for place, provider_id in enumerate(body.provider_ids):
        wanted[f"/provider_ids/{place}"] = (provider_id, OrganisationKind.PROVIDER)
    findings = [
        FieldError(pointer, "unknown", "Diese Organisation gibt es nicht.", "There is no such organisation.")
        for pointer, (organisation_id, kind) in wanted.items()
        if not _is(db, organisation_id, kind)
    ]
    if actor.organisation_id not in {youth_office_id, *body.provider_ids}:
        de, en = "Die eigene Organisation ist keine Vertragspartei.", "The own organisation is no party."
        findings.append(FieldError("/provider_ids" if actor.is_provider else "/youth_office_id", "not_a_party", de, en))
    if len(set(body.provider_ids)) < len(body.provider_ids):
        findings.append(FieldError("/provider_ids", "twice", "Ein Träger steht doppelt.", "A provider stands twice."))
    if findings:
        raise Invalid(errors=findings)
    return youth_office_id


def _is(db: Session, organisation_id: UUID, kind: OrganisationKind) -> bool:
    try:
        return organisations.get_organisation(db, organisation_id).kind is kind
    except NotFound:
        return False


def _check_content(db: Session, kind: AgreementKind, youth_office_id: UUID, content: AgreementContent) -> None:
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
    merged = document.merge_patch(known, patch.model_dump(mode="json", exclude_unset=True))
    try:
        return AgreementContent.model_validate(merged)
    except ValidationError as error:
        raise invalid(error, merged) from None


def _extract(agreement: Agreement, content: AgreementContent) -> None:
    """What lists and constraints need of the text, as columns."""
    agreement.title = content.title
    agreement.service_kinds = [kind.value for kind in content.service_kinds]
    agreement.valid_from, agreement.valid_to = content.valid_from, content.valid_to


def _lay_version(db: Session, agreement: Agreement, content: AgreementContent, at: datetime) -> None:
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


def _refuse_overlap(db: Session, agreement: Agreement) -> None:
    numbers: Sequence[str] = queries.overlapping(db, agreement)
    if numbers:
        raise AgreementOverlaps(numbers=", ".join(numbers))


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
