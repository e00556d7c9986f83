"""Seeing the child, assessing together, and closing: what each step must say."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.types import Day, Flag, Id, In, Instant, Prose, Word
from app.modules.protection.codes import (
    Alternative,
    DangerKind,
    DangerPerson,
    Involved,
    Place,
    Result,
    Willingness,
)
from app.modules.protection.schemas.steps import Step

Texts = Annotated[list[Word], Field(max_length=50)]


class Seen(In):
    """What was seen of one child."""

    child_id: Id = Field(title="Kind")
    is_seen: Flag = Field(title="gesehen")
    spoken_alone: Flag = Field(title="allein gesprochen")
    words: Prose | None = Field(title="Worte des Kindes (leer: keine)")
    observation: Prose = Field(title="Beobachtung, oder warum nicht gesehen")


class RecordContact(Step):
    """The direct impression of child and surroundings (§ 8a Abs. 1 Satz 2 Nr. 1 SGB VIII)."""

    action: Literal["record_contact"]
    place: Place = Field(title="Ort")
    professionals: list[Id] = Field(title="Fachkräfte", min_length=1, max_length=10)
    alone_reason: Prose | None = Field(None, title="warum allein (Hausbesuch)")
    present: Texts = Field(title="anwesend")
    children: list[Seen] = Field(title="je Kind", min_length=1, max_length=20)
    dwelling_seen: Flag = Field(title="Wohnung gesehen")
    observations: Prose = Field(title="Beobachtungen (Tatsachen)")
    interpretation: Prose | None = Field(None, title="Deutung, von den Tatsachen getrennt")
    is_refused: Flag = Field(title="Zutritt oder Gespräch verweigert")


class RecordFailedAttempt(Step):
    """Nobody was met; what is tried next."""

    action: Literal["record_failed_attempt"]
    tried: Prose = Field(title="was versucht wurde")
    alternative: Alternative = Field(title="was als Nächstes versucht wird")


class SkipDirectImpression(Step):
    """The line decides that no direct impression is needed; such a procedure is not in the official statistics."""

    action: Literal["skip_direct_impression"]
    reason: Prose = Field(title="warum fachlich nicht erforderlich")


class DangerRating(In):
    """One basic need: how it stands, what speaks for it, who says so."""

    need: Word = Field(title="Grundbedürfnis")
    rating: Word = Field(title="Einschätzung nach der Skala des Instruments")
    fact: Prose = Field(title="Tatsache")
    source: Word = Field(title="Quelle")


class ChildAssessment(In):
    """The result for one child."""

    child_id: Id = Field(title="Kind")
    result: Result = Field(title="Ergebnis")
    kinds: list[DangerKind] = Field(title="Art der Gefährdung (nur akut oder latent)", max_length=4)
    danger_person: DangerPerson | None = Field(title="von wem die Gefahr ausgeht (nur akut oder latent)")
    ratings: list[DangerRating] = Field(title="Einschätzungen", max_length=50)
    risk_factors: Texts = Field(title="Risikofaktoren")
    protective_factors: Texts = Field(title="Schutzfaktoren")
    willingness: Willingness = Field(title="Mitwirkung der Eltern: Wille")
    ability: Willingness = Field(title="Mitwirkung der Eltern: Fähigkeit")
    reasons: Prose = Field(title="Begründung")


class Assess(Step):
    """The assessment by several professionals, per child; the others sign it."""

    action: Literal["assess"]
    participants: list[Id] = Field(title="beteiligte Fachkräfte", min_length=1, max_length=10)
    instrument: Word = Field(title="Instrument")
    instrument_version: Word = Field(title="Fassung des Instruments")
    parents_involved: Involved = Field(title="Eltern beteiligt")
    parents_reason: Prose | None = Field(None, title="warum nicht")
    child_involved: Involved = Field(title="Kind beteiligt")
    child_reason: Prose | None = Field(None, title="warum nicht")
    reporter_involved: Involved = Field(title="meldende Person beteiligt (§ 4 Abs. 3 KKG)")
    reporter_reason: Prose | None = Field(None, title="warum nicht")
    lead_informed_at: Instant = Field(title="Leitung unterrichtet am")
    children: list[ChildAssessment] = Field(title="je Kind", min_length=1, max_length=20)
    next_step: Prose = Field(title="nächster Schritt, wer und bis wann")


class SignAssessment(Step):
    """One more professional stands behind the assessment, or says what they see otherwise."""

    action: Literal["sign_assessment"]
    entry_id: Id = Field(title="Einschätzung")
    dissent: Prose | None = Field(None, title="abweichende Einschätzung")


class ConcludeAssessment(Step):
    """The last of those who took part signs: the assessment is made."""

    action: Literal["conclude_assessment"]
    entry_id: Id = Field(title="Einschätzung")
    dissent: Prose | None = Field(None, title="abweichende Einschätzung")


class ProposeClosing(Step):
    """The caseworker proposes to end the procedure, for all children or for some."""

    action: Literal["propose_closing"]
    children: list[Id] = Field(title="Kinder (leer: alle)", max_length=20)
    reasons: Prose = Field(title="Begründung")
    last_contact_on: Day | None = Field(title="letzter Kontakt (leer: keiner)")
    follow_up: Prose = Field(title="was danach geschieht")


class CloseChildren(Step):
    """The line ends the procedure for the children proposed; the others' goes on."""

    action: Literal["close_children"]
    entry_id: Id = Field(title="Vorschlag")


class Close(Step):
    """The line ends the procedure."""

    action: Literal["close"]
    entry_id: Id = Field(title="Vorschlag")
