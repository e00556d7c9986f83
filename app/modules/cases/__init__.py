"""Cases: helps in the individual case, who takes part in them, and what is granted for them."""

from app.modules.cases.models import Help, HelpAssignment, HelpGrant, HelpState
from app.modules.cases.queries import WORK, get_help, grants_of, learns_until, providers_of, takes_part, visible
from app.modules.cases.schemas import Pseudonym, is_pseudonym
from app.modules.cases.workflow import HELP

__all__ = [
    "HELP",
    "WORK",
    "Help",
    "HelpAssignment",
    "HelpGrant",
    "HelpState",
    "Pseudonym",
    "get_help",
    "grants_of",
    "is_pseudonym",
    "learns_until",
    "providers_of",
    "takes_part",
    "visible",
]
