"""The life of a settlement run: time and the worker move it, a person may only stop it."""

from app.core.workflow import Row, Workflow
from app.modules.settlement.models import UNDER_WAY
from app.modules.settlement.models import SettlementRunState as S
from app.modules.settlement.schemas import CancelSettlementRun
from app.policy import Permission as P

SETTLEMENT_RUN = Workflow(
    "settlement_run",
    "Abrechnungslauf",
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
