"""Deciding on what is kept: reviews that begin by themselves, holds, erasure by two, and providers' copies."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, erasure
from app.core.db import check_version
from app.core.problems import Invalid, NotFound
from app.core.work import by_the_service
from app.law import retention as law
from app.law.calendars import BERLIN, legal_date
from app.law.periods import due_at
from app.modules import cases, identities, organisations, protection
from app.modules.retention import queries
from app.modules.retention.errors import FileNotClosed, HoldLifted
from app.modules.retention.models import (
    ErasureRequest,
    LegalHold,
    RetentionMatter,
    RetentionReview,
    SubjectRequest,
)
from app.modules.retention.schemas import (
    ConfirmErasure,
    EraseFile,
    ErasureRequestAction,
    ExtendSubjectRequest,
    KeepFile,
    LegalHoldCreate,
    ObjectToErasure,
    ProposeErasure,
    RetentionReviewAction,
    RetentionReviewCreate,
    SubjectRequestAction,
    SubjectRequestCreate,
)
from app.modules.retention.workflow import ERASURE, REQUEST, REVIEW
from app.policy import SYSTEM, Actor

M = RetentionMatter
_TRACES: list[erasure.Traces] = []


def hang_in(*traces: erasure.Traces) -> None:
    """Say what rooms keep, those whose rows name others' first; who is hung in already stays once."""
    _TRACES.extend(one for one in traces if one not in _TRACES)


@dataclass(frozen=True, slots=True)
class File:
    """What a review is about."""

    matter: M
    youth_office_id: UUID
    subject_id: UUID
    help_id: UUID | None
    number: str
    kept_until: date


def look(db: Session, now: datetime) -> int:
    """Lay before people what is due, and what is held no more; returns how much (the service's transaction)."""
    today = legal_date(now)
    helps = queries.old_helps(db, today)
    files = [file_of(db, help_) for help_ in helps]
    files += [_billing_file(help_) for help_ in queries.old_billing(db, today)]
    files += [_procedure(case) for case in queries.old_procedures(db, today)]
    due = [file for file in files if file.kept_until < today]
    for file in due:
        _begin(db, file, SYSTEM, now)
    freed = queries.freed(db, today)
    for review in freed:
        review.reason = None
        REVIEW.fire(db, review, "reopen", actor=SYSTEM, at=now)
    return len(due) + len(freed)


def open_review(db: Session, body: RetentionReviewCreate, *, actor: Actor, at: datetime) -> RetentionReview:
    """Look at a help's file before its time is over; nothing is erased before that, but restricted or held it may be.

    Raises:
        Invalid: no such help. FileNotClosed: it is running. Conflict: it is under review already.
    """
    help_ = _help(db, body.help_id, actor)
    if help_.state not in queries.OVER:
        raise FileNotClosed
    file = file_of(db, help_) if body.matter is M.HELP_FILE else _billing_file(help_)
    return _begin(db, file, actor, at)


def move_review(
    db: Session, review_id: UUID, action: RetentionReviewAction, expected: int, *, actor: Actor, at: datetime
) -> RetentionReview:
    """Take a step of a review; the last one takes everything out, for good.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.

    Law: Art. 17, 18 GDPR; SGB X § 84.
    """
    review: RetentionReview = queries.get(db, RetentionReview, review_id, actor, lock=True)
    check_version(review, expected)
    REVIEW.check(review, action.action, actor=actor, at=at)
    data: dict[str, Any] = {}
    with db.no_autoflush:
        match action:
            case ProposeErasure():
                data = {"blocks": _blocks(db, review, at), "archive": action.archive.value}
                review.archive, review.proposed_by, review.reason = action.archive, actor.id, action.reason
            case EraseFile():
                return _erase(db, review, actor, at)
            case KeepFile():
                data = {"until": action.until.isoformat() if action.until else None}
                review.reason = action.reason
            case _:
                review.reason, review.proposed_by, review.archive = action.reason, None, None
        REVIEW.fire(db, review, action.action, actor=actor, at=at, **data)
    if isinstance(action, KeepFile):
        _place(db, review.subject_id, review.help_id, review.number, action.reason, action.until, actor, at)
    db.flush()
    return review


def place_hold(db: Session, body: LegalHoldCreate, *, actor: Actor, at: datetime) -> LegalHold:
    """From now on this must not be erased.

    Raises:
        Invalid: neither or both of help and procedure, none of the own office, or a day that is over.
    """
    if (body.help_id is None) == (body.case_id is None):
        raise Invalid.field("/help_id", "one_of", "Zu nennen ist eine Hilfe oder ein Verfahren.", "A help or a case.")
    if body.until is not None and body.until < legal_date(at):
        raise Invalid.field("/until", "past", "Dieser Tag ist vorbei.", "This day is over.")
    if body.help_id is not None:
        help_ = _help(db, body.help_id, actor)
        return _place(db, help_.id, help_.id, help_.number, body.reason, body.until, actor, at)
    try:
        case = protection.get_case(db, cast(UUID, body.case_id), actor)
    except NotFound:
        raise Invalid.field(
            "/case_id", "unknown", "Dieses Verfahren gibt es nicht.", "There is no such case."
        ) from None
    return _place(db, case.id, case.help_id, case.number, body.reason, body.until, actor, at)


def lift_hold(db: Session, hold_id: UUID, expected: int, *, actor: Actor, at: datetime) -> LegalHold:
    """It may be erased again, once somebody decides so.

    Raises:
        StaleVersion, NotFound. HoldLifted: it was lifted before.
    """
    hold: LegalHold = queries.get(db, LegalHold, hold_id, actor, lock=True)
    check_version(hold, expected)
    if hold.lifted_at is not None:
        raise HoldLifted
    hold.lifted_by, hold.lifted_at = actor.id, at
    db.flush()
    _record(db, hold, "lift", actor, at)
    return hold


def answer_erasure(
    db: Session, request_id: UUID, action: ErasureRequestAction, expected: int, *, actor: Actor, at: datetime
) -> ErasureRequest:
    """A provider says that its copy is erased, or what stands against it.

    With its word what it keeps here of its own concerns about the help (§ 8a Abs. 4 SGB VIII) is taken out.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    request: ErasureRequest = queries.get(db, ErasureRequest, request_id, actor, lock=True)
    check_version(request, expected)
    data: dict[str, Any] = {}
    with db.no_autoflush:
        match action:
            case ConfirmErasure():
                request.erased_on, request.reason = action.erased_on, None
                data = {"erased_on": action.erased_on.isoformat()}
            case ObjectToErasure():
                request.reason = action.reason
        ERASURE.fire(db, request, action.action, actor=actor, at=at, **data)
    if isinstance(action, ConfirmErasure):
        more = {"provider": request.provider_id}
        erasure.erase(db, _TRACES, erasure.PROVIDER_COPY, request.help_id, **more)
    return request


def enter_request(db: Session, body: SubjectRequestCreate, *, actor: Actor, at: datetime) -> SubjectRequest:
    """Write down what a person asks for; it is answered within a month.

    Raises:
        Invalid: no such help or person, or a day to come.

    Law: Art. 12 Abs. 3, Art. 15, 17, 18 GDPR; SGB X §§ 83, 84.
    """
    help_ = _help(db, body.help_id, actor)
    if identities.find_person(db, help_, body.person_id, actor) is None:
        raise Invalid.field("/person_id", "unknown", "Diese Person gibt es in der Hilfe nicht.", "No such person.")
    if body.received_on > legal_date(at):
        raise Invalid.field("/received_on", "future", "Dieser Tag kommt noch.", "This day is yet to come.")
    request = SubjectRequest(
        **body.model_dump(),
        youth_office_id=help_.youth_office_id,
        number=help_.number,
        due_on=_answer_by(db, help_, body.received_on),
        entered_by=actor.id,
    )
    REQUEST.begin(db, request, actor=actor, at=at, kind=body.kind.value)
    return request


def move_request(
    db: Session, request_id: UUID, action: SubjectRequestAction, expected: int, *, actor: Actor, at: datetime
) -> SubjectRequest:
    """Extend, answer or refuse a person's request.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    request: SubjectRequest = queries.get(db, SubjectRequest, request_id, actor, lock=True)
    check_version(request, expected)
    with db.no_autoflush:
        REQUEST.check(request, action.action, actor=actor, at=at)
        request.reason = getattr(action, "reason", request.reason)
        REQUEST.fire(db, request, action.action, actor=actor, at=at)
        if isinstance(action, ExtendSubjectRequest):
            request.is_extended, request.due_on = True, law.extended(request.due_on)
    db.flush()
    return request


def _erase(db: Session, review: RetentionReview, actor: Actor, at: datetime) -> RetentionReview:
    """Everything is taken out in the transaction of the decision; the log keeps that, by whom and how much."""
    blocks = _blocks(db, review, at)
    providers = _providers(db, review) if review.matter is M.HELP_FILE else []
    with db.no_autoflush:
        review.decided_by, review.rows_erased = actor.id, 0
        REVIEW.fire(db, review, "erase", actor=actor, at=at, blocks=blocks, source=review.source)
    for provider_id in providers:
        request = ErasureRequest(
            youth_office_id=review.youth_office_id,
            provider_id=provider_id,
            review_id=review.id,
            help_id=review.help_id,
            number=review.number,
            due_on=legal_date(at) + timedelta(days=law.CONFIRMATION_DAYS),
        )
        ERASURE.begin(db, request, actor=actor, at=at)
    matter, subject_id, review_id = review.matter.value, review.subject_id, review.id
    rows = erasure.erase(db, _TRACES, matter, subject_id)
    review = queries.get(db, RetentionReview, review_id, actor)
    review.rows_erased = rows
    db.flush()
    return review


def _providers(db: Session, review: RetentionReview) -> list[UUID]:
    help_ = db.get_one(cases.Help, review.help_id)
    return cases.everybody(db, help_)


def _blocks(db: Session, review: RetentionReview, at: datetime) -> list[str]:
    """What stands against an erasure now."""
    today, subjects, found_ = legal_date(at), [review.subject_id], []
    with by_the_service(db):
        if review.help_id is not None:
            subjects.append(review.help_id)
            procedures = queries.procedures_of(db, review.help_id) if review.matter is M.HELP_FILE else []
            subjects += [case.id for case in procedures]
            if any(case.closed_at is None for case in procedures):
                found_.append("case")
            if db.get_one(cases.Help, review.help_id).state not in queries.OVER:
                found_.append("open")
            if queries.is_asked_for(db, review.help_id):
                found_.append("request")
        if queries.is_held(db, subjects, today):
            found_.append("hold")
    return sorted(found_)


def restricts(db: Session, help_id: UUID) -> bool:
    """Whether nobody reads who the persons of a help are, but for themselves or a court."""
    with by_the_service(db):
        return queries.is_restricted(db, help_id)


def _begin(db: Session, file: File, actor: Actor, at: datetime) -> RetentionReview:
    source = str(law.RULES[law.Matter(file.matter.value)].source)
    names = ("matter", "youth_office_id", "subject_id", "help_id", "number", "kept_until")
    review = RetentionReview(**{name: getattr(file, name) for name in names}, source=source)
    REVIEW.begin(db, review, actor=actor, at=at, matter=file.matter.value, kept_until=file.kept_until.isoformat())
    return review


def file_of(db: Session, help_: cases.Help) -> File:
    """Until when a help's file is kept: by the day the youngest was born; unknown, as if that was the last day."""
    with by_the_service(db):
        born_on = identities.born_latest(db, help_.id)
    last = law.help_file_ends(born_on or _last_day(help_))
    return File(M.HELP_FILE, help_.youth_office_id, help_.id, help_.id, help_.number, last)


def _billing_file(help_: cases.Help) -> File:
    last = law.billing_file_ends(_last_day(help_))
    return File(M.BILLING_FILE, help_.youth_office_id, help_.id, help_.id, help_.number, last)


def _procedure(case: protection.EndangermentCase) -> File:
    last = law.endangerment_file_ends(legal_date(case.closed_at or case.received_at))
    return File(M.ENDANGERMENT_FILE, case.youth_office_id, case.id, None, case.number, last)


def _last_day(help_: cases.Help) -> date:
    return help_.ended_on or help_.ends_on


def _answer_by(db: Session, help_: cases.Help, received_on: date) -> date:
    start = datetime.combine(received_on, time(), BERLIN)
    return legal_date(due_at(law.SUBJECT_REQUEST, start, organisations.land_of(db, help_.youth_office_id)))


def _help(db: Session, help_id: UUID, actor: Actor) -> cases.Help:
    try:
        return cases.get_help(db, help_id, actor)
    except NotFound:
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None


def _place(
    db: Session,
    subject_id: UUID,
    help_id: UUID | None,
    number: str,
    reason: str,
    until: date | None,
    actor: Actor,
    at: datetime,
) -> LegalHold:
    hold = LegalHold(
        youth_office_id=actor.organisation_id,
        subject_id=subject_id,
        help_id=help_id,
        number=number,
        reason=reason,
        until=until,
        placed_by=actor.id,
        placed_at=at,
    )
    db.add(hold)
    db.flush()
    _record(db, hold, "place", actor, at)
    return hold


def _record(db: Session, hold: LegalHold, act: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=hold.youth_office_id,
        actor=actor,
        action=f"legal_hold.{act}",
        subject_kind="legal_hold",
        subject_id=hold.id,
        at=at,
        law="Art. 17 Abs. 3, Art. 18 DSGVO",
        details={"subject": hold.subject_id, "until": hold.until},
    )
