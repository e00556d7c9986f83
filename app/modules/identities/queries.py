"""Reading persons by pseudonym, and who read who they are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.core.db import found
from app.core.pages import paginate
from app.modules import cases
from app.modules.identities.models import HelpPerson, PersonDisclosure, PersonIdentity
from app.modules.identities.schemas import DisclosureQuery, PersonQuery
from app.policy import Actor

Listed = tuple[list[Any], str | None, int | None]


def _persons(help_: cases.Help, actor: Actor) -> Select[HelpPerson]:
    shared = cases.takes_part(actor, HelpPerson.youth_office_id, HelpPerson.help_id, HelpPerson.created_at)
    return select(HelpPerson).where(HelpPerson.help_id == help_.id, shared)


def list_persons(db: Session, help_: cases.Help, query: PersonQuery, actor: Actor) -> Listed:
    """A page of the persons of a help."""
    rows = _persons(help_, actor)
    if query.role:
        rows = rows.where(HelpPerson.role == query.role)
    sorts = {"created_at": HelpPerson.created_at, "pseudonym": HelpPerson.pseudonym}
    return paginate(db, rows, query, sorts, HelpPerson.id)


def get_person(db: Session, help_: cases.Help, person_id: UUID, actor: Actor) -> HelpPerson:
    """One person of a help."""
    return found(db.scalar(_persons(help_, actor).where(HelpPerson.id == person_id)))


def get_with_identity(
    db: Session, help_: cases.Help, person_id: UUID, actor: Actor, *, lock: bool = False
) -> HelpPerson:
    """One person with what is sealed. `lock`: for a change."""
    wanted = _persons(help_, actor).where(HelpPerson.id == person_id).options(joinedload(HelpPerson.identity))
    return found(db.scalar(wanted.with_for_update(of=HelpPerson) if lock else wanted))


def persons_of(db: Session, help_id: UUID) -> Sequence[HelpPerson]:
    """The persons of a help with what is sealed (the service's transaction)."""
    rows = select(HelpPerson).where(HelpPerson.help_id == help_id).options(joinedload(HelpPerson.identity))
    return db.scalars(rows.order_by(HelpPerson.id)).all()


def find_person(db: Session, help_: cases.Help, person_id: UUID, actor: Actor) -> HelpPerson | None:
    """One person of a help, if there is one."""
    return db.scalar(_persons(help_, actor).where(HelpPerson.id == person_id))


def disclosures_of(db: Session, person_id: UUID) -> Sequence[PersonDisclosure]:
    """Every reading of who a person is, oldest first."""
    rows = select(PersonDisclosure).where(PersonDisclosure.person_id == person_id)
    return db.scalars(rows.order_by(PersonDisclosure.at, PersonDisclosure.id).limit(10_000)).all()


def sealed_before(db: Session, key_id: str, most: int) -> Sequence[PersonIdentity]:
    """Some identities that another key than this sealed, locked (the service's transaction)."""
    rows = select(PersonIdentity).where(PersonIdentity.key_id != key_id).order_by(PersonIdentity.person_id)
    return db.scalars(rows.limit(most).with_for_update(skip_locked=True)).all()


def list_disclosures(db: Session, help_: cases.Help, query: DisclosureQuery) -> Listed:
    """A page of the readings of a help's persons."""
    rows = select(PersonDisclosure).where(PersonDisclosure.help_id == help_.id)
    for name in ("person_id", "purpose", "is_break_glass"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(PersonDisclosure, name) == value)
    return paginate(db, rows, query, {"at": PersonDisclosure.at}, PersonDisclosure.id)
