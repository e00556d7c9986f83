"""A case goes to the youth office that has become competent; the former one answers for it until that office takes it.

Law: SGB VIII § 8a Abs. 6 (the data needed for the assessment, in a conversation in which parents and children take part
unless that endangers the protection), § 65 Abs. 1 Satz 1 Nr. 3 (what was entrusted), § 86c Abs. 1 (no gap).

For the receiving office the data are a report like any other: with their arrival a case is open there, somebody is
called and the first check is due, whether or not it takes the case over in the end.

Assumption: while a child is in care, the case stays with the office that took it into care (§ 87 SGB VIII).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.ids import new_id
from app.core.problems import FieldError, Invalid
from app.core.sealing import Sealer
from app.core.work import by_the_service
from app.law.calendars import end_of_day, legal_date
from app.law.protection_steps import HANDOVER, HANDOVER_ACCEPTED, HANDOVER_ACUTE
from app.modules import organisations
from app.modules.protection import faults, queries, rules
from app.modules.protection.codes import Channel, CustodyState, Duty, ReleaseGround, ReporterKind
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.errors import CustodyRunning
from app.modules.protection.models import (
    ConfidentialNote,
    ConfidentialRelease,
    EndangermentReport,
    ProtectionEntry,
    ProtectionTransfer,
)
from app.modules.protection.schemas.transfers import (
    Dossier,
    DossierChild,
    DossierEntrusted,
    DossierEntry,
    TransferAction,
)
from app.modules.protection.service import access, duties, intake, reading
from app.modules.protection.service.writing import Act, write
from app.modules.protection.workflow import CASE, TRANSFER
from app.modules.safeguarding import AlarmCode
from app.policy import SYSTEM, Actor, OrganisationKind, Role

SEALED = "endangerment_report:dossier"
_ANSWERS = frozenset({"accept", "reject"})
_ALL = (Duty.HANDOVER, Duty.HANDOVER_SENT, Duty.HANDOVER_ACCEPTED)


def check(act: Act) -> dict[str, Any]:
    """The other office exists.

    Raises:
        Invalid: no such youth office.
    """
    wanted = act.body.receiving_office_id
    office = organisations.organisations_by_id(act.db, [wanted]).get(wanted)
    if office is None or office.kind is not OrganisationKind.YOUTH_OFFICE or wanted == act.case.youth_office_id:
        de, en = "Dieses Jugendamt gibt es nicht.", "There is no such youth office."
        raise Invalid.field("/receiving_office_id", "unknown", de, en)
    return {"receiving_office_id": str(wanted)}


def prepare(act: Act) -> None:
    """The time runs from when the competence of the other office is known: by telephone at once where it is acute."""
    transfer = ProtectionTransfer(
        id=new_id(),
        youth_office_id=act.case.youth_office_id,
        receiving_office_id=act.body.receiving_office_id,
        case_id=act.case.id,
        number=act.case.number,
        reason=act.body.reason,
        is_acute=act.body.is_acute,
    )
    TRANSFER.begin(act.db, transfer, actor=act.actor, at=act.at)
    write(act, K.TRANSFER_STEP, step="prepare", transfer_id=str(transfer.id))
    subject = (TRANSFER.name, transfer.id)
    since = act.happened_at
    period = HANDOVER_ACUTE if transfer.is_acute else HANDOVER
    duties.start(act.db, act.case, Duty.HANDOVER, period, since, subject=subject)
    if transfer.is_acute:
        today = end_of_day(legal_date(since))
        duties.start(act.db, act.case, Duty.HANDOVER_SENT, HANDOVER_ACUTE, since, subject=subject, due=today)


def move(
    db: Session,
    transfer_id: UUID,
    body: TransferAction,
    expected: int,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> ProtectionTransfer:
    """Take a step of a transfer, at either office.

    Raises:
        NotFound, StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: a fault of form, with pointers.
        CustodyRunning: a child is in care.
    """
    seen = queries.get_transfer(db, transfer_id, actor)
    with by_the_service(db):  # the receiving office takes its step on the former one's case
        case = queries.lock_case(db, seen.case_id)
        db.refresh(seen, with_for_update=True)
    check_version(seen, expected)
    TRANSFER.check(seen, body.action, actor=actor, at=at)
    act = Act(db, case, body, actor, at, sealer)
    if found := rules.faults_of_step(body, at):
        raise Invalid(errors=found)
    with by_the_service(db):
        _STEPS[body.action](act, seen)
        if body.action in _ANSWERS:
            seen.answered_at, seen.rejection = at, getattr(body, "reason", None)
        TRANSFER.fire(db, seen, body.action, actor=actor, at=at)
        db.flush()
    return seen


def dossier_of(
    db: Session, case_id: UUID, report_id: UUID, sealer: Sealer, *, actor: Actor, at: datetime
) -> Dossier | None:
    """What another office passed on, for whoever works on the case; the reading is written down.

    Raises:
        NotFound: no such report, or the actor does not work on the case.
    """
    case, report = reading.working_on(db, case_id, report_id, actor=actor)
    reading.note(db, case, "endangerment_case.read_dossier", actor=actor, at=at, report_id=str(report_id))
    if report.sealed_dossier is None:
        return None
    return Dossier.model_validate_json(sealer.open(report.sealed_dossier, f"{SEALED}:{report.id}"))


def _announce(act: Act, transfer: ProtectionTransfer) -> None:
    transfer.told_at = act.happened_at
    _write(act, transfer)
    if transfer.is_acute:
        _meet(act, transfer, Duty.HANDOVER)


def _send(act: Act, transfer: ProtectionTransfer) -> None:
    """Data leave, limited to what the sender names; the receiving office's case opens in the same transaction."""
    _nobody_in_care(act)
    entries, notes = _chosen(act)
    children = list(queries.children_of(act.db, act.case))
    dossier = Dossier(
        youth_office_id=act.case.youth_office_id,
        number=act.case.number,
        identity=act.body.identity,
        children=[DossierChild.model_validate(child) for child in children],
        entries=[
            DossierEntry(
                title=entry.kind.title_de,
                happened_at=entry.happened_at,
                recorded_at=entry.recorded_at,
                content=entry.content,
            )
            for entry in entries
        ],
        entrusted=[
            DossierEntrusted(entrusted_by=note.entrusted_by, content=access.unsealed(note, act.sealer))
            for note in notes
        ],
    )
    report = EndangermentReport(
        id=new_id(),
        youth_office_id=transfer.receiving_office_id,
        reporter=ReporterKind.YOUTH_OFFICE,
        channel=Channel.PORTAL,
        content=act.body.summary,
        whereabouts=act.body.new_residence,
        urgency_claim=act.case.urgency,
        is_acute=transfer.is_acute,
        received_at=act.at,
        recorded_at=act.at,
        recorded_by=act.actor.id,
        is_late_entry=False,
        procedure_explained=False,
        wants_feedback=False,
    )
    report.sealed_dossier = act.sealer.seal(dossier.model_dump_json(), f"{SEALED}:{report.id}")
    opened = intake.receive_transfer(act.db, report, children, at=act.at)
    for note in notes:
        _release(act, transfer, note)
    transfer.receiving_case_id, transfer.sent_at = opened.id, act.at
    _write(act, transfer)
    _meet(act, transfer, Duty.HANDOVER_SENT)
    duties.start(
        act.db, act.case, Duty.HANDOVER_ACCEPTED, HANDOVER_ACCEPTED, act.at, subject=(TRANSFER.name, transfer.id)
    )


def _discuss(act: Act, transfer: ProtectionTransfer) -> None:
    if found := faults.of_involvement(act.body, ("family",), suffix=""):
        raise Invalid(errors=found)
    transfer.discussed_at = act.happened_at
    _write(act, transfer)
    _meet(act, transfer, Duty.HANDOVER)


def _accept(act: Act, transfer: ProtectionTransfer) -> None:
    """From now on the receiving office answers for the child; what was due here is done, feedback is not."""
    _nobody_in_care(act)
    _write(act, transfer)
    _meet(act, transfer, *_ALL)
    CASE.fire(act.db, act.case, "transfer", actor=SYSTEM, at=act.at, transfer_id=str(transfer.id))
    duties.meet(act.db, act.case.id, tuple(Duty), by=SYSTEM.id, at=act.at)
    for child in queries.children_of(act.db, act.case):
        if child.result is not None and child.closed_at is None:
            child.closed_at = act.at
    duties.start_feedback(act.db, act.case, act.at)


def _reject(act: Act, transfer: ProtectionTransfer) -> None:
    """The former office goes on; its people hear of it at once. What was received there stays in its file."""
    _write(act, transfer)
    _meet(act, transfer, *_ALL)
    there = queries.lock_case(act.db, transfer.receiving_case_id)
    if there.state in rules.OPEN:
        CASE.fire(act.db, there, "give_back", actor=SYSTEM, at=act.at, transfer_id=str(transfer.id))
        duties.meet(act.db, there.id, tuple(Duty), by=act.actor.id, at=act.at)
    duties.call_now(act.db, act.case, AlarmCode.NOT_ACCEPTED, (Role.TEAM_LEAD,), actor=SYSTEM, at=act.at)


def _withdraw(act: Act, transfer: ProtectionTransfer) -> None:
    _write(act, transfer)
    _meet(act, transfer, *_ALL)


_STEPS: dict[str, Callable[[Act, ProtectionTransfer], None]] = {
    "announce": _announce,
    "send": _send,
    "discuss": _discuss,
    "accept": _accept,
    "reject": _reject,
    "withdraw": _withdraw,
}


def _write(act: Act, transfer: ProtectionTransfer) -> None:
    write(act, K.TRANSFER_STEP, step=act.body.action, transfer_id=str(transfer.id))


def _meet(act: Act, transfer: ProtectionTransfer, *done: Duty) -> None:
    duties.meet(act.db, transfer.id, done, by=act.actor.id, at=act.at)


def _nobody_in_care(act: Act) -> None:
    if any(one.state is not CustodyState.ENDED for one in queries.custodies_of(act.db, act.case)):
        raise CustodyRunning


def _chosen(act: Act) -> tuple[list[ProtectionEntry], list[ConfidentialNote]]:
    """The entries and entrusted notes named; of what was entrusted only what the sender holds and what shows danger."""
    found = []
    entries = {entry.id: entry for entry in queries.entries_of(act.db, act.case)}
    for place, entry_id in enumerate(act.body.entry_ids):
        if entry_id not in entries:
            de, en = "Diesen Eintrag gibt es hier nicht.", "There is no such entry here."
            found.append(FieldError(f"/entry_ids/{place}", "unknown", de, en))
    notes = {note.id: note for note in queries.notes_of(act.db, act.case, act.actor) if note.owner_id == act.actor.id}
    for place, note_id in enumerate(act.body.note_ids):
        if note_id not in notes:
            de, en = "Das wurde nicht dir anvertraut.", "This was not entrusted to you."
            found.append(FieldError(f"/note_ids/{place}", "unknown", de, en))
        elif not notes[note_id].shows_danger:
            de, en = "Ohne Anhaltspunkte für eine Gefährdung bleibt es bei dir.", "Without signs of danger it stays."
            found.append(FieldError(f"/note_ids/{place}", "no_danger", de, en))
    if found:
        raise Invalid(errors=found)
    return [entries[one] for one in dict.fromkeys(act.body.entry_ids)], [
        notes[one] for one in dict.fromkeys(act.body.note_ids)
    ]


def _release(act: Act, transfer: ProtectionTransfer, note: ConfidentialNote) -> None:
    ground = ReleaseGround.SUCCESSOR
    act.db.add(
        ConfidentialRelease(
            youth_office_id=note.youth_office_id,
            note_id=note.id,
            ground=ground,
            recipient=f"{transfer.number}: aufnehmendes Jugendamt",
            reason=transfer.reason,
            released_at=act.at,
        )
    )
    noted = {"note_id": str(note.id), "ground": ground}
    reading.note(act.db, act.case, "endangerment_case.release_entrusted", actor=act.actor, at=act.at, **noted)


def own_case(transfer: ProtectionTransfer, actor: Actor) -> UUID | None:
    """The case in the actor's own youth office; of the other one's nobody learns even the id."""
    return transfer.case_id if actor.organisation_id == transfer.youth_office_id else transfer.receiving_case_id
