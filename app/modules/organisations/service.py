"""Acting on organisations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.patching import apply
from app.core.problems import NotFound
from app.modules.organisations.models import Organisation, Region
from app.modules.organisations.queries import get_organisation
from app.modules.organisations.schemas import OrganisationPatch
from app.policy import Actor, OrganisationKind


def create_organisation(
    db: Session,
    kind: OrganisationKind,
    name: str,
    land: str,
    *,
    actor: Actor,
    at: datetime,
    official_key: str | None = None,
    leitweg_id: str | None = None,
) -> Organisation:
    """Enter an organisation into the register.

    Raises:
        Conflict: one of this kind and name exists.
    """
    organisation = Organisation(
        kind=kind,
        name=name,
        land=land,
        official_key=official_key,
        leitweg_id=leitweg_id,
        created_at=at,
        changed_at=at,
    )
    db.add(organisation)
    db.flush()
    _record(db, organisation, "organisation.create", actor, at)
    return organisation


def change_organisation(
    db: Session, organisation_id: UUID, patch: OrganisationPatch, expected: int, *, actor: Actor, at: datetime
) -> Organisation:
    """Change the own organisation's entry; another's cannot be found this way."""
    if organisation_id != actor.organisation_id:
        raise NotFound
    organisation = get_organisation(db, organisation_id)
    check_version(organisation, expected)
    given = patch.model_dump(exclude_unset=True)
    if not apply(organisation, given, nullable=given.keys() - {"name"}):
        return organisation
    organisation.changed_at = at
    db.flush()
    _record(db, organisation, "organisation.change", actor, at)
    return organisation


def set_leitweg_id(db: Session, leitweg_id: str | None, *, actor: Actor, at: datetime) -> None:
    """Enter under which address the own organisation receives invoices (check digits are checked before)."""
    organisation = get_organisation(db, actor.organisation_id)
    if organisation.leitweg_id != leitweg_id:
        organisation.leitweg_id, organisation.changed_at = leitweg_id, at
        db.flush()
        _record(db, organisation, "organisation.change", actor, at)


def create_region(db: Session, youth_office_id: UUID, name: str, *, actor: Actor, at: datetime) -> Region:
    """Enter a planning region of a youth office (§ 80 SGB VIII).

    Raises:
        Conflict: the office has a region of this name.
    """
    region = Region(youth_office_id=youth_office_id, name=name, created_at=at)
    db.add(region)
    db.flush()
    audit.record(
        db,
        tenant_id=youth_office_id,
        actor=actor,
        action="region.create",
        subject_kind="region",
        subject_id=region.id,
        at=at,
    )
    return region


def _record(db: Session, organisation: Organisation, action: str, actor: Actor, at: datetime) -> None:
    tenant = organisation.id if actor.is_system else actor.organisation_id
    audit.record(
        db,
        tenant_id=tenant,
        actor=actor,
        action=action,
        subject_kind="organisation",
        subject_id=organisation.id,
        at=at,
        details={"kind": organisation.kind.value},
    )
