"""Acting on standards."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import CONSTRAINT_TEXTS, check_version
from app.core.patching import apply
from app.core.problems import Conflict, NotFound
from app.modules.standards import queries
from app.modules.standards.models import Standard, StandardAdoption
from app.modules.standards.schemas import StandardCreate, StandardPatch
from app.policy import Actor

_OPTIONAL = {"quality_area", "threshold", "indicator", "target", "evidence"}


def create_standard(db: Session, body: StandardCreate, *, actor: Actor, at: datetime) -> Standard:
    """Write a standard of the own youth office.

    Raises:
        Conflict: the office has a standard with this code.
    """
    standard = Standard(**body.model_dump(), youth_office_id=actor.organisation_id, created_at=at, changed_at=at)
    db.add(standard)
    db.flush()
    _record(db, standard, "standard.create", actor, at)
    return standard


def change_standard(
    db: Session, standard_id: UUID, patch: StandardPatch, expected: int, *, actor: Actor, at: datetime
) -> Standard:
    """Change a standard that neither an agreement nor a handbook has adopted yet.

    Raises:
        Conflict: it is adopted; write a new one instead.
    """
    standard = queries.get_standard(db, standard_id, actor)
    if standard.youth_office_id != actor.organisation_id:
        raise NotFound
    check_version(standard, expected)
    if db.scalar(select(StandardAdoption.standard_id).where(StandardAdoption.standard_id == standard.id).limit(1)):
        raise Conflict(reason=CONSTRAINT_TEXTS["standard_adopted"])
    if not apply(standard, patch.model_dump(exclude_unset=True), nullable=_OPTIONAL):
        return standard
    standard.changed_at = at
    db.flush()
    _record(db, standard, "standard.change", actor, at)
    return standard


def adopt(db: Session, standard_ids: Collection[UUID], version_id: UUID, *, at: datetime) -> None:
    """A text offered for signature, or a released handbook, contains these standards: they do not change any more.

    Args:
        version_id: the version of the agreement or of the handbook.
    """
    if standard_ids:
        rows = [{"standard_id": id_, "adopted_by": version_id, "adopted_at": at} for id_ in standard_ids]
        db.execute(insert(StandardAdoption).on_conflict_do_nothing(), rows)


def _record(db: Session, standard: Standard, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=standard.youth_office_id,
        actor=actor,
        action=action,
        subject_kind="standard",
        subject_id=standard.id,
        at=at,
        details={"code": standard.code, "version": standard.version},
    )
