"""What a help plan says, as data: need, help, resources, goals, roles, perspective, and who took part (§ 36).

People appear by role, pseudonym and function. A draft may have gaps; what must be there before it is confirmed
stands in `rules`.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator

from app.core.types import WHOLE, Day, Flag, In, Instant, Prose, Word
from app.core.validation import FieldValueError
from app.modules.cases import PartnerKind, Pseudonym
from app.modules.planning.codes import (
    GoalLevel,
    GoalOwner,
    GoalStatus,
    HelpPlanAssent,
    HelpPlanRole,
    LifeArea,
    NotHeardReason,
    PerspectiveKind,
    ResourceKind,
)

_NAMED = re.compile(r"\b(Herrn?|Frau|Fr\.|Hr\.|Dr\.)\s+[A-ZÄÖÜ]")


def _no_name(value: str) -> str:
    """Refuse the obvious: a title before a name. Names belong to the identifying data only."""
    if _NAMED.search(value):
        raise FieldValueError("Hier steht eine Funktion, kein Name.", "A function belongs here, no name.")
    return value


Function = Annotated[Word, AfterValidator(_no_name)]
"""What somebody does, such as `Klassenleitung`; no name."""
GoalKey = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Label = Annotated[Pseudonym | None, Field(title="Pseudonym der Person")]


class HelpPlanParticipant(In):
    """Somebody who takes part: invited, prepared, present, heard, and of what opinion (facts 8.2)."""

    role: HelpPlanRole = Field(title="Rolle", examples=["child"])
    label: Label = Field(None, examples=["Kind Q-17"])
    function: Function | None = Field(None, title="Funktion", examples=["Klassenleitung"])
    invited_at: Instant | None = Field(None, title="eingeladen am")
    attended: Flag | None = Field(None, title="war dabei")
    prepared_with: Function | None = Field(None, title="vorbereitet mit", examples=["Bezugsfachkraft"])
    own_words: Prose | None = Field(None, title="mit eigenen Worten")
    understood: HelpPlanAssent | None = Field(None, title="hat den Plan verstanden")
    consents: HelpPlanAssent | None = Field(None, title="ist einverstanden")
    dissent: Prose | None = Field(None, title="womit nicht einverstanden")
    copy_handed_out_on: Day | None = Field(None, title="Ausfertigung ausgehändigt am")
    missing_reason: NotHeardReason | None = Field(None, title="warum ohne eigene Worte")
    missing_text: Prose | None = Field(None, title="Erläuterung dazu")

    @model_validator(mode="after")
    def _explained(self) -> "HelpPlanParticipant":
        if self.consents in (HelpPlanAssent.PARTLY, HelpPlanAssent.NO) and not self.dissent:
            raise FieldValueError(
                "Wer nicht ganz einverstanden ist, sagt womit (dissent).", "Dissent says what it is about."
            )
        if self.missing_reason is NotHeardReason.OTHER and not self.missing_text:
            raise FieldValueError(
                "Ein anderer Grund wird erläutert (missing_text).", "Another reason needs an explanation."
            )
        return self


class HelpPlanResource(In):
    """A strength that was considered before the service, and why it is not enough alone."""

    kind: ResourceKind = Field(title="wessen", examples=["family"])
    text: Prose = Field(title="was da ist", examples=["Die Großmutter nimmt das Kind zweimal in der Woche."])
    why_not_enough: Prose = Field(title="warum das allein nicht reicht", examples=["Sie arbeitet in Schichten."])


class HelpPlanTask(In):
    """Who does what until when."""

    what: Prose = Field(title="was", examples=["Wecker stellen und um sieben aufstehen"])
    who: Function = Field(title="wer", examples=["Jugendliche"])
    role: HelpPlanRole | None = Field(None, title="wessen Aufgabe", examples=["young_person"])
    until: Day | None = Field(None, title="bis wann")


class HelpPlanGoal(In):
    """A goal in the words of whose goal it is; told apart by its key over all versions."""

    key: GoalKey = Field(title="Kennung", examples=["schule"])
    level: GoalLevel = Field(title="Zielebene", examples=["action"])
    owner: GoalOwner = Field(title="wessen Ziel", examples=["child"])
    life_area: LifeArea = Field(title="Lebensbereich", examples=["school_work"])
    text: Prose = Field(title="Ziel, mit eigenen Worten", examples=["Ich gehe jeden Tag zur Schule."])
    parent_key: GoalKey | None = Field(None, title="gehört zum Ziel")
    indicator: Prose | None = Field(None, title="woran man es merkt")
    baseline: Prose | None = Field(None, title="Stand am Anfang")
    target: Prose | None = Field(None, title="was erreicht sein soll")
    due_on: Day | None = Field(None, title="bis wann")
    weight: Annotated[int, Field(ge=1, le=5), WHOLE] = Field(1, title="Gewicht")
    tasks: list[HelpPlanTask] = Field(default_factory=list, title="wer tut was bis wann", max_length=30)
    status: GoalStatus = Field(GoalStatus.PROPOSED, title="Stand")
    status_reason: Prose | None = Field(None, title="warum aufgegeben oder ersetzt")


class HelpPlanDuty(In):
    """What somebody takes on in this help."""

    function: Function = Field(title="wer", examples=["Bezugsfachkraft des Trägers"])
    text: Prose = Field(title="was", examples=["begleitet die Morgen und die Gespräche mit der Schule"])


class HelpPlanPartner(In):
    """A school, day-care centre or other body that works beside the help; by function only."""

    kind: PartnerKind = Field(title="Art", examples=["school"])
    function: Function = Field(title="Funktion der Ansprechperson", examples=["Klassenleitung"])
    agreed: Prose | None = Field(None, title="was verabredet ist")


class HelpPlanGroupOffer(In):
    """A group offer considered beside individual help: chosen, or why not."""

    text: Word = Field(title="Angebot", examples=["Soziale Gruppe im Stadtteilzentrum"])
    is_chosen: Flag = Field(title="gewählt")
    reason: Prose | None = Field(None, title="warum nicht")

    @model_validator(mode="after")
    def _explained(self) -> "HelpPlanGroupOffer":
        if not self.is_chosen and not self.reason:
            raise FieldValueError("Warum wurde das Angebot nicht gewählt (reason)?", "Why was it not chosen?")
        return self


class HelpPlanPerspective(In):
    """Where the child is to live, why, and what must happen for it (§ 37c Abs. 1 and 2 SGB VIII)."""

    kind: PerspectiveKind = Field(title="Perspektive", examples=["return_home"])
    reasons: Prose | None = Field(None, title="Gründe")
    conditions: Prose | None = Field(None, title="was sich in der Familie verbessern muss")
    services_for_parents: Prose | None = Field(None, title="Beratung und Unterstützung der Eltern (§ 37 SGB VIII)")
    until: Day | None = Field(None, title="vertretbarer Zeitraum: bis")
    progress: Prose | None = Field(None, title="was seither erreicht ist")
    next_steps: Prose | None = Field(None, title="nächste Schritte")
    adoption_check: Prose | None = Field(None, title="Prüfung, ob eine Annahme als Kind in Betracht kommt")


Services = Annotated[list[Prose], Field(title="notwendige Leistungen", max_length=30)]
Resources = Annotated[list[HelpPlanResource], Field(title="Ressourcen, zuerst betrachtet", max_length=30)]
Goals = Annotated[list[HelpPlanGoal], Field(title="Ziele", max_length=60)]
Duties = Annotated[list[HelpPlanDuty], Field(title="wer übernimmt was", max_length=30)]
Partners = Annotated[list[HelpPlanPartner], Field(title="Schule, Kita und andere", max_length=30)]
GroupOffers = Annotated[list[HelpPlanGroupOffer], Field(title="Gruppenangebote, mitbetrachtet", max_length=30)]
Participants = Annotated[list[HelpPlanParticipant], Field(title="Beteiligte", max_length=40)]


class HelpPlanContent(In):
    """The whole text of a plan."""

    need: Prose | None = Field(None, title="Bedarf")
    services: Services = Field(default_factory=list)
    intensity: Word | None = Field(None, title="Umfang und Intensität")
    outside_family: Flag | None = Field(None, title="außerhalb der eigenen Familie")
    resources: Resources = Field(default_factory=list)
    group_offers: GroupOffers = Field(default_factory=list)
    goals: Goals = Field(default_factory=list)
    duties: Duties = Field(default_factory=list)
    partners: Partners = Field(default_factory=list)
    perspective: HelpPlanPerspective | None = Field(None, title="Perspektive (§ 37c SGB VIII)")
    language_support: Prose | None = Field(None, title="Sprachmittlung, Gebärden, leichte Sprache")
    next_review_on: Day | None = Field(None, title="nächste Überprüfung am")
    complaint_contact: Prose | None = Field(None, title="Ombudsstelle am Ort")
    participants: Participants = Field(default_factory=list)

    @field_validator("goals")
    @classmethod
    def _ordered(cls, goals: list[HelpPlanGoal]) -> list[HelpPlanGoal]:
        """Each goal once, and under a goal of a wider level."""
        known = {goal.key: goal for goal in goals}
        if len(known) != len(goals):
            raise FieldValueError("Jede Kennung eines Ziels gibt es einmal.", "Every goal's key is there once.")
        for goal in goals:
            if goal.parent_key is None:
                continue
            parent = known.get(goal.parent_key)
            if parent is None or parent.level.depth >= goal.level.depth:
                raise FieldValueError(
                    "Ein Ziel gehört zu einem weiteren Ziel dieses Plans.", "A goal belongs to a wider one of the plan."
                )
        return goals


CORE = ("need", "services", "intensity")
"""What the team decides on: need, kind of help and services (§ 36 Abs. 2 SGB VIII)."""


def core_of(content: dict[str, Any]) -> dict[str, Any]:
    """The part of a plan that the team's decision binds."""
    return {name: content.get(name) for name in CORE}


def for_next_round(content: dict[str, Any]) -> dict[str, Any]:
    """What a review begins with: the confirmed text, nobody heard yet, the perspective's progress to be told anew."""
    known = HelpPlanContent.model_validate(content)
    participants = [
        HelpPlanParticipant(role=one.role, label=one.label, function=one.function) for one in known.participants
    ]
    perspective = known.perspective.model_copy(update={"progress": None}) if known.perspective else None
    anew = {"participants": participants, "perspective": perspective, "next_review_on": None}
    return known.model_copy(update=anew).model_dump(mode="json")


def open_goals(goals: Iterable[HelpPlanGoal]) -> list[HelpPlanGoal]:
    """The goals on which nobody has said the last word."""
    return [goal for goal in goals if not goal.status.is_final]
