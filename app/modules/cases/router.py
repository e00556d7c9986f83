"""`/v1/helps`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.cases import queries, service
from app.modules.cases.models import Help, HelpGrant
from app.modules.cases.schemas import GrantOut, HelpAction, HelpCreate, HelpOut, HelpQuery
from app.modules.cases.workflow import HELP
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/helps", tags=["helps"])


def _out(help_: Help, grants: list[HelpGrant], actor: Actor) -> HelpOut:
    known = {name: getattr(help_, name) for name in HelpOut.model_fields if hasattr(help_, name)}
    return HelpOut(
        **known,
        grants=[GrantOut.model_validate(grant) for grant in grants],
        allowed_actions=HELP.allowed(help_, actor),
    )


@router.post("", status_code=201, summary="Hilfe beantragen")
@needs(Permission.HELPS_OPEN)
def open_help(body: HelpCreate, db: Db, actor: CurrentActor, now: Now) -> HelpOut:
    """The caseworker asks for a help with a provider (§§ 27 ff, 36 SGB VIII): kind, period, hours per week.

    The family appears by pseudonym. An agreement with the provider must be in force for this kind of help; the
    hours count once Wirtschaftliche Jugendhilfe released them (`release`, four eyes).
    """
    help_ = service.open_help(db, body, actor=actor, at=now)
    return _out(help_, queries.grants_of(db, [help_.id])[help_.id], actor)


@router.get("", summary="Hilfen suchen")
@needs(Permission.HELPS_READ)
def list_helps(query: Annotated[HelpQuery, Query()], db: Db, actor: CurrentActor) -> Page[HelpOut]:
    """The helps of the own youth office, or those the own provider delivers."""
    rows, following, total = queries.list_helps(db, query, actor)
    grants = queries.grants_of(db, [row.id for row in rows])
    return page_of([_out(row, grants[row.id], actor) for row in rows], following, total, query)


@router.get("/{help_id}", summary="Hilfe lesen")
@needs(Permission.HELPS_READ)
def get_help(help_id: Id, db: Db, actor: CurrentActor) -> HelpOut:
    """One help with its grants and the steps the caller may take now."""
    help_ = queries.get_help(db, help_id, actor)
    return _out(help_, queries.grants_of(db, [help_.id])[help_.id], actor)


@router.post("/{help_id}/transitions", summary="Hilfe weiterführen")
@needs(Permission.HELPS_READ)
def move_help(help_id: Id, body: HelpAction, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> HelpOut:
    """Release the grant (§ 36a SGB VIII; not by the person who asked), withdraw the request, or end the help."""
    help_ = service.move(db, help_id, body, expected, actor=actor, at=now)
    return _out(help_, queries.grants_of(db, [help_.id])[help_.id], actor)


@router.get("/{help_id}/transitions", summary="Verlauf der Hilfe")
@needs(Permission.HELPS_READ)
def list_help_transitions(help_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_help(db, help_id, actor).id)
