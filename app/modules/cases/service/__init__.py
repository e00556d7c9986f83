"""Acting on helps and what they are made of."""

from app.modules.cases.service.around import add_partner, change_partner, consider_group
from app.modules.cases.service.expiry import EXPIRY, expiry_due
from app.modules.cases.service.grants import move_grant, prepare_grant
from app.modules.cases.service.handovers import handover_due, move_handover, offer
from app.modules.cases.service.helps import move, open_help
from app.modules.cases.service.imports import import_helps
from app.modules.cases.service.phases import add_phase, change_phase, move_phase

__all__ = [
    "EXPIRY",
    "add_partner",
    "add_phase",
    "change_partner",
    "change_phase",
    "consider_group",
    "expiry_due",
    "handover_due",
    "import_helps",
    "move",
    "move_grant",
    "move_handover",
    "move_phase",
    "offer",
    "open_help",
    "prepare_grant",
]
