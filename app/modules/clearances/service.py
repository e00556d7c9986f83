"""Keeping the register of § 72a: looking at certificates, asking for new ones in time, deleting in time."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import check_version
from app.core.deadlines import Deadline, Step
from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.law.calendars import end_of_day, legal_date
from app.law.clearances import delete_by, renew_by
from app.modules.clearances import queries, rules
from app.modules.clearances.models import ActivityAssessment, ClearanceCheck, ClearanceState
from app.modules.clearances.schemas import ActivityCreate, ClearanceAction, ClearanceCreate, EndActivity
from app.modules.clearances.workflow import CLEARANCE
from app.policy import SYSTEM, Actor

RENEWAL, DELETION = "clearance_renewal", "clearance_deletion"
_LEVELS = 2
outbox.announce(
    clearance_check__reminded="Führungszeugnis: neue Vorlage fällig (A-F-RENEW)",
    clearance_check__deleted="Führungszeugnis: Eintrag gelöscht (A-F-DELETE)",
)


def request(db: Session, body: ClearanceCreate, *, actor: Actor, at: datetime) -> ClearanceCheck:
    """Ask somebody for a certificate."""
    check = ClearanceCheck(**body.model_dump(mode="python"), organisation_id=actor.organisation_id)
    CLEARANCE.begin(db, check, actor=actor, at=at)
    return check


def move(
    db: Session,
    clearance_id: UUID,
    action: ClearanceAction,
    expected: int,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> ClearanceCheck:
    """Look at a certificate, or end the activity.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing: see core.workflow.
        Invalid: a certificate to come or too old, an end to come, an exclusion without a finding.

    Law: § 72a Abs. 5 SGB VIII (what may be stored, and until when).
    """
    check = queries.get_check(db, clearance_id, actor, lock=True)
    check_version(check, expected)
    if faults := rules.faults_of(action, at):
        raise Invalid(errors=faults)
    with db.no_autoflush:
        if isinstance(action, EndActivity):
            check.last_activity_on = action.last_activity_on
            check.delete_by = delete_by(action.last_activity_on) if action.last_activity_on else legal_date(at)
        else:
            check.certificate_date, check.renew_by = action.certificate_date, renew_by(action.certificate_date)
            check.inspected_by = actor.id
            check.sealed_findings = sealer.seal(json.dumps(rules.has_findings(action)), str(check.id))
        CLEARANCE.fire(db, check, action.action, actor=actor, at=at)
    deadlines.meet(db, check.id, RENEWAL, by=actor.id, at=at)
    _begin(db, check, action, at)
    return check


def _begin(db: Session, check: ClearanceCheck, action: ClearanceAction, at: datetime) -> None:
    """What time will do: ask for a new certificate, or delete; at once where the activity was never taken up."""
    if check.state is ClearanceState.INSPECTED_OK and check.renew_by is not None:
        _start(db, check, RENEWAL, end_of_day(check.renew_by), rules.steps_to(check.renew_by), at)
    elif isinstance(action, EndActivity) and check.delete_by is not None:
        due = end_of_day(check.delete_by) if action.last_activity_on else at
        _start(db, check, DELETION, due, [Step(0, due)], at)


def _start(db: Session, check: ClearanceCheck, kind: str, due: datetime, steps: list[Step], at: datetime) -> None:
    deadlines.start(
        db,
        kind=kind,
        tenant_id=check.organisation_id,
        provider_id=None,
        subject_kind=CLEARANCE.name,
        subject_id=check.id,
        started_at=at,
        due_at=due,
        steps=steps,
        source="§ 72a Abs. 5 SGB VIII" if kind == DELETION else "örtliche Vorgabe (§ 72a SGB VIII nennt keine Zahl)",
    )


def renewal_due(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """A new certificate is due in 90 days, in 30, now: the state follows, the management is told (system)."""
    check = db.get(ClearanceCheck, deadline.subject_id, with_for_update=True)
    if check is None:
        return []
    if level == 0:
        CLEARANCE.fire(db, check, "renewal_due", actor=SYSTEM, at=at)
    elif level == _LEVELS:
        CLEARANCE.fire(db, check, "expire", actor=SYSTEM, at=at)
    _tell(db, check, "reminded", at, level=level)
    return ["provider_manager"]


def deletion_due(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """The entry goes, as the law wants; the log keeps that it went, and nothing of what it said (system)."""
    del level  # there is one step only
    check = db.get(ClearanceCheck, deadline.subject_id, with_for_update=True)
    if check is None:
        return []
    _tell(db, check, "deleted", at)
    db.delete(check)
    deadline.met_at, deadline.met_by = at, SYSTEM.id
    return ["provider_manager"]


def _tell(db: Session, check: ClearanceCheck, what: str, at: datetime, **data: Any) -> None:
    name = f"{CLEARANCE.name}.{what}"
    place: dict[str, Any] = {
        "tenant_id": check.organisation_id,
        "actor": SYSTEM,
        "subject_kind": CLEARANCE.name,
        "subject_id": check.id,
        "at": at,
    }
    audit.record(db, action=name, law="§ 72a SGB VIII", details=data, **place)
    outbox.emit(db, name, audience=check.audience, data=data, **place)


def findings(check: ClearanceCheck, sealer: Sealer) -> dict[str, bool | None]:
    """The two answers of a certificate that was looked at."""
    if check.sealed_findings is None:
        return {"listed_offence": None, "other_offence": None}
    return dict(json.loads(sealer.open(check.sealed_findings, str(check.id))))


def read(db: Session, clearance_id: UUID, *, actor: Actor, at: datetime) -> ClearanceCheck:
    """One entry; the reading itself is written down."""
    check = queries.get_check(db, clearance_id, actor)
    audit.record(
        db,
        tenant_id=check.organisation_id,
        actor=actor,
        action="clearance_check.read",
        subject_kind=CLEARANCE.name,
        subject_id=check.id,
        at=at,
    )
    return check


def assess_activity(db: Session, body: ActivityCreate, *, actor: Actor, at: datetime) -> ActivityAssessment:
    """Say whether an activity of volunteers needs a certificate (§ 72a Abs. 4)."""
    assessed = ActivityAssessment(
        **body.model_dump(mode="python"), organisation_id=actor.organisation_id, created_by=actor.id, created_at=at
    )
    db.add(assessed)
    db.flush()
    return assessed
