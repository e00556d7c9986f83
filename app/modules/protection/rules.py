"""Who may take which step, who is called when nobody acts, and what is wrong with what was said; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.problems import FieldError, Text
from app.core.workflow import Move
from app.law.protection import Urgency
from app.law.protection_steps import LATE_ENTRY
from app.modules.protection.codes import CaseState as S
from app.modules.protection.codes import Duty, ReporterKind
from app.modules.protection.models import EndangermentCase, ProtectionTransfer
from app.modules.protection.schemas.intake import ReportIn
from app.modules.safeguarding import AlarmCode, Called
from app.policy import Actor, Permission, Role

ENDED = frozenset({S.NOT_WEIGHTY, S.TRANSFERRED_OUT, S.CLOSED})
OPEN = frozenset(S) - ENDED
WAITING = frozenset({S.RECEIVED, S.REOPENED})
"""Nobody works on it yet."""
UNASSESSED = WAITING | {S.FIRST_CHECK, S.ASSESSING}
"""What on-call staff must see, whoever leads the case."""
UNDER_WAY = OPEN - WAITING - {S.FIRST_CHECK}
SKEW = timedelta(minutes=5)
"""How far a caller's clock may be ahead of ours."""
PROFESSIONALS = (Role.CASEWORKER, Role.ON_CALL, Role.TEAM_LEAD)
"""Who works on a case, in the order in which somebody with several roles is called."""

ALARMS: Mapping[Duty, AlarmCode] = {
    Duty.FIRST_CHECK: AlarmCode.FIRST_CHECK,
    Duty.ON_CALL: AlarmCode.REPORT,
    Duty.CONTACT: AlarmCode.CONTACT,
    Duty.CONTACT_AGAIN: AlarmCode.NO_CONTACT,
    Duty.TEAM: AlarmCode.TEAM,
    Duty.PLAN: AlarmCode.PLAN,
    Duty.PLAN_REVIEW: AlarmCode.PLAN,
    Duty.PLAN_BROKEN: AlarmCode.PLAN_BROKEN,
    Duty.HELP_OFFER: AlarmCode.HELP_OFFER,
    Duty.FEEDBACK: AlarmCode.FEEDBACK,
    Duty.HEARING: AlarmCode.HEARING,
    Duty.COURT_REVIEW: AlarmCode.COURT_REVIEW,
    Duty.MOST: AlarmCode.MOST,
    Duty.MAJORITY: AlarmCode.MAJORITY,
    Duty.CHILD_INFORMED: AlarmCode.CHILD_INFORMED,
    Duty.PARENTS_INFORMED: AlarmCode.PARENTS_INFORMED,
    Duty.CUSTODY_COURT: AlarmCode.CUSTODY_COURT,
    Duty.LIBERTY: AlarmCode.LIBERTY,
    Duty.CUSTODY_PLAN: AlarmCode.HELP_PLAN,
    Duty.CUSTODY_LONG: AlarmCode.LONG,
    Duty.UNACCOMPANIED: AlarmCode.UNACCOMPANIED,
    Duty.EMERGENCY_REVIEW: AlarmCode.EMERGENCY_READING,
    Duty.HANDOVER: AlarmCode.HANDOVER,
    Duty.HANDOVER_SENT: AlarmCode.HANDOVER,
    Duty.HANDOVER_ACCEPTED: AlarmCode.NOT_ACCEPTED,
}
_LINE_WARNED = frozenset({Duty.CUSTODY_COURT, Duty.CUSTODY_LONG})
"""What the team lead hears of with the warning already."""


def is_line(actor: Actor) -> bool:
    """The line above: team lead and head of office."""
    return actor.may(Permission.PROTECTION_LEAD)


def TEAM(case: EndangermentCase, move: Move) -> Text | None:  # noqa: N802  # a guard, named like the others
    """Whoever works on the case (anybody, while nobody does), on-call staff, or the line."""
    actor = move.actor
    if actor.is_system or not case.team or actor.id in case.team or is_line(actor) or Role.ON_CALL in actor.roles:
        return None
    return Text("Das tut, wer den Fall bearbeitet.", "Whoever works on the case does this.")


def LINE_OR_ON_CALL(case: EndangermentCase, move: Move) -> Text | None:  # noqa: N802
    """Who gives a case to somebody."""
    if move.actor.is_system or is_line(move.actor) or Role.ON_CALL in move.actor.roles:
        return None
    return Text("Das bestimmt die Leitung oder der Bereitschaftsdienst.", "The line or whoever is on call decides it.")


def IS_SOURCE(transfer: ProtectionTransfer, move: Move) -> Text | None:  # noqa: N802
    """Whoever works on the case at the office that passes it on."""
    if not move.actor.is_system and move.actor.organisation_id != transfer.youth_office_id:
        return Text("Das tut das abgebende Jugendamt.", "The office that passes it on does this.")
    return TEAM(transfer.case, move)


def IS_RECEIVER(transfer: ProtectionTransfer, move: Move) -> Text | None:  # noqa: N802
    """The office the case is passed on to."""
    if move.actor.is_system or move.actor.organisation_id == transfer.receiving_office_id:
        return None
    return Text("Das tut das aufnehmende Jugendamt.", "The receiving office does this.")


def is_late(happened_at: datetime, at: datetime) -> bool:
    """Whether something was written down late (facts, section 4.7)."""
    return at - happened_at > LATE_ENTRY


def faults_of_instants(pairs: Iterable[tuple[str, datetime | None]], at: datetime) -> list[FieldError]:
    """What is said to have happened, but lies in the future."""
    return [
        FieldError(f"/{name}", "future", "Das liegt in der Zukunft.", "This lies in the future.")
        for name, instant in pairs
        if instant is not None and instant > at + SKEW
    ]


def faults_of_step(body: Any, at: datetime) -> list[FieldError]:
    """What is wrong with the form of a step."""
    names = ("happened_at", "lead_informed_at", "started_at", "ended_at")
    faults = faults_of_instants([(name, getattr(body, name, None)) for name in names], at)
    if body.action == "propose_weighty" and body.urgency is Urgency.NO_WEIGHTY:
        de, en = "Das ist keine Dringlichkeit gewichtiger Anhaltspunkte.", "No class of weighty signs."
        faults.append(FieldError("/urgency", "no_weighty", de, en))
    return faults


def faults_of_report(body: ReportIn, at: datetime) -> list[FieldError]:
    """What is wrong with the form of a report; nothing else refuses one."""
    faults = faults_of_instants([("received_at", body.received_at)], at)
    if body.reporter is ReporterKind.PROVIDER:
        de, en = "Ein Träger meldet selbst: /v1/jugendamt-notifications.", "A provider notifies by itself."
        faults.append(FieldError("/reporter", "provider", de, en))
    if body.reporter is ReporterKind.ANONYMOUS and body.identity is not None:
        de, en = "Wer anonym meldet, hat keinen Namen.", "Whoever reports anonymously has no name."
        faults.append(FieldError("/identity", "anonymous", de, en))
    if body.reporter is ReporterKind.ANONYMOUS and body.wants_feedback:
        de, en = "Ohne Namen keine Rückmeldung.", "No feedback without a name."
        faults.append(FieldError("/wants_feedback", "anonymous", de, en))
    names = [child.pseudonym for child in body.children]
    twice = [place for place, name in enumerate(names) if name in names[:place]]
    for place in twice:
        faults.append(FieldError(f"/children/{place}/pseudonym", "twice", "Jedes Kind nur einmal.", "Each child once."))
    return faults


def more_urgent(one: Urgency, other: Urgency) -> Urgency:
    """The more urgent of two classes: the list begins with the worst."""
    order = list(Urgency)
    return min(one, other, key=order.index)


def alarm_of(duty: Duty, case: EndangermentCase, *, signed: bool) -> AlarmCode:
    """What is to be said: nobody has the case, the second person is missing, or the act itself is due."""
    if duty is Duty.FIRST_CHECK and case.state in WAITING:
        return AlarmCode.UNASSIGNED
    if duty is Duty.FIRST_CHECK and not signed:
        return AlarmCode.FOUR_EYES
    return ALARMS[duty]


def called_to_review(alarm: AlarmCode) -> list[Called]:
    """Whoever watches over data protection, and the head of the office."""
    return [Called(Role.DATA_PROTECTION_OFFICER, None, alarm), Called(Role.OFFICE_HEAD, None, alarm)]


def called(
    case: EndangermentCase,
    duty: Duty,
    level: int,
    alarm: AlarmCode,
    roles: Mapping[UUID, Role],
    *,
    office_open: bool,
) -> list[Called]:
    """Who is called at a level: caseworker, then team lead, then head of office; on-call staff out of office hours.

    Source: escalation chain of the facts (5.2); local policy, no number in the statute.
    """
    people = {0: case.team[:1], 1: case.team, 2: [], 3: [], 4: []}[level]
    calls = [Called(roles[one], one, alarm) for one in people if one in roles]
    above = {
        0: [] if calls else [Role.CASEWORKER],
        1: [Role.TEAM_LEAD] if not calls or case.state in WAITING or duty in _LINE_WARNED else [],
        2: [Role.TEAM_LEAD],
        3: [Role.OFFICE_HEAD, Role.CHILD_PROTECTION_COORDINATOR, Role.ON_CALL],
        4: [Role.OFFICE_HEAD, Role.TEAM_LEAD, Role.ON_CALL],
    }[level]
    calls += [Called(role, None, alarm) for role in above]
    if not office_open and level < 3:
        calls.append(Called(Role.ON_CALL, None, alarm))
    return list(dict.fromkeys(calls))
