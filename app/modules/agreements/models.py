"""Agreements between a youth office and its providers: who, what text, who signed, what is in force when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.law.service_kinds import ServiceKind


class AgreementKind(CodeList):
    """What is agreed, by the norm that asks for it."""

    LEISTUNG = "leistung", "Leistungsvereinbarung (§ 78b Abs. 1 Nr. 1)"
    ENTGELT = "entgelt", "Entgeltvereinbarung (§ 78b Abs. 1 Nr. 2)"
    QUALITAETSENTWICKLUNG = "qualitaetsentwicklung", "Qualitätsentwicklungsvereinbarung (§ 78b Abs. 1 Nr. 3)"
    AMBULANT_77 = "ambulant_77", "Vereinbarung über ambulante Leistungen (§ 77)"
    LOCAL_QUALITY = "local_quality", "örtliche Qualitätsvereinbarung (§§ 77, 79, 79a)"
    SCHUTZAUFTRAG_8A = "schutzauftrag_8a", "Vereinbarung zum Schutzauftrag (§ 8a Abs. 4)"
    TAETIGKEITSAUSSCHLUSS_72A = "taetigkeitsausschluss_72a", "Vereinbarung zum Tätigkeitsausschluss (§ 72a)"


class AgreementState(CodeList):
    """Where an agreement stands."""

    DRAFT = "draft", "Entwurf"
    IN_NEGOTIATION = "in_negotiation", "in Verhandlung"
    BEFORE_SCHIEDSSTELLE = "before_schiedsstelle", "vor der Schiedsstelle"
    AWAITING_SIGNATURES = "awaiting_signatures", "liegt zur Unterschrift"
    SIGNED = "signed", "unterschrieben, beginnt später"
    IN_FORCE = "in_force", "in Kraft"
    UNDER_AMENDMENT = "under_amendment", "in Kraft, Änderung wird verhandelt"
    NOTICE_GIVEN = "notice_given", "gekündigt, noch in Kraft"
    CONTINUING = "continuing", "abgelaufen, gilt weiter"
    SUPERSEDED = "superseded", "abgelöst"
    TERMINATED = "terminated", "durch Kündigung beendet"
    EXPIRED = "expired", "abgelaufen"
    WITHDRAWN = "withdrawn", "zurückgezogen"


class AmendmentKind(CodeList):
    """What an amendment is about (facts 2.4); joining and leaving are steps of their own."""

    EDITORIAL = "editorial", "redaktionell"
    RATE_UPDATE = "rate_update", "Entgelte"
    STANDARDS_CHANGE = "standards_change", "Standards"
    FORM_CHANGE = "form_change", "Vordrucke"
    CONTENT_CHANGE = "content_change", "Inhalt der Leistungen"
    PERIOD_EXTENSION = "period_extension", "Laufzeit"


class Agreement(Identified, Stateful, Base):
    """An agreement; the columns beside its state are an extract of the current version, for lists."""

    __tablename__ = "agreement"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))  # the party that began
    number: Mapped[str]
    kind: Mapped[AgreementKind] = mapped_column(code(AgreementKind, "kind"))
    state: Mapped[AgreementState] = mapped_column(code(AgreementState, "state"))
    title: Mapped[str]
    service_kinds: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day as agreed
    ends_on: Mapped[date | None]  # last day, after notice was given or a successor was signed
    notice_reason: Mapped[str | None]
    current_number: Mapped[int] = mapped_column(default=1)
    set_id: Mapped[UUID] = mapped_column()  # agreements that belong together (§ 78b Abs. 1) share it
    amends_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))
    amendment_kinds: Mapped[list[str]]
    amendment_reason: Mapped[str | None]
    called_at: Mapped[datetime | None]  # the written call to negotiate
    schiedsstelle: Mapped[dict[str, Any] | None]  # application to the Schiedsstelle, and its award
    next_review_on: Mapped[date | None]
    published_at: Mapped[datetime | None]

    parties: Mapped[list["AgreementParty"]] = relationship(lazy="raise", order_by="AgreementParty.place")
    current: Mapped["AgreementVersion"] = relationship(
        primaryjoin="and_(AgreementVersion.agreement_id == Agreement.id, "
        "AgreementVersion.number == Agreement.current_number)",
        lazy="raise",
        viewonly=True,
        uselist=False,
    )

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_agreement_number"),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("state NOT IN ('notice_given', 'terminated', 'superseded') OR ends_on IS NOT NULL", name="end"),
        CheckConstraint(
            "state NOT IN ('notice_given', 'terminated') OR notice_reason IS NOT NULL", name="notice_reason"
        ),
        Index("ix_agreement_youth_office_id", "youth_office_id", "id"),
        Index("ix_agreement_set_id", "set_id"),
        Index(  # one successor at a time
            "uq_agreement_amends_id",
            "amends_id",
            unique=True,
            postgresql_where=text(
                "state IN ('draft', 'in_negotiation', 'before_schiedsstelle', 'awaiting_signatures')"
            ),
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The organisations that learn of its steps: all parties, also those that have left."""
        return [party.organisation_id for party in self.parties]

    @property
    def provider_ids(self) -> list[UUID]:
        """The providers among the parties that have not left, in the order of the text."""
        mine = self.youth_office_id
        return [p.organisation_id for p in self.parties if p.organisation_id != mine and p.leaves_on is None]


class AgreementParty(Base):
    """A party: the youth office (place 0) or one of the providers. Each signs for itself."""

    __tablename__ = "agreement_party"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    place: Mapped[int]
    joined_on: Mapped[date | None]  # first day, where it joined an agreement that was in force already
    leaves_on: Mapped[date | None]  # last day, where it leaves while the others go on

    __table_args__ = (Index("ix_agreement_party_organisation_id", "organisation_id", "agreement_id"),)


class AgreementLeave(Base):
    """Why a party leaves; for itself and the youth office only."""

    __tablename__ = "agreement_leave"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    declared_at: Mapped[datetime]
    last_day: Mapped[date]
    reason: Mapped[str]


class AgreementReview(Identified, Base):
    """That the parties looked at the agreement again, and what came of it."""

    __tablename__ = "agreement_review"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"), index=True)
    held_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    result: Mapped[str]
    note: Mapped[str]


class AgreementVersion(Identified, Base):
    """The whole text as parties, prices and clauses were at one time.

    Fixed once it is offered for signature, or the next version has begun.
    """

    __tablename__ = "agreement_version"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]  # SHA-256 over the canonical JSON (RFC 8785) of the content
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # the next version has begun
    offered_at: Mapped[datetime | None]
    note: Mapped[str | None]  # what led to this version

    signatures: Mapped[list["AgreementSignature"]] = relationship(
        lazy="raise", order_by="[AgreementSignature.signed_at, AgreementSignature.id]"
    )

    __table_args__ = (
        UniqueConstraint("agreement_id", "number", name="uq_agreement_version_number"),
        UniqueConstraint("id", "content_hash", name="uq_agreement_version_hash"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="hash"),
        CheckConstraint("number >= 1", name="number"),
    )


class AgreementSignature(Identified, Base):
    """One party's signature under one version, bound to the version's hash. It never changes."""

    __tablename__ = "agreement_signature"

    version_id: Mapped[UUID] = mapped_column()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]  # of the person, as it was on that day
    function: Mapped[str]
    signed_at: Mapped[datetime]
    content_hash: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "content_hash"],
            ["agreement_version.id", "agreement_version.content_hash"],
            name="fk_agreement_signature_version",
        ),
        UniqueConstraint("version_id", "organisation_id", name="uq_agreement_signature_organisation_id"),
    )


class AgreementCoverage(Identified, Base):
    """What a concluded agreement covers: one provider, one kind of help (none: all its work), one offer, one period.

    The answer to «what is in force on this day» and the wall against overlaps are the same rows.
    """

    __tablename__ = "agreement_coverage"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreement.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("agreement_version.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[AgreementKind] = mapped_column(code(AgreementKind, "kind"))
    service_kind: Mapped[ServiceKind | None] = mapped_column(code(ServiceKind, "service_kind"))
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offer.id"))  # none: whatever the provider offers
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    period: Mapped[Any] = mapped_column(DATERANGE, Computed("daterange(valid_from, valid_to, '[]')", persisted=True))

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        ExcludeConstraint(
            ("youth_office_id", "="),
            ("provider_id", "="),
            ("kind", "="),
            (text("coalesce(service_kind, '')"), "="),
            (text("coalesce(offer_id, '00000000-0000-0000-0000-000000000000'::uuid)"), "="),
            ("period", "&&"),
            name="ex_agreement_coverage_overlap",
            using="gist",
        ),
        Index("ix_agreement_coverage_agreement_id", "agreement_id"),
    )


CONSTRAINT_TEXTS["ex_agreement_coverage_overlap"] = Text(
    "Für einen Teil dieses Zeitraums gilt mit diesem Träger schon eine Vereinbarung dieser Art.",
    "An agreement of this kind with this provider is in force for part of this period already.",
)
CONSTRAINT_TEXTS["agreement_version_fixed"] = Text(
    "Ein Text, der zur Unterschrift lag, ändert sich nicht mehr.",
    "A text that was offered for signature does not change any more.",
)
CONSTRAINT_TEXTS["agreement_signature_fixed"] = Text(
    "Eine Unterschrift wird nicht geändert und nicht gelöscht.",
    "A signature is neither changed nor deleted.",
)
CONSTRAINT_TEXTS["uq_agreement_signature_organisation_id"] = Text(
    "Diese Vertragspartei hat die Fassung schon unterschrieben.", "This party has signed the version already."
)
