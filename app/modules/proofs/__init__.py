"""Proofs of service (Leistungsnachweise): what was done for a help in a month, on paper, and who confirmed it."""

from app.modules.proofs.queries import confirmed
from app.modules.proofs.traces import TRACES
from app.modules.proofs.work import WORK

__all__ = ["TRACES", "WORK", "confirmed"]
