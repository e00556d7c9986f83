"""What is worth a second look in a plan: goals that nobody could check, reviews that are far off. Warns, never blocks.

Source: SMART checks of facts 8.4.
"""

import re
from collections.abc import Iterator
from datetime import date

from app.core.problems import FieldError
from app.law.planning import GOAL_AFTER_REVIEW, MOST_ACTION_GOALS, day_after
from app.modules.planning.codes import GoalLevel
from app.modules.planning.content import HelpPlanContent, HelpPlanGoal, open_goals

_VAGUE = re.compile(r"\b(besser|mehr)\b", re.IGNORECASE)


def warnings(content: HelpPlanContent, review_due: date, usual_review: date, land: str) -> list[FieldError]:
    """Hints with their places.

    Args:
        review_due: when the next review is due as things stand.
        usual_review: when it would be due by the usual interval.
        land: whose holidays count.
    """
    last = day_after(GOAL_AFTER_REVIEW, content.next_review_on or review_due, land)
    found = [hint for place, goal in enumerate(content.goals) for hint in _goal(goal, f"/goals/{place}", last)]
    active = [goal for goal in open_goals(content.goals) if goal.level is GoalLevel.ACTION]
    if len(active) > MOST_ACTION_GOALS:
        de = f"{len(active)} Handlungsziele zugleich sind viel; {MOST_ACTION_GOALS} sind genug."
        found.append(FieldError("/goals", "too_many", de, f"More than {MOST_ACTION_GOALS} action goals at a time."))
    if content.next_review_on and content.next_review_on > usual_review:
        de = f"Üblich ist eine Überprüfung bis {usual_review:%d.%m.%Y}."
        found.append(FieldError("/next_review_on", "later_than_usual", de, f"Usual is {usual_review}."))
    if not content.group_offers:
        de = "Wurden Gruppenangebote neben der Einzelhilfe erwogen?"
        found.append(FieldError("/group_offers", "not_considered", de, "Were group offers considered?"))
    return found


def _goal(goal: HelpPlanGoal, pointer: str, last: date) -> Iterator[FieldError]:
    if goal.status.is_final:
        return
    if not goal.indicator and _VAGUE.search(goal.text):
        de = "«Besser» und «mehr» lassen sich ohne Indikator nicht überprüfen."
        yield FieldError(f"{pointer}/text", "vague", de, "Vague without an indicator.")
    if goal.level is not GoalLevel.ACTION:
        return
    if not goal.indicator:
        yield FieldError(f"{pointer}/indicator", "missing", "Woran merkt man es?", "No indicator.")
    if goal.due_on is None:
        yield FieldError(f"{pointer}/due_on", "missing", "Bis wann?", "No due day.")
    elif goal.due_on > last:
        de = f"Ein Handlungsziel ist bis {last:%d.%m.%Y} zu erreichen."
        yield FieldError(f"{pointer}/due_on", "too_far", de, f"Later than {last}.")
    if not goal.tasks:
        yield FieldError(f"{pointer}/tasks", "missing", "Wer tut was dafür?", "Nobody does anything for it.")
