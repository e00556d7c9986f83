"""What time does to an agreement: its first day comes, its last day passes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.core import deadlines
from app.modules.agreements import queries
from app.modules.agreements.models import Agreement, AgreementState
from app.modules.agreements.workflow import AGREEMENT
from app.policy import SYSTEM, Actor

START, END = "agreement_start", "agreement_end"


def wait(db: Session, agreement: Agreement, kind: str, until: datetime, *, actor: Actor, at: datetime) -> None:
    """Let a deadline run until the agreement starts or ends."""
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


def start_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The first day has come: a concluded agreement is in force. Tells all parties."""
    return _act(db, deadline, {AgreementState.SIGNED: "start"}, now)


def end_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The last day is over: an agreement expires, or ends after notice. Tells all parties."""
    return _act(db, deadline, {AgreementState.IN_FORCE: "expire", AgreementState.NOTICE_GIVEN: "end"}, now)


def _act(db: Session, deadline: deadlines.Deadline, steps: Mapping[AgreementState, str], now: datetime) -> list[str]:
    agreement = queries.get_agreement(db, deadline.subject_id, SYSTEM, lock=True)
    AGREEMENT.fire(db, agreement, steps[agreement.state], actor=SYSTEM, at=now)
    deadlines.meet(db, agreement.id, deadline.kind, by=SYSTEM.id, at=now)
    return [str(organisation_id) for organisation_id in agreement.audience]
