"""The words of the room, each with its German title."""

from app.core.types import CodeList


class CaseState(CodeList):
    """Where an endangerment case stands (§ 8a SGB VIII)."""

    RECEIVED = "received", "eingegangen"
    FIRST_CHECK = "first_check", "in erster Einschätzung"
    NOT_WEIGHTY = "not_weighty", "keine gewichtigen Anhaltspunkte"
    ASSESSING = "assessing", "Kind und Umgebung in Augenschein zu nehmen"
    CONTACT_DONE = "contact_done", "Kontakt hergestellt"
    ASSESSED = "assessed", "im Zusammenwirken eingeschätzt"
    PLAN_ACTIVE = "plan_active", "Schutzplan läuft"
    PLAN_REVIEW = "plan_review", "Schutzplan geprüft"
    COURT_CALLED = "court_called", "Familiengericht angerufen"
    CUSTODY_ACTIVE = "custody_active", "Inobhutnahme läuft"
    TRANSFERRED_OUT = "transferred_out", "an anderes Jugendamt abgegeben"
    CLOSED = "closed", "abgeschlossen"
    REOPENED = "reopened", "wieder aufgenommen"


class ReporterKind(CodeList):
    """Who told the youth office."""

    PROVIDER = "provider", "freier Träger (§ 8a Abs. 4 SGB VIII)"
    SECRECY_HOLDER = "secrecy_holder", "Berufsgeheimnisträger (§ 4 KKG)"
    CITIZEN = "citizen", "Bürgerin oder Bürger"
    POLICE = "police", "Polizei"
    COURT = "court", "Gericht oder Staatsanwaltschaft (§ 5 KKG)"
    ANONYMOUS = "anonymous", "anonym"
    SELF = "self", "das Kind oder die Familie selbst"


class Channel(CodeList):
    """How a report came."""

    PORTAL = "portal", "Mitteilung über Handschlag"
    TELEPHONE = "telephone", "telefonisch"
    IN_PERSON = "in_person", "persönlich"
    LETTER = "letter", "Brief oder Fax"
    EMAIL = "email", "E-Mail"
    OTHER = "other", "anders"


ORAL = frozenset({Channel.TELEPHONE, Channel.IN_PERSON})


class EntryKind(CodeList):
    """What an entry of the file tells."""

    ACKNOWLEDGE = "acknowledge", "Eingang bestätigt"
    ASSIGN = "assign", "Zuständigkeit bestimmt"
    REASSIGN = "reassign", "Zuständigkeit geändert"
    EXCLUDE = "exclude", "Person ausgeschlossen"
    PROPOSE_WEIGHTY = "propose_weighty", "Erste Einschätzung: gewichtige Anhaltspunkte"
    PROPOSE_NOT_WEIGHTY = "propose_not_weighty", "Erste Einschätzung: keine gewichtigen Anhaltspunkte"
    CHECK_REPORT = "check_report", "Weitere Meldung geprüft"
    RAISE_URGENCY = "raise_urgency", "Dringlichkeit erhöht"
    PROPOSE_LOWER_URGENCY = "propose_lower_urgency", "Geringere Dringlichkeit vorgeschlagen"
    RECORD_CONTACT = "record_contact", "Unmittelbarer Eindruck"
    RECORD_FAILED_ATTEMPT = "record_failed_attempt", "Kontakt nicht gelungen"
    SKIP_DIRECT_IMPRESSION = "skip_direct_impression", "Kein unmittelbarer Eindruck"
    ASSESS = "assess", "Gefährdungseinschätzung im Zusammenwirken mehrerer Fachkräfte"
    TAKE_INTO_CUSTODY = "take_into_custody", "Inobhutnahme"
    CUSTODY_STEP = "custody_step", "Inobhutnahme: weiterer Schritt"
    CALL_COURT = "call_court", "Anrufung des Familiengerichts"
    COURT_EVENT = "court_event", "Familiengericht: Verlauf"
    COURT_DECIDED = "court_decided", "Familiengericht: Entscheidung"
    COURT_REFRAINS = "court_refrains", "Familiengericht: keine Maßnahme"
    AGREE_PLAN = "agree_plan", "Schutzplan"
    REVIEW_PLAN = "review_plan", "Prüfung des Schutzplans"
    CONTINUE_PLAN = "continue_plan", "Schutzplan fortgesetzt"
    PLAN_BROKEN = "plan_broken", "Schutzplan nicht eingehalten"
    PROPOSE_CLOSING = "propose_closing", "Abschluss vorgeschlagen"
    CLOSE_CHILDREN = "close_children", "Verfahren für einzelne Kinder abgeschlossen"
    CLOSE = "close", "Verfahren abgeschlossen"
    REOPEN = "reopen", "Verfahren wieder aufgenommen"
    TRANSFER_STEP = "transfer_step", "Abgabe an ein anderes Jugendamt"
    NOTE = "note", "Vermerk"
    INVOLVEMENT = "involvement", "Beteiligung von Kind und Eltern"
    HELP_OFFER = "help_offer", "Angebot von Hilfe"
    AUTHORITY = "authority", "Andere Stelle eingeschaltet"
    MAJORITY = "majority", "Volljährigkeit"
    FEEDBACK = "feedback", "Rückmeldung an die meldende Person"
    CORRECTION = "correction", "Berichtigung"


class Place(CodeList):
    """Where the child was seen."""

    HOME_VISIT = "home_visit", "Hausbesuch"
    KITA = "kita", "Kindertageseinrichtung"
    SCHOOL = "school", "Schule"
    OFFICE = "office", "Jugendamt"
    OTHER = "other", "anderer Ort"


class Alternative(CodeList):
    """What is tried where a contact failed."""

    HOME_VISIT = "home_visit", "weiterer Hausbesuch"
    KITA = "kita", "Kindertageseinrichtung"
    SCHOOL = "school", "Schule"
    POLICE = "police", "Polizei"


class Duty(CodeList):
    """What must be done until an instant; only the act itself ends it."""

    FIRST_CHECK = "protection_first_check", "Erste Einschätzung durch zwei Fachkräfte"
    ON_CALL = "protection_on_call", "Übergabe an den Bereitschaftsdienst"
    CONTACT = "protection_contact", "Kind sehen"
    CONTACT_AGAIN = "protection_contact_again", "Nächster Kontaktversuch"
    TEAM = "protection_team", "Einschätzung durch mehrere Fachkräfte"
    MOST = "protection_most", "Abschluss der Einschätzung"
    MAJORITY = "protection_majority", "Volljährigkeit eines Kindes"
