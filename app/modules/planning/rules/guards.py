"""Conditions of the steps of plans and meetings; each answers with the reason against it, or nothing."""

from app.core.problems import Text
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.law.planning import SEVERAL_PROFESSIONALS
from app.modules.planning.codes import HelpPlanRole
from app.modules.planning.models import HelpPlan, HelpPlanMeeting, HelpPlanTask


def enough_decide(_plan: HelpPlan, move: Move) -> Text | None:
    """On a help that is to last, several professionals decide together.

    Law: SGB VIII § 36 Abs. 2 Satz 1.
    """
    if move.data["professionals"] >= SEVERAL_PROFESSIONALS or not move.data["is_longer"]:
        return None
    return Text(
        "Über eine längere Hilfe entscheiden mehrere Fachkräfte zusammen (§ 36 Abs. 2 SGB VIII).",
        "Several professionals decide on a help that is to last.",
    )


def somebody_is_asked(_plan: HelpPlan, move: Move) -> Text | None:
    """Consultation needs somebody to consult."""
    if move.data["participants"]:
        return None
    return Text("Der Plan nennt noch keine Beteiligten.", "The plan names no participants yet.")


def lies_ahead(_meeting: HelpPlanMeeting, move: Move) -> Text | None:
    """A meeting is moved to a day that is still to come (facts 7.3)."""
    if move.data["starts_at"] > move.at.isoformat():
        return None
    return Text("Der neue Termin ist schon vorbei.", "The new day is over already.")


def has_come(meeting: HelpPlanMeeting, move: Move) -> Text | None:
    """A meeting is held on its day or later."""
    if legal_date(meeting.starts_at) <= legal_date(move.at):
        return None
    return Text("Der Termin ist noch nicht da.", "The meeting has not come yet.")


def somebody_came(_meeting: HelpPlanMeeting, move: Move) -> Text | None:
    """A meeting without anybody was none."""
    if move.data["attended"]:
        return None
    return Text("Niemand war da: Dann fiel das Gespräch aus.", "Nobody came: then it was not held.")


def is_ours(task: HelpPlanTask, move: Move) -> Text | None:
    """A provider ticks off what is its own; the youth office also what families and others took on."""
    if not move.actor.is_provider or task.role is HelpPlanRole.PROVIDER:
        return None
    return Text("Diese Aufgabe hat jemand anders übernommen.", "Somebody else has taken this task on.")
