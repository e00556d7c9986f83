"""What a concern can be, and what can be written into it."""

from app.core.types import CodeList


class ConcernState(CodeList):
    """Where a provider's concern stands."""

    NOTICED = "noticed", "Anhaltspunkte wahrgenommen"
    TEAM_REVIEW = "team_review", "Beratung im Team"
    ISEF_REQUESTED = "isef_requested", "insoweit erfahrene Fachkraft angefragt"
    ISEF_DONE = "isef_done", "insoweit erfahrene Fachkraft hinzugezogen"
    PARENTS_INVOLVED = "parents_involved", "Eltern und Kind beteiligt (oder begründet nicht)"
    PLAN_ACTIVE = "plan_active", "Schutzplan vereinbart"
    PLAN_REVIEW = "plan_review", "Schutzplan wird überprüft"
    JA_NOTIFIED = "ja_notified", "Jugendamt benachrichtigt"
    JA_ACKNOWLEDGED = "ja_acknowledged", "vom Jugendamt bestätigt"
    MONITORING = "monitoring", "wird weiter beobachtet"
    CLOSED_NO_CONCERN = "closed_no_concern", "abgeschlossen: keine gewichtigen Anhaltspunkte"
    CLOSED_AVERTED = "closed_averted", "abgeschlossen: Gefährdung abgewendet"
    CLOSED_HANDED_OVER = "closed_handed_over", "abgeschlossen: Verantwortung beim Jugendamt"
    WITHDRAWN_ERROR = "withdrawn_error", "Fehleintrag"


CLOSED = frozenset({ConcernState.CLOSED_NO_CONCERN, ConcernState.CLOSED_AVERTED, ConcernState.CLOSED_HANDED_OVER})
ENDED = CLOSED | {ConcernState.WITHDRAWN_ERROR}
OPEN = frozenset(ConcernState) - ENDED
TOLD = frozenset({ConcernState.JA_NOTIFIED, ConcernState.JA_ACKNOWLEDGED})
BEFORE = OPEN - TOLD
"""The youth office has not been told of what is seen now."""


class AgeBand(CodeList):
    """The age a sign must be read by (bands of the common catalogues)."""

    UNDER_3 = "under_3", "0 bis unter 3 Jahre"
    UNDER_6 = "under_6", "3 bis unter 6 Jahre"
    UNDER_14 = "under_14", "6 bis unter 14 Jahre"
    UNDER_18 = "under_18", "14 bis unter 18 Jahre"


class ConcernEntryKind(CodeList):
    """What an entry of a concern's file says; each step of its life writes one."""

    RECORD_INDICATION = "record_indication", "Anhaltspunkt"
    SECOND_OPINION = "second_opinion", "Einschätzung einer zweiten Fachkraft"
    NOTE = "note", "Vermerk"
    HELP_OFFER = "help_offer", "Angebot von Hilfe"
    PEOPLE = "people", "Beteiligte geändert"
    CORRECTION = "correction", "Berichtigung"
    INFORM_LEAD = "inform_lead", "Leitung und Team informiert"
    ASSESS_NO_WEIGHTY = "assess_no_weighty", "Einschätzung: keine gewichtigen Anhaltspunkte"
    ASSESS_MONITOR = "assess_monitor", "Einschätzung: weiter beobachten"
    REQUEST_ISEF = "request_isef", "insoweit erfahrene Fachkraft angefragt"
    RECORD_CONSULTATION = "record_consultation", "Beratung durch die insoweit erfahrene Fachkraft"
    INVOLVE_FAMILY = "involve_family", "Eltern und Kind beteiligt"
    SKIP_FAMILY_INVOLVEMENT = "skip_family_involvement", "Eltern und Kind nicht beteiligt"
    AGREE_PROTECTION_PLAN = "agree_protection_plan", "Schutzplan"
    REVIEW_PLAN = "review_plan", "Überprüfung des Schutzplans"
    DANGER_AVERTED = "danger_averted", "Gefährdung abgewendet"
    DECLARE_IMMEDIATE_DANGER = "declare_immediate_danger", "akute Gefahr"
    NOTIFY_JA = "notify_ja", "Mitteilung an das Jugendamt"
    SUPPLEMENT = "supplement", "Ergänzung der Mitteilung"
    JA_ACK = "ja_ack", "Eingangsbestätigung des Jugendamts"
    RECEIVE_FEEDBACK = "receive_feedback", "Rückmeldung des Jugendamts"
    NEW_INDICATION = "new_indication", "neue Anhaltspunkte"
    HANDOVER_COMPLETE = "handover_complete", "Übergabe abgeschlossen"
    REOPEN = "reopen", "wieder aufgenommen"
    WITHDRAW_ENTRY_ERROR = "withdraw_entry_error", "Fehleintrag"


class RiskRating(CodeList):
    """How great the team takes the danger to be; no score is computed."""

    NOT_WEIGHTY = "not_weighty", "keine gewichtigen Anhaltspunkte"
    UNCLEAR = "unclear", "unklar"
    WEIGHTY = "weighty", "gewichtige Anhaltspunkte, Gefährdung abwendbar"
    NOT_AVERTABLE = "not_avertable", "Gefährdung mit eigenen Mitteln nicht abwendbar"


class FamilyPart(CodeList):
    """Whether parents and child had their part."""

    INVOLVED = "involved", "beteiligt"
    SKIPPED = "skipped", "nicht beteiligt, begründet"


class SkipReason(CodeList):
    """Why parents and child are not involved before (§ 8a Abs. 4 Satz 1 Nr. 3)."""

    ENDANGERS_PROTECTION = "endangers_protection", "der wirksame Schutz wäre in Frage gestellt"
    NOT_REACHABLE = "not_reachable", "nicht erreichbar"
    ABUSE_SUSPICION_IN_FAMILY = "abuse_suspicion_in_family", "Verdacht auf Gewalt in der Familie"


class NotifyReason(CodeList):
    """Why help does not suffice, so that the youth office must be told."""

    PLAN_BROKEN = "plan_broken", "Schutzplan nicht eingehalten"
    HELP_REFUSED = "help_refused", "Hilfe abgelehnt"
    DANGER_NOT_AVERTED = "danger_not_averted", "Gefährdung nicht abgewendet"
    PLAN_INSUFFICIENT = "plan_insufficient", "Schutzplan reicht nicht aus"
    DANGER_UNCLEAR = "danger_unclear", "Gefährdung nicht zu klären"


class MeasureFulfilment(CodeList):
    """What became of a measure."""

    FULFILLED = "fulfilled", "erfüllt"
    PARTLY = "partly", "teilweise"
    NOT = "not", "nicht erfüllt"


class PlanReviewResult(CodeList):
    """What a look at the plan shows."""

    AVERTED = "averted", "Gefährdung scheint abgewendet"
    CONTINUE = "continue", "Plan fortführen oder anpassen"
    NOT_AVERTED = "not_averted", "Hilfe reicht nicht aus"


class Cooperation(CodeList):
    """How far parents see the problem and work on it."""

    ACCEPTS = "accepts", "ja"
    PARTLY = "partly", "teilweise"
    REFUSES = "refuses", "lehnen ab"
    UNABLE = "unable", "nicht in der Lage"


class EmergencyNumber(CodeList):
    """Whom one calls in acute danger."""

    RESCUE = "112", "Rettungsdienst, Feuerwehr (112)"
    POLICE = "110", "Polizei (110)"
    YOUTH_OFFICE = "youth_office", "Jugendamt"
    ON_CALL = "on_call", "Bereitschaftsdienst"


class ToldHow(CodeList):
    """How somebody was informed."""

    TALK = "talk", "im Gespräch"
    TELEPHONE = "telephone", "am Telefon"
    WRITING = "writing", "schriftlich"


class FirstToldBy(CodeList):
    """How the youth office was told first."""

    PORTAL = "portal", "über diesen Dienst"
    TELEPHONE = "telephone", "vorab am Telefon"
    IN_PERSON = "in_person", "persönlich"


class ConcernDuty(CodeList):
    """What must be done until when on the provider's side; the alarm of each stands beside it in the rules."""

    LEAD = "concern_lead", "Leitung informieren"
    TEAM = "concern_team", "Einschätzung im Team"
    ISEF_REQUEST = "concern_isef_request", "insoweit erfahrene Fachkraft anfragen"
    ISEF = "concern_isef", "Beratung durch die insoweit erfahrene Fachkraft"
    FAMILY = "concern_family", "Eltern und Kind beteiligen"
    PLAN = "concern_plan", "Schutzplan vereinbaren"
    REVIEW = "concern_review", "Schutzplan überprüfen"
    NOTIFY = "concern_notify", "Jugendamt benachrichtigen"
    WRITTEN = "concern_written", "Mitteilung vervollständigen"
    FEEDBACK = "concern_feedback", "Rückmeldung des Jugendamts"
    LOOK = "concern_look", "erneut hinsehen"


class ConcernAlarm(CodeList):
    """The alarms of a provider's own line (alarm catalogue of the facts)."""

    LEAD = "A-P-LEAD", "Leitung noch nicht informiert"
    TEAM = "A-P-TEAM", "Einschätzung im Team steht aus"
    ISEF = "A-P-INSOFA", "Beratung durch die insoweit erfahrene Fachkraft steht aus"
    FAMILY = "A-P-FAMILY", "Beteiligung von Eltern und Kind steht aus"
    PLAN = "A-P-PLAN", "Schutzplan fällig"
    NOTIFY = "A-P-NOTIFY", "Mitteilung beschlossen und nicht gesendet"
    WRITTEN = "A-P-WRITTEN", "Mitteilung noch nicht vollständig"
    FEEDBACK = "A-P-FEEDBACK", "Rückmeldung des Jugendamts steht aus"
