"""The minutes of a quality dialogue on paper."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import documents
from app.core.problems import NotFound
from app.law.calendars import BERLIN
from app.modules import organisations, standards
from app.modules.dialogues import queries
from app.modules.dialogues.models import DialogueMeasure, DialogueState, QualityDialogue
from app.policy import Actor

AGREED = frozenset({DialogueState.AGREED, DialogueState.CLOSED})


def print_minutes(db: Session, dialogue_id: UUID, *, actor: Actor) -> tuple[bytes, str]:
    """The minutes as PDF, with their name; of the measures those the actor may read.

    Raises:
        NotFound: there are no minutes yet, or the actor's organisation takes no part.
    """
    dialogue = queries.get_dialogue(db, dialogue_id, actor)
    if dialogue.minutes is None:
        raise NotFound
    rows = queries.visible_measures(actor).where(DialogueMeasure.dialogue_id == dialogue.id)
    measures = db.scalars(rows.order_by(DialogueMeasure.due_on, DialogueMeasure.id).limit(1000)).all()
    known = organisations.organisations_by_id(db, dialogue.audience)
    names = {id_: organisation.name for id_, organisation in known.items()}
    found = standards.standards_by_id(db, dialogue.standard_ids, dialogue.youth_office_id)
    assessed = [[found[id_].code, found[id_].title] for id_ in dialogue.standard_ids if id_ in found]
    paper = _paper(dialogue, names, assessed, measures)
    pdf = documents.render("minutes", paper, title=dialogue.title, made_at=dialogue.changed_at)
    return pdf, f"{dialogue.number}-Protokoll"


def _paper(
    dialogue: QualityDialogue, names: dict[UUID, str], assessed: list[list[str]], measures: Sequence[DialogueMeasure]
) -> dict[str, Any]:
    agreed = dialogue.state in AGREED
    office = names[dialogue.youth_office_id]
    return {
        "head": {
            "organisation": office,
            "below": "Qualitätsdialog mit freien Trägern (§ 79a SGB VIII)",
            "number": dialogue.number,
            "lines": [_day(dialogue.meeting_at.astimezone(BERLIN).date())],
            "running": dialogue.title,
            "foot": f"{office} · {dialogue.number}",
            "watermark": None if agreed else "Entwurf",
        },
        "kind": "Protokoll eines Qualitätsdialogs",
        "banner": None if agreed else "Dieses Protokoll ist noch nicht von allen bestätigt.",
        "facts": [
            ["Termin", f"{dialogue.meeting_at.astimezone(BERLIN):%d.%m.%Y, %H:%M} Uhr"],
            ["Ort", dialogue.place or "–"],
            ["Betrachteter Zeitraum", f"{_day(dialogue.period_from)} bis {_day(dialogue.period_to)}"],
            ["Träger", ", ".join(names[id_] for id_ in dialogue.provider_ids)],
        ],
        "attendance": [
            [names[UUID(row["organisation_id"])], row["function"], str(row["count"])]
            for row in dialogue.attendance or []
        ],
        "agenda": dialogue.agenda,
        "standards": assessed,
        "minutes": dialogue.minutes,
        "measures": [
            [measure.text, names[measure.owner_id], _day(measure.due_on), measure.state.title_de]
            for measure in measures
        ],
        "confirmations": [_confirmation(dialogue, id_, names[id_]) for id_ in dialogue.audience],
        "proof": f"SHA-256 des Protokolltextes: {dialogue.minutes_hash}",
    }


def _confirmation(dialogue: QualityDialogue, organisation_id: UUID, name: str) -> dict[str, Any]:
    for one in dialogue.confirmations:
        if one.organisation_id == organisation_id and one.minutes_hash == dialogue.minutes_hash:
            when = one.confirmed_at.astimezone(BERLIN)
            signed = f"bestätigt am {when:%d.%m.%Y, %H:%M} Uhr"
            return {"name": name, "lines": [one.function], "signed": signed, "open": ""}
    return {"name": name, "lines": [], "signed": None, "open": "noch nicht bestätigt"}


def _day(day: date | datetime) -> str:
    return f"{day:%d.%m.%Y}"
