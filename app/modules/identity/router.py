"""`/v1/oauth/token`, `/v1/me`, `/v1/accounts`, and the public keys."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import Form, Header, Query

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs, public
from app.core.pages import Page, page_of
from app.core.problems import NotFound
from app.core.types import Id
from app.modules.identity import queries, service
from app.modules.identity.schemas import (
    AccountCreate,
    AccountOut,
    AccountPatch,
    AccountQuery,
    FirstAccountCreate,
    MeOut,
    SecretOut,
    TokenForm,
    TokenOut,
)
from app.policy import Permission

router = Router(tags=["identity"])
well_known = Router(root="", tags=["service"])


@router.post("/oauth/token", summary="Zugangstoken holen")
@public
def fetch_token(
    form: Annotated[TokenForm, Form()],
    db: Db,
    kernel: Process,
    now: Now,
    authorization: Annotated[str | None, Header(max_length=1000)] = None,
) -> TokenOut:
    """Machine clients: `grant_type=client_credentials` with id and secret (form, or HTTP Basic), RFC 6749 § 4.4.

    People with a local account: `grant_type=password`. `scope` narrows the token to some of the account's
    permissions; without it the token can do all the account may.
    """
    known = form.model_dump(exclude_none=True)
    basic = _basic(authorization)
    return service.issue_token(db, kernel, {**known, **basic}, at=now, used_basic=bool(basic))


def _basic(authorization: str | None) -> dict[str, str]:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret} if name else {}


@router.get("/me", summary="Wer bin ich")
@needs(Permission.ORGANISATIONS_READ)
def get_me(actor: CurrentActor) -> MeOut:
    """The account behind the token, its organisation, roles and permissions."""
    if actor.organisation_kind is None:
        raise NotFound  # the system has no account
    return MeOut(
        account_id=actor.id,
        organisation_id=actor.organisation_id,
        organisation_kind=actor.organisation_kind,
        roles=sorted(actor.roles),
        permissions=sorted(actor.permissions),
    )


@router.get("/accounts", summary="Zugänge der eigenen Organisation")
@needs(Permission.ACCOUNTS_READ)
def list_accounts(query: Annotated[AccountQuery, Query()], db: Db, actor: CurrentActor) -> Page[AccountOut]:
    """People and programs that act for the own organisation."""
    rows, following, total = queries.list_accounts(db, query, actor)
    return page_of([AccountOut.model_validate(row) for row in rows], following, total, query)


@router.get("/accounts/{account_id}", summary="Zugang lesen")
@needs(Permission.ACCOUNTS_READ)
def get_account(account_id: Id, db: Db, actor: CurrentActor) -> AccountOut:
    """One account of the own organisation."""
    return AccountOut.model_validate(queries.get_account(db, account_id, actor))


@router.post("/accounts", status_code=201, summary="Zugang anlegen")
@needs(Permission.ACCOUNTS_MANAGE)
def create_account(body: AccountCreate, db: Db, actor: CurrentActor, now: Now) -> AccountOut:
    """Open an account; it cannot log in until it has a secret."""
    return AccountOut.model_validate(service.create_account(db, body, actor=actor, at=now))


@router.patch("/accounts/{account_id}", summary="Zugang ändern")
@needs(Permission.ACCOUNTS_MANAGE)
def change_account(
    account_id: Id, body: AccountPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AccountOut:
    """Rename, change roles, lock (`is_active: false`): locking ends every token at once."""
    return AccountOut.model_validate(service.change_account(db, account_id, body, expected, actor=actor, at=now))


@router.post("/accounts/{account_id}/secret", summary="Neues Geheimnis ausstellen")
@needs(Permission.ACCOUNTS_MANAGE, keyed=False)
def set_secret(account_id: Id, db: Db, actor: CurrentActor, now: Now) -> SecretOut:
    """A fresh random secret, shown only now; tokens of the old one end. A retry simply makes another."""
    account = queries.get_account(db, account_id, actor)
    return SecretOut(login=account.login, secret=service.set_secret(db, account, actor=actor, at=now))


@router.post("/organisations/{organisation_id}/first-account", status_code=201, summary="Ersten Zugang eröffnen")
@needs(Permission.ORGANISATIONS_MANAGE, keyed=False)
def open_first_account(
    organisation_id: Id, body: FirstAccountCreate, db: Db, actor: CurrentActor, now: Now
) -> SecretOut:
    """A youth office opens the first account of a provider (its administrator); the secret is shown only now."""
    account, secret = service.open_first_account(db, organisation_id, body, actor=actor, at=now)
    return SecretOut(login=account.login, secret=secret)


@well_known.get("/.well-known/jwks.json", summary="Öffentliche Schlüssel")
@public
def get_keys(kernel: Process) -> dict[str, Any]:
    """The keys that verify this service's tokens (RFC 7517); more than one during a rotation."""
    return kernel.ring.jwks()
