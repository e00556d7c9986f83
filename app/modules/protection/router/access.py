"""`/v1/emergency-accesses`, `/v1/confidential-notes`, and what was known when: timeline and court file."""

from typing import Annotated

from fastapi import Query, Response

from app.core import documents
from app.core.http import CurrentActor, Db, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id, Instant
from app.modules.protection import paper, queries
from app.modules.protection.models import ConfidentialNote, EmergencyAccess
from app.modules.protection.schemas.access import (
    ConfidentialNoteCreate,
    ConfidentialNoteOut,
    ConfidentialNoteReceipt,
    ConfidentialReleaseCreate,
    ConfidentialReleaseOut,
    EmergencyAccessCreate,
    EmergencyAccessOut,
    EmergencyAccessQuery,
    EmergencyReadingOut,
    EmergencyReview,
    TimelineMoment,
)
from app.modules.protection.service import access, reading
from app.modules.protection.timeline import moments
from app.policy import Permission

router = Router(tags=["protection"])
ONE = "/endangerment-cases/{case_id}"
NOTE, ACCESS = "/confidential-notes/{confidential_note_id}", "/emergency-accesses/{emergency_access_id}"
_GONE = {"responses": {"404": {"$ref": "#/components/responses/Problem404"}}}


def _access(row: EmergencyAccess) -> EmergencyAccessOut:
    return EmergencyAccessOut.model_validate(row)


def _receipt(note: ConfidentialNote) -> ConfidentialNoteReceipt:
    return ConfidentialNoteReceipt.model_validate(note)


@router.post(ONE + "/emergency-accesses", status_code=201, summary="Notzugriff auf einen Gefährdungsfall")
@needs(Permission.PROTECTION_EMERGENCY)
def open_emergency_access(
    case_id: Id, body: EmergencyAccessCreate, db: Db, actor: CurrentActor, now: Now
) -> EmergencyAccessOut:
    """Read a case for an hour without being involved, because a child needs it now; changing it stays closed.

    The data-protection officer and the team lead are called at once, every reading is listed, and the officer reviews
    it. Whoever is excluded from the case gets nothing (§ 35 SGB I; access matrix, rule 7).
    """
    return _access(access.open_emergency(db, case_id, body.reason, actor=actor, at=now))


@router.get("/emergency-accesses", summary="Notzugriffe suchen")
@needs(Permission.PROTECTION_SUPERVISE)
def list_emergency_accesses(
    query: Annotated[EmergencyAccessQuery, Query()], db: Db, actor: CurrentActor
) -> Page[EmergencyAccessOut]:
    """Who broke the glass, when and why, in the own youth office (Art. 39 GDPR)."""
    rows, following, total = queries.list_accesses(db, query, actor)
    return page_of([_access(row) for row in rows], following, total, query)


@router.get(ACCESS, summary="Notzugriff lesen")
@needs(Permission.PROTECTION_SUPERVISE)
def get_emergency_access(emergency_access_id: Id, db: Db, actor: CurrentActor) -> EmergencyAccessOut:
    """One break-glass access with its reason and, once it was reviewed, what was found (Art. 39 GDPR)."""
    return _access(queries.get_access(db, emergency_access_id, actor))


@router.get(ACCESS + "/readings", summary="Was im Notzugriff gelesen wurde")
@needs(Permission.PROTECTION_SUPERVISE)
def list_emergency_readings(emergency_access_id: Id, db: Db, actor: CurrentActor) -> list[EmergencyReadingOut]:
    """Every reading while it was open, from the log, oldest first; not what was read (Art. 39 GDPR)."""
    row = queries.get_access(db, emergency_access_id, actor)
    return [EmergencyReadingOut.model_validate(one) for one in queries.readings_of(db, row)]


@router.post(ACCESS + ":review", status_code=200, openapi_extra=_GONE, summary="Notzugriff prüfen")
@needs(Permission.PROTECTION_SUPERVISE)
def review_emergency_access(
    emergency_access_id: Id, body: EmergencyReview, db: Db, actor: CurrentActor, now: Now
) -> EmergencyAccessOut:
    """Say whether the access was right; once, and never by who took it (Art. 39 GDPR)."""
    return _access(access.review_emergency(db, emergency_access_id, body.finding, actor=actor, at=now))


@router.post(ONE + "/confidential-notes", status_code=201, summary="Anvertrautes festhalten")
@needs(Permission.PROTECTION_WORK)
def add_confidential_note(
    case_id: Id, body: ConfidentialNoteCreate, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> ConfidentialNoteReceipt:
    """Keep what somebody entrusted to you, sealed and for you alone; nobody inherits it with the case (§ 65 SGB VIII).

    The answer tells nothing of it: answers are kept for retries.
    """
    return _receipt(access.entrust(db, case_id, body, kernel.sealer, actor=actor, at=now))


@router.get(ONE + "/confidential-notes", summary="Mir Anvertrautes zu einem Fall")
@needs(Permission.PROTECTION_WORK)
def list_confidential_notes(case_id: Id, db: Db, actor: CurrentActor) -> list[ConfidentialNoteReceipt]:
    """What was entrusted to the caller, or passed on to them; of what was told to others not even that it exists."""
    case = queries.get_case(db, case_id, actor, read=True)
    return [_receipt(note) for note in queries.notes_of(db, case, actor)]


@router.get(NOTE, summary="Anvertrautes lesen")
@needs(Permission.PROTECTION_WORK)
def get_confidential_note(
    confidential_note_id: Id, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> ConfidentialNoteOut:
    """What was entrusted, for whom it was told or who got it from them; the reading is logged (§ 65 SGB VIII)."""
    note, content = access.read_note(db, confidential_note_id, kernel.sealer, actor=actor, at=now)
    releases = queries.releases_of(db, note) if note.owner_id == actor.id else ()
    return ConfidentialNoteOut(
        **_receipt(note).model_dump(),
        entrusted_by=note.entrusted_by,
        shows_danger=note.shows_danger,
        content=content,
        releases=[ConfidentialReleaseOut.model_validate(one) for one in releases],
    )


@router.post(NOTE + "/releases", status_code=201, openapi_extra=_GONE, summary="Anvertrautes weitergeben")
@needs(Permission.PROTECTION_WORK)
def release_confidential_note(
    confidential_note_id: Id, body: ConfidentialReleaseCreate, db: Db, actor: CurrentActor, now: Now
) -> ConfidentialReleaseOut:
    """Pass it on, on one of the five grounds of § 65 Abs. 1 SGB VIII; only whoever it was entrusted to does."""
    made = access.release(db, confidential_note_id, body, actor=actor, at=now)
    return ConfidentialReleaseOut.model_validate(made)


@router.get(ONE + "/timeline", summary="Was wann bekannt war")
@needs(Permission.PROTECTION_READ)
def get_endangerment_timeline(
    case_id: Id,
    db: Db,
    actor: CurrentActor,
    now: Now,
    as_of: Annotated[Instant | None, Query(description="only what was known then; now unless given")] = None,
) -> list[TimelineMoment]:
    """Reports, entries and signatures in the order in which the office came to know them, by whom; the reading is
    logged. Nothing of what was entrusted to one person (§ 65 SGB VIII), nor who reported.
    """
    case = reading.read(db, case_id, "timeline", actor=actor, at=now)
    instant = as_of or now
    signatures = [one for of_entry in queries.signatures_of(db, case, instant).values() for one in of_entry]
    return moments(queries.reports_of(db, case), queries.entries_of(db, case, instant), signatures, instant)


@router.get(
    ONE + "/court-file",
    response_class=Response,
    responses=documents.DOCUMENT,
    summary="Gefährdungsakte für das Familiengericht",
)
@needs(Permission.PROTECTION_WORK)
def print_court_file(case_id: Id, db: Db, actor: CurrentActor, now: Now) -> Response:
    """The whole file as one document for the family court (§ 8a Abs. 2 SGB VIII, § 50 SGB VIII): who, what was told,
    what was found and done, who stands behind it, corrections beside what they put right.

    Left out, and said to be: who reported and what was entrusted to one person (§ 65 SGB VIII). Each making is logged
    with the document's SHA-256.
    """
    return documents.answer(*paper.print_court_file(db, case_id, actor=actor, at=now))
