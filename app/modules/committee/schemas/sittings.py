"""Bodies, their members and their meetings as the API shows and takes them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.committee.codes import (
    CommitteeBodyKind,
    CommitteeFunction,
    ConsultationCompetence,
    ConsultationState,
    MeetingState,
    PaperKind,
)

MEETS = {CommitteeBodyKind.JUGENDHILFEAUSSCHUSS, CommitteeBodyKind.VERTRETUNG, CommitteeBodyKind.FACHAUSSCHUSS}
"""Bodies that meet in public unless the contrary is said (§ 71 Abs. 4 SGB VIII; for councils the law of the Land)."""
Members = Annotated[list[Id], Field(max_length=200)]


class BodyCreate(In):
    """A body of the own youth office, or one that its papers go to."""

    kind: CommitteeBodyKind = Field(title="Art des Gremiums")
    name: Word = Field(title="Name", examples=["Jugendhilfeausschuss der Stadt Hilden"])
    is_public: Flag | None = Field(None, title="tagt öffentlich (leer: wie es für die Art üblich ist)")

    @model_validator(mode="after")
    def _usual(self) -> "BodyCreate":
        if self.is_public is None:
            self.is_public = self.kind in MEETS
        return self


class BodyPatch(In):
    """What can change of a body; whether it meets in public cannot."""

    name: Word | None = Field(None, title="Name")
    dissolved_on: Day | None = Field(None, title="aufgelöst zum")


class BodyOut(Out):
    """A body."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    kind: CommitteeBodyKind = Field(title="Art des Gremiums")
    name: str = Field(title="Name", max_length=200)
    is_public: bool = Field(title="tagt öffentlich")
    dissolved_on: Day | None = Field(title="aufgelöst zum")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)


class BodyQuery(PageQuery):
    """Filters of bodies."""

    youth_office_id: Id | None = None
    kind: CommitteeBodyKind | None = None
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name"


class MembershipCreate(In):
    """Somebody who sits in a body."""

    name: Word = Field(title="Name", examples=["Hanno Berndt"])
    function: CommitteeFunction = Field(title="Funktion")
    has_vote: Flag | None = Field(None, title="stimmberechtigt (leer: alle außer beratenden Mitgliedern)")
    on_behalf_of: Word | None = Field(None, title="vorgeschlagen oder entsandt von")
    valid_from: Day = Field(title="Mitglied ab")
    valid_to: Day | None = Field(None, title="Mitglied bis einschließlich")

    @field_validator("valid_to")
    @classmethod
    def _ordered(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if last is not None and first is not None and last < first:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return last

    @model_validator(mode="after")
    def _vote(self) -> "MembershipCreate":
        advisory = self.function is CommitteeFunction.ADVISORY_MEMBER
        if self.has_vote is None:
            self.has_vote = not advisory
        if advisory and self.has_vote:
            raise FieldValueError("Beratende Mitglieder stimmen nicht ab.", "Advisory members do not vote.")
        return self


class MembershipPatch(In):
    """What can change of a membership; another function is another membership."""

    on_behalf_of: Word | None = Field(None, title="vorgeschlagen oder entsandt von")
    valid_to: Day | None = Field(None, title="Mitglied bis einschließlich")


class MembershipOut(Out):
    """Somebody in a body."""

    id: Id
    body_id: Id = Field(title="Gremium")
    name: str = Field(title="Name", max_length=200)
    function: CommitteeFunction = Field(title="Funktion")
    has_vote: bool = Field(title="stimmberechtigt")
    on_behalf_of: str | None = Field(title="vorgeschlagen oder entsandt von", max_length=200)
    valid_from: Day = Field(title="Mitglied ab")
    valid_to: Day | None = Field(title="Mitglied bis einschließlich")
    version: int = Field(title="Fassung", ge=1)


class MembershipQuery(PageQuery):
    """Filters of memberships."""

    on: Day | None = None
    function: CommitteeFunction | None = None
    sort: Literal["name", "-name", "valid_from", "-valid_from"] = "name"


class _Times(In):
    @model_validator(mode="after")
    def _in_order(self) -> "_Times":
        start, end = (getattr(self, name) for name in ("starts_at", "ends_at"))
        if isinstance(start, datetime) and isinstance(end, datetime) and end <= start:
            raise FieldValueError("Das Ende liegt nicht nach dem Beginn.", "The end does not lie after the start.")
        return self


class MeetingCreate(_Times):
    """A meeting of a body."""

    body_id: Id = Field(title="Gremium")
    title: Word = Field(title="Bezeichnung", examples=["20. Sitzung des Jugendhilfeausschusses"])
    place: Word | None = Field(None, title="Ort", examples=["Rathaus, Sitzungssaal"])
    starts_at: Instant = Field(title="Beginn")
    ends_at: Instant | None = Field(None, title="Ende")
    is_public: Flag | None = Field(None, title="öffentlich (leer: wie das Gremium tagt)")


class MeetingPatch(_Times):
    """What can change of a meeting until it is held."""

    title: Word | None = Field(None, title="Bezeichnung")
    place: Word | None = Field(None, title="Ort")
    starts_at: Instant | None = Field(None, title="Beginn")
    ends_at: Instant | None = Field(None, title="Ende")


class AgendaEntry(In):
    """A station of a paper that is to be dealt with in this meeting."""

    consultation_id: Id = Field(title="Beratung")


class InviteToMeeting(In):
    """The members are invited to the agenda as it is now; later papers are supplements."""

    action: Literal["invite"]


class HoldMeeting(In):
    """The meeting took place; who was there."""

    action: Literal["hold"]
    present: Members = Field(title="anwesende Mitglieder (Mitgliedschaften)")
    excused: Members = Field(default_factory=list, title="entschuldigte Mitglieder (Mitgliedschaften)")


class MinuteMeeting(In):
    """The minutes are there; every paper on the agenda has its result."""

    action: Literal["minute"]
    text: Prose = Field(title="Niederschrift")


class CancelMeeting(In):
    """The meeting does not take place; its papers wait for another one."""

    action: Literal["cancel"]
    reason: Prose = Field(title="Grund")


MeetingAction = Annotated[InviteToMeeting | HoldMeeting | MinuteMeeting | CancelMeeting, Field(discriminator="action")]


class AgendaItemOut(Out):
    """A paper on the agenda of a meeting."""

    number: int = Field(title="Tagesordnungspunkt", ge=1)
    consultation_id: Id = Field(title="Beratung")
    paper_id: Id = Field(title="Vorlage")
    paper_number: str = Field(title="Nummer der Vorlage", max_length=60)
    paper_kind: PaperKind = Field(title="Art der Vorlage")
    subject: str = Field(title="Betreff", max_length=500)
    is_public: bool = Field(title="öffentlich beraten")
    competence: ConsultationCompetence = Field(title="Zuständigkeit")
    state: ConsultationState = Field(title="Ergebnis")
    decision_text: str | None = Field(title="Beschluss", max_length=10_000)


class MeetingSummary(Out):
    """A meeting in a list."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    body_id: Id = Field(title="Gremium")
    title: str = Field(title="Bezeichnung", max_length=200)
    place: str | None = Field(title="Ort", max_length=200)
    is_public: bool = Field(title="öffentlich")
    starts_at: Instant = Field(title="Beginn")
    ends_at: Instant | None = Field(title="Ende")
    state: MeetingState = Field(title="Stand")
    cancellation_reason: str | None = Field(title="Grund der Absage", max_length=10_000)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class AttendanceOut(Out):
    """Whether a member came."""

    membership_id: Id = Field(title="Mitgliedschaft")
    name: str = Field(title="Name", max_length=200)
    function: CommitteeFunction = Field(title="Funktion")
    has_vote: bool = Field(title="stimmberechtigt")
    is_present: bool = Field(title="anwesend")


class MeetingOut(MeetingSummary):
    """A meeting with its agenda; who came and the minutes are for the own youth office."""

    agenda: list[AgendaItemOut] = Field(title="Tagesordnung", max_length=1000)
    attendance: list[AttendanceOut] = Field(title="Anwesenheit", max_length=1000)
    minutes: str | None = Field(title="Niederschrift", max_length=10_000)


class MeetingQuery(PageQuery):
    """Filters of meetings."""

    youth_office_id: Id | None = None
    body_id: Id | None = None
    state: MeetingState | None = None
    starts_from: Instant | None = None
    starts_until: Instant | None = None
    sort: Literal["starts_at", "-starts_at", "created_at", "-created_at"] = "starts_at"
