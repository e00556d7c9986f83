"""Official statistics of procedures of § 8a and of Inobhutnahmen, and the numbers a quality dialogue may see."""

from app.modules.statistics.deriving import look
from app.modules.statistics.queries import WORK
from app.modules.statistics.workflow import RECORD, RELEASE

__all__ = ["RECORD", "RELEASE", "WORK", "look"]
