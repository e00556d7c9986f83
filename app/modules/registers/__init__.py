"""Registers of people: insoweit erfahrene Fachkräfte (§ 8a Abs. 4, § 8b SGB VIII)."""

from app.modules.registers.models import IsefProfile
from app.modules.registers.queries import find_qualified, has_qualified

__all__ = ["IsefProfile", "find_qualified", "has_qualified"]
