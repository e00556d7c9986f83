"""Helps and grants as another system tells of them, one row each."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.core.imports import blank
from app.core.types import Day, Hours, Id, In, Key, Out, Word
from app.core.validation import FieldValueError
from app.modules.agreements import ServiceKind
from app.modules.cases.models import EndReason, HelpSetting, IntensityUnit
from app.modules.cases.schemas.helps import Pseudonym

Status = Literal["created", "updated", "unchanged", "refused"]


class HelpRow(In):
    """A help, or (`kind=grant`) a change of what is granted for it, as the other system knows it."""

    kind: Literal["help", "grant"] = Field("help", title="Art der Zeile")
    source_system: Key = Field(title="System, aus dem die Zeile kommt", examples=["fachverfahren"])
    external_id: Key = Field(title="Kennung dort", examples=["F-2026-0417"])
    help_external_id: Key | None = Field(None, title="Bewilligung: Kennung der Hilfe dort")
    provider_id: Id | None = Field(None, title="Träger")
    service_kind: ServiceKind | None = Field(None, title="Hilfeart")
    pseudonym: Pseudonym | None = Field(None, title="Pseudonym der Familie")
    caseworker_id: Id | None = Field(None, title="fallführende Fachkraft (sonst: wer einliest)")
    setting: HelpSetting | None = Field(None, title="Form (sonst: die übliche der Hilfeart)")
    place: Word | None = Field(None, title="Ort (keine Namen, keine Anschrift der Familie)")
    starts_on: Day = Field(title="Beginn, ab")
    ends_on: Day = Field(title="letzter Tag")
    amount: Hours = Field(title="Umfang", gt=0, le=168)
    unit: IntensityUnit = Field(IntensityUnit.HOURS_PER_WEEK, title="Einheit des Umfangs")
    ended_on: Day | None = Field(None, title="tatsächlich beendet am")
    end_reason: EndReason | None = Field(None, title="Art der Beendigung")

    @model_validator(mode="after")
    def _whole(self) -> "HelpRow":
        if self.ends_on < self.starts_on:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        if (self.ended_on is None) != (self.end_reason is None):
            raise FieldValueError("Zum Ende gehört seine Art.", "An end has its reason.")
        if self.unit is not IntensityUnit.HOURS_PER_WEEK and self.amount > 7:
            raise FieldValueError("Eine Woche hat sieben Tage.", "A week has seven days.")
        return self


class HelpTableRow(HelpRow):
    """The same out of a table: every cell is text, an empty one is nothing."""

    kind: Annotated[Literal["help", "grant"], BeforeValidator(lambda value: value or "help")] = "help"
    help_external_id: Annotated[Key | None, BeforeValidator(blank)] = None
    provider_id: Annotated[Id | None, BeforeValidator(blank)] = None
    service_kind: Annotated[ServiceKind | None, BeforeValidator(blank)] = None
    pseudonym: Annotated[Pseudonym | None, BeforeValidator(blank)] = None
    caseworker_id: Annotated[Id | None, BeforeValidator(blank)] = None
    setting: Annotated[HelpSetting | None, BeforeValidator(blank)] = None
    place: Annotated[Word | None, BeforeValidator(blank)] = None
    unit: Annotated[IntensityUnit, BeforeValidator(lambda value: value or IntensityUnit.HOURS_PER_WEEK)] = (
        IntensityUnit.HOURS_PER_WEEK
    )
    ended_on: Annotated[Day | None, BeforeValidator(blank)] = None
    end_reason: Annotated[EndReason | None, BeforeValidator(blank)] = None


class HelpRowOut(Out):
    """What became of one row of an import."""

    index: int = Field(title="Zeile (ab 0)", ge=0)
    status: Status = Field(title="Ergebnis")
    id: Id | None = Field(None, title="Hilfe oder Bewilligung")
    external_id: str | None = Field(None, title="Kennung dort", max_length=100)
    problem: dict[str, Any] | None = Field(None, title="warum abgewiesen (RFC 9457)")


class HelpImportOut(Out):
    """What became of an import."""

    received: int = Field(title="Zeilen", ge=0)
    created: int = Field(title="neu angelegt", ge=0)
    updated: int = Field(title="geändert", ge=0)
    unchanged: int = Field(title="schon da, unverändert", ge=0)
    refused: int = Field(title="abgewiesen", ge=0)
    dry_run: bool = Field(title="nur geprüft")
    rows: list[HelpRowOut] = Field(title="Zeilen", max_length=10_000)
