"""Reading offers: a provider its own and those published to all providers, a youth office those published to it.

Filters on lists of codes and on words are no conditions of an index: behind row-level security PostgreSQL uses
leakproof operators only. What bounds a search is the reader's own catalogue, found by index.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.modules.offers.models import Offer, OfferCapacity, OfferFee, OfferReader, OfferState, OfferVersion
from app.modules.offers.schemas import CapacityQuery, OfferQuery, OfferVersionQuery
from app.policy import Actor


def published_to(youth_office_id: UUID) -> Select[Offer]:
    """The offers whose published version was published to a youth office; withdrawn ones too."""
    mine = and_(
        OfferReader.offer_id == Offer.id,
        OfferReader.number == Offer.number,
        OfferReader.youth_office_id == youth_office_id,
    )
    return select(Offer).join(OfferReader, mine)


def visible(actor: Actor) -> Select[Offer]:
    """The offers an actor's organisation may know of."""
    if actor.is_youth_office:
        return published_to(actor.organisation_id)
    of_others = and_(Offer.to_all_providers, Offer.number > 0)
    return select(Offer).where(or_(Offer.provider_id == actor.organisation_id, of_others))


def get_offer(db: Session, offer_id: UUID, actor: Actor) -> Offer:
    """One offer, for its provider with what is being written and who reads it; 404 when the actor may not know."""
    return found(db.scalar(visible(actor).where(Offer.id == offer_id).options(*_OWNERS)))


def lock_own_offer(db: Session, offer_id: UUID, actor: Actor) -> Offer:
    """An offer of the own provider, locked for a change; 404 for any other."""
    own = select(Offer).where(Offer.id == offer_id, Offer.provider_id == actor.organisation_id)
    return found(db.scalar(own.options(*_OWNERS).with_for_update()))


_OWNERS = (selectinload(Offer.draft), selectinload(Offer.readers))


def list_offers(db: Session, query: OfferQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of offers; of others only what is published now."""
    rows = visible(actor).where(or_(Offer.provider_id == actor.organisation_id, Offer.state == OfferState.PUBLISHED))
    for name in ("provider_id", "setting", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Offer, name) == value)
    rows = rows.where(*_filters(query))
    sorts = {name: getattr(Offer, name) for name in ("title", "capacity_free", "created_at", "changed_at")}
    return paginate(db, rows, query, sorts, Offer.id)


def _filters(query: OfferQuery) -> Iterator[ColumnElement[bool]]:
    if query.service_kind is not None:
        yield Offer.service_kinds.contains([query.service_kind.value])
    if query.language is not None:
        yield Offer.languages.contains([query.language])
    if query.region_id is not None:
        yield or_(Offer.region_ids.contains([query.region_id]), Offer.region_ids == [])
    if query.has_capacity is not None:
        yield Offer.capacity_free > 0 if query.has_capacity else Offer.capacity_free == 0
    if query.capacity_since is not None:
        yield Offer.capacity_as_of >= query.capacity_since
    for word in (query.q or "").split():
        yield Offer.search_text.icontains(word, autoescape=True)


def fees_of(db: Session, offers: Sequence[Offer], actor: Actor) -> dict[UUID, OfferFee]:
    """The present fees of offers the actor sees, by the offer's id; one statement.

    A provider gets its own only: others' fees are trade secrets.
    """
    rows = select(OfferFee).where(tuple_(OfferFee.offer_id, OfferFee.number).in_([(o.id, o.number) for o in offers]))
    if actor.is_provider:
        rows = rows.where(OfferFee.provider_id == actor.organisation_id)
    return {fee.offer_id: fee for fee in db.scalars(rows)}


def published_version(db: Session, offer: Offer) -> OfferVersion | None:
    """The published version of an offer, with its fee as far as it may be seen; None for none yet."""
    wanted = select(OfferVersion).where(OfferVersion.offer_id == offer.id, OfferVersion.number == offer.number)
    return db.scalar(wanted.options(joinedload(OfferVersion.fee)))


def list_versions(
    db: Session, offer: Offer, query: OfferVersionQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of the versions of an offer that were published to the actor."""
    return paginate(db, _versions(offer, actor), query, {"number": OfferVersion.number}, OfferVersion.id)


def version_before(db: Session, offer: Offer, number: int, actor: Actor) -> OfferVersion | None:
    """The version the actor knew before this one; None when this was the first."""
    before = _versions(offer, actor).where(OfferVersion.number < number)
    return db.scalar(before.order_by(OfferVersion.number.desc()).limit(1))


def _versions(offer: Offer, actor: Actor) -> Select[OfferVersion]:
    rows = select(OfferVersion).where(OfferVersion.offer_id == offer.id).options(joinedload(OfferVersion.fee))
    if actor.is_youth_office:
        mine = and_(
            OfferReader.offer_id == OfferVersion.offer_id,
            OfferReader.number == OfferVersion.number,
            OfferReader.youth_office_id == actor.organisation_id,
        )
        return rows.join(OfferReader, mine)
    if offer.provider_id != actor.organisation_id:
        return rows.where(OfferVersion.to_all_providers)
    return rows


def list_capacity(db: Session, offer: Offer, query: CapacityQuery) -> tuple[list[Any], str | None, int | None]:
    """A page of what was reported free."""
    rows = select(OfferCapacity).where(OfferCapacity.offer_id == offer.id)
    return paginate(db, rows, query, {"as_of": OfferCapacity.as_of}, OfferCapacity.id)


def providers_of(db: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose offers these are, published or not; one statement."""
    rows = select(Offer.id, Offer.provider_id).where(Offer.id.in_(ids))
    return {row.id: row.provider_id for row in db.execute(rows)}


def offers_by_id(db: Session, ids: Collection[UUID], *, youth_office_id: UUID) -> dict[UUID, Offer]:
    """Those of the ids that are offers published now to this youth office; one statement.

    In a provider's transaction only its own are found: to whom others publish is not for it to know.
    """
    rows = published_to(youth_office_id).where(Offer.id.in_(ids), Offer.state == OfferState.PUBLISHED)
    return {offer.id: offer for offer in db.scalars(rows)}


def offers_named(db: Session, ids: Collection[UUID]) -> dict[UUID, Offer]:
    """Those of the ids that are offers, withdrawn ones too, as far as they may be seen; one statement."""
    return {offer.id: offer for offer in db.scalars(select(Offer).where(Offer.id.in_(ids)))}


def published_versions(db: Session, ids: Collection[UUID]) -> dict[UUID, OfferVersion]:
    """The version of each of these offers that is published now; one statement."""
    rows = (
        select(OfferVersion)
        .join(Offer, and_(Offer.id == OfferVersion.offer_id, Offer.number == OfferVersion.number))
        .where(Offer.id.in_(ids))
    )
    return {version.offer_id: version for version in db.scalars(rows)}
