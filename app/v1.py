"""The API's first version: one router per room, in staircase order."""

from fastapi import APIRouter

from app.modules.identity import router as identity
from app.modules.organisations import router as organisations

router = APIRouter(prefix="/v1")
for room in (identity.router, organisations.router):
    router.include_router(room)

well_known = identity.well_known
"""What stands outside `/v1` by its own standards."""
