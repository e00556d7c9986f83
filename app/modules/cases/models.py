"""Helps and what they are made of: phases, grants, partners, handovers; the seam between youth office and provider."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, Versioned, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.modules.agreements import ServiceKind

_PERIOD = "daterange(valid_from, valid_to, '[]')"


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


class HelpSetting(CodeList):
    """Where and how a phase of a help takes place («Hilfen unter einem Dach»)."""

    AMBULATORY = "ambulatory", "ambulant, in der Familie und ihrem Umfeld"
    DAY_GROUP = "day_group", "teilstationär, Tagesgruppe"
    RESIDENTIAL = "residential", "stationär, über Tag und Nacht"
    FLEXIBLE_HOUSING = "flexible_housing", "flexibles oder betreutes Wohnen"
    PARENT_WORK = "parent_work", "Elternarbeit"
    GROUP_OFFER = "group_offer", "Gruppenangebot"


class IntensityUnit(CodeList):
    """What the intensity of a phase is counted in."""

    HOURS_PER_WEEK = "hours_per_week", "Fachleistungsstunden je Woche"
    DAYS_PER_WEEK = "days_per_week", "Tage je Woche"
    OVERNIGHTS_PER_WEEK = "overnights_per_week", "Übernachtungen je Woche"


class PhaseState(CodeList):
    """Where a phase stands; whether it has begun or is over, its days say."""

    AGREED = "agreed", "vereinbart"
    ENDED = "ended", "beendet"
    CANCELLED = "cancelled", "entfallen"


class GrantState(CodeList):
    """Where a grant stands."""

    PREPARED = "prepared", "vorbereitet"
    RELEASED = "released", "freigegeben"
    SUPERSEDED = "superseded", "durch eine andere ersetzt"
    WITHDRAWN = "withdrawn", "zurückgenommen"


class Help(Identified, Stateful, CaseBound, Base):
    """A help in the individual case (Hilfe zur Erziehung, §§ 27 ff SGB VIII); the family by pseudonym only.

    `provider_id`, `service_kind` and `agreement_id` are those it was asked for with; who does what when, phases say.
    """

    __tablename__ = "help"

    attending: ClassVar[Sequence[UUID] | None] = None
    """The providers that learn of its steps, set for one step; None: the one it was asked for with."""

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    service_kind: Mapped[ServiceKind] = mapped_column(code(ServiceKind, "service_kind"))
    pseudonym: Mapped[str]
    caseworker_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    opened_by: Mapped[UUID]
    state: Mapped[HelpState] = mapped_column(code(HelpState, "state"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # last day
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(code(EndReason, "end_reason"))
    handed_over_from: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"), index=True)
    source_system: Mapped[str | None]  # of an import: whose id the external id is
    external_id: Mapped[str | None]
    import_hash: Mapped[str | None]  # of the row as it was imported last

    left_on: Mapped[date | None] = query_expression()
    """Read by a provider: the last day of its own part."""

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_help_number"),
        UniqueConstraint("youth_office_id", "source_system", "external_id", name="uq_help_external_id"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended"),
        CheckConstraint("agreement_id IS NOT NULL OR state IN ('requested', 'withdrawn')", name="agreement"),
        CheckConstraint("num_nulls(source_system, external_id, import_hash) IN (0, 3)", name="imported"),
        Index("ix_help_youth_office_id", "youth_office_id", "id"),
        Index("ix_help_provider_id", "provider_id", "id"),
        Index("ix_help_office_state", "youth_office_id", "state", "ends_on"),
        Index("ix_help_provider_state", "provider_id", "state", "ends_on"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose case it is."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office, and the providers that take part."""
        return [self.youth_office_id, *([self.provider_id] if self.attending is None else self.attending)]


class HelpAssignment(Identified, CaseBound, Base):
    """A provider's part in a help: from its first to its last day there; who takes part may read what concerns all.

    Made of the phases with this provider, and kept with them.
    """

    __tablename__ = "help_assignment"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed(_PERIOD, persisted=True))

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        ExcludeConstraint(
            ("help_id", "="), ("provider_id", "="), ("period", "&&"), name="ex_help_assignment_overlap", using="gist"
        ),
        Index("ix_help_assignment_help_id", "help_id", "provider_id"),
        Index("ix_help_assignment_provider_id", "provider_id", "valid_to"),
    )


class HelpPhase(Identified, Stateful, CaseBound, Base):
    """A part of a help with one provider in one setting, for a time («Hilfen unter einem Dach»)."""

    __tablename__ = "help_phase"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offer.id"), index=True)
    service_kind: Mapped[ServiceKind] = mapped_column(code(ServiceKind, "service_kind"))
    setting: Mapped[HelpSetting] = mapped_column(code(HelpSetting, "setting"))
    place: Mapped[str | None]
    amount: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    unit: Mapped[IntensityUnit] = mapped_column(code(IntensityUnit, "unit"))
    combined: Mapped[bool] = mapped_column(default=False)  # meant to run beside another phase with the child
    change_reason: Mapped[str | None]
    state: Mapped[PhaseState] = mapped_column(code(PhaseState, "state"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed(_PERIOD, persisted=True))

    help: Mapped[Help] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("amount > 0 AND amount <= CASE unit WHEN 'hours_per_week' THEN 168 ELSE 7 END", name="amount"),
        ExcludeConstraint(
            ("help_id", "="),
            ("provider_id", "="),
            ("setting", "="),
            ("period", "&&"),
            name="ex_help_phase_overlap",
            using="gist",
            where=text("state <> 'cancelled'"),
        ),
        Index("ix_help_phase_help_id", "help_id", "valid_from"),
        Index("ix_help_phase_provider_id", "provider_id", "valid_to"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose case it is."""
        return self.youth_office_id


class HelpGrant(Identified, Stateful, CaseBound, Base):
    """What is granted for a phase and a period (Bewilligung, Kostenzusage, § 36a SGB VIII); counts once released."""

    __tablename__ = "help_grant"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    phase_id: Mapped[UUID] = mapped_column(ForeignKey("help_phase.id"))
    state: Mapped[GrantState] = mapped_column(code(GrantState, "state"))
    amount: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    unit: Mapped[IntensityUnit] = mapped_column(code(IntensityUnit, "unit"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed(_PERIOD, persisted=True))
    prepared_by: Mapped[UUID]
    prepared_at: Mapped[datetime]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    source_system: Mapped[str | None]
    external_id: Mapped[str | None]
    import_hash: Mapped[str | None]

    help: Mapped[Help] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        UniqueConstraint("youth_office_id", "source_system", "external_id", name="uq_help_grant_external_id"),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("amount > 0 AND amount <= CASE unit WHEN 'hours_per_week' THEN 168 ELSE 7 END", name="amount"),
        CheckConstraint("released_by IS DISTINCT FROM prepared_by", name="four_eyes"),
        CheckConstraint(
            "num_nulls(released_by, released_at) = CASE WHEN state IN ('released', 'superseded') THEN 0 ELSE 2 END",
            name="released",
        ),
        CheckConstraint("num_nulls(source_system, external_id, import_hash) IN (0, 3)", name="imported"),
        *(
            ExcludeConstraint(
                ("phase_id", "="), ("period", "&&"), name=name, using="gist", where=text(f"state = '{state}'")
            )
            for name, state in (("ex_help_grant_overlap", "released"), ("ex_help_grant_prepared", "prepared"))
        ),
        Index("ix_help_grant_help_id", "help_id", "valid_from"),
        Index("ix_help_grant_phase_id", "phase_id"),
        Index("ix_help_grant_youth_office_id", "youth_office_id", "id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose case it is."""
        return self.youth_office_id

    @property
    def hours_per_week(self) -> Decimal:
        """Fachleistungsstunden per week; none where days or nights are granted."""
        return self.amount if self.unit is IntensityUnit.HOURS_PER_WEEK else Decimal(0)


class PartnerKind(CodeList):
    """What a partner of a help is."""

    SCHOOL = "school", "Schule"
    DAY_CARE = "day_care", "Kindertageseinrichtung"
    TRAINING = "training", "Ausbildung, Berufsförderung"
    HEALTH = "health", "Gesundheitswesen"
    ASSOCIATION = "association", "Verein, Jugendarbeit, Nachbarschaft"
    OTHER = "other", "andere Stelle"


class HelpPartner(Identified, Versioned, Base):
    """A school, a day-care centre or another place that works on the help; by institution and function, no names."""

    __tablename__ = "help_partner"

    youth_office_id: Mapped[UUID]
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    kind: Mapped[PartnerKind] = mapped_column(code(PartnerKind, "kind"))
    institution: Mapped[str]
    contact_function: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        Index("ix_help_partner_help_id", "help_id", "valid_from"),
    )


class HelpGroupOffer(Identified, Base):
    """A group offer that was considered beside, or instead of, individual help: chosen or not, and why."""

    __tablename__ = "help_group_offer"

    youth_office_id: Mapped[UUID]
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offer.id"), index=True)
    title: Mapped[str]
    is_chosen: Mapped[bool]
    reason: Mapped[str]
    considered_on: Mapped[date]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_help_group_offer_help_id", "help_id", "considered_on"),)


class HandoverReason(CodeList):
    """Why another youth office becomes responsible."""

    PARENTS_MOVED = "parents_moved", "Umzug der Eltern (§ 86 Abs. 1 bis 5)"
    CUSTODY_CHANGED = "custody_changed", "Änderung der Personensorge (§ 86 Abs. 2, 3)"
    FOSTER_CARE = "foster_care", "zwei Jahre bei einer Pflegeperson (§ 86 Abs. 6)"
    YOUNG_ADULT = "young_adult", "Hilfe für junge Volljährige (§ 86a)"
    OTHER = "other", "anderer Grund"


class HandoverState(CodeList):
    """Where a handover stands."""

    OFFERED = "offered", "angezeigt"
    ACCEPTED = "accepted", "angenommen, Bewilligung dort offen"
    COMPLETED = "completed", "übernommen"
    DECLINED = "declined", "abgelehnt"
    WITHDRAWN = "withdrawn", "zurückgenommen"


class HelpHandover(Identified, Stateful, Base):
    """A help on its way to another youth office (§ 86, § 86c SGB VIII): what is handed over, and what became of it."""

    __tablename__ = "help_handover"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    receiving_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    help_number: Mapped[str]
    state: Mapped[HandoverState] = mapped_column(code(HandoverState, "state"))
    reason: Mapped[HandoverReason] = mapped_column(code(HandoverReason, "reason"))
    note: Mapped[str | None]
    effective_on: Mapped[date]
    handed: Mapped[dict[str, Any]]  # pseudonymous: the help and its phases as they stood when it was offered
    offered_by: Mapped[UUID]
    takes_over_on: Mapped[date | None]
    new_help_id: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"))
    new_help_number: Mapped[str | None]
    decline_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("receiving_office_id <> youth_office_id", name="another_office"),
        CheckConstraint(
            "num_nulls(takes_over_on, new_help_id, new_help_number) IN (0, 3)"
            " AND (state NOT IN ('accepted', 'completed') OR new_help_id IS NOT NULL)",
            name="accepted",
        ),
        Index("ix_help_handover_help_id", "help_id"),
        Index("ix_help_handover_new_help_id", "new_help_id"),
        Index("ix_help_handover_youth_office_id", "youth_office_id", "id"),
        Index("ix_help_handover_receiving_office_id", "receiving_office_id", "id"),
        Index(
            "uq_help_handover_open", "help_id", unique=True, postgresql_where=text("state IN ('offered', 'accepted')")
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose case it is until it is taken over."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Both youth offices."""
        return [self.youth_office_id, self.receiving_office_id]


CONSTRAINT_TEXTS |= {
    "ex_help_grant_overlap": Text(
        "Für einen Teil dieses Zeitraums gibt es schon eine Bewilligung.",
        "There is a grant for part of this period already.",
    ),
    "ex_help_grant_prepared": Text(
        "Für einen Teil dieses Zeitraums ist schon eine Bewilligung vorbereitet.",
        "A grant for part of this period is prepared already.",
    ),
    "ck_help_grant_four_eyes": Text(
        "Wer eine Bewilligung vorbereitet, gibt sie nicht selbst frei.",
        "Whoever prepares a grant does not release it.",
    ),
    "ex_help_phase_overlap": Text(
        "In dieser Zeit gibt es bei diesem Träger schon eine Phase in derselben Form.",
        "There is a phase with this provider in the same setting at that time already.",
    ),
    "uq_help_handover_open": Text("Diese Hilfe wird schon übergeben.", "This help is being handed over already."),
    "uq_help_external_id": Text("Diese Kennung ist schon vergeben.", "This external id is taken."),
    "uq_help_grant_external_id": Text("Diese Kennung ist schon vergeben.", "This external id is taken."),
}
