"""Consulting an insoweit erfahrene Fachkraft: asked with pseudonymised facts, answered by her or for her."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version, found
from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules import registers
from app.modules.concerns import queries, rules
from app.modules.concerns.codes import ConcernDuty, ConcernEntryKind
from app.modules.concerns.codes import ConcernState as S
from app.modules.concerns.errors import ConsultationAnswered
from app.modules.concerns.models import IsefConsultation, ProviderConcern
from app.modules.concerns.schemas.answers import ConsultationAnswer
from app.modules.concerns.schemas.steps import RecordConsultation, RequestIsef
from app.modules.concerns.service import duties, recording
from app.modules.concerns.workflow import CONCERN
from app.policy import SYSTEM, Actor


def ask(db: Session, concern: ProviderConcern, body: RequestIsef, *, actor: Actor, at: datetime) -> IsefConsultation:
    """Lay a request before somebody qualified, who works on nothing of this concern.

    Raises:
        Invalid: nobody qualified the provider may consult; somebody who works on it.

    Law: § 8a Abs. 4 Satz 1 Nr. 2, § 8b Abs. 1 SGB VIII.
    """
    profile = registers.find_qualified(db, body.isef_id, actor, legal_date(at))
    if profile is None:
        de, en = "Diese Fachkraft ist nicht als qualifiziert eingetragen.", "Nobody qualified is registered so."
        raise Invalid.field("/isef_id", "unknown", de, en)
    if profile.account_id in {actor.id, concern.responsible_id, concern.recorded_by, *concern.member_ids}:
        de, en = "Wer am Fall arbeitet, berät nicht dazu.", "Whoever works on the case does not advise on it."
        raise Invalid.field("/isef_id", "involved", de, en)
    running = next(
        duty for duty in queries.duties_of(db, [concern.id]) if duty.kind == ConcernDuty.ISEF and not duty.met_at
    )
    consultation = IsefConsultation(
        provider_id=concern.provider_id,
        concern_id=concern.id,
        isef_id=profile.id,
        isef_account_id=profile.account_id,
        isef_organisation_id=profile.organisation_id,
        pseudonym=body.pseudonym,
        age_bands=sorted({child["age_band"] for child in concern.children}),
        question=body.question,
        facts=body.facts,
        is_urgent=concern.is_urgent,
        agreement_clause=body.agreement_clause,
        requested_by=actor.id,
        requested_at=at,
        answer_by=running.due_at,
        participants=[],
        recommended_steps=[],
        created_at=at,
        changed_at=at,
    )
    db.add(consultation)
    db.flush()
    return consultation


def note_answer(db: Session, concern: ProviderConcern, body: RecordConsultation, *, actor: Actor, at: datetime) -> None:
    """The asking professional writes down what the consultation gave."""
    consultation = queries.get_consultation_of(db, concern, body.consultation_id)
    _keep(consultation, body, body.happened_at or at, actor, at)


def answer(
    db: Session,
    consultation_id: UUID,
    body: ConsultationAnswer,
    expected: int,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> IsefConsultation:
    """She who advised writes it down herself; the concern learns of it, she learns nothing of the concern.

    Raises:
        NotFound, StaleVersion.
        ConsultationAnswered: it is recorded already.
        Invalid: held at an instant to come.
    """
    consultation = queries.get_consultation(db, consultation_id, actor, lock=True)
    check_version(consultation, expected)
    if faults := rules.fault_of_instant("/held_at", body.held_at, at):
        raise Invalid(errors=faults)
    _keep(consultation, body, body.held_at or at, actor, at)
    db.flush()
    audit.record(
        db,
        tenant_id=consultation.provider_id,
        actor=actor,
        action="isef_consultation.answer",
        subject_kind="isef_consultation",
        subject_id=consultation.id,
        at=at,
        law="§ 8a Abs. 4 SGB VIII",
        details={"rating": body.rating.value},
    )
    with by_the_service(db):
        _tell_concern(db, consultation, body, sealer, actor, at)
    return consultation


def _keep(
    consultation: IsefConsultation,
    body: ConsultationAnswer | RecordConsultation,
    held_at: datetime,
    actor: Actor,
    at: datetime,
) -> None:
    if consultation.answered_at is not None:
        raise ConsultationAnswered
    consultation.answered_at, consultation.answered_by, consultation.held_at = at, actor.id, held_at
    consultation.participants, consultation.rating = list(body.participants), body.rating
    consultation.recommended_steps, consultation.dissent = list(body.recommended_steps), body.dissent
    consultation.changed_at = at


def _tell_concern(
    db: Session,
    consultation: IsefConsultation,
    body: ConsultationAnswer,
    sealer: Sealer,
    actor: Actor,
    at: datetime,
) -> None:
    """The provider's file gets the entry, and moves on if it waited for this."""
    concern = found(db.get(ProviderConcern, consultation.concern_id, with_for_update={"key_share": True}))
    content = {"consultation_id": str(consultation.id), **recording.content_of(body)}
    kind = ConcernEntryKind.RECORD_CONSULTATION
    recording.write(db, concern, kind, content, sealer, actor=actor, at=at, happened_at=consultation.held_at)
    if concern.closed_at is not None:
        return
    with db.no_autoflush:
        concern.rating, concern.consulted_at = body.rating, consultation.held_at
        if concern.state is S.TEAM_REVIEW:  # begun anew meanwhile: what was asked before is noted, nothing moves
            concern.rating = concern.consulted_at = None
        else:
            CONCERN.fire(db, concern, "record_consultation", actor=SYSTEM, at=at, consultation=str(consultation.id))
    duties.meet(db, concern, rules.MEETS["record_consultation"], by=actor.id, at=at)
    for duty in rules.starts("record_consultation", concern):
        duties.start(db, concern, duty, at)


def read(db: Session, consultation_id: UUID, *, actor: Actor, at: datetime) -> IsefConsultation:
    """One consultation asked of the actor; the reading is written down."""
    consultation = queries.get_consultation(db, consultation_id, actor)
    audit.record(
        db,
        tenant_id=actor.organisation_id,
        actor=actor,
        action="isef_consultation.read",
        subject_kind="isef_consultation",
        subject_id=consultation.id,
        at=at,
    )
    return consultation
