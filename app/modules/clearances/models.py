"""Extended certificates of conduct that were looked at (§ 72a SGB VIII): only what the law lets be stored.

That one was looked at, the date of the certificate, and whether somebody is finally convicted of a listed offence or
of another that makes them unsuitable; sealed. No copy, no offence, no sentence, no number. Deleted at the latest six
months after the last exercise of the activity.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful


class ClearanceState(CodeList):
    """Where the look at a certificate stands."""

    REQUESTED = "requested", "angefordert"
    INSPECTED_OK = "inspected_ok", "eingesehen, kein Eintrag im Sinne des § 72a"
    INSPECTED_BLOCKED = "inspected_blocked", "eingesehen, Einsatz ausgeschlossen"
    RENEWAL_DUE = "renewal_due", "neue Vorlage fällig"
    EXPIRED = "expired", "Frist zur neuen Vorlage abgelaufen"
    DELETION_DUE = "deletion_due", "Tätigkeit beendet, wird gelöscht"


class Engagement(CodeList):
    """How somebody works."""

    STAFF = "staff", "hauptamtlich"
    VOLUNTEER = "volunteer", "neben- oder ehrenamtlich"


class ActivityAssessment(Identified, Base):
    """Whether an activity of volunteers needs a certificate, by kind, intensity and duration (§ 72a Abs. 4)."""

    __tablename__ = "activity_assessment"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    activity: Mapped[str]
    contact_kind: Mapped[str]
    intensity: Mapped[str]
    duration: Mapped[str]
    certificate_required: Mapped[bool]
    reasons: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_activity_assessment_organisation_id", "organisation_id", "activity", "id"),)


class ClearanceCheck(Identified, Stateful, Base):
    """The look at one person's certificate for one activity."""

    __tablename__ = "clearance_check"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person: Mapped[str]  # personnel number or label, no name
    engagement: Mapped[Engagement] = mapped_column(code(Engagement, "engagement"))
    activity: Mapped[str]
    state: Mapped[ClearanceState] = mapped_column(code(ClearanceState, "state"))
    certificate_date: Mapped[date | None]
    sealed_findings: Mapped[bytes | None] = mapped_column(LargeBinary)
    inspected_by: Mapped[UUID | None]
    renew_by: Mapped[date | None]
    last_activity_on: Mapped[date | None]
    delete_by: Mapped[date | None]

    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(certificate_date, sealed_findings, inspected_by, renew_by) IN (0, 4)", name="inspected"
        ),
        CheckConstraint("state IN ('requested', 'deletion_due') OR certificate_date IS NOT NULL", name="looked_at"),
        CheckConstraint("(state = 'deletion_due') = (delete_by IS NOT NULL)", name="deletion"),
        Index("uq_clearance_check_person", "organisation_id", "person", "activity", unique=True),
    )

    @property
    def tenant_id(self) -> UUID:
        """The organisation for which somebody works."""
        return self.organisation_id

    @property
    def audience(self) -> list[UUID]:
        """Nobody else learns of it."""
        return [self.organisation_id]


CONSTRAINT_TEXTS["uq_clearance_check_person"] = Text(
    "Zu dieser Person und Tätigkeit gibt es schon einen Eintrag.", "There is an entry for this person and activity."
)
