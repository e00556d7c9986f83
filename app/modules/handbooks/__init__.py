"""Quality handbooks; other rooms come in through this door."""

from app.modules.handbooks.models import HandbookVersion
from app.modules.handbooks.queries import released_version, versions_named
from app.modules.handbooks.service import consultation_due
from app.modules.handbooks.service.steps import CONSULTATION

__all__ = ["CONSULTATION", "HandbookVersion", "consultation_due", "released_version", "versions_named"]
