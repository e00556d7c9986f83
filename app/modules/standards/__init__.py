"""Standards of quality: what a youth office expects and how it shows."""

from app.modules.standards.models import QualityArea, QualityDimension, Standard
from app.modules.standards.queries import standards_by_id
from app.modules.standards.service import adopt

__all__ = ["QualityArea", "QualityDimension", "Standard", "adopt", "standards_by_id"]
