"""Signatures under the proof of service of a month, and what was withdrawn of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.types import CodeList


class SignedAs(CodeList):
    """As what somebody signs; for who is under age a guardian does (§§ 107, 1629 BGB)."""

    PROFESSIONAL = "professional", "Fachkraft des Trägers"
    GUARDIAN = "guardian", "Sorgeberechtigte Person"
    YOUNG_ADULT = "young_adult", "junger volljähriger Mensch"
    YOUNG_PERSON = "young_person", "minderjähriger junger Mensch"


class SignatureWay(CodeList):
    """How somebody signed, or why nobody did (facts 3.8)."""

    DIGITAL = "digital", "digital"
    PAPER_SCANNED = "paper_scanned", "auf Papier, eingescannt"
    PAPER_FLAGGED = "paper_flagged", "auf Papier, beim Träger abgelegt"
    REFUSED = "refused", "Unterschrift verweigert"
    UNAVAILABLE = "unavailable", "zur Unterschrift nicht erreichbar"


UNSIGNED = frozenset({SignatureWay.REFUSED, SignatureWay.UNAVAILABLE})
"""Here somebody was to sign and did not; a reason and what proves the work instead stand with it."""


class ProofSignature(Identified, CaseBound, Base):
    """Who signed as what, when, under which hash over which records. It never changes.

    Those of the family sign under the help's pseudonym; `recorded_by` is the account that took the signature down, and
    the signing person itself where a professional signs.
    """

    __tablename__ = "proof_signature"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    month: Mapped[date]  # its first day
    signed_as: Mapped[SignedAs] = mapped_column(code(SignedAs, "signed_as"))
    way: Mapped[SignatureWay] = mapped_column(code(SignatureWay, "way"))
    signed_on: Mapped[date]
    reason: Mapped[str | None]  # why nobody signed
    evidence: Mapped[str | None]  # what proves the work instead
    content_hash: Mapped[str]
    record_ids: Mapped[list[UUID]]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("cardinality(record_ids) > 0", name="records"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="hash"),
        CheckConstraint(
            "num_nonnulls(reason, evidence) = CASE WHEN way IN ('refused', 'unavailable') THEN 2 ELSE 0 END",
            name="unsigned",
        ),
        Index("ix_proof_signature_help_id", "help_id", "provider_id", "month"),
        Index("ix_proof_signature_youth_office_id", "youth_office_id", "recorded_at", "id"),
        Index("ix_proof_signature_provider_id", "provider_id", "recorded_at", "id"),
    )


class ProofWithdrawal(Identified, CaseBound, Base):
    """That a signature was recorded wrongly: an entry of its own, beside which the signature stays readable."""

    __tablename__ = "proof_withdrawal"

    signature_id: Mapped[UUID] = mapped_column(ForeignKey("proof_signature.id"))
    reason: Mapped[str]
    withdrawn_by: Mapped[UUID]
    withdrawn_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("signature_id", name="uq_proof_withdrawal_signature_id"),)


CONSTRAINT_TEXTS["uq_proof_withdrawal_signature_id"] = Text(
    "Diese Unterschrift ist schon zurückgenommen.", "This signature was withdrawn already."
)
