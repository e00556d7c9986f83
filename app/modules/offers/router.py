"""`/v1/offers`."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.service_kinds import ServiceKind
from app.modules import organisations
from app.modules.offers import queries, service
from app.modules.offers.models import Offer, OfferFee, OfferVersion
from app.modules.offers.schemas import (
    CapacityOut,
    CapacityQuery,
    CapacityReport,
    DifferenceOut,
    OfferAction,
    OfferChangeOut,
    OfferContent,
    OfferCreate,
    OfferOut,
    OfferPatch,
    OfferQuery,
    OfferSummary,
    OfferVersionOut,
    OfferVersionQuery,
)
from app.modules.offers.workflow import OFFER
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/offers", tags=["offers"])


def _summary(offer: Offer, name: str, fee: OfferFee | None, actor: Actor) -> OfferSummary:
    own = offer.provider_id == actor.organisation_id
    known = {field: getattr(offer, field) for field in OfferSummary.model_fields if hasattr(offer, field)}
    known["capacity_free"] = None if offer.capacity_as_of is None else offer.capacity_free
    return OfferSummary(
        **known,
        provider_name=name,
        legal_basis=", ".join(ServiceKind(kind).section for kind in offer.service_kinds),
        rate_cents=fee.rate_cents if fee else None,
        rate_unit=fee.unit if fee else None,
        allowed_actions=OFFER.allowed(offer, actor) if own else [],
    )


def _full(db: Session, offer: Offer, actor: Actor) -> OfferOut:
    own = offer.provider_id == actor.organisation_id
    name = organisations.organisations_by_id(db, [offer.provider_id])[offer.provider_id].name
    version = queries.published_version(db, offer) if offer.number else None
    content = service.content_for(version, actor) if version else None
    fee = version.fee if version and content and content.fee else None
    draft = offer.draft if own else None
    return OfferOut(
        **dict(_summary(offer, name, fee, actor)),
        content=content,
        draft=OfferContent.model_validate(draft.content) if draft else None,
        youth_office_ids=offer.youth_office_ids if own else None,
        to_all_providers=offer.to_all_providers if own else None,
    )


@router.post("", status_code=201, summary="Leistungsangebot anlegen")
@needs(Permission.OFFERS_MANAGE)
def create_offer(body: OfferCreate, db: Db, actor: CurrentActor, now: Now) -> OfferOut:
    """A provider describes a service: kind, persons, aims, staff, fee (§ 78c Abs. 1, § 77 Abs. 1 SGB VIII).

    The draft is seen by the own provider only, until it is published.
    """
    return _full(db, service.create_offer(db, body, actor=actor, at=now), actor)


@router.get("", summary="Leistungsangebote suchen")
@needs(Permission.OFFERS_READ)
def list_offers(query: Annotated[OfferQuery, Query()], db: Db, actor: CurrentActor) -> Page[OfferSummary]:
    """Who has something free for this kind of help in this region (§§ 5, 36 Abs. 1 SGB VIII).

    A youth office finds what is published to it; a provider its own offers in every state, and those of others that
    are published to all providers, without their fee. Each word of `q` must occur in title or description.
    """
    rows, following, total = queries.list_offers(db, query, actor)
    fees = queries.fees_of(db, rows, actor)
    providers = organisations.organisations_by_id(db, {row.provider_id for row in rows})
    items = [_summary(row, providers[row.provider_id].name, fees.get(row.id), actor) for row in rows]
    return page_of(items, following, total, query)


@router.get("/{offer_id}", summary="Leistungsangebot lesen")
@needs(Permission.OFFERS_READ)
def get_offer(offer_id: Id, db: Db, actor: CurrentActor) -> OfferOut:
    """One offer with its published description; its provider also sees what is being written (§ 78c SGB VIII).

    A withdrawn offer stays readable for those it was published to, so that a help or agreement can still refer to it.
    """
    return _full(db, queries.get_offer(db, offer_id, actor), actor)


@router.patch("/{offer_id}", summary="Leistungsangebot überarbeiten")
@needs(Permission.OFFERS_MANAGE)
def revise_offer(offer_id: Id, body: OfferPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> OfferOut:
    """Write on the next version (merge patch, RFC 7396); what is published stays until `publish` (§ 78c SGB VIII)."""
    return _full(db, service.revise(db, offer_id, body, expected, actor=actor, at=now), actor)


@router.post("/{offer_id}/transitions", summary="Leistungsangebot veröffentlichen oder zurückziehen")
@needs(Permission.OFFERS_MANAGE)
def move_offer(offer_id: Id, body: OfferAction, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> OfferOut:
    """Publish what is written as the next version, to the readers named, or withdraw the offer (§ 78c SGB VIII).

    A version holds from the day of its publication and never changes. Youth offices read it with its fee, other
    providers (`to_all_providers`) without. Who is not named any more no longer finds the offer.
    """
    return _full(db, service.move(db, offer_id, body, expected, actor=actor, at=now), actor)


@router.get("/{offer_id}/transitions", summary="Verlauf des Leistungsangebots")
@needs(Permission.OFFERS_READ)
def list_offer_transitions(offer_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far that the own organisation was told of, oldest first."""
    return history(db, queries.get_offer(db, offer_id, actor).id)


@router.get("/{offer_id}/versions", summary="Fassungen des Leistungsangebots")
@needs(Permission.OFFERS_READ)
def list_offer_versions(
    offer_id: Id, query: Annotated[OfferVersionQuery, Query()], db: Db, actor: CurrentActor
) -> Page[OfferVersionOut]:
    """What was published to the own organisation, and from which day it held (§ 78c Abs. 1 SGB VIII)."""
    offer = queries.get_offer(db, offer_id, actor)
    rows, following, total = queries.list_versions(db, offer, query, actor)
    return page_of([_version(row, actor) for row in rows], following, total, query)


@router.get("/{offer_id}/changes", summary="Was sich am Leistungsangebot geändert hat")
@needs(Permission.OFFERS_READ)
def list_offer_changes(
    offer_id: Id, query: Annotated[OfferVersionQuery, Query()], db: Db, actor: CurrentActor
) -> Page[OfferChangeOut]:
    """Field by field, what each version changed against the one before, and since when (§§ 78c, 79a SGB VIII)."""
    offer = queries.get_offer(db, offer_id, actor)
    rows, following, total = queries.list_versions(db, offer, query, actor)
    changes = service.changes(db, offer, rows, actor)
    items = [
        OfferChangeOut(
            number=row.number,
            valid_from=row.valid_from,
            published_at=row.published_at,
            differences=[DifferenceOut.model_validate(difference) for difference in changes[row.number]],
        )
        for row in rows
        if row.number in changes
    ]
    return page_of(items, following, total, query)


def _version(version: OfferVersion, actor: Actor) -> OfferVersionOut:
    return OfferVersionOut(
        number=version.number,
        valid_from=version.valid_from,
        published_at=version.published_at,
        content=service.content_for(version, actor),
    )


@router.post("/{offer_id}/capacity", status_code=201, summary="Freie Kapazität melden")
@needs(Permission.OFFERS_MANAGE)
def report_capacity(offer_id: Id, body: CapacityReport, db: Db, actor: CurrentActor, now: Now) -> CapacityOut:
    """How many places or hours per week there are and how many are free, as of a day (§ 79 Abs. 2, § 80 SGB VIII).

    As often as it changes: the description needs no new version. A report is added, never changed, and therefore
    needs no `If-Match`.
    """
    return CapacityOut.model_validate(service.report_capacity(db, offer_id, body, actor=actor, at=now))


@router.get("/{offer_id}/capacity", summary="Kapazität im Verlauf")
@needs(Permission.OFFERS_READ)
def list_capacity(
    offer_id: Id, query: Annotated[CapacityQuery, Query()], db: Db, actor: CurrentActor
) -> Page[CapacityOut]:
    """What was free when: stock for the planning of youth welfare (§ 80 Abs. 1 Nr. 1 SGB VIII)."""
    offer = queries.get_offer(db, offer_id, actor)
    rows, following, total = queries.list_capacity(db, offer, query)
    return page_of([CapacityOut.model_validate(row) for row in rows], following, total, query)
