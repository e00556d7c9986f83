"""Acting on forms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.problems import Invalid
from app.modules.forms import queries, rules
from app.modules.forms.models import Form, FormVersion
from app.modules.forms.schemas import FormCreate, FormVersionCreate
from app.policy import Actor


def create_form(db: Session, body: FormCreate, *, actor: Actor, at: datetime) -> Form:
    """Enter a form of the own youth office; it can be used once a version is published.

    Raises:
        Conflict: the office has one with this code.
    """
    form = Form(**body.model_dump(), youth_office_id=actor.organisation_id, created_at=at, changed_at=at)
    db.add(form)
    db.flush()
    _record(db, form, "form.create", actor, at)
    return form


def publish_version(db: Session, form_id: UUID, body: FormVersionCreate, *, actor: Actor, at: datetime) -> FormVersion:
    """Publish the next version of a form; from then on it never changes.

    Raises:
        NotFound: no form of the own office.
        Invalid: the schema may not be a form, with pointers into it.
    """
    form = queries.lock_own_form(db, form_id, actor)
    faults = rules.check_schema(body.json_schema, "/schema")
    if faults:
        raise Invalid(errors=faults)
    form.latest_number += 1
    form.changed_at = at
    version = FormVersion(
        form_id=form.id, number=form.latest_number, schema=body.json_schema, published_by=actor.id, published_at=at
    )
    db.add(version)
    db.flush()
    _record(db, form, "form.publish", actor, at)
    return version


def _record(db: Session, form: Form, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=form.youth_office_id,
        actor=actor,
        action=action,
        subject_kind="form",
        subject_id=form.id,
        at=at,
        details={"code": form.code, "number": form.latest_number},
    )
