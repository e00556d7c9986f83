"""Proofs of service (Leistungsnachweise): what was done for a help in a month, on paper, and who confirmed it."""

from app.modules.proofs.queries import confirmed

__all__ = ["confirmed"]
