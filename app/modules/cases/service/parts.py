"""Who takes part in a help, kept with its phases; and that something in it changed."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.law.calendars import legal_date
from app.modules.cases import queries, rules
from app.modules.cases.models import Help, HelpAssignment, HelpPhase


def keep_assignments(db: Session, help_: Help, phases: Iterable[HelpPhase]) -> None:
    """Make the providers' parts follow the phases."""
    wanted = {(provider_id, first, last) for provider_id, spans in rules.parts(phases).items() for first, last in spans}
    for known in queries.assignments_of(db, help_):
        key = (known.provider_id, known.valid_from, known.valid_to)
        if key in wanted:
            wanted.remove(key)
        else:
            db.delete(known)
    db.flush()  # what goes makes room for what comes
    for provider_id, first, last in sorted(wanted, key=lambda key: (key[1], str(key[0]))):
        db.add(assignment(help_, provider_id, first, last))
    db.flush()


def assignment(help_: Help, provider_id: UUID, first: date, last: date) -> HelpAssignment:
    """A provider's part in a help."""
    return HelpAssignment(
        help_id=help_.id,
        youth_office_id=help_.youth_office_id,
        provider_id=provider_id,
        valid_from=first,
        valid_to=last,
    )


def tell_all(db: Session, help_: Help, at: datetime) -> None:
    """The next step of a help is told to every provider that takes part."""
    help_.attending = queries.attending(db, help_, legal_date(at))  # type: ignore[misc]  # this help's own


def touch(help_: Help, at: datetime) -> None:
    """What a help shows has changed, so its version does, even within one second."""
    help_.changed_at = at
    flag_modified(help_, "changed_at")
