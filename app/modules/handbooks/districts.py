"""The roll-out of a handbook, district by district, as the API shows and takes it."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out, Prose, Word
from app.modules.handbooks.models import HandbookRolloutState
from app.modules.handbooks.schemas import Actions, Number

_PATTERN = r"^-?\d{1,12}(\.\d{1,4})?$"


def _decimal(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(_PATTERN, value, re.ASCII):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    raise PydanticCustomError("decimal_string", 'a decimal string such as "12.25" is expected')


Quantity = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "maxLength": 18, "examples": ["12.25"]}),
]
"""Any measured number, as a decimal string."""


class HandbookFigure(In):
    """A number that shows what a trial brought."""

    name: Word = Field(title="Kennzahl", examples=["Zufriedenheit der Familien"])
    unit: Word | None = Field(None, title="Einheit", examples=["Schulnote"])
    before: Quantity | None = Field(None, title="vor der Erprobung", examples=["2.8"])
    after: Quantity = Field(title="in der Erprobung", examples=["1.9"])


class _From(In):
    from_day: Day = Field(title="von welchem Tag an")


class _WithResponsible(_From):
    responsible_id: Id | None = Field(None, title="verantwortlicher Zugang (leer: der bisherige, sonst der eigene)")


class PilotHandbook(_WithResponsible):
    """The district tries a version."""

    action: Literal["pilot"]
    version_number: Number = Field(title="Fassung")


class EvaluateHandbook(_From):
    """What the trial showed."""

    action: Literal["evaluate"]
    text: Prose = Field(title="Auswertung", examples=["Die Fachkräfte sind häufiger in den Familien."])
    figures: list[HandbookFigure] = Field(default_factory=list, title="Zahlen", max_length=100)


class AdoptHandbook(_WithResponsible):
    """The district works by a version from now on."""

    action: Literal["adopt"]
    version_number: Number | None = Field(None, title="Fassung (leer: die erprobte, sonst die neueste freigegebene)")


class ChangeHandbookVersion(_WithResponsible):
    """The district moves to a newer version."""

    action: Literal["change_version"]
    version_number: Number = Field(title="Fassung")


class SuspendHandbook(_From):
    """The district stops working by the handbook."""

    action: Literal["suspend"]
    reason: Prose = Field(title="Grund", examples=["Drei von fünf Stellen sind unbesetzt."])


RolloutAction = Annotated[
    PilotHandbook | EvaluateHandbook | AdoptHandbook | ChangeHandbookVersion | SuspendHandbook,
    Field(discriminator="action"),
]


class AdoptHandbookEverywhere(_WithResponsible):
    """A version that was tried is rolled out to all districts that are free for it."""

    version_number: Number = Field(title="Fassung")


class HandbookRolloutOut(Out):
    """Where a district stands; `version` 0: it has not begun."""

    region_id: Id = Field(title="Bezirk")
    region_name: str = Field(title="Name des Bezirks", max_length=200)
    state: HandbookRolloutState = Field(title="Stand")
    version_number: int | None = Field(title="Fassung des Handbuchs")
    from_day: Day | None = Field(title="seit wann (ein Tag in der Zukunft: beschlossen, gilt von da an)")
    responsible_id: Id | None = Field(title="verantwortlich (Zugang)")
    suspension_reason: str | None = Field(title="warum ausgesetzt", max_length=10_000)
    version: int = Field(title="Fassung des Eintrags", ge=0)
    allowed_actions: Actions


class HandbookRolloutQuery(PageQuery):
    """Filters of districts."""

    limit: Annotated[int, Field(ge=1, le=200, description="rows per page")] = 200
    state: HandbookRolloutState | None = None
    version_number: Annotated[int | None, Field(ge=1, le=100_000)] = None
    sort: Literal["region_name", "-region_name"] = "region_name"


class DistrictLeftOut(Out):
    """A district that was left as it is."""

    region_id: Id = Field(title="Bezirk")
    state: HandbookRolloutState = Field(title="Stand")
    version_number: int | None = Field(title="Fassung")


class HandbookAdoptedOut(Out):
    """What the bulk step did."""

    adopted: list[Id] = Field(title="Bezirke, die von nun an danach arbeiten", max_length=1000)
    left_out: list[DistrictLeftOut] = Field(
        title="unberührt: noch in Erprobung, ausgesetzt oder bei einer neueren Fassung", max_length=1000
    )


class HandbookEvaluationOut(Out):
    """What a district found."""

    id: Id
    region_id: Id = Field(title="Bezirk")
    version_number: int = Field(title="Fassung", ge=1)
    text: str = Field(title="Auswertung", max_length=10_000)
    figures: list[HandbookFigure] = Field(title="Zahlen", max_length=100)
    evaluated_on: Day = Field(title="am")
    evaluated_by: Id = Field(title="von wem (Zugang)")
    created_at: Instant = Field(title="eingetragen am")


class HandbookEvaluationQuery(PageQuery):
    """Filters of evaluations."""

    region_id: Id | None = None
    version_number: Annotated[int | None, Field(ge=1, le=100_000)] = None
    sort: Literal["created_at", "-created_at"] = "created_at"
