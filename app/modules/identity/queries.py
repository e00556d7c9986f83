"""Reading accounts, and finding the actor of a token."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.tokens import Claims
from app.core.work import API_ROLE
from app.modules.identity.models import Account, AccountKind
from app.modules.identity.schemas import AccountQuery
from app.policy import Actor, OrganisationKind, Role, permissions_of

_RESOLVE = text(
    f"""
    SELECT account.organisation_id, organisation.kind, account.roles,
           set_config('handschlag.organisation', account.organisation_id::text, true),
           set_config('role', '{API_ROLE}', true)
      FROM account JOIN organisation ON organisation.id = account.organisation_id
     WHERE account.id = :id AND account.is_active AND account.tokens_from <= :issued_at
    """
)


_KNOWN = """
    SELECT account.id, account.tokens_from, account.organisation_id, organisation.kind, account.roles
      FROM account JOIN organisation ON organisation.id = account.organisation_id
     WHERE account.id = ANY(%s) AND account.is_active
"""


def resolve(db: Session, claims: Claims) -> Actor | None:
    """The actor of a verified token; puts the transaction under its organisation. None: unknown or locked.

    One statement per request, uncached, so that a locked account is out at once.
    """
    account_id = _account_id(claims)
    if account_id is None:
        return None
    issued_at = datetime.fromtimestamp(claims.issued_at, UTC)
    row = db.execute(_RESOLVE, {"id": account_id, "issued_at": issued_at}).one_or_none()
    return None if row is None else _actor(account_id, row.organisation_id, row.kind, row.roles, claims)


async def identify(db: AsyncConnection, tokens: Sequence[Claims]) -> dict[Claims, Actor]:
    """The actors of some verified tokens, those known and not locked; puts the transaction under nobody."""
    subjects = {claims: _account_id(claims) for claims in tokens}
    cursor = await db.execute(_KNOWN, ([account_id for account_id in subjects.values() if account_id],))
    rows = {row[0]: row[1:] for row in await cursor.fetchall()}
    actors = {}
    for claims, account_id in subjects.items():
        if account_id is not None and account_id in rows:
            tokens_from, organisation_id, kind, roles = rows[account_id]
            if tokens_from <= datetime.fromtimestamp(claims.issued_at, UTC):
                actors[claims] = _actor(account_id, organisation_id, kind, roles, claims)
    return actors


def _account_id(claims: Claims) -> UUID | None:
    try:
        return UUID(claims.subject)
    except ValueError:
        return None


def _actor(account_id: UUID, organisation_id: UUID, kind: str, words: Iterable[str], claims: Claims) -> Actor:
    roles = frozenset(Role(word) for word in words)
    return Actor(
        id=account_id,
        organisation_id=organisation_id,
        organisation_kind=OrganisationKind(kind),
        roles=roles,
        permissions=permissions_of(roles, claims.scopes),
    )


def get_account(db: Session, account_id: UUID, actor: Actor) -> Account:
    """An account of the own organisation; 404 for any other."""
    mine = select(Account).where(Account.id == account_id, Account.organisation_id == actor.organisation_id)
    return found(db.scalar(mine))


def find_login(db: Session, login: str) -> Account | None:
    """The account of a login name, whatever its organisation (system's transaction)."""
    return db.scalar(select(Account).where(func.lower(Account.login) == login.lower())) if login.isprintable() else None


def has_login(db: Session, login: str) -> bool:
    """Whether a login name is taken."""
    return find_login(db, login) is not None


def list_accounts(db: Session, query: AccountQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the own organisation's accounts."""
    rows = select(Account).where(Account.organisation_id == actor.organisation_id)
    if query.kind:
        rows = rows.where(Account.kind == query.kind)
    if query.is_active is not None:
        rows = rows.where(Account.is_active == query.is_active)
    sorts = {"login": Account.login, "created_at": Account.created_at}
    return paginate(db, rows, query, sorts, Account.id)


def find_colleague(db: Session, account_id: UUID, role: Role, actor: Actor) -> Account | None:
    """An active account of the actor's organisation that holds a role, or None."""
    wanted = select(Account).where(
        Account.id == account_id,
        Account.organisation_id == actor.organisation_id,
        Account.is_active,
        Account.roles.contains([role.value]),
    )
    return db.scalar(wanted)


def count_people(db: Session, organisation_id: UUID, roles: frozenset[Role]) -> int:
    """How many active people of an organisation hold one of these roles."""
    rows = select(func.count()).where(
        Account.organisation_id == organisation_id,
        Account.kind == AccountKind.PERSON,
        Account.is_active,
        Account.roles.overlap([role.value for role in roles]),
    )
    return db.scalar(rows) or 0
