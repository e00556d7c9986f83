"""Papers, their stations and what follows from them, as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import Count, Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.committee.codes import (
    ConsultationCompetence,
    ConsultationState,
    FollowUpState,
    PaperKind,
    PaperState,
)

Number = Annotated[Word, Field(max_length=60, examples=["WP 14-20 SV 51/318"])]
Subject = Annotated[Word, Field(max_length=500)]
Actions = Annotated[list[AllowedAction], Field(title="mögliche Schritte", max_length=20)]


class PaperAnnex(In):
    """Something attached: a text, or a version of an agreement's text."""

    title: Word = Field(title="Bezeichnung", examples=["Qualitätsvereinbarung"])
    text: Prose | None = Field(None, title="Text")
    agreement_id: Id | None = Field(None, title="Vereinbarung")
    agreement_version: Annotated[Count, Field(ge=1)] | None = Field(None, title="Fassung der Vereinbarung")

    @model_validator(mode="after")
    def _one_of_them(self) -> "PaperAnnex":
        linked = {self.agreement_id is not None, self.agreement_version is not None}
        if len(linked) != 1 or linked == {self.text is not None}:
            raise FieldValueError(
                "Eine Anlage ist ein Text oder eine Fassung einer Vereinbarung.",
                "An annex is a text or a version of an agreement.",
            )
        return self


Annexes = Annotated[list[PaperAnnex], Field(title="Anlagen", max_length=20)]


class PaperCreate(In):
    """A paper as the youth office prepares it."""

    number: Number = Field(title="Nummer der Vorlage")
    kind: PaperKind = Field(title="Art der Vorlage")
    subject: Subject = Field(title="Betreff", examples=["Qualitätsvereinbarung Jugendhilfe (ambulante Hilfen)"])
    draft_decision: Prose = Field(title="Beschlussvorschlag")
    reasons: Prose = Field(title="Erläuterungen und Begründungen")
    financial_effects: Prose | None = Field(None, title="finanzielle Auswirkungen")
    agreement_id: Id | None = Field(None, title="Vereinbarung, um die es geht")
    related_paper_id: Id | None = Field(None, title="Vorlage, an die sie anknüpft")
    annexes: Annexes = Field(default_factory=list)
    is_public: Flag = Field(True, title="öffentlich, sobald sie freigegeben ist")


class PaperPatch(In):
    """What changes of a draft (merge patch, RFC 7396); `null` takes an optional part away."""

    number: Number | None = Field(None, title="Nummer der Vorlage")
    kind: PaperKind | None = Field(None, title="Art der Vorlage")
    subject: Subject | None = Field(None, title="Betreff")
    draft_decision: Prose | None = Field(None, title="Beschlussvorschlag")
    reasons: Prose | None = Field(None, title="Erläuterungen und Begründungen")
    financial_effects: Prose | None = Field(None, title="finanzielle Auswirkungen")
    agreement_id: Id | None = Field(None, title="Vereinbarung, um die es geht")
    related_paper_id: Id | None = Field(None, title="Vorlage, an die sie anknüpft")
    annexes: Annexes | None = Field(None, title="Anlagen")
    is_public: Flag | None = Field(None, title="öffentlich, sobald sie freigegeben ist")


class ReleasePaper(In):
    """The office head signs; from now on the text is fixed and the committees may see it."""

    action: Literal["release"]
    signature: Word = Field(title="gez. (Name der unterzeichnenden Person)", examples=["Birte Ahlers"])


class WithdrawPaper(In):
    """The paper is not laid before anybody (any more)."""

    action: Literal["withdraw"]
    reason: Prose = Field(title="Begründung")


PaperAction = Annotated[ReleasePaper | WithdrawPaper, Field(discriminator="action")]


class ConsultationCreate(In):
    """The next station of a paper's way (Beratungsfolge)."""

    body_id: Id = Field(title="Gremium")
    competence: ConsultationCompetence = Field(title="Zuständigkeit")
    is_public: Flag | None = Field(None, title="öffentlich beraten (leer: wie das Gremium tagt)")
    meeting_id: Id | None = Field(None, title="Sitzung")


class ConsultationPatch(In):
    """What can change of a station that has not been reached."""

    competence: ConsultationCompetence | None = Field(None, title="Zuständigkeit")
    is_public: Flag | None = Field(None, title="öffentlich beraten")
    meeting_id: Id | None = Field(None, title="Sitzung")


class VoteCount(In):
    """How they voted."""

    yes: Annotated[Count, Field(le=1000)] = Field(title="Ja-Stimmen")
    no: Annotated[Count, Field(le=1000)] = Field(title="Nein-Stimmen")
    abstain: Annotated[Count, Field(le=1000)] = Field(0, title="Enthaltungen")


class _Voted(In):
    votes: VoteCount | None = Field(None, title="Abstimmung")
    is_unanimous: Flag | None = Field(None, title="einstimmig (leer: wie es die Stimmen sagen, sonst nicht bekannt)")

    @model_validator(mode="after")
    def _of_one_mind(self) -> "_Voted":
        if self.votes is not None:
            counted = 0 in (self.votes.yes, self.votes.no)
            if self.is_unanimous not in (None, counted):
                raise FieldValueError(
                    "Die Stimmen sagen über die Einstimmigkeit etwas anderes.",
                    "The votes say something else about unanimity.",
                )
            self.is_unanimous = counted
        return self


class AdoptPaper(_Voted):
    """The body agreed to the paper as it is."""

    action: Literal["adopt"]
    decision_text: Prose | None = Field(None, title="Beschluss (leer: der Beschlussvorschlag)")


class FollowUpCreate(In):
    """What is still to be done."""

    text: Prose = Field(title="Auftrag", examples=["15 Prozent nachverhandeln und erneut vorlegen"])
    due_on: Day = Field(title="zu erledigen bis einschließlich")


class AdoptPaperAmended(_Voted):
    """The body agreed to the paper with changes, and somebody has to carry them out."""

    action: Literal["adopt_amended"]
    decision_text: Prose = Field(title="Beschluss")
    amendment_text: Prose = Field(title="Änderung gegenüber dem Beschlussvorschlag")
    follow_up: FollowUpCreate = Field(title="Folgeauftrag")


class NotePaper(_Voted):
    """The body took note of the paper."""

    action: Literal["note"]
    decision_text: Prose | None = Field(None, title="Beschluss (leer: der Beschlussvorschlag)")


class DeferPaper(_Voted):
    """The body put the paper off; the station comes again."""

    action: Literal["defer"]
    reason: Prose = Field(title="Grund")
    next_meeting_id: Id | None = Field(None, title="Sitzung, in der sie wieder beraten wird")


class RejectPaper(_Voted):
    """The body rejected the paper; its way ends here."""

    action: Literal["reject"]
    decision_text: Prose = Field(title="Beschluss")


class DropConsultation(In):
    """The paper is not laid before this body after all."""

    action: Literal["drop"]
    reason: Prose = Field(title="Grund")


ConsultationAction = Annotated[
    AdoptPaper | AdoptPaperAmended | NotePaper | DeferPaper | RejectPaper | DropConsultation,
    Field(discriminator="action"),
]


class ConsultationOut(Out):
    """A station of a paper's way, and what came of it."""

    id: Id
    paper_id: Id = Field(title="Vorlage")
    body_id: Id = Field(title="Gremium")
    position: int = Field(title="Stelle in der Beratungsfolge", ge=1)
    round: int = Field(title="wie oft sie hier beraten wird", ge=1)
    competence: ConsultationCompetence = Field(title="Zuständigkeit")
    is_public: bool = Field(title="öffentlich beraten")
    meeting_id: Id | None = Field(title="Sitzung")
    agenda_number: int | None = Field(title="Tagesordnungspunkt", ge=1)
    state: ConsultationState = Field(title="Ergebnis")
    decision_text: str | None = Field(title="Beschluss", max_length=10_000)
    amendment_text: str | None = Field(title="Änderung", max_length=10_000)
    reason: str | None = Field(title="Grund", max_length=10_000)
    votes_yes: int | None = Field(title="Ja-Stimmen", ge=0)
    votes_no: int | None = Field(title="Nein-Stimmen", ge=0)
    votes_abstain: int | None = Field(title="Enthaltungen", ge=0)
    is_unanimous: bool | None = Field(title="einstimmig")
    recorded_at: Instant | None = Field(title="festgehalten am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: Actions


class PaperSummary(Out):
    """A paper in a list, without its texts."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    number: str = Field(title="Nummer der Vorlage", max_length=60)
    kind: PaperKind = Field(title="Art der Vorlage")
    state: PaperState = Field(title="Stand")
    subject: str = Field(title="Betreff", max_length=500)
    is_public: bool = Field(title="öffentlich")
    agreement_id: Id | None = Field(title="Vereinbarung, um die es geht")
    related_paper_id: Id | None = Field(title="Vorlage, an die sie anknüpft")
    signature: str | None = Field(title="gez.", max_length=200)
    released_at: Instant | None = Field(title="freigegeben am")
    ended_at: Instant | None = Field(title="Beratung beendet am")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: Actions


class PaperOut(PaperSummary):
    """A paper with its texts and its way."""

    draft_decision: str = Field(title="Beschlussvorschlag", max_length=10_000)
    reasons: str = Field(title="Erläuterungen und Begründungen", max_length=10_000)
    financial_effects: str | None = Field(title="finanzielle Auswirkungen", max_length=10_000)
    annexes: Annexes
    decision_text: str | None = Field(title="Beschluss", max_length=10_000)
    withdrawal_reason: str | None = Field(title="warum zurückgezogen", max_length=10_000)
    consultations: list[ConsultationOut] = Field(title="Beratungsfolge", max_length=200)


class PaperQuery(PageQuery):
    """Filters of papers."""

    youth_office_id: Id | None = None
    state: PaperState | None = None
    kind: PaperKind | None = None
    agreement_id: Id | None = None
    body_id: Id | None = None
    sort: Literal["number", "-number", "created_at", "-created_at"] = "-created_at"


class CompleteFollowUp(In):
    """It is done."""

    action: Literal["complete"]
    note: Prose = Field(title="was getan wurde")


class FollowUpOut(Out):
    """What is still to be done after a decision."""

    id: Id
    paper_id: Id = Field(title="Vorlage")
    consultation_id: Id = Field(title="Beratung")
    text: str = Field(title="Auftrag", max_length=10_000)
    due_on: Day = Field(title="zu erledigen bis einschließlich")
    state: FollowUpState = Field(title="Stand")
    note: str | None = Field(title="was getan wurde", max_length=10_000)
    done_at: Instant | None = Field(title="erledigt am")
    done_by: Id | None = Field(title="erledigt von (Zugang)")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: Actions


class FollowUpQuery(PageQuery):
    """Filters of follow-ups."""

    paper_id: Id | None = None
    state: FollowUpState | None = None
    due_until: Day | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "due_on"
