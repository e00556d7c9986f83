"""Forms as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import WHOLE, Flag, Id, In, Instant, Out, Word

Code = Annotated[str, Field(max_length=60, pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", examples=["verlaufsbericht"])]
Number = Annotated[int, Field(ge=1, le=100_000), WHOLE]
EXAMPLE = {
    "type": "object",
    "required": ["zeitraum"],
    "properties": {"zeitraum": {"type": "string", "title": "Berichtszeitraum", "maxLength": 100}},
}


class FormCreate(In):
    """A new form of the own youth office, without a version yet."""

    code: Code = Field(title="Kennung")
    title: Word = Field(title="Titel", examples=["Verlaufsbericht"])
    is_shared: Flag = Field(True, title="für Träger und andere Jugendämter lesbar")


class FormVersionCreate(In):
    """What a version asks for; published with this request, it never changes."""

    json_schema: dict[str, Any] = Field(
        alias="schema",
        title="JSON Schema (2020-12), jede Angabe mit deutschem title",
        max_length=100,
        examples=[EXAMPLE],
    )


class FormContent(In):
    """Content to try against a form."""

    content: dict[str, Any] = Field(title="Inhalt", max_length=1000, examples=[{"zeitraum": "Januar bis Juni 2026"}])
    number: Number | None = Field(None, title="Fassung (leer: die neueste)")


class FormOut(Out):
    """A form."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    code: str = Field(title="Kennung", max_length=60)
    title: str = Field(title="Titel", max_length=200)
    is_shared: bool = Field(title="für Träger und andere Jugendämter lesbar")
    latest_number: int = Field(title="neueste Fassung (0: noch keine)", ge=0)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung des Eintrags", ge=1)


class FormVersionOut(Out):
    """A published version; its schema stands under `/v1/forms/{id}/schema`."""

    id: Id
    form_id: Id = Field(title="Vordruck")
    number: int = Field(title="Fassung", ge=1)
    published_at: Instant = Field(title="Veröffentlicht am")


class Finding(Out):
    """What does not fit the form."""

    pointer: str = Field(title="Stelle (JSON Pointer)", max_length=1000)
    code: str = Field(title="Art", max_length=60)
    detail: str = Field(title="Was nicht passt", max_length=1000)


class FormCheckOut(Out):
    """The result of a trial; nothing was stored."""

    valid: bool = Field(title="passt")
    number: int = Field(title="geprüft gegen Fassung", ge=1)
    errors: list[Finding] = Field(title="Was nicht passt", max_length=100)


class FormQuery(PageQuery):
    """Filters of forms."""

    youth_office_id: Id | None = None
    code: Annotated[str | None, Field(max_length=60)] = None
    sort: Literal["code", "-code", "created_at", "-created_at"] = "code"
