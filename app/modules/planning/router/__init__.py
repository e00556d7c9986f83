"""`/v1/help-plans` with its reviews and meetings, `/v1/self-assessment-form`, `/v1/perspectives`."""

from app.modules.planning.router.meetings import meetings
from app.modules.planning.router.perspectives import perspectives
from app.modules.planning.router.plans import plans, reviews
from app.modules.planning.router.tasks import tasks
from app.modules.planning.router.voices import form_of_young_people, voices

__all__ = ["form_of_young_people", "meetings", "perspectives", "plans", "reviews", "tasks", "voices"]
