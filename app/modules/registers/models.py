"""Registers of people: who may be consulted as insoweit erfahrene Fachkraft (§ 8a Abs. 4, § 8b SGB VIII)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned
from app.core.problems import Text
from app.core.types import CodeList


class IsefField(CodeList):
    """What an insoweit erfahrene Fachkraft knows best."""

    EARLY_CHILDHOOD = "early_childhood", "frühe Kindheit"
    ADOLESCENCE = "adolescence", "Jugendalter"
    DISABILITY = "disability", "Kinder und Jugendliche mit Behinderungen"
    SEXUAL_VIOLENCE = "sexual_violence", "sexuelle Gewalt"
    DOMESTIC_VIOLENCE = "domestic_violence", "häusliche Gewalt"
    ADDICTION = "addiction", "Sucht in der Familie"
    MENTAL_ILLNESS = "mental_illness", "psychisch erkrankte Eltern"
    FLIGHT = "flight", "Flucht und Migration"
    ONLINE = "online", "Gewalt im Netz"


class IsefProfile(Identified, Versioned, Base):
    """An insoweit erfahrene Fachkraft an organisation may consult; a shared one may be asked by all."""

    __tablename__ = "isef_profile"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    qualification: Mapped[str]
    fields: Mapped[list[str]]
    contact: Mapped[str]
    availability: Mapped[str]
    is_shared: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        UniqueConstraint("account_id", name="uq_isef_profile_account_id"),
        Index("ix_isef_profile_organisation_id", "organisation_id", "name", "id"),
    )


CONSTRAINT_TEXTS["uq_isef_profile_account_id"] = Text(
    "Zu diesem Zugang gibt es schon einen Eintrag.", "There is an entry for this account already."
)
