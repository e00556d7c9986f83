"""The steps people take with an agreement: negotiate, offer, sign, withdraw, give notice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.db import check_version
from app.law.calendars import legal_date
from app.modules import standards
from app.modules.agreements import document, queries, rules
from app.modules.agreements.errors import AgreementOverlaps
from app.modules.agreements.models import Agreement, AgreementCoverage, AgreementSignature
from app.modules.agreements.schemas import AgreementAction, AgreementContent, SignAgreement, TerminateAgreement
from app.modules.agreements.service.drafting import lay_version
from app.modules.agreements.service.time import END, START, wait
from app.modules.agreements.workflow import AGREEMENT
from app.policy import Actor


def move(
    db: Session, agreement_id: UUID, action: AgreementAction, expected: int, *, actor: Actor, at: datetime
) -> Agreement:
    """Take a step of an agreement's life.

    Raises:
        AgreementOverlaps: an agreement of this kind holds with one of the providers for part of the period.
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.

    Law: SGB VIII §§ 77, 78b-78d; SGB X §§ 56, 57, 59.
    """
    agreement = queries.get_agreement(db, agreement_id, actor, lock=True)
    check_version(agreement, expected)
    if isinstance(action, TerminateAgreement):
        agreement.ends_on, agreement.notice_reason = action.last_day, action.reason
    data = action.model_dump(mode="json", exclude={"action", "reason"})
    AGREEMENT.fire(db, agreement, action.action, actor=actor, at=at, **data)
    if (consequence := _CONSEQUENCES.get(action.action)) is not None:
        consequence(db, agreement, action, actor, at)
    return agreement


def _offer(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """From now on neither the text nor its standards change."""
    _refuse_overlap(db, agreement)
    current = agreement.current
    current.offered_at = at
    standards.adopt(db, [UUID(id_) for id_ in current.content["standard_ids"]], current.id, at=at)
    db.flush()


def _reopen(db: Session, agreement: Agreement, _action: Any, _actor: Actor, at: datetime) -> None:
    """The next version begins as a copy; the old one keeps its signatures."""
    content = AgreementContent.model_validate(document.content_of(agreement.current.content))
    agreement.current_number += 1
    lay_version(db, agreement, content, at)


def _sign(db: Session, agreement: Agreement, action: SignAgreement, actor: Actor, at: datetime) -> None:
    """Add the signature; the last one concludes the agreement."""
    agreement.current.signatures.append(
        AgreementSignature(
            organisation_id=actor.organisation_id,
            account_id=actor.id,
            function=action.function,
            signed_at=at,
            content_hash=action.content_hash,
        )
    )
    db.flush()
    if rules.signatories(agreement) >= set(agreement.audience):
        _conclude(db, agreement, actor, at)


def _conclude(db: Session, agreement: Agreement, actor: Actor, at: datetime) -> None:
    """All have signed: the agreement covers its term, and is in force once its first day has come."""
    by_itself = replace(actor, organisation_kind=None)  # the service's step, in the name of the last signatory
    _refuse_overlap(db, agreement)
    AGREEMENT.fire(db, agreement, "conclude", actor=by_itself, at=at)
    _cover(db, agreement)
    if agreement.valid_from <= legal_date(at):
        AGREEMENT.fire(db, agreement, "start", actor=by_itself, at=at)
    else:
        wait(db, agreement, START, rules.start_of_day(agreement.valid_from), actor=actor, at=at)
    if agreement.valid_to is not None:
        wait(db, agreement, END, rules.end_of_term(agreement.valid_to), actor=actor, at=at)


def _cover(db: Session, agreement: Agreement) -> None:
    db.add_all(
        AgreementCoverage(
            agreement_id=agreement.id,
            version_id=agreement.current.id,
            youth_office_id=agreement.youth_office_id,
            provider_id=provider_id,
            kind=agreement.kind,
            service_kind=service_kind,
            valid_from=agreement.valid_from,
            valid_to=agreement.valid_to,
        )
        for provider_id in agreement.provider_ids
        for service_kind in rules.covered_kinds(agreement)
    )
    db.flush()


def _terminate(db: Session, agreement: Agreement, action: TerminateAgreement, actor: Actor, at: datetime) -> None:
    """What the agreement covers ends with the last day."""
    covered = update(AgreementCoverage).where(AgreementCoverage.agreement_id == agreement.id)
    db.execute(covered.values(valid_to=action.last_day))
    deadlines.meet(db, agreement.id, END, by=actor.id, at=at)
    wait(db, agreement, END, rules.end_of_term(action.last_day), actor=actor, at=at)


def _refuse_overlap(db: Session, agreement: Agreement) -> None:
    numbers = queries.overlapping(db, agreement)
    if numbers:
        raise AgreementOverlaps(numbers=", ".join(numbers))


_CONSEQUENCES: dict[str, Callable[[Session, Agreement, Any, Actor, datetime], None]] = {
    "offer_for_signature": _offer,
    "reopen": _reopen,
    "sign": _sign,
    "terminate": _terminate,
}
