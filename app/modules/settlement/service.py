"""Settling a month part by part: each office and provider in a transaction of its own, so that nothing is lost.

The rules are those of a single invoice (`invoices.settle`, `invoices.preview`); a run adds the order, the progress,
and what is to be told of it.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.ids import new_id
from app.core.jobs import defer
from app.core.problems import Invalid, Problem
from app.core.work import by_the_service, rehearsal
from app.modules import billing, invoices
from app.modules.invoices import Invoice, NothingPriced, NothingToBill
from app.modules.settlement import queries
from app.modules.settlement.models import (
    UNDER_WAY,
    SettlementMode,
    SettlementOutcome,
    SettlementPart,
    SettlementProblem,
    SettlementRun,
    SettlementRunState,
)
from app.modules.settlement.schemas import CancelSettlementRun, SettlementRunCreate
from app.modules.settlement.workflow import SETTLEMENT_RUN
from app.policy import SYSTEM, Actor


def begin(db: Session, body: SettlementRunCreate, task: object, *, actor: Actor, at: datetime) -> SettlementRun:
    """Find what a month consists of and queue its settlement.

    Raises:
        Invalid: a youth office writes no invoices. NothingToBill: nothing is recorded that is not billed yet.
        Conflict: this month is being settled already.
    """
    if actor.is_youth_office and body.mode is SettlementMode.DRAFT:
        raise Invalid.field(
            "/mode", "not_yours", "Rechnungen schreibt der Träger.", "It is the provider who writes invoices."
        )
    month = invoices.month_of(body.month)[0]
    found = queries.shares(db, actor, month, body.counterpart_id)
    if not found:
        raise NothingToBill
    run = SettlementRun(
        organisation_id=actor.organisation_id,
        month=month,
        mode=body.mode,
        counterpart_id=body.counterpart_id,
        created_by=actor.id,
    )
    SETTLEMENT_RUN.begin(db, run, actor=actor, at=at, month=body.month, mode=body.mode.value, parts=len(found))
    parts = [
        {
            "id": new_id(),
            "run_id": run.id,
            "organisation_id": run.organisation_id,
            "place": place,
            "youth_office_id": share.youth_office_id,
            "provider_id": share.provider_id,
            "outcome": SettlementOutcome.PENDING,
            "records": share.records,
            "replaced_drafts": 0,
            "problems": 0,
        }
        for place, share in enumerate(found, 1)
    ]
    db.execute(insert(SettlementPart), parts)
    defer(db, task, lock=str(run.id), run_id=str(run.id))
    return run


def cancel(
    db: Session, run_id: UUID, action: CancelSettlementRun, expected: int, *, actor: Actor, at: datetime
) -> SettlementRun:
    """Stop a run; what it has drafted stays.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing: see core.workflow.
    """
    run = queries.get_run(db, run_id, actor, lock=True)
    check_version(run, expected)
    SETTLEMENT_RUN.fire(db, run, action.action, actor=actor, at=at)
    db.flush()
    return run


def started(db: Session, run_id: UUID, at: datetime) -> SettlementRun | None:
    """The run, if there is still something to do (the service's transaction)."""
    run = db.get(SettlementRun, run_id, with_for_update=True)
    if run is None or run.state not in UNDER_WAY:
        return None
    if run.state is SettlementRunState.QUEUED:
        SETTLEMENT_RUN.fire(db, run, "start", actor=SYSTEM, at=at)
    return run


def settle_next(db: Session, run_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """Settle one more part with the rights of who began the run; False: nothing is left, or it was stopped."""
    run = queries.get_run(db, run_id, actor, lock=True)  # a cancellation waits for the part
    part = queries.next_part(db, run_id) if run.state is SettlementRunState.RUNNING else None
    if part is None:
        return False
    try:
        with db.begin_nested():
            if run.mode is SettlementMode.DRAFT:
                _draft(db, part, run.month, actor, at)
            else:
                _preview(db, part, run.month, at)
    except NothingToBill:
        part.outcome, part.settled_at = SettlementOutcome.NOTHING, at
    except Problem as refused:
        if isinstance(refused, NothingPriced):
            _preview(db, part, run.month, at)  # tells of each record why
        part.outcome, part.reason_de, part.settled_at = SettlementOutcome.REFUSED, refused.render("de")["detail"], at
    db.flush()
    return True


def finish(db: Session, run_id: UUID, at: datetime) -> None:
    """All parts are settled (the service's transaction)."""
    run = db.get(SettlementRun, run_id, with_for_update=True)
    if run is None or run.state is not SettlementRunState.RUNNING:
        return
    digest = run.digest = hashlib.sha256("".join(queries.digests(db, run_id)).encode()).hexdigest()
    SETTLEMENT_RUN.fire(db, run, "finish", actor=SYSTEM, at=at, digest=digest)


def fail(db: Session, run_id: UUID, why: str, at: datetime) -> None:
    """It cannot go on (the service's transaction); what it has drafted stays."""
    run = db.get(SettlementRun, run_id, with_for_update=True)
    if run is not None and run.state in UNDER_WAY:
        run.failure = why
        SETTLEMENT_RUN.fire(db, run, "fail", actor=SYSTEM, at=at)


def _draft(db: Session, part: SettlementPart, month: date, actor: Actor, at: datetime) -> None:
    """Write the invoice's draft; a draft that says something else now is made anew, one that still holds is kept."""
    drafts = queries.drafts_of(db, part, month)
    if drafts:
        now, kept = _reckon(db, part, month, drafts), invoices.get_invoice(db, drafts[0].id, actor)
        if len(drafts) == 1 and now.digest == invoices.digest_of(kept.lines):
            _note(db, part, now, SettlementOutcome.UNCHANGED, at, kept.id)
            return
        for draft in drafts:
            invoices.discard(db, draft, actor=actor, at=at)
    invoice = Invoice(youth_office_id=part.youth_office_id, month=month)
    settled = _Settled(invoices.settle(db, invoice, actor=actor, at=at))
    part.replaced_drafts = len(drafts)
    _note(db, part, settled, SettlementOutcome.DRAFTED, at, invoice.id)


def _preview(db: Session, part: SettlementPart, month: date, at: datetime) -> None:
    with by_the_service(db):
        drafts = queries.drafts_of(db, part, month)
    _note(db, part, _reckon(db, part, month, drafts), SettlementOutcome.PREVIEWED, at)


class _Settled:
    """What pricing made of a part, told without the rows it came from: they may be rolled back."""

    def __init__(self, unbilled: invoices.Open) -> None:
        statement = unbilled.statement
        by_id = {record.id: record for record in unbilled.records}
        self.records, self.lines, self.total_cents = len(by_id), len(statement.lines), statement.total_cents
        self.digest = invoices.digest_of(statement.lines)
        self.problems = [
            {
                "help_id": by_id[one.record_id].help_id,
                "record_id": one.record_id,
                "service_on": by_id[one.record_id].service_on,
                "minutes": by_id[one.record_id].minutes,
                "rule": one.rule,
                "text_de": one.text_de,
            }
            for one in statement.unpriced
        ]


def _reckon(db: Session, part: SettlementPart, month: date, drafts: Sequence[Invoice]) -> _Settled:
    """What there is to bill if the drafts were not there; a youth office may not see all that prices depend on."""
    with rehearsal(db), by_the_service(db):
        for draft in drafts:
            billing.release_billed(db, draft.id)
        unbilled = invoices.preview(db, part.youth_office_id, part.provider_id, month)
        if not unbilled.records:
            raise NothingToBill
        return _Settled(unbilled)


def _note(
    db: Session,
    part: SettlementPart,
    settled: _Settled,
    outcome: SettlementOutcome,
    at: datetime,
    invoice_id: UUID | None = None,
) -> None:
    part.outcome, part.settled_at, part.invoice_id = outcome, at, invoice_id
    part.records, part.problems = settled.records, len(settled.problems)
    part.lines, part.total_cents, part.digest = settled.lines, settled.total_cents, settled.digest
    if settled.problems:
        place = {
            "run_id": part.run_id,
            "part_id": part.id,
            "organisation_id": part.organisation_id,
            "youth_office_id": part.youth_office_id,
            "provider_id": part.provider_id,
        }
        db.execute(insert(SettlementProblem), [{"id": new_id(), **place, **one} for one in settled.problems])
