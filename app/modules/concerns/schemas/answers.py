"""What the API answers of concerns."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.concerns.codes import (
    AgeBand,
    ConcernAlarm,
    ConcernDuty,
    ConcernEntryKind,
    ConcernState,
    FamilyPart,
    RiskRating,
)
from app.modules.concerns.indicators import Indicator, Weight
from app.modules.concerns.schemas.recording import BirthYear
from app.modules.safeguarding import IndicationGroup

Ids = Annotated[list[Id], Field(max_length=100)]


class IndicatorOut(Out):
    """A sign of the catalogue."""

    code: Indicator = Field(title="Anhaltspunkt")
    title_de: str = Field(title="Bezeichnung", max_length=200)
    group: IndicationGroup = Field(title="Bereich")
    age_bands: list[AgeBand] = Field(title="Altersstufen", max_length=len(AgeBand))
    weight: Weight = Field(title="Art")


class ConcernSummary(Out):
    """A concern in a list: number, stand and what is due, nothing about the child."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    state: ConcernState = Field(title="Stand")
    is_urgent: bool = Field(title="eilig")
    is_fast_path: bool = Field(title="wegen akuter Gefahr sofort gemeldet")
    help_id: Id | None = Field(title="Hilfe")
    responsible_id: Id = Field(title="verantwortliche Fachkraft")
    perceived_at: Instant = Field(title="wahrgenommen am")
    created_at: Instant = Field(title="festgehalten am")
    changed_at: Instant = Field(title="zuletzt geändert")
    due_at: Instant | None = Field(title="nächste Frist")
    is_overdue: bool = Field(title="überfällig")
    version: int = Field(title="Fassung", ge=1)


class ConcernReceipt(ConcernSummary):
    """What an act answers: no free text, because answers are kept for retries."""

    consultation_ids: Ids = Field(title="Beratungen")
    notification_ids: Ids = Field(title="Mitteilungen an das Jugendamt")
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=30)


class ConcernChildOut(Out):
    """A child by pseudonym."""

    pseudonym: str = Field(title="Pseudonym", max_length=40)
    age_band: AgeBand = Field(title="Alter")
    birth_year: BirthYear | None = Field(None, title="Geburtsjahr")


class ConcernFiredOut(Out):
    """A step of a deadline that has fired."""

    level: int = Field(title="Eskalationsstufe", ge=0, le=4)
    fires_at: Instant = Field(title="vorgesehen")
    fired_at: Instant = Field(title="ausgelöst")
    told: list[Annotated[str, Field(max_length=100)]] = Field(title="wer gerufen wurde", max_length=20)


class ConcernDutyOut(Out):
    """Something that must be done until an instant; only the act itself ends it."""

    duty: ConcernDuty = Field(title="was")
    alarm_code: ConcernAlarm = Field(title="Alarm")
    due_at: Instant = Field(title="bis")
    met_at: Instant | None = Field(title="erledigt am")
    is_overdue: bool = Field(title="überfällig")
    fired: list[ConcernFiredOut] = Field(title="Erinnerungen und Alarme", max_length=10)
    source: str = Field(title="woher die Frist kommt", max_length=200)


class ConcernFeedbackOut(Out):
    """The office's feedback: three answers (§ 64 Abs. 4 SGB VIII)."""

    indications_confirmed: bool = Field(title="Anhaltspunkte bestätigt")
    ja_acted: bool = Field(title="Jugendamt ist tätig geworden")
    ja_still_active: bool = Field(title="Jugendamt ist noch tätig")
    received_at: Instant = Field(title="eingegangen am")


class ConcernOut(ConcernReceipt):
    """A concern with everything but the text of its entries."""

    youth_office_id: Id | None = Field(title="Jugendamt")
    children: list[ConcernChildOut] = Field(title="Kinder", max_length=10)
    recorded_by: Id = Field(title="festgehalten von")
    member_ids: Ids = Field(title="Beteiligte")
    excluded_ids: Ids = Field(title="ausgeschlossen")
    rating: RiskRating | None = Field(title="Einschätzung")
    consulted_at: Instant | None = Field(title="insoweit erfahrene Fachkraft hinzugezogen am")
    family: FamilyPart | None = Field(title="Eltern und Kind")
    family_at: Instant | None = Field(title="beteiligt am (oder begründet nicht)")
    review_on: Day | None = Field(title="Überprüfung des Plans am")
    look_again_on: Day | None = Field(title="erneut hinsehen am")
    feedback: ConcernFeedbackOut | None = Field(title="Rückmeldung des Jugendamts")
    previous_id: Id | None = Field(title="früherer Vorgang")
    replaced_by_id: Id | None = Field(title="gilt stattdessen")
    duties: list[ConcernDutyOut] = Field(title="Fristen", max_length=100)


class ConcernEntryReceipt(Out):
    """An entry without its text."""

    id: Id
    kind: ConcernEntryKind = Field(title="Art")
    happened_at: Instant = Field(title="geschehen am")
    recorded_at: Instant = Field(title="festgehalten am")
    recorded_by: Id = Field(title="von")
    is_late: bool = Field(title="nicht am selben Tag festgehalten")
    about: str | None = Field(title="wozu (zweite Einschätzung)", max_length=60)
    agrees: bool | None = Field(title="stimmt zu")
    corrects_id: Id | None = Field(title="berichtigt")


class ConcernEntryOut(ConcernEntryReceipt):
    """An entry of the file as it was written."""

    content: dict[str, Any] = Field(title="Angaben je nach Art, wie sie eingetragen wurden")


class ConcernQuery(PageQuery):
    """Filters of concerns."""

    state: ConcernState | None = None
    open: Annotated[bool | None, Field(description="not closed yet")] = None
    help_id: Id | None = None
    overdue: Annotated[bool | None, Field(description="something should have been done by now")] = None
    sort: Annotated[
        Literal["urgency", "created_at", "-created_at"], Field(description="`urgency`: open and urgent first")
    ] = "urgency"


class EntryQuery(PageQuery):
    """The timeline: what was known when, oldest first unless turned round."""

    kind: ConcernEntryKind | None = None
    sort: Literal["recorded_at", "-recorded_at"] = "recorded_at"


class IndicatorQuery(PageQuery):
    """Filters of the catalogue of signs."""

    age_band: AgeBand | None = None
    group: IndicationGroup | None = None
    weight: Weight | None = None


class IsefConsultationReceipt(Out):
    """A consultation without its text."""

    id: Id
    pseudonym: str = Field(title="Pseudonym dieser Beratung", max_length=11)
    isef_id: Id = Field(title="insoweit erfahrene Fachkraft")
    is_urgent: bool = Field(title="eilig")
    requested_at: Instant = Field(title="angefragt am")
    answer_by: Instant = Field(title="beraten bis")
    answered_at: Instant | None = Field(title="festgehalten am")
    is_overdue: bool = Field(title="überfällig")
    version: int = Field(title="Fassung", ge=1)


class IsefConsultationOut(IsefConsultationReceipt):
    """A consultation: pseudonymised facts, and what came of it."""

    age_bands: list[AgeBand] = Field(title="Altersstufen", max_length=len(AgeBand))
    question: str = Field(title="Frage", max_length=10_000)
    facts: str = Field(title="Sachverhalt", max_length=10_000)
    agreement_clause: str | None = Field(title="Regelung der Vereinbarung", max_length=200)
    held_at: Instant | None = Field(title="beraten am")
    participants: list[Annotated[str, Field(max_length=200)]] = Field(title="Beteiligte", max_length=50)
    rating: RiskRating | None = Field(title="gemeinsame Einschätzung")
    recommended_steps: list[Annotated[str, Field(max_length=200)]] = Field(title="empfohlene Schritte", max_length=50)
    dissent: str | None = Field(title="abweichende Einschätzung", max_length=10_000)


class ConsultationAnswer(In):
    """What the consultation gave, written down by her who advised (§ 8a Abs. 4 Satz 1 Nr. 2 SGB VIII)."""

    held_at: Instant | None = Field(None, title="beraten am (sonst jetzt)")
    participants: list[Word] = Field(title="Beteiligte (Funktionen)", min_length=1, max_length=50)
    rating: RiskRating = Field(title="gemeinsame Einschätzung")
    recommended_steps: list[Word] = Field(title="empfohlene Schritte", min_length=1, max_length=50)
    dissent: Prose | None = Field(None, title="abweichende Einschätzung")


class ConsultationQuery(PageQuery):
    """Filters of the consultations that were asked of the caller."""

    answered: Annotated[bool | None, Field(description="recorded already")] = None
    sort: Literal["answer_by", "-requested_at"] = "answer_by"
