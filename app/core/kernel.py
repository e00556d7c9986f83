"""What every request needs of the running process, gathered once at start."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.keyring import KeyRing
from app.core.ratelimit import Limiter
from app.core.sealing import Sealer
from app.core.storage import Storage
from app.core.tokens import Tokens
from app.core.work import Work
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Kernel:
    """Settings, transactions, tokens and limits of one process."""

    settings: Settings
    engine: Engine
    work: Work
    tokens: Tokens
    ring: KeyRing
    sealer: Sealer
    storage: Storage
    limiter: Limiter
    logins: Limiter
