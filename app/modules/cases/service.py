"""Acting on helps."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.numbers import next_number
from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.modules import agreements, identity
from app.modules.cases import queries
from app.modules.cases.errors import NoAgreementForHelp, PaymentBasisMissing
from app.modules.cases.models import Help, HelpAssignment, HelpGrant
from app.modules.cases.schemas import EndHelp, HelpAction, HelpCreate
from app.modules.cases.workflow import HELP
from app.policy import Actor, Role


def open_help(db: Session, body: HelpCreate, *, actor: Actor, at: datetime) -> Help:
    """Ask for a help with a provider; its hours count once another person released them.

    Raises:
        PaymentBasisMissing: one of the three agreements a (part-)residential help needs is missing.
        NoAgreementForHelp: no agreement in force with this provider for this kind of help on its first day.
        Invalid: the caseworker named is none of this office.
    """
    agreement = agreements.find_in_force(
        db,
        youth_office_id=actor.organisation_id,
        provider_id=body.provider_id,
        service_kind=body.service_kind,
        on=body.starts_on,
    )
    if agreement is None:
        raise NoAgreementForHelp(day=body.starts_on.isoformat())
    _refuse_unpayable(db, actor.organisation_id, body.provider_id, body.service_kind, body.starts_on)
    help_ = Help(
        youth_office_id=actor.organisation_id,
        provider_id=body.provider_id,
        number=next_number(db, actor.organisation_id, "HI", legal_date(at).year),
        agreement_id=agreement.id,
        service_kind=body.service_kind,
        pseudonym=body.pseudonym,
        caseworker_id=_caseworker(db, body.caseworker_id, actor),
        opened_by=actor.id,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
    )
    HELP.begin(db, help_, actor=actor, at=at)
    place = {"help_id": help_.id, "youth_office_id": help_.youth_office_id, "provider_id": help_.provider_id}
    days = {"valid_from": body.starts_on, "valid_to": body.ends_on}
    db.add(HelpAssignment(**place, **days))
    grant = HelpGrant(**place, **days, hours_per_week=body.hours_per_week, prepared_by=actor.id, prepared_at=at)
    db.add(grant)
    db.flush()
    return help_


def move(db: Session, help_id: UUID, action: HelpAction, expected: int, *, actor: Actor, at: datetime) -> Help:
    """Take a step of the help's life cycle; a release also releases its grant; with the help all parts in it end.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    check_version(help_, expected)
    grants = queries.grants_of(db, [help_.id])[help_.id]
    if action.action == "release":
        _refuse_unpayable(db, help_.youth_office_id, help_.provider_id, help_.service_kind, help_.starts_on)
    if isinstance(action, EndHelp):
        help_.ended_on, help_.end_reason = action.ended_on, action.reason
    data = action.model_dump(mode="json", exclude={"action", "note"})
    with db.no_autoflush:
        HELP.fire(db, help_, action.action, actor=actor, at=at, **data)
    if isinstance(action, EndHelp):
        queries.end_assignments(db, help_, action.ended_on)
    for grant in grants:
        if action.action == "release" and grant.released_at is None:
            grant.released_by, grant.released_at = actor.id, at
    return help_


def _refuse_unpayable(db: Session, office: UUID, provider: UUID, kind: agreements.ServiceKind, day: date) -> None:
    missing = agreements.missing_for_help(db, youth_office_id=office, provider_id=provider, service_kind=kind, on=day)
    if missing:
        raise PaymentBasisMissing(day=day.isoformat(), missing=", ".join(one.title_de for one in missing))


def _caseworker(db: Session, account_id: UUID | None, actor: Actor) -> UUID:
    """The account that leads the case: the one named, else the one that opens."""
    if account_id is None:
        return actor.id
    if identity.find_colleague(db, account_id, Role.CASEWORKER, actor) is None:
        raise Invalid.field(
            "/caseworker_id", "unknown", "Diese Fachkraft gibt es im Jugendamt nicht.", "No such caseworker here."
        )
    return account_id
