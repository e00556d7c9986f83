"""Committees: who sits in them, what is laid before them, when they meet, what they decided, what follows from it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Identified, Versioned, code
from app.core.workflow import Stateful
from app.modules.committee.codes import (
    CommitteeBodyKind,
    CommitteeFunction,
    ConsultationCompetence,
    ConsultationState,
    FollowUpState,
    MeetingState,
    PaperKind,
    PaperState,
)


class OfficeBound:
    """A row of one youth office; its steps are told to nobody else."""

    youth_office_id: Mapped[UUID]

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office alone; what is public is read, not sent."""
        return [self.youth_office_id]


class CommitteeBody(Identified, Versioned, OfficeBound, Base):
    """A body that advises or decides (Gremium). Whether it meets in public is settled when it is set up."""

    __tablename__ = "committee_body"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[CommitteeBodyKind] = mapped_column(code(CommitteeBodyKind, "kind"))
    name: Mapped[str]
    is_public: Mapped[bool]
    dissolved_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("youth_office_id", "name", name="uq_committee_body_name"),
        Index("ix_committee_body_changed_at", "youth_office_id", "changed_at"),
    )


class CommitteeMembership(Identified, Versioned, OfficeBound, Base):
    """Somebody in a body, in one function, for one period. The name is for the own office only."""

    __tablename__ = "committee_membership"

    body_id: Mapped[UUID] = mapped_column(ForeignKey("committee_body.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    function: Mapped[CommitteeFunction] = mapped_column(code(CommitteeFunction, "function"))
    has_vote: Mapped[bool]
    on_behalf_of: Mapped[str | None]  # who proposed or sent the person
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed("daterange(valid_from, valid_to, '[]')", persisted=True))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("function <> 'advisory_member' OR NOT has_vote", name="advisory"),
        ExcludeConstraint(
            ("body_id", "="), ("name", "="), ("period", "&&"), name="ex_committee_membership_person", using="gist"
        ),
        ExcludeConstraint(
            ("body_id", "="),
            ("period", "&&"),
            name="ex_committee_membership_chair",
            using="gist",
            where="function = 'chair'",
        ),
        Index("ix_committee_membership_body_id", "body_id", "name", "id"),
    )


class Paper(Identified, Stateful, OfficeBound, Base):
    """What is laid before committees (Vorlage). Its text is fixed from the release on, all of it from its end on."""

    __tablename__ = "paper"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]  # as the council's office gives it: WP 14-20 SV 51/318
    kind: Mapped[PaperKind] = mapped_column(code(PaperKind, "kind"))
    state: Mapped[PaperState] = mapped_column(code(PaperState, "state"))
    is_public: Mapped[bool]
    subject: Mapped[str]
    draft_decision: Mapped[str]
    reasons: Mapped[str]
    financial_effects: Mapped[str | None]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))
    related_paper_id: Mapped[UUID | None] = mapped_column(ForeignKey("paper.id"))
    annexes: Mapped[list[Any]]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    signature: Mapped[str | None]  # the name behind «gez.»
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    decision_text: Mapped[str | None]  # what the last body that decided anything decided
    ended_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]

    consultations: Mapped[list["PaperConsultation"]] = relationship(
        lazy="raise", back_populates="paper", order_by="(PaperConsultation.position, PaperConsultation.round)"
    )

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_paper_number"),
        CheckConstraint("state IN ('draft', 'withdrawn') OR released_at IS NOT NULL", name="released"),
        CheckConstraint("state <> 'draft' OR released_at IS NULL", name="draft"),
        CheckConstraint("num_nonnulls(signature, released_at, released_by) IN (0, 3)", name="signature"),
        CheckConstraint("(ended_at IS NULL) = (state IN ('draft', 'released'))", name="ended"),
        CheckConstraint("(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="withdrawal"),
        CheckConstraint("related_paper_id <> id", name="related"),
        Index("ix_paper_created_at", "youth_office_id", "created_at", "id"),
        Index("ix_paper_agreement_id", "agreement_id"),
        Index("ix_paper_public", "changed_at", "id", postgresql_where="is_public AND released_at IS NOT NULL"),
    )


class CommitteeMeeting(Identified, Stateful, OfficeBound, Base):
    """A meeting of a body; its agenda are the papers laid before it."""

    __tablename__ = "committee_meeting"

    body_id: Mapped[UUID] = mapped_column(ForeignKey("committee_body.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[MeetingState] = mapped_column(code(MeetingState, "state"))
    title: Mapped[str]
    place: Mapped[str | None]
    is_public: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="time"),
        CheckConstraint("(state = 'cancelled') = (cancellation_reason IS NOT NULL)", name="cancellation"),
        Index("ix_committee_meeting_youth_office_id", "youth_office_id", "starts_at", "id"),
        Index("ix_committee_meeting_body_id", "body_id", "starts_at"),
        Index("ix_committee_meeting_public", "changed_at", "id", postgresql_where="is_public"),
    )


class CommitteeAttendance(OfficeBound, Base):
    """Whether a member came to a meeting. It never changes."""

    __tablename__ = "committee_attendance"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("committee_meeting.id"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("committee_membership.id"), primary_key=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    is_present: Mapped[bool]


class CommitteeMinutes(OfficeBound, Base):
    """The minutes of a meeting (Niederschrift), for the own office. They never change."""

    __tablename__ = "committee_minutes"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("committee_meeting.id"), primary_key=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str]
    written_by: Mapped[UUID]
    written_at: Mapped[datetime]


class PaperConsultation(Identified, Stateful, OfficeBound, Base):
    """A station of a paper's way (Beratung). Put off, it comes again as the next round of its position."""

    __tablename__ = "paper_consultation"

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    body_id: Mapped[UUID] = mapped_column(ForeignKey("committee_body.id"))
    position: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    competence: Mapped[ConsultationCompetence] = mapped_column(code(ConsultationCompetence, "competence"))
    is_public: Mapped[bool]
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("committee_meeting.id"))
    agenda_number: Mapped[int | None]
    state: Mapped[ConsultationState] = mapped_column(code(ConsultationState, "state"))
    decision_text: Mapped[str | None]
    amendment_text: Mapped[str | None]
    reason: Mapped[str | None]  # why it was put off or dropped
    votes_yes: Mapped[int | None]
    votes_no: Mapped[int | None]
    votes_abstain: Mapped[int | None]
    is_unanimous: Mapped[bool | None]
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID | None]

    paper: Mapped[Paper] = relationship(lazy="raise", back_populates="consultations")

    __table_args__ = (
        UniqueConstraint("paper_id", "position", "round", name="uq_paper_consultation_position"),
        UniqueConstraint("meeting_id", "agenda_number", name="uq_paper_consultation_agenda"),
        CheckConstraint("position >= 1 AND round >= 1", name="position"),
        CheckConstraint("(meeting_id IS NULL) = (agenda_number IS NULL)", name="agenda"),
        CheckConstraint("(recorded_at IS NULL) = (state IN ('planned', 'dropped'))", name="recorded"),
        CheckConstraint("(recorded_at IS NULL) = (recorded_by IS NULL)", name="recorder"),
        CheckConstraint("recorded_at IS NULL OR meeting_id IS NOT NULL", name="meeting"),
        CheckConstraint("(decision_text IS NULL) = (state IN ('planned', 'deferred', 'dropped'))", name="decision"),
        CheckConstraint("(amendment_text IS NULL) = (state <> 'adopted_amended')", name="amendment"),
        CheckConstraint("num_nonnulls(votes_yes, votes_no, votes_abstain) IN (0, 3)", name="votes"),
        CheckConstraint("least(votes_yes, votes_no, votes_abstain) >= 0", name="counts"),
        Index("ix_paper_consultation_body_id", "body_id"),
        Index("ix_paper_consultation_youth_office_id", "youth_office_id", "changed_at", "id"),
    )


class PaperFollowUp(Identified, Stateful, OfficeBound, Base):
    """What is still to be done after a paper was adopted as amended, and until when."""

    __tablename__ = "paper_follow_up"

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper.id"), index=True)
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("paper_consultation.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[FollowUpState] = mapped_column(code(FollowUpState, "state"))
    note: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]

    __table_args__ = (
        UniqueConstraint("consultation_id", name="uq_paper_follow_up_consultation_id"),
        CheckConstraint("num_nonnulls(note, done_at, done_by) IN (0, 3)", name="answer"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index("ix_paper_follow_up_youth_office_id", "youth_office_id", "due_on", "id"),
    )
