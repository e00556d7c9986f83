"""Entries of the file that are no step of the case."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.types import Flag, Id, Prose, Word
from app.modules.protection.codes import Body, Involved, Reaction
from app.modules.protection.schemas.steps import Step


class Note(Step):
    """Anything worth knowing: fact, guess and judgement kept apart."""

    kind: Literal["note"] = Field(title="Art des Eintrags")
    facts: Prose = Field(title="Tatsachen")
    hypotheses: Prose | None = Field(None, title="Vermutungen")
    evaluation: Prose | None = Field(None, title="Bewertung")
    sources: Word = Field(title="Quelle")


class InvolvementEntry(Step):
    """Parents and child took part, or why not."""

    kind: Literal["involvement"] = Field(title="Art des Eintrags")
    parents: Involved = Field(title="Eltern")
    parents_reason: Prose | None = Field(None, title="warum nicht")
    child: Involved = Field(title="Kind")
    child_reason: Prose | None = Field(None, title="warum nicht")
    content: Prose = Field(title="Inhalt, Worte des Kindes")


class HelpOffer(Step):
    """Help was offered."""

    kind: Literal["help_offer"] = Field(title="Art des Eintrags")
    child_id: Id = Field(title="Kind")
    offer: Prose = Field(title="Angebot")
    reaction: Reaction = Field(title="Reaktion")


class Authority(Step):
    """Another body was called in (§ 8a Abs. 3 SGB VIII)."""

    kind: Literal["authority"] = Field(title="Art des Eintrags")
    body: Body = Field(title="Stelle")
    parents_asked: Flag = Field(title="auf Inanspruchnahme durch die Eltern hingewirkt")
    at_once: Flag = Field(title="sofortiges Tätigwerden notwendig")
    reason: Prose = Field(title="Begründung")


class Majority(Step):
    """A child comes of age: help for young adults (§ 41 SGB VIII) was offered or not."""

    kind: Literal["majority"] = Field(title="Art des Eintrags")
    child_id: Id = Field(title="Kind")
    adult_help_offered: Flag = Field(title="Hilfe für junge Volljährige angeboten")
    reason: Prose = Field(title="Begründung")


class Feedback(Step):
    """What the reporter learns (§ 4 Abs. 4 KKG, § 64 Abs. 4 SGB VIII): these three and nothing else."""

    kind: Literal["feedback"] = Field(title="Art des Eintrags")
    report_id: Id = Field(title="Meldung")
    indications_confirmed: Flag = Field(title="Anhaltspunkte bestätigt")
    has_acted: Flag = Field(title="Jugendamt ist tätig geworden")
    still_active: Flag = Field(title="Jugendamt ist noch tätig")
    affected_told: Flag = Field(title="Betroffene vorher unterrichtet")
    affected_reason: Prose | None = Field(None, title="warum nicht")


class ProtectionCorrection(Step):
    """An earlier entry was wrong: it stays, and this stands beside it."""

    kind: Literal["correction"] = Field(title="Art des Eintrags")
    corrects_id: Id = Field(title="berichtigter Eintrag")
    reason: Prose = Field(title="warum")
    text: Prose = Field(title="richtig ist")


FileEntry = Annotated[
    Note | InvolvementEntry | HelpOffer | Authority | Majority | Feedback | ProtectionCorrection,
    Field(discriminator="kind"),
]
