"""Notifications and alarms as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from app.core.pages import PageQuery
from app.core.types import WHOLE, CodeList, Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.law.protection import Urgency
from app.modules.safeguarding.models import AlarmCode, Involvement, NotificationState

BirthYear = Annotated[int, Field(ge=1990, le=2100), WHOLE]
Texts = Annotated[list[Word], Field(max_length=50)]
EXAMPLE: dict[str, JsonValue] = {
    "help_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10",
    "urgency": "same_day",
    "perceived_at": "2026-03-02T07:40:00+01:00",
    "child_pseudonym": "Kind K-2",
    "observation": "Das Kind kam mit frischen Striemen am Unterarm und wollte nicht nach Hause.",
    "assessment": "Hinweise auf körperliche Gewalt; der Schutz zu Hause ist unklar.",
    "parents_informed": "no",
    "parents_reason": "Ein Gespräch könnte den Schutz des Kindes gefährden.",
    "child_involved": "yes",
    "isef_consulted_on": "2026-03-02",
}


class IndicationGroup(CodeList):
    """What a sign is about (structure of the common catalogues; no score is computed from it)."""

    APPEARANCE_CHILD = "appearance_child", "äußere Erscheinung des Kindes"
    BEHAVIOUR_CHILD = "behaviour_child", "Verhalten des Kindes"
    CARE_BASIC = "care_basic", "Grundversorgung"
    MEDICAL = "medical", "medizinische Versorgung"
    SUPERVISION = "supervision", "Aufsicht"
    VIOLENCE_PHYSICAL = "violence_physical", "körperliche Gewalt"
    VIOLENCE_PSYCHIC = "violence_psychic", "seelische Gewalt"
    VIOLENCE_SEXUAL = "violence_sexual", "sexuelle Gewalt"
    DOMESTIC_VIOLENCE_WITNESS = "domestic_violence_witness", "miterlebte häusliche Gewalt"
    AUTONOMY_CONFLICT = "autonomy_conflict", "Autonomiekonflikt"
    CARER_BEHAVIOUR = "carer_behaviour", "Verhalten der Erziehenden"
    FAMILY_SITUATION = "family_situation", "familiäre Situation"
    HOUSING = "housing", "Wohnsituation"
    COOPERATION = "cooperation", "Mitwirkung"


class IndicationSource(CodeList):
    """Who saw or said it."""

    OWN = "own", "eigene Beobachtung"
    CHILD = "child", "Aussage des Kindes"
    THIRD = "third", "Mitteilung Dritter"


class Indication(In):
    """A weighty sign (gewichtiger Anhaltspunkt): a fact, who saw it, when."""

    group: IndicationGroup = Field(title="Bereich")
    fact: Prose = Field(title="Beobachtung (Tatsache, wörtliche Rede)")
    observed_at: Instant = Field(title="wann")
    observed_by: Word = Field(title="wer (Funktion oder Kürzel)")
    source: IndicationSource = Field(title="Quelle")


class NotificationFurther(In):
    """What common forms of notification hold besides; no names (structure of real forms, facts 3.1)."""

    reasons: Texts = Field(default_factory=list, title="warum die Hilfe nicht reicht")
    own_risk_rating: Word | None = Field(None, title="eigene Gefährdungseinschätzung")
    measures_refused: Texts = Field(default_factory=list, title="was abgelehnt wurde")
    measures_needed: Texts = Field(default_factory=list, title="was für nötig gehalten wird")
    custodians: Texts = Field(default_factory=list, title="Sorgeberechtigte (Beziehung, Sorgerecht; ohne Namen)")
    others: Texts = Field(default_factory=list, title="weitere Personen im Umfeld (Funktion)")
    siblings_in_household: Annotated[int, Field(ge=0, le=30), WHOLE] | None = Field(
        None, title="Geschwister im Haushalt"
    )
    dangers_for_staff: Prose | None = Field(None, title="Gefahren für Fachkräfte")
    leadership_consulted_on: Day | None = Field(None, title="Leitung einbezogen am")
    transport: Word | None = Field(None, title="zuerst mitgeteilt")
    phone_recipient: Word | None = Field(None, title="wer das Telefonat entgegennahm (Funktion)")


class NotificationCreate(In):
    """Signs of danger to a child, told to the youth office (§ 8a Abs. 4 SGB VIII).

    In acute danger (`is_acute` with its reason) only what is needed to act is demanded; nothing may hold it up.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    help_id: Id | None = Field(None, title="Hilfe (falls eine läuft)")
    youth_office_id: Id | None = Field(None, title="Jugendamt (falls keine Hilfe genannt ist)")
    urgency: Urgency = Field(title="Dringlichkeit", examples=["same_day"])
    is_acute: Flag = Field(False, title="akute Gefahr")
    acute_reason: Prose | None = Field(None, title="Worin die akute Gefahr besteht")
    perceived_at: Instant = Field(title="wahrgenommen am")
    received_at: Instant | None = Field(None, title="beim Jugendamt eingegangen (falls vorab telefonisch)")
    child_pseudonym: Word = Field(
        title="Pseudonym des Kindes",
        description="A label with a number and no name; in acute danger anything that lets the office find the child.",
        examples=["Kind K-2"],
    )
    child_birth_year: BirthYear | None = Field(None, title="Geburtsjahr")
    whereabouts: Word | None = Field(None, title="Wo das Kind jetzt ist")
    observation: Prose = Field(title="Beobachtungen (Tatsachen)")
    assessment: Prose | None = Field(None, title="Einschätzung (getrennt von den Beobachtungen)")
    indications: list[Indication] = Field(default_factory=list, title="gewichtige Anhaltspunkte", max_length=100)
    measures_taken: Texts = Field(default_factory=list, title="was schon geschehen ist")
    parents_informed: Involvement | None = Field(None, title="Eltern vorher informiert")
    parents_reason: Prose | None = Field(None, title="warum nicht")
    child_involved: Involvement | None = Field(None, title="Kind beteiligt")
    child_reason: Prose | None = Field(None, title="warum nicht")
    isef_consulted_on: Day | None = Field(None, title="insoweit erfahrene Fachkraft hinzugezogen am")
    contact: Word | None = Field(None, title="Rückfragen an (Funktion, Telefon)")
    further: NotificationFurther = Field(default_factory=NotificationFurther, title="weitere Angaben")


class AcknowledgeNotification(In):
    """Somebody of the youth office has taken the notification on."""

    action: Literal["acknowledge"]
    note: Prose | None = Field(None, title="Mitteilung an den Träger (nichts zur Einschätzung)")


class FiredStep(Out):
    """A step of the escalation that has fired."""

    level: int = Field(title="Eskalationsstufe", ge=0, le=4)
    fires_at: Instant = Field(title="fällig")
    fired_at: Instant = Field(title="ausgelöst")
    told: list[Annotated[str, Field(max_length=100)]] = Field(title="an wen (Rolle, Zugang)", max_length=20)


class AcknowledgementDeadline(Out):
    """Until when the youth office must acknowledge; its escalation is shown to the office alone."""

    due_at: Instant = Field(title="bestätigen bis")
    met_at: Instant | None = Field(title="bestätigt")
    is_overdue: bool = Field(title="überfällig")
    level: int | None = Field(title="letzte Eskalationsstufe (0 Erinnerung … 3 Amtsleitung)")
    steps: list[FiredStep] = Field(title="ausgelöste Stufen", max_length=20)
    source: str = Field(title="woher die Frist kommt", max_length=200)


class NotificationSummary(Out):
    """A notification in a list."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    state: NotificationState = Field(title="Stand")
    urgency: Urgency = Field(title="Dringlichkeit")
    is_acute: bool = Field(title="akute Gefahr")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    help_id: Id | None = Field(title="Hilfe")
    child_pseudonym: str = Field(title="Pseudonym des Kindes", max_length=200)
    perceived_at: Instant = Field(title="wahrgenommen am")
    received_at: Instant = Field(title="eingegangen am")
    due_at: Instant = Field(title="bestätigen bis")
    is_overdue: bool = Field(title="überfällig")
    acknowledged_at: Instant | None = Field(title="bestätigt am")
    version: int = Field(title="Fassung", ge=1)


class NotificationReceipt(NotificationSummary):
    """What an act answers: everything but the free text, because answers are kept for retries."""

    missing: list[Annotated[str, Field(max_length=60)]] = Field(title="wegen akuter Gefahr nachzutragen", max_length=20)
    duplicate_of: Id | None = Field(title="ergänzt eine Mitteilung desselben Tages")
    deadline: AcknowledgementDeadline = Field(title="Frist zur Bestätigung")
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class NotificationOut(NotificationReceipt):
    """A notification as it was told."""

    acute_reason: str | None = Field(title="Worin die akute Gefahr besteht", max_length=10_000)
    child_birth_year: int | None = Field(title="Geburtsjahr")
    whereabouts: str | None = Field(title="Wo das Kind ist", max_length=200)
    observation: str = Field(title="Beobachtungen", max_length=10_000)
    assessment: str | None = Field(title="Einschätzung", max_length=10_000)
    indications: list[Indication] = Field(title="gewichtige Anhaltspunkte", max_length=100)
    measures_taken: Texts = Field(title="was schon geschehen ist")
    parents_informed: Involvement | None = Field(title="Eltern vorher informiert")
    parents_reason: str | None = Field(title="warum nicht", max_length=10_000)
    child_involved: Involvement | None = Field(title="Kind beteiligt")
    child_reason: str | None = Field(title="warum nicht", max_length=10_000)
    isef_consulted_on: Day | None = Field(title="insoweit erfahrene Fachkraft hinzugezogen am")
    contact: str | None = Field(title="Rückfragen an", max_length=200)
    further: NotificationFurther = Field(title="weitere Angaben")
    acknowledgement: str | None = Field(title="Bestätigung", max_length=10_000)
    feedback_at: Instant | None = Field(title="Rückmeldung vom")
    indications_confirmed: bool | None = Field(title="Anhaltspunkte bestätigt")
    has_acted: bool | None = Field(title="Jugendamt ist tätig geworden")
    still_active: bool | None = Field(title="Jugendamt ist noch tätig")


class NotificationQuery(PageQuery):
    """Filters of notifications."""

    state: NotificationState | None = None
    urgency: Urgency | None = None
    help_id: Id | None = None
    overdue: Annotated[bool | None, Field(description="not acknowledged in time")] = None
    sort: Annotated[
        Literal["urgency", "received_at", "-received_at"], Field(description="`urgency`: what waits, acute first")
    ] = "urgency"


class AlarmOut(Out):
    """An alarm: what, how urgent, since when; the case is behind its number."""

    id: Id
    notification_id: Id | None = Field(title="Mitteilung")
    case_id: Id | None = Field(title="Gefährdungsfall")
    number: str = Field(title="Nummer der Mitteilung oder des Falls", max_length=20)
    alarm_code: AlarmCode = Field(title="Alarm")
    level: int = Field(title="Eskalationsstufe", ge=0, le=4)
    urgency: Urgency = Field(title="Dringlichkeit")
    role: str = Field(title="an wen (Rolle)", max_length=60)
    account_id: Id | None = Field(title="an wen (Zugang)")
    is_late_entry: bool = Field(title="verspätet eingetragen")
    raised_at: Instant = Field(title="ausgelöst am")
    seen_at: Instant | None = Field(title="gesehen am")


class AlarmQuery(PageQuery):
    """Filters of alarms."""

    open: Annotated[bool | None, Field(description="what it is about is not done yet")] = None
    seen: Annotated[bool | None, Field(description="somebody saw the alarm")] = None
    sort: Annotated[
        Literal["urgency", "raised_at", "-raised_at"], Field(description="`urgency`: unseen, then most urgent first")
    ] = "urgency"
