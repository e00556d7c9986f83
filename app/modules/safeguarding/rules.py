"""What must be there before the youth office is told, and who is called when it does not answer; pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from app.core.deadlines import Deadline, Step
from app.core.problems import FieldError
from app.law.calendars import BERLIN, legal_date
from app.law.periods import due_at
from app.law.protection import Urgency, acknowledgement_period, escalation
from app.modules.cases import is_pseudonym
from app.modules.safeguarding.models import AlarmCode, Involvement
from app.modules.safeguarding.schemas import NotificationCreate
from app.policy import Role

CLOCK_SKEW = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours."""
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""The first instant that is taken, as for days: calendars end somewhere, and an alarm must not fail on one."""


class Call(NamedTuple):
    """Who is called at a level, and with which alarm."""

    role: Role
    alarm: AlarmCode


class Called(NamedTuple):
    """A role, or one person in it, and the alarm."""

    role: Role
    account_id: UUID | None
    alarm: AlarmCode


FIRST_CALL = (Call(Role.CASEWORKER, AlarmCode.NEW), Call(Role.TEAM_LEAD, AlarmCode.NEW))
"""On receipt: the caseworker of the help (any, if there is none) and the team lead, at once."""

ESCALATION: Mapping[int, tuple[Call, ...]] = {
    0: (Call(Role.CASEWORKER, AlarmCode.UNASSIGNED),),
    1: (Call(Role.CASEWORKER, AlarmCode.UNASSIGNED), Call(Role.TEAM_LEAD, AlarmCode.UNASSIGNED)),
    2: (
        Call(Role.TEAM_LEAD, AlarmCode.UNASSIGNED),
        Call(Role.PROVIDER_LEAD, AlarmCode.NO_ACKNOWLEDGEMENT),
        Call(Role.PROVIDER_MANAGER, AlarmCode.NO_ACKNOWLEDGEMENT),
    ),
    3: (
        Call(Role.OFFICE_HEAD, AlarmCode.UNASSIGNED),
        Call(Role.PROVIDER_MANAGER, AlarmCode.NO_ACKNOWLEDGEMENT),
    ),
}
"""Escalation chain: reminder, warning, lapse, second lapse. Local policy, no number in the statute."""

_LINES = (
    (Role.CASEWORKER, Role.TEAM_LEAD, Role.OFFICE_HEAD),
    (Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER),
    (Role.ON_CALL, Role.TEAM_LEAD, Role.OFFICE_HEAD),
    (Role.CHILD_PROTECTION_COORDINATOR, Role.OFFICE_HEAD),
)


def stands_in(roles: Iterable[Role]) -> dict[Role, set[Role]]:
    """The roles whose calls these roles take, each with the roles that nobody may hold for it to come to that.

    Up the line first: a call to a role nobody holds goes to whoever is above; only where nobody is above, to below.
    """
    taken: dict[Role, set[Role]] = {}
    for line in _LINES:
        for role in set(roles) & set(line):
            place = line.index(role)
            taken |= {lower: {lower} for lower in line[:place]}
            above = line[place + 1 :]
            taken |= {upper: set(above) for upper in above if upper not in roles}
    return taken


def faults_of(body: NotificationCreate, at: datetime) -> list[FieldError]:
    """What is wrong with the form of a notification made at an instant; nothing else refuses in acute danger."""
    faults = [fault for place, instant in _instants(body) if (fault := _fault_of(f"/{place}", instant, at))]
    if body.isef_consulted_on is not None and body.isef_consulted_on > legal_date(at):
        faults.append(FieldError("/isef_consulted_on", "future", "Das liegt in der Zukunft.", "This is still to come."))
    if body.urgency is Urgency.NO_WEIGHTY:
        de, en = "Ohne gewichtige Anhaltspunkte gibt es keine Mitteilung nach § 8a.", "Without weighty signs: none."
        faults.append(FieldError("/urgency", "no_weighty", de, en))
    if body.is_acute and body.acute_reason is None:
        de, en = "Worin besteht die akute Gefahr?", "What is the acute danger?"
        faults.append(FieldError("/acute_reason", "missing", de, en))
    if not body.is_acute and not is_pseudonym(body.child_pseudonym):
        de, en = "Ein Pseudonym mit Nummer, ohne Namen: «Kind K-2».", "A label with a number, no name: «Kind K-2»."
        faults.append(FieldError("/child_pseudonym", "pattern", de, en))
    if body.help_id is None and body.youth_office_id is None:
        de, en = "Hilfe oder Jugendamt muss genannt sein.", "A help or a youth office must be named."
        faults.append(FieldError("/youth_office_id", "missing", de, en))
    return faults


def _fault_of(pointer: str, instant: datetime, at: datetime) -> FieldError | None:
    if instant > at + CLOCK_SKEW:
        return FieldError(pointer, "future", "Das liegt in der Zukunft.", "This lies in the future.")
    if instant < EARLIEST:
        return FieldError(pointer, "too_early", "Das liegt vor 1900.", "This lies before 1900.")
    return None


def _instants(body: NotificationCreate) -> list[tuple[str, datetime]]:
    """What is said to have happened, with its place in the body."""
    own = [("perceived_at", body.perceived_at)]
    if body.received_at is not None:
        own.append(("received_at", body.received_at))
    seen = [(f"indications/{place}/observed_at", sign.observed_at) for place, sign in enumerate(body.indications)]
    return own + seen


def missing_of(body: NotificationCreate) -> list[str]:
    """What § 8a Abs. 4 SGB VIII wants before the youth office is told, and is not there.

    Consulting an insoweit erfahrene Fachkraft; telling the parents, or the reason why not; likewise the child. A name
    where a pseudonym belongs is put right later: no spelling holds up an alarm.
    """
    missing = [] if is_pseudonym(body.child_pseudonym) else ["child_pseudonym"]
    if body.isef_consulted_on is None:
        missing.append("isef_consultation")
    if body.parents_informed is None:
        missing.append("parents_informed")
    elif body.parents_informed is not Involvement.YES and not body.parents_reason:
        missing.append("parents_reason")
    if body.child_involved is None:
        missing.append("child_involved")
    elif body.child_involved is not Involvement.YES and not body.child_reason:
        missing.append("child_reason")
    return missing


def precedence(urgency: Urgency) -> int:
    """Which call goes first when many are due at once: the most urgent."""
    return list(Urgency).index(urgency)


def acknowledge_by(
    urgency: Urgency, received_at: datetime, agreed: Mapping[str, int], land: str
) -> tuple[datetime, str]:
    """Until when the youth office must acknowledge, and where that comes from.

    Args:
        agreed: minutes by urgency, as the parties agreed; they go before the local default.
    """
    if (minutes := agreed.get(urgency.value)) is not None:
        return received_at + timedelta(minutes=minutes), "Vereinbarung (§ 8a Abs. 4 SGB VIII)"
    due = due_at(acknowledgement_period(urgency), received_at, land)
    return due, "örtliche Vorgabe (§ 8a SGB VIII nennt keine Zahl)"


def steps_of(urgency: Urgency, received_at: datetime, due: datetime, land: str) -> list[Step]:
    """The instants at which somebody is called."""
    return [Step(step.level, step.fires_at) for step in escalation(received_at, due, urgency, land)]


def is_overdue(deadline: Deadline, at: datetime) -> bool:
    """Whether the act should have been done and is not."""
    return deadline.met_at is None and deadline.due_at < at


def legal_day(instant: datetime) -> tuple[datetime, datetime]:
    """The day in Berlin on which an instant falls: its first instant, and the first of the next day (UTC)."""
    day = legal_date(instant)
    begins, ends = (datetime.combine(one, time(), BERLIN).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return begins, ends
