"""Help plans and their versions as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.planning.codes import HelpPlanState, PerspectiveKind, ReviewStage
from app.modules.planning.content import (
    Duties,
    Function,
    Goals,
    GroupOffers,
    HelpPlanContent,
    Participants,
    Partners,
    Resources,
    Services,
)

Number = Annotated[int, Field(ge=1, le=100_000, examples=[1])]
"""The number of a confirmed version."""


class HelpPlanCreate(In):
    """A plan for a help; what it says is written step by step."""

    help_id: Id = Field(title="Hilfe")


class HelpPlanPerspectivePatch(In):
    """What changes of the perspective (§ 37c SGB VIII)."""

    kind: PerspectiveKind | None = Field(None, title="Perspektive")
    reasons: Prose | None = Field(None, title="Gründe")
    conditions: Prose | None = Field(None, title="was sich in der Familie verbessern muss")
    services_for_parents: Prose | None = Field(None, title="Beratung und Unterstützung der Eltern (§ 37 SGB VIII)")
    until: Day | None = Field(None, title="vertretbarer Zeitraum: bis")
    progress: Prose | None = Field(None, title="was seither erreicht ist")
    next_steps: Prose | None = Field(None, title="nächste Schritte")
    adoption_check: Prose | None = Field(None, title="Prüfung, ob eine Annahme als Kind in Betracht kommt")


class HelpPlanPatch(In):
    """Changes of the text (merge patch, RFC 7396): null empties a part, a list replaces the whole list."""

    need: Prose | None = Field(None, title="Bedarf", examples=["Das Kind fehlt oft in der Schule."])
    services: Services | None = Field(None, title="notwendige Leistungen")
    intensity: Word | None = Field(None, title="Umfang und Intensität")
    outside_family: Flag | None = Field(None, title="außerhalb der eigenen Familie")
    resources: Resources | None = Field(None, title="Ressourcen, zuerst betrachtet")
    group_offers: GroupOffers | None = Field(None, title="Gruppenangebote, mitbetrachtet")
    goals: Goals | None = Field(None, title="Ziele")
    duties: Duties | None = Field(None, title="wer übernimmt was")
    partners: Partners | None = Field(None, title="Schule, Kita und andere")
    perspective: HelpPlanPerspectivePatch | None = Field(None, title="Perspektive (§ 37c SGB VIII)")
    language_support: Prose | None = Field(None, title="Sprachmittlung, Gebärden, leichte Sprache")
    next_review_on: Day | None = Field(None, title="nächste Überprüfung am")
    complaint_contact: Prose | None = Field(None, title="Ombudsstelle am Ort")
    participants: Participants | None = Field(None, title="Beteiligte")


class HelpPlanProfessional(In):
    """Somebody who decides in the team: an account of the youth office, or a function."""

    function: Function = Field(title="Funktion", examples=["Teamleitung ASD"])
    account_id: Id | None = Field(None, title="Zugang im Jugendamt")


class DecideHelpPlan(In):
    """Several professionals have decided on need, kind of help and services (§ 36 Abs. 2 Satz 1 SGB VIII)."""

    action: Literal["decide"]
    professionals: list[HelpPlanProfessional] = Field(
        title="Fachkräfte, die entschieden haben", min_length=1, max_length=20
    )
    decided_on: Day = Field(title="entschieden am")
    reasons: Prose = Field(title="Begründung", examples=["Die Familie will Hilfe, eigene Kräfte reichen nicht."])


class ConsultOnHelpPlan(In):
    """The participants are invited; from now on providers of the help know of the plan."""

    action: Literal["consult"]


class RedraftHelpPlan(In):
    """Back to the drafting table."""

    action: Literal["redraft"]


class ConfirmHelpPlan(In):
    """The plan is fixed as a new version; dissent stands in it and does not block."""

    action: Literal["confirm"]


class ReviewHelpPlan(In):
    """The plan is reviewed: nobody has been heard yet, goals are graded, the perspective is told anew."""

    action: Literal["review"]


class EndHelpPlan(In):
    """The plan ends."""

    action: Literal["end"]
    reason: Prose = Field(title="Begründung", examples=["Die Ziele sind erreicht."])
    outcome: PerspectiveKind | None = Field(None, title="erreichte Perspektive (bei Hilfe außerhalb der Familie)")


HelpPlanAction = Annotated[
    DecideHelpPlan | ConsultOnHelpPlan | RedraftHelpPlan | ConfirmHelpPlan | ReviewHelpPlan | EndHelpPlan,
    Field(discriminator="action"),
]


class HelpPlanHint(Out):
    """Something worth a second look, or still missing, with the place in the plan."""

    pointer: str = Field(title="Stelle im Plan (JSON Pointer)", max_length=200)
    code: str = Field(title="Kennung", max_length=60)
    text: str = Field(title="Hinweis", max_length=500)


class HelpPlanDecisionOut(Out):
    """Who decided in the team, when and why."""

    professionals: list[HelpPlanProfessional] = Field(title="Fachkräfte, die entschieden haben", max_length=20)
    decided_on: Day = Field(title="entschieden am")
    reasons: str = Field(title="Begründung", max_length=10_000)
    still_holds: bool = Field(title="Bedarf und Leistungen sind noch, wie entschieden wurde")


class HelpPlanSummary(Out):
    """A plan without what it says."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    help_id: Id = Field(title="Hilfe")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger der Hilfe")
    state: HelpPlanState = Field(title="Stand")
    latest_number: int = Field(title="Nummer der letzten bestätigten Fassung (0: noch keine)", ge=0)
    confirmed_at: Instant | None = Field(title="zuletzt bestätigt am")
    review_due_on: Day = Field(title="Überprüfung fällig am")
    review_stage: ReviewStage | None = Field(title="Stand der Überprüfungsfrist (nur für das Jugendamt)")
    needs_perspective: bool = Field(title="Perspektive gehört in den Plan (§ 37c SGB VIII)")
    perspective: PerspectiveKind | None = Field(title="bestätigte Perspektive")
    perspective_until: Day | None = Field(title="vertretbarer Zeitraum: bis")
    outcome: PerspectiveKind | None = Field(title="erreichte Perspektive")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung des Eintrags", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class HelpPlanOut(HelpPlanSummary):
    """A plan with what it says: for the youth office what is being written, for providers what was confirmed."""

    content: HelpPlanContent | None = Field(title="Inhalt")
    end_reason: str | None = Field(title="warum beendet", max_length=10_000)
    decision: HelpPlanDecisionOut | None = Field(title="Entscheidung im Team (nur für das Jugendamt)")
    missing: list[HelpPlanHint] = Field(title="was zur Bestätigung noch fehlt (nur für das Jugendamt)", max_length=500)
    warnings: list[HelpPlanHint] = Field(title="Hinweise zu Zielen und Fristen (nur für das Jugendamt)", max_length=500)


class HelpPlanQuery(PageQuery):
    """Filters of plans."""

    help_id: Id | None = None
    state: HelpPlanState | None = None
    review_due_until: Annotated[Day | None, Field(description="review due on or before this day")] = None
    sort: Literal["review_due_on", "-review_due_on", "number", "-number", "created_at", "-created_at"] = "-created_at"


class HelpPlanReviewQuery(PageQuery):
    """Filters of reviews that are called for."""

    stage: ReviewStage | None = None
    sort: Literal["review_due_on", "-review_due_on"] = "review_due_on"


class HelpPlanReviewOut(Out):
    """A review that is called for: which plan, since when; nothing of what it says."""

    id: Id = Field(title="Hilfeplan")
    number: str = Field(title="Nummer", max_length=20)
    help_id: Id = Field(title="Hilfe")
    review_due_on: Day = Field(title="Überprüfung fällig am")
    review_stage: ReviewStage = Field(title="Stand der Überprüfungsfrist")


class HelpPlanVersionSummary(Out):
    """A confirmed version."""

    number: int = Field(title="Nummer der Fassung", ge=1)
    content_hash: str = Field(title="SHA-256 des Textes (RFC 8785)", max_length=64)
    review_due_on: Day = Field(title="nächste Überprüfung fällig am")
    confirmed_by: Id = Field(title="bestätigt von")
    created_at: Instant = Field(title="bestätigt am")


class HelpPlanVersionOut(HelpPlanVersionSummary):
    """A confirmed version with everything it says, as it was hashed."""

    document: dict[str, Any] = Field(title="Wortlaut")


class HelpPlanChange(Out):
    """One difference between two versions."""

    kind: Literal["added", "removed", "changed"] = Field(title="Art der Änderung")
    pointer: str = Field(title="Stelle im Plan", max_length=300)
    title: str = Field(title="Bezeichnung", max_length=300)
    before: str | None = Field(title="bisher", max_length=20_000)
    after: str | None = Field(title="neu", max_length=20_000)


class HelpPlanChangesOut(Out):
    """What differs between two confirmed versions, part by part."""

    since: int = Field(title="frühere Fassung (0: keine)", ge=0)
    number: int = Field(title="spätere Fassung", ge=1)
    changes: list[HelpPlanChange] = Field(title="Änderungen", max_length=10_000)
