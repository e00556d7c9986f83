"""Cases: helps in the individual case, who takes part in them, and what is granted for them."""

from app.modules.cases.models import (
    Help,
    HelpAssignment,
    HelpGrant,
    HelpHandover,
    HelpPhase,
    HelpSetting,
    HelpState,
    PartnerKind,
)
from app.modules.cases.queries import (
    ANSWER,
    WORK,
    attending,
    everybody,
    get_help,
    grants_of,
    housed_by,
    kinds_of,
    learns_until,
    part_of,
    providers_of,
    run_out,
    takes_part,
    visible,
    worked_in,
)
from app.modules.cases.rules import reads_until
from app.modules.cases.schemas import Pseudonym, is_pseudonym
from app.modules.cases.service import EXPIRY, expiry_due, handover_due
from app.modules.cases.traces import TRACES
from app.modules.cases.workflow import GRANT, HANDOVER, HELP, PHASE

__all__ = [
    "ANSWER",
    "EXPIRY",
    "GRANT",
    "HANDOVER",
    "HELP",
    "PHASE",
    "TRACES",
    "WORK",
    "Help",
    "HelpAssignment",
    "HelpGrant",
    "HelpHandover",
    "HelpPhase",
    "HelpSetting",
    "HelpState",
    "PartnerKind",
    "Pseudonym",
    "attending",
    "everybody",
    "expiry_due",
    "get_help",
    "grants_of",
    "handover_due",
    "housed_by",
    "is_pseudonym",
    "kinds_of",
    "learns_until",
    "part_of",
    "providers_of",
    "reads_until",
    "run_out",
    "takes_part",
    "visible",
    "worked_in",
]
