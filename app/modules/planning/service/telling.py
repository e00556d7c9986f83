"""Evidence and news of what happens to a plan; no word of what was said goes to either."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.modules.planning.models import HelpPlan
from app.modules.planning.workflow import HELP_PLAN
from app.policy import Actor

outbox.announce(
    help_plan__graded="Hilfeplan: Zielerreichung eingeschätzt",
    help_plan__self_assessed="Hilfeplan: Selbsteinschätzung abgegeben",
    help_plan__stated="Hilfeplan: Stellungnahme eines Trägers",
    help_plan__review_reminder="Hilfeplan: Überprüfung steht bevor",
    help_plan__review_due="Hilfeplan: Überprüfung heute fällig",
    help_plan__review_overdue="Hilfeplan: Überprüfung überfällig",
    help_plan_meeting__changed="Hilfeplangespräch: Vorbereitung geändert",
    help_plan_meeting__assented="Hilfeplangespräch: Stellungnahme zum Protokoll",
    help_plan_meeting__minuted="Hilfeplangespräch: Protokoll geschrieben",
)


def note(db: Session, plan: HelpPlan, what: str, actor: Actor, at: datetime, **details: Any) -> None:
    """Write down an act that concerns nobody else yet."""
    audit.record(
        db,
        tenant_id=plan.tenant_id,
        actor=actor,
        action=f"{HELP_PLAN.name}.{what}",
        subject_kind=HELP_PLAN.name,
        subject_id=plan.id,
        at=at,
        details={**details, "version": plan.version},
    )


def tell(db: Session, plan: HelpPlan, what: str, actor: Actor, at: datetime, **details: Any) -> None:
    """Write down an act, and tell who takes part in the help."""
    note(db, plan, what, actor, at, **details)
    outbox.emit(
        db,
        f"{HELP_PLAN.name}.{what}",
        tenant_id=plan.tenant_id,
        subject_kind=HELP_PLAN.name,
        subject_id=plan.id,
        audience=plan.audience,
        actor=actor,
        at=at,
        data={**details, "version": plan.version},
    )
