"""Organisations: youth offices and providers."""

from app.modules.organisations.models import Region
from app.modules.organisations.queries import get_organisation, kinds_of, land_of
from app.modules.organisations.service import create_organisation, create_region

__all__ = ["Region", "create_organisation", "create_region", "get_organisation", "kinds_of", "land_of"]
