"""Cases: helps in the individual case and what is granted for them."""

from app.modules.cases.models import Help, HelpGrant, HelpState
from app.modules.cases.queries import get_help, grants_of, visible
from app.modules.cases.schemas import Pseudonym

__all__ = ["Help", "HelpGrant", "HelpState", "Pseudonym", "get_help", "grants_of", "visible"]
