"""A fresh piece of the world for each test: a youth office, its providers, an account for every role.

Tests share one database and never see each other: everything belongs to a youth office of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import httpx

from app.core import clock, deadlines
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


class Accounts(dict[Role, UUID]):
    """One account per role, made when somebody first speaks in that role."""

    def __init__(self, make: Callable[[Role], UUID]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, role: Role) -> UUID:
        self[role] = self._make(role)
        return self[role]


@dataclass
class Party:
    """An organisation and its accounts."""

    id: UUID
    kind: OrganisationKind
    name: str
    accounts: Accounts


class World:
    """One youth office with its providers; `as_(role)` speaks as somebody of them."""

    made: ClassVar[list[UUID]] = []
    """Every organisation of this process, in the order in which they were made."""

    def __init__(self, kernel: Kernel, http: httpx.Client, clock_: Clock, ticker: Ticker, land: str = "NW") -> None:
        self.kernel, self.http, self.clock, self.ticker = kernel, http, clock_, ticker
        self._tokens: dict[tuple[UUID, frozenset[str], int], str] = {}
        self.youth_office = self.organisation(OrganisationKind.YOUTH_OFFICE, "Jugendamt", land)
        self.provider = self.organisation(OrganisationKind.PROVIDER, "Lindenhof", land)

    def organisation(self, kind: OrganisationKind, name: str, land: str = "NW") -> Party:
        """A new organisation."""
        name = f"{name} {uuid4().hex[:12]}"
        with self.kernel.work.as_system() as db:
            made = create_organisation(db, kind, name, land, actor=SYSTEM, at=self.clock.now)
        World.made.append(made.id)
        return self.party(made.id, kind, name)

    def party(self, organisation_id: UUID, kind: OrganisationKind, name: str = "") -> Party:
        """An organisation that exists, with accounts of its own for this test."""
        return Party(organisation_id, kind, name, Accounts(lambda role: self._account(organisation_id, role)))

    def staff(self) -> None:
        """Everybody is there from the start: who is called or counted must not depend on who spoke first."""
        for role in Role:
            self.as_(role)

    def person(self, role: Role, party: Party | None = None) -> Api:
        """One more person in this role (four eyes need two)."""
        return self._api(self._account((party or self._party(role)).id, role))

    def as_(self, role: Role | str, party: Party | None = None) -> Api:
        """Speak as the account of this role (of the first office or provider unless a party is given)."""
        role = Role(role)
        return self._api((party or self._party(role)).accounts[role])

    def stranger(self) -> Api:
        """Somebody without a token."""
        return Api(self.http, None)

    def tick(self) -> int:
        """Beats of the service's heart until all that is due has fired and is published."""
        done = beat = self.ticker.beat()
        while beat >= deadlines.MOST:  # what other tests of this database left may fill the first
            beat = self.ticker.beat()
            done += beat
        return done

    def token(self, account_id: UUID, scopes: frozenset[str] = frozenset()) -> str:
        """An access token of an account, issued now; the same for the same second, as a client would keep it."""
        now = int(self.clock.now.timestamp())
        known = (account_id, scopes, now)
        if known not in self._tokens:
            self._tokens[known] = self.kernel.tokens.issue(str(account_id), client_id=None, scopes=scopes, now=now)
        return self._tokens[known]

    def _api(self, account_id: UUID) -> Api:
        return Api(self.http, lambda: self.token(account_id), account_id)

    def _party(self, role: Role) -> Party:
        return self.youth_office if role.side is OrganisationKind.YOUTH_OFFICE else self.provider

    def _account(self, organisation_id: UUID, role: Role) -> UUID:
        kind = AccountKind.MACHINE if role.value.endswith("_sync") else AccountKind.PERSON
        body = AccountCreate(kind=kind, login=f"{role.value}-{uuid4().hex[:16]}", name=role.title_de, roles=[role])
        with self.kernel.work.as_system() as db:
            return create_account(db, body, actor=SYSTEM, at=self.clock.now, organisation_id=organisation_id).id
