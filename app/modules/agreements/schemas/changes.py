"""The difference between two versions of an agreement's text, as the API shows it."""

from typing import Annotated, Any

from pydantic import Field

from app.core.types import CodeList, In, Out


class Mark(CodeList):
    """What became of a piece of text."""

    KEPT = "kept", "geblieben"
    ADDED = "added", "hinzugekommen"
    REMOVED = "removed", "weggefallen"


class ChangeKind(CodeList):
    """What became of a part of the text."""

    ADDED = "added", "neu"
    REMOVED = "removed", "gestrichen"
    CHANGED = "changed", "geändert"
    MOVED = "moved", "verschoben"


class Run(Out):
    """A piece of a wording; kept and removed pieces are the older text, kept and added ones the newer."""

    mark: Mark = Field(title="was daraus wurde")
    text: str = Field(title="Wortlaut", max_length=10_000)


Runs = Annotated[list[Run], Field(max_length=50_000)]


class WordingChange(Out):
    """A text of its own that reads otherwise: title, preamble, a reason."""

    pointer: str = Field(title="Stelle im Text (JSON Pointer)", max_length=200)
    title: str = Field(title="Bezeichnung", max_length=200)
    runs: Runs = Field(title="Wortlaut, Stück für Stück")


class ClauseChange(Out):
    """A clause that came, went, reads otherwise or stands elsewhere."""

    key: str = Field(title="Kennung", max_length=60)
    kind: ChangeKind = Field(title="Art der Änderung")
    is_moved: bool = Field(title="steht an anderer Stelle")
    number_before: int | None = Field(title="§ in der älteren Fassung", ge=1)
    number_after: int | None = Field(title="§ in der neueren Fassung", ge=1)
    title: Runs = Field(title="Überschrift, Stück für Stück")
    text: Runs = Field(title="Wortlaut, Stück für Stück")


class FieldChange(Out):
    """A term with another value; a value that is missing on one side is null there."""

    pointer: str = Field(title="Stelle im Text (JSON Pointer)", max_length=200)
    title: str = Field(title="Bezeichnung", max_length=200)
    before: Any = Field(title="bisher")
    after: Any = Field(title="neu")
    before_text: str | None = Field(title="bisher, in Worten", max_length=10_000)
    after_text: str | None = Field(title="neu, in Worten", max_length=10_000)


class ItemChange(Out):
    """Something the text names (a party, a kind of help, a standard, a form) that came, went or was replaced."""

    pointer: str = Field(title="Liste im Text (JSON Pointer)", max_length=200)
    kind: ChangeKind = Field(title="Art der Änderung")
    before: str | None = Field(title="Kennung bisher", max_length=100)
    after: str | None = Field(title="Kennung neu", max_length=100)
    before_text: str | None = Field(title="Bezeichnung bisher", max_length=500)
    after_text: str | None = Field(title="Bezeichnung neu", max_length=500)


class ChangesOut(Out):
    """What differs between two versions, part by part; nothing listed: they say the same."""

    number: int = Field(title="neuere Fassung", ge=1)
    content_hash: str = Field(title="ihr SHA-256", max_length=64)
    against: int = Field(title="verglichen mit Fassung", ge=1)
    against_agreement: str = Field(title="der Vereinbarung (Nummer)", max_length=30)
    against_hash: str = Field(title="deren SHA-256", max_length=64)
    wordings: list[WordingChange] = Field(title="Texte", max_length=10)
    entries: list[ItemChange] = Field(title="Parteien, Hilfearten und was der Text nennt", max_length=700)
    clauses: list[ClauseChange] = Field(title="Regelungen", max_length=200)
    fields: list[FieldChange] = Field(title="Einzelheiten", max_length=500)


class ChangesQuery(In):
    """With which version to compare."""

    against: Annotated[
        int | None,
        Field(
            ge=1,
            le=100_000,
            description="number of the older version; empty: the one before, for the first version of an amendment "
            "the text it amends",
        ),
    ] = None
