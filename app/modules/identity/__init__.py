"""Identity: accounts, tokens, and who acts."""

from app.modules.identity.models import AccountKind
from app.modules.identity.queries import resolve
from app.modules.identity.schemas import AccountCreate
from app.modules.identity.service import create_account, set_secret

__all__ = ["AccountCreate", "AccountKind", "create_account", "resolve", "set_secret"]
