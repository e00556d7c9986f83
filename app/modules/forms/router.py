"""`/v1/forms`."""

from typing import Annotated

from fastapi import Header, Query, Response
from pydantic_core import to_json

from app.core.http import CurrentActor, Db, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.problems import language_of
from app.core.types import Id
from app.modules.forms import queries, rules, service
from app.modules.forms.schemas import (
    Finding,
    FormCheckOut,
    FormContent,
    FormCreate,
    FormOut,
    FormQuery,
    FormVersionCreate,
    FormVersionOut,
)
from app.policy import Permission

router = Router(prefix="/forms", tags=["forms"])
SCHEMA_JSON = "application/schema+json"


@router.post("", status_code=201, summary="Vordruck anlegen")
@needs(Permission.FORMS_MANAGE)
def create_form(body: FormCreate, db: Db, actor: CurrentActor, now: Now) -> FormOut:
    """Enter a form of the own youth office; its content follows as a version.

    Agreements under §§ 77, 79a SGB VIII make jointly developed forms binding for both sides.
    """
    return FormOut.model_validate(service.create_form(db, body, actor=actor, at=now))


@router.get("", summary="Vordrucke suchen")
@needs(Permission.FORMS_READ)
def list_forms(query: Annotated[FormQuery, Query()], db: Db, actor: CurrentActor) -> Page[FormOut]:
    """The forms of the own youth office and those other offices share."""
    rows, following, total = queries.list_forms(db, query, actor)
    return page_of([FormOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{form_id}", summary="Vordruck lesen")
@needs(Permission.FORMS_READ)
def get_form(form_id: Id, db: Db, actor: CurrentActor) -> FormOut:
    """One form; what it asks for stands in its schema."""
    return FormOut.model_validate(queries.get_form(db, form_id, actor))


@router.post("/{form_id}/versions", status_code=201, summary="Fassung veröffentlichen")
@needs(Permission.FORMS_MANAGE)
def publish_form_version(form_id: Id, body: FormVersionCreate, db: Db, actor: CurrentActor, now: Now) -> FormVersionOut:
    """Publish the next version: a JSON Schema (2020-12) in which every entry has a German title.

    References stay within the document (`#/$defs/…`), patterns are those of RE2 (linear time). An entry may say how it
    is laid out: `"x-layout": {"widget": "textarea", "width": "half", "group": "Ziele", "help": "…"}`. A published
    version never changes: reports written on it can be read for ever.
    """
    return FormVersionOut.model_validate(service.publish_version(db, form_id, body, actor=actor, at=now))


@router.get("/{form_id}/versions", summary="Fassungen des Vordrucks")
@needs(Permission.FORMS_READ)
def list_form_versions(form_id: Id, db: Db, actor: CurrentActor) -> list[FormVersionOut]:
    """Every published version, oldest first; agreements name the version they make binding."""
    versions = queries.list_versions(db, queries.get_form(db, form_id, actor))
    return [FormVersionOut.model_validate(version) for version in versions]


@router.get(
    "/{form_id}/schema",
    summary="JSON Schema des Vordrucks",
    response_class=Response,
    responses={200: {"content": {SCHEMA_JSON: {"schema": {"type": "object"}}}, "description": "JSON Schema (2020-12)"}},
)
@needs(Permission.FORMS_READ)
def get_form_schema(
    form_id: Id,
    db: Db,
    actor: CurrentActor,
    version: Annotated[int | None, Query(ge=1, le=100_000, description="a version's number; else the newest")] = None,
) -> Response:
    """What a front end renders: the schema of a version as it was published, entries in their order."""
    published = queries.version_of(db, queries.get_form(db, form_id, actor), version)
    return Response(to_json(published.schema), media_type=SCHEMA_JSON)


@router.post("/{form_id}:validate", summary="Inhalt am Vordruck prüfen")
@needs(Permission.FORMS_READ, keyed=False)
def validate_form_content(
    form_id: Id,
    body: FormContent,
    db: Db,
    actor: CurrentActor,
    accept_language: Annotated[str | None, Header(max_length=200)] = None,
) -> FormCheckOut:
    """Try content against a form without submitting it: what is missing or does not fit, with JSON Pointers."""
    published = queries.version_of(db, queries.get_form(db, form_id, actor), body.number)
    language = language_of(accept_language)
    findings = [Finding(**error.render(language)) for error in rules.check_content(published.schema, body.content)]
    return FormCheckOut(valid=not findings, number=published.number, errors=findings)
