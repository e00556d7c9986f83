"""`/v1/helps`."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, MediaType, Now, RawBody, Router, needs
from app.core.imports import ImportQuery, body_schema
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.modules.cases import queries, rules, service
from app.modules.cases.models import Help, HelpGrant
from app.modules.cases.schemas import GrantOut, HelpAction, HelpCreate, HelpImportOut, HelpOut, HelpQuery, HelpRow
from app.modules.cases.service.imports import MOST_ROWS
from app.modules.cases.workflow import HELP
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/helps", tags=["helps"])


def _out(help_: Help, grants: list[HelpGrant], actor: Actor, now: datetime) -> HelpOut:
    known = {name: getattr(help_, name) for name in HelpOut.model_fields if hasattr(help_, name)}
    if actor.is_provider:
        known |= rules.as_it_was(help_, legal_date(now))
        known |= {"source_system": None, "external_id": None}
    return HelpOut(
        **known,
        grants=[GrantOut.model_validate(grant) for grant in grants],
        allowed_actions=HELP.allowed(help_, actor),
    )


def _read(db: Db, help_: Help, actor: Actor, now: datetime) -> HelpOut:
    provider_id = actor.organisation_id if actor.is_provider else None
    return _out(help_, queries.grants_of(db, [help_.id], provider_id=provider_id)[help_.id], actor, now)


@router.post("", status_code=201, summary="Hilfe beantragen")
@needs(Permission.HELPS_OPEN)
def open_help(body: HelpCreate, db: Db, actor: CurrentActor, now: Now) -> HelpOut:
    """The caseworker asks for a help with a provider (§§ 27 ff, 36 SGB VIII): kind, setting, period, intensity.

    The family appears by pseudonym. An agreement with the provider must be in force for this kind of help, for
    (part-)residential help all three of § 78b Abs. 1; what is asked for is the help's first phase, and its grant counts
    once Wirtschaftliche Jugendhilfe released it (`release`, four eyes).
    """
    return _read(db, service.open_help(db, body, actor=actor, at=now), actor, now)


@router.post(":import", summary="Hilfen und Bewilligungen einlesen", openapi_extra=body_schema(HelpRow, MOST_ROWS))
@needs(Permission.HELPS_OPEN)
def import_helps(
    how: Annotated[ImportQuery, Query()], raw: RawBody, media_type: MediaType, db: Db, actor: CurrentActor, now: Now
) -> HelpImportOut:
    """Follow the helps and grants of another case-management system (§ 36a SGB VIII): NDJSON, a JSON array, or CSV.

    A row is known by `source_system` and `external_id`: new ones are asked for, changed ones follow as far as the
    help's life allows, the same again changes nothing, so that the import can run every night. Nothing is released by
    an import: that stays with Wirtschaftliche Jugendhilfe (four eyes). `on_error=refuse` (the default) stores all or
    nothing, `on_error=skip` keeps the good rows, `dry_run=true` stores nothing.
    """
    return service.import_helps(db, raw, media_type, how, actor=actor, at=now)


@router.get("", summary="Hilfen suchen")
@needs(Permission.HELPS_READ)
def list_helps(query: Annotated[HelpQuery, Query()], db: Db, actor: CurrentActor, now: Now) -> Page[HelpOut]:
    """The helps of the own youth office, or those in which the own provider has or had a part (§ 36 SGB VIII)."""
    rows, following, total = queries.list_helps(db, query, actor, legal_date(now))
    provider_id = actor.organisation_id if actor.is_provider else None
    grants = queries.grants_of(db, [row.id for row in rows], provider_id=provider_id)
    return page_of([_out(row, grants[row.id], actor, now) for row in rows], following, total, query)


@router.get("/{help_id}", summary="Hilfe lesen")
@needs(Permission.HELPS_READ)
def get_help(help_id: Id, db: Db, actor: CurrentActor, now: Now) -> HelpOut:
    """One help with what is granted for it and the steps the caller may take now.

    A provider whose part is over for 30 days reads it as it was when it left (§§ 61 ff SGB VIII).
    """
    return _read(db, queries.get_help(db, help_id, actor), actor, now)


@router.post("/{help_id}/transitions", summary="Hilfe weiterführen")
@needs(Permission.HELPS_READ)
def move_help(help_id: Id, body: HelpAction, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> HelpOut:
    """Release what is prepared (§ 36a SGB VIII; not by the person who asked), extend, end, withdraw, or assign.

    Who leads a case may read who its persons are: the team lead assigns it.

    An extension prepares grants for the additional time; each is released by itself.
    """
    return _read(db, service.move(db, help_id, body, expected, actor=actor, at=now), actor, now)


@router.get("/{help_id}/transitions", summary="Verlauf der Hilfe")
@needs(Permission.HELPS_READ)
def list_help_transitions(help_id: Id, db: Db, actor: CurrentActor, now: Now) -> list[TransitionOut]:
    """Every step so far, oldest first; for a provider that left, those until then."""
    help_ = queries.get_help(db, help_id, actor)
    last = rules.reads_until(help_)
    return [step for step in history(db, help_.id) if last is None or legal_date(step.at) <= last]
