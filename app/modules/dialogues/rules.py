"""What must hold in a quality dialogue. Pure."""

import hashlib
from datetime import date, timedelta
from uuid import UUID

from app.core.problems import Text
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules.dialogues.models import DialogueMeasure, QualityDialogue


def assessments_until(meeting: date, today: date, days: int) -> date:
    """The last day for assessments: some days before the meeting, but never in the past."""
    return max(meeting - timedelta(days=days), today)


def hash_of(minutes: str) -> str:
    """What a confirmation binds: SHA-256 of the minutes' UTF-8 bytes."""
    return hashlib.sha256(minutes.encode()).hexdigest()


def meeting_has_come(dialogue: QualityDialogue, move: Move) -> Text | None:
    """A meeting is held on its day or later."""
    if legal_date(dialogue.meeting_at) <= legal_date(move.at):
        return None
    return Text("Der Termin ist noch nicht da.", "The meeting has not come yet.")


def confirms_these_minutes(dialogue: QualityDialogue, move: Move) -> Text | None:
    """The hash names the minutes on the table."""
    if move.data.get("minutes_hash") == dialogue.minutes_hash:
        return None
    return Text("Bestätigt wird ein anderes Protokoll.", "Other minutes are being confirmed.")


def confirms_once(dialogue: QualityDialogue, move: Move) -> Text | None:
    """Each party confirms the minutes once."""
    if move.actor.organisation_id not in confirmed_by(dialogue):
        return None
    return Text("Diese Seite hat schon bestätigt.", "This side has confirmed already.")


def all_have_confirmed(dialogue: QualityDialogue, _move: Move) -> Text | None:
    """Minutes are agreed when every party has confirmed them.

    Source: facts 2.5 (confirmation of both sides).
    """
    if confirmed_by(dialogue) >= set(dialogue.audience):
        return None
    return Text("Es fehlt noch eine Bestätigung.", "A confirmation is still missing.")


def nothing_is_open(_dialogue: QualityDialogue, move: Move) -> Text | None:
    """A dialogue is closed when what was agreed is done or given up; the service counts."""
    count = move.data["open_measures"]
    if count == 0:
        return None
    return Text(f"Noch {count} Maßnahmen sind offen.", f"{count} measures are still open.")


def is_mine(measure: DialogueMeasure, move: Move) -> Text | None:
    """A measure is reported by who does it."""
    if move.actor.organisation_id == measure.owner_id:
        return None
    return Text("Erledigt meldet, wer die Maßnahme übernommen hat.", "Only its owner reports a measure.")


def confirmed_by(dialogue: QualityDialogue) -> set[UUID]:
    """The parties that confirmed the minutes as they are."""
    return {one.organisation_id for one in dialogue.confirmations if one.minutes_hash == dialogue.minutes_hash}
