"""Who joins an agreement and who leaves it while the others go on."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.modules import organisations
from app.modules.agreements import rules
from app.modules.agreements.models import Agreement, AgreementCoverage, AgreementLeave, AgreementParty
from app.modules.agreements.schemas import Accede, AgreementContent, InviteParty, LeaveAgreement, RemoveParty
from app.modules.agreements.service import concluding, drafting
from app.modules.agreements.workflow import TALKING
from app.policy import Actor, OrganisationKind


def invite(db: Session, agreement: Agreement, action: InviteParty, _actor: Actor, at: datetime) -> None:
    """A further provider may read the agreement, negotiate it, or join it by its signature.

    Raises:
        Invalid: no such provider, or it is a party already.
    """
    guest = organisations.organisations_by_id(db, [action.provider_id]).get(action.provider_id)
    if guest is None or guest.kind is not OrganisationKind.PROVIDER:
        raise Invalid.field("/provider_id", "unknown", "Diesen Träger gibt es nicht.", "There is no such provider.")
    if action.provider_id in agreement.audience:
        raise Invalid.field(
            "/provider_id", "party_already", "Dieser Träger ist schon Vertragspartei.", "This provider is a party."
        )
    place = max(party.place for party in agreement.parties) + 1
    agreement.parties.append(AgreementParty(organisation_id=action.provider_id, place=place))
    db.flush()
    if agreement.state in TALKING:
        drafting.rewrite(agreement, AgreementContent.model_validate(drafting.text_of(agreement)))


def remove(db: Session, agreement: Agreement, action: RemoveParty, actor: Actor, at: datetime) -> None:
    """A provider takes no further part; the text goes on without it."""
    _leaves(db, agreement, action.provider_id, legal_date(at), action.reason, actor, at)
    drafting.rewrite(agreement, AgreementContent.model_validate(drafting.text_of(agreement)))


def accede(db: Session, agreement: Agreement, action: Accede, actor: Actor, at: datetime) -> None:
    """The text holds for one more provider, from a day on.

    Raises:
        Invalid: the day lies in the past or outside the agreement's time.
        AgreementOverlaps: the provider has an agreement of this kind for part of the time.
    """
    first = action.joined_on or max(legal_date(at), agreement.valid_from)
    latest = rules.last_day(agreement)
    if first < max(legal_date(at), agreement.valid_from) or (latest is not None and first > latest):
        raise Invalid.field(
            "/joined_on",
            "outside_term",
            "Der Beitritt wirkt ab heute oder später, innerhalb der Laufzeit.",
            "Joining takes effect today or later, within the agreement's time.",
        )
    drafting.add_signature(db, agreement, action.function, action.content_hash, actor, at)
    _party(agreement, actor.organisation_id).joined_on = first
    concluding.refuse_overlap(db, agreement, [actor.organisation_id])
    concluding.cover(db, agreement, [actor.organisation_id], first)


def leave(db: Session, agreement: Agreement, action: LeaveAgreement, actor: Actor, at: datetime) -> None:
    """The text ends for one provider; why, only it and the youth office can read."""
    leaver = leaver_of(action, actor)
    _leaves(db, agreement, leaver, action.last_day, action.reason, actor, at)
    covered = update(AgreementCoverage).where(
        AgreementCoverage.agreement_id == agreement.id,
        AgreementCoverage.provider_id == leaver,
        AgreementCoverage.valid_to.is_(None) | (AgreementCoverage.valid_to > action.last_day),
    )
    db.execute(covered.values(valid_to=action.last_day))


def leaver_of(action: LeaveAgreement, actor: Actor) -> UUID:
    """Who leaves: the one named, else the caller's own organisation."""
    return action.provider_id or actor.organisation_id


def _party(agreement: Agreement, organisation_id: UUID) -> AgreementParty:
    return next(party for party in agreement.parties if party.organisation_id == organisation_id)


def _leaves(
    db: Session, agreement: Agreement, leaver: UUID, last: date, reason: str, actor: Actor, at: datetime
) -> None:
    _party(agreement, leaver).leaves_on = last
    db.add(
        AgreementLeave(
            agreement_id=agreement.id,
            provider_id=leaver,
            youth_office_id=agreement.youth_office_id,
            declared_by=actor.organisation_id,
            declared_at=at,
            last_day=last,
            reason=reason,
        )
    )
    db.flush()
