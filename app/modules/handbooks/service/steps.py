"""The steps of a version: consultation, release, withdrawal, and giving way to a newer one."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.db import check_version
from app.core.problems import FieldError, Invalid, NotFound
from app.modules import organisations, standards
from app.modules.handbooks import queries, rules
from app.modules.handbooks.models import Handbook, HandbookVersion
from app.modules.handbooks.schemas import (
    OpenHandbookConsultation,
    ReleaseHandbookVersion,
    VersionAction,
    WithdrawHandbookVersion,
)
from app.modules.handbooks.workflow import VERSION
from app.policy import Actor, OrganisationKind

CONSULTATION = "handbook_consultation"
"""The deadline that ends a consultation."""


def move_version(
    db: Session, handbook_id: UUID, number: int, action: VersionAction, expected: int, *, actor: Actor, at: datetime
) -> HandbookVersion:
    """Take a step of a version's life.

    Raises:
        Invalid: an invited organisation is no provider.
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.

    Law: SGB VIII §§ 79, 79a.
    """
    handbook = queries.get_handbook(db, handbook_id, actor, lock=True)
    version = queries.get_version(db, handbook_id, number, actor)
    check_version(version, expected)
    data = _prepare(db, version, action, actor, at)
    VERSION.fire(db, version, action.action, actor=actor, at=at, **data)
    if isinstance(action, OpenHandbookConsultation):
        _open(db, handbook, version, at)
    else:
        deadlines.meet(db, version.id, CONSULTATION, by=actor.id, at=at)
    if isinstance(action, ReleaseHandbookVersion):
        handbook.released_number, handbook.opened_at = version.number, handbook.opened_at or at
        standards.adopt(db, version.standard_ids, version.id, at=at)
        db.flush()
        retire(db, handbook, actor=actor, at=at)
    elif isinstance(action, WithdrawHandbookVersion):
        handbook.released_number = queries.newest_released(db, handbook)
    return version


def retire(db: Session, handbook: Handbook, *, actor: Actor, at: datetime) -> None:
    """Released versions give way once a newer one is in use and no district works by them any more."""
    by_itself = replace(actor, organisation_kind=None)  # the service's step, in the name of whoever caused it
    for version in queries.outdated(db, handbook):
        VERSION.fire(db, version, "supersede", actor=by_itself, at=at)


def _prepare(
    db: Session, version: HandbookVersion, action: VersionAction, actor: Actor, at: datetime
) -> dict[str, Any]:
    """What the step sets and what its conditions look at; read first, so that nothing is written before they speak."""
    if isinstance(action, OpenHandbookConsultation):
        _check_invited(db, action.invited_ids)
        version.comments_until, version.invited_ids = action.comments_until, list(action.invited_ids)
        return {"comments_until": action.comments_until.isoformat(), "invited": len(action.invited_ids)}
    if isinstance(action, ReleaseHandbookVersion):
        named = standards.standards_by_id(db, version.standard_ids, version.youth_office_id)
        unanswered = queries.open_comments(db, version)
        version.released_at, version.released_by = at, actor.id
        return {
            "content_hash": version.content_hash,
            "open_comments": unanswered,
            "unfit_standards": rules.unfit(named.values()),
        }
    if isinstance(action, WithdrawHandbookVersion):
        districts = queries.districts_using(db, version)
        version.withdrawal_reason = action.reason
        return {"districts": districts}
    return {}


def _open(db: Session, handbook: Handbook, version: HandbookVersion, at: datetime) -> None:
    """From now on providers know of the handbook, and time ends the consultation."""
    assert version.comments_until is not None  # noqa: S101  # the step has just set it
    handbook.opened_at = handbook.opened_at or at
    until = rules.end_of_consultation(version.comments_until)
    deadlines.start(
        db,
        kind=CONSULTATION,
        tenant_id=version.youth_office_id,
        provider_id=None,
        subject_kind=VERSION.name,
        subject_id=version.id,
        started_at=at,
        due_at=until,
        steps=[deadlines.Step(0, until)],
        source=f"{handbook.code}, {version.number}",
    )


def _check_invited(db: Session, invited_ids: list[UUID]) -> None:
    faults = [
        FieldError(f"/invited_ids/{place}", "unknown", "Diesen Träger gibt es nicht.", "There is no such provider.")
        for place, organisation_id in enumerate(invited_ids)
        if not _is_provider(db, organisation_id)
    ]
    if faults:
        raise Invalid(errors=faults)


def _is_provider(db: Session, organisation_id: UUID) -> bool:
    try:
        return organisations.get_organisation(db, organisation_id).kind is OrganisationKind.PROVIDER
    except NotFound:
        return False
