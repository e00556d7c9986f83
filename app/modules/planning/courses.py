"""Self-assessments over time. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.modules.planning.schemas.review import SelfAssessmentCourse, SelfAssessmentPoint


def courses_of(
    answers: Sequence[tuple[date, Mapping[str, Any]]], schema: Mapping[str, Any]
) -> list[SelfAssessmentCourse]:
    """Each part of life that was ever answered, in the order of the form.

    Args:
        answers: day and content of each self-assessment, oldest first.
        schema: the newest form, for its questions.
    """
    courses = []
    for area, question in schema["properties"]["wie_geht_es"]["properties"].items():
        points = [
            SelfAssessmentPoint(answered_on=day, value=said[area]["wert"], words=said[area].get("worte"))
            for day, content in answers
            if area in (said := content["wie_geht_es"])
        ]
        if points:
            change = points[-1].value - points[0].value if len(points) > 1 else None
            courses.append(SelfAssessmentCourse(area=area, title=question["title"], points=points, difference=change))
    return courses
