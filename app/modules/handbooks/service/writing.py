"""Writing a handbook: the handbook itself, its drafts and their text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.mergepatch import merge_patch
from app.core.patching import apply
from app.core.problems import FieldError, Invalid
from app.core.validation import invalid
from app.modules import standards
from app.modules.handbooks import queries
from app.modules.handbooks.content import HandbookContent, content_of, dangling, document_of, hash_of
from app.modules.handbooks.errors import HandbookDraftExists, HandbookTextFixed
from app.modules.handbooks.models import Handbook, HandbookState, HandbookVersion
from app.modules.handbooks.schemas import (
    HandbookCreate,
    HandbookMinimumStandardOut,
    HandbookPatch,
    HandbookVersionCreate,
    HandbookVersionPatch,
)
from app.modules.handbooks.workflow import VERSION
from app.policy import Actor


def create_handbook(db: Session, body: HandbookCreate, *, actor: Actor, at: datetime) -> Handbook:
    """Begin a handbook of the own youth office.

    Raises:
        Conflict: the office has one with this code.
    """
    handbook = Handbook(**body.model_dump(), youth_office_id=actor.organisation_id, created_at=at, changed_at=at)
    db.add(handbook)
    db.flush()
    _record(db, handbook, "handbook.create", actor, at)
    return handbook


def change_handbook(
    db: Session, handbook_id: UUID, patch: HandbookPatch, expected: int, *, actor: Actor, at: datetime
) -> Handbook:
    """Change the title, or whether providers may read it (merge patch)."""
    handbook = queries.get_handbook(db, handbook_id, actor, lock=True)
    check_version(handbook, expected)
    if not apply(handbook, patch.model_dump(exclude_unset=True)):
        return handbook
    handbook.changed_at = at
    db.flush()
    _record(db, handbook, "handbook.change", actor, at)
    return handbook


def begin_version(
    db: Session, handbook_id: UUID, body: HandbookVersionCreate, *, actor: Actor, at: datetime
) -> HandbookVersion:
    """Begin the next version as a copy of the last released one, with the given parts in place of its own.

    Raises:
        HandbookDraftExists: a version is being worked on.
        Invalid: the text names what does not exist, with pointers.
    """
    handbook = queries.get_handbook(db, handbook_id, actor, lock=True)
    if (number := queries.draft_of(db, handbook)) is not None:
        raise HandbookDraftExists(number=number)
    base = queries.last_released(db, handbook)
    handbook.latest_number += 1
    handbook.changed_at = at
    version = HandbookVersion(
        handbook=handbook,
        youth_office_id=handbook.youth_office_id,
        number=handbook.latest_number,
        change_note=body.change_note,
    )
    with db.no_autoflush:
        _write(db, version, base.content if base else None, body)
        VERSION.begin(db, version, actor=actor, at=at, content_hash=version.content_hash)
    return version


def change_version(
    db: Session,
    handbook_id: UUID,
    number: int,
    patch: HandbookVersionPatch,
    expected: int,
    *,
    actor: Actor,
    at: datetime,
) -> HandbookVersion:
    """Change the text of a draft (merge patch, part by part).

    Raises:
        HandbookTextFixed: the version is in consultation, released or withdrawn.
        Invalid: the text names what does not exist, with pointers.
    """
    queries.get_handbook(db, handbook_id, actor, lock=True)
    version = queries.get_version(db, handbook_id, number, actor)
    check_version(version, expected)
    if version.state is not HandbookState.DRAFT:
        raise HandbookTextFixed(state=version.state.value)
    before = version.content_hash
    _write(db, version, version.content, patch)
    noted = apply(version, patch.model_dump(include={"change_note"}, exclude_unset=True), nullable={"change_note"})
    if version.content_hash == before and not noted:
        return version
    version.changed_at = at
    db.flush()
    audit.record(
        db,
        tenant_id=version.tenant_id,
        actor=actor,
        action="handbook_version.change",
        subject_kind=VERSION.name,
        subject_id=version.id,
        at=at,
        details={"content_hash": version.content_hash, "version": version.version},
    )
    return version


def minimum_standards(db: Session, version: HandbookVersion) -> list[HandbookMinimumStandardOut]:
    """The minimum standards of a version in the order of its text; one statement."""
    known = standards.standards_by_id(db, version.standard_ids, version.youth_office_id)
    shown = HandbookMinimumStandardOut.model_fields.keys() - {"standard_id", "process_keys", "expectation_keys"}
    return [
        HandbookMinimumStandardOut(
            **named, **{name: getattr(known[UUID(named["standard_id"])], name) for name in shown}
        )
        for named in version.content["minimum_standards"]
        if UUID(named["standard_id"]) in known
    ]


def _write(db: Session, version: HandbookVersion, known: Mapping[str, Any] | None, patch: HandbookVersionPatch) -> None:
    """Put the text together, check what it names, and name it by its hash."""
    changes = patch.model_dump(mode="json", exclude_unset=True, exclude={"change_note"})
    merged = merge_patch(content_of(known) if known else {}, changes)
    try:
        content = HandbookContent.model_validate(merged)
    except ValidationError as error:
        raise invalid(error, merged) from None
    faults = dangling(content) + _unknown_standards(db, version.youth_office_id, content)
    if faults:
        raise Invalid(errors=faults[:100])
    handbook = version.handbook
    version.content = document_of(handbook.youth_office_id, handbook.code, version.number, content)
    version.content_hash = hash_of(version.content)


def _unknown_standards(db: Session, youth_office_id: UUID, content: HandbookContent) -> list[FieldError]:
    """Minimum standards are the office's own, and readable for all who shall keep them."""
    known = standards.standards_by_id(db, [item.standard_id for item in content.minimum_standards], youth_office_id)
    faults = []
    for place, item in enumerate(content.minimum_standards):
        pointer, standard = f"/minimum_standards/{place}/standard_id", known.get(item.standard_id)
        if standard is None:
            faults.append(
                FieldError(pointer, "unknown", "Diesen Standard gibt es nicht.", "There is no such standard.")
            )
        elif not standard.is_shared:
            de, en = "Ein Mindeststandard muss für alle lesbar sein (is_shared).", "It must be readable for all."
            faults.append(FieldError(pointer, "not_shared", de, en))
    return faults


def _record(db: Session, handbook: Handbook, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=handbook.youth_office_id,
        actor=actor,
        action=action,
        subject_kind="handbook",
        subject_id=handbook.id,
        at=at,
        details={"code": handbook.code, "is_shared": handbook.is_shared, "version": handbook.version},
    )
