"""What a record says: what the procedure tells by itself, and what the caseworker adds. No names, no free text."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.types import WHOLE, Day, Flag, In
from app.modules.protection import CustodyEndReason, DangerKind, DangerPerson, Placement, Result
from app.modules.statistics.codes import (
    IndicatedBy,
    Informant,
    NewHelp,
    Occasion,
    ParentAge,
    PlaceOfStay,
    Service,
    Sex,
    Stay,
    Survey,
)

Year = Annotated[int, Field(ge=1900, le=2999), WHOLE]
MonthNumber = Annotated[int, Field(ge=1, le=12), WHOLE]


class PersonAnswers(In):
    """What both surveys ask of a child."""

    sex: Sex = Field(title="Geschlecht")
    birth_year: Year | None = Field(None, title="Geburtsjahr, wo das Verfahren es nicht kennt (geschätzt)")
    birth_month: MonthNumber | None = Field(None, title="Geburtsmonat, wo das Verfahren ihn nicht kennt (geschätzt)")
    origin_foreign: Flag = Field(title="mindestens ein Elternteil aus dem Ausland")
    language_german: Flag = Field(title="in der Familie wird vorrangig Deutsch gesprochen")


class KwgAnswers(PersonAnswers):
    """What the caseworker adds to an assessment."""

    parent1_age: ParentAge = Field(title="Alter des ersten Elternteils")
    parent2_age: ParentAge = Field(title="Alter des zweiten Elternteils")
    has_integration_help: Flag = Field(title="bezieht Eingliederungshilfe")
    place_of_stay: PlaceOfStay = Field(title="gewöhnlicher Aufenthalt")
    informant: Informant = Field(title="bekannt machende Stelle")
    existing_services: list[Service] = Field(title="bestehende Leistungen", min_length=1, max_length=8)
    new_helps: list[NewHelp] = Field(title="neu eingeleitete Hilfen", min_length=1, max_length=11)


class VsmAnswers(PersonAnswers):
    """What the caseworker adds to an Inobhutnahme."""

    indicated_by: IndicatedBy = Field(title="angeregt durch")
    occasions: list[Occasion] = Field(title="Anlässe", min_length=1, max_length=14)
    stay_before: Stay = Field(title="Aufenthalt vorher")
    following_stay: Stay = Field(title="anschließender Aufenthalt")
    following_helps: list[NewHelp] = Field(title="anschließende Hilfen", min_length=1, max_length=11)


class Derived(BaseModel):
    """What both surveys know of the procedure."""

    model_config = ConfigDict(extra="forbid")

    birth_year: Year | None = Field(title="Geburtsjahr")
    birth_month: MonthNumber | None = Field(title="Geburtsmonat")
    repeated: bool = Field(title="weitere im selben Kalenderjahr")


class KwgDerived(Derived):
    """What an assessment says of itself."""

    informant: Informant | None = Field(title="bekannt machende Stelle, soweit die Meldung es sagt")
    result: Result = Field(title="Ergebnis")
    kinds: list[DangerKind] = Field(title="Art der Gefährdung", max_length=4)
    danger_person: DangerPerson | None = Field(title="von wem die Gefahr ausgeht")
    court_called: bool = Field(title="Familiengericht angerufen")


class VsmDerived(Derived):
    """What an Inobhutnahme says of itself."""

    is_preliminary: bool = Field(title="vorläufige Inobhutnahme nach der Einreise (§ 42a)")
    began_on: Day = Field(title="Beginn")
    ended_on: Day = Field(title="Ende")
    days: int = Field(title="Dauer in Tagen", ge=0)
    placement: Placement = Field(title="Unterbringung")
    objection: bool = Field(title="Widerspruch der Eltern")
    court_called: bool = Field(title="Entscheidung des Familiengerichts beantragt")
    end_reason: CustodyEndReason = Field(title="Grund der Beendigung")


DERIVED: dict[Survey, type[Derived]] = {Survey.KWG: KwgDerived, Survey.VSM: VsmDerived}
ANSWERS: dict[Survey, type[PersonAnswers]] = {Survey.KWG: KwgAnswers, Survey.VSM: VsmAnswers}
COLUMNS: dict[Survey, tuple[str, ...]] = {
    Survey.KWG: (
        "sex",
        "birth_month",
        "birth_year",
        "completed_month",
        "completed_year",
        "parent1_age",
        "parent2_age",
        "origin_foreign",
        "language_german",
        "has_integration_help",
        "place_of_stay",
        "informant",
        "existing_services",
        "result",
        "kinds",
        "danger_person",
        "new_helps",
        "court_called",
        "repeated",
    ),
    Survey.VSM: (
        "is_preliminary",
        "sex",
        "birth_month",
        "birth_year",
        "completed_month",
        "completed_year",
        "origin_foreign",
        "language_german",
        "indicated_by",
        "occasions",
        "stay_before",
        "placement",
        "days",
        "objection",
        "court_called",
        "repeated",
        "end_reason",
        "following_stay",
        "following_helps",
    ),
}
"""What is delivered, in this order, after the reporting unit and the number of the person."""


def values_of(survey: Survey, derived: dict[str, Any], answers: dict[str, Any] | None) -> dict[str, Any]:
    """A record as typed values; what the procedure knows goes before what was estimated."""
    known = DERIVED[survey].model_validate(derived).model_dump()
    if answers is None:
        return known
    said = ANSWERS[survey].model_validate(answers).model_dump()
    own = {name: value for name, value in known.items() if value is not None and name != "informant"}
    return {**known, **said, **own}
