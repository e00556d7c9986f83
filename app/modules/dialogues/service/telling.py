"""What the other side learns, and what waits for its day."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.problems import FieldError
from app.modules.dialogues.models import DialogueMeasure, QualityDialogue
from app.modules.dialogues.workflow import DIALOGUE, MEASURE
from app.policy import Actor

outbox.announce(
    quality_dialogue__changed="Qualitätsdialog geändert",
    quality_dialogue__assessed="Qualitätsdialog: Einschätzung abgegeben",
    quality_dialogue__assessment_missing="Qualitätsdialog: Einschätzung fehlt",
    quality_measure__overdue="Maßnahme überfällig",
)


def tell(
    db: Session,
    dialogue: QualityDialogue,
    what: str,
    actor: Actor,
    at: datetime,
    audience: list[UUID] | None = None,
    **details: int,
) -> None:
    """Write to the log and tell those whom it concerns."""
    audit.record(
        db,
        tenant_id=dialogue.tenant_id,
        actor=actor,
        action=f"quality_dialogue.{what}",
        subject_kind=DIALOGUE.name,
        subject_id=dialogue.id,
        at=at,
        details={"version": dialogue.version, **details},
    )
    emit(db, dialogue, DIALOGUE.name, what, actor, at, audience or dialogue.audience)


def emit(db: Session, of: Any, kind: str, what: str, actor: Actor, at: datetime, audience: list[UUID]) -> None:
    """Tell those whom it concerns."""
    outbox.emit(
        db,
        f"{kind}.{what}",
        tenant_id=of.tenant_id,
        subject_kind=kind,
        subject_id=of.id,
        audience=audience,
        actor=actor,
        at=at,
        data={"version": of.version},
    )


def unknown(pointer: str) -> FieldError:
    """What is named does not exist here."""
    return FieldError(pointer, "unknown", "Das gehört nicht hierher.", "This does not belong here.")


def wait(
    db: Session, kind: str, of: QualityDialogue | DialogueMeasure, owner: UUID | None, due: datetime, at: datetime
) -> None:
    """Let a deadline run until something is to be done."""
    is_measure = isinstance(of, DialogueMeasure)
    deadlines.start(
        db,
        kind=kind,
        tenant_id=of.youth_office_id,
        provider_id=owner,
        subject_kind=(MEASURE if is_measure else DIALOGUE).name,
        subject_id=of.id,
        started_at=at,
        due_at=due,
        steps=[deadlines.Step(0, due)],
        source="Protokoll" if isinstance(of, DialogueMeasure) else of.number,
    )
