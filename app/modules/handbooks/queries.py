"""Reading handbooks: an office its own, a provider what is shared once it was opened; and who works by what."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Bundle, Session, contains_eager, defer

from app.core.db import found
from app.core.pages import paginate
from app.modules import organisations
from app.modules.handbooks.districts import HandbookEvaluationQuery, HandbookRolloutQuery
from app.modules.handbooks.models import (
    Handbook,
    HandbookComment,
    HandbookEvaluation,
    HandbookRollout,
    HandbookRolloutState,
    HandbookState,
    HandbookVersion,
)
from app.modules.handbooks.rules import WORKING
from app.modules.handbooks.schemas import HandbookCommentQuery, HandbookQuery
from app.policy import Actor

Region = organisations.Region
_standing = func.coalesce(HandbookRollout.state, literal(HandbookRolloutState.NONE, HandbookRollout.state.type))


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The handbooks an actor may know of; the system knows all."""
    if actor.is_system:
        return literal(True)
    if actor.is_youth_office:
        return Handbook.youth_office_id == actor.organisation_id
    return and_(Handbook.is_shared, Handbook.opened_at.is_not(None))


def get_handbook(db: Session, handbook_id: UUID, actor: Actor, *, lock: bool = False) -> Handbook:
    """One handbook; 404 when the actor may not know of it. `lock`: for a change of it or anything that is its."""
    wanted = select(Handbook).where(Handbook.id == handbook_id, _mine(actor))
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_handbooks(db: Session, query: HandbookQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of handbooks."""
    rows = select(Handbook).where(_mine(actor))
    if query.youth_office_id:
        rows = rows.where(Handbook.youth_office_id == query.youth_office_id)
    if query.code:
        rows = rows.where(Handbook.code == query.code)
    sorts = {name: getattr(Handbook, name) for name in ("code", "title", "created_at")}
    return paginate(db, rows, query, sorts, Handbook.id)


def versions(actor: Actor) -> Select[HandbookVersion]:
    """The versions an actor may read, with their handbooks: a provider those in consultation or released."""
    rows = select(HandbookVersion).join(HandbookVersion.handbook).where(_mine(actor))
    rows = rows.options(contains_eager(HandbookVersion.handbook))
    if actor.is_provider:
        told = HandbookVersion.state == HandbookState.IN_CONSULTATION
        rows = rows.where(or_(told, HandbookVersion.released_at.is_not(None)))
    return rows


def get_version(db: Session, handbook_id: UUID, number: int, actor: Actor, *, hold: bool = False) -> HandbookVersion:
    """One version with its text; 404 when the actor may not read it.

    Args:
        hold: nobody shall move it until the transaction is over.
    """
    wanted = versions(actor).where(HandbookVersion.handbook_id == handbook_id, HandbookVersion.number == number)
    return found(db.scalar(wanted.with_for_update(read=True, of=HandbookVersion) if hold else wanted))


def list_versions(db: Session, handbook_id: UUID, actor: Actor) -> Sequence[HandbookVersion]:
    """The versions of a handbook, the first one first, without their texts."""
    rows = versions(actor).where(HandbookVersion.handbook_id == handbook_id)
    rows = rows.options(defer(HandbookVersion.content, raiseload=True)).order_by(HandbookVersion.number).limit(1000)
    return db.scalars(rows).all()


def version_by_id(db: Session, version_id: UUID, actor: Actor) -> HandbookVersion:
    """One version by its id; 404 when the actor may not read it."""
    return found(db.scalar(versions(actor).where(HandbookVersion.id == version_id)))


def released_version(db: Session, version_id: UUID, youth_office_id: UUID) -> HandbookVersion | None:
    """A version that an agreement of this office can adopt: released, and not withdrawn since; one statement.

    A superseded one can still be adopted: agreements are amended while districts change over. Its handbook comes
    with it (`.handbook.is_shared`: all parties can read it), and `.standard_ids` are its minimum standards.
    """
    rows = select(HandbookVersion).join(HandbookVersion.handbook).options(contains_eager(HandbookVersion.handbook))
    rows = rows.where(HandbookVersion.id == version_id, HandbookVersion.youth_office_id == youth_office_id)
    in_use = HandbookVersion.state.in_((HandbookState.RELEASED, HandbookState.SUPERSEDED))
    return db.scalar(rows.where(in_use))


def versions_named(db: Session, ids: Collection[UUID]) -> dict[UUID, HandbookVersion]:
    """Those of the ids that are versions, with their handbooks, as far as they may be seen; one statement."""
    rows = select(HandbookVersion).join(HandbookVersion.handbook).options(contains_eager(HandbookVersion.handbook))
    return {version.id: version for version in db.scalars(rows.where(HandbookVersion.id.in_(ids)))}


def draft_of(db: Session, handbook: Handbook) -> int | None:
    """The number of the version that is being worked on; None for none."""
    open_ = HandbookVersion.state.in_((HandbookState.DRAFT, HandbookState.IN_CONSULTATION))
    return db.scalar(select(HandbookVersion.number).where(HandbookVersion.handbook_id == handbook.id, open_))


def last_released(db: Session, handbook: Handbook) -> HandbookVersion | None:
    """The version a new draft begins from: the newest that was released and not withdrawn."""
    kept = HandbookVersion.state.in_((HandbookState.RELEASED, HandbookState.SUPERSEDED))
    rows = select(HandbookVersion).where(HandbookVersion.handbook_id == handbook.id, kept)
    return db.scalar(rows.order_by(HandbookVersion.number.desc()).limit(1))


def newest_released(db: Session, handbook: Handbook) -> int | None:
    """The number of the newest version that is released now."""
    released = HandbookVersion.state == HandbookState.RELEASED
    numbers = select(func.max(HandbookVersion.number))
    return db.scalar(numbers.where(HandbookVersion.handbook_id == handbook.id, released))


def outdated(db: Session, handbook: Handbook) -> Sequence[HandbookVersion]:
    """Released versions that gave way: nobody works by them, and a newer one is in use.

    A newer one is in use when a district has adopted it; where nothing is rolled out by district, from its release.
    Until then a district whose trial of a newer version fails can go back.
    """
    rollouts = HandbookRollout.handbook_id == handbook.id
    using = select(HandbookRollout.version_id).where(rollouts, HandbookRollout.state.in_(WORKING))
    adopted = HandbookRollout.state == HandbookRolloutState.ADOPTED
    introduced = select(func.max(HandbookRollout.version_number)).where(rollouts, adopted).scalar_subquery()
    rows = select(HandbookVersion).where(
        HandbookVersion.handbook_id == handbook.id,
        HandbookVersion.state == HandbookState.RELEASED,
        HandbookVersion.number < handbook.released_number,
        HandbookVersion.id.not_in(using),
        or_(HandbookVersion.number < introduced, ~select(HandbookRollout.id).where(rollouts).exists()),
    )
    return db.scalars(rows.order_by(HandbookVersion.number)).all()


def districts_using(db: Session, version: HandbookVersion) -> int:
    """How many districts work by a version."""
    rows = select(func.count()).where(HandbookRollout.version_id == version.id, HandbookRollout.state.in_(WORKING))
    return db.scalar(rows) or 0


def evaluated_in(db: Session, version: HandbookVersion) -> int:
    """In how many districts a version was evaluated."""
    districts = func.count(HandbookEvaluation.region_id.distinct())
    return db.scalar(select(districts).where(HandbookEvaluation.version_id == version.id)) or 0


def _said_to(actor: Actor) -> ColumnElement[bool]:
    """An office reads every comment on its handbooks, anybody else the own organisation's."""
    if actor.is_youth_office:
        return HandbookComment.youth_office_id == actor.organisation_id
    return HandbookComment.organisation_id == actor.organisation_id


def _comments(handbook_id: UUID, number: int, actor: Actor) -> Select[HandbookComment]:
    """The comments on a version an actor may read; the own ones also while the text is being revised."""
    rows = select(HandbookComment).where(_said_to(actor))
    return rows.where(HandbookComment.handbook_id == handbook_id, HandbookComment.version_number == number)


def get_comment(
    db: Session, handbook_id: UUID, number: int, comment_id: UUID, actor: Actor, *, lock: bool = False
) -> HandbookComment:
    """One comment; 404 when the actor may not read it. `lock`: for the answer."""
    wanted = _comments(handbook_id, number, actor).where(HandbookComment.id == comment_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_comments(
    db: Session, handbook_id: UUID, number: int, query: HandbookCommentQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of the comments on a version; 404 when the actor may not know of the handbook."""
    get_handbook(db, handbook_id, actor)
    rows = _comments(handbook_id, number, actor)
    if query.organisation_id:
        rows = rows.where(HandbookComment.organisation_id == query.organisation_id)
    if query.is_answered is not None:
        answered = HandbookComment.verdict.is_not(None)
        rows = rows.where(answered if query.is_answered else ~answered)
    return paginate(db, rows, query, {"created_at": HandbookComment.created_at}, HandbookComment.id)


def open_comments(db: Session, version: HandbookVersion) -> int:
    """How many comments on a version have no answer."""
    rows = select(func.count()).where(HandbookComment.version_id == version.id, HandbookComment.verdict.is_(None))
    return db.scalar(rows) or 0


def _districts(handbook_id: UUID, actor: Actor) -> Select[Any]:
    """Every district of the handbook's office, as a bundle; one that has not begun has no row of its own."""
    district: Bundle[Any] = Bundle(
        "district",
        Region.id.label("region_id"),
        Region.name.label("region_name"),
        _standing.label("state"),
        HandbookRollout.version_number.label("version_number"),
        HandbookRollout.from_day.label("from_day"),
        HandbookRollout.responsible_id.label("responsible_id"),
        HandbookRollout.suspension_reason.label("suspension_reason"),
        func.coalesce(HandbookRollout.version, 0).label("version"),
    )
    here = and_(HandbookRollout.region_id == Region.id, HandbookRollout.handbook_id == Handbook.id)
    rows = select(district).select_from(Region).join(Handbook, Handbook.youth_office_id == Region.youth_office_id)
    return rows.outerjoin(HandbookRollout, here).where(Handbook.id == handbook_id, _mine(actor))


def list_districts(
    db: Session, handbook_id: UUID, query: HandbookRolloutQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of the office's districts with where each stands; one statement, unless there is none."""
    rows = _districts(handbook_id, actor)
    if query.state:
        rows = rows.where(_standing == query.state)
    if query.version_number:
        rows = rows.where(HandbookRollout.version_number == query.version_number)
    page = paginate(db, rows, query, {"region_name": Region.name}, Region.id)
    if not page[0]:
        get_handbook(db, handbook_id, actor)
    return page


def get_district(db: Session, handbook_id: UUID, region_id: UUID, actor: Actor) -> Any:
    """Where one district stands; 404 when the handbook's office has no such district."""
    return found(db.scalar(_districts(handbook_id, actor).where(Region.id == region_id)))


def all_districts(db: Session, handbook: Handbook, actor: Actor) -> list[Any]:
    """Every district of the handbook's office, by name."""
    return list(db.scalars(_districts(handbook.id, actor).order_by(Region.name, Region.id)))


def find_rollout(db: Session, handbook_id: UUID, region_id: UUID) -> HandbookRollout | None:
    """A district's row; None when it has not begun."""
    rows = select(HandbookRollout).where(HandbookRollout.handbook_id == handbook_id)
    return db.scalar(rows.where(HandbookRollout.region_id == region_id))


def rollouts_of(db: Session, handbook: Handbook) -> dict[UUID, HandbookRollout]:
    """The rows of all districts that have begun, by district."""
    rows = select(HandbookRollout).where(HandbookRollout.handbook_id == handbook.id)
    return {rollout.region_id: rollout for rollout in db.scalars(rows)}


def list_evaluations(
    db: Session, handbook_id: UUID, query: HandbookEvaluationQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of evaluations, for the own office only; 404 when the actor may not know of the handbook."""
    get_handbook(db, handbook_id, actor)
    rows = select(HandbookEvaluation).where(HandbookEvaluation.handbook_id == handbook_id)
    rows = rows.where(HandbookEvaluation.youth_office_id == actor.organisation_id)
    if query.region_id:
        rows = rows.where(HandbookEvaluation.region_id == query.region_id)
    if query.version_number:
        rows = rows.where(HandbookEvaluation.version_number == query.version_number)
    return paginate(db, rows, query, {"created_at": HandbookEvaluation.created_at}, HandbookEvaluation.id)
