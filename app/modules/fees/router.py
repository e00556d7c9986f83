"""`/v1/fee-calculations`."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.fees import queries, rules, service
from app.modules.fees.models import FeeCalculation
from app.modules.fees.schemas import (
    FeeBasis,
    FeeCalculationCreate,
    FeeCalculationOut,
    FeeCalculationQuery,
    FeeCalculationSummary,
    FeeComparisonOut,
    FeeComparisonQuery,
    FeeDifferenceOut,
    FeeResultOut,
    FeeStepOut,
    FeeVersionCreate,
    FeeVersionOut,
    FeeVersionSummary,
    OfferFee,
)
from app.modules.fees.workflow import FEE_CALCULATION
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/fee-calculations", tags=["fees"])


def _out(db: Session, calculation: FeeCalculation, actor: Actor) -> FeeCalculationOut:
    return FeeCalculationOut(
        **FeeCalculationSummary.model_validate(calculation).model_dump(),
        current=FeeVersionOut.model_validate(queries.get_version(db, calculation, None, actor)),
        agreement_ids=queries.agreements_of(db, calculation, actor),
        allowed_actions=FEE_CALCULATION.allowed(calculation, actor),
    )


@router.post(":calculate", summary="Entgeltsatz berechnen")
@needs(Permission.FEES_READ, keyed=False)
def calculate_fee(body: FeeBasis, actor: CurrentActor) -> FeeResultOut:
    """The price of a Fachleistungsstunde from cost and time, with every step; nothing is kept (§§ 77, 78c SGB VIII).

    For both sides: who changes one number (overhead of 20 % to 10 %) sees what it does.
    """
    return FeeResultOut.model_validate(rules.calculate(body))


@router.post("", status_code=201, summary="Entgeltkalkulation anlegen")
@needs(Permission.FEES_MANAGE)
def create_fee_calculation(body: FeeCalculationCreate, db: Db, actor: CurrentActor, now: Now) -> FeeCalculationOut:
    """Compute a fee and keep it; only the own provider reads it until it is offered (§ 77 Abs. 1, § 78c SGB VIII)."""
    return _out(db, service.create(db, body, actor=actor, at=now), actor)


@router.get("", summary="Entgeltkalkulationen suchen")
@needs(Permission.FEES_READ)
def list_fee_calculations(
    query: Annotated[FeeCalculationQuery, Query()], db: Db, actor: CurrentActor
) -> Page[FeeCalculationSummary]:
    """The own calculations; a youth office finds those brought into its negotiations (§§ 77, 78b SGB VIII)."""
    rows, following, total = queries.list_calculations(db, query, actor)
    return page_of([FeeCalculationSummary.model_validate(row) for row in rows], following, total, query)


@router.get("/{calculation_id}", summary="Entgeltkalkulation lesen")
@needs(Permission.FEES_READ)
def get_fee_calculation(calculation_id: Id, db: Db, actor: CurrentActor) -> FeeCalculationOut:
    """One calculation with the newest version the caller may read (§ 78c Abs. 2 SGB VIII)."""
    return _out(db, queries.get_calculation(db, calculation_id, actor), actor)


@router.post("/{calculation_id}/versions", status_code=201, summary="Neue Fassung berechnen")
@needs(Permission.FEES_MANAGE)
def revise_fee_calculation(
    calculation_id: Id, body: FeeVersionCreate, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> FeeCalculationOut:
    """Compute the next version; the earlier ones stay (§ 78c Abs. 2 SGB VIII)."""
    return _out(db, service.revise(db, calculation_id, body.basis, expected, actor=actor, at=now), actor)


@router.get("/{calculation_id}/versions", summary="Fassungen der Kalkulation")
@needs(Permission.FEES_READ)
def list_fee_versions(calculation_id: Id, db: Db, actor: CurrentActor) -> list[FeeVersionSummary]:
    """Every version the caller may read, oldest first (§ 78c Abs. 2 SGB VIII)."""
    calculation = queries.get_calculation(db, calculation_id, actor)
    return [FeeVersionSummary.model_validate(row) for row in queries.versions_of(db, calculation, actor)]


@router.get("/{calculation_id}/versions/{number}", summary="Fassung der Kalkulation lesen")
@needs(Permission.FEES_READ)
def get_fee_version(calculation_id: Id, number: int, db: Db, actor: CurrentActor) -> FeeVersionOut:
    """One version: what was put in, every step, what came out (§ 78c Abs. 2 SGB VIII)."""
    calculation = queries.get_calculation(db, calculation_id, actor)
    return FeeVersionOut.model_validate(queries.get_version(db, calculation, number, actor))


@router.get("/{calculation_id}/versions/{number}/steps", summary="Rechenweg ausgeben")
@needs(Permission.FEES_READ)
def list_fee_steps(calculation_id: Id, number: int, db: Db, actor: CurrentActor) -> Page[FeeStepOut]:
    """Every step of a version, by `Accept` also as CSV or XLSX (§ 78c Abs. 2 SGB VIII)."""
    version = queries.get_version(db, queries.get_calculation(db, calculation_id, actor), number, actor)
    return Page(items=[FeeStepOut.model_validate(step) for step in version.result["steps"]])


@router.get("/{calculation_id}/comparison", summary="Zwei Fassungen vergleichen")
@needs(Permission.FEES_READ)
def compare_fee_calculations(
    calculation_id: Id, query: Annotated[FeeComparisonQuery, Query()], db: Db, actor: CurrentActor
) -> FeeComparisonOut:
    """What differs between two versions, of one calculation or two, and in the price (§ 78c Abs. 2 SGB VIII)."""
    calculation = queries.get_calculation(db, calculation_id, actor)
    other = queries.get_calculation(db, query.other_id or calculation_id, actor)
    before = queries.get_version(db, calculation, query.number, actor)
    after = queries.get_version(db, other, query.other_number, actor)
    changed = rules.differences(before.result["steps"], after.result["steps"])
    percent = rules.change_percent(before.rate_cents, after.rate_cents) if before.rate_cents else None
    return FeeComparisonOut(
        before=FeeVersionSummary.model_validate(before),
        after=FeeVersionSummary.model_validate(after),
        difference_cents=after.rate_cents - before.rate_cents,
        percent=None if percent is None else str(percent),
        steps=[FeeDifferenceOut.model_validate(one) for one in changed],
    )


@router.post("/{calculation_id}/transitions", summary="Kalkulation einbringen")
@needs(Permission.FEES_MANAGE)
def move_fee_calculation(
    calculation_id: Id, body: OfferFee, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> FeeCalculationOut:
    """Bring the newest version into a negotiation: the youth office reads it from then on (§§ 77, 78b SGB VIII)."""
    return _out(db, service.offer(db, calculation_id, body, expected, actor=actor, at=now), actor)


@router.get("/{calculation_id}/transitions", summary="Verlauf der Kalkulation")
@needs(Permission.FEES_MANAGE)
def list_fee_transitions(calculation_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first (§ 78c Abs. 2 SGB VIII)."""
    return history(db, queries.get_calculation(db, calculation_id, actor).id)
