"""Notifications of danger to a child, and the alarms they raise.

Free text in these tables is about children in danger: it never goes into logs, events or audit details. Encryption of
these columns on the level of fields comes with the file of the case; until then the database's own protection holds.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, case, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.db import Base, CaseBound, Identified, code
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.law.protection import Urgency

_URGENCY_RANK = {urgency: place for place, urgency in enumerate(Urgency, start=1)}  # the list begins with the worst
_ANSWERED, _LEVELS = 100, 10


class NotificationState(CodeList):
    """Where a notification stands."""

    RECEIVED = "received", "eingegangen, noch nicht bestätigt"
    ACKNOWLEDGED = "acknowledged", "vom Jugendamt bestätigt"


class Involvement(CodeList):
    """Whether somebody was told or heard before the notification."""

    YES = "yes", "ja"
    NO = "no", "nein"
    NOT_POSSIBLE = "not_possible", "nicht möglich"


class AlarmCode(CodeList):
    """What an alarm is about (alarm catalogue of the facts)."""

    NEW = "A-J-NEW", "Neue Mitteilung zu einer Kindeswohlgefährdung"
    UNASSIGNED = "A-J-UNASSIGNED", "Mitteilung noch nicht bestätigt"
    NO_ACKNOWLEDGEMENT = "A-P-NOACK", "Das Jugendamt hat die Mitteilung nicht bestätigt"
    REPORT = "A-J-REPORT", "Neue Gefährdungsmeldung"
    FIRST_CHECK = "A-J-FIRSTCHECK", "Erste Einschätzung steht aus"
    FOUR_EYES = "A-J-4EYES", "Zweite Fachkraft hat noch nicht bestätigt"
    CONTACT = "A-J-CONTACT", "Kind noch nicht gesehen"
    NO_CONTACT = "A-J-NOCONTACT", "Kontaktversuche gescheitert"
    TEAM = "A-J-TEAM", "Einschätzung im Zusammenwirken steht aus"
    PLAN = "A-J-PLAN", "Schutzplan fällig"
    PLAN_BROKEN = "A-J-PLANBROKEN", "Schutzplan nicht eingehalten"
    HELP_OFFER = "A-J-OFFER", "Angebot von Hilfe steht aus"
    FEEDBACK = "A-J-FEEDBACK", "Rückmeldung an die meldende Person steht aus"
    HEARING = "A-J-COURT1M", "Anhörung des Familiengerichts steht aus"
    COURT_REVIEW = "A-J-COURT3M", "Überprüfung durch das Familiengericht fällig"
    MOST = "A-J-MAXDUR", "Verfahren dauert zu lange"
    MAJORITY = "A-J-MAJORITY", "Kind wird volljährig"
    CHILD_INFORMED = "A-C-CHILDINFO", "Kind über die Inobhutnahme noch nicht aufgeklärt"
    PARENTS_INFORMED = "A-C-PARENTS", "Eltern über die Inobhutnahme noch nicht unterrichtet"
    CUSTODY_COURT = "A-C-COURT", "Herausgabe oder Antrag beim Familiengericht steht aus"
    LIBERTY = "A-C-LIBERTY", "Freiheitsentziehung muss enden"
    HELP_PLAN = "A-C-HP", "Hilfeplan nach Inobhutnahme steht aus"
    LONG = "A-C-LONG", "Inobhutnahme dauert lange"
    UNACCOMPANIED = "A-C-UMA", "Unbegleitetes Kind der Landesstelle zu melden"
    HANDOVER = "A-T-HANDOVER", "Übergabe an anderes Jugendamt steht aus"
    NOT_ACCEPTED = "A-T-NOACCEPT", "Anderes Jugendamt hat noch nicht übernommen"
    EMERGENCY_READING = "A-X-BREAKGLASS", "Notzugriff auf einen Gefährdungsfall"


class JugendamtNotification(Identified, Stateful, CaseBound, Base):
    """A provider tells the youth office of signs of danger to a child (§ 8a Abs. 4 SGB VIII, § 4 KKG)."""

    __tablename__ = "jugendamt_notification"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    help_id: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"), index=True)
    caseworker_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[NotificationState] = mapped_column(code(NotificationState, "state"))
    urgency: Mapped[Urgency] = mapped_column(code(Urgency, "urgency"))
    is_acute: Mapped[bool] = mapped_column()
    acute_reason: Mapped[str | None]
    perceived_at: Mapped[datetime]
    received_at: Mapped[datetime]
    child_pseudonym: Mapped[str]
    child_birth_year: Mapped[int | None]
    whereabouts: Mapped[str | None]
    observation: Mapped[str]
    assessment: Mapped[str | None]
    indications: Mapped[list[Any]]
    measures_taken: Mapped[list[Any]]
    parents_informed: Mapped[Involvement | None] = mapped_column(code(Involvement, "parents_informed"))
    parents_reason: Mapped[str | None]
    child_involved: Mapped[Involvement | None] = mapped_column(code(Involvement, "child_involved"))
    child_reason: Mapped[str | None]
    isef_consulted_on: Mapped[date | None]
    further: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the provider tells beyond what is demanded
    contact: Mapped[str | None]
    missing: Mapped[list[str]]  # what was left out because the danger was acute
    duplicate_of: Mapped[UUID | None]
    created_by: Mapped[UUID]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    acknowledgement: Mapped[str | None]
    feedback_at: Mapped[datetime | None]
    indications_confirmed: Mapped[bool | None]
    has_acted: Mapped[bool | None]
    still_active: Mapped[bool | None]
    # Order of urgency: what waits before what is answered, acute danger first.
    rank: Mapped[int] = column_property(
        case((is_acute, 0), else_=case(_URGENCY_RANK, value=urgency))
        + case((state == NotificationState.RECEIVED, 0), else_=_ANSWERED)
    )

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_jugendamt_notification_number"),
        CheckConstraint("NOT is_acute OR acute_reason IS NOT NULL", name="acute"),
        CheckConstraint("is_acute OR isef_consulted_on IS NOT NULL", name="isef"),
        CheckConstraint("is_acute OR parents_informed IS NOT NULL", name="parents"),
        CheckConstraint("(state = 'acknowledged') = (acknowledged_at IS NOT NULL)", name="acknowledged"),
        CheckConstraint(
            "num_nonnulls(feedback_at, indications_confirmed, has_acted, still_active) IN (0, 4)", name="feedback"
        ),
        Index("ix_jugendamt_notification_youth_office_id", "youth_office_id", "received_at", "id"),
        Index("ix_jugendamt_notification_provider_id", "provider_id", "received_at", "id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that answers for the child."""
        return self.youth_office_id


class Alarm(Identified, Base):
    """One call to one role or person, about a notification or a case of endangerment; it names no child."""

    __tablename__ = "alarm"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    notification_id: Mapped[UUID | None] = mapped_column(ForeignKey("jugendamt_notification.id"))
    case_id: Mapped[UUID | None]
    deadline_id: Mapped[UUID | None]
    number: Mapped[str]
    urgency: Mapped[Urgency] = mapped_column(code(Urgency, "urgency"))
    alarm_code: Mapped[AlarmCode] = mapped_column(code(AlarmCode, "alarm_code"))
    level: Mapped[int] = mapped_column()
    role: Mapped[str]
    account_id: Mapped[UUID | None]
    is_late_entry: Mapped[bool]
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column()
    seen_by: Mapped[UUID | None]
    # Order of urgency: what nobody saw before what somebody did, then the class, then the higher level.
    rank: Mapped[int] = column_property(
        case(_URGENCY_RANK, value=urgency) * _LEVELS - level + case((seen_at.is_(None), 0), else_=_ANSWERED)
    )

    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("num_nonnulls(notification_id, case_id) = 1", name="subject"),
        CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen"),
        Index("ix_alarm_organisation_id", "organisation_id", "raised_at", "id"),
        Index("ix_alarm_notification_id", "notification_id"),
        Index("ix_alarm_case_id", "case_id"),
        Index("ix_alarm_open", "organisation_id", "role", postgresql_where=text("seen_at IS NULL")),
    )
