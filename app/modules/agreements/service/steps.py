"""The steps people take with an agreement: negotiate, offer, sign, join, leave, amend, review, give notice."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.db import check_version
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules import standards
from app.modules.agreements import queries, rules
from app.modules.agreements.models import Agreement, AgreementCoverage, AgreementState
from app.modules.agreements.schemas import (
    AgreementAction,
    AmendAgreement,
    CallSchiedsstelle,
    DisputeAward,
    KeepVersion,
    LeaveAgreement,
    OpenNegotiation,
    PublishAgreement,
    RecordAward,
    RecordReview,
    SettleSchiedsstelle,
    SignAgreement,
    TerminateAgreement,
    UnpublishAgreement,
)
from app.modules.agreements.service import drafting, parties
from app.modules.agreements.service.concluding import END, REVIEW, conclude, plan_review, refuse_overlap, wait
from app.modules.agreements.workflow import AGREEMENT
from app.policy import SYSTEM, Actor

CONFIDENTIAL = {"action", "reason", "note", "issues"}
"""What stays with the thing itself; the log keeps numbers, days and hashes."""


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
    data = action.model_dump(mode="json", exclude=CONFIDENTIAL)
    if isinstance(action, LeaveAgreement):
        data["provider_id"] = str(parties.leaver_of(action, actor))
    _note_down(agreement, action, at)
    AGREEMENT.fire(db, agreement, action.action, actor=actor, at=at, **data)
    if (consequence := _CONSEQUENCES.get(action.action)) is not None:
        consequence(db, agreement, action, actor, at)
    db.flush()
    return agreement


def _note_down(agreement: Agreement, action: AgreementAction, at: datetime) -> None:
    """What a step says about the agreement itself; a step that is refused undoes it."""
    match action:
        case OpenNegotiation():
            agreement.called_at = at
        case TerminateAgreement():
            agreement.ends_on = min(agreement.ends_on or action.last_day, action.last_day)
            agreement.notice_reason = action.reason
        case CallSchiedsstelle():
            agreement.schiedsstelle = action.model_dump(mode="json", exclude={"action"})
        case SettleSchiedsstelle():
            agreement.schiedsstelle = None
        case RecordAward():
            decision = action.model_dump(mode="json", include={"reference", "decided_on"})
            agreement.schiedsstelle = {**(agreement.schiedsstelle or {}), **decision}
        case PublishAgreement():
            agreement.published_at = at
        case UnpublishAgreement():
            agreement.published_at = None


def _keep_version(db: Session, agreement: Agreement, action: KeepVersion, _actor: Actor, at: datetime) -> None:
    agreement.current.note = action.note
    drafting.next_version(db, agreement, at, note=None)


def _offer(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """From now on neither the text nor its standards change."""
    refuse_overlap(db, agreement)
    _fix_text(db, agreement, at)


def _fix_text(db: Session, agreement: Agreement, at: datetime) -> None:
    current = agreement.current
    drafting.fix_offers(db, agreement)
    current.offered_at = at
    standards.adopt(db, [UUID(id_) for id_ in current.content["standard_ids"]], current.id, at=at)
    db.flush()


def _reopen(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """The next version begins as a copy; the old one keeps its signatures."""
    drafting.next_version(db, agreement, at, note="Weiterverhandlung")


def _sign(db: Session, agreement: Agreement, action: SignAgreement, actor: Actor, at: datetime) -> None:
    """Add the signature; the last one that is needed concludes the agreement."""
    drafting.add_signature(db, agreement, action.function, action.content_hash, actor, at)
    if rules.is_agreed(agreement):
        conclude(db, agreement, actor, at)


def _award(db: Session, agreement: Agreement, _action: Any, actor: Actor, at: datetime) -> None:
    """The text is fixed as the Schiedsstelle set it; the other parties confirm that."""
    _fix_text(db, agreement, at)
    _confirm_award(db, agreement, _action, actor, at)


def _confirm_award(db: Session, agreement: Agreement, _action: Any, actor: Actor, at: datetime) -> None:
    """With the last confirmation the award stands for the parties' signatures."""
    confirmed = sorted(str(one) for one in {*rules.award_confirmers(agreement), actor.organisation_id})
    agreement.schiedsstelle = {**(agreement.schiedsstelle or {}), "confirmed_by": confirmed}
    db.flush()
    if rules.is_agreed(agreement):
        conclude(db, agreement, actor, at)


def _dispute_award(db: Session, agreement: Agreement, action: DisputeAward, _actor: Actor, at: datetime) -> None:
    """Back before the Schiedsstelle: the entry goes, its reason stays, the next version begins as a copy."""
    application = {key: value for key, value in (agreement.schiedsstelle or {}).items() if key not in _DECIDED}
    agreement.schiedsstelle = {**application, "dispute": action.reason}
    drafting.next_version(db, agreement, at, note="Entscheidung zurückgewiesen")


def _terminate(db: Session, agreement: Agreement, action: TerminateAgreement, _actor: Actor, at: datetime) -> None:
    """What the agreement covers ends with the last day at the latest."""
    covered = update(AgreementCoverage).where(
        AgreementCoverage.agreement_id == agreement.id,
        AgreementCoverage.valid_to.is_(None) | (AgreementCoverage.valid_to > action.last_day),
    )
    db.execute(covered.values(valid_to=action.last_day))
    with by_the_service(db):  # a deadline of several providers belongs to the first of them
        wait(db, agreement, END, rules.end_of_term(action.last_day), at=at)


def _amend(db: Session, agreement: Agreement, action: AmendAgreement, actor: Actor, at: datetime) -> None:
    drafting.draft_amendment(db, agreement, action, actor=actor, at=at)


def _withdraw(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """An amendment that is given up leaves what it would have amended as it was."""
    amended = queries.get_agreement(db, agreement.amends_id, SYSTEM, lock=True) if agreement.amends_id else None
    if amended is not None and amended.state is AgreementState.UNDER_AMENDMENT:
        with by_the_service(db):
            AGREEMENT.fire(db, amended, "keep", actor=SYSTEM, at=at)


def _review(db: Session, agreement: Agreement, action: RecordReview, actor: Actor, at: datetime) -> None:
    """The review was held: the next one is set, as agreed or as said."""
    months = agreement.current.content.get("review_months")
    drafting.keep_review(db, agreement, action, actor, at)
    following: date | None = action.next_review_on
    if following is None and months is not None:
        following = rules.review_day(legal_date(at), months)
    agreement.next_review_on = None
    with by_the_service(db):
        deadlines.meet(db, agreement.id, REVIEW, by=actor.id, at=at)
        if following is not None:
            plan_review(db, agreement, following, at=at)


_DECIDED = {"reference", "decided_on", "confirmed_by"}
_CONSEQUENCES: dict[str, Callable[[Session, Agreement, Any, Actor, datetime], None]] = {
    "keep_version": _keep_version,
    "offer_for_signature": _offer,
    "reopen": _reopen,
    "sign": _sign,
    "record_award": _award,
    "confirm_award": _confirm_award,
    "dispute_award": _dispute_award,
    "invite_party": parties.invite,
    "remove_party": parties.remove,
    "accede": parties.accede,
    "leave": parties.leave,
    "terminate": _terminate,
    "amend": _amend,
    "withdraw": _withdraw,
    "record_review": _review,
}
