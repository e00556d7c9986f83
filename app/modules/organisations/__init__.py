"""Organisations: youth offices and providers."""

from app.modules.organisations.models import Organisation, Region
from app.modules.organisations.queries import get_organisation, land_of, organisations_by_id, regions_by_id
from app.modules.organisations.service import create_organisation, create_region, set_leitweg_id

__all__ = [
    "Organisation",
    "Region",
    "create_organisation",
    "create_region",
    "get_organisation",
    "land_of",
    "organisations_by_id",
    "regions_by_id",
    "set_leitweg_id",
]
