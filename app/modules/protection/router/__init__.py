"""`/v1/endangerment-reports`, `/v1/endangerment-cases`, `/v1/custody-measures` and who reads what of them."""

from app.modules.protection.router.access import router as access
from app.modules.protection.router.cases import router
from app.modules.protection.router.transfers import router as transfers

__all__ = ["access", "router", "transfers"]
