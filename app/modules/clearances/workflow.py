"""The life of an entry of the register of § 72a SGB VIII; time asks for a new certificate, and deletes."""

from collections.abc import Iterable

from pydantic import BaseModel

from app.core.workflow import Row, Workflow
from app.modules.clearances.models import ClearanceState as S
from app.modules.clearances.schemas import BlockClearance, EndActivity, InspectClearance
from app.policy import Permission as P

_LOOKED_AT = {S.INSPECTED_OK, S.RENEWAL_DUE, S.EXPIRED}


def _row(
    action: str, title: str, sources: Iterable[S], target: S, law: str, body: type[BaseModel] | None = None
) -> Row:
    needs = P.CLEARANCES_MANAGE if body is not None else None
    return Row(action, title, frozenset(sources), target, needs, law=law, body=body)


CLEARANCE = Workflow(
    "clearance_check",
    "Führungszeugnis eingesehen (§ 72a)",
    S,
    S.REQUESTED,
    [
        _row(
            "inspect",
            "eingesehen, Einsatz möglich",
            {S.REQUESTED, *_LOOKED_AT},
            S.INSPECTED_OK,
            "§ 72a Abs. 1, 3, 4 SGB VIII",
            InspectClearance,
        ),
        _row(
            "block",
            "eingesehen, Einsatz ausgeschlossen",
            {S.REQUESTED, *_LOOKED_AT},
            S.INSPECTED_BLOCKED,
            "§ 72a Abs. 1, 3, 4 SGB VIII",
            BlockClearance,
        ),
        _row("renewal_due", "neue Vorlage fällig", {S.INSPECTED_OK}, S.RENEWAL_DUE, "§ 72a Abs. 1 Satz 2 SGB VIII"),
        _row("expire", "Frist abgelaufen", {S.RENEWAL_DUE}, S.EXPIRED, "§ 72a Abs. 1 Satz 2 SGB VIII"),
        _row(
            "end_activity",
            "Tätigkeit beendet",
            set(S) - {S.DELETION_DUE},
            S.DELETION_DUE,
            "§ 72a Abs. 5 Satz 4, 5 SGB VIII",
            EndActivity,
        ),
    ],
)
