"""Organisations: youth offices and providers."""

from app.modules.organisations.queries import get_organisation, land_of
from app.modules.organisations.service import create_organisation

__all__ = ["create_organisation", "get_organisation", "land_of"]
