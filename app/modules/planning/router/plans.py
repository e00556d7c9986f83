"""`/v1/help-plans` and `/v1/help-plan-reviews`."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.orm import Session

from app.core import documents
from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.problems import FieldError
from app.core.types import Id
from app.modules import cases
from app.modules.planning import paper, queries, service
from app.modules.planning.changes import changes_between
from app.modules.planning.codes import HelpPlanState
from app.modules.planning.content import HelpPlanContent
from app.modules.planning.models import HelpPlan
from app.modules.planning.rules import advice, completeness
from app.modules.planning.schemas.plan import (
    HelpPlanAction,
    HelpPlanChangesOut,
    HelpPlanCreate,
    HelpPlanDecisionOut,
    HelpPlanHint,
    HelpPlanOut,
    HelpPlanPatch,
    HelpPlanQuery,
    HelpPlanReviewOut,
    HelpPlanReviewQuery,
    HelpPlanSummary,
    HelpPlanVersionOut,
    HelpPlanVersionSummary,
    Number,
)
from app.modules.planning.workflow import HELP_PLAN
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

plans = Router(prefix="/help-plans", tags=["help-plans"])
reviews = Router(prefix="/help-plan-reviews", tags=["help-plans"])
HEAD = HelpPlanSummary.model_fields.keys() - {"allowed_actions", "review_stage"}
SETTLED = frozenset({HelpPlanState.ACTIVE, HelpPlanState.ENDED})


def _summary(plan: HelpPlan, actor: Actor) -> HelpPlanSummary:
    return HelpPlanSummary(
        **{name: getattr(plan, name) for name in HEAD},
        review_stage=plan.review_stage if actor.is_youth_office else None,
        allowed_actions=HELP_PLAN.allowed(plan, actor),
    )


def _out(db: Session, plan: HelpPlan, actor: Actor, now: datetime) -> HelpPlanOut:
    head = {**_summary(plan, actor).model_dump(), "end_reason": plan.end_reason}
    if plan.draft is None:  # a provider reads what was confirmed
        known = queries.get_version(db, plan.id, plan.latest_number, actor) if plan.latest_number else None
        content = HelpPlanContent.model_validate(known.document["content"]) if known else None
        return HelpPlanOut(**head, content=content, decision=None, missing=[], warnings=[])
    content, decision = HelpPlanContent.model_validate(plan.draft.content), plan.draft.decision
    missing, warnings = ([], []) if plan.state in SETTLED else _hints(db, plan, content, actor, now)
    holds = decision is not None and decision["core_hash"] == completeness.core_hash(content)
    return HelpPlanOut(
        **head,
        content=content,
        decision=HelpPlanDecisionOut.model_validate({**decision, "still_holds": holds}) if decision else None,
        missing=[_hint(error) for error in missing],
        warnings=[_hint(error) for error in warnings],
    )


def _hints(
    db: Session, plan: HelpPlan, content: HelpPlanContent, actor: Actor, now: datetime
) -> tuple[list[FieldError], list[FieldError]]:
    situation, usual, land = service.situation_of(db, plan, cases.get_help(db, plan.help_id, actor), now)
    return completeness.missing(content, situation), advice.warnings(content, plan.review_due_on, usual, land)


def _hint(error: FieldError) -> HelpPlanHint:
    return HelpPlanHint(pointer=error.pointer, code=error.code, text=error.de)


@plans.post("", status_code=201, summary="Hilfeplan beginnen")
@needs(Permission.HELP_PLANS_MANAGE)
def create_help_plan(body: HelpPlanCreate, db: Db, actor: CurrentActor, now: Now) -> HelpPlanSummary:
    """Begin the plan of a help (§ 36 Abs. 2 SGB VIII); a help has one open plan, whose first review is waited for."""
    return _summary(service.create_plan(db, body, actor=actor, at=now), actor)


@plans.get("", summary="Hilfepläne suchen")
@needs(Permission.HELP_PLANS_READ)
def list_help_plans(query: Annotated[HelpPlanQuery, Query()], db: Db, actor: CurrentActor) -> Page[HelpPlanSummary]:
    """The plans of the own youth office, or of the helps the own provider takes part in (§ 36 SGB VIII)."""
    rows, following, total = queries.list_plans(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@reviews.get("", summary="Angemahnte Überprüfungen")
@needs(Permission.HELP_PLANS_OVERSEE)
def list_help_plan_reviews(
    query: Annotated[HelpPlanReviewQuery, Query()], db: Db, actor: CurrentActor
) -> Page[HelpPlanReviewOut]:
    """Reviews somebody was called for, the oldest first; nothing of what a plan says (§ 36 Abs. 2 Satz 2 SGB VIII)."""
    rows, following, total = queries.list_reviews(db, query, actor)
    return page_of([HelpPlanReviewOut.model_validate(row) for row in rows], following, total, query)


@plans.get("/{plan_id}", summary="Hilfeplan lesen")
@needs(Permission.HELP_PLANS_READ)
def get_help_plan(plan_id: Id, db: Db, actor: CurrentActor, now: Now) -> HelpPlanOut:
    """One plan: for the youth office what is being written, what is missing and worth a second look; for providers of
    the help what was confirmed. The reading is written down (§ 36 SGB VIII).
    """
    return _out(db, service.read(db, plan_id, actor=actor, at=now), actor, now)


@plans.patch("/{plan_id}", summary="Hilfeplan schreiben")
@needs(Permission.HELP_PLANS_MANAGE)
def change_help_plan(
    plan_id: Id, body: HelpPlanPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HelpPlanOut:
    """Change what the plan says while it is written (merge patch, RFC 7396); gaps and doubts come with the answer.

    Need, services and intensity are what the team decided on; whoever changes them needs a new decision.
    """
    return _out(db, service.revise(db, plan_id, body, expected, actor=actor, at=now), actor, now)


@plans.post("/{plan_id}/transitions", summary="Hilfeplan weiterführen")
@needs(Permission.HELP_PLANS_MANAGE)
def move_help_plan(
    plan_id: Id, body: HelpPlanAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HelpPlanSummary:
    """Decide in the team, consult, confirm, review, end (§§ 8, 36, 37c SGB VIII).

    A plan is confirmed when the young person and the parents have spoken, or it says why not. Dissent stands in it
    and does not block.
    """
    return _summary(service.move(db, plan_id, body, expected, actor=actor, at=now), actor)


@plans.get("/{plan_id}/transitions", summary="Verlauf des Hilfeplans")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_transitions(plan_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_plan(db, plan_id, actor).id)


@plans.get("/{plan_id}/versions", summary="Bestätigte Fassungen")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_versions(plan_id: Id, db: Db, actor: CurrentActor) -> list[HelpPlanVersionSummary]:
    """The confirmed versions, oldest first; a provider keeps those of its time in the help (§ 36 Abs. 2 SGB VIII)."""
    return [HelpPlanVersionSummary.model_validate(row) for row in queries.list_versions(db, plan_id, actor)]


@plans.get("/{plan_id}/versions/{number}", summary="Bestätigte Fassung lesen")
@needs(Permission.HELP_PLANS_READ)
def get_help_plan_version(plan_id: Id, number: Number, db: Db, actor: CurrentActor, now: Now) -> HelpPlanVersionOut:
    """One confirmed version as it was hashed; the reading is written down (§ 36 Abs. 2 SGB VIII)."""
    return HelpPlanVersionOut.model_validate(service.read_version(db, plan_id, number, actor=actor, at=now))


@plans.get("/{plan_id}/versions/{number}/changes", summary="Was sich geändert hat")
@needs(Permission.HELP_PLANS_READ)
def compare_help_plan_versions(
    plan_id: Id,
    number: Number,
    db: Db,
    actor: CurrentActor,
    now: Now,
    since: Annotated[
        int | None, Query(ge=1, le=100_000, description="the earlier version; else the one before")
    ] = None,
) -> HelpPlanChangesOut:
    """What differs from an earlier confirmed version, in words: need, goals, perspective, who said what (§ 36).

    Without `since` the version before; the first one is compared with nothing.
    """
    newer = service.read_version(db, plan_id, number, actor=actor, at=now)
    before = since or number - 1
    older = queries.get_version(db, plan_id, before, actor).document if before else {"content": {}}
    return HelpPlanChangesOut(since=before, number=number, changes=changes_between(older, newer.document))


@plans.get(
    "/{plan_id}/versions/{number}/document",
    summary="Hilfeplan als PDF",
    response_class=Response,
    responses=documents.DOCUMENT,
)
@needs(Permission.HELP_PLANS_READ)
def get_help_plan_document(plan_id: Id, number: Number, db: Db, actor: CurrentActor, now: Now) -> Response:
    """A confirmed version as it is signed and handed out, with everybody's own words and the ombuds office (§ 9a)."""
    version = service.read_version(db, plan_id, number, actor=actor, at=now)
    return documents.answer(*paper.print_version(db, version))
