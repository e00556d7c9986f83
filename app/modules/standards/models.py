"""Standards of quality: what a youth office expects, how it shows, how it is proved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned
from app.core.db import code as coded
from app.core.problems import Text
from app.core.types import CodeList


class QualityDimension(CodeList):
    """The three dimensions of quality (Donabedian), as §§ 78b, 79a SGB VIII are read."""

    STRUCTURE = "structure", "Strukturqualität"
    PROCESS = "process", "Prozessqualität"
    OUTCOME = "outcome", "Ergebnisqualität"


class QualityArea(CodeList):
    """What a standard is about, by the five areas that yearly quality reports tell of (Fulda, AG § 78)."""

    DEVELOPMENT = "development", "Entwicklung des jungen Menschen"
    GOAL_ATTAINMENT = "goal_attainment", "Zielerreichung im Hilfeplan"
    STRUCTURE = "structure", "strukturelle Bedingungen"
    SATISFACTION = "satisfaction", "Zufriedenheit"
    SUSTAINABILITY = "sustainability", "Nachhaltigkeit"


class Standard(Identified, Versioned, Base):
    """One expectation with its observable indicator; fixed from the moment an agreement or a handbook adopts it."""

    __tablename__ = "standard"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str]
    title: Mapped[str]
    dimension: Mapped[QualityDimension] = mapped_column(coded(QualityDimension, "dimension"))
    quality_area: Mapped[QualityArea | None] = mapped_column(coded(QualityArea, "quality_area"))
    text: Mapped[str]
    criteria: Mapped[list[str]]  # so concrete that two observers see the same
    threshold: Mapped[str | None]  # below it the standard is missed; the target may lie higher
    indicator: Mapped[str | None]
    target: Mapped[str | None]
    evidence: Mapped[str | None]
    service_kinds: Mapped[list[str]]
    is_shared: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("youth_office_id", "code", name="uq_standard_code"),
        Index("ix_standard_youth_office_id", "youth_office_id", "id"),
    )


class StandardAdoption(Base):
    """That a text offered for signature, or a released handbook, contains a standard: it never changes again."""

    __tablename__ = "standard_adoption"

    standard_id: Mapped[UUID] = mapped_column(ForeignKey("standard.id"), primary_key=True)
    adopted_by: Mapped[UUID] = mapped_column(primary_key=True)  # the version of an agreement or of a handbook
    adopted_at: Mapped[datetime]


CONSTRAINT_TEXTS["uq_standard_code"] = Text(
    "Einen Standard mit dieser Kennung gibt es im Jugendamt schon.",
    "The youth office has a standard with this code already.",
)
CONSTRAINT_TEXTS["standard_adopted"] = Text(
    "Der Standard ist Teil einer Vereinbarung oder eines Qualitätshandbuchs und ändert sich nicht mehr.",
    "The standard is part of an agreement or a quality handbook and does not change any more.",
)
