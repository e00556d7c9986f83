"""A fresh piece of the world for each test: a youth office, its providers, an account for every role.

Tests share one database and never see each other: everything belongs to a youth office of its own.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx

from app.core import clock
from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.modules.identity import AccountCreate, AccountKind, create_account
from app.modules.organisations import create_organisation
from app.policy import SYSTEM, OrganisationKind, Role
from tests.api import Api

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Berlin


class Clock:
    """The time the service believes; it stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = MORNING
        clock.use(lambda: self.now)

    def set(self, instant: datetime) -> None:
        self.now = instant

    def travel(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Party:
    """An organisation and one account per role."""

    id: UUID
    kind: OrganisationKind
    name: str
    accounts: dict[Role, UUID] = field(default_factory=dict)


class World:
    """One youth office with its providers; `as_(role)` speaks as somebody of them."""

    def __init__(self, kernel: Kernel, http: httpx.Client, clock_: Clock, ticker: Ticker, land: str = "NW") -> None:
        self.kernel, self.http, self.clock, self.ticker = kernel, http, clock_, ticker
        self.youth_office = self.organisation(OrganisationKind.YOUTH_OFFICE, "Jugendamt", land)
        self.provider = self.organisation(OrganisationKind.PROVIDER, "Lindenhof", land)

    def organisation(self, kind: OrganisationKind, name: str, land: str = "NW") -> Party:
        """A new organisation with an account for every role of its side."""
        name = f"{name} {uuid4().hex[:12]}"
        with self.kernel.work.as_system() as db:
            made = create_organisation(db, kind, name, land, actor=SYSTEM, at=self.clock.now)
            party = Party(made.id, kind, name)
            for role in Role:
                if role.side is kind:
                    party.accounts[role] = self._account(db, party, role)
        return party

    def person(self, role: Role, party: Party | None = None) -> Api:
        """One more person in this role (four eyes need two)."""
        party = party or self._party(role)
        with self.kernel.work.as_system() as db:
            account_id = self._account(db, party, role)
        return self._api(account_id)

    def as_(self, role: Role | str, party: Party | None = None) -> Api:
        """Speak as the account of this role (of the first office or provider unless a party is given)."""
        role = Role(role)
        return self._api((party or self._party(role)).accounts[role])

    def stranger(self) -> Api:
        """Somebody without a token."""
        return Api(self.http, None)

    def tick(self) -> int:
        """One beat of the service's heart: due deadlines fire, events are published."""
        return self.ticker.beat()

    def token(self, account_id: UUID, scopes: frozenset[str] = frozenset()) -> str:
        """An access token of an account, issued now."""
        now = int(self.clock.now.timestamp())
        return self.kernel.tokens.issue(str(account_id), client_id=None, scopes=scopes, now=now)

    def _api(self, account_id: UUID) -> Api:
        return Api(self.http, lambda: self.token(account_id), account_id)

    def _party(self, role: Role) -> Party:
        return self.youth_office if role.side is OrganisationKind.YOUTH_OFFICE else self.provider

    def _account(self, db, party: Party, role: Role) -> UUID:  # type: ignore[no-untyped-def]
        kind = AccountKind.MACHINE if role.value.endswith("_sync") else AccountKind.PERSON
        body = AccountCreate(kind=kind, login=f"{role.value}-{uuid4().hex[:16]}", name=role.title_de, roles=[role])
        return create_account(db, body, actor=SYSTEM, at=self.clock.now, organisation_id=party.id).id
