"""Keeping the register of insoweit erfahrene Fachkräfte."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.patching import apply
from app.core.problems import Invalid, NotFound
from app.core.work import by_the_service
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules import agreements, identity
from app.modules.registers import queries
from app.modules.registers.errors import ProviderNotSafeguarded
from app.modules.registers.models import IsefProfile
from app.modules.registers.schemas import IsefCreate, IsefPatch
from app.policy import Actor

_MAY_BE_EMPTY = {"valid_to"}
_OPENS = {"create", "release"}


def safeguarding_gaps(db: Session, *, youth_office_id: UUID, provider_id: UUID, on: date, today: date) -> list[str]:
    """What is missing before a provider is given a help: a valid safeguarding agreement, a named qualified contact.

    The contact is an insoweit erfahrene Fachkraft named in the agreement, or entered by the provider and qualified.

    Args:
        on: the first day of the help; an agreement that held only before or only later is none.

    Law: § 8a Abs. 4 SGB VIII.
    """
    agreement = agreements.find_safeguarding(db, youth_office_id=youth_office_id, provider_id=provider_id, on=on)
    missing = [] if agreement else ["safeguarding_agreement"]
    if agreement is None or not agreement.names_isef:
        with by_the_service(db):  # the provider's own register, of which the office learns only this
            named = queries.has_qualified(db, provider_id, max(on, today))
        missing += [] if named else ["named_contact"]
    return missing


def must_be_safeguarded(db: Session, help_: Any, move: Move) -> None:
    """Refuse to open or to release a help with a provider that lacks either (listens to the life of helps).

    A help that comes from another office goes on without a gap, whatever is agreed here yet (§ 86c SGB VIII).

    Raises:
        ProviderNotSafeguarded: with what is missing.
    """
    if move.action in _OPENS and "taken_over" not in move.data:
        _refuse_unsafe(db, help_, help_.starts_on, move)


def phase_must_be_safeguarded(db: Session, phase: Any, move: Move) -> None:
    """The same for a phase of a help, which may be another provider's (listens to the life of phases).

    Raises:
        ProviderNotSafeguarded: with what is missing.
    """
    if move.action in _OPENS and "taken_over" not in move.data:
        _refuse_unsafe(db, phase, phase.valid_from, move)


def _refuse_unsafe(db: Session, given: Any, begins: date, move: Move) -> None:
    today = legal_date(move.at)
    place = {"youth_office_id": given.youth_office_id, "provider_id": given.provider_id}
    asked = (*place.values(), max(begins, today))
    sound: set[tuple[UUID, UUID, date]] = db.info.setdefault("safeguarded", set())  # an import brings thousands
    if asked in sound:
        return
    if missing := safeguarding_gaps(db, **place, on=max(begins, today), today=today):
        raise ProviderNotSafeguarded(day=max(begins, today).isoformat(), missing=missing)
    sound.add(asked)


def enter_isef(db: Session, body: IsefCreate, *, actor: Actor, at: datetime) -> IsefProfile:
    """Enter somebody who may be consulted.

    Raises:
        Invalid: the account is none of the own organisation.
    """
    if body.account_id is not None:
        try:
            identity.get_account(db, body.account_id, actor)
        except NotFound:
            de, en = "Diesen Zugang gibt es hier nicht.", "There is no such account here."
            raise Invalid.field("/account_id", "unknown", de, en) from None
    data = body.model_dump(mode="python")
    data["fields"] = [field.value for field in body.fields]
    profile = IsefProfile(**data, organisation_id=actor.organisation_id, created_at=at, changed_at=at)
    db.add(profile)
    db.flush()
    _record(db, profile, "enter", actor, at)
    return profile


def change_isef(
    db: Session, isef_id: UUID, patch: IsefPatch, expected: int, *, actor: Actor, at: datetime
) -> IsefProfile:
    """Change an entry of the own organisation; consultations that were held stay as they were."""
    profile = queries.get_own_isef(db, isef_id, actor)
    check_version(profile, expected)
    given = patch.model_dump(mode="python", exclude_unset=True)
    if patch.fields is not None:
        given["fields"] = [field.value for field in patch.fields]
    if not apply(profile, given, nullable=_MAY_BE_EMPTY):
        return profile
    if profile.valid_to is not None and profile.valid_to < profile.valid_from:
        de, en = "Das Ende liegt vor dem Beginn.", "The end lies before the start."
        raise Invalid.field("/valid_to", "order", de, en)
    profile.changed_at = at
    db.flush()
    _record(db, profile, "change", actor, at)
    return profile


def _record(db: Session, profile: IsefProfile, verb: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=profile.organisation_id,
        actor=actor,
        action=f"isef_profile.{verb}",
        subject_kind="isef_profile",
        subject_id=profile.id,
        at=at,
        law="§ 8a Abs. 4 SGB VIII",
        details={"is_shared": profile.is_shared, "version": profile.version},
    )
