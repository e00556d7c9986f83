"""What time does to an agreement: its first day comes, its last day passes, it is to be looked at again."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from app.core import deadlines, outbox
from app.modules.agreements import queries, rules
from app.modules.agreements.models import Agreement, AgreementCoverage, AgreementState
from app.modules.agreements.service import concluding
from app.modules.agreements.workflow import AGREEMENT
from app.policy import SYSTEM

outbox.announce(agreement__review_due="Vereinbarung: Überprüfung fällig")


def start_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The first day has come: a concluded agreement is in force. Tells all parties."""
    agreement = queries.get_agreement(db, deadline.subject_id, SYSTEM, lock=True)
    concluding.start(db, agreement, actor=SYSTEM, at=now)
    return _done(db, agreement, deadline, now)


def end_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The last day is over: an agreement ends after notice, gives way, goes on or expires. Tells all parties.

    Law: SGB VIII § 78d Abs. 2 Satz 4 (what was agreed goes on until something new is).
    """
    agreement = queries.get_agreement(db, deadline.subject_id, SYSTEM, lock=True)
    if agreement.state is AgreementState.NOTICE_GIVEN:
        step = "end"
    elif agreement.ends_on is not None:
        step = "supersede"
    else:
        step = "continue" if rules.is_renewed(agreement) and _prolong(db, agreement) else "expire"
    AGREEMENT.fire(db, agreement, step, actor=SYSTEM, at=now)
    return _done(db, agreement, deadline, now)


def review_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The parties wanted to look at the agreement again: all of them are told; the review itself ends the deadline."""
    agreement = queries.get_agreement(db, deadline.subject_id, SYSTEM)
    outbox.emit(
        db,
        "agreement.review_due",
        tenant_id=agreement.tenant_id,
        subject_kind=AGREEMENT.name,
        subject_id=agreement.id,
        audience=agreement.audience,
        actor=SYSTEM,
        at=now,
        data={"version": agreement.version},
    )
    return [str(organisation_id) for organisation_id in agreement.audience]


def _done(db: Session, agreement: Agreement, deadline: deadlines.Deadline, now: datetime) -> list[str]:
    deadlines.meet(db, agreement.id, deadline.kind, by=SYSTEM.id, at=now)
    return [str(organisation_id) for organisation_id in agreement.audience]


def _prolong(db: Session, agreement: Agreement) -> bool:
    """Cover the time after the end, up to the next agreement of the kind; False when that follows at once."""
    mine, next_one = AgreementCoverage, aliased(AgreementCoverage)
    following = (
        select(func.min(next_one.valid_from) - 1)
        .where(
            next_one.youth_office_id == mine.youth_office_id,
            next_one.provider_id == mine.provider_id,
            next_one.kind == mine.kind,
            next_one.service_kind.is_not_distinct_from(mine.service_kind),
            next_one.valid_from > mine.valid_to,
        )
        .scalar_subquery()
    )
    ending = [mine.agreement_id == agreement.id, mine.valid_to == agreement.valid_to]
    longer = update(mine).where(*ending, following.is_distinct_from(mine.valid_to)).values(valid_to=following)
    return bool(db.execute(longer.returning(mine.id)).all())
