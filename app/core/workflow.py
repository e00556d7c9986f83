"""The one machine behind everything that has a life cycle.

A room writes its table of rows; `fire` is the only function that moves a state: it finds the row, checks right and
guards, sets the state, and writes audit and event in the same breath. The tables are published as data
(`/v1/workflows`), so that no front end hard-codes them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Protocol
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Mapped, Session

from app.core import audit, outbox
from app.core.db import Versioned
from app.core.problems import GuardRefused, PermissionMissing, Text, TransitionNotAllowed
from app.core.types import CodeList, Out
from app.policy import Actor, OrganisationKind, Permission


class Stateful(Versioned):
    """A row with a life cycle; `changed_at` moves with every step, so that every step is a new version."""

    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Subject(Protocol):
    """What `fire` needs of a row."""

    id: Any
    state: Any
    version: Any
    changed_at: Any

    @property
    def audience(self) -> list[UUID]: ...  # who learns of its steps

    @property
    def tenant_id(self) -> UUID: ...  # whose audit chain it joins


@dataclass(frozen=True, slots=True)
class Move:
    """One attempt: who wants what, when, with which data."""

    action: str
    actor: Actor
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


Guard = Callable[[Any, Move], Text | None]
"""A pure condition of a step: a reason against it, or None."""
BOTH = frozenset(OrganisationKind)
Listener = Callable[[Session, Any, Move], None]
"""What another room does when something moved: the subject in its new state, and the step that led there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: this action leads from these states to that one.

    `needs=None`: only the system takes this step (time does). `side`: whose actors may take it. `who`: guards that
    look at the actor and what stands already, at nothing of the step itself; whoever they refuse is not offered it.
    """

    action: str
    title: str
    sources: frozenset[Any]
    target: CodeList
    needs: Permission | None
    side: frozenset[OrganisationKind] = BOTH
    guards: tuple[Guard, ...] = ()
    law: str = ""
    body: type[BaseModel] | None = None
    who: tuple[Guard, ...] = ()


class AllowedAction(Out):
    """A step the caller may take now."""

    action: str = Field(title="Aktion", max_length=60)
    title: str = Field(title="Bezeichnung", max_length=200)
    fields: list[Annotated[str, Field(max_length=60)]] = Field(
        title="Angaben, die dazu gehören (Pflichtangaben)", max_length=50
    )
    law: str = Field("", title="Rechtsgrundlage", max_length=200)


class Workflow:
    """A named transition table."""

    catalogue: ClassVar[dict[str, "Workflow"]] = {}

    def __init__(self, name: str, title: str, states: type[CodeList], initial: CodeList, rows: Sequence[Row]) -> None:
        self.name, self.title, self.states, self.initial, self.rows = name, title, states, initial, tuple(rows)
        self._listeners: list[Listener] = []
        seen: set[tuple[str, Any]] = set()
        for row in self.rows:
            for source in row.sources:
                if (row.action, source) in seen:
                    raise TypeError(f"{name}: {row.action} from {source} stands twice")
                seen.add((row.action, source))
        Workflow.catalogue[name] = self
        reached = [initial, *(row.target for row in self.rows)]
        outbox.TYPES.update({f"{name}.{state.value}": f"{title}: {state.title_de}" for state in reached})

    def begin(self, db: Session, subject: Any, *, actor: Actor, at: datetime, **details: Any) -> None:
        """Put a new row under the table: initial state, audit, event `<name>.<initial state>`."""
        self.begin_all(db, [subject], actor=actor, at=at, **details)

    def begin_all(self, db: Session, subjects: Sequence[Any], *, actor: Actor, at: datetime, **details: Any) -> None:
        """The same for many rows, in the statements of one."""
        for subject in subjects:
            subject.state = self.initial
            subject.created_at = subject.changed_at = at
        db.add_all(subjects)
        db.flush()
        for subject in subjects:
            self._tell(db, subject, Move("create", actor, at, details), ("", self.initial.value), law="")

    def check(self, subject: Subject, action: str, *, actor: Actor, at: datetime) -> None:
        """Refuse at once what `fire` would refuse whatever the step says, before its content is looked at.

        Raises:
            TransitionNotAllowed, PermissionMissing, GuardRefused: see `fire`.
        """
        self._permit(subject, Move(action, actor, at), lambda row: row.who)

    def fire(self, db: Session, subject: Subject, action: str, *, actor: Actor, at: datetime, **data: Any) -> None:
        """Move a row one step.

        Raises:
            TransitionNotAllowed: no such row for the present state; tells which actions there are.
            PermissionMissing: the actor's role or side does not take this step.
            GuardRefused: with every reason.
        """
        move = Move(action, actor, at, data)
        row = self._permit(subject, move, lambda row: row.who + row.guards)
        before = subject.state
        subject.state = row.target
        subject.changed_at = at
        db.flush()
        self._tell(db, subject, move, (before.value, row.target.value), law=row.law)

    def listen(self, listener: Listener) -> None:
        """Call this after each step, in its transaction: how a room above follows one below (`app/wiring.py`)."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def allowed(self, subject: Subject, actor: Actor) -> list[AllowedAction]:
        """The steps this actor may try now; the guards that look at what a step says speak when it is tried."""
        return [
            AllowedAction(action=row.action, title=row.title, fields=required_fields(row.body), law=row.law)
            for row in self.rows
            if subject.state in row.sources
            and row.needs is not None
            and self._may(row, actor)
            and not any(guard(subject, Move(row.action, actor, subject.changed_at)) for guard in row.who)
        ]

    def _permit(self, subject: Subject, move: Move, guards: Callable[[Row], tuple[Guard, ...]]) -> Row:
        row = self._row(subject, move.action, move.actor)
        if row.needs is None and not move.actor.is_system:
            raise PermissionMissing(permission=f"{self.name}:system")
        if row.needs is not None and not self._may(row, move.actor):
            raise PermissionMissing(permission=row.needs.value)
        reasons = [reason for guard in guards(row) if (reason := guard(subject, move))]
        if reasons:
            raise GuardRefused(reasons=reasons)
        return row

    def _row(self, subject: Subject, action: str, actor: Actor) -> Row:
        for row in self.rows:
            if row.action == action and subject.state in row.sources:
                return row
        allowed = [] if actor.is_system else [item.action for item in self.allowed(subject, actor)]
        raise TransitionNotAllowed(state=subject.state.value, state_title=subject.state.title_de, allowed=allowed)

    def _may(self, row: Row, actor: Actor) -> bool:
        if actor.is_system:
            return True
        return row.needs is not None and actor.may(row.needs) and actor.organisation_kind in row.side

    def _tell(self, db: Session, subject: Subject, move: Move, states: tuple[str, str], law: str) -> None:
        audit.record(
            db,
            tenant_id=subject.tenant_id,
            actor=move.actor,
            action=f"{self.name}.{move.action}",
            subject_kind=self.name,
            subject_id=subject.id,
            at=move.at,
            states=states,
            law=law,
            details={**move.data, "version": subject.version},
        )
        outbox.emit(
            db,
            f"{self.name}.{states[1]}",
            tenant_id=subject.tenant_id,
            subject_kind=self.name,
            subject_id=subject.id,
            audience=subject.audience,
            actor=move.actor,
            at=move.at,
            action=move.action,
            states=states,
            data={"version": subject.version},
        )
        for listener in self._listeners:
            listener(db, subject, move)


def required_fields(body: type[BaseModel] | None) -> list[str]:
    """The members an action's body must have, besides `action` itself."""
    if body is None:
        return []
    return [name for name, info in body.model_fields.items() if info.is_required() and name != "action"]
