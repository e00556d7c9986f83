"""What is due for erasure and what was decided, what must not be erased, and what providers and persons asked for."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, Versioned, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful


class RetentionMatter(CodeList):
    """What is kept and erased together (`law.retention.Matter`)."""

    HELP_FILE = "help_file", "Akte der Hilfe mit Hilfeplanung, Berichten, Mitteilungen und Verfahren nach § 8a"
    ENDANGERMENT_FILE = "endangerment_file", "Akte eines Verfahrens nach § 8a, zu dem keine Hilfe gehört"
    BILLING_FILE = "billing_file", "Texte zu Leistungsnachweisen; Zeiten und Beträge bleiben, pseudonym"


class RetentionState(CodeList):
    """Where a review stands."""

    DUE = "due", "zu entscheiden"
    PROPOSED = "proposed", "Löschung vorgeschlagen, zweite Person entscheidet"
    ERASED = "erased", "gelöscht"
    RESTRICTED = "restricted", "Verarbeitung eingeschränkt"
    KEPT = "kept", "aufbewahrt, Löschung gesperrt"


class ArchiveAnswer(CodeList):
    """What the public archive said before anything is erased (§ 84 Abs. 6 with § 71 Abs. 1 Satz 3 SGB X)."""

    DECLINED = "declined", "angeboten, nicht archivwürdig"
    TAKEN = "taken", "angeboten und übergeben"
    NOT_OFFERED = "not_offered", "nicht anzubieten (Archivrecht des Landes)"


class RetentionReview(Identified, Stateful, Base):
    """A file whose time is over, or that is looked at before: what becomes of it, and who decided."""

    __tablename__ = "retention_review"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    matter: Mapped[RetentionMatter] = mapped_column(code(RetentionMatter, "matter"))
    subject_id: Mapped[UUID]  # the help or the endangerment case; of a case that was erased nothing else is left
    help_id: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]  # of what it is about
    kept_until: Mapped[date]  # the last day of the period
    source: Mapped[str]  # where the period stands
    state: Mapped[RetentionState] = mapped_column(code(RetentionState, "state"))
    reason: Mapped[str | None]
    archive: Mapped[ArchiveAnswer | None] = mapped_column(code(ArchiveAnswer, "archive"))
    proposed_by: Mapped[UUID | None]
    decided_by: Mapped[UUID | None]
    rows_erased: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("matter", "subject_id", name="uq_retention_review_once"),
        CheckConstraint("(matter = 'endangerment_file') = (help_id IS NULL)", name="subject"),
        CheckConstraint("decided_by IS DISTINCT FROM proposed_by OR decided_by IS NULL", name="four_eyes"),
        CheckConstraint("(state = 'erased') = (rows_erased IS NOT NULL)", name="erased"),
        CheckConstraint("state <> 'erased' OR num_nulls(archive, proposed_by, decided_by) = 0", name="decided"),
        Index("ix_retention_review_youth_office_id", "youth_office_id", "state", "kept_until", "id"),
        Index("ix_retention_review_help_id", "help_id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose file it is."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The office; providers learn by the request to erase their copy."""
        return [self.youth_office_id]


class LegalHold(Identified, Versioned, Base):
    """Something that must not be erased for now: a dispute, an inquiry, a person's wish (Art. 18 GDPR)."""

    __tablename__ = "legal_hold"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    subject_id: Mapped[UUID]  # a help, with everything that belongs to it, or an endangerment case
    help_id: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date | None]  # last day; None: until it is lifted
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    placed_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("num_nulls(lifted_by, lifted_at) IN (0, 2)", name="lifted"),
        Index("ix_legal_hold_subject_id", "subject_id"),
        Index("ix_legal_hold_youth_office_id", "youth_office_id", "placed_at", "id"),
    )


class ErasureRequestState(CodeList):
    """What a provider said to the request to erase its copy."""

    ASKED = "asked", "Löschung erbeten"
    CONFIRMED = "confirmed", "Löschung bestätigt"
    OBJECTED = "objected", "eigene Aufbewahrungspflicht entgegengehalten"


class ErasureRequest(Identified, Stateful, CaseBound, Base):
    """A provider is asked to erase what it keeps of a help, in its own software and on paper too."""

    __tablename__ = "erasure_request"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    review_id: Mapped[UUID] = mapped_column(ForeignKey("retention_review.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]  # of the help
    state: Mapped[ErasureRequestState] = mapped_column(code(ErasureRequestState, "state"))
    due_on: Mapped[date]
    erased_on: Mapped[date | None]
    reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("review_id", "provider_id", name="uq_erasure_request_once"),
        CheckConstraint("(state = 'confirmed') = (erased_on IS NOT NULL)", name="confirmed"),
        CheckConstraint("(state = 'objected') = (reason IS NOT NULL)", name="objected"),
        Index("ix_erasure_request_youth_office_id", "youth_office_id", "state", "due_on", "id"),
        Index("ix_erasure_request_provider_id", "provider_id", "state", "due_on", "id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose case it was."""
        return self.youth_office_id


class SubjectRequestKind(CodeList):
    """What a person asks for."""

    ACCESS = "access", "Auskunft (Art. 15 DSGVO, § 83 SGB X)"
    ERASURE = "erasure", "Löschung (Art. 17 DSGVO, § 84 SGB X)"
    RESTRICTION = "restriction", "Einschränkung der Verarbeitung (Art. 18 DSGVO, § 84 SGB X)"


class SubjectRequestState(CodeList):
    """Where a request stands."""

    OPEN = "open", "zu beantworten"
    ANSWERED = "answered", "beantwortet"
    REFUSED = "refused", "abgelehnt"


class SubjectRequest(Identified, Stateful, Base):
    """A person of a help asks what is kept of it, or wants it erased or restricted."""

    __tablename__ = "subject_request"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("help_person.id"))
    number: Mapped[str]  # of the help
    kind: Mapped[SubjectRequestKind] = mapped_column(code(SubjectRequestKind, "kind"))
    state: Mapped[SubjectRequestState] = mapped_column(code(SubjectRequestState, "state"))
    received_on: Mapped[date]
    due_on: Mapped[date]
    is_extended: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]  # why it was extended or refused
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("reason IS NOT NULL OR (state <> 'refused' AND NOT is_extended)", name="reason"),
        Index("ix_subject_request_youth_office_id", "youth_office_id", "state", "due_on", "id"),
        Index("ix_subject_request_help_id", "help_id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that answers."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The office alone."""
        return [self.youth_office_id]


CONSTRAINT_TEXTS["uq_retention_review_once"] = Text(
    "Über diese Akte wird schon entschieden.", "This file is under review already."
)
