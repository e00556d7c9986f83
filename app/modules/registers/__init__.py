"""Registers of people: insoweit erfahrene Fachkräfte (§ 8a Abs. 4, § 8b SGB VIII)."""

from app.modules.registers.models import IsefProfile
from app.modules.registers.queries import find_qualified
from app.modules.registers.service import must_be_safeguarded, phase_must_be_safeguarded, safeguarding_gaps

__all__ = ["IsefProfile", "find_qualified", "must_be_safeguarded", "phase_must_be_safeguarded", "safeguarding_gaps"]
