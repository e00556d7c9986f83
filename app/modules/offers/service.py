"""Acting on offers."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from app.core import audit, outbox
from app.core.db import check_version
from app.core.mergepatch import merge_patch
from app.core.problems import FieldError, Invalid
from app.core.validation import invalid
from app.law.calendars import legal_date
from app.modules import organisations
from app.modules.offers import queries, rules
from app.modules.offers.models import Offer, OfferCapacity, OfferDraft, OfferFee, OfferReader, OfferVersion
from app.modules.offers.schemas import CapacityReport, OfferAction, OfferContent, OfferCreate, OfferPatch, PublishOffer
from app.modules.offers.workflow import OFFER
from app.policy import Actor, OrganisationKind

outbox.announce(offer__capacity_changed="Leistungsangebot: freie Plätze gemeldet")

_SEARCHED = ("title", "description", "target_group", "aims", "method", "inclusion")


def create_offer(db: Session, body: OfferCreate, *, actor: Actor, at: datetime) -> Offer:
    """Begin an offer of the own provider, as a draft nobody else sees.

    Raises:
        Invalid: a region is unknown.
    """
    _check_regions(db, body)
    offer = Offer(provider_id=actor.organisation_id)
    set_committed_value(offer, "readers", [])
    _write(offer, body, at)
    OFFER.begin(db, offer, actor=actor, at=at)
    return offer


def revise(db: Session, offer_id: UUID, patch: OfferPatch, expected: int, *, actor: Actor, at: datetime) -> Offer:
    """Change what is being written; a published offer stays as it is until the next version is published.

    Raises:
        StaleVersion, NotFound.
        Invalid: the description as changed contradicts itself, or a region is unknown.
    """
    offer = queries.lock_own_offer(db, offer_id, actor)
    check_version(offer, expected)
    written = _written(db, offer)
    merged = merge_patch(written, patch.model_dump(mode="json", exclude_unset=True))
    try:
        content = OfferContent.model_validate(merged)
    except ValidationError as error:
        raise invalid(error, merged) from None
    if content.model_dump(mode="json") == written:
        return offer
    _check_regions(db, content)
    _write(offer, content, at)
    _touch(db, offer, at)
    _record(db, offer, "offer.revise", actor, at)
    return offer


def move(db: Session, offer_id: UUID, action: OfferAction, expected: int, *, actor: Actor, at: datetime) -> Offer:
    """Take a step of the offer's life.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: a reader is no youth office.
    """
    offer = queries.lock_own_offer(db, offer_id, actor)
    check_version(offer, expected)
    if isinstance(action, PublishOffer):
        _check_readers(db, action.youth_office_ids)
        with db.no_autoflush:
            _publish(db, offer, action, actor, at)
    else:
        OFFER.fire(db, offer, action.action, actor=actor, at=at, number=offer.number)
    return offer


def report_capacity(db: Session, offer_id: UUID, body: CapacityReport, *, actor: Actor, at: datetime) -> OfferCapacity:
    """Say what is free; the report joins the history and needs no new version of the description.

    Readers are told when the numbers differ from those before, not on every nightly repetition.

    Raises:
        NotFound.
        Invalid: the day lies in the future, or before that of the last report.

    Law: SGB VIII § 79 Abs. 2 (services in good time and sufficient), § 80 Abs. 1 (stock and need).
    """
    offer = queries.lock_own_offer(db, offer_id, actor)
    as_of = body.as_of or legal_date(at)
    if faults := rules.day_faults(as_of, legal_date(at), offer.capacity_as_of):
        raise Invalid(errors=faults)
    known = (offer.capacity_unit, offer.capacity_total, offer.capacity_free)
    is_news = known != (body.unit, body.total, body.free)
    offer.capacity_unit, offer.capacity_total, offer.capacity_free = body.unit, body.total, body.free
    offer.capacity_as_of = as_of
    report = OfferCapacity(as_of=as_of, reported_at=at, **_part(offer), **body.model_dump(exclude={"as_of"}))
    db.add(report)
    _touch(db, offer, at)
    _record(db, offer, "offer.report_capacity", actor, at, free=str(body.free), as_of=as_of.isoformat())
    if is_news:
        _tell(db, offer, "offer.capacity_changed", offer.audience, actor, at)
    return report


def content_for(version: OfferVersion, actor: Actor) -> OfferContent:
    """A published description as the actor may read it: no provider learns another's fee."""
    foreign = actor.is_provider and version.provider_id != actor.organisation_id
    return _content(version, None if foreign else version.fee)


def changes(
    db: Session, offer: Offer, versions: Sequence[OfferVersion], actor: Actor
) -> dict[int, list[rules.Difference]]:
    """What each of these versions, neighbours in time, changed against the one the actor knew before; by number.

    Versions that changed nothing the actor may read, and the first one, are not among them.
    """
    oldest = min((version.number for version in versions), default=0)
    earlier = queries.version_before(db, offer, oldest, actor)
    known = sorted([*versions, *filter(None, [earlier])], key=lambda version: version.number)
    texts = [(version.number, content_for(version, actor).model_dump(mode="json")) for version in known]
    found = {number: rules.differences(before, after) for (_, before), (number, after) in pairwise(texts)}
    return {number: differences for number, differences in found.items() if differences}


def _publish(db: Session, offer: Offer, action: PublishOffer, actor: Actor, at: datetime) -> None:
    """What is written becomes the next version, beside the earlier ones; the fee goes into its own table."""
    earlier = set(offer.youth_office_ids)
    content, changed = _news(db, offer, action)
    offer.number += 1
    offer.valid_from, offer.to_all_providers = legal_date(at), action.to_all_providers
    _extract(offer, content)
    place = {**_part(offer), "number": offer.number}
    readers = [OfferReader(youth_office_id=id_, **place) for id_ in action.youth_office_ids]
    set_committed_value(offer, "readers", readers)
    told = action.model_dump(mode="json", exclude={"action"})
    OFFER.fire(db, offer, "publish", actor=actor, at=at, number=offer.number, changed=changed, **told)
    db.add(
        OfferVersion(
            content=content.model_dump(mode="json", exclude={"fee"}),
            valid_from=offer.valid_from,
            to_all_providers=offer.to_all_providers,
            published_by=actor.id,
            published_at=at,
            **place,
        )
    )
    db.flush()
    db.add_all(readers)
    if content.fee is not None:
        db.add(OfferFee(**content.fee.model_dump(), **place))
    offer.draft = None
    db.flush()
    if lost := sorted(earlier - set(action.youth_office_ids)):
        _tell(db, offer, "offer.withdrawn", lost, actor, at)


def _news(db: Session, offer: Offer, action: PublishOffer) -> tuple[OfferContent, list[str]]:
    """What is to be published, and where it differs from the published version (pointers, never values)."""
    written = _written(db, offer)
    if not offer.number:
        return OfferContent.model_validate(written), []
    changed = [difference.pointer for difference in rules.differences(_published(db, offer), written)]
    readers = (set(offer.youth_office_ids), offer.to_all_providers)
    if readers != (set(action.youth_office_ids), action.to_all_providers):
        changed.append(rules.AUDIENCE)
    return OfferContent.model_validate(written), changed


def _written(db: Session, offer: Offer) -> dict[str, Any]:
    """What a change or the next version starts from, as JSON: the draft, else the published version."""
    return _published(db, offer) if offer.draft is None else offer.draft.content


def _published(db: Session, offer: Offer) -> dict[str, Any]:
    version = queries.published_version(db, offer)
    return _content(version, version.fee).model_dump(mode="json") if version else {}


def _content(version: OfferVersion, fee: OfferFee | None) -> OfferContent:
    told = None if fee is None else {"rate_cents": fee.rate_cents, "unit": fee.unit, "note": fee.note}
    return OfferContent.model_validate({**version.content, "fee": told})


def _write(offer: Offer, content: OfferContent, at: datetime) -> None:
    if offer.draft is None:
        offer.draft = OfferDraft(provider_id=offer.provider_id)
    offer.draft.content, offer.draft.changed_at = content.model_dump(mode="json"), at
    if not offer.number:
        _extract(offer, content)


def _extract(offer: Offer, content: OfferContent) -> None:
    """What lists and filters need of a description, as columns; the fee is not among it."""
    offer.title, offer.setting = content.title, content.setting
    offer.service_kinds = [kind.value for kind in content.service_kinds]
    offer.region_ids, offer.languages = content.region_ids, content.languages
    offer.has_protection_concept = content.has_protection_concept
    offer.search_text = "\n".join(getattr(content, name) or "" for name in _SEARCHED)


def _check_regions(db: Session, content: OfferContent) -> None:
    known = organisations.regions_by_id(db, content.region_ids)
    _refuse_unknown("/region_ids", [id_ in known for id_ in content.region_ids])


def _check_readers(db: Session, ids: Sequence[UUID]) -> None:
    known = organisations.organisations_by_id(db, ids)
    offices = {id_ for id_, organisation in known.items() if organisation.kind is OrganisationKind.YOUTH_OFFICE}
    _refuse_unknown(rules.AUDIENCE, [id_ in offices for id_ in ids])


def _refuse_unknown(pointer: str, is_known: Sequence[bool]) -> None:
    de, en = "Diese Kennung ist nicht bekannt.", "This id is not known."
    faults = [FieldError(f"{pointer}/{place}", "unknown", de, en) for place, known in enumerate(is_known) if not known]
    if faults:
        raise Invalid(errors=faults)


def _part(offer: Offer) -> dict[str, Any]:
    return {"offer_id": offer.id, "provider_id": offer.provider_id}


def _touch(db: Session, offer: Offer, at: datetime) -> None:
    """A new version of the entry, even where what changed lies in another row."""
    offer.changed_at = at
    flag_modified(offer, "changed_at")
    db.flush()


def _record(db: Session, offer: Offer, action: str, actor: Actor, at: datetime, **details: str) -> None:
    audit.record(
        db,
        tenant_id=offer.tenant_id,
        actor=actor,
        action=action,
        subject_kind=OFFER.name,
        subject_id=offer.id,
        at=at,
        details={**details, "version": offer.version},
    )


def _tell(db: Session, offer: Offer, type_: str, audience: Sequence[UUID], actor: Actor, at: datetime) -> None:
    outbox.emit(
        db,
        type_,
        tenant_id=offer.tenant_id,
        subject_kind=OFFER.name,
        subject_id=offer.id,
        audience=audience,
        actor=actor,
        at=at,
        data={"version": offer.version},
    )
