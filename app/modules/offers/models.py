"""Offers of providers (Leistungsangebote): what was published stays as it was published; the fee lies apart."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful


class OfferState(CodeList):
    """Where an offer stands."""

    DRAFT = "draft", "Entwurf beim Träger"
    PUBLISHED = "published", "veröffentlicht"
    WITHDRAWN = "withdrawn", "zurückgezogen"


class OfferSetting(CodeList):
    """Where and how the help happens."""

    AMBULATORY = "ambulatory", "ambulant"
    PART_RESIDENTIAL = "part_residential", "teilstationär"
    RESIDENTIAL = "residential", "stationär"
    GROUP = "group", "Gruppenangebot"


class CapacityUnit(CodeList):
    """What capacity is counted in."""

    PLACES = "places", "Plätze"
    FACHLEISTUNGSSTUNDE_PER_WEEK = "fachleistungsstunde_per_week", "Fachleistungsstunden je Woche"


class FeeUnit(CodeList):
    """What the fee is paid for."""

    FACHLEISTUNGSSTUNDE = "fachleistungsstunde", "je Fachleistungsstunde"
    DAY = "day", "je Tag"
    WEEK = "week", "je Woche"
    MONTH = "month", "je Monat"
    CASE = "case", "je Fall (Pauschale)"


class Offer(Identified, Stateful, Base):
    """An offer as it is found: what lists and filters need of the published version (before: of the draft)."""

    __tablename__ = "offer"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[OfferState] = mapped_column(code(OfferState, "state"))
    number: Mapped[int] = mapped_column(default=0)  # of the published version; 0: none yet
    valid_from: Mapped[date | None]  # the day from which that version holds
    to_all_providers: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str]
    service_kinds: Mapped[list[str]]
    setting: Mapped[OfferSetting] = mapped_column(code(OfferSetting, "setting"))
    region_ids: Mapped[list[UUID]]
    languages: Mapped[list[str]]
    has_protection_concept: Mapped[bool]
    search_text: Mapped[str] = mapped_column(deferred=True)
    capacity_unit: Mapped[CapacityUnit | None] = mapped_column(code(CapacityUnit, "capacity_unit"))
    capacity_total: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    capacity_free: Mapped[Decimal] = mapped_column(Numeric(8, 2), default=0)  # never null: lists are sorted by it
    capacity_as_of: Mapped[date | None]

    draft: Mapped["OfferDraft | None"] = relationship(lazy="raise", cascade="all, delete-orphan")
    readers: Mapped[list["OfferReader"]] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin=lambda: and_(
            Offer.id == foreign(OfferReader.offer_id), Offer.number == foreign(OfferReader.number)
        ),
    )

    __table_args__ = (
        UniqueConstraint("id", "provider_id", name="uq_offer_provider"),  # its parts are the same provider's
        CheckConstraint("(number = 0) = (valid_from IS NULL)", name="valid_from"),
        CheckConstraint("number >= 0 AND (state = 'withdrawn' OR (number = 0) = (state = 'draft'))", name="number"),
        CheckConstraint("capacity_free BETWEEN 0 AND coalesce(capacity_total, 0)", name="capacity_free"),
        CheckConstraint("num_nulls(capacity_unit, capacity_total, capacity_as_of) IN (0, 3)", name="capacity_is_whole"),
        Index("ix_offer_provider_id", "provider_id", "title", "id"),
        Index("ix_offer_title", "title", "id"),  # a youth office reads the offers of many providers
    )

    @property
    def tenant_id(self) -> UUID:
        """An offer belongs to no case: its history is the provider's own."""
        return self.provider_id

    @property
    def audience(self) -> list[UUID]:
        """The provider, and the youth offices the offer is published to."""
        return [self.provider_id, *self.youth_office_ids]

    @property
    def youth_office_ids(self) -> list[UUID]:
        """The youth offices the published version was published to, in the order of their ids."""
        return sorted(reader.youth_office_id for reader in self.readers)


def _of_own_offer() -> ForeignKeyConstraint:
    """A part of an offer is of the same provider as the offer."""
    return ForeignKeyConstraint(["offer_id", "provider_id"], ["offer.id", "offer.provider_id"])


def _of_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["offer_id", "number"], ["offer_version.offer_id", "offer_version.number"])


class OfferDraft(Base):
    """What the provider is writing, fee included; only the provider sees it, and publishing ends it."""

    __tablename__ = "offer_draft"

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[UUID]
    content: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]

    __table_args__ = (_of_own_offer(),)


class OfferVersion(Identified, Base):
    """A description as it was published, without the fee. It never changes."""

    __tablename__ = "offer_version"

    offer_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    valid_from: Mapped[date]
    to_all_providers: Mapped[bool]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]

    fee: Mapped["OfferFee | None"] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        _of_own_offer(),
        UniqueConstraint("offer_id", "number", name="uq_offer_version_number"),
        CheckConstraint("number >= 1", name="number"),
    )


class OfferReader(Base):
    """A youth office that a version was published to. It never changes."""

    __tablename__ = "offer_reader"

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    provider_id: Mapped[UUID]

    __table_args__ = (
        _of_own_offer(),
        _of_version(),
        Index("ix_offer_reader_youth_office_id", "youth_office_id", "offer_id", "number"),
    )


class OfferFee(Base):
    """The fee of a version: a trade secret, walled off from other providers by a policy of its own."""

    __tablename__ = "offer_fee"

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[UUID]
    rate_cents: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[FeeUnit] = mapped_column(code(FeeUnit, "unit"))
    note: Mapped[str | None]

    __table_args__ = (_of_own_offer(), _of_version(), CheckConstraint("rate_cents >= 0", name="rate_cents"))


class OfferCapacity(Identified, Base):
    """What was free on a day, as the provider reported it. It never changes."""

    __tablename__ = "offer_capacity"

    offer_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    as_of: Mapped[date]
    unit: Mapped[CapacityUnit] = mapped_column(code(CapacityUnit, "unit"))
    total: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    free: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    reported_at: Mapped[datetime]

    __table_args__ = (
        _of_own_offer(),
        CheckConstraint("free BETWEEN 0 AND total", name="free"),
        Index("ix_offer_capacity_offer_id", "offer_id", "as_of", "id"),
    )


CONSTRAINT_TEXTS["offer_version_fixed"] = Text(
    "Was veröffentlicht wurde, ändert sich nicht mehr.", "What was published does not change any more."
)
CONSTRAINT_TEXTS["offer_capacity_fixed"] = Text(
    "Eine gemeldete Auslastung wird nicht geändert und nicht gelöscht.",
    "A reported capacity is neither changed nor deleted.",
)
