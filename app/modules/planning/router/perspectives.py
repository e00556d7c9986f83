"""`/v1/perspectives`: children outside their family, and where they are to live."""

from datetime import date
from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Now, Router, needs
from app.core.pages import Page, page_of
from app.law.calendars import legal_date
from app.modules import cases
from app.modules.planning import queries
from app.modules.planning.codes import PerspectiveKind
from app.modules.planning.models import HelpPlan
from app.modules.planning.rules import counting
from app.modules.planning.schemas.review import PerspectiveCount, PerspectiveOut, PerspectiveQuery, PerspectiveSummary
from app.policy import Permission

perspectives = Router(prefix="/perspectives", tags=["help-plans"])


def _out(help_: cases.Help, plan: HelpPlan | None, today: date) -> PerspectiveOut:
    stated = plan if plan is not None and plan.perspective is not None else None
    late = stated is None or stated.review_due_on < today
    return PerspectiveOut(
        help_id=help_.id,
        help_number=help_.number,
        help_state=help_.state,
        service_kind=help_.service_kind,
        starts_on=help_.starts_on,
        plan_id=plan.id if plan else None,
        plan_state=plan.state if plan else None,
        perspective=plan.perspective if plan else None,
        until=plan.perspective_until if plan else None,
        review_due_on=plan.review_due_on if plan else None,
        is_overdue=late or bool(stated and stated.perspective_until and stated.perspective_until < today),
    )


@perspectives.get("", summary="Perspektiven außerhalb der Familie")
@needs(Permission.HELP_PLANS_READ)
def list_perspectives(
    query: Annotated[PerspectiveQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[PerspectiveOut]:
    """Running helps outside the family with the perspective their plan states (§ 37c Abs. 1 SGB VIII).

    Overdue is what was never stated, whose justifiable period is over, or whose review is late.
    """
    today = legal_date(now)
    helps, following, total = queries.list_perspectives(db, query, actor, today)
    plans = queries.open_plans_of(db, [help_.id for help_ in helps], actor)
    return page_of([_out(help_, plans.get(help_.id), today) for help_ in helps], following, total, query)


@perspectives.get("/summary", summary="Perspektiven in Zahlen")
@needs(Permission.HELP_PLANS_COUNT)
def count_perspectives(db: Db, actor: CurrentActor, now: Now) -> PerspectiveSummary:
    """How many children outside their family have which perspective, and how many returned home within a year.

    Numbers of one to four are not told, nor what would tell them (§ 37c SGB VIII; §§ 61 ff SGB VIII).
    """
    counts, overdue, returned = queries.count_perspectives(db, actor, legal_date(now))
    told = counting.told_of({kind: counts.get(kind, 0) for kind in (*PerspectiveKind, None)})
    return PerspectiveSummary(
        counts=[PerspectiveCount(perspective=kind, count=told.cells[kind]) for kind in (*PerspectiveKind, None)],
        total=told.total,
        overdue=counting.told_of_part(overdue, told),
        returned_home=counting.suppress(returned),
    )
