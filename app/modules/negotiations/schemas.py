"""Points, proposals and comments as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.agreements import AgreementPatch
from app.modules.negotiations.models import PointState, ProposalState

Place = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^(/[A-Za-z0-9_-]{1,60}){1,5}$",
        examples=["/clauses/hilfeplanung", "/billing_terms/rate_cents"],
    ),
]


class PositionCreate(In):
    """What the own side says to a point."""

    text: Prose = Field(title="Position", examples=["Mit 69,80 Euro je Stunde sind die Fahrtkosten nicht gedeckt."])


class PointCreate(In):
    """Something still open, with the own position."""

    title: Word = Field(title="Streitpunkt", examples=["Höhe des Entgelts je Fachleistungsstunde"])
    place: Place | None = Field(None, title="Stelle im Text (JSON Pointer)")
    position: Prose | None = Field(None, title="eigene Position")


class SettlePoint(In):
    """The parties agree on it."""

    action: Literal["settle"]
    outcome: Prose = Field(title="Ergebnis")


class DropPoint(In):
    """Nobody insists on it any more."""

    action: Literal["drop"]


class ReopenPoint(In):
    """It is open again."""

    action: Literal["reopen"]


PointAction = Annotated[SettlePoint | DropPoint | ReopenPoint, Field(discriminator="action")]


class PositionOut(Out):
    """A party's position."""

    id: Id
    organisation_id: Id = Field(title="Vertragspartei")
    text: str = Field(title="Position", max_length=10_000)
    taken_at: Instant = Field(title="am")


class PointOut(Out):
    """An open point with the positions the caller may read, oldest first."""

    id: Id
    number: int = Field(title="Nummer", ge=1)
    title: str = Field(title="Streitpunkt", max_length=200)
    place: str | None = Field(title="Stelle im Text", max_length=200)
    raised_by: Id = Field(title="eingebracht von")
    state: PointState = Field(title="Stand")
    outcome: str | None = Field(title="Ergebnis", max_length=10_000)
    positions: list[PositionOut] = Field(title="Positionen", max_length=1000)
    created_at: Instant = Field(title="eingebracht am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class PointQuery(PageQuery):
    """Filters of points."""

    state: PointState | None = None
    sort: Literal["number", "-number"] = "number"


class ProposalCreate(In):
    """A change of the text (merge patch) for the party that holds the pen."""

    reason: Prose = Field(title="Begründung")
    patch: AgreementPatch = Field(title="Änderung des Textes (RFC 7396)")
    point_id: Id | None = Field(None, title="zum Streitpunkt")


class AcceptProposal(In):
    """The change becomes the next version of the text."""

    action: Literal["accept"]
    answer: Prose | None = Field(None, title="Antwort")


class RejectProposal(In):
    """The text stays as it is."""

    action: Literal["reject"]
    answer: Prose = Field(title="Begründung")


class WithdrawProposal(In):
    """Its author gives it up."""

    action: Literal["withdraw"]


ProposalAction = Annotated[AcceptProposal | RejectProposal | WithdrawProposal, Field(discriminator="action")]


class ProposalOut(Out):
    """A proposal and what became of it."""

    id: Id
    number: int = Field(title="Nummer", ge=1)
    organisation_id: Id = Field(title="von")
    answered_by: Id = Field(title="beantwortet durch")
    point_id: Id | None = Field(title="zum Streitpunkt")
    reason: str = Field(title="Begründung", max_length=10_000)
    patch: dict[str, Any] = Field(title="Änderung des Textes (RFC 7396)")
    text_number: int = Field(title="für Fassung", ge=1)
    state: ProposalState = Field(title="Stand")
    answer: str | None = Field(title="Antwort", max_length=10_000)
    created_at: Instant = Field(title="vorgeschlagen am")
    version: int = Field(title="Fassung des Eintrags", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class ProposalQuery(PageQuery):
    """Filters of proposals."""

    state: ProposalState | None = None
    sort: Literal["number", "-number"] = "number"


class CommentCreate(In):
    """A remark on the text."""

    text: Prose = Field(title="Anmerkung")
    place: Place | None = Field(None, title="Stelle im Text (JSON Pointer)")


class CommentOut(Out):
    """A remark on a version of the text."""

    id: Id
    organisation_id: Id = Field(title="von")
    account_id: Id = Field(title="Zugang")
    text_number: int = Field(title="zur Fassung", ge=1)
    place: str | None = Field(title="Stelle im Text", max_length=200)
    text: str = Field(title="Anmerkung", max_length=10_000)
    written_at: Instant = Field(title="am")


class CommentQuery(PageQuery):
    """Filters of comments."""

    text_number: Annotated[int | None, Field(ge=1, le=100_000)] = None
    sort: Literal["written_at", "-written_at"] = "written_at"
