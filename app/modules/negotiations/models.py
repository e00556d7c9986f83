"""What is said while an agreement is negotiated.

What a provider says is between it and the youth office; what the youth office says, all parties read.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Identified, code
from app.core.types import CodeList
from app.core.workflow import Stateful


class PointState(CodeList):
    """Where an open point stands."""

    OPEN = "open", "offen"
    SETTLED = "settled", "geklärt"
    DROPPED = "dropped", "fallen gelassen"


class ProposalState(CodeList):
    """Where a proposal stands."""

    PROPOSED = "proposed", "vorgeschlagen"
    ACCEPTED = "accepted", "angenommen"
    REJECTED = "rejected", "abgelehnt"
    WITHDRAWN = "withdrawn", "zurückgezogen"


class NegotiationPoint(Identified, Stateful, Base):
    """Something the parties do not agree on yet; all of them see it."""

    __tablename__ = "negotiation_point"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    title: Mapped[str]
    place: Mapped[str | None]  # a pointer into the text
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[PointState] = mapped_column(code(PointState, "state"))
    outcome: Mapped[str | None]
    parties: Mapped[list[UUID]]

    positions: Mapped[list["NegotiationPosition"]] = relationship(
        lazy="raise", order_by="NegotiationPosition.taken_at, NegotiationPosition.id"
    )

    __table_args__ = (UniqueConstraint("agreement_id", "number", name="uq_negotiation_point_number"),)

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """All parties know what is open."""
        return self.parties


class NegotiationPosition(Identified, Base):
    """What one party says to a point; its latest position counts, the earlier ones stay."""

    __tablename__ = "negotiation_position"

    point_id: Mapped[UUID] = mapped_column(ForeignKey("negotiation_point.id"), index=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    taken_at: Mapped[datetime]


class NegotiationProposal(Identified, Stateful, Base):
    """A change of the text, proposed to the party that holds the pen."""

    __tablename__ = "negotiation_proposal"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))  # who proposes
    answered_by: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))  # who holds the pen
    point_id: Mapped[UUID | None] = mapped_column(ForeignKey("negotiation_point.id"))
    number: Mapped[int]
    reason: Mapped[str]
    patch: Mapped[dict[str, Any]]
    text_number: Mapped[int]  # the version it was written for
    state: Mapped[ProposalState] = mapped_column(code(ProposalState, "state"))
    answer: Mapped[str | None]

    __table_args__ = (UniqueConstraint("agreement_id", "number", name="uq_negotiation_proposal_number"),)

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Who proposes, who answers, and the youth office."""
        return sorted({self.organisation_id, self.answered_by, self.youth_office_id})


class NegotiationComment(Identified, Base):
    """A remark on a version of the text."""

    __tablename__ = "negotiation_comment"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    text_number: Mapped[int]
    place: Mapped[str | None]
    text: Mapped[str]
    written_at: Mapped[datetime]

    __table_args__ = (Index("ix_negotiation_comment_agreement_id", "agreement_id", "written_at"),)
