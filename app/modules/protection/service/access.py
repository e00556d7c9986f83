"""Reading in an emergency, and what was entrusted to one professional."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.db import found
from app.core.ids import new_id
from app.core.problems import FieldError, Invalid
from app.core.sealing import Sealer
from app.law.protection_steps import EMERGENCY_READING, EMERGENCY_REVIEW
from app.modules.protection import queries
from app.modules.protection.codes import Duty, ReleaseGround
from app.modules.protection.errors import AlreadyReviewed
from app.modules.protection.models import ConfidentialNote, ConfidentialRelease, EmergencyAccess, EndangermentCase
from app.modules.protection.schemas.access import ConfidentialNoteCreate, ConfidentialReleaseCreate
from app.modules.protection.service import duties, reading
from app.modules.safeguarding import AlarmCode
from app.policy import Actor, Role

SUBJECT, SEALED = "emergency_access", "confidential_note"
outbox.announce(emergency_access__opened="Notzugriff auf einen Gefährdungsfall")


def open_emergency(db: Session, case_id: UUID, reason: str, *, actor: Actor, at: datetime) -> EmergencyAccess:
    """Let somebody read a case they are not involved in, for an hour; data-protection officer and line hear of it.

    Raises:
        NotFound: no such case in the office, or the actor is excluded from it.

    Source: access matrix of the facts (section 9, rule 7).
    """
    case = found(db.scalar(queries.of_office(actor).where(EndangermentCase.id == case_id)))
    access = EmergencyAccess(
        youth_office_id=case.youth_office_id,
        case_id=case.id,
        number=case.number,
        account_id=actor.id,
        reason=reason,
        opened_at=at,
        ends_at=at + EMERGENCY_READING,
    )
    db.add(access)
    db.flush()
    reading.note(db, case, "endangerment_case.open_emergency", actor=actor, at=at, access_id=str(access.id))
    outbox.emit(
        db,
        "emergency_access.opened",
        tenant_id=case.youth_office_id,
        subject_kind=SUBJECT,
        subject_id=access.id,
        audience=[case.youth_office_id],
        actor=actor,
        at=at,
        data={"number": case.number},
    )
    duties.call_roles(
        db, case, AlarmCode.EMERGENCY_READING, (Role.DATA_PROTECTION_OFFICER, Role.TEAM_LEAD), actor=actor, at=at
    )
    duties.start(db, case, Duty.EMERGENCY_REVIEW, EMERGENCY_REVIEW, at, subject=(SUBJECT, access.id))
    return access


def review_emergency(db: Session, access_id: UUID, finding: str, *, actor: Actor, at: datetime) -> EmergencyAccess:
    """The data-protection officer looks at a break-glass access, once.

    Raises:
        NotFound: no such access in the office.
        AlreadyReviewed: it was looked at.
    """
    access = queries.get_access(db, access_id, actor, lock=True)
    if access.reviewed_at is not None:
        raise AlreadyReviewed
    access.reviewed_at, access.reviewed_by, access.finding = at, actor.id, finding
    db.flush()
    duties.meet(db, access.id, (Duty.EMERGENCY_REVIEW,), by=actor.id, at=at)
    audit.record(
        db,
        tenant_id=access.youth_office_id,
        actor=actor,
        action="emergency_access.review",
        subject_kind=SUBJECT,
        subject_id=access.id,
        at=at,
        law="Art. 39 DSGVO",
    )
    return access


def entrust(
    db: Session, case_id: UUID, body: ConfidentialNoteCreate, sealer: Sealer, *, actor: Actor, at: datetime
) -> ConfidentialNote:
    """Keep what was entrusted to the actor, sealed; nobody inherits it with the case.

    Law: § 65 Abs. 1 SGB VIII.
    """
    case = queries.get_case(db, case_id, actor, read=True)
    note_id = new_id()
    note = ConfidentialNote(
        id=note_id,
        youth_office_id=case.youth_office_id,
        case_id=case.id,
        owner_id=actor.id,
        entrusted_by=body.entrusted_by,
        shows_danger=body.shows_danger,
        sealed_content=sealer.seal(body.content, f"{SEALED}:{note_id}"),
        created_at=at,
    )
    db.add(note)
    db.flush()
    reading.note(db, case, "endangerment_case.entrust", actor=actor, at=at, note_id=str(note.id))
    return note


def read_note(
    db: Session, note_id: UUID, sealer: Sealer, *, actor: Actor, at: datetime
) -> tuple[ConfidentialNote, str]:
    """What was entrusted, for whom it was told or who got it from them; the reading is written down.

    Raises:
        NotFound: no such note, or it was not told to the actor.
    """
    note, case = _note(db, note_id, actor)
    reading.note(db, case, "endangerment_case.read_entrusted", actor=actor, at=at, note_id=str(note.id))
    return note, unsealed(note, sealer)


def release(
    db: Session, note_id: UUID, body: ConfidentialReleaseCreate, *, actor: Actor, at: datetime
) -> ConfidentialRelease:
    """Pass on what was entrusted; only the one it was entrusted to does, on a ground of the law.

    Raises:
        NotFound: no such note, or it was entrusted to somebody else.
        Invalid: nobody or two named; a successor gets only what shows danger to a child.
    """
    note, case = _note(db, note_id, actor)
    found(note if note.owner_id == actor.id else None)
    faults = []
    if (body.to_account_id is None) is (body.recipient is None):
        faults.append(FieldError("/recipient", "one", "Eine Person, innen oder außen.", "One, inside or outside."))
    if body.ground is ReleaseGround.SUCCESSOR and not note.shows_danger:
        de, en = "Ohne Anhaltspunkte für eine Gefährdung bleibt es bei dir.", "Without signs of danger it stays."
        faults.append(FieldError("/ground", "no_danger", de, en))
    if body.to_account_id and not queries.roles_at_work(db, case.youth_office_id, [body.to_account_id]):
        faults.append(FieldError("/to_account_id", "unknown", "Niemand, der hier Fälle bearbeitet.", "Nobody here."))
    if faults:
        raise Invalid(errors=faults)
    made = ConfidentialRelease(
        youth_office_id=note.youth_office_id, note_id=note.id, released_at=at, **body.model_dump(mode="python")
    )
    db.add(made)
    db.flush()
    reading.note(
        db, case, "endangerment_case.release_entrusted", actor=actor, at=at, note_id=str(note.id), ground=body.ground
    )
    return made


def unsealed(note: ConfidentialNote, sealer: Sealer) -> str:
    """What was entrusted; who reads it is written down by the caller."""
    return sealer.open(note.sealed_content, f"{SEALED}:{note.id}")


def _note(db: Session, note_id: UUID, actor: Actor) -> tuple[ConfidentialNote, EndangermentCase]:
    case = queries.get_case(db, queries.case_of_note(db, note_id), actor)
    mine = {note.id: note for note in queries.notes_of(db, case, actor)}
    return found(mine.get(note_id)), case
