"""Notices as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.core.pages import PageQuery
from app.core.types import CodeList, Day, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.notices.models import NoticeDirection, NoticeKind, NoticeState
from app.policy import OrganisationKind

_TEXT = "what is to be told, without names"


class AbsenceReason(CodeList):
    """Why somebody is away, or a help rests."""

    ILLNESS = "illness", "Krankheit"
    CLINIC = "clinic", "Klinik, Kur"
    HOLIDAY = "holiday", "Ferien, Urlaub"
    FAMILY = "family", "Wunsch der Familie"
    STAFFING = "staffing", "fehlendes Personal"
    MISSING = "missing", "Aufenthalt unbekannt"
    OTHER = "other", "anderer Grund"


class IncidentCategory(CodeList):
    """What a special incident is about (facts 10.2, after the guide of the Landesjugendaemter)."""

    BY_STAFF = "by_staff", "Fehlverhalten oder Gefährdung durch Beschäftigte"
    BY_YOUNG_PEOPLE = "by_young_people", "Gefährdung durch betreute junge Menschen"
    SELF_HARM = "self_harm", "Selbstgefährdung"
    ACCIDENT = "accident", "Unfall mit Verletzung"
    DISASTER = "disaster", "Feuer, Räumung, Katastrophe"
    ILLNESS = "illness", "schwere oder gehäufte Krankheit"
    STRUCTURE = "structure", "Personal, Belegung, Bau, Wirtschaft"
    OTHER = "other", "anderes"


class AuthorityInformed(CodeList):
    """Whether the licensing authority (Landesjugendamt) was told; § 47 goes there, this is the youth office's copy."""

    YES = "yes", "ja"
    TO_FOLLOW = "to_follow", "folgt"
    NOT_REPORTABLE = "not_reportable", "nicht meldepflichtig"


class NeedChange(CodeList):
    """How the need changed."""

    MORE = "more", "mehr Hilfe nötig"
    LESS = "less", "weniger Hilfe nötig"
    DIFFERENT = "different", "andere Hilfe nötig"
    NONE = "none", "keine Hilfe mehr nötig"


class _Notice(In):
    """What every notice has."""

    help_id: Id = Field(title="Hilfe")
    provider_id: Id | None = Field(None, title="Träger (sendet das Jugendamt; sonst der Träger der Hilfe)")
    corrects_id: Id | None = Field(None, title="berichtigt diese frühere Mitteilung")
    text: Prose | None = Field(None, title="Mitteilung", description=_TEXT)


class _Asking(_Notice):
    """A notice that says nothing without its text."""

    text: Prose = Field(title="Mitteilung", description=_TEXT)


class _Period(_Notice):
    """From a first to a last day, if that is known."""

    from_day: Day = Field(title="ab", examples=["2026-03-02"])
    to_day: Day | None = Field(None, title="bis einschließlich (wenn bekannt)")
    reason: AbsenceReason = Field(title="Grund")


class ChangeOfProfessional(_Notice):
    """The provider: another professional works with the family. Functions, no names."""

    kind: Literal[NoticeKind.CHANGE_OF_PROFESSIONAL] = Field(title="Art")
    function: Word = Field(title="Funktion (kein Name)", examples=["Bezugsfachkraft"])
    from_day: Day = Field(title="ab")
    substitution_until: Day | None = Field(None, title="Vertretung bis einschließlich")


class ChangeOfCaseworker(_Notice):
    """The youth office: somebody else leads the case."""

    kind: Literal[NoticeKind.CHANGE_OF_CASEWORKER] = Field(title="Art")
    from_day: Day = Field(title="ab")
    substitution_until: Day | None = Field(None, title="Vertretung bis einschließlich")


class Interruption(_Period):
    """The help rests."""

    kind: Literal[NoticeKind.INTERRUPTION] = Field(title="Art")


class Absence(_Period):
    """The young person is not there."""

    kind: Literal[NoticeKind.ABSENCE] = Field(title="Art")


class ContactLoss(_Notice):
    """The provider: meetings in a row were missed, at least two."""

    kind: Literal[NoticeKind.CONTACT_LOSS] = Field(title="Art")
    missed_on: list[Day] = Field(title="ausgefallene Termine", min_length=2, max_length=50)
    last_contact_on: Day | None = Field(None, title="letzter Kontakt")
    attempts: Prose | None = Field(None, title="was versucht wurde")


class SpecialIncident(_Asking):
    """The provider: a copy, for the youth office, of what § 47 Abs. 1 Nr. 2 SGB VIII makes it tell without delay."""

    kind: Literal[NoticeKind.SPECIAL_INCIDENT] = Field(title="Art")
    occurred_at: Instant = Field(title="wann es geschah")
    category: IncidentCategory = Field(title="Art des Vorkommnisses")
    immediate_measures: Prose = Field(title="Sofortmaßnahmen")
    authority_informed: AuthorityInformed = Field(title="Landesjugendamt (Betriebserlaubnis) unterrichtet")
    authority_informed_at: Instant | None = Field(None, title="wann unterrichtet")


class RequestForInformation(_Asking):
    """Either side asks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "request_for_information",
                    "help_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10",
                    "text": "Wie viele Stunden wurden im Februar im Haushalt geleistet?",
                }
            ]
        }
    )

    kind: Literal[NoticeKind.REQUEST_FOR_INFORMATION] = Field(title="Art")
    answer_until: Day | None = Field(None, title="Antwort erbeten bis (sonst die übliche Frist)")


class ChangeOfNeed(_Asking):
    """The help does not fit the need any more."""

    kind: Literal[NoticeKind.CHANGE_OF_NEED] = Field(title="Art")
    change: NeedChange = Field(title="Veränderung")


class AppointmentChange(_Notice):
    """An appointment moves, or is cancelled."""

    kind: Literal[NoticeKind.APPOINTMENT_CHANGE] = Field(title="Art")
    planned_at: Instant = Field(title="geplant war")
    moved_to: Instant | None = Field(None, title="verlegt auf (leer: entfällt)")


class OtherNotice(_Asking):
    """Whatever no other kind tells."""

    kind: Literal[NoticeKind.OTHER] = Field(title="Art")


NoticeCreate = (
    ChangeOfProfessional
    | ChangeOfCaseworker
    | Interruption
    | Absence
    | ContactLoss
    | SpecialIncident
    | RequestForInformation
    | ChangeOfNeed
    | AppointmentChange
    | OtherNotice
)
NoticeBody = Annotated[NoticeCreate, Field(discriminator="kind")]
COMMON = frozenset(_Notice.model_fields) | {"kind"}
"""What is a column; everything else a kind has goes into its details."""


class AcknowledgeNotice(In):
    """The receiving side has read it."""

    action: Literal["acknowledge"]


class AnswerNotice(In):
    """The receiving side answers."""

    action: Literal["answer"]
    text: Prose = Field(title="Antwort", description=_TEXT)


class CloseNotice(In):
    """Nothing more is to be done about it."""

    action: Literal["close"]


class WithdrawNotice(In):
    """The sending side takes it back before it was acknowledged; it stays to be read."""

    action: Literal["withdraw"]
    reason: Prose = Field(title="Grund")


NoticeAction = Annotated[AcknowledgeNotice | AnswerNotice | CloseNotice | WithdrawNotice, Field(discriminator="action")]


class NoticeKindOut(Out):
    """What holds for a kind of notice."""

    kind: NoticeKind = Field(title="Art")
    title_de: str = Field(title="Bezeichnung", max_length=100)
    senders: list[OrganisationKind] = Field(title="wer sie sendet", max_length=2)
    acknowledge_within: str = Field(title="zu bestätigen innerhalb von", max_length=40)
    answer_within: str | None = Field(
        title="zu beantworten innerhalb von (leer: keine Antwort erwartet)", max_length=40
    )


class NoticeOut(Out):
    """A notice without what it says: lists and answers to acts, which are kept for retries."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    kind: NoticeKind = Field(title="Art")
    direction: NoticeDirection = Field(title="Richtung")
    state: NoticeState = Field(title="Stand")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    help_id: Id = Field(title="Hilfe")
    corrects_id: Id | None = Field(title="berichtigt")
    told_late: bool = Field(title="verspätet mitgeteilt")
    sent_by: Id = Field(title="gesendet von")
    created_at: Instant = Field(title="gesendet am")
    acknowledge_by: Instant = Field(title="bestätigen bis")
    acknowledged_at: Instant | None = Field(title="bestätigt am")
    answer_by: Instant | None = Field(title="beantworten bis (leer: keine Antwort erwartet)")
    answered_at: Instant | None = Field(title="beantwortet am")
    due_at: Instant = Field(title="nächster Schritt fällig")
    is_overdue: bool = Field(title="überfällig")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class NoticeReminder(Out):
    """A step that fired because nobody acted."""

    period: Literal["notice_acknowledgement", "notice_answer"] = Field(title="welche Frist")
    level: int = Field(title="Stufe (0 Erinnerung, 1 nächste Ebene)", ge=0, le=1)
    fired_at: Instant = Field(title="ausgelöst am")
    told: list[Annotated[str, Field(max_length=100)]] = Field(title="an wen (Rolle, Zugang)", max_length=20)


class NoticeFullOut(NoticeOut):
    """A notice as it was told, with what followed."""

    text: str | None = Field(title="Mitteilung", max_length=10_000)
    details: dict[str, Any] = Field(title="Angaben je nach Art, wie sie gesendet wurden")
    answer: str | None = Field(title="Antwort", max_length=10_000)
    withdrawn_because: str | None = Field(title="zurückgenommen, weil", max_length=10_000)
    corrected_by_id: Id | None = Field(title="berichtigt durch")
    reminders: list[NoticeReminder] = Field(title="Erinnerungen und Eskalation", max_length=10)


class MessageIn(In):
    """A word on a notice."""

    text: Prose = Field(title="Nachricht", description=_TEXT)


class MessageReceipt(Out):
    """That a message was written; what it says stands in the list of messages."""

    id: Id
    organisation_id: Id = Field(title="von (Organisation)")
    author_id: Id = Field(title="von")
    created_at: Instant = Field(title="wann")


class MessageOut(MessageReceipt):
    """A message as it was written."""

    text: str = Field(title="Nachricht", max_length=10_000)


class NoticeQuery(PageQuery):
    """Filters of notices."""

    help_id: Id | None = None
    kind: NoticeKind | None = None
    direction: NoticeDirection | None = None
    state: NoticeState | None = None
    waiting_for: Annotated[
        Literal["me", "them"] | None, Field(description="whose side is to acknowledge or to answer")
    ] = None
    overdue: Annotated[bool | None, Field(description="should have been acknowledged or answered, and is not")] = None
    sent_from: Annotated[Instant | None, Field(description="sent at or after")] = None
    sent_to: Annotated[Instant | None, Field(description="sent at or before")] = None
    sort: Literal["number", "-number", "due_at", "-due_at", "created_at", "-created_at"] = "-created_at"


class MessageQuery(PageQuery):
    """The messages of a notice."""

    sort: Literal["created_at", "-created_at"] = "created_at"
