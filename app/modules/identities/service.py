"""Acting on persons: entered by pseudonym and sealed, disclosed for a purpose, handed over with their help."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.db import check_version
from app.core.ids import new_id
from app.core.patching import apply, differing
from app.core.problems import Invalid
from app.core.sealing import Sealer, sealer_of
from app.core.work import Work, by_the_service
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules import cases
from app.modules.identities import queries, rules
from app.modules.identities.errors import DisclosureRefused
from app.modules.identities.models import HelpPerson, PersonDisclosure, PersonIdentity
from app.modules.identities.schemas import DisclosedOut, DisclosureCreate, IdentityOut, PersonCreate, PersonPatch
from app.policy import Actor

BATCH = 500
KIND = "help_person"

outbox.announce(help_person__break_glass="Person: im Notfall ohne Fallführung offengelegt")


def add_person(db: Session, help_id: UUID, body: PersonCreate, *, actor: Actor, at: datetime) -> HelpPerson:
    """Enter a person by pseudonym; who it is is sealed at once.

    Raises:
        DisclosureRefused: the actor does not lead this case.
    """
    help_ = _lead(db, help_id, actor)
    person = HelpPerson(
        id=new_id(),
        youth_office_id=help_.youth_office_id,
        help_id=help_.id,
        role=body.role,
        pseudonym=body.pseudonym,
        birth_year=body.birth_year,
        created_at=at,
        changed_at=at,
        identity=None,
    )
    written: list[str] = []
    if body.identity is not None:
        written = _write(person, body.identity.model_dump(mode="json", exclude_unset=True), sealer_of(db))
    db.add(person)
    db.flush()
    _record(db, person, "create", actor, at, fields=written)
    return person


def change_person(
    db: Session, help_id: UUID, person_id: UUID, patch: PersonPatch, expected: int, *, actor: Actor, at: datetime
) -> HelpPerson:
    """Change a person; of the identity only what is given.

    Raises:
        StaleVersion.
        DisclosureRefused: the actor does not lead this case.
        Invalid: an entry cannot be removed, or contradicts another.
    """
    help_ = _lead(db, help_id, actor)
    person = queries.get_with_identity(db, help_, person_id, actor, lock=True)
    check_version(person, expected)
    given = {name: getattr(patch, name) for name in patch.model_fields_set if name != "identity"}
    given = differing(person, given, nullable={"birth_year"})
    entries = _new_entries(person, patch, sealer_of(db))
    if not given and not entries:
        return person
    apply(person, given, nullable={"birth_year"})
    written = _write(person, entries, sealer_of(db)) if entries else []
    person.changed_at = at
    db.flush()
    _record(db, person, "change", actor, at, fields=sorted([*given, *written]))
    return person


def _new_entries(person: HelpPerson, patch: PersonPatch, sealer: Sealer) -> dict[str, Any]:
    """What a patch says of who a person is that is not so already; a null identity removes all of it."""
    if "identity" not in patch.model_fields_set:
        return {}
    nothing: dict[str, Any] = dict.fromkeys(rules.FIELDS)
    given = patch.identity.model_dump(mode="json", exclude_unset=True) if patch.identity else nothing
    known: dict[str, Any] = {**nothing, "is_address_protected": False}
    if person.identity is not None:
        known |= _opened(person.identity, sealer)
        known["is_address_protected"] = person.identity.is_address_protected
    return {name: value for name, value in given.items() if value != known[name]}


def disclose(
    db: Session, help_id: UUID, person_id: UUID, body: DisclosureCreate, *, actor: Actor, at: datetime
) -> DisclosedOut:
    """Show who a person is, as far as the matrix lets this actor know it for this purpose; it is written down.

    Raises:
        Invalid: the purpose needs a reason, or a longer one.
        DisclosureRefused: this actor, purpose or time gives no access.

    Law: SGB VIII §§ 61 ff; SGB X § 67b; access matrix C1 and C14.
    """
    help_ = cases.get_help(db, help_id, actor)
    person = queries.get_with_identity(db, help_, person_id, actor)
    is_protected = person.identity is not None and person.identity.is_address_protected
    access = _access(db, help_, body, actor, at, is_protected=is_protected)
    shown, withheld = _unsealed(person, access.fields, sealer_of(db))
    disclosure = PersonDisclosure(
        id=new_id(),
        youth_office_id=help_.youth_office_id,
        help_id=help_.id,
        person_id=person.id,
        account_id=actor.id,
        organisation_id=actor.organisation_id,
        role=access.role,
        purpose=body.purpose,
        reason=body.reason,
        fields=sorted(shown),
        is_break_glass=access.is_break_glass,
        at=at,
    )
    db.add(disclosure)
    facts = {"purpose": body.purpose, "role": access.role, "is_break_glass": access.is_break_glass}
    _record(db, person, "disclose", actor, at, fields=sorted(shown), disclosure=disclosure.id, **facts)
    if access.is_break_glass:
        _alert(db, person, disclosure, actor, at)
    return DisclosedOut(
        person_id=person.id,
        pseudonym=person.pseudonym,
        purpose=body.purpose,
        is_address_protected=is_protected,
        is_break_glass=access.is_break_glass,
        withheld=withheld,
        identity=IdentityOut.model_validate(shown),
    )


def _unsealed(person: HelpPerson, fields: Collection[str], sealer: Sealer) -> tuple[dict[str, str], list[str]]:
    """What may be read of a person, and the names of what is known and may not."""
    known = [name for name in rules.FIELDS if getattr(person.identity, name, None) is not None]
    shown = {
        name: sealer.open(getattr(person.identity, name), _place(person, name)) for name in known if name in fields
    }
    return shown, sorted(set(known) - shown.keys())


def born_latest(db: Session, help_id: UUID) -> date | None:
    """The latest day on which a child or young person of a help was born, as far as anybody said (the service's own).

    Where only the year is known, its last day.
    """
    days = []
    for person in queries.persons_of(db, help_id):
        if person.role not in rules.YOUNG:
            continue
        sealed = person.identity.birth_date if person.identity else None
        if sealed is not None:
            days.append(date.fromisoformat(sealer_of(db).open(sealed, _place(person, "birth_date"))))
        elif person.birth_year is not None:
            days.append(date(person.birth_year, 12, 31))
    return max(days, default=None)


_RESTRICTIONS: list[Callable[[Session, UUID], bool]] = []


def restrict_by(restriction: Callable[[Session, UUID], bool]) -> None:
    """Let a room above say of which helps nobody reads names but for the person itself or a court (Art. 18 GDPR)."""
    if restriction not in _RESTRICTIONS:
        _RESTRICTIONS.append(restriction)


def get_traced(db: Session, help_id: UUID, actor: Actor) -> cases.Help:
    """A help whose readings the actor may follow: who leads the case, and the data protection officer.

    Raises:
        DisclosureRefused: a caseworker of other cases.
    """
    help_ = cases.get_help(db, help_id, actor)
    if not rules.may_trace(actor, help_):
        raise DisclosureRefused
    return help_


def follow_handover(db: Session, handover: Any, move: Move) -> None:
    """With a help its persons go to the other youth office, sealed anew for it; if the help comes back, they go."""
    if not isinstance(handover, cases.HelpHandover) or handover.new_help_id is None:
        return
    if move.action == "accept":
        with by_the_service(db):
            _copy(db, handover, move)
    elif move.action == "give_back":
        with by_the_service(db):
            for person in queries.persons_of(db, handover.new_help_id):
                if person.identity is not None:
                    for name in rules.FIELDS:
                        setattr(person.identity, name, None)
                person.has_identity, person.changed_at = False, move.at


def reseal(work: Work, sealer: Sealer) -> int:
    """Seal with the newest key what older ones sealed; returns how many. Reading goes on meanwhile."""
    count = 0
    while True:
        with work.as_system() as db:
            batch = queries.sealed_before(db, sealer.key_id, BATCH)
            for identity in batch:
                _seal_all(identity, _opened(identity, sealer), sealer)
        if not batch:
            return count
        count += len(batch)


def _access(
    db: Session, help_: cases.Help, body: DisclosureCreate, actor: Actor, at: datetime, *, is_protected: bool
) -> rules.Access:
    reason, today = (body.reason or "").strip(), legal_date(at)
    if body.purpose in rules.EXPLAINED and not reason:
        raise Invalid.field("/reason", "missing", "Dieser Zweck ist zu begründen.", "This purpose needs a reason.")
    if body.purpose not in rules.DESPITE_RESTRICTION and any(one(db, help_.id) for one in _RESTRICTIONS):
        raise DisclosureRefused
    last = cases.reads_until(help_)
    asked = rules.Asked(
        actor=actor,
        help=help_,
        purpose=body.purpose,
        reason=reason,
        is_address_protected=is_protected,
        attends=last is not None and today <= last,
        housed=actor.is_provider and is_protected and cases.housed_by(db, help_.id, actor.organisation_id, today),
    )
    access = rules.access(asked)
    if access is None and rules.glass_is_near(actor):
        text = ("Der Notfallzugriff ist mit mindestens 20 Zeichen zu begründen.", "At least 20 characters are needed.")
        raise Invalid.field("/reason", "break_glass", *text)
    if access is None:
        raise DisclosureRefused
    return access


def _lead(db: Session, help_id: UUID, actor: Actor) -> cases.Help:
    help_ = cases.get_help(db, help_id, actor)
    if not rules.leads(actor, help_):
        raise DisclosureRefused
    return help_


def _write(person: HelpPerson, given: Mapping[str, Any], sealer: Sealer) -> list[str]:
    """Put what is given into the sealed part; answers the names of what was written."""
    identity = person.identity
    if identity is None:
        identity = PersonIdentity(
            person_id=person.id, youth_office_id=person.youth_office_id, help_id=person.help_id, key_id=""
        )
    known = {**_opened(identity, sealer), **given}
    born = known.get("birth_date")
    if born is not None:
        year = date.fromisoformat(born).year
        if person.birth_year not in (None, year):
            text = ("Geburtsjahr und Geburtsdatum widersprechen sich.", "Year and date of birth contradict each other.")
            raise Invalid.field("/identity/birth_date", "year", *text)
        person.birth_year = year
    if known.get("is_address_protected") is not None:
        identity.is_address_protected = known["is_address_protected"]
    _seal_all(identity, known, sealer)
    person.identity, person.has_identity = identity, any(known.get(name) for name in rules.FIELDS)
    return sorted(given)


def _opened(identity: PersonIdentity, sealer: Sealer) -> dict[str, str]:
    sealed = {name: getattr(identity, name) for name in rules.FIELDS}
    place = identity.person_id
    return {name: sealer.open(value, f"{KIND}:{place}:{name}") for name, value in sealed.items() if value is not None}


def _seal_all(identity: PersonIdentity, known: Mapping[str, Any], sealer: Sealer) -> None:
    """Everything anew with the newest key, so that one key opens all of it."""
    for name in rules.FIELDS:
        value = known.get(name)
        sealed = None if value is None else sealer.seal(value, f"{KIND}:{identity.person_id}:{name}")
        setattr(identity, name, sealed)
    identity.key_id = sealer.key_id


def _place(person: HelpPerson, name: str) -> str:
    """What a sealed field is bound to: it opens nowhere else."""
    return f"{KIND}:{person.id}:{name}"


def _copy(db: Session, handover: cases.HelpHandover, move: Move) -> None:
    sealer = sealer_of(db)
    count = 0
    for former in queries.persons_of(db, handover.help_id):
        person = HelpPerson(
            id=new_id(),
            youth_office_id=handover.receiving_office_id,
            help_id=handover.new_help_id,
            role=former.role,
            pseudonym=former.pseudonym,
            birth_year=former.birth_year,
            created_at=move.at,
            changed_at=move.at,
            identity=None,
        )
        if former.identity is not None:
            known: dict[str, Any] = {**_opened(former.identity, sealer)}
            known["is_address_protected"] = former.identity.is_address_protected
            _write(person, known, sealer)
        db.add(person)
        count += 1
    for tenant_id in (handover.youth_office_id, handover.receiving_office_id):
        audit.record(
            db,
            tenant_id=tenant_id,
            actor=move.actor,
            action=f"{KIND}.hand_over",
            subject_kind="help_handover",
            subject_id=handover.id,
            at=move.at,
            law="§ 86c Abs. 2 SGB VIII",
            details={"persons": count},
        )


def _record(db: Session, person: HelpPerson, act: str, actor: Actor, at: datetime, **details: object) -> None:
    """Write down the act: which fields, never what is in them."""
    audit.record(
        db,
        tenant_id=person.youth_office_id,
        actor=actor,
        action=f"{KIND}.{act}",
        subject_kind=KIND,
        subject_id=person.id,
        at=at,
        law="§§ 61 ff SGB VIII",
        details={"help": person.help_id, **details},
    )


def _alert(db: Session, person: HelpPerson, disclosure: PersonDisclosure, actor: Actor, at: datetime) -> None:
    """Glass was broken: the office learns of it, its data protection officer above all."""
    outbox.emit(
        db,
        f"{KIND}.break_glass",
        tenant_id=person.youth_office_id,
        subject_kind=KIND,
        subject_id=person.id,
        audience=[person.youth_office_id],
        actor=actor,
        at=at,
        data={"disclosure_id": str(disclosure.id), "help_id": str(person.help_id), "notify": "data_protection_officer"},
    )
