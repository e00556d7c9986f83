"""The registers as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Out, Prose, Word
from app.core.validation import FieldValueError
from app.modules.registers.models import IsefField

EXAMPLE: dict[str, JsonValue] = {
    "name": "Beratungsstelle Birkenallee, Fachkraft 2",
    "qualification": "Zertifikatskurs insoweit erfahrene Fachkraft (2024), Sozialpädagogin",
    "fields": ["early_childhood", "disability"],
    "contact": "Telefon der Beratungsstelle",
    "availability": "Montag bis Freitag 9 bis 17 Uhr, Rückruf am selben Tag",
    "is_shared": False,
    "valid_from": "2026-01-01",
}
Fields = Annotated[list[IsefField], Field(title="Schwerpunkte", max_length=len(IsefField))]


class IsefCreate(In):
    """An insoweit erfahrene Fachkraft of the own organisation, or one it may consult (§ 8a Abs. 4, § 8b SGB VIII)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    account_id: Id | None = Field(None, title="Zugang (der eigenen Organisation, falls vorhanden)")
    name: Word = Field(title="Name oder Funktion")
    qualification: Prose = Field(title="Qualifikation (Kriterien der Vereinbarung)")
    fields: Fields = Field(default_factory=list, title="Schwerpunkte")
    contact: Word = Field(title="erreichbar unter")
    availability: Word = Field(title="Zeiten")
    is_shared: Flag = Field(False, title="darf von allen hinzugezogen werden (§ 8b)")
    valid_from: Day = Field(title="qualifiziert seit")
    valid_to: Day | None = Field(None, title="gilt bis einschließlich")

    @model_validator(mode="after")
    def _ordered(self) -> "IsefCreate":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return self


class IsefPatch(In):
    """What can change of an entry; an end of qualification is a day."""

    name: Word | None = Field(None, title="Name oder Funktion")
    qualification: Prose | None = Field(None, title="Qualifikation")
    fields: Fields | None = Field(None, title="Schwerpunkte")
    contact: Word | None = Field(None, title="erreichbar unter")
    availability: Word | None = Field(None, title="Zeiten")
    is_shared: Flag | None = Field(None, title="darf von allen hinzugezogen werden (§ 8b)")
    valid_to: Day | None = Field(None, title="gilt bis einschließlich")


class IsefOut(Out):
    """An insoweit erfahrene Fachkraft: who, what for, how to reach."""

    id: Id
    organisation_id: Id = Field(title="Organisation")
    account_id: Id | None = Field(title="Zugang")
    name: str = Field(title="Name oder Funktion", max_length=200)
    qualification: str = Field(title="Qualifikation", max_length=10_000)
    fields: list[IsefField] = Field(title="Schwerpunkte", max_length=len(IsefField))
    contact: str = Field(title="erreichbar unter", max_length=200)
    availability: str = Field(title="Zeiten", max_length=200)
    is_shared: bool = Field(title="darf von allen hinzugezogen werden (§ 8b)")
    valid_from: Day = Field(title="qualifiziert seit")
    valid_to: Day | None = Field(title="gilt bis einschließlich")
    version: int = Field(title="Fassung", ge=1)


class IsefQuery(PageQuery):
    """Filters of the register."""

    own: Annotated[bool | None, Field(description="entries of the own organisation only")] = None
    field: IsefField | None = None
    on: Annotated[Day | None, Field(description="qualified on this day")] = None
    sort: Literal["name", "-name"] = "name"
