"""`/v1/papers`, `/v1/paper-follow-ups`, `/v1/bodies`, `/v1/meetings`, `/v1/oparl`."""

from app.modules.committee.router.oparl import router as oparl
from app.modules.committee.router.papers import router as papers
from app.modules.committee.router.sittings import router as sittings

__all__ = ["oparl", "papers", "sittings"]
