"""Staff lists as the API shows and takes them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Key, Out, Word
from app.core.validation import FieldValueError
from app.modules.agreements import Employment


class StaffMemberCreate(In):
    """A professional by key, never by name."""

    worker: Key = Field(title="Kürzel der Fachkraft (kein Name)", examples=["FK-07"])
    qualification: Word = Field(title="Qualifikation", examples=["Sozialpädagogik (B. A.)"])
    employment: Employment = Field(title="Beschäftigung")
    proof: Word = Field(title="Nachweis der Qualifikation", examples=["Staatliche Anerkennung vom 01.10.2019"])
    valid_from: Day = Field(title="gilt ab")
    valid_to: Day | None = Field(None, title="gilt bis (letzter Tag)")

    @field_validator("valid_to")
    @classmethod
    def _not_before_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is not None and "valid_from" in info.data and value < info.data["valid_from"]:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end is before the start.")
        return value


class StaffMemberEnd(In):
    """The last day for which an entry holds."""

    valid_to: Day = Field(title="gilt bis (letzter Tag)")


class StaffMemberOut(Out):
    """An entry of the staff list."""

    id: Id
    provider_id: Id = Field(title="Träger")
    worker: str = Field(title="Kürzel der Fachkraft", max_length=100)
    qualification: str = Field(title="Qualifikation", max_length=200)
    employment: Employment = Field(title="Beschäftigung")
    proof: str = Field(title="Nachweis der Qualifikation", max_length=200)
    valid_from: Day = Field(title="gilt ab")
    valid_to: Day | None = Field(title="gilt bis (letzter Tag)")
    recorded_at: Instant = Field(title="erfasst am")
    version: int = Field(title="Fassung", ge=1)


class StaffMemberQuery(PageQuery):
    """Filters of the staff list."""

    provider_id: Id | None = None
    worker: Key | None = None
    employment: Employment | None = None
    on: Annotated[Day | None, Field(description="entries that hold on this day")] = None
    sort: Literal["worker", "-worker", "valid_from", "-valid_from"] = "worker"
