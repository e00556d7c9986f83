"""Reviews, holds and requests as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Out, Prose
from app.core.workflow import AllowedAction
from app.modules.retention.models import (
    ArchiveAnswer,
    ErasureRequestState,
    RetentionMatter,
    RetentionState,
    SubjectRequestKind,
    SubjectRequestState,
)

Steps = Annotated[list[AllowedAction], Field(title="mögliche Schritte", max_length=20)]
Number = Annotated[str, Field(title="Nummer der Hilfe oder des Verfahrens", max_length=40)]
Line = Annotated[str, Field(max_length=10_000)]


class RetentionRuleOut(Out):
    """How long something is kept."""

    matter: RetentionMatter = Field(title="was")
    title: str = Field(title="Bezeichnung", max_length=200)
    years: int = Field(title="Jahre", ge=1)
    anchor: str = Field(title="gerechnet ab", max_length=200)
    source: str = Field(title="Rechtsgrundlage", max_length=200)
    evidence: str = Field(title="Gesetz, Ableitung oder örtliche Regel", max_length=40)


class RetentionReviewCreate(In):
    """A help's file is looked at before its time is over (Art. 17, 18 GDPR)."""

    help_id: Id = Field(title="Hilfe")
    matter: Literal[RetentionMatter.HELP_FILE, RetentionMatter.BILLING_FILE] = Field(
        RetentionMatter.HELP_FILE, title="was"
    )


class RetentionReviewOut(Out):
    """A file whose time is over, and what becomes of it."""

    id: Id
    matter: RetentionMatter = Field(title="was")
    subject_id: Id = Field(title="Hilfe oder Verfahren")
    help_id: Id | None = Field(title="Hilfe")
    number: Number
    kept_until: Day = Field(title="letzter Tag der Aufbewahrung")
    source: str = Field(title="Rechtsgrundlage", max_length=200)
    state: RetentionState = Field(title="Stand")
    reason: str | None = Field(title="Begründung", max_length=10_000)
    archive: ArchiveAnswer | None = Field(title="Anbietung an das Archiv")
    proposed_by: Id | None = Field(title="vorgeschlagen von")
    decided_by: Id | None = Field(title="entschieden von")
    rows_erased: int | None = Field(title="gelöschte oder geleerte Datensätze", ge=0)
    created_at: Instant = Field(title="angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: Steps


class RetentionReviewQuery(PageQuery):
    """Filters of reviews."""

    state: RetentionState | None = None
    matter: RetentionMatter | None = None
    help_id: Id | None = None
    sort: Literal["kept_until", "-kept_until", "created_at", "-created_at"] = "kept_until"


class ProposeErasure(In):
    """Nothing is to be kept any more; another person decides."""

    action: Literal["propose"]
    archive: ArchiveAnswer = Field(title="Anbietung an das Archiv")
    reason: Prose | None = Field(None, title="Begründung (keine Namen)")


class EraseFile(In):
    """Erase it now, for good."""

    action: Literal["erase"]


class RejectErasure(In):
    """It is not to be erased like this; somebody decides anew."""

    action: Literal["reject"]
    reason: Prose = Field(title="Begründung (keine Namen)")


class RestrictFile(In):
    """It is kept and used for little else (§ 84 Abs. 3 SGB X, Art. 18 GDPR)."""

    action: Literal["restrict"]
    reason: Prose = Field(title="Begründung (keine Namen)")


class KeepFile(In):
    """It must not be erased for now."""

    action: Literal["keep"]
    reason: Prose = Field(title="Grund (keine Namen)", examples=["Verfahren vor dem Verwaltungsgericht"])
    until: Day | None = Field(None, title="letzter Tag; sonst bis zur Aufhebung")


class ReopenReview(In):
    """Decide anew."""

    action: Literal["reopen"]
    reason: Prose = Field(title="Begründung (keine Namen)")


RetentionReviewAction = Annotated[
    ProposeErasure | EraseFile | RejectErasure | RestrictFile | KeepFile | ReopenReview, Field(discriminator="action")
]


class LegalHoldCreate(In):
    """A help, or a procedure of § 8a, must not be erased for now."""

    help_id: Id | None = Field(None, title="Hilfe")
    case_id: Id | None = Field(None, title="Verfahren nach § 8a, statt einer Hilfe", examples=[None])
    reason: Prose = Field(title="Grund (keine Namen)", examples=["Verfahren vor dem Verwaltungsgericht"])
    until: Day | None = Field(None, title="letzter Tag; sonst bis zur Aufhebung")


class LegalHoldOut(Out):
    """Something that must not be erased for now."""

    id: Id
    subject_id: Id = Field(title="Hilfe oder Verfahren")
    help_id: Id | None = Field(title="Hilfe")
    number: Number
    reason: str = Field(title="Grund", max_length=10_000)
    until: Day | None = Field(title="letzter Tag")
    placed_by: Id = Field(title="gesetzt von")
    placed_at: Instant = Field(title="gesetzt am")
    lifted_by: Id | None = Field(title="aufgehoben von")
    lifted_at: Instant | None = Field(title="aufgehoben am")
    version: int = Field(title="Fassung", ge=1)


class LegalHoldQuery(PageQuery):
    """Filters of holds."""

    help_id: Id | None = None
    in_force: bool | None = None
    sort: Literal["placed_at", "-placed_at"] = "-placed_at"


class ErasureRequestOut(Out):
    """A provider is asked to erase its copy."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    help_id: Id = Field(title="Hilfe")
    number: Number
    state: ErasureRequestState = Field(title="Stand")
    due_on: Day = Field(title="zu beantworten bis")
    erased_on: Day | None = Field(title="gelöscht am")
    reason: str | None = Field(title="was entgegensteht", max_length=10_000)
    created_at: Instant = Field(title="erbeten am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: Steps


class ErasureRequestQuery(PageQuery):
    """Filters of requests to erase."""

    state: ErasureRequestState | None = None
    help_id: Id | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "due_on"


class ConfirmErasure(In):
    """The copy is erased, in the provider's own software, on paper and in this service."""

    action: Literal["confirm"]
    erased_on: Day = Field(title="gelöscht am")


class ObjectToErasure(In):
    """A duty of the provider's own stands against it."""

    action: Literal["object"]
    reason: Prose = Field(title="welche Pflicht, bis wann (keine Namen)")


ErasureRequestAction = Annotated[ConfirmErasure | ObjectToErasure, Field(discriminator="action")]


class SubjectRequestCreate(In):
    """A person of a help asks."""

    help_id: Id = Field(title="Hilfe")
    person_id: Id = Field(title="Person")
    kind: SubjectRequestKind = Field(title="worum es geht")
    received_on: Day = Field(title="eingegangen am", examples=["2026-03-02"])


class SubjectRequestOut(Out):
    """What a person asked for, and until when it is answered."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    person_id: Id = Field(title="Person")
    number: Number
    kind: SubjectRequestKind = Field(title="worum es geht")
    state: SubjectRequestState = Field(title="Stand")
    received_on: Day = Field(title="eingegangen am")
    due_on: Day = Field(title="zu beantworten bis")
    is_extended: bool = Field(title="Frist verlängert")
    reason: str | None = Field(title="warum verlängert oder abgelehnt", max_length=10_000)
    created_at: Instant = Field(title="eingetragen am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: Steps


class SubjectRequestQuery(PageQuery):
    """Filters of persons' requests."""

    state: SubjectRequestState | None = None
    kind: SubjectRequestKind | None = None
    help_id: Id | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "due_on"


class ExtendSubjectRequest(In):
    """It takes two more months; the person is told why (Art. 12 Abs. 3 GDPR)."""

    action: Literal["extend"]
    reason: Prose = Field(title="Begründung (keine Namen)")


class AnswerSubjectRequest(In):
    """The person has its answer."""

    action: Literal["answer"]


class RefuseSubjectRequest(In):
    """The person is told why not, and that it may complain (Art. 12 Abs. 4 GDPR)."""

    action: Literal["refuse"]
    reason: Prose = Field(title="Begründung (keine Namen)")


SubjectRequestAction = Annotated[
    ExtendSubjectRequest | AnswerSubjectRequest | RefuseSubjectRequest, Field(discriminator="action")
]


class ToldPart(Out):
    """One part of what a person is told."""

    title: str = Field(title="Überschrift", max_length=200)
    rows: list[dict[str, Any]] = Field(title="Angaben", max_length=10_000)


class WithheldPart(Out):
    """Something that is kept and not told, and why."""

    title: str = Field(title="was", max_length=200)
    count: int = Field(title="wie viele", ge=0)
    why: Line = Field(title="warum nicht")
    law: str = Field(title="Rechtsgrundlage", max_length=200)


class SubjectAccessOut(Out):
    """What a person is told of what is kept of it, and what is not told (Art. 15 GDPR, § 83 SGB X)."""

    request_id: Id = Field(title="Antrag")
    number: Number
    made_at: Instant = Field(title="erstellt am")
    controller: str = Field(title="verantwortliche Stelle", max_length=200)
    purpose: Line = Field(title="Zweck und Rechtsgrundlage")
    kept_until: Day = Field(title="letzter Tag der Aufbewahrung")
    is_complete: Flag = Field(title="nichts wird zurückgehalten")
    told: list[ToldPart] = Field(title="Auskunft", max_length=50)
    withheld: list[WithheldPart] = Field(title="nicht mitgeteilt", max_length=50)
    rights: list[Line] = Field(title="Rechte der Person", max_length=20)
