"""Accounts, their secrets, and tokens for them."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version, found
from app.core.kernel import Kernel
from app.core.patching import apply
from app.core.problems import Invalid, NotFound
from app.modules.identity.errors import OwnAccount, TokenRefused, TokenRequestInvalid
from app.modules.identity.models import Account, AccountKind
from app.modules.identity.queries import find_login, get_account
from app.modules.identity.schemas import AccountCreate, AccountPatch, FirstAccountCreate, TokenOut
from app.policy import INCOMPATIBLE, Actor, OrganisationKind, Role, permissions_of

_hash = PasswordHash.recommended()
_NOBODY = _hash.hash(secrets.token_urlsafe())  # unknown logins cost the same time as known ones
_GRANTS = {"client_credentials": AccountKind.MACHINE, "password": AccountKind.PERSON}


def create_account(
    db: Session, body: AccountCreate, *, actor: Actor, at: datetime, organisation_id: UUID | None = None
) -> Account:
    """Open an account without a secret, in the own organisation (the system: in any).

    Raises:
        Invalid: a role of the other side.
        Conflict: the login is taken.
    """
    account = _new(body.kind, body.login, body.name, body.roles, organisation_id or actor.organisation_id, at)
    _check_roles(body.roles, _side_of(db, account.organisation_id))
    db.add(account)
    db.flush()
    _record(db, account, "account.create", actor, at)
    return account


def open_first_account(
    db: Session, organisation_id: UUID, body: FirstAccountCreate, *, actor: Actor, at: datetime
) -> tuple[Account, str]:
    """Open a provider's first account, its administrator, so that it can go on alone; returns it and its secret.

    Raises:
        NotFound: no such provider, or it has accounts already and looks after itself.
    """
    if _side_of(db, organisation_id) is not OrganisationKind.PROVIDER:
        raise NotFound
    if db.scalar(text("SELECT organisation_has_account(:id)"), {"id": organisation_id}):
        raise NotFound
    secret = secrets.token_urlsafe(32)
    account = _new(AccountKind.PERSON, body.login, body.name, [Role.PROVIDER_ADMIN], organisation_id, at)
    account.secret_hash = _hash.hash(secret)
    db.add(account)
    db.flush()
    _record(db, account, "account.create", actor, at)
    return account, secret


def _new(kind: AccountKind, login: str, name: str, roles: list[Role], organisation_id: UUID, at: datetime) -> Account:
    return Account(
        organisation_id=organisation_id,
        kind=kind,
        login=login,
        name=name,
        roles=[role.value for role in roles],
        tokens_from=at.replace(microsecond=0),
        created_at=at,
        changed_at=at,
    )


def change_account(
    db: Session, account_id: UUID, patch: AccountPatch, expected: int, *, actor: Actor, at: datetime
) -> Account:
    """Rename, change roles, lock or unlock; locking ends all tokens at once."""
    account = get_account(db, account_id, actor)
    check_version(account, expected)
    if account.id == actor.id and (patch.roles is not None or patch.is_active is False):
        raise OwnAccount
    given = patch.model_dump(exclude_unset=True)
    if patch.roles is not None:
        _check_roles(patch.roles, actor.organisation_kind)
        given["roles"] = [role.value for role in patch.roles]
    was_active = account.is_active
    if not apply(account, given):
        return account
    if account.is_active is not was_active:
        account.tokens_from = _from_next_second(at)  # unlocking brings no old token back
    account.changed_at = at
    db.flush()
    _record(db, account, "account.change", actor, at)
    return account


def hash_secret(secret: str) -> str:
    """The argon2id hash under which a secret is kept."""
    return _hash.hash(secret)


def set_secret(db: Session, account: Account, *, actor: Actor, at: datetime, secret: str | None = None) -> str:
    """Give an account a new secret (256 random bits unless given); tokens of the old one end. Shown once."""
    secret = secret or secrets.token_urlsafe(32)
    account.secret_hash = _hash.hash(secret)
    account.tokens_from, account.changed_at = _from_next_second(at), at
    db.flush()
    _record(db, account, "account.secret", actor, at)
    return secret


def issue_token(
    db: Session, kernel: Kernel, form: dict[str, str], *, at: datetime, used_basic: bool = False
) -> TokenOut:
    """An access token for a login and its secret (RFC 6749 § 4.3, § 4.4).

    Args:
        form: `grant_type`, `client_id`/`client_secret` or `username`/`password`, optional `scope`.

    Raises:
        TokenRequestInvalid: unsupported grant, or a scope beyond the account's permissions.
        TokenRefused: wrong login or secret, or a locked account; it does not say which.
    """
    kind = _GRANTS.get(form.get("grant_type", ""))
    if kind is None or (kind is AccountKind.PERSON and not kernel.settings.password_login):
        raise TokenRequestInvalid("unsupported_grant_type")
    login = form.get("client_id" if kind is AccountKind.MACHINE else "username", "")
    secret = form.get("client_secret" if kind is AccountKind.MACHINE else "password", "")
    kernel.logins.hit(login[:100].casefold())
    account = find_login(db, login)
    valid = _hash.verify(secret, account.secret_hash if account and account.secret_hash else _NOBODY)
    if not (valid and account and account.secret_hash and account.is_active and account.kind is kind):
        error = "invalid_client" if kind is AccountKind.MACHINE else "invalid_grant"
        raise TokenRefused(error, used_basic=used_basic)
    scopes = _scopes(account, form.get("scope", ""))
    issued_at = max(int(at.timestamp()), int(account.tokens_from.timestamp()))
    token = kernel.tokens.issue(str(account.id), client_id=account.login, scopes=scopes, now=issued_at)
    return TokenOut(access_token=token, expires_in=kernel.settings.token_seconds, scope=" ".join(sorted(scopes)))


def _scopes(account: Account, wanted: str) -> frozenset[str]:
    granted = {permission.value for permission in permissions_of(frozenset(Role(role) for role in account.roles))}
    asked = frozenset(wanted.split())
    if not asked <= granted:
        raise TokenRequestInvalid("invalid_scope", granted=sorted(granted))
    return asked


def _side_of(db: Session, organisation_id: UUID) -> OrganisationKind:
    kind = db.scalar(text("SELECT kind FROM organisation WHERE id = :id"), {"id": organisation_id})
    return OrganisationKind(found(kind))


def _from_next_second(at: datetime) -> datetime:
    """Tokens tell their time in whole seconds; none of the second of a change may outlive it."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def _check_roles(roles: list[Role], side: OrganisationKind | None) -> None:
    if len(set(roles)) < len(roles):
        raise Invalid.field("/roles", "duplicate", "Eine Rolle steht mehrfach da.", "A role is named twice.")
    if any(set(roles) >= pair for pair in INCOMPATIBLE):
        raise Invalid.field(
            "/roles",
            "four_eyes",
            "Diese Rollen dürfen nicht in einer Hand liegen (Vier-Augen-Prinzip).",
            "These roles must not lie in one hand (four eyes).",
        )
    if any(role.side is not side for role in roles):
        raise Invalid.field(
            "/roles", "wrong_side", "Diese Rolle gibt es in der Organisation nicht.", "No such role on this side."
        )


def _record(db: Session, account: Account, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=account.organisation_id if actor.is_system else actor.organisation_id,
        actor=actor,
        action=action,
        subject_kind="account",
        subject_id=account.id,
        at=at,
        details={"roles": list(account.roles), "is_active": account.is_active},
    )
