"""Acting on handbooks."""

from app.modules.handbooks.service.consulting import answer, comment, consultation_due
from app.modules.handbooks.service.rollout import adopt_all, move_district
from app.modules.handbooks.service.steps import move_version
from app.modules.handbooks.service.writing import (
    begin_version,
    change_handbook,
    change_version,
    create_handbook,
    minimum_standards,
)

__all__ = [
    "adopt_all",
    "answer",
    "begin_version",
    "change_handbook",
    "change_version",
    "comment",
    "consultation_due",
    "create_handbook",
    "minimum_standards",
    "move_district",
    "move_version",
]
