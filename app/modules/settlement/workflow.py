"""The lives of runs and simulations: time and the worker move them, a person may only stop them."""

from app.core.workflow import Row, Workflow
from app.modules.settlement.models import UNDER_WAY
from app.modules.settlement.models import SettlementRunState as S
from app.modules.settlement.schemas import CancelSettlementRun
from app.policy import Permission as P


def _of_job(name: str, title: str) -> Workflow:
    return Workflow(
        name,
        title,
        S,
        S.QUEUED,
        [
            Row("start", "beginnen", frozenset({S.QUEUED}), S.RUNNING, None),
            Row("finish", "abschließen", frozenset({S.RUNNING}), S.DONE, None),
            Row("fail", "mit Fehler abbrechen", frozenset(UNDER_WAY), S.FAILED, None),
            Row(
                "cancel",
                "abbrechen",
                frozenset(UNDER_WAY),
                S.CANCELLED,
                P.SETTLEMENTS_RUN,
                body=CancelSettlementRun,
            ),
        ],
    )


SETTLEMENT_RUN = _of_job("settlement_run", "Abrechnungslauf")
BILLING_SIMULATION = _of_job("billing_simulation", "Simulation der Abrechnung")
