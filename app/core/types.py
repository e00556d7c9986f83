"""The scalar types of the API: each refuses what pydantic would bend to fit, each has its limits in the schema."""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.policy.codes import CodeList

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 31)
MAX_CENTS = 10**12


class In(BaseModel):
    """A body that a client sends: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(BaseModel):
    """A body that the service sends; built from rows by attribute."""

    model_config = ConfigDict(from_attributes=True)


def _no_control(value: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in value):
        raise PydanticCustomError("invalid_text", "control characters are not allowed")
    return unicodedata.normalize("NFC", value)


def _of(pattern: re.Pattern[str], code: str, message: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if isinstance(value, str) and not pattern.fullmatch(value):
            raise PydanticCustomError(code, message)
        if not isinstance(value, str | date | UUID):
            raise PydanticCustomError(code, message)
        return value

    return BeforeValidator(check)


def _whole(value: Any) -> Any:
    """JSON has one number type: 90.0 is whole, true and "90" are no numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("int_type", "a whole number is expected")
    return value


def _utc(value: datetime) -> datetime:
    """In UTC; the same years as `Day`, so that no reckoning with it leaves the calendar."""
    if not _FIRST.year <= value.year <= _LAST.year:
        raise PydanticCustomError("instant", "an instant between the years 1900 and 2999 is expected")
    return value.astimezone(UTC)


def _zulu(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _hours_in(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", value, re.ASCII):
        raise PydanticCustomError("decimal_string", 'a decimal string such as "12.25" is expected')
    return Decimal(value)


Word = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_control)]
"""A name or title: one line up to 200 characters."""
Prose = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_no_control)]
"""Free text up to 10,000 characters."""
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")]
"""An identifier of somebody else's system, or a slug."""
Id = Annotated[
    UUID,
    _of(_UUID, "uuid", "a UUID is expected"),
    WithJsonSchema({"type": "string", "format": "uuid", "maxLength": 36}),
]
Day = Annotated[
    date,
    _of(_DAY, "day", "a day such as 2026-01-31 is expected"),
    Field(ge=_FIRST, le=_LAST),
    WithJsonSchema({"type": "string", "format": "date", "maxLength": 10}),
]
"""A legal date, meant in Europe/Berlin."""
Instant = Annotated[
    datetime,
    _of(_INSTANT, "instant", "an instant with offset such as 2026-01-31T08:00:00Z is expected"),
    AfterValidator(_utc),
    PlainSerializer(_zulu, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]
WHOLE = BeforeValidator(_whole)
"""Marks an `int` with limits of its own: `Annotated[int, Field(ge=1, le=60), WHOLE]`, the limits first."""
Cents = Annotated[int, Field(ge=0, le=MAX_CENTS), WHOLE]
"""Money in integer cents, EUR."""
Minutes = Annotated[int, Field(ge=1, le=1440), WHOLE]
Count = Annotated[int, Field(ge=0, le=1_000_000), WHOLE]
Percent = Annotated[int, Field(ge=0, le=100), WHOLE]
Flag = Annotated[bool, Field(strict=True)]
Hours = Annotated[
    Decimal,
    BeforeValidator(_hours_in),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,6}(\.\d{1,2})?$", "maxLength": 9, "examples": ["12.25"]}),
]
"""Fachleistungsstunden or other hours as a decimal string with at most two places."""

__all__ = [
    "MAX_CENTS",
    "WHOLE",
    "Cents",
    "CodeList",
    "Count",
    "Day",
    "Flag",
    "Hours",
    "Id",
    "In",
    "Instant",
    "Key",
    "Minutes",
    "Out",
    "Percent",
    "Prose",
    "Word",
]
