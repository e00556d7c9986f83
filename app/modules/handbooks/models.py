"""Quality handbooks: their versions, what others said of them, and which district works by which."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful


class HandbookState(CodeList):
    """Where a version of a handbook stands."""

    DRAFT = "draft", "Entwurf"
    IN_CONSULTATION = "in_consultation", "in der Beteiligung"
    RELEASED = "released", "freigegeben"
    SUPERSEDED = "superseded", "durch eine neuere Fassung abgelöst"
    WITHDRAWN = "withdrawn", "zurückgezogen"


class HandbookRolloutState(CodeList):
    """How far a city district is with the handbook."""

    NONE = "none", "arbeitet noch nicht damit"
    PILOT = "pilot", "erprobt es"
    EVALUATED = "evaluated", "Erprobung ausgewertet"
    ADOPTED = "adopted", "eingeführt"
    SUSPENDED = "suspended", "ausgesetzt"


class HandbookCommentVerdict(CodeList):
    """What the youth office made of a comment."""

    ADOPTED = "adopted", "übernommen"
    PARTLY_ADOPTED = "partly_adopted", "teilweise übernommen"
    DECLINED = "declined", "nicht übernommen"
    NOTED = "noted", "zur Kenntnis genommen"


class Handbook(Identified, Versioned, Base):
    """A quality handbook of a youth office; what it says stands in its versions."""

    __tablename__ = "handbook"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str]
    title: Mapped[str]
    is_shared: Mapped[bool]
    latest_number: Mapped[int] = mapped_column(default=0)  # 0: no version yet
    released_number: Mapped[int | None]  # the newest released version
    opened_at: Mapped[datetime | None]  # first consultation or release: from then on providers know of it
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("youth_office_id", "code", name="uq_handbook_code"),
        CheckConstraint("released_number <= latest_number", name="released_number"),
        CheckConstraint("released_number IS NULL OR opened_at IS NOT NULL", name="opened"),
        Index("ix_handbook_youth_office_id", "youth_office_id", "id"),
    )


class HandbookVersion(Identified, Stateful, Base):
    """One numbered version of the whole text; from its release on the text never changes."""

    __tablename__ = "handbook_version"

    handbook_id: Mapped[UUID] = mapped_column(ForeignKey("handbook.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    state: Mapped[HandbookState] = mapped_column(code(HandbookState, "state"))
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]  # SHA-256 over the canonical JSON (RFC 8785) of the content
    change_note: Mapped[str | None]
    comments_until: Mapped[date | None]  # last day of the latest consultation
    invited_ids: Mapped[list[UUID]] = mapped_column(default=list)  # providers that learn of its steps
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    withdrawal_reason: Mapped[str | None]

    handbook: Mapped[Handbook] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("handbook_id", "number", name="uq_handbook_version_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="hash"),
        CheckConstraint(
            "CASE WHEN state IN ('draft', 'in_consultation') THEN released_at IS NULL "
            "WHEN state IN ('released', 'superseded') THEN released_at IS NOT NULL ELSE true END",
            name="released",
        ),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="releaser"),
        CheckConstraint("(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="withdrawal"),
        CheckConstraint("state <> 'in_consultation' OR comments_until IS NOT NULL", name="consultation"),
        Index(
            "uq_handbook_version_draft",
            "handbook_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'in_consultation')"),
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose handbook it is."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office, and the providers it invited to a consultation."""
        return [self.youth_office_id, *self.invited_ids]

    @property
    def standard_ids(self) -> list[UUID]:
        """The minimum standards it contains, in the order of the text."""
        return [UUID(standard["standard_id"]) for standard in self.content["minimum_standards"]]


class HandbookComment(Identified, Versioned, Base):
    """What somebody said of a text in consultation, and what the youth office made of it; neither is rewritten."""

    __tablename__ = "handbook_comment"

    handbook_id: Mapped[UUID] = mapped_column(ForeignKey("handbook.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("handbook_version.id"), index=True)
    version_number: Mapped[int]
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID]
    content_hash: Mapped[str]  # of the text it is about
    pointer: Mapped[str | None]  # the part it is about (RFC 6901); None: the whole
    text: Mapped[str]
    created_at: Mapped[datetime]
    verdict: Mapped[HandbookCommentVerdict | None] = mapped_column(code(HandbookCommentVerdict, "verdict"))
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("num_nonnulls(verdict, answer, answered_by, answered_at) IN (0, 4)", name="answer"),
        Index("ix_handbook_comment_handbook_id", "handbook_id", "version_number", "created_at", "id"),
    )


class HandbookRollout(Identified, Stateful, Base):
    """Where one district stands with a handbook; a district without a row has not begun."""

    __tablename__ = "handbook_rollout"

    handbook_id: Mapped[UUID] = mapped_column(ForeignKey("handbook.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("region.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("handbook_version.id"), index=True)
    version_number: Mapped[int]
    state: Mapped[HandbookRolloutState] = mapped_column(code(HandbookRolloutState, "state"))
    from_day: Mapped[date]  # since when it stands there
    responsible_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    suspension_reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("handbook_id", "region_id", name="uq_handbook_rollout_region"),
        CheckConstraint("(state = 'suspended') = (suspension_reason IS NOT NULL)", name="suspension"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose district it is."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office alone steers its districts."""
        return [self.youth_office_id]


class HandbookEvaluation(Identified, Base):
    """What a district found when it tried a version. It never changes; a second trial makes a second one."""

    __tablename__ = "handbook_evaluation"

    handbook_id: Mapped[UUID] = mapped_column(ForeignKey("handbook.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("region.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("handbook_version.id"), index=True)
    version_number: Mapped[int]
    text: Mapped[str]
    figures: Mapped[list[Any]]
    evaluated_on: Mapped[date]
    evaluated_by: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_handbook_evaluation_handbook_id", "handbook_id", "created_at", "id"),)


CONSTRAINT_TEXTS["uq_handbook_code"] = Text(
    "Ein Qualitätshandbuch mit dieser Kennung gibt es im Jugendamt schon.",
    "The youth office has a quality handbook with this code already.",
)
CONSTRAINT_TEXTS["uq_handbook_version_number"] = CONSTRAINT_TEXTS["uq_handbook_version_draft"] = Text(
    "An diesem Handbuch wird schon eine Fassung entworfen.", "A version of this handbook is being drafted already."
)
CONSTRAINT_TEXTS["handbook_version_fixed"] = Text(
    "Eine freigegebene Fassung eines Handbuchs ändert sich nicht mehr.",
    "A released version of a handbook does not change any more.",
)
CONSTRAINT_TEXTS["handbook_comment_fixed"] = Text(
    "Eine Anmerkung und ihre Antwort werden nicht geändert und nicht gelöscht.",
    "A comment and its answer are neither changed nor deleted.",
)
CONSTRAINT_TEXTS["handbook_evaluation_fixed"] = Text(
    "Eine Auswertung wird nicht geändert und nicht gelöscht.", "An evaluation is neither changed nor deleted."
)
CONSTRAINT_TEXTS["uq_handbook_rollout_region"] = Text(
    "Mit diesem Bezirk wurde inzwischen begonnen; bitte neu laden.",
    "The district has been begun in the meantime; please reload.",
)
