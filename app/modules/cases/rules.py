"""What must hold before a help moves; each answers with the reason against it, or nothing."""

from app.core.problems import Text
from app.core.workflow import Move
from app.modules.cases.models import Help


def two_persons(help_: Help, move: Move) -> Text | None:
    """Whoever asked for the help does not release its money (four eyes)."""
    if move.actor.id == help_.opened_by:
        return Text(
            "Wer die Hilfe beantragt hat, gibt die Bewilligung nicht selbst frei.",
            "Whoever asked for the help does not release its grant.",
        )
    return None


def ends_within_period(help_: Help, move: Move) -> Text | None:
    """A help ends on one of its days, not before its start and not after what was granted."""
    day = move.data.get("ended_on")
    if day is not None and not help_.starts_on.isoformat() <= day <= help_.ends_on.isoformat():
        return Text("Das Ende liegt nicht im bewilligten Zeitraum.", "The end does not lie within the period granted.")
    return None
