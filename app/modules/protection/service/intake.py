"""Taking reports: every one is written down, opens a case or joins one, and calls somebody at once."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.numbers import next_number
from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.core.work import by_the_service
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.law.protection import Urgency
from app.law.protection_steps import MOST
from app.modules.protection import queries, rules
from app.modules.protection.codes import Channel, Duty, ReporterKind
from app.modules.protection.models import EndangermentCase, EndangermentReport, ProtectionChild
from app.modules.protection.schemas.intake import ChildIn, ReportIn
from app.modules.protection.service import duties
from app.modules.protection.workflow import CASE
from app.modules.safeguarding import AlarmCode, JugendamtNotification
from app.policy import SYSTEM, Actor, Role

_ALPHABET, _LENGTH = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 20
SEALED = "endangerment_report"


def receive(db: Session, body: ReportIn, sealer: Sealer, *, actor: Actor, at: datetime) -> EndangermentReport:
    """Write a report down. It joins the open case it names; of one that ended it begins a new procedure.

    Raises:
        Invalid: a fault of form, or no such earlier child.
        NotFound: no such case, or the actor may not know of it.

    Law: § 8a Abs. 1 SGB VIII; § 4 Abs. 3, § 5 KKG.
    """
    if faults := rules.faults_of_report(body, at):
        raise Invalid(errors=faults)
    named = queries.get_case(db, body.case_id, actor, lock=True) if body.case_id else None
    received_at = min(body.received_at or at, at)
    report = EndangermentReport(
        id=new_id(),
        youth_office_id=actor.organisation_id,
        reporter=body.reporter,
        channel=body.channel,
        content=body.content,
        whereabouts=body.whereabouts,
        urgency_claim=Urgency.IMMEDIATE if body.is_acute else body.urgency_claim,
        is_acute=body.is_acute,
        received_at=received_at,
        recorded_at=at,
        recorded_by=actor.id,
        is_late_entry=rules.is_late(received_at, at),
        procedure_explained=body.procedure_explained,
        wants_feedback=body.wants_feedback,
    )
    if body.identity is not None:
        report.sealed_identity = sealer.seal(body.identity, f"{SEALED}:{report.id}")
    children = _children(db, body.children, actor)
    with by_the_service(db):
        _take(db, report, named, children, actor=actor, at=at)
    return report


def follow_notification(db: Session, notification: JugendamtNotification, move: Move) -> None:
    """A provider notified: the case is open in the same transaction, without anybody of the office (system)."""
    if move.action != "create":
        return
    report = EndangermentReport(
        youth_office_id=notification.youth_office_id,
        reporter=ReporterKind.PROVIDER,
        channel=Channel.PORTAL,
        content=notification.observation,
        whereabouts=notification.whereabouts,
        urgency_claim=Urgency.IMMEDIATE if notification.is_acute else notification.urgency,
        is_acute=notification.is_acute,
        received_at=notification.received_at,
        recorded_at=move.at,
        recorded_by=notification.created_by,
        is_late_entry=rules.is_late(notification.received_at, move.at),
        procedure_explained=False,
        wants_feedback=True,
        notification_id=notification.id,
    )
    child = ChildIn.model_construct(
        pseudonym=notification.child_pseudonym, birth_year=notification.child_birth_year, earlier_id=None
    )
    with by_the_service(db):
        known = _case_of(db, notification)
        case = _take(db, report, known, [(child, None)], actor=SYSTEM, at=move.at, called=True)
        if case.help_id is None:
            case.help_id = notification.help_id


def receive_transfer(
    db: Session, report: EndangermentReport, children: list[ProtectionChild], *, at: datetime
) -> EndangermentCase:
    """Another youth office passed a case on: it is a report like any other, and opens a case here (service)."""
    given = [
        ChildIn.model_construct(
            pseudonym=child.pseudonym,
            birth_year=child.birth_year,
            birth_month=child.birth_month,
            born_on=child.born_on,
            earlier_id=None,
        )
        for child in children
    ]
    return _take(db, report, None, [(child, None) for child in given], actor=SYSTEM, at=at)


def _case_of(db: Session, notification: JugendamtNotification) -> EndangermentCase | None:
    """The case the notification supplements: that of the same day's first, else the last one of the same child."""
    if notification.duplicate_of is not None:
        return queries.case_of_notification(db, notification.duplicate_of)
    if notification.help_id is None:
        return None
    return queries.last_case_of_child(db, notification.help_id, notification.child_pseudonym)


def _take(
    db: Session,
    report: EndangermentReport,
    known: EndangermentCase | None,
    children: list[tuple[ChildIn, ProtectionChild | None]],
    *,
    actor: Actor,
    at: datetime,
    called: bool = False,
) -> EndangermentCase:
    """Lay a report to its case, and call. `called`: the room below called caseworker and team lead already."""
    if known is not None and known.state in rules.OPEN:
        case = known
        _join(db, case, report, actor=actor, at=at)
    else:
        case = _open(db, report, known, at=at)
    report.case_id = case.id
    db.add(report)
    _add_children(db, case, children, known, at)
    db.flush()
    duties.start_first_check(db, case, report.urgency_claim, report.received_at)
    roles = () if called else (Role.TEAM_LEAD,) if case.team else (Role.CASEWORKER, Role.TEAM_LEAD)
    duties.call_now(db, case, AlarmCode.REPORT, roles, actor=SYSTEM, at=at)
    return case


def _join(db: Session, case: EndangermentCase, report: EndangermentReport, *, actor: Actor, at: datetime) -> None:
    """A further report may make a case more urgent, never less."""
    before = case.urgency
    case.urgency = rules.more_urgent(case.urgency, report.urgency_claim)
    case.is_acute = case.is_acute or report.is_acute
    CASE.fire(db, case, "additional_report", actor=SYSTEM, at=at, recorded_by=str(actor.id))
    if case.urgency is not before:
        duties.sharpen(db, case, by=actor.id, at=at)


def _open(
    db: Session, report: EndangermentReport, before: EndangermentCase | None, *, at: datetime
) -> EndangermentCase:
    case = EndangermentCase(
        youth_office_id=report.youth_office_id,
        number=next_number(db, report.youth_office_id, "GF", legal_date(at).year),
        urgency=report.urgency_claim,
        is_acute=report.is_acute,
        received_at=report.received_at,
        help_id=before.help_id if before else None,
        predecessor_id=before.id if before else None,
        excluded_ids=before.excluded_ids if before else [],
    )
    CASE.begin(db, case, actor=SYSTEM, at=at, recorded_by=str(report.recorded_by), reporter=report.reporter.value)
    duties.start(db, case, Duty.MOST, MOST, report.received_at)
    return case


def _children(db: Session, given: list[ChildIn], actor: Actor) -> list[tuple[ChildIn, ProtectionChild | None]]:
    children = []
    for place, child in enumerate(given):
        earlier = queries.find_child(db, child.earlier_id, actor.organisation_id) if child.earlier_id else None
        if child.earlier_id and earlier is None:
            raise Invalid.field(
                f"/children/{place}/earlier_id", "unknown", "Dieses Kind gibt es nicht.", "There is no such child."
            )
        children.append((child, earlier))
    return children


def _add_children(
    db: Session,
    case: EndangermentCase,
    children: list[tuple[ChildIn, ProtectionChild | None]],
    before: EndangermentCase | None,
    at: datetime,
) -> None:
    """The children a report names, as far as the case does not know them; who was in an earlier case keeps the key."""
    there = {child.pseudonym for child in queries.children_of(db, case)}
    earlier = {child.pseudonym: child for child in queries.children_of(db, before)} if before else {}
    for given, named in children:
        if given.pseudonym in there:
            continue
        known = named or earlier.get(given.pseudonym)
        child = ProtectionChild(
            youth_office_id=case.youth_office_id,
            case_id=case.id,
            statistics_key=known.statistics_key if known else _key(),
            **{name: _fact(given, known, name) for name in ("birth_year", "birth_month", "born_on")},
            pseudonym=given.pseudonym,
        )
        db.add(child)
        if child.born_on is not None:
            duties.start_majority(db, case, child.born_on, at)


def _fact(given: ChildIn, known: ProtectionChild | None, name: str) -> Any:
    told = getattr(given, name, None)
    return told if told is not None or known is None else getattr(known, name)


def _key() -> str:
    """A key of the official statistics: random, of nothing that belongs to the child (§ 100 SGB VIII)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def identity_of(report: EndangermentReport, sealer: Sealer) -> str | None:
    """Who reported, unsealed; who reads it is written down by the caller."""
    if report.sealed_identity is None:
        return None
    return sealer.open(report.sealed_identity, f"{SEALED}:{report.id}")


def report_of(db: Session, report_id: UUID, case: EndangermentCase, pointer: str) -> EndangermentReport:
    """A report of this case that a step names.

    Raises:
        Invalid: there is none.
    """
    report = db.get(EndangermentReport, report_id)
    if report is None or report.case_id != case.id:
        raise Invalid.field(pointer, "unknown", "Diese Meldung gibt es hier nicht.", "There is no such report here.")
    return report
