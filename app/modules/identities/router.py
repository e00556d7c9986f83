"""`/v1/helps/{help_id}/persons` and `/v1/helps/{help_id}/disclosures`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules import cases
from app.modules.identities import queries, service
from app.modules.identities.schemas import (
    DisclosedOut,
    DisclosureCreate,
    DisclosureOut,
    DisclosureQuery,
    PersonCreate,
    PersonOut,
    PersonPatch,
    PersonQuery,
)
from app.policy import Permission

router = Router(prefix="/helps/{help_id}", tags=["persons"])


@router.get("/persons", summary="Personen der Hilfe")
@needs(Permission.HELPS_READ)
def list_persons(help_id: Id, query: Annotated[PersonQuery, Query()], db: Db, actor: CurrentActor) -> Page[PersonOut]:
    """The persons of a help by pseudonym (§ 64 Abs. 2a SGB VIII); who they are is disclosed for a purpose only."""
    rows, following, total = queries.list_persons(db, cases.get_help(db, help_id, actor), query, actor)
    return page_of([PersonOut.model_validate(row) for row in rows], following, total, query)


@router.post("/persons", status_code=201, summary="Person aufnehmen")
@needs(Permission.IDENTITIES_WRITE)
def add_person(help_id: Id, body: PersonCreate, db: Db, actor: CurrentActor, now: Now) -> PersonOut:
    """Enter a person of the own case; who it is is sealed before it is stored (§ 62 SGB VIII, Art. 32 DSGVO)."""
    return PersonOut.model_validate(service.add_person(db, help_id, body, actor=actor, at=now))


@router.get("/persons/{person_id}", summary="Person lesen")
@needs(Permission.HELPS_READ)
def get_person(help_id: Id, person_id: Id, db: Db, actor: CurrentActor) -> PersonOut:
    """One person by pseudonym (§ 64 Abs. 2a SGB VIII)."""
    person = queries.get_person(db, cases.get_help(db, help_id, actor), person_id, actor)
    return PersonOut.model_validate(person)


@router.patch("/persons/{person_id}", summary="Person ändern")
@needs(Permission.IDENTITIES_WRITE)
def change_person(
    help_id: Id, person_id: Id, body: PersonPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> PersonOut:
    """Correct a person of the own case (§ 84 SGB X); of who it is only what is given changes."""
    return PersonOut.model_validate(service.change_person(db, help_id, person_id, body, expected, actor=actor, at=now))


@router.post("/persons/{person_id}:disclose", summary="Personenangaben einsehen")
@needs(Permission.IDENTITIES_DISCLOSE, keyed=False)
def disclose_person(
    help_id: Id, person_id: Id, body: DisclosureCreate, db: Db, actor: CurrentActor, now: Now
) -> DisclosedOut:
    """Read who a person is, for a purpose; each reading is written down (§§ 61 ff SGB VIII, § 67b SGB X).

    The caseworker of the case and the team lead read all, a provider that takes part what it needs (a protected
    address only where the child lives with it), Wirtschaftliche Jugendhilfe name and address for the notice of costs.
    The head of the office breaks glass: with a reason of at least 20 characters, told to the data protection officer.
    No Idempotency-Key: an answer that holds names is not kept for a retry.
    """
    return service.disclose(db, help_id, person_id, body, actor=actor, at=now)


@router.get("/disclosures", summary="Wer Personenangaben eingesehen hat")
@needs(Permission.IDENTITIES_TRACE)
def list_disclosures(
    help_id: Id, query: Annotated[DisclosureQuery, Query()], db: Db, actor: CurrentActor
) -> Page[DisclosureOut]:
    """Who read whose identity, when, for what, and which fields (Art. 5 Abs. 2 DSGVO); never what was read."""
    rows, following, total = queries.list_disclosures(db, service.get_traced(db, help_id, actor), query)
    return page_of([DisclosureOut.model_validate(row) for row in rows], following, total, query)
