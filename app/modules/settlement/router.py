"""`/v1/settlement-runs`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.settlement import jobs, queries, service
from app.modules.settlement.models import SettlementRun
from app.modules.settlement.schemas import (
    CancelSettlementRun,
    SettlementPartOut,
    SettlementPartQuery,
    SettlementProblemOut,
    SettlementProblemQuery,
    SettlementRunCreate,
    SettlementRunOut,
    SettlementRunQuery,
)
from app.modules.settlement.workflow import SETTLEMENT_RUN
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/settlement-runs", tags=["settlement"])
_TOLD = ("id", "mode", "counterpart_id", "state", "digest", "failure", "created_by", "created_at", "changed_at")


def _outs(db: Session, runs: Sequence[SettlementRun], actor: Actor) -> list[SettlementRunOut]:
    progress = queries.progress_of(db, [run.id for run in runs])
    return [
        SettlementRunOut(
            **{name: getattr(run, name) for name in _TOLD},
            version=run.version,
            month=f"{run.month:%Y-%m}",
            progress=progress[run.id],
            allowed_actions=SETTLEMENT_RUN.allowed(run, actor),
        )
        for run in runs
    ]


@router.post("", status_code=201, summary="Monat abrechnen oder vorab berechnen")
@needs(Permission.SETTLEMENTS_RUN)
def start_settlement_run(body: SettlementRunCreate, db: Db, actor: CurrentActor, now: Now) -> SettlementRunOut:
    """Settle everything that is recorded in a month and not submitted yet, as a job (`GET` tells how far it is).

    A provider previews or drafts one invoice per youth office; a youth office previews what its providers will
    charge. Drafts of the month that still say the same are kept, others are made anew; what is submitted stays
    untouched. The same records under the same terms always come to the same lines: the digest of a preview is that of
    the run (SGB VIII §§ 36a, 77, 78b ff.; agreement).
    """
    return _outs(db, [service.begin(db, body, jobs.settle, actor=actor, at=now)], actor)[0]


@router.get("", summary="Abrechnungsläufe suchen")
@needs(Permission.INVOICES_READ)
def list_settlement_runs(
    query: Annotated[SettlementRunQuery, Query()], db: Db, actor: CurrentActor
) -> Page[SettlementRunOut]:
    """The runs of the own organisation, the newest first."""
    rows, following, total = queries.list_runs(db, query, actor)
    return page_of(_outs(db, rows, actor), following, total, query)


@router.get("/{settlement_run_id}", summary="Abrechnungslauf lesen")
@needs(Permission.INVOICES_READ)
def get_settlement_run(settlement_run_id: Id, db: Db, actor: CurrentActor) -> SettlementRunOut:
    """One run, how far it is and what it has come to."""
    return _outs(db, [queries.get_run(db, settlement_run_id, actor)], actor)[0]


@router.get("/{settlement_run_id}/parts", summary="Teile des Abrechnungslaufs")
@needs(Permission.INVOICES_READ)
def list_settlement_parts(
    settlement_run_id: Id, query: Annotated[SettlementPartQuery, Query()], db: Db, actor: CurrentActor
) -> Page[SettlementPartOut]:
    """What became of each office's and provider's month; also as CSV or XLSX."""
    rows, following, total = queries.list_parts(db, queries.get_run(db, settlement_run_id, actor), query)
    return page_of([SettlementPartOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{settlement_run_id}/problems", summary="Was der Lauf nicht abrechnen konnte")
@needs(Permission.INVOICES_READ)
def list_settlement_problems(
    settlement_run_id: Id, query: Annotated[SettlementProblemQuery, Query()], db: Db, actor: CurrentActor
) -> Page[SettlementProblemOut]:
    """Each record without a price, and why; also as CSV or XLSX."""
    rows, following, total = queries.list_problems(db, queries.get_run(db, settlement_run_id, actor), query)
    return page_of([SettlementProblemOut.model_validate(row) for row in rows], following, total, query)


@router.post("/{settlement_run_id}/transitions", summary="Abrechnungslauf abbrechen")
@needs(Permission.SETTLEMENTS_RUN)
def move_settlement_run(
    settlement_run_id: Id, body: CancelSettlementRun, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> SettlementRunOut:
    """Stop after the part that is being settled; drafts that were written stay."""
    return _outs(db, [service.cancel(db, settlement_run_id, body, expected, actor=actor, at=now)], actor)[0]


@router.get("/{settlement_run_id}/transitions", summary="Verlauf des Abrechnungslaufs")
@needs(Permission.INVOICES_READ)
def list_settlement_run_transitions(settlement_run_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_run(db, settlement_run_id, actor).id)
