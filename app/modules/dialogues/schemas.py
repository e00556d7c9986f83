"""Quality dialogues as the API shows and takes them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import WHOLE, Day, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.dialogues.models import DialogueState, MeasureState, Rating

Agenda = Annotated[list[Word], Field(title="Tagesordnung", max_length=50)]


class DialogueCreate(In):
    """A dialogue to be planned by the youth office."""

    title: Word = Field(title="Titel", examples=["Qualitätsdialog ambulante Hilfen 2026"])
    provider_ids: list[Id] = Field(title="Träger", min_length=1, max_length=50)
    agreement_id: Id | None = Field(None, title="Vereinbarung, um die es geht")
    follows_id: Id | None = Field(None, title="vorheriger Qualitätsdialog")
    standard_ids: list[Id] | None = Field(
        None, title="Standards, die eingeschätzt werden (leer: die der Vereinbarung)", max_length=100
    )
    period_from: Day = Field(title="betrachteter Zeitraum ab", examples=["2025-01-01"])
    period_to: Day = Field(title="betrachteter Zeitraum bis", examples=["2025-12-31"])
    meeting_at: Instant = Field(title="Termin", examples=["2026-05-12T08:00:00Z"])
    place: Word | None = Field(None, title="Ort")
    agenda: Agenda = Field(default_factory=list)
    preparation_days: Annotated[
        int, Field(title="Einschätzungen so viele Tage vor dem Termin", ge=0, le=365), WHOLE
    ] = 42

    @field_validator("period_to")
    @classmethod
    def _ordered(cls, value: date, info: ValidationInfo) -> date:
        start = info.data.get("period_from")
        if start is not None and value < start:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return value


class DialoguePatch(In):
    """What can change until the meeting was held."""

    title: Word | None = Field(None, title="Titel")
    meeting_at: Instant | None = Field(None, title="Termin")
    place: Word | None = Field(None, title="Ort")
    agenda: Agenda | None = Field(None, title="Tagesordnung")
    assessments_until: Day | None = Field(None, title="Einschätzungen bis")


class Attendance(In):
    """Who came, by function: minutes go to all parties."""

    organisation_id: Id = Field(title="Organisation")
    function: Word = Field(title="Funktion", examples=["Bereichsleitung ambulante Hilfen"])
    count: Annotated[int, Field(title="Personen", ge=1, le=100), WHOLE] = 1


class InviteDialogue(In):
    """Invite: assessments begin."""

    action: Literal["invite"]


class HoldDialogue(In):
    """The meeting took place."""

    action: Literal["hold"]
    attendance: list[Attendance] = Field(title="Teilnahme", min_length=1, max_length=100)


class MinuteDialogue(In):
    """Lay minutes before the parties, or better ones; earlier confirmations lapse."""

    action: Literal["minute"]
    minutes: Annotated[Prose, Field(max_length=10_000)] = Field(title="Protokoll")


class ConfirmMinutes(In):
    """A party confirms exactly these minutes."""

    action: Literal["confirm"]
    function: Word = Field(title="Funktion der bestätigenden Person")
    minutes_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)] = Field(
        title="SHA-256 des bestätigten Protokolls"
    )


class CloseDialogue(In):
    """Everything agreed is done or given up."""

    action: Literal["close"]


class CancelDialogue(In):
    """It does not take place."""

    action: Literal["cancel"]
    reason: Prose = Field(title="Grund")


DialogueAction = Annotated[
    InviteDialogue | HoldDialogue | MinuteDialogue | ConfirmMinutes | CloseDialogue | CancelDialogue,
    Field(discriminator="action"),
]


class ConfirmationOut(Out):
    """Who confirmed the minutes."""

    organisation_id: Id = Field(title="Organisation")
    function: str = Field(title="Funktion", max_length=200)
    confirmed_at: Instant = Field(title="am")


class DialogueSummary(Out):
    """A dialogue in a list."""

    id: Id
    number: str = Field(title="Nummer", max_length=20, examples=["QD-2026-0003"])
    state: DialogueState = Field(title="Stand")
    title: str = Field(title="Titel", max_length=200)
    youth_office_id: Id = Field(title="Jugendamt")
    provider_ids: list[Id] = Field(title="Träger", max_length=50)
    agreement_id: Id | None = Field(title="Vereinbarung")
    follows_id: Id | None = Field(title="vorheriger Qualitätsdialog")
    period_from: Day = Field(title="betrachteter Zeitraum ab")
    period_to: Day = Field(title="betrachteter Zeitraum bis")
    meeting_at: Instant = Field(title="Termin")
    place: str | None = Field(title="Ort", max_length=200)
    assessments_until: Day = Field(title="Einschätzungen bis")
    created_at: Instant = Field(title="angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class DialogueOut(DialogueSummary):
    """A dialogue with agenda, minutes and who confirmed them."""

    agenda: list[Annotated[str, Field(max_length=200)]] = Field(title="Tagesordnung", max_length=50)
    standard_ids: list[Id] = Field(title="Standards", max_length=100)
    attendance: list[Attendance] | None = Field(title="Teilnahme", max_length=100)
    minutes: str | None = Field(title="Protokoll", max_length=10_000)
    minutes_hash: str | None = Field(title="SHA-256 des Protokolls", max_length=64)
    confirmations: list[ConfirmationOut] = Field(title="Bestätigungen", max_length=51)
    cancelled_because: str | None = Field(title="Grund der Absage", max_length=10_000)


class DialogueQuery(PageQuery):
    """Filters of dialogues."""

    state: DialogueState | None = None
    agreement_id: Id | None = None
    provider_id: Id | None = None
    sort: Literal["meeting_at", "-meeting_at", "number", "-number"] = "-meeting_at"


class AssessmentIn(In):
    """How far a standard is met."""

    standard_id: Id = Field(title="Standard")
    rating: Rating = Field(title="Einschätzung")
    text: Prose = Field(title="Begründung", examples=["In 46 von 50 Gesprächen liegt die Stellungnahme vor."])
    evidence: Word | None = Field(None, title="Nachweis")


class AssessmentsIn(In):
    """The own side's assessments; known ones are replaced."""

    provider_id: Id | None = Field(None, title="welcher Träger (nur für das Jugendamt)")
    assessments: list[AssessmentIn] = Field(title="Einschätzungen", min_length=1, max_length=100)


class AssessmentOut(Out):
    """One side's view."""

    rating: Rating = Field(title="Einschätzung")
    text: str = Field(title="Begründung", max_length=10_000)
    evidence: str | None = Field(title="Nachweis", max_length=200)
    assessed_at: Instant = Field(title="am")


class ComparisonOut(Out):
    """Both views of one standard at one provider; the youth office's is shown to the provider after the meeting."""

    provider_id: Id = Field(title="Träger")
    standard_id: Id = Field(title="Standard")
    by_provider: AssessmentOut | None = Field(title="Selbsteinschätzung")
    by_youth_office: AssessmentOut | None = Field(title="Einschätzung des Jugendamts")
    difference: int | None = Field(title="Jugendamt minus Träger (Stufen)", ge=-4, le=4)


class MeasureCreate(In):
    """What is to be done."""

    text: Prose = Field(title="Maßnahme", examples=["Vorlage für die Stellungnahme des Kindes erarbeiten."])
    owner_id: Id = Field(title="Wer (Organisation)")
    due_on: Day = Field(title="bis", examples=["2026-09-30"])
    standard_id: Id | None = Field(None, title="zum Standard")


class ReportMeasure(In):
    """Its owner says that it is done."""

    action: Literal["report_done"]
    report: Prose = Field(title="was getan wurde")


class AcceptMeasure(In):
    """The youth office sees it as done."""

    action: Literal["accept"]


class ReopenMeasure(In):
    """More is needed, until a new day."""

    action: Literal["reopen"]
    due_on: Day = Field(title="neue Frist")


class DropMeasure(In):
    """It is no longer wanted."""

    action: Literal["drop"]
    reason: Prose = Field(title="Grund")


MeasureAction = Annotated[ReportMeasure | AcceptMeasure | ReopenMeasure | DropMeasure, Field(discriminator="action")]


class MeasureOut(Out):
    """A measure and how it stands."""

    id: Id
    dialogue_id: Id = Field(title="Qualitätsdialog")
    owner_id: Id = Field(title="Wer (Organisation)")
    standard_id: Id | None = Field(title="zum Standard")
    state: MeasureState = Field(title="Stand")
    text: str = Field(title="Maßnahme", max_length=10_000)
    due_on: Day = Field(title="bis")
    report: str | None = Field(title="was getan wurde, oder warum nicht", max_length=10_000)
    overdue_at: Instant | None = Field(title="überfällig seit")
    created_at: Instant = Field(title="vereinbart am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class MeasureQuery(PageQuery):
    """Filters of measures."""

    dialogue_id: Id | None = None
    owner_id: Id | None = None
    state: MeasureState | None = None
    due_until: Annotated[Day | None, Field(description="due until this day")] = None
    sort: Literal["due_on", "-due_on"] = "due_on"


def attendance_of(rows: list[dict[str, Any]] | None) -> list[Attendance] | None:
    """The attendance as it was kept."""
    return None if rows is None else [Attendance.model_validate(row) for row in rows]
