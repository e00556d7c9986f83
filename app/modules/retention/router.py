"""`/v1/retention-rules`, `/v1/retention-reviews`, `/v1/legal-holds`, `/v1/erasure-requests`, `/v1/subject-requests`."""

from typing import Annotated, Any

from fastapi import Query, Response

from app.core import documents
from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.core.workflow import Workflow
from app.law.calendars import legal_date
from app.law.retention import RULES
from app.modules.retention import access, queries, service
from app.modules.retention.models import ErasureRequest, LegalHold, RetentionMatter, RetentionReview, SubjectRequest
from app.modules.retention.schemas import (
    ErasureRequestAction,
    ErasureRequestOut,
    ErasureRequestQuery,
    LegalHoldCreate,
    LegalHoldOut,
    LegalHoldQuery,
    RetentionReviewAction,
    RetentionReviewCreate,
    RetentionReviewOut,
    RetentionReviewQuery,
    RetentionRuleOut,
    SubjectAccessOut,
    SubjectRequestAction,
    SubjectRequestCreate,
    SubjectRequestOut,
    SubjectRequestQuery,
)
from app.modules.retention.workflow import ERASURE, REQUEST, REVIEW
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

rules = Router(prefix="/retention-rules", tags=["retention"])
reviews = Router(prefix="/retention-reviews", tags=["retention"])
holds = Router(prefix="/legal-holds", tags=["retention"])
erasures = Router(prefix="/erasure-requests", tags=["retention"])
requests = Router(prefix="/subject-requests", tags=["retention"])


def _stated(workflow: Workflow, row: Any, actor: Actor, out: Any) -> Any:
    known = {name: getattr(row, name) for name in out.model_fields if name != "allowed_actions"}
    return out(**known, allowed_actions=workflow.allowed(row, actor))


def _review(row: RetentionReview, actor: Actor) -> RetentionReviewOut:
    shown: RetentionReviewOut = _stated(REVIEW, row, actor, RetentionReviewOut)
    return shown


def _erasure(row: ErasureRequest, actor: Actor) -> ErasureRequestOut:
    shown: ErasureRequestOut = _stated(ERASURE, row, actor, ErasureRequestOut)
    return shown


def _request(row: SubjectRequest, actor: Actor) -> SubjectRequestOut:
    shown: SubjectRequestOut = _stated(REQUEST, row, actor, SubjectRequestOut)
    return shown


@rules.get("", summary="Aufbewahrungsfristen")
@needs(Permission.ORGANISATIONS_READ)
def list_retention_rules() -> list[RetentionRuleOut]:
    """How long what is kept, and where that stands (§ 9b SGB VIII, § 84 SGB X, § 147 AO)."""
    return [
        RetentionRuleOut(
            matter=RetentionMatter(matter.value),
            title=RetentionMatter(matter.value).title_de,
            years=rule.years,
            anchor=rule.anchor,
            source=str(rule.source),
            evidence=rule.source.evidence.value,
        )
        for matter, rule in RULES.items()
    ]


@reviews.post("", status_code=201, summary="Aufbewahrung einer Akte prüfen")
@needs(Permission.RETENTION_DECIDE)
def open_retention_review(body: RetentionReviewCreate, db: Db, actor: CurrentActor, now: Now) -> RetentionReviewOut:
    """Look at the file of a help that is over before its time is (Art. 17, 18 GDPR): restrict it, or hold it."""
    return _review(service.open_review(db, body, actor=actor, at=now), actor)


@reviews.get("", summary="Akten, über deren Aufbewahrung zu entscheiden ist")
@needs(Permission.RETENTION_READ)
def list_retention_reviews(
    query: Annotated[RetentionReviewQuery, Query()], db: Db, actor: CurrentActor
) -> Page[RetentionReviewOut]:
    """Files whose time is over, and what became of them (§ 84 SGB X); they appear here by themselves."""
    rows, following, total = queries.list_reviews(db, query, actor)
    return page_of([_review(row, actor) for row in rows], following, total, query)


@reviews.get("/{review_id}", summary="Prüfung der Aufbewahrung lesen")
@needs(Permission.RETENTION_READ)
def get_retention_review(review_id: Id, db: Db, actor: CurrentActor) -> RetentionReviewOut:
    """One file under review: until when it was to be kept, by which law, and who decided what (§ 84 SGB X)."""
    return _review(queries.get(db, RetentionReview, review_id, actor), actor)


@reviews.post("/{review_id}/transitions", summary="Über Aufbewahrung oder Löschung entscheiden")
@needs(Permission.RETENTION_READ)
def move_retention_review(
    review_id: Id, body: RetentionReviewAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> RetentionReviewOut:
    """Propose the erasure, decide on it as another person, restrict the processing, or keep the file for a reason.

    Erasure (Art. 17 GDPR, § 84 Abs. 2 SGB X) takes words, names and files out for good; the log keeps that it
    happened. The providers of the help are asked to erase their copies. Amounts, times and numbers stay.
    """
    return _review(service.move_review(db, review_id, body, expected, actor=actor, at=now), actor)


@reviews.get("/{review_id}/transitions", summary="Verlauf der Prüfung")
@needs(Permission.RETENTION_READ)
def list_retention_review_transitions(review_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get(db, RetentionReview, review_id, actor).id)


@holds.post("", status_code=201, summary="Löschung sperren")
@needs(Permission.RETENTION_DECIDE)
def place_legal_hold(body: LegalHoldCreate, db: Db, actor: CurrentActor, now: Now) -> LegalHoldOut:
    """A help, or a procedure of § 8a, must not be erased for now (Art. 17 Abs. 3, Art. 18 GDPR)."""
    return LegalHoldOut.model_validate(service.place_hold(db, body, actor=actor, at=now))


@holds.get("", summary="Sperren")
@needs(Permission.RETENTION_READ)
def list_legal_holds(
    query: Annotated[LegalHoldQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[LegalHoldOut]:
    """What must not be erased, why and until when (Art. 17 Abs. 3 GDPR)."""
    rows, following, total = queries.list_holds(db, query, actor, legal_date(now))
    return page_of([LegalHoldOut.model_validate(row) for row in rows], following, total, query)


@holds.get("/{hold_id}", summary="Sperre lesen")
@needs(Permission.RETENTION_READ)
def get_legal_hold(hold_id: Id, db: Db, actor: CurrentActor) -> LegalHoldOut:
    """One hold (Art. 17 Abs. 3 GDPR)."""
    return LegalHoldOut.model_validate(queries.get(db, LegalHold, hold_id, actor))


@holds.post("/{hold_id}:lift", summary="Sperre aufheben")
@needs(Permission.RETENTION_DECIDE)
def lift_legal_hold(hold_id: Id, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> LegalHoldOut:
    """It may be erased again, once somebody decides so (§ 84 SGB X)."""
    return LegalHoldOut.model_validate(service.lift_hold(db, hold_id, expected, actor=actor, at=now))


@erasures.get("", summary="Löschung beim Träger")
@needs(Permission.ERASURES_READ)
def list_erasure_requests(
    query: Annotated[ErasureRequestQuery, Query()], db: Db, actor: CurrentActor
) -> Page[ErasureRequestOut]:
    """Which copies providers are asked to erase, and what they said (§ 61 Abs. 3 SGB VIII, § 78 SGB X)."""
    rows, following, total = queries.list_erasures(db, query, actor)
    return page_of([_erasure(row, actor) for row in rows], following, total, query)


@erasures.get("/{erasure_request_id}", summary="Bitte um Löschung lesen")
@needs(Permission.ERASURES_READ)
def get_erasure_request(erasure_request_id: Id, db: Db, actor: CurrentActor) -> ErasureRequestOut:
    """One request to erase a copy (§ 61 Abs. 3 SGB VIII)."""
    return _erasure(queries.get(db, ErasureRequest, erasure_request_id, actor), actor)


@erasures.post("/{erasure_request_id}/transitions", summary="Löschung bestätigen")
@needs(Permission.ERASURES_CONFIRM)
def move_erasure_request(
    erasure_request_id: Id, body: ErasureRequestAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> ErasureRequestOut:
    """The provider says that its copy is erased, in its own software and on paper, or which duty stands against it.

    What it keeps here of its own concerns about the help (§ 8a Abs. 4 SGB VIII) is erased with its word.
    """
    return _erasure(service.answer_erasure(db, erasure_request_id, body, expected, actor=actor, at=now), actor)


@erasures.get("/{erasure_request_id}/transitions", summary="Verlauf der Löschung beim Träger")
@needs(Permission.ERASURES_READ)
def list_erasure_request_transitions(erasure_request_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get(db, ErasureRequest, erasure_request_id, actor).id)


@requests.post("", status_code=201, summary="Antrag einer betroffenen Person eintragen")
@needs(Permission.SUBJECT_REQUESTS_ANSWER)
def enter_subject_request(body: SubjectRequestCreate, db: Db, actor: CurrentActor, now: Now) -> SubjectRequestOut:
    """A person asks what is kept, or wants it erased or restricted; to be answered in a month (Art. 12 Abs. 3 GDPR)."""
    return _request(service.enter_request(db, body, actor=actor, at=now), actor)


@requests.get("", summary="Anträge betroffener Personen")
@needs(Permission.SUBJECT_REQUESTS_READ)
def list_subject_requests(
    query: Annotated[SubjectRequestQuery, Query()], db: Db, actor: CurrentActor
) -> Page[SubjectRequestOut]:
    """What persons asked for, and until when they are answered (Art. 12, 15, 17, 18 GDPR)."""
    rows, following, total = queries.list_subject_requests(db, query, actor)
    return page_of([_request(row, actor) for row in rows], following, total, query)


@requests.get("/{subject_request_id}", summary="Antrag einer betroffenen Person lesen")
@needs(Permission.SUBJECT_REQUESTS_READ)
def get_subject_request(subject_request_id: Id, db: Db, actor: CurrentActor) -> SubjectRequestOut:
    """One request (Art. 12 GDPR)."""
    return _request(queries.get(db, SubjectRequest, subject_request_id, actor), actor)


@requests.post("/{subject_request_id}/transitions", summary="Antrag beantworten")
@needs(Permission.SUBJECT_REQUESTS_ANSWER)
def move_subject_request(
    subject_request_id: Id, body: SubjectRequestAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> SubjectRequestOut:
    """Extend it by two months with a reason, say that it is answered, or refuse it with a reason (Art. 12 GDPR)."""
    return _request(service.move_request(db, subject_request_id, body, expected, actor=actor, at=now), actor)


@requests.get("/{subject_request_id}/transitions", summary="Verlauf des Antrags")
@needs(Permission.SUBJECT_REQUESTS_READ)
def list_subject_request_transitions(subject_request_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get(db, SubjectRequest, subject_request_id, actor).id)


@requests.get("/{subject_request_id}/access", summary="Auskunft an die Person")
@needs(Permission.SUBJECT_REQUESTS_ANSWER)
def get_subject_access(subject_request_id: Id, db: Db, actor: CurrentActor, now: Now) -> SubjectAccessOut:
    """What the person is told, and what is withheld and why (Art. 15 GDPR, § 83 SGB X, § 65 SGB VIII).

    By who leads the case; that the identity was read for it is written down like every reading.
    """
    return access.told(db, queries.get(db, SubjectRequest, subject_request_id, actor), actor=actor, at=now)


@requests.get(
    "/{subject_request_id}/access/document",
    response_class=Response,
    responses=documents.DOCUMENT,
    summary="Auskunft an die Person als PDF",
)
@needs(Permission.SUBJECT_REQUESTS_ANSWER)
def print_subject_access(subject_request_id: Id, db: Db, actor: CurrentActor, now: Now) -> Response:
    """The same as a letter to hand over (Art. 15 GDPR, § 83 SGB X)."""
    request = queries.get(db, SubjectRequest, subject_request_id, actor)
    return documents.answer(*access.print_access(db, request, actor=actor, at=now))
