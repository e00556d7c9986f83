"""Organisations as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Id, In, Instant, Out, Word
from app.policy import OrganisationKind

Land = Literal["BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"]
LeitwegId = Annotated[str, Field(pattern=r"^\d{2,12}(-[A-Za-z0-9]{1,30})?-\d{2}$", max_length=46)]


class OrganisationCreate(In):
    """A provider that joins."""

    name: Word = Field(title="Name", examples=["Lindenhof Jugendhilfe gGmbH"])
    land: Land = Field(title="Bundesland", examples=["NW"])


class OrganisationPatch(In):
    """What can change of the own organisation."""

    name: Word | None = Field(None, title="Name")
    leitweg_id: LeitwegId | None = Field(None, title="Leitweg-ID (nur Jugendamt)")


class OrganisationOut(Out):
    """An organisation."""

    id: Id
    kind: OrganisationKind = Field(title="Art")
    name: str = Field(title="Name", max_length=200)
    land: str = Field(title="Bundesland", max_length=2)
    official_key: str | None = Field(title="Amtlicher Gemeindeschlüssel", max_length=12)
    leitweg_id: str | None = Field(title="Leitweg-ID", max_length=46)
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)


class OrganisationQuery(PageQuery):
    """Filters of the register."""

    kind: OrganisationKind | None = None
    name: Annotated[str | None, Field(max_length=200, description="part of the name")] = None
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name"


class RegionCreate(In):
    """A planning region of the own youth office."""

    name: Word = Field(title="Name", examples=["Region Chiemgau"])


class RegionOut(Out):
    """A planning region."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    name: str = Field(title="Name", max_length=200)
    created_at: Instant = Field(title="Angelegt am")


class RegionQuery(PageQuery):
    """Filters of regions."""

    youth_office_id: Id | None = None
    sort: Literal["name", "-name"] = "name"
