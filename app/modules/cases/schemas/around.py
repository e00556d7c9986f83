"""Who and what stands beside a help: partners, and group offers that were considered."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.modules.cases.models import PartnerKind

FUNCTION = "Ansprechstelle: eine Funktion, kein Name"


class PartnerCreate(In):
    """A school, a day-care centre or another place that takes part in a help."""

    kind: PartnerKind = Field(title="Art")
    institution: Word = Field(title="Einrichtung", examples=["Grundschule am Park"])
    contact_function: Word | None = Field(None, title=FUNCTION, examples=["Klassenleitung 3b"])
    valid_from: Day = Field(title="ab", examples=["2026-03-02"])
    valid_to: Day | None = Field(None, title="bis einschließlich")

    @model_validator(mode="after")
    def _ordered(self) -> "PartnerCreate":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return self


class PartnerPatch(In):
    """Changes of a partner (RFC 7396): null removes a function or an end, the rest stays."""

    kind: PartnerKind | None = Field(None, title="Art")
    institution: Word | None = Field(None, title="Einrichtung")
    contact_function: Word | None = Field(None, title=FUNCTION)
    valid_from: Day | None = Field(None, title="ab")
    valid_to: Day | None = Field(None, title="bis einschließlich")


class PartnerOut(Out):
    """A partner of a help."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    kind: PartnerKind = Field(title="Art")
    institution: str = Field(title="Einrichtung", max_length=200)
    contact_function: str | None = Field(title=FUNCTION, max_length=200)
    valid_from: Day = Field(title="ab")
    valid_to: Day | None = Field(title="bis einschließlich")
    created_at: Instant = Field(title="angelegt am")
    version: int = Field(title="Fassung", ge=1)


class PartnerQuery(PageQuery):
    """Filters of the partners of a help."""

    kind: PartnerKind | None = None
    on: Annotated[Day | None, Field(description="partners on this day")] = None
    sort: Literal["valid_from", "-valid_from"] = "valid_from"


class GroupOfferCreate(In):
    """A group offer that was considered, and what was decided."""

    offer_id: Id | None = Field(None, title="Leistungsangebot (veröffentlicht für das Jugendamt)", examples=[None])
    title: Word | None = Field(None, title="Bezeichnung (sonst: die des Leistungsangebots)", examples=["Mädchengruppe"])
    is_chosen: Flag = Field(title="gewählt")
    reason: Prose = Field(title="Warum es besser oder weniger hilft als eine Einzelhilfe (keine Namen)")
    considered_on: Day = Field(title="erwogen am", examples=["2026-03-02"])


class GroupOfferOut(Out):
    """A group offer that was considered."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    offer_id: Id | None = Field(title="Leistungsangebot")
    title: str = Field(title="Bezeichnung", max_length=200)
    is_chosen: bool = Field(title="gewählt")
    reason: str = Field(title="Grund", max_length=10_000)
    considered_on: Day = Field(title="erwogen am")
    created_at: Instant = Field(title="festgehalten am")


class GroupOfferQuery(PageQuery):
    """Filters of the group offers considered for a help."""

    is_chosen: bool | None = None
    sort: Literal["considered_on", "-considered_on"] = "considered_on"
