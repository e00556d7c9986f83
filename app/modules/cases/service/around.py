"""Partners of a help, and group offers that were considered for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.patching import apply
from app.core.problems import Invalid
from app.modules import offers
from app.modules.cases import queries, rules
from app.modules.cases.errors import HelpClosed
from app.modules.cases.models import Help, HelpGroupOffer, HelpPartner
from app.modules.cases.schemas import GroupOfferCreate, PartnerCreate, PartnerPatch
from app.policy import Actor


def add_partner(db: Session, help_id: UUID, body: PartnerCreate, *, actor: Actor, at: datetime) -> HelpPartner:
    """Name a school, a day-care centre or another place that works on the help (§ 36 Abs. 2, § 81 SGB VIII)."""
    help_ = _open(db, help_id, actor)
    place = {"help_id": help_.id, "youth_office_id": help_.youth_office_id}
    partner = HelpPartner(**place, **body.model_dump(), created_at=at, changed_at=at)
    db.add(partner)
    db.flush()
    _record(db, help_, "help.add_partner", partner.id, actor, at)
    return partner


def change_partner(
    db: Session, help_id: UUID, partner_id: UUID, patch: PartnerPatch, expected: int, *, actor: Actor, at: datetime
) -> HelpPartner:
    """Change a partner, or say until when it was one."""
    help_ = _open(db, help_id, actor)
    partner = queries.get_partner(db, help_, partner_id, actor)
    check_version(partner, expected)
    given = {name: getattr(patch, name) for name in patch.model_fields_set}
    if not apply(partner, given, nullable={"contact_function", "valid_to"}):
        return partner
    if partner.valid_to is not None and partner.valid_to < partner.valid_from:
        raise Invalid.field("/valid_to", "order", "Das Ende liegt vor dem Beginn.", "The end lies before the start.")
    partner.changed_at = at
    db.flush()
    _record(db, help_, "help.change_partner", partner.id, actor, at)
    return partner


def consider_group(db: Session, help_id: UUID, body: GroupOfferCreate, *, actor: Actor, at: datetime) -> HelpGroupOffer:
    """Write down that a group offer was considered beside or instead of individual help, and the decision.

    Raises:
        Invalid: no offer is named, or one that is not published to this youth office.
    """
    help_ = _open(db, help_id, actor)
    title = body.title
    if body.offer_id is not None:
        offer = offers.offers_by_id(db, [body.offer_id], youth_office_id=help_.youth_office_id).get(body.offer_id)
        if offer is None:
            raise Invalid.field("/offer_id", "unknown", "Dieses Angebot gibt es hier nicht.", "There is no such offer.")
        title = title or offer.title
    if title is None:
        raise Invalid.field("/title", "missing", "Zu nennen ist ein Angebot.", "An offer or a title is needed.")
    considered = HelpGroupOffer(
        help_id=help_.id,
        youth_office_id=help_.youth_office_id,
        **body.model_dump(exclude={"title"}),
        title=title,
        created_by=actor.id,
        created_at=at,
    )
    db.add(considered)
    db.flush()
    _record(db, help_, "help.consider_group", considered.id, actor, at, is_chosen=body.is_chosen)
    return considered


def _open(db: Session, help_id: UUID, actor: Actor) -> Help:
    help_ = queries.get_help(db, help_id, actor, lock=True)
    if help_.state not in rules.OPEN:
        raise HelpClosed
    return help_


def _record(db: Session, help_: Help, action: str, part: UUID, actor: Actor, at: datetime, **details: bool) -> None:
    audit.record(
        db,
        tenant_id=help_.youth_office_id,
        actor=actor,
        action=action,
        subject_kind="help",
        subject_id=help_.id,
        at=at,
        details={"part": part, **details},
    )
