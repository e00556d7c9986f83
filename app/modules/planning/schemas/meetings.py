"""Help plan meetings as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.planning.codes import HelpPlanAssent, HelpPlanMeetingKind, HelpPlanMeetingState, HelpPlanRole
from app.modules.planning.content import Function, HelpPlanParticipant, HelpPlanTask, Label, Participants

Agenda = Annotated[list[Word], Field(title="Tagesordnung", max_length=50)]


class HelpPlanMeetingCreate(In):
    """A meeting about a help."""

    help_id: Id = Field(title="Hilfe")
    kind: HelpPlanMeetingKind = Field(title="Art", examples=["review"])
    starts_at: Instant = Field(title="Beginn", examples=["2026-04-01T14:00:00+02:00"])
    place: Word | None = Field(None, title="Ort", examples=["Jugendamt, Raum 3"])
    agenda: Agenda = Field(default_factory=list)
    participants: Participants = Field(default_factory=list)


class HelpPlanMeetingPatch(In):
    """What changes of a meeting that was not held yet (merge patch, RFC 7396)."""

    place: Word | None = Field(None, title="Ort")
    agenda: Agenda | None = Field(None, title="Tagesordnung")
    participants: Participants | None = Field(None, title="Beteiligte")


class MoveHelpPlanMeeting(In):
    """The meeting is moved; what hangs on its day moves with it."""

    action: Literal["move"]
    starts_at: Instant = Field(title="neuer Beginn", examples=["2026-04-08T14:00:00+02:00"])
    reason: Prose = Field(title="Grund", examples=["Die Mutter hat an diesem Tag Frühschicht."])


class HoldHelpPlanMeeting(In):
    """The meeting took place: who was there and what each said."""

    action: Literal["hold"]
    participants: list[HelpPlanParticipant] = Field(title="Beteiligte, mit Anwesenheit", min_length=1, max_length=40)


class CancelHelpPlanMeeting(In):
    """The meeting is called off; the review stays due."""

    action: Literal["cancel"]
    reason: Prose = Field(title="Grund", examples=["Krankheit"])


HelpPlanMeetingAction = Annotated[
    MoveHelpPlanMeeting | HoldHelpPlanMeeting | CancelHelpPlanMeeting, Field(discriminator="action")
]


class HelpPlanMeetingSummary(Out):
    """A help plan meeting without its words."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger der Hilfe")
    state: HelpPlanMeetingState = Field(title="Stand")
    kind: HelpPlanMeetingKind = Field(title="Art")
    starts_at: Instant = Field(title="Beginn")
    place: str | None = Field(title="Ort", max_length=200)
    minutes_number: int = Field(title="Nummer des geltenden Protokolls (0: noch keines)", ge=0)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class HelpPlanMeetingOut(HelpPlanMeetingSummary):
    """A help plan meeting with who takes part and what each said."""

    agenda: Agenda
    reason: str | None = Field(title="warum verlegt oder abgesagt", max_length=10_000)
    participants: Participants


class HelpPlanMeetingQuery(PageQuery):
    """Filters of meetings."""

    help_id: Id | None = None
    state: HelpPlanMeetingState | None = None
    kind: HelpPlanMeetingKind | None = None
    starts_from: Annotated[Instant | None, Field(description="begins at or after this instant")] = None
    starts_until: Annotated[Instant | None, Field(description="begins before this instant")] = None
    sort: Literal["starts_at", "-starts_at", "created_at", "-created_at"] = "starts_at"


class HelpPlanMinutesIn(In):
    """The minutes of a meeting; a further writing corrects the one before, which is kept."""

    agenda: Agenda = Field(default_factory=list)
    text: Prose = Field(title="was besprochen wurde", examples=["Die Mutter erlebt die Morgen als ruhiger."])
    agreements: list[HelpPlanTask] = Field(default_factory=list, title="was vereinbart ist", max_length=60)
    correction: Prose | None = Field(None, title="warum das frühere Protokoll berichtigt wird")


class HelpPlanMinutesAssentCreate(In):
    """What one of the participants says to the minutes."""

    role: HelpPlanRole = Field(title="Rolle", examples=["mother"])
    label: Label = None
    function: Function | None = Field(None, title="Funktion")
    consents: HelpPlanAssent = Field(title="ist einverstanden")
    dissent: Prose | None = Field(None, title="womit nicht einverstanden")
    said_on: Day = Field(title="gesagt am", examples=["2026-03-02"])

    @model_validator(mode="after")
    def _explained(self) -> "HelpPlanMinutesAssentCreate":
        if self.consents is not HelpPlanAssent.YES and not self.dissent:
            raise FieldValueError(
                "Wer nicht ganz einverstanden ist, sagt womit (dissent).", "Dissent says what it is about."
            )
        return self


class HelpPlanMinutesAssentOut(Out):
    """What somebody said to one writing of the minutes."""

    id: Id
    number: int = Field(title="Nummer des Protokolls", ge=1)
    role: HelpPlanRole = Field(title="Rolle")
    label: str | None = Field(title="Pseudonym der Person", max_length=40)
    function: str | None = Field(title="Funktion", max_length=200)
    consents: HelpPlanAssent = Field(title="ist einverstanden")
    dissent: str | None = Field(title="womit nicht einverstanden", max_length=10_000)
    said_on: Day = Field(title="gesagt am")
    entered_by: Id = Field(title="eingetragen von")
    created_at: Instant = Field(title="eingetragen am")


class HelpPlanMinutesSummary(Out):
    """That minutes were written, without their words."""

    number: int = Field(title="Nummer", ge=1)
    content_hash: str = Field(title="SHA-256 des Textes", max_length=64)
    written_by: Id = Field(title="geschrieben von")
    created_at: Instant = Field(title="geschrieben am")


class HelpPlanMinutesOut(HelpPlanMinutesSummary):
    """One writing of the minutes, as it was written."""

    agenda: Agenda
    text: str = Field(title="was besprochen wurde", max_length=10_000)
    agreements: list[HelpPlanTask] = Field(title="was vereinbart ist", max_length=60)
    correction: str | None = Field(title="warum berichtigt", max_length=10_000)
    assents: list[HelpPlanMinutesAssentOut] = Field(
        title="was die Beteiligten dazu sagen; je Person gilt das letzte Wort", max_length=1000
    )
