"""What is written down of signs: the observation apart from what one makes of it."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from app.core.types import WHOLE, Flag, Id, In, Instant, Prose, Word
from app.modules.cases import Pseudonym
from app.modules.concerns.codes import AgeBand
from app.modules.concerns.indicators import Indicator
from app.modules.concerns.schemas.steps import DeclareImmediateDanger
from app.modules.safeguarding import IndicationSource

BirthYear = Annotated[int, Field(ge=1990, le=2100), WHOLE]
EXAMPLE: dict[str, JsonValue] = {
    "help_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10",
    "children": [{"pseudonym": "Kind K-1", "age_band": "under_6"}],
    "perceived_at": "2026-03-02T07:30:00Z",
    "indication": {
        "observation": "Das Kind kam zum dritten Mal ohne Frühstück; es sagte: «Mama schläft noch.»",
        "interpretation": "Die Versorgung am Morgen ist nicht gesichert.",
        "indicators": ["child_hungry", "left_alone"],
        "source": "own",
        "observed_by": "FK-07",
    },
}


class ConcernChild(In):
    """A child by pseudonym, and the age signs are read by."""

    pseudonym: Pseudonym = Field(title="Pseudonym des Kindes", examples=["Kind K-1"])
    age_band: AgeBand = Field(title="Alter")
    birth_year: BirthYear | None = Field(None, title="Geburtsjahr")


class ConcernIndication(In):
    """A sign: facts and verbatim words here, what one makes of them there."""

    observation: Prose = Field(title="Beobachtung (Tatsachen, wörtliche Rede)")
    interpretation: Prose | None = Field(None, title="Deutung (getrennt von der Beobachtung)")
    indicators: list[Indicator] = Field(default_factory=list, title="Anhaltspunkte nach Katalog", max_length=60)
    source: IndicationSource = Field(title="Quelle")
    observed_by: Word = Field(title="wer es wahrgenommen hat (Funktion oder Kürzel)")
    child: Pseudonym | None = Field(None, title="Kind, um das es geht (sonst alle)")


class ConcernCreate(In):
    """Signs of danger to a child, written down on the day they are noticed (§ 8a Abs. 4 SGB VIII).

    With `danger` the youth office is notified in the same breath; nothing else is waited for.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    help_id: Id | None = Field(None, title="Hilfe (falls eine läuft)")
    youth_office_id: Id | None = Field(None, title="Jugendamt (falls keine Hilfe genannt ist)")
    children: list[ConcernChild] = Field(title="Kinder", min_length=1, max_length=10)
    perceived_at: Instant = Field(title="wahrgenommen am")
    is_urgent: Flag = Field(False, title="eilig")
    indication: ConcernIndication = Field(title="Anhaltspunkt")
    previous_id: Id | None = Field(None, title="früherer Vorgang zu diesen Kindern")
    danger: DeclareImmediateDanger | None = Field(None, title="akute Gefahr: Jugendamt sofort benachrichtigen")


class _Entry(In):
    happened_at: Instant | None = Field(None, title="wann (sonst jetzt)")


class IndicationEntry(_Entry):
    """A further sign."""

    kind: Literal["record_indication"] = Field(title="Art des Eintrags")
    indication: ConcernIndication = Field(title="Anhaltspunkt")


class SecondOpinion(_Entry):
    """What a second professional thinks of a step; some steps need her agreement."""

    kind: Literal["second_opinion"] = Field(title="Art des Eintrags")
    about: Literal["assess_no_weighty", "assess_monitor", "skip_family_involvement", "danger_averted"] = Field(
        title="wozu"
    )
    agrees: Flag = Field(title="stimmt zu")
    reasons: Prose = Field(title="Gründe")


class ConcernNoteEntry(_Entry):
    """A word for the file, or an incident."""

    kind: Literal["note"] = Field(title="Art des Eintrags")
    text: Prose = Field(title="Text")


class HelpOfferEntry(_Entry):
    """Help was offered (§ 8a Abs. 4 Satz 2: working towards the use of help)."""

    kind: Literal["help_offer"] = Field(title="Art des Eintrags")
    offer: Prose = Field(title="welche Hilfe")
    accepted: Flag | None = Field(None, title="angenommen")
    reaction: Prose | None = Field(None, title="wie die Familie dazu steht")


class CorrectionEntry(_Entry):
    """What proved wrong in an earlier entry; that one stays as it was."""

    kind: Literal["correction"] = Field(title="Art des Eintrags")
    corrects_id: Id = Field(title="welcher Eintrag")
    text: Prose = Field(title="Berichtigung")


EntryBody = Annotated[
    IndicationEntry | SecondOpinion | ConcernNoteEntry | HelpOfferEntry | CorrectionEntry, Field(discriminator="kind")
]


class PeopleChange(In):
    """Who works on a concern: take somebody in, hand it over, or shut somebody out (whoever is accused)."""

    part: Literal["member", "responsible", "excluded"] = Field(title="wozu")
    account_id: Id = Field(title="Zugang")
    reason: Prose = Field(title="Grund")
