"""Persons of a help: by pseudonym for all who take part; who they are, sealed and apart; who has read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.core.types import CodeList
from app.policy import Role


class PersonRole(CodeList):
    """Who somebody is in a help."""

    CHILD = "child", "Kind"
    YOUNG_PERSON = "young_person", "Jugendliche, junger Mensch"
    MOTHER = "mother", "Mutter"
    FATHER = "father", "Vater"
    GUARDIAN = "guardian", "Vormund, Pflegeperson, andere Personensorge"
    SIBLING = "sibling", "Geschwister"
    OTHER = "other", "andere Bezugsperson"


class DisclosurePurpose(CodeList):
    """What a name is read for (§§ 61 ff SGB VIII, § 67b SGB X: for a purpose, and no more than it needs)."""

    PLANNING = "planning", "Hilfeplanung und Durchführung der Hilfe"
    SAFEGUARDING = "safeguarding", "Schutz des Kindes (§ 8a)"
    BILLING_ADDRESS = "billing_address", "Kostenbescheid, Kostenerstattung"
    COURT = "court", "Mitwirkung vor dem Familiengericht (§ 50)"
    CONTACT = "contact", "Verabredung, Einladung"
    STATISTICS = "statistics", "Amtliche Statistik (§§ 98 ff)"
    SUBJECT_REQUEST = "subject_request", "Auskunft an die Person selbst (Art. 15 DSGVO, § 83 SGB X)"


class HelpPerson(Identified, Versioned, Base):
    """A person of a help, by pseudonym."""

    __tablename__ = "help_person"

    youth_office_id: Mapped[UUID]
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    role: Mapped[PersonRole] = mapped_column(code(PersonRole, "role"))
    pseudonym: Mapped[str]
    birth_year: Mapped[int | None]
    has_identity: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    identity: Mapped["PersonIdentity | None"] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("help_id", "pseudonym", name="uq_help_person_pseudonym"),
        CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year"),
    )


class PersonIdentity(Base):
    """Who a person is: each field sealed for itself, bound to this row and its name (see `core.sealing`)."""

    __tablename__ = "help_person_identity"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("help_person.id"), primary_key=True)
    youth_office_id: Mapped[UUID]
    help_id: Mapped[UUID]
    first_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    last_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_date: Mapped[bytes | None] = mapped_column(LargeBinary)
    address: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    aktenzeichen: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_address_protected: Mapped[bool] = mapped_column(default=False)
    key_id: Mapped[str]  # that sealed all of them

    __table_args__ = (Index("ix_help_person_identity_key_id", "key_id", "person_id"),)


class PersonDisclosure(Identified, Base):
    """One reading of who a person is: by whom, in which role, for what, which fields. It never changes."""

    __tablename__ = "person_disclosure"

    youth_office_id: Mapped[UUID]
    help_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("help_person.id"), index=True)
    account_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    role: Mapped[Role] = mapped_column(code(Role, "role"))
    purpose: Mapped[DisclosurePurpose] = mapped_column(code(DisclosurePurpose, "purpose"))
    reason: Mapped[str | None]
    fields: Mapped[list[str]]
    is_break_glass: Mapped[bool]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_person_disclosure_help_id", "help_id", "at", "id"),)


CONSTRAINT_TEXTS["uq_help_person_pseudonym"] = Text(
    "Dieses Pseudonym hat in dieser Hilfe schon jemand.", "Somebody in this help has this pseudonym already."
)
