"""`/v1/settlement-runs` and `/v1/billing-simulations`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.agreements import BillingTerms
from app.modules.settlement import jobs, queries, service, simulating
from app.modules.settlement.models import BillingSimulation, SettlementRun
from app.modules.settlement.schemas import (
    BillingSimulationCreate,
    BillingSimulationOut,
    BillingSimulationQuery,
    CancelSettlementRun,
    SettlementPartOut,
    SettlementPartQuery,
    SettlementProblemOut,
    SettlementProblemQuery,
    SettlementRunCreate,
    SettlementRunOut,
    SettlementRunQuery,
    SimulationResultOut,
    SimulationResultQuery,
)
from app.modules.settlement.workflow import BILLING_SIMULATION, SETTLEMENT_RUN
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/settlement-runs", tags=["settlement"])
simulations = Router(prefix="/billing-simulations", tags=["settlement"])
_SUPPOSED = ("id", "title", "counterpart_id", "agreement_number", "terms_source", "state", "failure", "created_at")
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


def _simulations(db: Session, rows: Sequence[BillingSimulation], actor: Actor) -> list[BillingSimulationOut]:
    progress = queries.simulation_progress(db, [row.id for row in rows])
    return [
        BillingSimulationOut(
            **{name: getattr(row, name) for name in _SUPPOSED},
            version=row.version,
            first=f"{row.first:%Y-%m}",
            last=f"{row.last:%Y-%m}",
            terms=BillingTerms.model_validate(row.terms),
            progress=progress[row.id],
            allowed_actions=BILLING_SIMULATION.allowed(row, actor),
        )
        for row in rows
    ]


@simulations.post("", status_code=201, summary="Andere Abrechnungsregeln durchrechnen")
@needs(Permission.SETTLEMENTS_RUN)
def start_billing_simulation(
    body: BillingSimulationCreate, db: Db, actor: CurrentActor, now: Now
) -> BillingSimulationOut:
    """What would up to twelve past months have cost under these terms? A job over the real records, billed or not;
    each is priced as agreed and as supposed, by the same rules, and nothing is changed (SGB VIII §§ 77, 78b, 78d).
    """
    return _simulations(db, [simulating.begin(db, body, jobs.simulate, actor=actor, at=now)], actor)[0]


@simulations.get("", summary="Simulationen suchen")
@needs(Permission.INVOICES_READ)
def list_billing_simulations(
    query: Annotated[BillingSimulationQuery, Query()], db: Db, actor: CurrentActor
) -> Page[BillingSimulationOut]:
    """The simulations of the own organisation, the newest first."""
    rows, following, total = queries.list_simulations(db, query, actor)
    return page_of(_simulations(db, rows, actor), following, total, query)


@simulations.get("/{billing_simulation_id}", summary="Simulation lesen")
@needs(Permission.INVOICES_READ)
def get_billing_simulation(billing_simulation_id: Id, db: Db, actor: CurrentActor) -> BillingSimulationOut:
    """One simulation: how far it is, and what it has come to, before and after."""
    return _simulations(db, [queries.get_simulation(db, billing_simulation_id, actor)], actor)[0]


@simulations.get("/{billing_simulation_id}/results", summary="Ergebnisse der Simulation")
@needs(Permission.INVOICES_READ)
def list_simulation_results(
    billing_simulation_id: Id, query: Annotated[SimulationResultQuery, Query()], db: Db, actor: CurrentActor
) -> Page[SimulationResultOut]:
    """Before and after by month, kind of help and activity, and what cannot be reckoned, with the reason; also as CSV
    or XLSX.
    """
    made = queries.get_simulation(db, billing_simulation_id, actor)
    rows, following, total = queries.list_results(db, made, query)
    return page_of([SimulationResultOut.model_validate(row) for row in rows], following, total, query)


@simulations.post("/{billing_simulation_id}/transitions", summary="Simulation abbrechen")
@needs(Permission.SETTLEMENTS_RUN)
def move_billing_simulation(
    billing_simulation_id: Id, body: CancelSettlementRun, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> BillingSimulationOut:
    """Stop after the month that is being reckoned."""
    made = simulating.cancel(db, billing_simulation_id, body, expected, actor=actor, at=now)
    return _simulations(db, [made], actor)[0]


@simulations.get("/{billing_simulation_id}/transitions", summary="Verlauf der Simulation")
@needs(Permission.INVOICES_READ)
def list_billing_simulation_transitions(billing_simulation_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_simulation(db, billing_simulation_id, actor).id)
