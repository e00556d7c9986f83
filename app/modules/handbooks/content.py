"""What a version of a quality handbook says, as data.

Order of ideas as in cooperative quality management: the dialogue of youth office and providers defines key
processes, finds the points where one side hands over to the other, states what each expects of the other, and
derives minimum standards from that (§§ 79, 79a SGB VIII).
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from jsonschema_rs.canonical import json as canonical
from pydantic import Field, ValidationInfo, field_validator, model_validator

from app.core.problems import FieldError
from app.core.types import WHOLE, CodeList, Id, In, Prose, Word
from app.core.validation import FieldValueError
from app.policy import OrganisationKind

Slug = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Slugs = Annotated[list[Slug], Field(max_length=50)]


class HandoverDeadlineUnit(CodeList):
    """How the days until a handover are counted."""

    CALENDAR_DAYS = "calendar_days", "Kalendertage"
    WORKING_DAYS = "working_days", "Arbeitstage"


class HandbookChapter(In):
    """A chapter of text."""

    key: Slug = Field(title="Kennung", examples=["leitgedanken"])
    title: Word = Field(title="Überschrift", examples=["Leitgedanken"])
    text: Prose = Field(title="Text", examples=["Hilfe beginnt mit dem Willen der Familie."])


class HandbookProcessStep(In):
    """A step of a key process."""

    text: Word = Field(title="was geschieht", examples=["Falleingang aufnehmen"])
    side: OrganisationKind | None = Field(None, title="wer es tut (leer: wer den Prozess verantwortet)")


class HandbookKeyProcess(In):
    """A process on which the quality of help hangs (Schlüsselprozess)."""

    key: Slug = Field(title="Kennung", examples=["hilfeplanung"])
    name: Word = Field(title="Name", examples=["Hilfeplanung"])
    owner_side: OrganisationKind = Field(title="wer ihn verantwortet", examples=["youth_office"])
    steps: list[HandbookProcessStep] = Field(title="Schritte, in ihrer Reihenfolge", min_length=1, max_length=50)


class HandbookHandoverPoint(In):
    """Where one side hands something over to the other (Schnittstelle)."""

    key: Slug = Field(title="Kennung", examples=["verlaufsbericht"])
    process_key: Slug = Field(title="Schlüsselprozess", examples=["hilfeplanung"])
    from_side: OrganisationKind = Field(title="wer übergibt", examples=["provider"])
    to_side: OrganisationKind = Field(title="wer empfängt", examples=["youth_office"])
    artefact: Word = Field(title="was übergeben wird", examples=["Verlaufsbericht"])
    deadline_days: Annotated[int, Field(ge=0, le=366), WHOLE] | None = Field(None, title="Frist in Tagen", examples=[7])
    deadline_unit: HandoverDeadlineUnit = Field(HandoverDeadlineUnit.CALENDAR_DAYS, title="Zählung der Frist")
    deadline_from: Word | None = Field(None, title="wovon an gezählt wird", examples=["vor dem Hilfeplangespräch"])
    channel: Word = Field(title="Weg", examples=["über Handschlag"])

    @field_validator("to_side")
    @classmethod
    def _other(cls, value: OrganisationKind, info: ValidationInfo) -> OrganisationKind:
        return _the_other_side(value, info.data.get("from_side"))


class HandbookExpectation(In):
    """What one side expects of the other; duties of the youth office stand beside those of the provider."""

    key: Slug = Field(title="Kennung", examples=["antwort-des-jugendamts"])
    process_key: Slug | None = Field(None, title="zu welchem Schlüsselprozess", examples=["hilfeplanung"])
    handover_key: Slug | None = Field(None, title="zu welcher Schnittstelle")
    holder_side: OrganisationKind = Field(title="wer es erwartet", examples=["provider"])
    addressee_side: OrganisationKind = Field(title="von wem", examples=["youth_office"])
    text: Prose = Field(title="was erwartet wird", examples=["Anfragen werden in fünf Arbeitstagen beantwortet."])
    measured_by: Word = Field(title="woran es gemessen wird", examples=["Tage von Eingang bis Antwort"])

    @field_validator("addressee_side")
    @classmethod
    def _other(cls, value: OrganisationKind, info: ValidationInfo) -> OrganisationKind:
        return _the_other_side(value, info.data.get("holder_side"))

    @model_validator(mode="after")
    def _about_one_thing(self) -> "HandbookExpectation":
        if (self.process_key is None) == (self.handover_key is None):
            raise FieldValueError(
                "Eine Erwartung gehört zu einem Schlüsselprozess oder zu einer Schnittstelle.",
                "An expectation belongs to a key process or to a handover point.",
            )
        return self


class HandbookMinimumStandard(In):
    """A standard of the youth office that the handbook makes binding, and what it was derived from."""

    standard_id: Id = Field(title="Standard")
    process_keys: Slugs = Field(default_factory=list, title="abgeleitet aus Schlüsselprozessen")
    expectation_keys: Slugs = Field(default_factory=list, title="abgeleitet aus Erwartungen")

    @model_validator(mode="after")
    def _derived(self) -> "HandbookMinimumStandard":
        if not self.process_keys and not self.expectation_keys:
            raise FieldValueError(
                "Ein Mindeststandard nennt, aus welchen Prozessen oder Erwartungen er folgt.",
                "A minimum standard names the processes or expectations it follows from.",
            )
        return self


Chapters = Annotated[list[HandbookChapter], Field(title="Kapitel", max_length=200)]
KeyProcesses = Annotated[list[HandbookKeyProcess], Field(title="Schlüsselprozesse", max_length=100)]
HandoverPoints = Annotated[list[HandbookHandoverPoint], Field(title="Schnittstellen", max_length=300)]
Expectations = Annotated[list[HandbookExpectation], Field(title="gegenseitige Erwartungen", max_length=500)]
MinimumStandards = Annotated[list[HandbookMinimumStandard], Field(title="Mindeststandards", max_length=200)]


class HandbookContent(In):
    """The whole text of a version."""

    chapters: Chapters = Field(default_factory=list)
    key_processes: KeyProcesses = Field(default_factory=list)
    handover_points: HandoverPoints = Field(default_factory=list)
    expectations: Expectations = Field(default_factory=list)
    minimum_standards: MinimumStandards = Field(default_factory=list)

    @field_validator("*")
    @classmethod
    def _names_once(cls, value: list[Any], info: ValidationInfo) -> list[Any]:
        names = [getattr(item, NAMES[str(info.field_name)]) for item in value]
        if len(set(names)) != len(names):
            raise FieldValueError("Nichts darf doppelt vorkommen.", "Nothing may occur twice.")
        return value


NAMES = {
    "chapters": "key",
    "key_processes": "key",
    "handover_points": "key",
    "expectations": "key",
    "minimum_standards": "standard_id",
}
"""What tells the items of each part apart."""
EMPTY: dict[str, Any] = {name: [] for name in NAMES}
"""What stands before the first version."""


def _the_other_side(side: OrganisationKind, first: OrganisationKind | None) -> OrganisationKind:
    if side is first:
        raise FieldValueError("Hier steht die andere Seite.", "The other side belongs here.")
    return side


def dangling(content: HandbookContent) -> list[FieldError]:
    """References to processes, handover points and expectations that the text does not have, by pointer."""
    processes = {process.key for process in content.key_processes}
    handovers = {point.key for point in content.handover_points}
    expectations = {expectation.key for expectation in content.expectations}
    named: list[tuple[str, str | None, set[str]]] = []
    for place, point in enumerate(content.handover_points):
        named.append((f"/handover_points/{place}/process_key", point.process_key, processes))
    for place, expectation in enumerate(content.expectations):
        named.append((f"/expectations/{place}/process_key", expectation.process_key, processes))
        named.append((f"/expectations/{place}/handover_key", expectation.handover_key, handovers))
    for place, standard in enumerate(content.minimum_standards):
        for member, keys, known in (
            ("process_keys", standard.process_keys, processes),
            ("expectation_keys", standard.expectation_keys, expectations),
        ):
            named += [(f"/minimum_standards/{place}/{member}/{at}", key, known) for at, key in enumerate(keys)]
    return [
        FieldError(pointer, "unknown", "Das gibt es in diesem Handbuch nicht.", "The handbook has no such thing.")
        for pointer, key, known in named
        if key is not None and key not in known
    ]


def document_of(youth_office_id: UUID, code: str, number: int, content: HandbookContent) -> dict[str, Any]:
    """The whole text that is hashed: whose, which, and everything it says, as JSON."""
    return {
        "youth_office_id": str(youth_office_id),
        "handbook": code,
        "number": number,
        **content.model_dump(mode="json"),
    }


def content_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says, without whose it is."""
    return {name: document[name] for name in HandbookContent.model_fields}


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the document's canonical JSON (RFC 8785: its numbers are whole), in hexadecimal."""
    return hashlib.sha256(canonical.to_string(dict(document)).encode()).hexdigest()


def has_part(document: Mapping[str, Any], pointer: str) -> bool:
    """Whether a JSON Pointer (RFC 6901) names a part of what a document says."""
    part: Any = content_of(document)
    for token in pointer.split("/")[1:]:  # no name in a handbook's text needs escaping
        if isinstance(part, list) and token.isascii() and token.isdigit() and int(token) < len(part):
            part = part[int(token)]
        elif isinstance(part, dict) and token in part:
            part = part[token]
        else:
            return False
    return True
