"""What must be there before the youth office is told, and who is called when it does not answer; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.deadlines import Step
from app.law.periods import due_at
from app.law.protection import Urgency, acknowledgement_period, escalation
from app.modules.safeguarding.models import AlarmCode, Involvement
from app.modules.safeguarding.schemas import NotificationCreate
from app.policy import Role

CLOCK_SKEW = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours."""


class Call(NamedTuple):
    """Who is called at a level, and with which alarm."""

    role: Role
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


def missing_of(body: NotificationCreate) -> list[str]:
    """What § 8a Abs. 4 SGB VIII wants before the youth office is told, and is not there.

    Consulting an insoweit erfahrene Fachkraft; telling the parents, or the reason why not; likewise the child.
    """
    missing = []
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
