"""`/v1/endangerment-reports`, `/v1/endangerment-cases` and `/v1/custody-measures`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.protection import queries
from app.modules.protection.codes import Duty
from app.modules.protection.models import (
    CustodyMeasure,
    EndangermentCase,
    EndangermentReport,
    ProtectionEntry,
    ProtectionSignature,
)
from app.modules.protection.schemas.actions import CaseAction
from app.modules.protection.schemas.custody import CustodyAction, CustodyOut
from app.modules.protection.schemas.file import FileEntry
from app.modules.protection.schemas.intake import (
    CaseOut,
    CaseQuery,
    CaseSummary,
    ChildOut,
    DutyOut,
    EntryOut,
    EntryReceipt,
    ProtectionMissingOut,
    ProtectionReportOut,
    ProtectionSignatureOut,
    ReporterOut,
    ReportIn,
    ReportReceipt,
)
from app.modules.protection.service import assessing, custodies, filing, intake, reading, steps
from app.modules.protection.service.writing import Act
from app.modules.protection.workflow import CASE, CUSTODY
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["protection"])
CASES = "/endangerment-cases"
ONE = CASES + "/{case_id}"


def _out(db: Session, case: EndangermentCase, actor: Actor) -> CaseOut:
    known = {name: getattr(case, name) for name in CaseOut.model_fields if hasattr(case, name)}
    return CaseOut(
        **known,
        children=[ChildOut.model_validate(child) for child in queries.children_of(db, case)],
        duties=duties_out(db, case.id),
        allowed_actions=CASE.allowed(case, actor),
    )


def duties_out(db: Session, subject_id: UUID) -> list[DutyOut]:
    """What must be done until when, about a case or what belongs to it."""
    return [
        DutyOut(
            kind=deadline.kind,
            title=Duty(deadline.kind).title_de,
            started_at=deadline.started_at,
            due_at=deadline.due_at,
            met_at=deadline.met_at,
            level=level,
            source=deadline.source,
        )
        for deadline, level in queries.duties_of(db, [subject_id])
    ]


def _custody(db: Session, custody: CustodyMeasure, actor: Actor) -> CustodyOut:
    known = {name: getattr(custody, name) for name in CustodyOut.model_fields if hasattr(custody, name)}
    return CustodyOut(**known, duties=duties_out(db, custody.id), allowed_actions=CUSTODY.allowed(custody, actor))


def _entry(entry: ProtectionEntry, signatures: list[ProtectionSignature]) -> EntryOut:
    known = {name: getattr(entry, name) for name in EntryOut.model_fields if hasattr(entry, name)}
    signed = [ProtectionSignatureOut.model_validate(one) for one in signatures]
    return EntryOut(**known, title=entry.kind.title_de, signatures=signed)


def _report(report: EndangermentReport) -> ProtectionReportOut:
    known = {name: getattr(report, name) for name in ProtectionReportOut.model_fields if hasattr(report, name)}
    return ProtectionReportOut(**known, has_identity=report.sealed_identity is not None)


@router.post(
    "/endangerment-reports",
    status_code=201,
    openapi_extra={"responses": {"404": {"$ref": "#/components/responses/Problem404"}}},
    summary="Gefährdungsmeldung aufnehmen",
)
@needs(Permission.PROTECTION_INTAKE)
def receive_report(body: ReportIn, db: Db, actor: CurrentActor, now: Now, kernel: Process) -> ReportReceipt:
    """Write down what somebody told, also orally or anonymously (§ 8a Abs. 1 SGB VIII; § 4 Abs. 3, § 5 KKG).

    It opens a case, or joins the open one it names; of one that ended it begins a new procedure that names the
    earlier. Team lead and caseworkers are called at once, on-call staff where the office is closed; the first check
    by two professionals is due by urgency, reckoned from the receipt. Who told it is sealed. A provider notifies by
    itself (`/v1/jugendamt-notifications`): its case opens with the notification.
    """
    report = intake.receive(db, body, kernel.sealer, actor=actor, at=now)
    return ReportReceipt(id=report.id, case_id=report.case_id, received_at=report.received_at)


@router.get(CASES, summary="Gefährdungsfälle suchen")
@needs(Permission.PROTECTION_READ)
def list_endangerment_cases(
    query: Annotated[CaseQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[CaseSummary]:
    """The cases of which the caller may know, most urgent first; nothing of what was told (§ 35 SGB I)."""
    rows, following, total = queries.list_cases(db, query, actor)
    return page_of([CaseSummary.model_validate(row) for row in rows], following, total, query)


@router.get(ONE, summary="Gefährdungsfall lesen")
@needs(Permission.PROTECTION_READ)
def get_endangerment_case(case_id: Id, db: Db, actor: CurrentActor, now: Now) -> CaseOut:
    """Where a case stands, who works on it, what is due; every reading is logged (§ 35 SGB I)."""
    return _out(db, reading.read(db, case_id, "state", actor=actor, at=now, file=False), actor)


@router.post(ONE + "/transitions", summary="Schritt im Gefährdungsfall")
@needs(Permission.PROTECTION_READ)
def move_endangerment_case(
    case_id: Id, body: CaseAction, db: Db, actor: CurrentActor, now: Now, expected: Expected, kernel: Process
) -> CaseOut:
    """Take a step (§ 8a SGB VIII); what it says becomes an entry of the file, which nobody changes any more.

    What two professionals must stand behind, one proposes and another confirms; the database refuses one person for
    both. Deadlines end by the act itself only.
    """
    return _out(db, steps.move(db, case_id, body, expected, kernel.sealer, actor=actor, at=now), actor)


@router.get(ONE + "/transitions", summary="Verlauf des Gefährdungsfalls")
@needs(Permission.PROTECTION_READ)
def list_endangerment_case_transitions(case_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_case(db, case_id, actor).id)


@router.get(ONE + "/reports", summary="Meldungen zum Gefährdungsfall")
@needs(Permission.PROTECTION_READ)
def list_endangerment_reports(case_id: Id, db: Db, actor: CurrentActor, now: Now) -> list[ProtectionReportOut]:
    """What was told, in the reporters' words, oldest first; who told it lies sealed. The reading is logged."""
    case = reading.read(db, case_id, "reports", actor=actor, at=now)
    return [_report(report) for report in queries.reports_of(db, case)]


@router.get(ONE + "/reports/{endangerment_report_id}/reporter", summary="Meldende Person lesen")
@needs(Permission.PROTECTION_READ)
def get_reporter(
    case_id: Id, endangerment_report_id: Id, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> ReporterOut:
    """Who reported; only for whoever works on the case, and every reading is logged (§ 65 SGB VIII)."""
    identity = reading.reporter_of(db, case_id, endangerment_report_id, kernel.sealer, actor=actor, at=now)
    return ReporterOut(identity=identity)


@router.get(ONE + "/entries", summary="Einträge der Gefährdungsakte")
@needs(Permission.PROTECTION_READ)
def list_protection_entries(case_id: Id, db: Db, actor: CurrentActor, now: Now) -> list[EntryOut]:
    """What was written down, in the order of writing, with who stands behind it; the reading is logged."""
    case = reading.read(db, case_id, "entries", actor=actor, at=now)
    signed = queries.signatures_of(db, case)
    return [_entry(entry, signed.get(entry.id, [])) for entry in queries.entries_of(db, case)]


@router.post(ONE + "/entries", status_code=201, summary="Eintrag in die Gefährdungsakte")
@needs(Permission.PROTECTION_WORK)
def add_protection_entry(
    case_id: Id, body: FileEntry, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> EntryReceipt:
    """Write down what is no step of the case; `kind` says what: a note, involvement of child and parents, an offer of
    help, police or health service called in (§ 8a Abs. 3 SGB VIII), feedback to the reporter (§ 4 Abs. 4 KKG,
    § 64 Abs. 4 SGB VIII; a provider reads it in its own notification), a correction that stands beside the entry it
    puts right.
    """
    entry = filing.add(db, case_id, body, kernel.sealer, actor=actor, at=now)
    return EntryReceipt.model_validate(entry)


@router.get(ONE + "/missing", summary="Was zum Abschluss fehlt")
@needs(Permission.PROTECTION_READ)
def list_missing_for_closing(
    case_id: Id, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> list[ProtectionMissingOut]:
    """What must be there before the procedure ends, each with its place (§ 8a SGB VIII; § 79a)."""
    case = reading.read(db, case_id, "missing", actor=actor, at=now)
    gaps = assessing.gaps_of(Act(db, case, None, actor, now, kernel.sealer))
    return [ProtectionMissingOut(pointer=gap.pointer, code=gap.code, detail=gap.de) for gap in gaps]


@router.get(ONE + "/custody-measures", summary="Inobhutnahmen im Gefährdungsfall")
@needs(Permission.PROTECTION_READ)
def list_custody_measures(case_id: Id, db: Db, actor: CurrentActor, now: Now) -> list[CustodyOut]:
    """The children of the case who are or were in care (§ 42 SGB VIII); the reading is logged."""
    case = reading.read(db, case_id, "custody", actor=actor, at=now)
    return [_custody(db, custody, actor) for custody in queries.custodies_of(db, case)]


@router.get("/custody-measures/{custody_id}", summary="Inobhutnahme lesen")
@needs(Permission.PROTECTION_READ)
def get_custody_measure(custody_id: Id, db: Db, actor: CurrentActor, now: Now) -> CustodyOut:
    """One Inobhutnahme with its deadlines (§ 42 SGB VIII); the reading is logged."""
    custody, case = queries.get_custody(db, custody_id, actor, at=now)
    reading.note(db, case, "endangerment_case.read_custody", actor=actor, at=now, custody_id=str(custody.id))
    return _custody(db, custody, actor)


@router.post("/custody-measures/{custody_id}/transitions", summary="Schritt in der Inobhutnahme")
@needs(Permission.PROTECTION_WORK)
def move_custody_measure(
    custody_id: Id, body: CustodyAction, db: Db, actor: CurrentActor, now: Now, expected: Expected, kernel: Process
) -> CustodyOut:
    """Tell child and parents, note an objection, call the court, end it (§ 42 SGB VIII).

    Parents who cannot be reached are as parents who object. A deprivation of liberty ends with the next day where no
    court allowed it: the deadline calls, the end itself somebody must enter.
    """
    return _custody(db, custodies.move(db, custody_id, body, expected, kernel.sealer, actor=actor, at=now), actor)


@router.get("/custody-measures/{custody_id}/transitions", summary="Verlauf der Inobhutnahme")
@needs(Permission.PROTECTION_READ)
def list_custody_measure_transitions(custody_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_custody(db, custody_id, actor)[0].id)
