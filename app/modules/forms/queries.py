"""Reading forms and their versions."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, defer

from app.core.db import found
from app.core.pages import paginate
from app.modules.forms.models import Form, FormVersion
from app.modules.forms.schemas import FormQuery
from app.policy import Actor


def visible(actor: Actor) -> Select[Form]:
    """The forms an actor may know: the own office's and those that are shared."""
    return select(Form).where(or_(Form.is_shared, Form.youth_office_id == actor.organisation_id))


def get_form(db: Session, form_id: UUID, actor: Actor) -> Form:
    """One form; 404 when it is not shared and another office's."""
    return found(db.scalar(visible(actor).where(Form.id == form_id)))


def lock_own_form(db: Session, form_id: UUID, actor: Actor) -> Form:
    """A form of the own office, locked for a change; 404 for any other."""
    own = select(Form).where(Form.id == form_id, Form.youth_office_id == actor.organisation_id)
    return found(db.scalar(own.with_for_update()))


def list_forms(db: Session, query: FormQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of forms."""
    rows = visible(actor)
    if query.youth_office_id:
        rows = rows.where(Form.youth_office_id == query.youth_office_id)
    if query.code:
        rows = rows.where(Form.code == query.code)
    return paginate(db, rows, query, {"code": Form.code, "created_at": Form.created_at}, Form.id)


def version_of(db: Session, form: Form, number: int | None) -> FormVersion:
    """One version of a form, the newest unless a number is given; 404 for none."""
    wanted = select(FormVersion).where(FormVersion.form_id == form.id)
    return found(db.scalar(wanted.where(FormVersion.number == (number or form.latest_number))))


def list_versions(db: Session, form: Form) -> Sequence[FormVersion]:
    """All versions of a form, the first one first, without their schemas."""
    rows = select(FormVersion).options(defer(FormVersion.schema)).where(FormVersion.form_id == form.id)
    return db.scalars(rows.order_by(FormVersion.number).limit(1000)).all()


def get_version(db: Session, form_version_id: UUID) -> FormVersion:
    """A published version by its id, as far as the transaction's organisation may see its form; else 404."""
    return found(db.get(FormVersion, form_version_id))


def find_versions(db: Session, ids: Iterable[UUID]) -> dict[UUID, Form]:
    """The forms of some versions, by the version's id, as far as they may be seen; one statement."""
    rows = select(FormVersion.id, Form).join(Form, Form.id == FormVersion.form_id)
    return {row[0]: row[1] for row in db.execute(rows.where(FormVersion.id.in_(set(ids))))}


def versions_by_id(db: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[Form, FormVersion]]:
    """Those of the ids that are published versions, with their forms, as far as they may be seen; one statement."""
    rows = select(Form, FormVersion).join(FormVersion, FormVersion.form_id == Form.id)
    return {row[1].id: (row[0], row[1]) for row in db.execute(rows.where(FormVersion.id.in_(set(ids))))}
