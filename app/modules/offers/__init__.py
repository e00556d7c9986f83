"""Offers of providers (Leistungsangebote): described, published, versioned; other rooms name them by id."""

from app.modules.offers.models import Offer, OfferVersion
from app.modules.offers.queries import offers_by_id, offers_named, providers_of, published_versions

__all__ = ["Offer", "OfferVersion", "offers_by_id", "offers_named", "providers_of", "published_versions"]
