"""Keeping the register of insoweit erfahrene Fachkräfte."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.problems import Invalid, NotFound
from app.modules import identity
from app.modules.registers import queries
from app.modules.registers.models import IsefProfile
from app.modules.registers.schemas import IsefCreate, IsefPatch
from app.policy import Actor

_MAY_BE_EMPTY = {"valid_to"}


def enter_isef(db: Session, body: IsefCreate, *, actor: Actor, at: datetime) -> IsefProfile:
    """Enter somebody who may be consulted.

    Raises:
        Invalid: the account is none of the own organisation.
    """
    if body.account_id is not None:
        try:
            identity.get_account(db, body.account_id, actor)
        except NotFound:
            de, en = "Diesen Zugang gibt es hier nicht.", "There is no such account here."
            raise Invalid.field("/account_id", "unknown", de, en) from None
    data = body.model_dump(mode="python")
    data["fields"] = [field.value for field in body.fields]
    profile = IsefProfile(**data, organisation_id=actor.organisation_id, created_at=at, changed_at=at)
    db.add(profile)
    db.flush()
    _record(db, profile, "enter", actor, at)
    return profile


def change_isef(
    db: Session, isef_id: UUID, patch: IsefPatch, expected: int, *, actor: Actor, at: datetime
) -> IsefProfile:
    """Change an entry of the own organisation; consultations that were held stay as they were."""
    profile = queries.get_own_isef(db, isef_id, actor)
    check_version(profile, expected)
    for name, value in patch.model_dump(mode="python", exclude_unset=True).items():
        if value is None and name not in _MAY_BE_EMPTY:
            raise Invalid.field(f"/{name}", "missing", "Diese Angabe kann nicht leer sein.", "This cannot be empty.")
        setattr(profile, name, [one.value for one in value] if name == "fields" else value)
    if profile.valid_to is not None and profile.valid_to < profile.valid_from:
        de, en = "Das Ende liegt vor dem Beginn.", "The end lies before the start."
        raise Invalid.field("/valid_to", "order", de, en)
    profile.changed_at = at
    db.flush()
    _record(db, profile, "change", actor, at)
    return profile


def _record(db: Session, profile: IsefProfile, verb: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=profile.organisation_id,
        actor=actor,
        action=f"isef_profile.{verb}",
        subject_kind="isef_profile",
        subject_id=profile.id,
        at=at,
        law="§ 8a Abs. 4 SGB VIII",
        details={"is_shared": profile.is_shared, "version": profile.version},
    )
