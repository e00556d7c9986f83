"""Reading concerns: the people who work on one and their line; nobody else, and never an office."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.deadlines import Deadline, DeadlineFiring
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.modules.concerns.codes import OPEN, ConcernEntryKind
from app.modules.concerns.models import ConcernEntry, ConcernNotification, IsefConsultation, ProviderConcern
from app.modules.concerns.schemas.answers import ConcernQuery, ConsultationQuery, EntryQuery
from app.policy import Actor, Permission, Role

C = ProviderConcern


def watched(actor: Actor) -> Select[ProviderConcern]:
    """Those whose stand somebody may follow: who works on one, the lead, the management (number and stand only).

    Whoever is shut out (accused, or a relative) sees nothing, whatever the role.

    Source: access matrix of the facts.
    """
    return _seen(actor, {Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER})


def involved(actor: Actor) -> Select[ProviderConcern]:
    """Those somebody may read: who works on one, and the lead."""
    return _seen(actor, {Role.PROVIDER_LEAD})


def _seen(actor: Actor, line: set[Role]) -> Select[ProviderConcern]:
    rows = select(C).where(C.provider_id == actor.organisation_id, ~C.excluded_ids.contains([actor.id]))
    if not actor.roles.isdisjoint(line):
        return rows
    return rows.where(or_(C.recorded_by == actor.id, C.responsible_id == actor.id, C.member_ids.contains([actor.id])))


def get_concern(db: Session, concern_id: UUID, actor: Actor, *, lock: bool = False) -> ProviderConcern:
    """One concern; 404 for whoever is not involved."""
    wanted = involved(actor).where(C.id == concern_id)
    return found(db.scalar(wanted.with_for_update(key_share=True) if lock else wanted))


def list_concerns(
    db: Session, query: ConcernQuery, actor: Actor, at: datetime
) -> tuple[list[Any], str | None, int | None]:
    """A page of concerns; open and urgent first."""
    rows = watched(actor)
    if query.state is not None:
        rows = rows.where(C.state == query.state)
    if query.help_id is not None:
        rows = rows.where(C.help_id == query.help_id)
    if query.open is not None:
        rows = rows.where(C.closed_at.is_(None) if query.open else C.closed_at.is_not(None))
    if query.overdue is not None:
        late = _open_duty().where(Deadline.due_at < at)
        rows = rows.where(late if query.overdue else ~late)
    return paginate(db, rows, query, {"urgency": C.rank, "created_at": C.created_at}, C.id)


def _open_duty() -> Any:
    return exists().where(Deadline.subject_id == C.id, Deadline.met_at.is_(None))


def duties_of(db: Session, ids: Iterable[UUID]) -> list[Deadline]:
    """The deadlines of some concerns, earliest first; one statement."""
    return list(db.scalars(select(Deadline).where(Deadline.subject_id.in_(ids)).order_by(Deadline.due_at, Deadline.id)))


def firings_of(db: Session, duties: Sequence[Deadline]) -> Sequence[DeadlineFiring]:
    """The steps of some deadlines that have fired, in order; one statement."""
    rows = select(DeadlineFiring).where(DeadlineFiring.deadline_id.in_([duty.id for duty in duties]))
    return db.scalars(rows.order_by(DeadlineFiring.fires_at)).all()


def consultations_of(db: Session, concern_id: UUID) -> list[UUID]:
    """The consultations of a concern."""
    rows = select(IsefConsultation.id).where(IsefConsultation.concern_id == concern_id)
    return list(db.scalars(rows.order_by(IsefConsultation.requested_at, IsefConsultation.id)))


def notifications_of(db: Session, concern_id: UUID) -> list[ConcernNotification]:
    """What the youth office was told of a concern, in order."""
    rows = select(ConcernNotification).where(ConcernNotification.concern_id == concern_id)
    return list(db.scalars(rows.order_by(ConcernNotification.told_at, ConcernNotification.notification_id)))


def concern_told_by(db: Session, notification_id: UUID) -> tuple[ConcernNotification, ProviderConcern] | None:
    """The concern a notification came from, locked (system); None: told without one."""
    rows = (
        select(ConcernNotification, C)
        .join(C, C.id == ConcernNotification.concern_id)
        .where(ConcernNotification.notification_id == notification_id)
        .with_for_update(key_share=True)
    )
    row = db.execute(rows).one_or_none()
    return None if row is None else (row[0], row[1])


def list_entries(
    db: Session, query: EntryQuery, concern: ProviderConcern
) -> tuple[list[ConcernEntry], str | None, int | None]:
    """A page of the timeline."""
    rows = select(ConcernEntry).where(ConcernEntry.concern_id == concern.id)
    if query.kind is not None:
        rows = rows.where(ConcernEntry.kind == query.kind)
    return paginate(db, rows, query, {"recorded_at": ConcernEntry.recorded_at}, ConcernEntry.id)


def entries_of(db: Session, concern: ProviderConcern, kinds: Iterable[ConcernEntryKind]) -> Sequence[ConcernEntry]:
    """The entries of these kinds, oldest first."""
    rows = select(ConcernEntry).where(ConcernEntry.concern_id == concern.id, ConcernEntry.kind.in_(kinds))
    return db.scalars(rows.order_by(ConcernEntry.recorded_at, ConcernEntry.id)).all()


def has_entry(db: Session, concern: ProviderConcern, entry_id: UUID) -> bool:
    """Whether an entry is one of this concern's."""
    wanted = exists().where(ConcernEntry.id == entry_id, ConcernEntry.concern_id == concern.id)
    return bool(db.scalar(select(wanted)))


def second_of(db: Session, concern: ProviderConcern, about: str, actor: Actor) -> UUID | None:
    """The other professional who agreed last to a step, of what is weighed now; None: nobody else, or she disagreed."""
    newest = (
        select(ConcernEntry.recorded_by, ConcernEntry.agrees)
        .where(
            ConcernEntry.concern_id == concern.id,
            ConcernEntry.about == about,
            ConcernEntry.recorded_by != actor.id,
            ConcernEntry.recorded_at >= concern.since,
        )
        .order_by(ConcernEntry.recorded_at.desc(), ConcernEntry.id.desc())
        .limit(1)
    )
    row = db.execute(newest).one_or_none()
    return row.recorded_by if row is not None and row.agrees else None


def asked(actor: Actor) -> Select[IsefConsultation]:
    """The consultations that were asked of the actor."""
    return select(IsefConsultation).where(IsefConsultation.isef_account_id == actor.id)


def get_consultation(db: Session, consultation_id: UUID, actor: Actor, *, lock: bool = False) -> IsefConsultation:
    """One consultation asked of the actor; 404 for anybody else's."""
    wanted = asked(actor).where(IsefConsultation.id == consultation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def get_consultation_of(db: Session, concern: ProviderConcern, consultation_id: UUID) -> IsefConsultation:
    """One consultation of a concern, for the people who work on it."""
    own = select(IsefConsultation).where(
        IsefConsultation.id == consultation_id, IsefConsultation.concern_id == concern.id
    )
    return found(db.scalar(own.with_for_update()))


def list_consultations(db: Session, query: ConsultationQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the consultations asked of the actor; what is due first."""
    rows = asked(actor)
    if query.answered is not None:
        done = IsefConsultation.answered_at
        rows = rows.where(done.is_not(None) if query.answered else done.is_(None))
    sorts = {"answer_by": IsefConsultation.answer_by, "requested_at": IsefConsultation.requested_at}
    return paginate(db, rows, query, sorts, IsefConsultation.id)


def _work(asking: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Concerns with something to do, for who works on them and their line; consultations asked of the actor."""
    actor = asking.actor
    found_: list[Select[*tuple[Any, ...]]] = []
    if actor.may(Permission.CONCERNS_WATCH):
        due = select(func.min(Deadline.due_at)).where(Deadline.subject_id == C.id, Deadline.met_at.is_(None))
        works = C.responsible_id == actor.id
        columns = waiting(
            "concern_due",
            subject=C,
            path="/v1/concerns/" if actor.may(Permission.CONCERNS_READ) else "/v1/concerns",
            help_id=C.help_id,
            due_at=due.scalar_subquery(),
            me=True if Role.PROVIDER_LEAD in actor.roles else works,
        )
        found_.append(watched(actor).with_only_columns(*columns).where(C.state.in_(OPEN), _open_duty()))
    if actor.may(Permission.CONSULTATIONS_ANSWER):
        columns = waiting(
            "isef_consultation",
            subject=IsefConsultation,
            path="/v1/isef-consultations/",
            number=IsefConsultation.pseudonym,
            due_at=IsefConsultation.answer_by,
            me=True,
        )
        found_.append(asked(actor).with_only_columns(*columns).where(IsefConsultation.answered_at.is_(None)))
    return found_


WORK = Source(
    {
        "concern_due": "Kindeswohl: nächster Schritt fällig",
        "isef_consultation": "Beratung als insoweit erfahrene Fachkraft",
    },
    _work,
)
