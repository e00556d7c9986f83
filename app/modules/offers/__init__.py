"""Offers of providers (Leistungsangebote): described, published, versioned; other rooms name them by id."""

from app.modules.offers.models import Offer
from app.modules.offers.queries import offers_by_id, offers_named, providers_of

__all__ = ["Offer", "offers_by_id", "offers_named", "providers_of"]
