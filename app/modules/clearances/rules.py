"""What may be looked at, who may start, and when somebody is reminded; pure."""

from datetime import date, datetime
from typing import Any

from app.core.deadlines import Step
from app.core.problems import FieldError
from app.law.calendars import end_of_day, legal_date
from app.law.clearances import reminder_days, too_old
from app.modules.clearances.models import ClearanceState
from app.modules.clearances.schemas import BlockClearance, ClearanceAction, EndActivity

MAY_START = {ClearanceState.INSPECTED_OK, ClearanceState.RENEWAL_DUE}


def faults_of(action: ClearanceAction, at: datetime) -> list[FieldError]:
    """A certificate is of today or before, and not too old; an activity ends by today."""
    today = legal_date(at)
    if isinstance(action, EndActivity):
        return _future("/last_activity_on", action.last_activity_on, today)
    faults = _future("/certificate_date", action.certificate_date, today)
    if too_old(action.certificate_date, today):
        de, en = "Das Führungszeugnis ist älter als drei Monate.", "The certificate is older than three months."
        faults.append(FieldError("/certificate_date", "too_old", de, en))
    if isinstance(action, BlockClearance) and not (action.listed_offence or action.other_offence):
        de, en = "Ohne Eintrag gibt es keinen Ausschluss.", "Without a finding nobody is excluded."
        faults.append(FieldError("/listed_offence", "contradiction", de, en))
    return faults


def _future(pointer: str, day: date | None, today: date) -> list[FieldError]:
    if day is None or day <= today:
        return []
    return [FieldError(pointer, "future", "Das liegt in der Zukunft.", "This lies in the future.")]


def steps_to(due: date) -> list[Step]:
    """Reminders before a certificate must be looked at again, and the end itself."""
    return [Step(level, end_of_day(day)) for level, day in enumerate([*reminder_days(due), due])]


def has_findings(said: Any) -> dict[str, bool]:
    """What is sealed: two answers and nothing else."""
    if isinstance(said, BlockClearance):
        return {"listed_offence": said.listed_offence, "other_offence": said.other_offence}
    return {"listed_offence": False, "other_offence": False}
