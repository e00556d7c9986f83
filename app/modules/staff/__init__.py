"""Staff lists of providers: which professional, by key and without a name, has which qualification and employment."""

from app.modules.staff.models import StaffMember
from app.modules.staff.queries import staff_of

__all__ = ["StaffMember", "staff_of"]
