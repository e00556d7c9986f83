"""Protection plan, family court, Inobhutnahme: what each step of the case must say."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.types import Day, Flag, Id, In, Instant, Prose, Word
from app.modules.protection.codes import CourtOutcome, Fulfilment, Ground, Placement
from app.modules.protection.schemas.steps import Step

Texts = Annotated[list[Word], Field(max_length=50)]


class PlanMeasure(In):
    """What somebody does for the child's protection."""

    what: Prose = Field(title="Maßnahme")
    owner: Word = Field(title="wer")
    due_on: Day = Field(title="bis wann")
    control: Word = Field(title="wie geprüft wird")


class Plan(In):
    """A protection plan."""

    measures: list[PlanMeasure] = Field(title="Maßnahmen", min_length=1, max_length=50)
    control_method: Prose = Field(title="Art der Kontrolle")
    controlled_by: Word = Field(title="wer kontrolliert")
    contact_frequency: Word = Field(title="wie oft Kontakt")
    is_daily: Flag = Field(title="tägliche Kontrolle")
    review_on: Day = Field(title="Prüfung am")
    consequence: Prose = Field(title="was geschieht, wenn der Plan nicht eingehalten wird")
    parents_agree: Flag = Field(title="Eltern stimmen zu")


class AgreePlan(Plan, Step):
    """A protection plan is agreed on."""

    action: Literal["agree_plan"]


class FulfilmentIn(In):
    """How far one measure was kept."""

    what: Word = Field(title="Maßnahme")
    fulfilment: Fulfilment = Field(title="Erfüllung")


class ReviewProtectionPlan(Step):
    """The plan is reviewed."""

    action: Literal["review_plan"]
    fulfilments: list[FulfilmentIn] = Field(title="je Maßnahme", min_length=1, max_length=50)
    child_seen: Flag = Field(title="Kind seither gesehen")
    observations: Prose = Field(title="Beobachtungen")


class ContinuePlan(Step):
    """The plan goes on until the next review."""

    action: Literal["continue_plan"]
    reasons: Prose = Field(title="Begründung")
    review_on: Day = Field(title="nächste Prüfung am")


class PlanBroken(Step):
    """The plan is not kept: the danger is assessed anew."""

    action: Literal["plan_broken"]
    new_facts: Prose = Field(title="neue Tatsachen")


class CallCourt(Step):
    """The family court is called (§ 8a Abs. 2 SGB VIII); somebody else than who prepared it signs for the line."""

    action: Literal["call_court"]
    court: Word = Field(title="Gericht")
    file_number: Word | None = Field(title="Aktenzeichen (leer: noch keines)")
    ground: Prose = Field(title="Grund")
    proposal: Prose = Field(title="Anregung an das Gericht")
    statement: Prose = Field(title="Stellungnahme")
    prepared_by: Id = Field(title="vorbereitet von")
    plan_attached: Flag = Field(title="Schutzplan beigefügt")
    is_urgent: Flag = Field(title="einstweilige Anordnung angeregt")


class CourtEvent(Step):
    """Something happened at the court: a date, a hearing, a guardian."""

    action: Literal["court_event"]
    what: Prose = Field(title="was geschah")
    hearing_on: Day | None = Field(title="Anhörung am (leer: keine)")
    guardian_appointed: Flag = Field(title="Verfahrensbeistand bestellt")


class CourtDecided(Step):
    """The court decided; the case is looked at anew."""

    action: Literal["court_decided"]
    outcome: CourtOutcome = Field(title="Entscheidung")
    content: Prose = Field(title="Inhalt")
    guardian_appointed: Flag = Field(title="Vormund oder Pfleger bestellt")


class CourtRefrains(Step):
    """The court refrains from a measure: the office protects by a plan of its own."""

    action: Literal["court_refrains"]
    reasons: Prose = Field(title="Gründe des Gerichts")
    plan: Plan = Field(title="eigener Schutzplan")


class TakeIntoCustody(Step):
    """A child is taken into care (§ 42 SGB VIII)."""

    action: Literal["take_into_custody"]
    child_id: Id = Field(title="Kind")
    ground: Ground = Field(title="Grund")
    started_at: Instant = Field(title="Beginn")
    placement: Placement = Field(title="Unterbringung")
    address: Word | None = Field(title="Anschrift (wird versiegelt; leer: noch offen)")
    is_address_secret: Flag = Field(title="Anschrift vor den Eltern geheim")
    police: Flag = Field(title="Polizei beteiligt")
    force: Flag = Field(title="Zwang angewandt")
    liberty: Flag = Field(title="Freiheit entzogen")
    reasons: Prose = Field(title="Begründung")
    occasions: Texts = Field(title="Anlässe")
    legal_notice_at: Instant | None = Field(title="Bescheid bekannt gegeben am (leer: noch nicht)")
    lead_informed_at: Instant = Field(title="Leitung unterrichtet am")
