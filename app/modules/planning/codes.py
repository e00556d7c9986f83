"""The words in which help planning is written down."""

from app.core.types import CodeList


class HelpPlanState(CodeList):
    """Where a help plan stands."""

    DRAFT = "draft", "Entwurf der fallführenden Fachkraft"
    TEAM_DECISION = "team_decision", "im Team entschieden"
    IN_CONSULTATION = "in_consultation", "mit den Beteiligten in Arbeit"
    ACTIVE = "active", "bestätigt und in Kraft"
    UNDER_REVIEW = "under_review", "in der Überprüfung"
    ENDED = "ended", "beendet"


class HelpPlanMeetingState(CodeList):
    """Where a help plan meeting stands."""

    SCHEDULED = "scheduled", "angesetzt"
    HELD = "held", "geführt"
    CANCELLED = "cancelled", "abgesagt"


class HelpPlanTaskState(CodeList):
    """Where a task stands."""

    OPEN = "open", "zu erledigen"
    DONE = "done", "erledigt"
    DROPPED = "dropped", "entfallen"


class HelpPlanMeetingKind(CodeList):
    """What a meeting is for."""

    INITIAL = "initial", "erstes Hilfeplangespräch"
    REVIEW = "review", "Überprüfung"
    CRISIS = "crisis", "Krisengespräch"
    CLOSING = "closing", "Abschlussgespräch"


class HelpPlanRole(CodeList):
    """As who somebody takes part."""

    CHILD = "child", "Kind"
    YOUNG_PERSON = "young_person", "Jugendliche, Jugendlicher oder junge volljährige Person"
    MOTHER = "mother", "Mutter"
    FATHER = "father", "Vater"
    GUARDIAN = "guardian", "Vormund, Pflegerin oder Pfleger"
    PROVIDER = "provider", "Träger der Hilfe"
    SCHOOL = "school", "Schule"
    DAY_CARE = "day_care", "Kindertageseinrichtung"
    GUARDIAN_AD_LITEM = "guardian_ad_litem", "Verfahrensbeistand"
    INTERPRETER = "interpreter", "Sprachmittlung"
    YOUTH_OFFICE = "youth_office", "Jugendamt"
    OTHER = "other", "andere Person"


YOUNG = frozenset({HelpPlanRole.CHILD, HelpPlanRole.YOUNG_PERSON})
PARENTAL = frozenset({HelpPlanRole.MOTHER, HelpPlanRole.FATHER, HelpPlanRole.GUARDIAN})


class HelpPlanAssent(CodeList):
    """Whether somebody understood, or agrees."""

    YES = "yes", "ja"
    PARTLY = "partly", "teilweise"
    NO = "no", "nein"


class NotHeardReason(CodeList):
    """Why the plan has no word of somebody whose word belongs in it (facts 8.2)."""

    TOO_YOUNG = "too_young", "zu jung, um sich zu äußern"
    REFUSED = "refused", "wollte sich nicht äußern"
    PROTECTION = "protection", "zum Schutz nicht beteiligt"
    ILLNESS = "illness", "wegen Krankheit nicht möglich"
    OTHER = "other", "anderer Grund"


class ResourceKind(CodeList):
    """Whose strength was considered before a service was."""

    OWN = "own", "eigene Kräfte"
    FAMILY = "family", "Familie und Verwandtschaft"
    SOCIAL_SPACE = "social_space", "Sozialraum"


class GoalLevel(CodeList):
    """How near a goal lies (facts 8.4)."""

    DIRECTION = "direction", "Richtungsziel"
    FRAMEWORK = "framework", "Rahmenziel"
    ACTION = "action", "Handlungsziel"

    @property
    def depth(self) -> int:
        """0 for the farthest."""
        return list(GoalLevel).index(self)


class GoalOwner(CodeList):
    """Whose goal it is; goals of families and of professionals are kept apart (facts 8.4)."""

    CHILD = "child", "Kind"
    YOUNG_PERSON = "young_person", "Jugendliche, Jugendlicher oder junge volljährige Person"
    MOTHER = "mother", "Mutter"
    FATHER = "father", "Vater"
    GUARDIAN = "guardian", "Vormund, Pflegerin oder Pfleger"
    FAMILY = "family", "Familie gemeinsam"
    PROFESSIONAL = "professional", "Fachkräfte"


class LifeArea(CodeList):
    """A part of life a goal is about (facts 7.2)."""

    FAMILY = "family", "Familie"
    SCHOOL_WORK = "school_work", "Schule, Ausbildung, Arbeit"
    HEALTH = "health", "Gesundheit"
    SOCIAL = "social", "Freundschaften und Kontakte"
    LEISURE = "leisure", "Freizeit"
    HOUSING = "housing", "Wohnen"
    MONEY = "money", "Geld"
    OTHER = "other", "anderes"


class GoalStatus(CodeList):
    """Where a goal stands."""

    PROPOSED = "proposed", "vorgeschlagen"
    AGREED = "agreed", "vereinbart"
    IN_PROGRESS = "in_progress", "in Arbeit"
    REACHED = "reached", "erreicht"
    PARTLY_REACHED = "partly_reached", "teilweise erreicht"
    NOT_REACHED = "not_reached", "nicht erreicht"
    DROPPED = "dropped", "aufgegeben"
    REPLACED = "replaced", "durch ein anderes ersetzt"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows; only a review makes a status final."""
        return self not in (GoalStatus.PROPOSED, GoalStatus.AGREED, GoalStatus.IN_PROGRESS)


class GradingSide(CodeList):
    """Who says how far a goal is attained."""

    PROVIDER = "provider", "Vorschlag des Trägers"
    FAMILY = "family", "Sicht der Familie"
    YOUTH_OFFICE = "youth_office", "in der Überprüfung vereinbart"


class PerspectiveKind(CodeList):
    """Where a child that lives outside its family is to live (§ 37c SGB VIII)."""

    RETURN_HOME = "return_home", "Rückkehr in die Familie"
    OTHER_FAMILY = "other_family", "Leben in einer anderen Familie"
    PERMANENT_PLACEMENT = "permanent_placement", "auf Dauer angelegte Lebensform"
    INDEPENDENT_LIVING = "independent_living", "selbständiges Leben"
    ADOPTION_CHECK = "adoption_check", "Annahme als Kind wird geprüft"
    OPEN = "open", "noch offen, wird geklärt"


ELSEWHERE = frozenset(
    {PerspectiveKind.OTHER_FAMILY, PerspectiveKind.PERMANENT_PLACEMENT, PerspectiveKind.ADOPTION_CHECK}
)
"""Perspectives for good in which adoption is to be considered (§ 37c Abs. 2 SGB VIII)."""


class ReviewStage(CodeList):
    """How loudly a review is called for."""

    RUNNING = "running", "Frist läuft"
    REMINDED = "reminded", "Fachkraft erinnert"
    DUE = "due", "heute fällig"
    TEAM_LEAD = "team_lead", "überfällig, Teamleitung benachrichtigt"
    OFFICE_HEAD = "office_head", "überfällig, Amtsleitung benachrichtigt"


class SelfAssessmentMode(CodeList):
    """How a young person's view came into the plan."""

    ALONE = "alone", "allein ausgefüllt"
    TOGETHER = "together", "mit einer Fachkraft zusammen ausgefüllt"
    ON_BEHALF = "on_behalf", "von einer Fachkraft nach den Worten des jungen Menschen eingetragen"
