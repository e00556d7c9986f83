"""`/v1/helps`, what belongs to a help, and `/v1/handovers`."""

from app.modules.cases.router.around import handovers
from app.modules.cases.router.around import router as around
from app.modules.cases.router.helps import router as helps
from app.modules.cases.router.phases import router as phases

__all__ = ["around", "handovers", "helps", "phases"]
