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
    YOUTH_OFFICE = "youth_office", "anderes Jugendamt (§ 8a Abs. 6 SGB VIII)"


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
    PLAN = "protection_plan", "Schutzplan vereinbaren"
    PLAN_REVIEW = "protection_plan_review", "Schutzplan prüfen"
    PLAN_BROKEN = "protection_plan_broken", "Über nicht eingehaltenen Schutzplan entscheiden"
    HELP_OFFER = "protection_help_offer", "Hilfe anbieten"
    FEEDBACK = "protection_feedback", "Rückmeldung an die meldende Person"
    HEARING = "protection_hearing", "Anhörung des Familiengerichts"
    COURT_REVIEW = "protection_court_review", "Überprüfung durch das Familiengericht"
    MOST = "protection_most", "Abschluss der Einschätzung"
    MAJORITY = "protection_majority", "Volljährigkeit eines Kindes"
    CHILD_INFORMED = "protection_child_informed", "Kind über die Inobhutnahme aufklären"
    PARENTS_INFORMED = "protection_parents_informed", "Eltern über die Inobhutnahme unterrichten"
    CUSTODY_COURT = "protection_custody_court", "Kind herausgeben oder Familiengericht anrufen"
    LIBERTY = "protection_liberty", "Freiheitsentziehung beenden"
    CUSTODY_PLAN = "protection_custody_plan", "Hilfeplan nach Inobhutnahme"
    CUSTODY_LONG = "protection_custody_long", "Dauer der Inobhutnahme"
    UNACCOMPANIED = "protection_unaccompanied", "Unbegleitetes Kind der Landesstelle melden"
    EMERGENCY_REVIEW = "protection_emergency_review", "Notzugriff prüfen"
    HANDOVER = "protection_handover", "Fall mit dem anderen Jugendamt besprechen"
    HANDOVER_SENT = "protection_handover_sent", "Daten an das andere Jugendamt senden"
    HANDOVER_ACCEPTED = "protection_handover_accepted", "Übernahme durch das andere Jugendamt"


class Result(CodeList):
    """The result of an assessment, per child (official code 1 to 4)."""

    ACUTE = "acute", "akute Kindeswohlgefährdung"
    LATENT = "latent", "latente Kindeswohlgefährdung"
    NO_BUT_NEED = "no_but_need", "keine Gefährdung, aber Hilfebedarf"
    NONE = "none", "keine Gefährdung, kein Hilfebedarf"


DANGER = frozenset({Result.ACUTE, Result.LATENT})


class DangerKind(CodeList):
    """What the danger is; several may be named."""

    NEGLECT = "neglect", "Vernachlässigung"
    PHYSICAL = "physical", "körperliche Misshandlung"
    PSYCHIC = "psychic", "psychische Misshandlung"
    SEXUAL = "sexual", "sexuelle Gewalt"


class DangerPerson(CodeList):
    """From whom the danger comes."""

    MOTHER = "mother", "Mutter"
    FATHER = "father", "Vater"
    STEP_PARENT = "step_parent", "Stiefelternteil oder Partner"
    RELATIVE = "relative", "andere Verwandte"
    FOSTER_PARENT = "foster_parent", "Pflege- oder Adoptivelternteil"
    OTHER = "other", "andere Person"
    UNKNOWN = "unknown", "nicht feststellbar"


class Involved(CodeList):
    """Whether somebody took part, or why not (a reason belongs to each but yes)."""

    YES = "yes", "ja"
    ENDANGERS_PROTECTION = "endangers_protection", "nein: der Schutz wäre gefährdet"
    NOT_REACHABLE = "not_reachable", "nein: nicht erreichbar"
    REFUSED = "refused", "nein: abgelehnt"
    AGE_INSIGHT = "age_insight", "nein: Alter oder Entwicklungsstand"
    OTHER = "other", "nein: anderer Grund"


class Willingness(CodeList):
    """Whether the parents work with the office, and can."""

    ACCEPTS = "accepts", "nimmt an"
    PARTLY = "partly", "teilweise"
    REFUSES = "refuses", "lehnt ab"
    UNABLE = "unable", "nicht in der Lage"


class Fulfilment(CodeList):
    """How far a measure of a plan was kept."""

    FULFILLED = "fulfilled", "erfüllt"
    PARTLY = "partly", "teilweise"
    NOT = "not", "nicht"


class Reaction(CodeList):
    """What became of an offer of help."""

    ACCEPTED = "accepted", "angenommen"
    REFUSED = "refused", "abgelehnt"
    UNDECIDED = "undecided", "noch offen"


class Body(CodeList):
    """Whom the office calls in besides (§ 8a Abs. 3 SGB VIII)."""

    POLICE = "police", "Polizei"
    HEALTH = "health", "Gesundheitshilfe"
    OTHER_PAYER = "other_payer", "anderer Leistungsträger"


class CourtOutcome(CodeList):
    """What the family court decided (groups of § 99 Abs. 6b SGB VIII)."""

    NO_MEASURE = "no_measure", "keine Maßnahme"
    ORDERS_TO_PARENTS = "orders_to_parents", "Gebote an die Eltern"
    BANS = "bans", "Verbote"
    DECLARATION_REPLACED = "declaration_replaced", "Erklärung ersetzt"
    CUSTODY_PARTLY = "custody_partly", "Sorgerecht teilweise entzogen"
    CUSTODY_FULLY = "custody_fully", "Sorgerecht ganz entzogen"
    INTERIM = "interim", "einstweilige Anordnung"
    OTHER = "other", "andere Entscheidung"


class CustodyState(CodeList):
    """Where an Inobhutnahme stands (§ 42 SGB VIII)."""

    STARTED = "started", "begonnen"
    PARENTS_INFORMED = "parents_informed", "Eltern unterrichtet"
    OBJECTION = "objection", "Eltern widersprechen"
    NO_OBJECTION = "no_objection", "Eltern widersprechen nicht"
    UNREACHABLE = "unreachable", "Eltern nicht erreichbar"
    COURT_PENDING = "court_pending", "Familiengericht angerufen"
    HELP_PLANNING = "help_planning", "Hilfeplanung läuft"
    ENDED = "ended", "beendet"


class Ground(CodeList):
    """Why a child is taken into care (§ 42 Abs. 1 Satz 1 SGB VIII)."""

    SELF_REPORT = "self_report", "Bitte des Kindes (Nr. 1)"
    URGENT_NO_OBJECTION = "urgent_no_objection", "dringende Gefahr, kein Widerspruch (Nr. 2 a)"
    URGENT_COURT_NOT_IN_TIME = "urgent_court_not_in_time", "dringende Gefahr, Gericht nicht rechtzeitig (Nr. 2 b)"
    UNACCOMPANIED_MINOR = "unaccompanied_minor", "unbegleitet eingereist (Nr. 3)"


class Placement(CodeList):
    """Where the child stays meanwhile."""

    PERSON = "person", "geeignete Person"
    FACILITY = "facility", "Einrichtung"
    OTHER = "other", "sonstige Wohnform"


class CustodyEndReason(CodeList):
    """How an Inobhutnahme ends (§ 42 Abs. 4 SGB VIII)."""

    HANDOVER = "handover", "Übergabe an die Personensorge- oder Erziehungsberechtigten"
    HELP_DECISION = "help_decision", "Entscheidung über die Gewährung von Hilfen"


class TransferState(CodeList):
    """Where the passing on of a case to another youth office stands (§ 8a Abs. 6 SGB VIII)."""

    PREPARED = "prepared", "vorbereitet"
    TOLD = "told", "telefonisch angekündigt"
    SENT = "sent", "Daten übermittelt"
    DISCUSSED = "discussed", "Übergabegespräch geführt"
    ACCEPTED = "accepted", "übernommen"
    REJECTED = "rejected", "nicht zuständig"
    WITHDRAWN = "withdrawn", "zurückgenommen"


class ReleaseGround(CodeList):
    """Why something entrusted may be passed on (§ 65 Abs. 1 Satz 1 SGB VIII)."""

    CONSENT = "consent", "Einwilligung (Nr. 1)"
    COURT = "court", "Familiengericht nach § 8a Abs. 2 (Nr. 2)"
    SUCCESSOR = "successor", "Wechsel der Fachkraft oder der Zuständigkeit, Anhaltspunkte für Gefährdung (Nr. 3)"
    ASSESSMENT = "assessment", "zur Einschätzung hinzugezogene Fachkraft (Nr. 4)"
    SECRECY = "secrecy", "wie bei § 203 Abs. 1 oder 4 StGB (Nr. 5)"
