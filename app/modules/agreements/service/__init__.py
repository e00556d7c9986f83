"""Acting on agreements."""

from app.modules.agreements.service.drafting import change, draft
from app.modules.agreements.service.steps import move
from app.modules.agreements.service.time import end_due, start_due

__all__ = ["change", "draft", "end_due", "move", "start_due"]
