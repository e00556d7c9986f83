"""The code lists of committees, and what a broken constraint of theirs means."""

from app.core.db import CONSTRAINT_TEXTS
from app.core.problems import Text
from app.core.types import CodeList


class CommitteeBodyKind(CodeList):
    """What a body is, by the norm or the arrangement that it rests on."""

    JUGENDHILFEAUSSCHUSS = "jugendhilfeausschuss", "Jugendhilfeausschuss (§ 71 SGB VIII)"
    UNTERAUSSCHUSS = "unterausschuss", "Unterausschuss"
    AG78 = "ag78", "Arbeitsgemeinschaft nach § 78 SGB VIII"
    STEUERUNGSGRUPPE = "steuerungsgruppe", "Steuerungsgruppe"
    FACHAUSSCHUSS = "fachausschuss", "anderer Ausschuss (etwa Finanzausschuss)"
    VERTRETUNG = "vertretung", "Vertretungskörperschaft (Rat, Kreistag)"


class CommitteeFunction(CodeList):
    """What somebody is in a body."""

    CHAIR = "chair", "Vorsitz"
    DEPUTY_CHAIR = "deputy_chair", "Stellvertretung im Vorsitz"
    MEMBER = "member", "Mitglied"
    ADVISORY_MEMBER = "advisory_member", "beratendes Mitglied"


class PaperKind(CodeList):
    """What a paper wants."""

    MITTEILUNGSVORLAGE = "mitteilungsvorlage", "Mitteilungsvorlage"
    BESCHLUSSVORLAGE = "beschlussvorlage", "Beschlussvorlage"
    ANTRAG = "antrag", "Antrag"


class PaperState(CodeList):
    """Where a paper stands."""

    DRAFT = "draft", "Entwurf"
    RELEASED = "released", "freigegeben, in der Beratung"
    DECIDED = "decided", "beschlossen"
    NOTED = "noted", "zur Kenntnis genommen"
    REJECTED = "rejected", "abgelehnt"
    WITHDRAWN = "withdrawn", "zurückgezogen"


class ConsultationCompetence(CodeList):
    """What a body is to do with a paper."""

    NOTE = "note", "Kenntnisnahme"
    CONSULT = "consult", "Anhörung"
    RECOMMEND = "recommend", "Empfehlung"
    DECIDE = "decide", "Entscheidung"


class ConsultationState(CodeList):
    """What became of a paper at a station."""

    PLANNED = "planned", "vorgesehen"
    ADOPTED = "adopted", "unverändert beschlossen"
    ADOPTED_AMENDED = "adopted_amended", "geändert beschlossen"
    NOTED = "noted", "zur Kenntnis genommen"
    DEFERRED = "deferred", "vertagt"
    REJECTED = "rejected", "abgelehnt"
    DROPPED = "dropped", "entfallen"


class MeetingState(CodeList):
    """Where a meeting stands."""

    SCHEDULED = "scheduled", "terminiert"
    INVITED = "invited", "eingeladen"
    HELD = "held", "durchgeführt, Niederschrift steht aus"
    MINUTED = "minuted", "Niederschrift liegt vor"
    CANCELLED = "cancelled", "abgesagt"


class FollowUpState(CodeList):
    """Where a follow-up stands."""

    OPEN = "open", "offen"
    OVERDUE = "overdue", "Frist verstrichen"
    DONE = "done", "erledigt"


CONSTRAINT_TEXTS["uq_committee_body_name"] = Text(
    "Ein Gremium dieses Namens gibt es im Jugendamt schon.", "The youth office has a body of this name already."
)
CONSTRAINT_TEXTS["ex_committee_membership_person"] = Text(
    "Diese Person gehört dem Gremium für einen Teil dieses Zeitraums schon an.",
    "This person belongs to the body for part of this period already.",
)
CONSTRAINT_TEXTS["ex_committee_membership_chair"] = Text(
    "Für einen Teil dieses Zeitraums hat das Gremium schon einen Vorsitz.",
    "The body has a chair for part of this period already.",
)
CONSTRAINT_TEXTS["uq_paper_number"] = Text(
    "Eine Vorlage mit dieser Nummer gibt es im Jugendamt schon.", "The youth office has a paper of this number already."
)
CONSTRAINT_TEXTS["paper_fixed"] = Text(
    "Eine freigegebene Vorlage ändert sich nicht mehr.", "A released paper does not change any more."
)
CONSTRAINT_TEXTS["paper_consultation_fixed"] = Text(
    "Was ein Gremium beschlossen hat, wird nicht geändert und nicht gelöscht.",
    "What a body decided is neither changed nor deleted.",
)
CONSTRAINT_TEXTS["committee_meeting_fixed"] = CONSTRAINT_TEXTS["committee_minutes_fixed"] = CONSTRAINT_TEXTS[
    "committee_attendance_fixed"
] = Text(
    "Eine Sitzung, die gehalten wurde, ändert sich nicht mehr, ihre Niederschrift auch nicht.",
    "A meeting that was held does not change any more, nor do its minutes.",
)
CONSTRAINT_TEXTS["paper_follow_up_fixed"] = Text(
    "Ein Folgeauftrag ändert sich nicht; erledigt wird er einmal.",
    "What is to be done does not change; it is done once.",
)
