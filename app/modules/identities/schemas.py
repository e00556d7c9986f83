"""Persons of a help as the API shows and takes them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.core.pages import PageQuery
from app.core.types import WHOLE, Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.validation import FieldValueError
from app.modules.cases import Pseudonym
from app.modules.identities.models import DisclosurePurpose, PersonRole
from app.policy import Role

PersonPseudonym = Annotated[
    Pseudonym, Field(title="Pseudonym der Person", description="such as `Kind K-2`", examples=["Kind K-2"])
]
Year = Annotated[int, Field(ge=1900, le=2100), WHOLE]


class Identity(In):
    """Who a person is. It is sealed as it comes in, and leaves by a disclosure only."""

    first_name: Word | None = Field(None, title="Vorname")
    last_name: Word | None = Field(None, title="Nachname")
    birth_date: Day | None = Field(None, title="Geburtsdatum")
    address: Word | None = Field(None, title="Anschrift")
    phone: Word | None = Field(None, title="Telefon")
    email: Word | None = Field(None, title="E-Mail")
    aktenzeichen: Word | None = Field(None, title="Aktenzeichen")
    is_address_protected: Flag | None = Field(None, title="Anschrift ist geschützt (Auskunftssperre, Schutzstelle)")


class PersonCreate(In):
    """A person of a help."""

    role: PersonRole = Field(title="Rolle in der Hilfe")
    pseudonym: PersonPseudonym
    birth_year: Year | None = Field(None, title="Geburtsjahr")
    identity: Identity | None = Field(None, title="Wer die Person ist (wird verschlüsselt)", examples=[None])

    @model_validator(mode="after")
    def _same_year(self) -> "PersonCreate":
        _agree(self.birth_year, self.identity.birth_date if self.identity else None)
        return self


class PersonPatch(In):
    """Changes of a person (RFC 7396): null removes an entry of the identity, the rest stays."""

    role: PersonRole | None = Field(None, title="Rolle in der Hilfe")
    pseudonym: PersonPseudonym | None = Field(None, title="Pseudonym der Person")
    birth_year: Year | None = Field(None, title="Geburtsjahr")
    identity: Identity | None = Field(None, title="Wer die Person ist (wird verschlüsselt)")


class PersonOut(Out):
    """A person of a help, by pseudonym."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    role: PersonRole = Field(title="Rolle in der Hilfe")
    pseudonym: str = Field(title="Pseudonym der Person", max_length=40)
    birth_year: int | None = Field(title="Geburtsjahr")
    has_identity: bool = Field(title="wer die Person ist, ist hinterlegt")
    created_at: Instant = Field(title="angelegt am")
    version: int = Field(title="Fassung", ge=1)


class PersonQuery(PageQuery):
    """Filters of the persons of a help."""

    role: PersonRole | None = None
    sort: Literal["created_at", "-created_at", "pseudonym", "-pseudonym"] = "created_at"


class DisclosureCreate(In):
    """What a name is to be read for."""

    purpose: DisclosurePurpose = Field(title="Zweck")
    reason: Prose | None = Field(
        None, title="Begründung (keine Namen)", examples=["Anhörung am 12.5., Ladung der Eltern"]
    )


class IdentityOut(Out):
    """Who a person is, as far as the reader may know."""

    first_name: str | None = Field(None, title="Vorname", max_length=200)
    last_name: str | None = Field(None, title="Nachname", max_length=200)
    birth_date: Day | None = Field(None, title="Geburtsdatum")
    address: str | None = Field(None, title="Anschrift", max_length=200)
    phone: str | None = Field(None, title="Telefon", max_length=200)
    email: str | None = Field(None, title="E-Mail", max_length=200)
    aktenzeichen: str | None = Field(None, title="Aktenzeichen", max_length=200)


class DisclosedOut(Out):
    """What was disclosed, to be shown and not to be kept."""

    person_id: Id = Field(title="Person")
    pseudonym: str = Field(title="Pseudonym der Person", max_length=40)
    purpose: DisclosurePurpose = Field(title="Zweck")
    is_address_protected: bool = Field(title="Anschrift ist geschützt")
    is_break_glass: bool = Field(title="Notfallzugriff: Datenschutz ist unterrichtet")
    withheld: list[Annotated[str, Field(max_length=40)]] = Field(title="nicht gezeigt", max_length=10)
    identity: IdentityOut = Field(title="Wer die Person ist")


class DisclosureOut(Out):
    """One reading of who a person is; never what was read."""

    id: Id
    at: Instant = Field(title="wann")
    person_id: Id = Field(title="Person")
    account_id: Id = Field(title="wer")
    organisation_id: Id = Field(title="für welche Organisation")
    role: Role = Field(title="in welcher Funktion")
    purpose: DisclosurePurpose = Field(title="Zweck")
    reason: str | None = Field(title="Begründung", max_length=10_000)
    fields: list[Annotated[str, Field(max_length=40)]] = Field(title="welche Angaben", max_length=10)
    is_break_glass: bool = Field(title="Notfallzugriff")


class DisclosureQuery(PageQuery):
    """Filters of the readings."""

    person_id: Id | None = None
    purpose: DisclosurePurpose | None = None
    is_break_glass: bool | None = None
    sort: Literal["at", "-at"] = "-at"


def _agree(year: int | None, born: date | None) -> None:
    if year is not None and born is not None and born.year != year:
        raise FieldValueError(
            "Geburtsjahr und Geburtsdatum widersprechen sich.", "Year and date of birth contradict each other."
        )
