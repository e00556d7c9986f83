"""What past months would have cost under other terms: priced twice, as agreed and as supposed; nothing is changed."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.db import check_version, found
from app.core.ids import new_id
from app.core.jobs import defer
from app.core.problems import Invalid, NotFound
from app.core.work import by_the_service
from app.modules import agreements, invoices
from app.modules.agreements import Agreement, BillingTerms
from app.modules.billing import Line, Statement
from app.modules.invoices import NothingToBill
from app.modules.settlement import queries
from app.modules.settlement.models import (
    UNDER_WAY,
    BillingSimulation,
    SettlementRunState,
    SimulationPart,
    SimulationRow,
)
from app.modules.settlement.schemas import BillingSimulationCreate, CancelSettlementRun
from app.modules.settlement.workflow import BILLING_SIMULATION
from app.policy import SYSTEM, Actor

MOST_MONTHS = 12


def begin(db: Session, body: BillingSimulationCreate, task: object, *, actor: Actor, at: datetime) -> BillingSimulation:
    """Find what was done in the months and queue the reckoning.

    Raises:
        Invalid: the months run backwards or are too many; no terms, two, or those of no agreement of the own.
        NothingToBill: nothing was done.
    """
    first, last = invoices.month_of(body.first)[0], invoices.month_of(body.last)[0]
    if not first <= last <= invoices.months_after(first, MOST_MONTHS - 1):
        raise Invalid.field("/last", "months", "Ein bis zwölf Monate, der erste zuerst.", "One to twelve months.")
    terms, source = _terms(db, body, actor)
    number = None
    if body.only_agreement_id is not None:
        number = agreements.lineage(_agreement(db, body.only_agreement_id, "/only_agreement_id", actor).number)
    months = queries.months_done(db, actor, first, last, body.counterpart_id)
    if not months:
        raise NothingToBill
    made = BillingSimulation(
        organisation_id=actor.organisation_id,
        title=body.title,
        first=first,
        last=last,
        counterpart_id=body.counterpart_id,
        agreement_number=number,
        terms=terms.model_dump(mode="json"),
        terms_source=source,
        created_by=actor.id,
    )
    BILLING_SIMULATION.begin(db, made, actor=actor, at=at, parts=len(months))
    parts = [
        {
            "id": new_id(),
            "simulation_id": made.id,
            "organisation_id": made.organisation_id,
            "place": place,
            "youth_office_id": youth_office_id,
            "provider_id": provider_id,
            "month": month,
            "records": records,
        }
        for place, (youth_office_id, provider_id, month, records) in enumerate(months, 1)
    ]
    db.execute(insert(SimulationPart), parts)
    defer(db, task, lock=str(made.id), run_id=str(made.id))
    return made


def cancel(
    db: Session, simulation_id: UUID, action: CancelSettlementRun, expected: int, *, actor: Actor, at: datetime
) -> BillingSimulation:
    """Stop a simulation; what was reckoned can be read.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing: see core.workflow.
    """
    made = queries.get_simulation(db, simulation_id, actor, lock=True)
    check_version(made, expected)
    BILLING_SIMULATION.fire(db, made, action.action, actor=actor, at=at)
    db.flush()
    return made


def started(db: Session, run_id: UUID, at: datetime) -> BillingSimulation | None:
    """The simulation, if there is still something to do (the service's transaction)."""
    made = db.get(BillingSimulation, run_id, with_for_update=True)
    if made is None or made.state not in UNDER_WAY:
        return None
    if made.state is SettlementRunState.QUEUED:
        BILLING_SIMULATION.fire(db, made, "start", actor=SYSTEM, at=at)
    return made


def settle_next(db: Session, run_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """Reckon one more month of one office and provider; False: nothing is left, or it was stopped."""
    made = queries.get_simulation(db, run_id, actor, lock=True)
    part = queries.next_simulation_part(db, run_id) if made.state is SettlementRunState.RUNNING else None
    if part is None:
        return False
    terms = BillingTerms.model_validate(made.terms)
    with by_the_service(db):  # a youth office may not see all that prices depend on
        done, supposed = invoices.suppose(
            db, part.youth_office_id, part.provider_id, part.month, terms, made.agreement_number
        )
        rows = [*_rows(done.statement, supposed), *_unpriced(supposed)]
    place = {
        "simulation_id": made.id,
        "part_id": part.id,
        "organisation_id": made.organisation_id,
        "month": part.month,
    }
    if rows:
        db.execute(insert(SimulationRow), [{"id": new_id(), **place, **row} for row in rows])
    part.settled_at = at
    db.flush()
    return True


def finish(db: Session, run_id: UUID, at: datetime) -> None:
    """All months are reckoned (the service's transaction)."""
    made = db.get(BillingSimulation, run_id, with_for_update=True)
    if made is not None and made.state is SettlementRunState.RUNNING:
        BILLING_SIMULATION.fire(db, made, "finish", actor=SYSTEM, at=at)


def fail(db: Session, run_id: UUID, why: str, at: datetime) -> None:
    """It cannot go on (the service's transaction)."""
    made = db.get(BillingSimulation, run_id, with_for_update=True)
    if made is not None and made.state in UNDER_WAY:
        made.failure = why
        BILLING_SIMULATION.fire(db, made, "fail", actor=SYSTEM, at=at)


def _terms(db: Session, body: BillingSimulationCreate, actor: Actor) -> tuple[BillingTerms, str]:
    if (body.terms is None) == (body.terms_of_agreement_id is None):
        de, en = "Genau eines: Regeln, oder eine Vereinbarung mit Regeln.", "Either terms, or an agreement with terms."
        raise Invalid.field("/terms", "one_of", de, en)
    if body.terms is not None:
        return body.terms, "eigene Annahme"
    agreement = _agreement(db, body.terms_of_agreement_id, "/terms_of_agreement_id", actor)
    text = agreement.current.content.get("billing_terms") if agreement.current else None
    if text is None:
        de, en = "Diese Vereinbarung nennt keine Abrechnungsregeln.", "This agreement names no terms of billing."
        raise Invalid.field("/terms_of_agreement_id", "no_terms", de, en)
    return BillingTerms.model_validate(text), agreement.number


def _agreement(db: Session, agreement_id: UUID | None, pointer: str, actor: Actor) -> Agreement:
    try:
        return agreements.get_agreement(db, found(agreement_id), actor)
    except NotFound:
        de, en = "Diese Vereinbarung gibt es nicht.", "There is no such agreement."
        raise Invalid.field(pointer, "unknown", de, en) from None


def _rows(before: Statement, after: Statement) -> list[dict[str, Any]]:
    """What each kind of help and activity came to, and would have come to."""
    sums: dict[tuple[Any, Any], dict[str, Any]] = defaultdict(
        lambda: {
            "before_cents": 0,
            "after_cents": 0,
            "before_units": Decimal("0.00"),
            "after_units": Decimal("0.00"),
        }
    )
    for side, lines in (("before", before.lines), ("after", after.lines)):
        for line in lines:
            _add(sums[line.service_kind, line.activity], side, line)
    return [
        {"service_kind": kind, "activity": activity, **told, "unpriced": 0, "reason_de": None}
        for (kind, activity), told in sorted(sums.items(), key=lambda one: (one[0][0].value, one[0][1].value))
    ]


def _add(told: dict[str, Any], side: str, line: Line) -> None:
    told[f"{side}_cents"] += line.amount_cents
    told[f"{side}_units"] += line.units


def _unpriced(after: Statement) -> list[dict[str, Any]]:
    """What the supposed terms name no price for, by the reason."""
    counts: dict[str, int] = defaultdict(int)
    for one in after.unpriced:
        counts[one.text_de] += 1
    nothing = {
        "service_kind": None,
        "activity": None,
        "before_cents": 0,
        "after_cents": 0,
        "before_units": Decimal("0.00"),
        "after_units": Decimal("0.00"),
    }
    return [{**nothing, "unpriced": count, "reason_de": reason} for reason, count in sorted(counts.items())]
