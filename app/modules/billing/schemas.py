"""Service records as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from app.core.imports import blank
from app.core.pages import PageQuery
from app.core.types import WHOLE, Count, Day, Flag, Id, In, Instant, Key, Out, Word
from app.modules.agreements import ActivityCategory

Heads = Annotated[int, Field(ge=1, le=100), WHOLE]


class ServiceRecordIn(In):
    """What a professional did for a help, from when to when."""

    external_id: Key = Field(title="Kennung im System des Trägers", examples=["LN-2026-02-000417"])
    help_id: Id = Field(title="Hilfe")
    worker: Key = Field(title="Kürzel der Fachkraft (kein Name)", examples=["FK-07"])
    activity: ActivityCategory = Field(title="Tätigkeit")
    starts_at: Instant = Field(title="von", examples=["2026-02-03T13:00:00+01:00"])
    ends_at: Instant = Field(title="bis", examples=["2026-02-03T14:30:00+01:00"])
    crosses_midnight: Flag = Field(False, title="geht über Mitternacht")
    participants: Heads | None = Field(None, title="Anwesende (nur Gruppe): alle, wer immer zahlt")
    staff: Heads = Field(1, title="Fachkräfte in der Gruppe")
    session: Key | None = Field(None, title="Kennung der gemeinsamen Sitzung")
    notice_hours: Count | None = Field(None, title="Ausgefallener Termin: Stunden vorher abgesagt")
    note: Word | None = Field(None, title="Anmerkung (keine Namen)")


class Reversal(In):
    """Why a record is taken back."""

    reason: Word = Field(title="Grund")


class ServiceRecordOut(Out):
    """A service record as it was written."""

    id: Id
    external_id: str = Field(title="Kennung im System des Trägers", max_length=100)
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    help_id: Id = Field(title="Hilfe")
    worker: str = Field(title="Kürzel der Fachkraft", max_length=100)
    activity: ActivityCategory = Field(title="Tätigkeit")
    starts_at: Instant = Field(title="von")
    ends_at: Instant = Field(title="bis")
    service_on: Day = Field(title="Tag der Leistung")
    minutes: int = Field(title="Minuten", ge=1, le=1440)
    participants: int | None = Field(title="Anwesende")
    staff: int = Field(title="Fachkräfte", ge=1)
    session: str | None = Field(title="Kennung der gemeinsamen Sitzung", max_length=100)
    notice_hours: int | None = Field(title="Stunden vorher abgesagt")
    note: str | None = Field(title="Anmerkung", max_length=200)
    recorded_at: Instant = Field(title="erfasst am")
    reversed_at: Instant | None = Field(title="storniert am")
    reversal_reason: str | None = Field(title="Grund der Stornierung", max_length=200)
    invoice_id: Id | None = Field(title="auf Rechnung")


class ServiceRecordQuery(PageQuery):
    """Filters of service records."""

    help_id: Id | None = None
    provider_id: Id | None = None
    worker: Key | None = None
    activity: ActivityCategory | None = None
    first: Annotated[Day | None, Field(description="first day")] = None
    last: Annotated[Day | None, Field(description="last day")] = None
    billed: bool | None = None
    reversed: bool | None = None
    sort: Literal["service_on", "-service_on"] = "-service_on"


class RowOut(Out):
    """What became of one row of an import."""

    index: int = Field(title="Zeile (ab 0)", ge=0)
    status: Literal["recorded", "unchanged", "refused"] = Field(title="Ergebnis")
    id: Id | None = Field(None, title="Eintrag")
    external_id: str | None = Field(None, title="Kennung im System des Trägers", max_length=100)
    problem: dict[str, Any] | None = Field(None, title="warum abgewiesen (RFC 9457)")


class ImportOut(Out):
    """What became of an import."""

    received: int = Field(title="Zeilen", ge=0)
    recorded: int = Field(title="neu erfasst", ge=0)
    unchanged: int = Field(title="schon da, unverändert", ge=0)
    refused: int = Field(title="abgewiesen", ge=0)
    dry_run: bool = Field(title="nur geprüft")
    rows: list[RowOut] = Field(title="Zeilen", max_length=50_000)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _flag(value: Any) -> Any:
    return {"true": True, "false": False, "ja": True, "nein": False, "": False}.get(value, value)


class ServiceRecordRow(ServiceRecordIn):
    """The same out of a table: every cell is text, an empty one is nothing."""

    crosses_midnight: Annotated[Flag, BeforeValidator(_flag)] = False
    participants: Annotated[Heads | None, BeforeValidator(_number), BeforeValidator(blank)] = None
    staff: Annotated[Heads, BeforeValidator(_number), BeforeValidator(lambda value: value or 1)] = 1
    session: Annotated[Key | None, BeforeValidator(blank)] = None
    notice_hours: Annotated[Count | None, BeforeValidator(_number), BeforeValidator(blank)] = None
    note: Annotated[Word | None, BeforeValidator(blank)] = None
