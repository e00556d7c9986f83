"""The steps of a concern as clients take them, with what each must say."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.types import WHOLE, Day, Flag, Id, In, Instant, Prose, Word
from app.law.protection import Urgency
from app.modules.concerns.codes import (
    Cooperation,
    EmergencyNumber,
    FirstToldBy,
    MeasureFulfilment,
    NotifyReason,
    PlanReviewResult,
    RiskRating,
    SkipReason,
    ToldHow,
)
from app.modules.safeguarding import Involvement

Words = Annotated[list[Word], Field(max_length=50)]
Siblings = Annotated[int, Field(ge=0, le=30), WHOLE]


class _Step(In):
    happened_at: Instant | None = Field(None, title="wann (sonst jetzt)")


class InformLead(_Step):
    """Lead and team know."""

    action: Literal["inform_lead"]
    lead_id: Id = Field(title="informierte Leitung (Zugang)")
    informed: Words = Field(default_factory=list, title="weitere Informierte (Funktion)")
    form: ToldHow = Field(title="wie")


class AssessNoWeighty(_Step):
    """The team finds no weighty signs; a second professional has said so too."""

    action: Literal["assess_no_weighty"]
    participants: Words = Field(title="Beteiligte (Funktionen)", min_length=2)
    reasons: Prose = Field(title="Gründe je Anhaltspunkt")


class AssessMonitor(_Step):
    """No weighty signs now; the team looks again on a day."""

    action: Literal["assess_monitor"]
    participants: Words = Field(title="Beteiligte (Funktionen)", min_length=2)
    reasons: Prose = Field(title="Gründe je Anhaltspunkt")
    look_again_on: Day = Field(title="erneut hinsehen am")


class RequestIsef(_Step):
    """Ask an insoweit erfahrene Fachkraft; nothing in it may tell who the child is."""

    action: Literal["request_isef"]
    isef_id: Id = Field(title="insoweit erfahrene Fachkraft")
    pseudonym: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-\d{1,6}$", max_length=11)] = Field(
        title="Pseudonym nur für diese Beratung", examples=["ZX-41"]
    )
    question: Prose = Field(title="Frage")
    facts: Prose = Field(title="Sachverhalt, pseudonymisiert")
    agreement_clause: Word | None = Field(None, title="Regelung der Vereinbarung")


class RecordConsultation(_Step):
    """What the consultation gave; the responsibility stays with the team."""

    action: Literal["record_consultation"]
    consultation_id: Id = Field(title="Beratung")
    participants: Words = Field(title="Beteiligte (Funktionen)", min_length=1)
    rating: RiskRating = Field(title="gemeinsame Einschätzung")
    recommended_steps: Words = Field(title="empfohlene Schritte", min_length=1)
    dissent: Prose | None = Field(None, title="abweichende Einschätzung")
    responsibility_stays: Literal[True] = Field(title="die Verantwortung bleibt beim Team")


class InvolveFamily(_Step):
    """Parents and child were involved; their views as they said them."""

    action: Literal["involve_family"]
    protection_not_endangered: Literal[True] = Field(title="der Schutz des Kindes ist dadurch nicht gefährdet")
    who: Words = Field(title="wer beteiligt war", min_length=1)
    child_view: Prose = Field(title="Sicht des Kindes (oder warum keine)")
    parents_view: Prose = Field(title="Sicht der Eltern")
    problem_acceptance: Cooperation = Field(title="sehen das Problem")
    problem_congruence: Cooperation = Field(title="sehen es wie das Team")
    cooperation: Cooperation = Field(title="wirken mit")
    consents_to_information: Flag = Field(title="einverstanden, dass das Jugendamt informiert wird")


class SkipFamilyInvolvement(_Step):
    """Why parents and child are not involved before; a second professional has agreed."""

    action: Literal["skip_family_involvement"]
    reason_code: SkipReason = Field(title="Grund")
    reason: Prose = Field(title="Begründung")


class ConcernMeasure(In):
    """One measure of a protection plan, with whoever does it and until when."""

    what: Prose = Field(title="Maßnahme")
    owner: Word = Field(title="wer")
    due_on: Day = Field(title="bis wann")
    control: Word = Field(title="wie es geprüft wird")


class AgreeProtectionPlan(_Step):
    """A protection plan with the parents, and the day on which its effect is looked at."""

    action: Literal["agree_protection_plan"]
    measures: list[ConcernMeasure] = Field(title="Maßnahmen", min_length=1, max_length=30)
    help_offers: Words = Field(default_factory=list, title="angebotene Hilfen")
    review_on: Day = Field(title="Überprüfung am")
    consequences_told: Flag = Field(title="über die Folgen gesprochen, wenn der Plan nicht trägt")
    signatures: Words = Field(default_factory=list, title="unterschrieben von")
    refusal: Prose | None = Field(None, title="warum jemand nicht unterschreibt")


class ConcernMeasureResult(In):
    """What became of one measure."""

    what: Word = Field(title="Maßnahme")
    fulfilment: MeasureFulfilment = Field(title="erfüllt")
    note: Prose | None = Field(None, title="Bemerkung")


class ReviewPlan(_Step):
    """Whether the plan works; on its day, or earlier when something happens."""

    action: Literal["review_plan"]
    results: list[ConcernMeasureResult] = Field(title="je Maßnahme", min_length=1, max_length=30)
    rating: RiskRating = Field(title="erneute Einschätzung")
    result: PlanReviewResult = Field(title="Ergebnis")
    incident: Prose | None = Field(None, title="Vorfall (falls vor dem vereinbarten Tag)")


class DangerAverted(_Step):
    """The danger is averted; two professionals say so."""

    action: Literal["danger_averted"]
    reasons: Prose = Field(title="Gründe")
    follow_up_on: Day = Field(title="Nachschau am")


class EmergencyCall(In):
    """Somebody was called."""

    whom: EmergencyNumber = Field(title="wen")
    at: Instant = Field(title="wann")
    result: Word | None = Field(None, title="was zugesagt wurde")


class DeclareImmediateDanger(_Step):
    """Acute danger: the youth office is told at once; only what is needed to act is demanded."""

    action: Literal["declare_immediate_danger"]
    reason: Prose = Field(title="worin die akute Gefahr besteht")
    danger_type: Word = Field(title="Art der Gefahr")
    calls: list[EmergencyCall] = Field(default_factory=list, title="wen man gerufen hat", max_length=20)
    whereabouts: Word | None = Field(None, title="wo das Kind jetzt ist")
    find_child_by: Word | None = Field(None, title="was das Jugendamt das Kind finden lässt (statt des Pseudonyms)")
    contact: Word | None = Field(None, title="Rückfragen an (Funktion, Telefon)")
    parents_informed: Involvement | None = Field(None, title="Eltern informiert")
    parents_reason: Prose | None = Field(None, title="warum nicht")
    skipped_because: Prose | None = Field(None, title="warum frühere Schritte übersprungen sind")
    youth_office_id: Id | None = Field(None, title="Jugendamt (falls keines genannt war)")


class NotifyContent(_Step):
    """What the youth office is told beyond the signs and steps, which are taken from the file (section 3.1)."""

    urgency: Urgency = Field(title="Dringlichkeit")
    reasons: list[NotifyReason] = Field(title="warum die Hilfe nicht reicht", min_length=1, max_length=5)
    assessment: Prose = Field(title="Gefährdungseinschätzung")
    parents_informed: Involvement = Field(title="Eltern über die Mitteilung informiert")
    parents_reason: Prose | None = Field(None, title="warum nicht")
    child_involved: Involvement = Field(title="Kind beteiligt")
    child_reason: Prose | None = Field(None, title="warum nicht")
    measures_taken: Words = Field(default_factory=list, title="was schon geschehen ist")
    measures_refused: Words = Field(default_factory=list, title="was abgelehnt wurde")
    measures_needed: Words = Field(default_factory=list, title="was für nötig gehalten wird")
    custodians: Words = Field(default_factory=list, title="Sorgeberechtigte (Beziehung, Sorgerecht; ohne Namen)")
    others: Words = Field(default_factory=list, title="weitere Personen im Umfeld (Funktion)")
    siblings_in_household: Siblings | None = Field(None, title="Geschwister im Haushalt")
    dangers_for_staff: Prose | None = Field(None, title="Gefahren für Fachkräfte")
    whereabouts: Word | None = Field(None, title="wo das Kind jetzt ist")
    contact: Word = Field(title="Rückfragen an (Funktion, Telefon)")
    transport: FirstToldBy = Field(FirstToldBy.PORTAL, title="zuerst")
    phone_call_at: Instant | None = Field(None, title="Telefonat am")
    phone_recipient: Word | None = Field(None, title="wer es entgegennahm (Funktion)")
    youth_office_id: Id | None = Field(None, title="Jugendamt (falls keines genannt war)")


class NotifyJa(NotifyContent):
    """Help does not suffice: the youth office is told (§ 8a Abs. 4 Satz 2 SGB VIII)."""

    action: Literal["notify_ja"]


class SupplementNotification(NotifyContent):
    """What was still missing, or came to light after the notification."""

    action: Literal["supplement"]


class ReceiveFeedback(_Step):
    """What the office told back: three answers, nothing else (§ 64 Abs. 4 SGB VIII)."""

    action: Literal["receive_feedback"]
    indications_confirmed: Flag = Field(title="Anhaltspunkte bestätigt")
    ja_acted: Flag = Field(title="Jugendamt ist tätig geworden")
    ja_still_active: Flag = Field(title="Jugendamt ist noch tätig")


class NewIndication(_Step):
    """New signs while one looks on."""

    action: Literal["new_indication"]
    observation: Prose = Field(title="Beobachtung")


class HandoverComplete(_Step):
    """The youth office carries on, or the help has ended; what is left to do is named."""

    action: Literal["handover_complete"]
    residual_tasks: Words = Field(title="verbleibende Aufgaben")
    contact_arrangement: Prose = Field(title="wie man in Verbindung bleibt")


class ReopenConcern(_Step):
    """New facts within half a year."""

    action: Literal["reopen"]
    reason: Prose = Field(title="neue Tatsachen")


class WithdrawEntryError(_Step):
    """Wrong child or entered twice; the record stays as a tombstone."""

    action: Literal["withdraw_entry_error"]
    cause: Literal["wrong_person", "duplicate"] = Field(title="Irrtum")
    reason: Prose = Field(title="Erläuterung")
    replaced_by_id: Id | None = Field(None, title="gilt stattdessen (Vorgang)")


ConcernAction = Annotated[
    InformLead
    | AssessNoWeighty
    | AssessMonitor
    | RequestIsef
    | RecordConsultation
    | InvolveFamily
    | SkipFamilyInvolvement
    | AgreeProtectionPlan
    | ReviewPlan
    | DangerAverted
    | DeclareImmediateDanger
    | NotifyJa
    | SupplementNotification
    | ReceiveFeedback
    | NewIndication
    | HandoverComplete
    | ReopenConcern
    | WithdrawEntryError,
    Field(discriminator="action"),
]
