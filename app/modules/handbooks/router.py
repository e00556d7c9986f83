"""`/v1/handbooks`."""

from typing import Annotated, Any

from fastapi import Path, Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.handbooks import queries, service
from app.modules.handbooks.changes import changes_between
from app.modules.handbooks.content import EMPTY, HandbookContent, content_of
from app.modules.handbooks.districts import (
    AdoptHandbookEverywhere,
    HandbookAdoptedOut,
    HandbookEvaluationOut,
    HandbookEvaluationQuery,
    HandbookRolloutOut,
    HandbookRolloutQuery,
    RolloutAction,
)
from app.modules.handbooks.models import HandbookVersion
from app.modules.handbooks.schemas import (
    HandbookChangeOut,
    HandbookChangesOut,
    HandbookCommentAnswer,
    HandbookCommentCreate,
    HandbookCommentOut,
    HandbookCommentQuery,
    HandbookCreate,
    HandbookMinimumStandardOut,
    HandbookOut,
    HandbookPatch,
    HandbookQuery,
    HandbookVersionCreate,
    HandbookVersionOut,
    HandbookVersionPatch,
    HandbookVersionSummary,
    VersionAction,
)
from app.modules.handbooks.workflow import ROLLOUT, VERSION
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/handbooks", tags=["handbooks"])
Number = Annotated[int, Path(ge=1, le=100_000, description="number of the version")]
HEAD = HandbookVersionSummary.model_fields.keys() - {"version_id", "allowed_actions"}


def _head(version: HandbookVersion, actor: Actor) -> dict[str, Any]:
    head = {name: getattr(version, name) for name in HEAD}
    return {**head, "version_id": version.id, "allowed_actions": VERSION.allowed(version, actor)}


def _full(version: HandbookVersion, actor: Actor) -> HandbookVersionOut:
    return HandbookVersionOut(
        **_head(version, actor), content=HandbookContent.model_validate(content_of(version.content))
    )


def _district(row: Any, actor: Actor) -> HandbookRolloutOut:
    steps = ROLLOUT.allowed(row, actor)
    return HandbookRolloutOut(**row._mapping, allowed_actions=steps)  # noqa: SLF001  # SQLAlchemy's public name


@router.post("", status_code=201, summary="Qualitätshandbuch anlegen")
@needs(Permission.HANDBOOKS_MANAGE)
def create_handbook(body: HandbookCreate, db: Db, actor: CurrentActor, now: Now) -> HandbookOut:
    """Begin a quality handbook of the own youth office (§§ 79, 79a SGB VIII); what it says follows as a version."""
    return HandbookOut.model_validate(service.create_handbook(db, body, actor=actor, at=now))


@router.get("", summary="Qualitätshandbücher suchen")
@needs(Permission.HANDBOOKS_READ)
def list_handbooks(query: Annotated[HandbookQuery, Query()], db: Db, actor: CurrentActor) -> Page[HandbookOut]:
    """The handbooks of the own youth office; for a provider those that are shared and were opened to providers."""
    rows, following, total = queries.list_handbooks(db, query, actor)
    return page_of([HandbookOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{handbook_id}", summary="Qualitätshandbuch lesen")
@needs(Permission.HANDBOOKS_READ)
def get_handbook(handbook_id: Id, db: Db, actor: CurrentActor) -> HandbookOut:
    """One quality handbook (§ 79a SGB VIII); its text stands in its versions."""
    return HandbookOut.model_validate(queries.get_handbook(db, handbook_id, actor))


@router.patch("/{handbook_id}", summary="Qualitätshandbuch ändern")
@needs(Permission.HANDBOOKS_MANAGE)
def change_handbook(
    handbook_id: Id, body: HandbookPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HandbookOut:
    """Change the title, or whether providers may read the handbook (merge patch, RFC 7396)."""
    return HandbookOut.model_validate(service.change_handbook(db, handbook_id, body, expected, actor=actor, at=now))


@router.post("/{handbook_id}/versions", status_code=201, summary="Fassung entwerfen")
@needs(Permission.HANDBOOKS_MANAGE)
def begin_handbook_version(
    handbook_id: Id, body: HandbookVersionCreate, db: Db, actor: CurrentActor, now: Now
) -> HandbookVersionOut:
    """Begin the next version as a copy of the last released one; parts named in the body replace the copied ones.

    Key processes, handover points, mutual expectations and the minimum standards derived from them are what the
    quality dialogue of youth office and providers settles (§ 79a SGB VIII). A handbook has one draft at a time.
    """
    return _full(service.begin_version(db, handbook_id, body, actor=actor, at=now), actor)


@router.get("/{handbook_id}/versions", summary="Fassungen des Handbuchs")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_versions(handbook_id: Id, db: Db, actor: CurrentActor) -> list[HandbookVersionSummary]:
    """Every version without its text, oldest first; a provider sees those in consultation or released."""
    queries.get_handbook(db, handbook_id, actor)
    rows = queries.list_versions(db, handbook_id, actor)
    return [HandbookVersionSummary(**_head(version, actor)) for version in rows]


@router.get("/{handbook_id}/versions/{number}", summary="Fassung lesen")
@needs(Permission.HANDBOOKS_READ)
def get_handbook_version(handbook_id: Id, number: Number, db: Db, actor: CurrentActor) -> HandbookVersionOut:
    """One version with its whole text.

    Anybody can check that a released text is the one that was released: `content_hash` is the SHA-256 over the
    canonical JSON (RFC 8785) of `content` together with `youth_office_id`, `handbook` (its code) and `number`.
    """
    return _full(queries.get_version(db, handbook_id, number, actor), actor)


@router.patch("/{handbook_id}/versions/{number}", summary="Entwurf ändern")
@needs(Permission.HANDBOOKS_MANAGE)
def change_handbook_version(
    handbook_id: Id,
    number: Number,
    body: HandbookVersionPatch,
    db: Db,
    actor: CurrentActor,
    now: Now,
    expected: Expected,
) -> HandbookVersionOut:
    """Change the text of a draft, part by part (merge patch, RFC 7396); references must lead somewhere.

    In consultation the text rests, so that all speak of the same; a released text never changes (§ 79a SGB VIII).
    """
    return _full(service.change_version(db, handbook_id, number, body, expected, actor=actor, at=now), actor)


@router.get("/{handbook_id}/versions/{number}/standards", summary="Mindeststandards der Fassung")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_standards(
    handbook_id: Id, number: Number, db: Db, actor: CurrentActor
) -> list[HandbookMinimumStandardOut]:
    """The minimum standards in full, with the processes and expectations they follow from (§ 79a SGB VIII)."""
    return service.minimum_standards(db, queries.get_version(db, handbook_id, number, actor))


@router.get("/{handbook_id}/versions/{number}/changes", summary="Was sich geändert hat")
@needs(Permission.HANDBOOKS_READ)
def get_handbook_changes(
    handbook_id: Id,
    number: Number,
    db: Db,
    actor: CurrentActor,
    against: Annotated[int | None, Query(ge=1, le=100_000, description="an older version; else the one before")] = None,
) -> HandbookChangesOut:
    """Every difference to another version: added, removed, changed, each with its place, before and after."""
    version = queries.get_version(db, handbook_id, number, actor)
    other = against or number - 1
    older = queries.get_version(db, handbook_id, other, actor).content if other else EMPTY
    changes = [HandbookChangeOut(**change._asdict()) for change in changes_between(older, version.content)]
    return HandbookChangesOut(number=number, against=other or None, changes=changes)


@router.post("/{handbook_id}/versions/{number}/transitions", summary="Fassung weiterführen")
@needs(Permission.HANDBOOKS_READ)
def move_handbook_version(
    handbook_id: Id, number: Number, body: VersionAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HandbookVersionOut:
    """Open for consultation, close it, release, or withdraw (§§ 4, 79a SGB VIII).

    A release fixes the text and its standards for good. An older version is superseded once a newer one is in use
    and no district works by it any more.
    """
    return _full(service.move_version(db, handbook_id, number, body, expected, actor=actor, at=now), actor)


@router.get("/{handbook_id}/versions/{number}/transitions", summary="Verlauf der Fassung")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_version_transitions(
    handbook_id: Id, number: Number, db: Db, actor: CurrentActor
) -> list[TransitionOut]:
    """Every step so far, oldest first: for the youth office all, for an invited provider those since it was invited."""
    return history(db, queries.get_version(db, handbook_id, number, actor).id)


@router.post("/{handbook_id}/versions/{number}/comments", status_code=201, summary="Anmerkung machen")
@needs(Permission.HANDBOOKS_COMMENT)
def create_handbook_comment(
    handbook_id: Id, number: Number, body: HandbookCommentCreate, db: Db, actor: CurrentActor, now: Now
) -> HandbookCommentOut:
    """Comment on a version in consultation, on the whole or on one place (§ 4 Abs. 1 SGB VIII: partnership).

    Providers and the office's own professionals comment; every comment is answered before the text is released.
    """
    return HandbookCommentOut.model_validate(service.comment(db, handbook_id, number, body, actor=actor, at=now))


@router.get("/{handbook_id}/versions/{number}/comments", summary="Anmerkungen zur Fassung")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_comments(
    handbook_id: Id, number: Number, query: Annotated[HandbookCommentQuery, Query()], db: Db, actor: CurrentActor
) -> Page[HandbookCommentOut]:
    """For the youth office every comment, for a provider its own with the answers."""
    rows, following, total = queries.list_comments(db, handbook_id, number, query, actor)
    return page_of([HandbookCommentOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{handbook_id}/versions/{number}/comments/{comment_id}", summary="Anmerkung lesen")
@needs(Permission.HANDBOOKS_READ)
def get_handbook_comment(
    handbook_id: Id, number: Number, comment_id: Id, db: Db, actor: CurrentActor
) -> HandbookCommentOut:
    """One comment with its answer; a provider reads its own, also while the text is being revised."""
    return HandbookCommentOut.model_validate(queries.get_comment(db, handbook_id, number, comment_id, actor))


@router.post("/{handbook_id}/versions/{number}/comments/{comment_id}:answer", summary="Anmerkung beantworten")
@needs(Permission.HANDBOOKS_MANAGE)
def answer_handbook_comment(
    handbook_id: Id,
    number: Number,
    comment_id: Id,
    body: HandbookCommentAnswer,
    db: Db,
    actor: CurrentActor,
    now: Now,
    expected: Expected,
) -> HandbookCommentOut:
    """Say once what became of a comment and why; whoever commented can read it."""
    answered = service.answer(db, handbook_id, number, comment_id, body, expected, actor=actor, at=now)
    return HandbookCommentOut.model_validate(answered)


@router.get("/{handbook_id}/rollout", summary="Stand aller Bezirke")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_rollout(
    handbook_id: Id, query: Annotated[HandbookRolloutQuery, Query()], db: Db, actor: CurrentActor
) -> Page[HandbookRolloutOut]:
    """Every district of the youth office (§ 80 SGB VIII) with its state, its version and since when."""
    rows, following, total = queries.list_districts(db, handbook_id, query, actor)
    return page_of([_district(row, actor) for row in rows], following, total, query)


@router.get("/{handbook_id}/rollout/{region_id}", summary="Stand eines Bezirks")
@needs(Permission.HANDBOOKS_READ)
def get_handbook_district(handbook_id: Id, region_id: Id, db: Db, actor: CurrentActor) -> HandbookRolloutOut:
    """Where one district stands; a district that has not begun has version 0, which `If-Match` names then."""
    return _district(queries.get_district(db, handbook_id, region_id, actor), actor)


@router.post("/{handbook_id}/rollout/{region_id}/transitions", summary="Bezirk weiterführen")
@needs(Permission.HANDBOOKS_MANAGE)
def move_handbook_district(
    handbook_id: Id, region_id: Id, body: RolloutAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HandbookRolloutOut:
    """A district tries a version, evaluates it, adopts it, moves to a newer one, or stops (§ 79a SGB VIII).

    A version is adopted once at least one district has evaluated it. What `from_day` names may lie in the past
    (trials that began before this system) or ahead (decided now, in effect from then on).
    """
    service.move_district(db, handbook_id, region_id, body, expected, actor=actor, at=now)
    return _district(queries.get_district(db, handbook_id, region_id, actor), actor)


@router.get("/{handbook_id}/rollout/{region_id}/transitions", summary="Verlauf eines Bezirks")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_district_transitions(
    handbook_id: Id, region_id: Id, db: Db, actor: CurrentActor
) -> list[TransitionOut]:
    """Every step of a district so far, oldest first; the youth office's own matter, empty for providers."""
    queries.get_district(db, handbook_id, region_id, actor)
    rollout = queries.find_rollout(db, handbook_id, region_id)
    return history(db, rollout.id) if rollout else []


@router.post("/{handbook_id}/rollout:adopt-all", summary="In allen Bezirken einführen")
@needs(Permission.HANDBOOKS_MANAGE)
def adopt_handbook_everywhere(
    handbook_id: Id, body: AdoptHandbookEverywhere, db: Db, actor: CurrentActor, now: Now
) -> HandbookAdoptedOut:
    """After the trial: roll a version out to every district that has not begun, has evaluated, or has an older one.

    Needs at least one district that evaluated this version (assumption: one suffices). All or nothing; districts
    still in a trial, suspended, or further are left as they are and named.
    """
    return service.adopt_all(db, handbook_id, body, actor=actor, at=now)


@router.get("/{handbook_id}/evaluations", summary="Auswertungen der Erprobung")
@needs(Permission.HANDBOOKS_READ)
def list_handbook_evaluations(
    handbook_id: Id, query: Annotated[HandbookEvaluationQuery, Query()], db: Db, actor: CurrentActor
) -> Page[HandbookEvaluationOut]:
    """What districts found, with numbers before and after; for the own youth office only."""
    rows, following, total = queries.list_evaluations(db, handbook_id, query, actor)
    return page_of([HandbookEvaluationOut.model_validate(row) for row in rows], following, total, query)
