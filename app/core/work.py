"""One request is one transaction, and this is the place that commits.

The answer is made before the commit and leaves after it, so that a failing commit can never look like success.
Each transaction starts by saying for whom it runs: the database role that is not the owner, and the organisation
that row-level security compares with.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from app.core.db import CONSTRAINT_TEXTS
from app.core.problems import Conflict, StaleVersion, Text, Unauthenticated, Unavailable
from app.core.tokens import Claims
from app.policy import Actor

API_ROLE = "handschlag_api"
SYSTEM_ROLE = "handschlag_system"
Resolve = Callable[[Session, Claims], Actor | None]
"""Finds the actor of a token and puts the transaction under its organisation, in one statement."""

_SYSTEM = text(f"SELECT set_config('role', '{SYSTEM_ROLE}', true)")
_PERSON = text(f"SELECT set_config('role', '{API_ROLE}', true)")
_OURS = "the service's own"
_ANYTHING = Text("Die Angaben widersprechen dem Bestand.", "The content contradicts stored data.")


@dataclass(frozen=True, slots=True)
class Work:
    """Opens transactions. `resolve` comes from the identity room: the ground floor looks nobody up."""

    sessions: sessionmaker[Session]
    resolve: Resolve

    @contextmanager
    def as_actor(self, claims: Claims) -> Iterator[tuple[Session, Actor]]:
        """A transaction of the token's owner; 401 when the account is gone or locked."""
        with self._transaction() as db:
            actor = self.resolve(db, claims)
            if actor is None:
                raise Unauthenticated("account")
            yield db, actor

    @contextmanager
    def on_behalf(self, account_id: UUID, at: datetime) -> Iterator[tuple[Session, Actor]]:
        """A transaction of a job that this account started, with the rights it has now; 401 when it is locked."""
        claims = Claims(str(account_id), "", None, frozenset(), "", 0, int(at.timestamp()))
        with self.as_actor(claims) as (db, actor):
            yield db, actor

    @contextmanager
    def as_system(self) -> Iterator[Session]:
        """A transaction of the service itself: worker, login, command line."""
        with self._transaction() as db:
            db.execute(_SYSTEM)
            db.info[_OURS] = True
            yield db

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        try:
            with self.sessions() as db:
                yield db
                db.commit()
        except StaleDataError:
            raise StaleVersion from None
        except IntegrityError as error:
            raise Conflict(reason=_meaning(error)) from error
        except (OperationalError, PoolTimeout) as error:
            raise Unavailable from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable from error
            raise


@contextmanager
def by_the_service(db: Session) -> Iterator[None]:
    """A step of the service itself inside a person's transaction: it touches rows the person may not see.

    Within a transaction, or a step, that is the service's own already, nothing changes. A step that fails leaves the
    role to the rollback that follows (to a savepoint, or of all).
    """
    if db.info.get(_OURS):
        yield
        return
    db.flush()
    db.execute(_SYSTEM)
    db.info[_OURS] = True
    try:
        yield
        db.flush()
    finally:
        db.info[_OURS] = False
    db.execute(_PERSON)


@contextmanager
def rehearsal(db: Session) -> Iterator[None]:
    """Everything done inside is judged by the database and then undone."""
    savepoint = db.begin_nested()
    yield
    savepoint.rollback()


def _meaning(error: IntegrityError) -> Text:
    """The sentence for the constraint that refused."""
    diagnostics = getattr(error.orig, "diag", None)
    return CONSTRAINT_TEXTS.get(getattr(diagnostics, "constraint_name", None) or "", _ANYTHING)
