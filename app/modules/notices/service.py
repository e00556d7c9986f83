"""Sending, acknowledging and answering notices, and reminding who does not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import check_version, found
from app.core.deadlines import Deadline
from app.core.numbers import next_number
from app.core.problems import Invalid, NotFound
from app.law.calendars import legal_date
from app.law.periods import Period
from app.modules import cases
from app.modules.notices import queries, rules
from app.modules.notices.errors import NoPartInHelp, NoticeEnded
from app.modules.notices.models import Notice, NoticeDirection, NoticeKind, NoticeMessage
from app.modules.notices.queries import ACKNOWLEDGEMENT, ANSWER
from app.modules.notices.schemas import COMMON, AnswerNotice, NoticeAction, NoticeCreate, WithdrawNotice
from app.modules.notices.workflow import NOTICE
from app.modules.organisations import land_of
from app.policy import SYSTEM, Actor, Role

outbox.announce(
    notice__message="Mitteilung: Nachricht dazu",
    notice__reminded="Mitteilung: an Bestätigung oder Antwort erinnert",
    notice__escalated="Mitteilung: Frist verstrichen, nächste Ebene unterrichtet",
)


def send(db: Session, body: NoticeCreate, *, actor: Actor, at: datetime) -> Notice:
    """Tell the other side; the periods to acknowledge and to answer begin in the same transaction.

    Raises:
        Invalid: a kind of the other side, no such help, provider or earlier notice, an instant that cannot be.
        NoPartInHelp: the help was withdrawn, or the provider's part in it ended more than 30 days ago.

    Law: SGB VIII § 36 Abs. 2 (working together on a help), § 47 Abs. 1 Nr. 2 (special incidents).
    """
    if faults := rules.faults_of(body, actor, at):
        raise Invalid(errors=faults)
    help_ = _help(db, body, actor)
    provider_id = _provider(body, help_, actor)
    _must_take_part(db, help_, provider_id, at)
    kind, land = NoticeKind(body.kind), land_of(db, help_.youth_office_id)
    notice = Notice(
        youth_office_id=help_.youth_office_id,
        provider_id=provider_id,
        help_id=help_.id,
        number=next_number(db, help_.youth_office_id, "MI", legal_date(at).year),
        kind=kind,
        direction=NoticeDirection.TO_PROVIDER if actor.is_youth_office else NoticeDirection.TO_YOUTH_OFFICE,
        details=body.model_dump(mode="json", exclude=set(COMMON)),
        text=body.text,
        told_late=rules.told_late(body, at, land),
        corrects_id=_corrected(db, body.corrects_id, help_, provider_id, actor),
        sent_by=actor.id,
        acknowledge_by=rules.acknowledge_by(kind, at, land),
        answer_by=rules.answer_by(body, at, land),
    )
    NOTICE.begin(db, notice, actor=actor, at=at, kind=kind.value, told_late=notice.told_late)
    terms = rules.TERMS[kind]
    _wait(db, notice, ACKNOWLEDGEMENT, notice.acknowledge_by, terms.acknowledgement, land)
    if notice.answer_by is not None:
        _wait(db, notice, ANSWER, notice.answer_by, terms.answer or terms.acknowledgement, land)
    return notice


def move(db: Session, notice_id: UUID, action: NoticeAction, expected: int, *, actor: Actor, at: datetime) -> Notice:
    """Take a step of the notice's life; the step stops the deadline that waited for it.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing: see core.workflow.
        NoPartInHelp: the youth office would answer a provider that takes no part any more.
    """
    notice = queries.get_notice(db, notice_id, actor, lock=True)
    check_version(notice, expected)
    with db.no_autoflush:
        if isinstance(action, AnswerNotice):
            _may_answer(db, notice, actor, at)
            notice.answer, notice.answered_at, notice.answered_by = action.text, at, actor.id
        elif isinstance(action, WithdrawNotice):
            notice.withdrawn_because = action.reason
        elif action.action == "acknowledge":
            notice.acknowledged_at, notice.acknowledged_by = at, actor.id
        NOTICE.fire(db, notice, action.action, actor=actor, at=at)
    for kind in (ACKNOWLEDGEMENT,) if action.action == "acknowledge" else (ACKNOWLEDGEMENT, ANSWER):
        deadlines.meet(db, notice.id, kind, by=actor.id, at=at)
    return notice


def read(db: Session, notice_id: UUID, *, actor: Actor, at: datetime) -> Notice:
    """One notice to be read; the reading itself is written down."""
    notice = queries.get_notice(db, notice_id, actor)
    _record(db, notice, "notice.read", actor, at)
    return notice


def write(db: Session, notice_id: UUID, text: str, *, actor: Actor, at: datetime) -> NoticeMessage:
    """Add a message to a notice that has not ended.

    Raises:
        NotFound.
        NoticeEnded: it is closed or withdrawn.
        NoPartInHelp: the provider's part in the help ended more than 30 days ago.
    """
    notice = queries.get_notice(db, notice_id, actor, lock=True)
    if notice.state in rules.ENDED:
        raise NoticeEnded(state=notice.state.value)
    _must_take_part(db, cases.get_help(db, notice.help_id, actor), notice.provider_id, at)
    message = NoticeMessage(
        youth_office_id=notice.youth_office_id,
        provider_id=notice.provider_id,
        notice_id=notice.id,
        organisation_id=actor.organisation_id,
        author_id=actor.id,
        text=text,
        created_at=at,
    )
    db.add(message)
    db.flush()
    _record(db, notice, "notice.write", actor, at, message_id=str(message.id))
    _tell(db, notice, "message", notice.audience, actor, at, message_id=str(message.id))
    return message


def remind(db: Session, deadline: Deadline, level: int, now: datetime) -> list[str]:
    """Nobody acknowledged or answered in time: remind the receiving person, then tell the line above (system)."""
    notice = found(db.get(Notice, deadline.subject_id))
    role = rules.LINE[notice.receiving_side][level]
    told = role.value
    if role is Role.CASEWORKER:
        told = f"{told}:{found(db.get(cases.Help, notice.help_id)).caseworker_id}"
    what = "escalated" if level else "reminded"
    _record(db, notice, f"notice.{what}", SYSTEM, now, period=deadline.kind, told=told)
    data = {"period": deadline.kind, "told": told, "number": notice.number, "kind": notice.kind.value}
    _tell(db, notice, what, [notice.receiver_id], SYSTEM, now, **data)
    return [told]


def _wait(db: Session, notice: Notice, kind: str, due: datetime, period: Period, land: str) -> None:
    deadlines.start(
        db,
        kind=kind,
        tenant_id=notice.youth_office_id,
        provider_id=notice.provider_id,
        subject_kind=NOTICE.name,
        subject_id=notice.id,
        started_at=notice.created_at,
        due_at=due,
        steps=rules.steps_of(notice.kind, due, land),
        source=f"örtliche Vorgabe ({period.source} nennt keine Zahl)",
    )


def _help(db: Session, body: NoticeCreate, actor: Actor) -> cases.Help:
    try:
        return cases.get_help(db, body.help_id, actor)
    except NotFound:
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None


def _provider(body: NoticeCreate, help_: cases.Help, actor: Actor) -> UUID:
    """The provider of the notice: the sender's own, or the one the youth office names."""
    if actor.is_provider:
        if body.provider_id not in (None, actor.organisation_id):
            raise _unknown_provider()
        return actor.organisation_id
    return body.provider_id or help_.provider_id


def _unknown_provider() -> Invalid:
    de, en = "Dieser Träger ist an der Hilfe nicht beteiligt.", "This provider takes no part in the help."
    return Invalid.field("/provider_id", "unknown", de, en)


def _must_take_part(db: Session, help_: cases.Help, provider_id: UUID, at: datetime) -> None:
    until = cases.learns_until(db, help_.id, provider_id)
    if until is None:
        raise _unknown_provider()
    if help_.state is cases.HelpState.WITHDRAWN or until < legal_date(at):
        raise NoPartInHelp


def _may_answer(db: Session, notice: Notice, actor: Actor, at: datetime) -> None:
    """A provider that left still owes its answers; it is given none."""
    if actor.is_youth_office and rules.by_asked(notice, actor):
        _must_take_part(db, cases.get_help(db, notice.help_id, actor), notice.provider_id, at)


def _corrected(
    db: Session, corrects_id: UUID | None, help_: cases.Help, provider_id: UUID, actor: Actor
) -> UUID | None:
    """The earlier notice that is corrected: of the same side, about the same help, to the same other side."""
    if corrects_id is None:
        return None
    try:
        earlier = queries.get_notice(db, corrects_id, actor)
    except NotFound:
        earlier = None
    place = (help_.id, provider_id)
    if earlier is None or (earlier.help_id, earlier.provider_id) != place or not rules.by_sender(earlier, actor):
        de, en = "Diese Mitteilung der eigenen Seite gibt es zu der Hilfe nicht.", "No such notice of this side."
        raise Invalid.field("/corrects_id", "unknown", de, en)
    return earlier.id


def _record(db: Session, notice: Notice, action: str, actor: Actor, at: datetime, **details: str) -> None:
    audit.record(
        db,
        tenant_id=notice.tenant_id,
        actor=actor,
        action=action,
        subject_kind=NOTICE.name,
        subject_id=notice.id,
        at=at,
        details={**details, "version": notice.version},
    )


def _tell(
    db: Session, notice: Notice, what: str, audience: list[UUID], actor: Actor, at: datetime, **data: str
) -> None:
    """An event on a notice that moves no state."""
    outbox.emit(
        db,
        f"{NOTICE.name}.{what}",
        tenant_id=notice.tenant_id,
        subject_kind=NOTICE.name,
        subject_id=notice.id,
        audience=audience,
        actor=actor,
        at=at,
        data={**data, "version": notice.version},
    )
