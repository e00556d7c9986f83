"""Worklists and calendar feeds as the API shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.pages import Page, PageQuery
from app.core.types import Id, Instant, Out


class WorkItem(Out):
    """Something that waits; what it is about is behind its path."""

    kind: str = Field(title="Art", max_length=60)
    title: str = Field(title="was zu tun ist", max_length=200)
    id: Id
    number: str = Field(title="Nummer", max_length=40)
    path: str = Field(title="wo es zu lesen ist", max_length=200)
    help_id: Id | None = Field(title="Hilfe")
    due_at: Instant = Field(title="fällig")
    is_overdue: bool = Field(title="überfällig")
    waiting_for: Literal["me", "them"] = Field(title="wer am Zug ist (me: wer fragt)")


class WorkCount(Out):
    """How much of one kind waits."""

    kind: str = Field(title="Art", max_length=60)
    title: str = Field(title="was zu tun ist", max_length=200)
    for_me: int = Field(title="wartet auf mich", ge=0)
    for_me_overdue: int = Field(title="davon überfällig", ge=0)
    for_them: int = Field(title="wartet auf andere", ge=0)
    for_them_overdue: int = Field(title="davon überfällig", ge=0)


class Worklist(Page[WorkItem]):
    """A page of what waits, and how much of each kind there is."""

    counts: list[WorkCount] = Field(title="Anzahl je Art, über alle Seiten und Filter nach Art und Fälligkeit hinweg")


class WorkQuery(PageQuery):
    """Filters of a worklist."""

    kind: Annotated[str | None, Field(max_length=60, pattern="^[a-z_]+$")] = None
    waiting_for: Literal["me", "them"] | None = None
    overdue: bool | None = None
    due_before: Annotated[Instant | None, Field(description="due at or before")] = None
    help_id: Id | None = None
    scope: Annotated[
        Literal["mine", "side"],
        Field(description="`mine`: to a caseworker the helps it leads; `side`: the whole office's"),
    ] = "mine"
    sort: Literal["due_at", "-due_at"] = "due_at"


class CalendarFeedOut(Out):
    """A calendar feed; its address was shown once."""

    id: Id
    created_at: Instant = Field(title="angelegt am")
    version: int = Field(title="Fassung", ge=1)


class CalendarFeedSecretOut(CalendarFeedOut):
    """A calendar feed with its address, shown only now."""

    url: str = Field(title="Adresse für den Kalender (geheim halten)", max_length=500)


class CalendarQuery(BaseModel):
    """The secret of a calendar feed."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$", description="the secret")]
