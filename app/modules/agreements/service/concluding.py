"""An agreement is concluded: what it covers, what gives way to it, and what waits for its first and last day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.problems import Conflict, Text
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules import offers
from app.modules.agreements import queries, rules
from app.modules.agreements.errors import AgreementOverlaps
from app.modules.agreements.models import Agreement, AgreementCoverage, AgreementState
from app.modules.agreements.workflow import AGREEMENT
from app.policy import Actor

START, END, REVIEW = "agreement_start", "agreement_end", "agreement_review"
_TOO_EARLY = Text(
    "Die Änderung beginnt vor dem Beitritt einer Vertragspartei zur bisherigen Fassung.",
    "The amendment begins before a party joined the text it amends.",
)


def conclude(db: Session, agreement: Agreement, actor: Actor, at: datetime) -> None:
    """All needed have signed: the agreement covers its term, and is in force once its first day has come.

    Raises:
        AgreementOverlaps: another agreement of this kind holds for part of the time.
    """
    by_itself = replace(actor, organisation_kind=None)  # the service's step, in the name of the last signatory
    with by_the_service(db):  # what gives way may belong to a party that the last signatory knows nothing of
        for predecessor in queries.predecessors(db, agreement):
            _give_way(db, predecessor, agreement, by_itself, at)
        refuse_overlap(db, agreement)
        AGREEMENT.fire(db, agreement, "conclude", actor=by_itself, at=at)
        cover(db, agreement, rules.covered_providers(agreement), agreement.valid_from)
        if agreement.valid_to is not None:
            wait(db, agreement, END, rules.end_of_term(agreement.valid_to), at=at)
        if agreement.valid_from <= legal_date(at):
            start(db, agreement, actor=by_itself, at=at)
        else:
            wait(db, agreement, START, rules.start_of_day(agreement.valid_from), at=at)


def start(db: Session, agreement: Agreement, *, actor: Actor, at: datetime) -> None:
    """In force from now; the first review is set."""
    AGREEMENT.fire(db, agreement, "start", actor=actor, at=at)
    months = agreement.current.content.get("review_months")
    if months is not None:
        plan_review(db, agreement, rules.review_day(max(agreement.valid_from, legal_date(at)), months), at=at)


def plan_review(db: Session, agreement: Agreement, day: date, *, at: datetime) -> None:
    """Let the day of the next review come; both sides are told then."""
    agreement.next_review_on = day
    wait(db, agreement, REVIEW, rules.start_of_day(day), at=at)


def cover(db: Session, agreement: Agreement, providers: Sequence[UUID], first: date) -> None:
    """The text holds for these providers from a day; for the offers it names, else for whatever they offer."""
    named = [UUID(id_) for id_ in agreement.current.content.get("offer_ids", [])]
    owners = offers.providers_of(db, named) if named else {}
    offered: dict[UUID, list[UUID | None]] = {}
    for offer_id in named:
        offered.setdefault(owners[offer_id], []).append(offer_id)
    db.add_all(
        AgreementCoverage(
            agreement_id=agreement.id,
            version_id=agreement.current.id,
            youth_office_id=agreement.youth_office_id,
            provider_id=provider_id,
            kind=agreement.kind,
            service_kind=service_kind,
            offer_id=offer_id,
            valid_from=first,
            valid_to=rules.last_day(agreement),
        )
        for provider_id in providers
        for service_kind in rules.covered_kinds(agreement)
        for offer_id in offered.get(provider_id, [None])
    )
    db.flush()


def refuse_overlap(db: Session, agreement: Agreement, providers: Sequence[UUID] | None = None) -> None:
    """No two agreements of one kind for the same help on the same day (facts T-8).

    Raises:
        AgreementOverlaps: with the numbers of the others.
    """
    numbers = queries.overlapping(db, agreement, providers or agreement.provider_ids)
    if numbers:
        raise AgreementOverlaps(numbers=", ".join(numbers))


def wait(db: Session, agreement: Agreement, kind: str, until: datetime, *, at: datetime) -> None:
    """Let a deadline run until something about the agreement is due; one that ran before is replaced."""
    deadlines.meet(db, agreement.id, kind, by=agreement.youth_office_id, at=at)
    deadlines.start(
        db,
        kind=kind,
        tenant_id=agreement.youth_office_id,
        provider_id=next(iter(agreement.provider_ids), None),
        subject_kind=AGREEMENT.name,
        subject_id=agreement.id,
        started_at=at,
        due_at=until,
        steps=[deadlines.Step(0, until)],
        source=agreement.number,
    )


def _give_way(db: Session, old: Agreement, new: Agreement, by_itself: Actor, at: datetime) -> None:
    """What held until now ends for the covered providers on the day before; for the others it goes on."""
    last = new.valid_from - timedelta(days=1)
    mine = AgreementCoverage.agreement_id == old.id
    affected = [mine, AgreementCoverage.provider_id.in_(rules.covered_providers(new))]
    if new.amends_id != old.id:  # one that continued gives way for these kinds of help only
        affected.append(queries.same_help(new))
    later = AgreementCoverage.valid_to.is_(None) | (AgreementCoverage.valid_to > last)
    if db.scalar(select(AgreementCoverage.id).where(*affected, AgreementCoverage.valid_from > last, later).limit(1)):
        raise Conflict(reason=_TOO_EARLY)
    db.execute(update(AgreementCoverage).where(*affected, later).values(valid_to=last))
    if db.scalar(select(AgreementCoverage.id).where(mine, later).limit(1)) is None:
        old.ends_on = min(old.ends_on or last, last)
        wait(db, old, END, rules.end_of_term(old.ends_on), at=at)
    elif old.state is AgreementState.UNDER_AMENDMENT:
        AGREEMENT.fire(db, old, "keep", actor=by_itself, at=at)
