"""Reading agreements: a youth office sees its own, a provider those it is a party of; and what is in force when."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, Select, and_, any_, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from app.core.db import found
from app.core.pages import paginate
from app.law.calendars import legal_date
from app.law.service_kinds import ServiceKind
from app.modules.agreements.document import AgreementInForce, read_document
from app.modules.agreements.errors import NoAgreementInForce
from app.modules.agreements.models import (
    Agreement,
    AgreementCoverage,
    AgreementKind,
    AgreementParty,
    AgreementReview,
    AgreementSignature,
    AgreementState,
    AgreementVersion,
)
from app.modules.agreements.rules import SECTION_78B, covered_kinds, foremost, last_day, lineage, missing_for_payment
from app.modules.agreements.schemas import AgreementQuery, BasisQuery, PublishedQuery
from app.policy import SYSTEM, Actor


def visible(actor: Actor) -> Select[Agreement]:
    """The agreements an actor's organisation is a party of, with their parties; the system sees all."""
    rows = select(Agreement).options(selectinload(Agreement.parties))
    if actor.is_system:
        return rows
    if actor.is_youth_office:
        return rows.where(Agreement.youth_office_id == actor.organisation_id)
    mine = select(AgreementParty.agreement_id).where(AgreementParty.organisation_id == actor.organisation_id)
    return rows.where(Agreement.id.in_(mine))


def get_agreement(db: Session, agreement_id: UUID, actor: Actor, *, lock: bool = False) -> Agreement:
    """One agreement with its current text and signatures; 404 unless the actor's organisation is a party.

    Args:
        lock: for a change.
    """
    return found(find_agreement(db, agreement_id, actor, lock=lock))


def find_agreement(db: Session, agreement_id: UUID, actor: Actor, *, lock: bool = False) -> Agreement | None:
    """The same, or None."""
    text = joinedload(Agreement.current).selectinload(AgreementVersion.signatures)
    wanted = visible(actor).where(Agreement.id == agreement_id).options(text)
    return db.scalar(wanted.with_for_update(of=Agreement) if lock else wanted)


def list_agreements(db: Session, query: AgreementQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of agreements, without their texts; with who signed, for who is still to sign."""
    signed = joinedload(Agreement.current).options(
        defer(AgreementVersion.content, raiseload=True), selectinload(AgreementVersion.signatures)
    )
    rows = visible(actor).options(signed)
    for name in ("state", "kind", "youth_office_id", "set_id", "amends_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Agreement, name) == value)
    if query.provider_id:
        theirs = select(AgreementParty.agreement_id).where(AgreementParty.organisation_id == query.provider_id)
        rows = rows.where(Agreement.id.in_(theirs))
    if query.service_kind:
        rows = rows.where(any_(Agreement.service_kinds) == query.service_kind.value)
    if query.review_until:
        rows = rows.where(Agreement.next_review_on <= query.review_until)
    if query.in_force_on:
        covering = select(AgreementCoverage.agreement_id).where(_covers(query.in_force_on))
        rows = rows.where(Agreement.id.in_(covering))
    sorts = {name: getattr(Agreement, name) for name in ("created_at", "number", "valid_from")}
    return paginate(db, rows, query, sorts, Agreement.id)


def published(actor: Actor) -> Select[Agreement]:
    """The agreements the actor's youth office shows to its committee, with their texts."""
    rows = select(Agreement).options(selectinload(Agreement.parties), selectinload(Agreement.current))
    return rows.where(Agreement.youth_office_id == actor.organisation_id, Agreement.published_at.is_not(None))


def get_published(db: Session, agreement_id: UUID, actor: Actor) -> Agreement:
    """One published agreement; 404 for any other."""
    return found(db.scalar(published(actor).where(Agreement.id == agreement_id)))


def list_published(db: Session, query: PublishedQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of published agreements."""
    rows = published(actor)
    if query.kind:
        rows = rows.where(Agreement.kind == query.kind)
    if query.provider_id:
        theirs = select(AgreementParty.agreement_id).where(AgreementParty.organisation_id == query.provider_id)
        rows = rows.where(Agreement.id.in_(theirs))
    sorts = {"valid_from": Agreement.valid_from, "number": Agreement.number}
    return paginate(db, rows, query, sorts, Agreement.id)


def list_versions(db: Session, agreement: Agreement) -> Sequence[AgreementVersion]:
    """All versions of the text, the first one first, with their signatures."""
    rows = select(AgreementVersion).where(AgreementVersion.agreement_id == agreement.id)
    return db.scalars(
        rows.options(selectinload(AgreementVersion.signatures)).order_by(AgreementVersion.number).limit(1000)
    ).all()


def list_reviews(db: Session, agreement: Agreement) -> Sequence[AgreementReview]:
    """The reviews that were held, the newest first."""
    rows = select(AgreementReview).where(AgreementReview.agreement_id == agreement.id)
    return db.scalars(rows.order_by(AgreementReview.held_at.desc()).limit(200)).all()


def count_amendments(db: Session, youth_office_id: UUID, root: str) -> int:
    """How often an agreement was amended so far, given up amendments included."""
    rows = select(func.count()).where(
        Agreement.youth_office_id == youth_office_id, Agreement.number.startswith(f"{root}/", autoescape=True)
    )
    return db.scalar(rows) or 0


def amendment_of(db: Session, agreement: Agreement) -> UUID | None:
    """What amends this agreement now, in negotiation or concluded."""
    living = (
        select(Agreement.id)
        .where(Agreement.amends_id == agreement.id, Agreement.state != AgreementState.WITHDRAWN)
        .order_by(Agreement.created_at.desc())
        .limit(1)
    )
    return db.scalar(living)


def overlapping(db: Session, agreement: Agreement, providers: Collection[UUID]) -> list[str]:
    """Numbers of other concluded agreements of this kind with these providers that share a day with it.

    What it amends, and what only continues after its end, gives way and does not count.
    """
    rows = (
        _sharing_a_day(select(Agreement.number), agreement, providers)
        .where(Agreement.state != AgreementState.CONTINUING)
        .where(Agreement.id.is_distinct_from(agreement.amends_id))
    )
    return sorted(set(db.scalars(rows)))


def predecessors(db: Session, agreement: Agreement) -> list[Agreement]:
    """What gives way when an agreement is concluded, locked: the one it amends, and those that only continue."""
    continuing = _sharing_a_day(select(Agreement.id), agreement, agreement.provider_ids).where(
        Agreement.state == AgreementState.CONTINUING
    )
    ids = sorted({*db.scalars(continuing), *([agreement.amends_id] if agreement.amends_id else [])})
    held = (get_agreement(db, id_, SYSTEM, lock=True) for id_ in ids)
    return [one for one in held if one.state not in (AgreementState.EXPIRED, AgreementState.TERMINATED)]


def same_help(agreement: Agreement) -> ColumnElement[bool]:
    """Coverage of the kinds of help, and of the offers, that an agreement names; none named: of all."""
    kinds = covered_kinds(agreement)
    named = [UUID(id_) for id_ in agreement.current.content.get("offer_ids", [])]
    of_kind = AgreementCoverage.service_kind.is_(None)
    if None not in kinds:
        of_kind = AgreementCoverage.service_kind.in_(kinds)
    without = AgreementCoverage.offer_id.is_(None)
    return and_(of_kind, AgreementCoverage.offer_id.in_(named) if named else without)


def _sharing_a_day(rows: Select[Any], agreement: Agreement, providers: Collection[UUID]) -> Select[Any]:
    period = func.daterange(agreement.valid_from, last_day(agreement), "[]")
    return rows.join(AgreementCoverage, AgreementCoverage.agreement_id == Agreement.id).where(
        AgreementCoverage.agreement_id != agreement.id,
        AgreementCoverage.youth_office_id == agreement.youth_office_id,
        AgreementCoverage.provider_id.in_(providers),
        AgreementCoverage.kind == agreement.kind,
        AgreementCoverage.period.op("&&")(period),
        same_help(agreement),
    )


def list_coverage(db: Session, query: BasisQuery, on: date, actor: Actor) -> Sequence[AgreementCoverage]:
    """What is in force for the actor's organisation on a day, kind of help by kind of help; one statement."""
    mine = AgreementCoverage.youth_office_id if actor.is_youth_office else AgreementCoverage.provider_id
    rows = select(AgreementCoverage).where(
        _covers(on), mine == actor.organisation_id, AgreementCoverage.service_kind.is_not(None)
    )
    for name in ("provider_id", "youth_office_id", "service_kind"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(AgreementCoverage, name) == value)
    order = (AgreementCoverage.youth_office_id, AgreementCoverage.provider_id, AgreementCoverage.service_kind)
    return db.scalars(rows.order_by(*order, AgreementCoverage.kind).limit(10_000)).all()


def find_in_force(
    db: Session,
    *,
    youth_office_id: UUID,
    provider_id: UUID,
    service_kind: ServiceKind | None,
    on: date,
    number: str | None = None,
) -> AgreementInForce | None:
    """The agreement that answers for a kind of help with a provider on a day; None when there is none.

    Of several the one with terms of billing goes first; without a kind of help, the one that settles safeguarding.
    A day in the future counts as agreed so far. One statement.

    Args:
        number: of the agreement under which a help was opened: it, and what has amended it since, goes before others
            of the same provider, whose prices are those of other offers.
    """
    rows = _in_force(on).where(
        AgreementCoverage.youth_office_id == youth_office_id, AgreementCoverage.provider_id == provider_id
    )
    if service_kind is not None:
        rows = rows.where(AgreementCoverage.service_kind == service_kind)
    answers = [_answer(row) for row in db.execute(rows)]
    own = [answer for answer in answers if number is not None and lineage(answer.number) == lineage(number)]
    return foremost(own or answers, prices_first=service_kind is not None)


def find_safeguarding(db: Session, *, youth_office_id: UUID, provider_id: UUID, on: date) -> AgreementInForce | None:
    """The agreement that settles the duties of § 8a Abs. 4 with a provider on a day; one that names a contact first.

    Law: § 8a Abs. 4 SGB VIII.
    """
    rows = _in_force(on).where(
        AgreementCoverage.youth_office_id == youth_office_id, AgreementCoverage.provider_id == provider_id
    )
    settling = [answer for row in db.execute(rows) if (answer := _answer(row)).settles_safeguarding]
    return max(settling, key=lambda one: (one.names_isef, one.valid_from, one.number), default=None)


def missing_for_help(
    db: Session,
    *,
    youth_office_id: UUID,
    provider_id: UUID,
    service_kind: ServiceKind,
    on: date,
    residential: bool = False,
) -> list[AgreementKind]:
    """What must still be agreed with a provider before a kind of help may be paid on a day; one statement.

    Args:
        residential: whether the child is there by day or by night, where the kind of help alone does not say it.

    Law: SGB VIII § 78b Abs. 1, § 77 Abs. 1 (see `missing_for_payment`).
    """
    rows = select(AgreementCoverage.kind).where(
        AgreementCoverage.youth_office_id == youth_office_id,
        AgreementCoverage.provider_id == provider_id,
        AgreementCoverage.service_kind == service_kind,
        _covers(on),
    )
    return missing_for_payment(service_kind, set(db.scalars(rows)), residential=residential)


def numbers_of(db: Session, agreement_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of some agreements; one statement."""
    rows = select(Agreement.id, Agreement.number).where(Agreement.id.in_(set(agreement_ids)))
    return {row.id: row.number for row in db.execute(rows)}


def binding_from(db: Session, version_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The day on which the last party signed each version under § 78b, before which it binds nobody; one statement.

    What the Schiedsstelle decided may hold from the day on which it was asked, and is not among them.

    Law: SGB VIII § 78d Abs. 2 Satz 3, § 78g Abs. 3.
    """
    rows = (
        select(AgreementSignature.version_id, func.max(AgreementSignature.signed_at))
        .join(AgreementVersion, AgreementVersion.id == AgreementSignature.version_id)
        .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
        .where(
            AgreementSignature.version_id.in_(set(version_ids)),
            Agreement.kind.in_(SECTION_78B),
            Agreement.schiedsstelle.is_(None),
        )
        .group_by(AgreementSignature.version_id)
    )
    return {version_id: legal_date(signed_at) for version_id, signed_at in db.execute(rows)}


def get_in_force(db: Session, agreement_id: UUID, on: date) -> AgreementInForce:
    """What an agreement says on a day; one statement.

    Raises:
        NoAgreementInForce: it is not concluded, or the day lies outside its term.
    """
    row = db.execute(_in_force(on).where(AgreementCoverage.agreement_id == agreement_id).limit(1)).first()
    if row is None:
        raise NoAgreementInForce(day=on.isoformat())
    return _answer(row)


def _covers(day: date) -> ColumnElement[bool]:
    """Concluded and within its term on this day."""
    covers: ColumnElement[bool] = AgreementCoverage.period.op("@>", is_comparison=True)(cast(day, Date))
    return covers


def wants_confirmation(youth_office_id: Any, provider_id: Any, kinds: Any, days: Any) -> ColumnElement[bool]:
    """Whether the family is to confirm the proofs of service by what is in force, row by row of another select.

    Args:
        kinds: a select of kinds of help, or a list of columns.
        days: a daterange; one day under such an agreement is enough.
    """
    asks = AgreementVersion.content["billing_terms"]["client_confirmation_required"].as_boolean()
    rows = select(AgreementCoverage.id).join(AgreementVersion, AgreementVersion.id == AgreementCoverage.version_id)
    return rows.where(
        AgreementCoverage.youth_office_id == youth_office_id,
        AgreementCoverage.provider_id == provider_id,
        AgreementCoverage.service_kind.in_(kinds),
        AgreementCoverage.period.op("&&", is_comparison=True)(days),
        asks,
    ).exists()


def _in_force(day: date) -> Select[AgreementCoverage, dict[str, Any]]:
    return (
        select(AgreementCoverage, AgreementVersion.content)
        .join(AgreementVersion, AgreementVersion.id == AgreementCoverage.version_id)
        .where(_covers(day))
        .ext(distinct_on(AgreementCoverage.agreement_id))
    )


def _answer(row: Row[AgreementCoverage, dict[str, Any]]) -> AgreementInForce:
    return read_document(row[0], row[1])
