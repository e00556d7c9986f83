"""Acting in and for committees."""

from app.modules.committee.service.consulting import (
    FOLLOW_UP_DUE,
    add_consultation,
    change_consultation,
    complete_follow_up,
    follow_up_due,
    move_consultation,
)
from app.modules.committee.service.papers import change_paper, create_paper, move_paper
from app.modules.committee.service.sittings import (
    add_membership,
    change_body,
    change_meeting,
    change_membership,
    create_body,
    enter_agenda,
    move_meeting,
    schedule,
)

__all__ = [
    "FOLLOW_UP_DUE",
    "add_consultation",
    "add_membership",
    "change_body",
    "change_consultation",
    "change_meeting",
    "change_membership",
    "change_paper",
    "complete_follow_up",
    "create_body",
    "create_paper",
    "enter_agenda",
    "follow_up_due",
    "move_consultation",
    "move_meeting",
    "move_paper",
    "schedule",
]
