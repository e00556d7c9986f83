"""Identity: accounts, tokens, and who acts."""

from app.modules.identity.models import AccountKind
from app.modules.identity.queries import find_colleague, resolve
from app.modules.identity.schemas import AccountCreate
from app.modules.identity.service import create_account, set_secret

__all__ = ["AccountCreate", "AccountKind", "create_account", "find_colleague", "resolve", "set_secret"]
