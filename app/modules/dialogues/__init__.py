"""Quality dialogues: assessed by both sides, held, minuted, agreed, followed up."""

from app.modules.dialogues.queries import WORK
from app.modules.dialogues.service import ASSESSMENT_DUE, MEASURE_DUE, assessments_due, measure_due

__all__ = ["ASSESSMENT_DUE", "MEASURE_DUE", "WORK", "assessments_due", "measure_due"]
