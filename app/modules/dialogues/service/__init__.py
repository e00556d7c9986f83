"""Acting in quality dialogues."""

from app.modules.dialogues.service.dialogue import ASSESSMENT_DUE, assess, assessments_due, change, move, plan
from app.modules.dialogues.service.measures import MEASURE_DUE, agree_measure, measure_due, move_measure

__all__ = [
    "ASSESSMENT_DUE",
    "MEASURE_DUE",
    "agree_measure",
    "assess",
    "assessments_due",
    "change",
    "measure_due",
    "move",
    "move_measure",
    "plan",
]
