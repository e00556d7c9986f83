"""Accounts and tokens as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.core.pages import PageQuery
from app.core.types import Flag, Id, In, Instant, Key, Out, Word
from app.modules.identity.models import AccountKind
from app.policy import OrganisationKind, Permission, Role

Roles = Annotated[list[Role], Field(min_length=1, max_length=10)]


class AccountCreate(In):
    """A new account of the own organisation."""

    kind: AccountKind = Field(title="Art")
    login: Key = Field(title="Anmeldung", examples=["lindenhof-software"])
    name: Word = Field(title="Name", examples=["Fallsoftware Lindenhof"])
    roles: Roles = Field(title="Rollen")


class FirstAccountCreate(In):
    """The first account of a provider that has none yet: its administrator."""

    login: Key = Field(title="Anmeldung", examples=["lindenhof-verwaltung"])
    name: Word = Field(title="Name", examples=["Verwaltung Lindenhof"])


class AccountPatch(In):
    """What can change of an account."""

    name: Word | None = Field(None, title="Name")
    roles: Roles | None = Field(None, title="Rollen")
    is_active: Flag | None = Field(None, title="aktiv")


class AccountOut(Out):
    """An account; its secret is never shown again."""

    id: Id
    organisation_id: Id = Field(title="Organisation")
    kind: AccountKind = Field(title="Art")
    login: str = Field(title="Anmeldung", max_length=100)
    name: str = Field(title="Name", max_length=200)
    roles: list[Role] = Field(title="Rollen", max_length=10)
    is_active: bool = Field(title="aktiv")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)


class SecretOut(Out):
    """A fresh secret, shown once."""

    login: str = Field(title="Anmeldung", max_length=100)
    secret: str = Field(title="Geheimnis (wird nur jetzt gezeigt)", max_length=100)


class AccountQuery(PageQuery):
    """Filters of the accounts of the own organisation."""

    kind: AccountKind | None = None
    is_active: bool | None = None
    sort: Literal["login", "-login", "created_at", "-created_at"] = "login"


class MeOut(Out):
    """Who I am here, and what I may do."""

    account_id: Id = Field(title="Zugang")
    organisation_id: Id = Field(title="Organisation")
    organisation_kind: OrganisationKind = Field(title="Art der Organisation")
    roles: list[Role] = Field(title="Rollen", max_length=20)
    permissions: list[Permission] = Field(title="Berechtigungen", max_length=100)


class TokenForm(BaseModel):
    """A token request as OAuth clients send it; what they send beyond it is ignored (RFC 6749 § 3.2)."""

    grant_type: str = Field(max_length=50, title="Art", examples=["client_credentials", "password"])
    client_id: str | None = Field(None, max_length=100, title="Programm")
    client_secret: str | None = Field(None, max_length=200, title="Geheimnis des Programms")
    username: str | None = Field(None, max_length=100, title="Anmeldung")
    password: str | None = Field(None, max_length=200, title="Kennwort")
    scope: str = Field("", max_length=4000, title="gewünschte Berechtigungen")


class TokenOut(Out):
    """An access token (RFC 6749 § 5.1)."""

    access_token: str = Field(max_length=8192)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the type's name, no secret
    expires_in: int = Field(ge=1, le=3600, title="Sekunden bis zum Ablauf")
    scope: str = Field(max_length=4000)
