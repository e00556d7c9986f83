"""What ends with a help."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.modules.cases import queries
from app.modules.cases.models import Help
from app.modules.cases.service import grants, phases
from app.modules.cases.service.parts import keep_assignments


def close(db: Session, help_: Help, last: date, at: datetime) -> None:
    """With the help end its phases, the providers' parts, and what was not released; what was, ends with the help."""
    all_phases = queries.phases_of(db, help_)
    grants.lapse(db, queries.grants_of_phases(db, [phase.id for phase in all_phases]), at)
    phases.close_phases(db, all_phases, last, at)
    keep_assignments(db, help_, all_phases)
