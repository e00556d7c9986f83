"""Settlement: a month of everything that was recorded, drafted or previewed as a job that shows how far it is."""

from app.modules.settlement.jobs import employ
from app.modules.settlement.models import SettlementRun, SettlementRunState
from app.modules.settlement.workflow import SETTLEMENT_RUN

__all__ = ["SETTLEMENT_RUN", "SettlementRun", "SettlementRunState", "employ"]
