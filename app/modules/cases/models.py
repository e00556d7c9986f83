"""Helps and their grants: the seam between a youth office and a provider."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.modules.agreements import ServiceKind


class HelpState(CodeList):
    """Where a help stands."""

    REQUESTED = "requested", "beantragt, Bewilligung offen"
    ACTIVE = "active", "bewilligt und laufend"
    ENDED = "ended", "beendet"
    WITHDRAWN = "withdrawn", "zurückgezogen"


class EndReason(CodeList):
    """How a help ended (facts 7.2)."""

    PLANNED = "planned", "planmäßig beendet"
    ABORTED_BY_FAMILY = "aborted_by_family", "Abbruch durch die Familie"
    ABORTED_BY_PROVIDER = "aborted_by_provider", "Abbruch durch den Träger"
    ABORTED_BY_YOUTH_OFFICE = "aborted_by_youth_office", "Abbruch durch das Jugendamt"
    MOVED = "moved", "Umzug"
    TRANSFER_OTHER_HELP = "transfer_other_help", "Übergang in eine andere Hilfe"
    AGE = "age", "Altersgrenze"


class Help(Identified, Stateful, CaseBound, Base):
    """A help in the individual case (Hilfe zur Erziehung, §§ 27 ff SGB VIII); the family by pseudonym only."""

    __tablename__ = "help"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), index=True)
    service_kind: Mapped[ServiceKind] = mapped_column(code(ServiceKind, "service_kind"))
    pseudonym: Mapped[str]
    caseworker_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    opened_by: Mapped[UUID]
    state: Mapped[HelpState] = mapped_column(code(HelpState, "state"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # last day
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(code(EndReason, "end_reason"))

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_help_number"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended"),
        Index("ix_help_youth_office_id", "youth_office_id", "id"),
        Index("ix_help_provider_id", "provider_id", "id"),
        Index("ix_help_office_state", "youth_office_id", "state", "ends_on"),
        Index("ix_help_provider_state", "provider_id", "state", "ends_on"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose case it is."""
        return self.youth_office_id


class HelpAssignment(Identified, CaseBound, Base):
    """A provider's part in a help: from its first to its last day there; who takes part may read what concerns all."""

    __tablename__ = "help_assignment"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed("daterange(valid_from, valid_to, '[]')", persisted=True))

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        ExcludeConstraint(
            ("help_id", "="), ("provider_id", "="), ("period", "&&"), name="ex_help_assignment_overlap", using="gist"
        ),
        Index("ix_help_assignment_help_id", "help_id", "provider_id"),
        Index("ix_help_assignment_provider_id", "provider_id", "valid_to"),
    )


class HelpGrant(Identified, CaseBound, Base):
    """Hours granted for a period (Bewilligung, Kostenzusage, § 36a SGB VIII); counts once it is released."""

    __tablename__ = "help_grant"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    hours_per_week: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    valid_from: Mapped[date]
    valid_to: Mapped[date]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed("daterange(valid_from, valid_to, '[]')", persisted=True))
    prepared_by: Mapped[UUID]
    prepared_at: Mapped[datetime]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 168", name="hours"),
        CheckConstraint("released_by IS DISTINCT FROM prepared_by", name="four_eyes"),
        CheckConstraint("(released_by IS NULL) = (released_at IS NULL)", name="released"),
        ExcludeConstraint(("help_id", "="), ("period", "&&"), name="ex_help_grant_overlap", using="gist"),
        Index("ix_help_grant_help_id", "help_id", "valid_from"),
        Index("ix_help_grant_youth_office_id", "youth_office_id", "id"),
    )


CONSTRAINT_TEXTS["ex_help_grant_overlap"] = Text(
    "Für einen Teil dieses Zeitraums gibt es schon eine Bewilligung.",
    "There is a grant for part of this period already.",
)
CONSTRAINT_TEXTS["ck_help_grant_four_eyes"] = Text(
    "Wer eine Bewilligung vorbereitet, gibt sie nicht selbst frei.",
    "Whoever prepares a grant does not release it.",
)
