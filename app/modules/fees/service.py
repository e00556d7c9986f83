"""Acting on calculations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.ids import new_id
from app.modules import agreements
from app.modules.fees import queries
from app.modules.fees.errors import NothingNew
from app.modules.fees.models import FeeCalculation, FeeOffer, FeeVersion
from app.modules.fees.rules import calculate
from app.modules.fees.schemas import FeeBasis, FeeCalculationCreate, OfferFee
from app.modules.fees.workflow import FEE_CALCULATION
from app.policy import Actor


def create(db: Session, body: FeeCalculationCreate, *, actor: Actor, at: datetime) -> FeeCalculation:
    """Compute a fee and keep it as a draft.

    Raises:
        Invalid: no time is left that could be sold.
    """
    calculation = FeeCalculation(
        id=new_id(), provider_id=actor.organisation_id, title=body.title, number=1, created_by=actor.id
    )
    computed = _version(calculation, body.basis, actor, at)
    FEE_CALCULATION.begin(db, calculation, actor=actor, at=at, rate_cents=computed.rate_cents)
    db.add(computed)
    db.flush()
    return calculation


def revise(
    db: Session, calculation_id: UUID, basis: FeeBasis, expected: int, *, actor: Actor, at: datetime
) -> FeeCalculation:
    """Compute the next version; earlier ones stay, and whoever was offered one reads that one until it is offered.

    Raises:
        NothingNew: it says the same as the last one.
    """
    calculation = queries.get_calculation(db, calculation_id, actor, lock=True)
    check_version(calculation, expected)
    last = queries.get_version(db, calculation, calculation.number, actor)
    if FeeBasis.model_validate(last.basis) == basis:
        raise NothingNew
    calculation.number += 1
    calculation.changed_at = at
    computed = _version(calculation, basis, actor, at)
    db.add(computed)
    db.flush()
    audit.record(
        db,
        tenant_id=calculation.tenant_id,
        actor=actor,
        action="fee_calculation.revise",
        subject_kind="fee_calculation",
        subject_id=calculation.id,
        at=at,
        details={"number": calculation.number},
    )
    return calculation


def offer(
    db: Session, calculation_id: UUID, body: OfferFee, expected: int, *, actor: Actor, at: datetime
) -> FeeCalculation:
    """Bring the newest version into the negotiation of an agreement.

    Raises:
        NotFound: the provider is no party of that agreement.
        Conflict: this version is there already (by the database).
    """
    calculation = queries.get_calculation(db, calculation_id, actor, lock=True)
    check_version(calculation, expected)
    agreement = agreements.get_agreement(db, body.agreement_id, actor)
    calculation.offered_to = (agreement.youth_office_id,)  # type: ignore[misc]  # this step's own
    FEE_CALCULATION.fire(db, calculation, body.action, actor=actor, at=at, number=calculation.number)
    db.add(
        FeeOffer(
            id=new_id(),
            calculation_id=calculation.id,
            provider_id=calculation.provider_id,
            youth_office_id=agreement.youth_office_id,
            number=calculation.number,
            agreement_id=agreement.id,
            offered_by=actor.id,
            offered_at=at,
        )
    )
    db.flush()
    return calculation


def _version(calculation: FeeCalculation, basis: FeeBasis, actor: Actor, at: datetime) -> FeeVersion:
    result = calculate(basis)
    return FeeVersion(
        id=new_id(),
        calculation_id=calculation.id,
        provider_id=calculation.provider_id,
        number=calculation.number,
        basis=basis.model_dump(mode="json"),
        result=result.as_json(),
        rate_cents=result.rate_cents,
        computed_by=actor.id,
        computed_at=at,
    )
