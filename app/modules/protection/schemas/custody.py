"""Inobhutnahme (§ 42 SGB VIII): its steps, and how it is shown."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.types import Flag, Id, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.protection.codes import CourtOutcome, CustodyEndReason, CustodyState, Ground, Placement
from app.modules.protection.schemas.intake import DutyOut
from app.modules.protection.schemas.steps import Step


class InformChild(Step):
    """The child is told what happens and what may happen, as it can understand."""

    action: Literal["inform_child"]
    how: Prose = Field(title="wie aufgeklärt")
    words: Prose | None = Field(title="Worte des Kindes (leer: keine)")
    trusted_person_told: Flag = Field(title="Vertrauensperson benachrichtigt")
    trusted_person_reason: Prose | None = Field(title="warum nicht (leer: benachrichtigt)")


class InformParents(Step):
    """The parents are told, and the danger is estimated with them."""

    action: Literal["inform_parents"]
    who: Word = Field(title="wer unterrichtet wurde")
    estimated_together: Flag = Field(title="Gefährdung gemeinsam eingeschätzt")
    not_together_reason: Prose | None = Field(title="warum nicht (leer: gemeinsam)")


class Unreachable(Step):
    """The parents cannot be reached: as if they objected."""

    action: Literal["unreachable"]
    attempts: Prose = Field(title="Versuche, mit Zeiten")


class NotObject(Step):
    """The parents do not object."""

    action: Literal["no_objection"]
    who: Word = Field(title="wer")
    form: Word = Field(title="in welcher Form")


class Object(Step):
    """The parents object: hand over, or the family court decides."""

    action: Literal["object"]
    who: Word = Field(title="wer")
    form: Word = Field(title="in welcher Form")


class CustodyCourt(Step):
    """The family court is asked for a decision."""

    action: Literal["call_court"]
    court: Word = Field(title="Gericht")
    proposal: Prose = Field(title="Antrag")


class CustodyDecision(Step):
    """The family court decided."""

    action: Literal["court_decides"]
    outcome: CourtOutcome = Field(title="Entscheidung")
    content: Prose = Field(title="Inhalt")


class StartHelpPlan(Step):
    """Planning of a help begins."""

    action: Literal["start_help_plan"]
    first_step: Prose = Field(title="erster Schritt")


class LibertyOrder(Step):
    """The court allowed the deprivation of liberty."""

    action: Literal["order_liberty"]
    court: Word = Field(title="Gericht")
    order: Prose = Field(title="Beschluss")


class EndLiberty(Step):
    """The deprivation of liberty ended."""

    action: Literal["end_liberty"]
    ended_at: Instant = Field(title="beendet am")


class ReportUnaccompanied(Step):
    """The child was reported to the authority of the Land (§ 42a Abs. 4 SGB VIII)."""

    action: Literal["report_unaccompanied"]
    authority: Word = Field(title="Landesstelle")


class EndCustody(Step):
    """The child is handed over, or help is decided on; nothing else ends it (§ 42 Abs. 4 SGB VIII)."""

    action: Literal["end"]
    ended_at: Instant = Field(title="beendet am")
    reason: CustodyEndReason = Field(title="Grund")
    following_place: Word = Field(title="wo das Kind danach ist")
    following_help: Word | None = Field(title="anschließende Hilfe (leer: keine)")


CustodyAction = Annotated[
    InformChild
    | InformParents
    | Unreachable
    | NotObject
    | Object
    | CustodyCourt
    | CustodyDecision
    | StartHelpPlan
    | LibertyOrder
    | EndLiberty
    | ReportUnaccompanied
    | EndCustody,
    Field(discriminator="action"),
]


class CustodyOut(Out):
    """An Inobhutnahme; the address lies sealed."""

    id: Id
    case_id: Id = Field(title="Gefährdungsfall")
    child_id: Id = Field(title="Kind")
    number: str = Field(title="Nummer", max_length=20)
    state: CustodyState = Field(title="Stand")
    ground: Ground = Field(title="Grund")
    started_at: Instant = Field(title="Beginn")
    placement: Placement = Field(title="Unterbringung")
    is_address_secret: bool = Field(title="Anschrift vor den Eltern geheim")
    police: bool = Field(title="Polizei beteiligt")
    force: bool = Field(title="Zwang angewandt")
    liberty: bool = Field(title="Freiheit entzogen")
    liberty_must_end_at: Instant | None = Field(title="Freiheitsentziehung endet spätestens")
    liberty_ended_at: Instant | None = Field(title="Freiheitsentziehung beendet am")
    liberty_violated: bool = Field(title="Freiheit länger entzogen als erlaubt")
    child_informed_at: Instant | None = Field(title="Kind aufgeklärt am")
    parents_informed_at: Instant | None = Field(title="Eltern unterrichtet am")
    objected_at: Instant | None = Field(title="widersprochen am")
    court_called_at: Instant | None = Field(title="Gericht angerufen am")
    court_decided_at: Instant | None = Field(title="Gericht entschied am")
    court_outcome: CourtOutcome | None = Field(title="Entscheidung")
    ended_at: Instant | None = Field(title="beendet am")
    end_reason: CustodyEndReason | None = Field(title="Grund des Endes")
    duties: list[DutyOut] = Field(title="Fristen", max_length=50)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=50)
    version: int = Field(title="Fassung", ge=1)
