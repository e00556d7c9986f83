"""Organisations: the two sides of the table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.policy import OrganisationKind


class Organisation(Identified, Versioned, Base):
    """A youth office (the tenant) or a provider; name and kind are visible to everybody who may log in."""

    __tablename__ = "organisation"

    kind: Mapped[OrganisationKind] = mapped_column(code(OrganisationKind, "kind"))
    name: Mapped[str]
    land: Mapped[str]  # ISO 3166-2:DE without the prefix: whose holidays count
    official_key: Mapped[str | None]  # amtlicher Gemeindeschlüssel of a youth office
    leitweg_id: Mapped[str | None]  # electronic address of its invoice entrance
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("kind", "name", name="uq_organisation_kind_name"),)


class Region(Identified, Base):
    """A planning region (Planungsregion, Sozialraum, Stadtbezirk) of a youth office."""

    __tablename__ = "region"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("youth_office_id", "name", name="uq_region_name"),)


CONSTRAINT_TEXTS["uq_region_name"] = Text("Diese Region gibt es schon.", "This region exists already.")
CONSTRAINT_TEXTS["uq_organisation_kind_name"] = Text(
    "Eine Organisation dieser Art und dieses Namens gibt es schon.",
    "An organisation of this kind and name exists already.",
)
