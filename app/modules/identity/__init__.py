"""Identity: accounts, tokens, and who acts."""

from app.modules.identity.models import AccountKind
from app.modules.identity.queries import (
    count_people,
    find_colleague,
    find_login,
    get_account,
    has_login,
    identify,
    resolve,
)
from app.modules.identity.schemas import AccountCreate
from app.modules.identity.service import create_account, hash_secret, set_secret

__all__ = [
    "AccountCreate",
    "AccountKind",
    "count_people",
    "create_account",
    "find_colleague",
    "find_login",
    "get_account",
    "has_login",
    "hash_secret",
    "identify",
    "resolve",
    "set_secret",
]
