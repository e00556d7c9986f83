"""Addresses, hours, shifts and letters as the API shows and takes them."""

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Out, Word
from app.core.validation import FieldValueError
from app.law.protection import Urgency
from app.modules.alerts.models import MailProgress

_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?$"
Email = Annotated[str, Field(max_length=254, pattern=_EMAIL)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", max_length=5)]
Weekday = Literal["1", "2", "3", "4", "5", "6", "7"]


class AlertSettingsPatch(In):
    """Where alarms reach somebody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "fachkraft@jugendamt.example"}]})

    email: Email | None = Field(None, title="E-Mail-Adresse")
    mail_alarms: Literal[True] | None = Field(None, title="Alarme per E-Mail (nicht abschaltbar)")
    mail_reminders: Flag | None = Field(None, title="auch erste Erinnerungen per E-Mail")


class AlertSettingsOut(Out):
    """Where alarms reach somebody; calls about a child in danger cannot be switched off."""

    account_id: Id = Field(title="Zugang")
    email: str | None = Field(title="E-Mail-Adresse", max_length=254)
    mail_alarms: Literal[True] = Field(True, title="Alarme per E-Mail (nicht abschaltbar)")
    mail_reminders: bool = Field(title="auch erste Erinnerungen per E-Mail")
    version: int = Field(title="Fassung", ge=0)


def _ordered(span: tuple[str, str]) -> tuple[str, str]:
    if time.fromisoformat(span[0]) >= time.fromisoformat(span[1]):
        raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
    return span


Span = Annotated[tuple[ClockTime, ClockTime], AfterValidator(_ordered)]
Week = Annotated[
    dict[Weekday, Annotated[list[Span], Field(max_length=4)]],
    Field(title="Öffnungszeiten je Wochentag (1 ist Montag)", max_length=7, examples=[{"1": [["08:00", "16:00"]]}]),
]


class OfficeHoursPatch(In):
    """When the own organisation can be reached; public holidays of the Land are closed anyway."""

    week: Week | None = Field(None, title="Öffnungszeiten je Wochentag (1 ist Montag)")
    closed_on: list[Day] | None = Field(None, title="zusätzlich geschlossen am", max_length=366)


class OfficeHoursOut(Out):
    """When an organisation can be reached; clock times of Berlin."""

    organisation_id: Id = Field(title="Organisation")
    week: dict[str, Any] = Field(title="Öffnungszeiten je Wochentag (1 ist Montag)")
    closed_on: list[Day] = Field(title="zusätzlich geschlossen am", max_length=366)
    is_default: bool = Field(title="Vorgabe, nichts eingestellt")
    version: int = Field(title="Fassung", ge=0)


SHIFT: dict[str, JsonValue] = {
    "account_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10",
    "starts_at": "2026-05-13T16:00:00+02:00",
    "ends_at": "2026-05-15T08:00:00+02:00",
    "reachable": "Diensthandy Bereitschaft",
}


class ShiftCreate(In):
    """Somebody is on call (Bereitschaft)."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHIFT]})

    account_id: Id = Field(title="wer (Zugang)")
    starts_at: Instant = Field(title="von")
    ends_at: Instant = Field(title="bis")
    reachable: Word = Field(title="erreichbar unter")

    @model_validator(mode="after")
    def _ordered(self) -> "ShiftCreate":
        if self.ends_at <= self.starts_at:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return self


class ShiftOut(Out):
    """A shift on call."""

    id: Id
    account_id: Id = Field(title="wer (Zugang)")
    starts_at: Instant = Field(title="von")
    ends_at: Instant = Field(title="bis")
    reachable: str = Field(title="erreichbar unter", max_length=200)
    cancelled_at: Instant | None = Field(title="abgesagt am")


class ShiftQuery(PageQuery):
    """Filters of the roster."""

    account_id: Id | None = None
    ends_after: Annotated[Instant | None, Field(description="still running or to come then")] = None
    starts_before: Instant | None = None
    sort: Literal["starts_at", "-starts_at"] = "starts_at"


class GapOut(Out):
    """A time outside office hours in which nobody is on call."""

    starts_at: Instant = Field(title="von")
    ends_at: Instant = Field(title="bis")


class OnCallQuery(BaseModel):
    """When."""

    model_config = ConfigDict(extra="forbid")

    at: Annotated[Instant | None, Field(description="an instant; else now")] = None


class OnCallOut(Out):
    """Whom calls reach at an instant."""

    at: Instant = Field(title="Zeitpunkt")
    is_office_open: bool = Field(title="geöffnet")
    on_call: list[ShiftOut] = Field(title="in Bereitschaft", max_length=50)
    gaps: list[GapOut] = Field(title="unbesetzte Zeiten der nächsten 14 Tage", max_length=100)


class AlertMailOut(Out):
    """A letter about a call: that it was sent, not what about."""

    id: Id
    account_id: Id = Field(title="an wen (Zugang)")
    number: str = Field(title="Nummer des Vorgangs", max_length=20)
    urgency: Urgency = Field(title="Dringlichkeit")
    level: int = Field(title="Eskalationsstufe", ge=0, le=4)
    is_on_call: bool = Field(title="als Bereitschaft")
    progress: MailProgress = Field(title="Stand")
    attempts: int = Field(title="Versuche", ge=0)
    last_error: str | None = Field(title="letzter Fehler", max_length=200)
    created_at: Instant = Field(title="ausgelöst am")
    sent_at: Instant | None = Field(title="übergeben am")


class AlertMailQuery(PageQuery):
    """Filters of the letters."""

    progress: MailProgress | None = None
    account_id: Id | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
