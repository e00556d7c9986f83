"""Standards as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Flag, Id, In, Instant, Key, Out, Prose, Word
from app.modules.standards.models import QualityArea, QualityDimension

Kinds = Annotated[list[Key], Field(max_length=20, title="Hilfearten (leer: alle)")]
Criteria = Annotated[list[Word], Field(max_length=50)]


class StandardCreate(In):
    """An expectation with its observable indicator (§ 79a SGB VIII)."""

    code: Key = Field(title="Kennung", examples=["HP-01"])
    title: Word = Field(title="Titel", examples=["Hilfeplanung mit Beteiligung"])
    dimension: QualityDimension = Field(title="Qualitätsdimension")
    quality_area: QualityArea | None = Field(None, title="Qualitätsbereich")
    text: Prose = Field(title="Wortlaut")
    criteria: Criteria = Field(default_factory=list, title="beobachtbare Kriterien")
    threshold: Word | None = Field(None, title="Schwelle, unter der der Standard verfehlt ist")
    indicator: Word | None = Field(None, title="Woran man es sieht")
    target: Word | None = Field(None, title="Zielwert")
    evidence: Word | None = Field(None, title="Nachweis")
    service_kinds: Kinds = Field(default_factory=list)
    is_shared: Flag = Field(True, title="für alle Träger lesbar")


class StandardPatch(In):
    """What can change of a standard that neither an agreement nor a handbook has adopted."""

    title: Word | None = Field(None, title="Titel")
    dimension: QualityDimension | None = Field(None, title="Qualitätsdimension")
    quality_area: QualityArea | None = Field(None, title="Qualitätsbereich")
    text: Prose | None = Field(None, title="Wortlaut")
    criteria: Criteria | None = Field(None, title="beobachtbare Kriterien")
    threshold: Word | None = Field(None, title="Schwelle, unter der der Standard verfehlt ist")
    indicator: Word | None = Field(None, title="Woran man es sieht")
    target: Word | None = Field(None, title="Zielwert")
    evidence: Word | None = Field(None, title="Nachweis")
    service_kinds: Kinds | None = Field(None, title="Hilfearten (leer: alle)")
    is_shared: Flag | None = Field(None, title="für alle Träger lesbar")


class StandardOut(Out):
    """A standard."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    code: str = Field(title="Kennung", max_length=100)
    title: str = Field(title="Titel", max_length=200)
    dimension: QualityDimension = Field(title="Qualitätsdimension")
    quality_area: QualityArea | None = Field(title="Qualitätsbereich")
    text: str = Field(title="Wortlaut", max_length=10_000)
    criteria: Criteria = Field(title="beobachtbare Kriterien")
    threshold: str | None = Field(title="Schwelle, unter der der Standard verfehlt ist", max_length=200)
    indicator: str | None = Field(title="Woran man es sieht", max_length=200)
    target: str | None = Field(title="Zielwert", max_length=200)
    evidence: str | None = Field(title="Nachweis", max_length=200)
    service_kinds: Kinds = Field(title="Hilfearten (leer: alle)")
    is_shared: bool = Field(title="für alle Träger lesbar")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)


class StandardQuery(PageQuery):
    """Filters of standards."""

    youth_office_id: Id | None = None
    dimension: QualityDimension | None = None
    quality_area: QualityArea | None = None
    sort: Literal["code", "-code", "created_at", "-created_at"] = "code"
