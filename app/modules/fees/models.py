"""Calculations of fees: versions that stay as they were computed, and to which youth office one was offered."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful


class FeeCalculationState(CodeList):
    """Where a calculation stands."""

    DRAFT = "draft", "Entwurf beim Träger"
    OFFERED = "offered", "in eine Verhandlung eingebracht"


class FeeCalculation(Identified, Stateful, Base):
    """A provider's calculation of one fee; what it says stands in its versions."""

    __tablename__ = "fee_calculation"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str]
    state: Mapped[FeeCalculationState] = mapped_column(code(FeeCalculationState, "state"))
    number: Mapped[int] = mapped_column(default=1)  # of the newest version
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    offered_to: ClassVar[tuple[UUID, ...]] = ()  # set by the service before a step: who learns of it

    __table_args__ = (
        UniqueConstraint("id", "provider_id", name="uq_fee_calculation_provider"),
        CheckConstraint("number >= 1", name="number"),
        Index("ix_fee_calculation_provider_id", "provider_id", "id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """A calculation is the provider's own."""
        return self.provider_id

    @property
    def audience(self) -> list[UUID]:
        """The provider, and the youth office to which it is being offered."""
        return [self.provider_id, *self.offered_to]


class FeeVersion(Identified, Base):
    """What was put in and what came out. It never changes."""

    __tablename__ = "fee_version"

    calculation_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    number: Mapped[int]
    basis: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    rate_cents: Mapped[int] = mapped_column(BigInteger)
    computed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    computed_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["calculation_id", "provider_id"], ["fee_calculation.id", "fee_calculation.provider_id"]),
        UniqueConstraint("calculation_id", "number", name="uq_fee_version_number"),
        CheckConstraint("number >= 1 AND rate_cents >= 0", name="number"),
    )


class FeeOffer(Identified, CaseBound, Base):
    """A version brought into the negotiation of an agreement: from then on the youth office reads it."""

    __tablename__ = "fee_offer"

    calculation_id: Mapped[UUID]
    number: Mapped[int]
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), index=True)
    offered_by: Mapped[UUID]
    offered_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["calculation_id", "number"], ["fee_version.calculation_id", "fee_version.number"]),
        UniqueConstraint("calculation_id", "number", "agreement_id", name="uq_fee_offer_agreement"),
        Index("ix_fee_offer_youth_office_id", "youth_office_id", "calculation_id", "number"),
    )


CONSTRAINT_TEXTS["fee_version_fixed"] = Text(
    "Eine berechnete Fassung ändert sich nicht mehr.", "A computed version does not change any more."
)
CONSTRAINT_TEXTS["uq_fee_offer_agreement"] = Text(
    "Diese Fassung ist in diese Verhandlung schon eingebracht.", "This version is offered in this negotiation already."
)
