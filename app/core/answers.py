"""What leaves the house: status, headers and bytes, made while the transaction is still open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from pydantic_core import to_json

from app.core.exports import CSV, XLSX, table_of
from app.core.pages import Page, headings
from app.core.problems import NotAcceptable

JSON = "application/json"
_JSON_WORDS = ("*/*", "application/*", "json")


@dataclass(frozen=True, slots=True)
class Negotiation:
    """What the client wants back, and what it sent."""

    path: str
    accept: str
    media_type: str

    @property
    def wants_table(self) -> bool:
        """Whether a list is to be a file for a spreadsheet."""
        return CSV in self.accept or XLSX in self.accept

    @classmethod
    def of(cls, request: Request) -> "Negotiation":
        """Read from the request's headers."""
        headers = request.headers
        return cls(
            path=request.url.path,
            accept=headers.get("accept", "*/*").lower(),
            media_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer; a replayed one is the same with a mark."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = JSON

    def response(self) -> Response:
        """The answer as the framework sends it."""
        return Response(self.body, self.status, dict(self.headers), self.media_type)


def answer_of(result: Any, negotiation: Negotiation, status: int, declared: Any = None) -> Answer:
    """Turn what an endpoint returned, and declared to return, into the answer."""
    if isinstance(result, Response):
        headers = {k: v for k, v in result.headers.items() if k not in ("content-length", "content-type")}
        return Answer(result.status_code, bytes(result.body), headers, result.media_type)
    if result is None:
        return Answer(204, b"", {}, None)
    if isinstance(result, Page):
        return _page(result, negotiation, declared)
    _must_accept(negotiation.accept)
    headers = {}
    version = getattr(result, "version", None)
    if isinstance(version, int):
        headers["ETag"] = f'"{version}"'
    if status == 201 and (made := getattr(result, "id", None)) is not None:
        headers["Location"] = f"{negotiation.path}/{made}"
    return Answer(status, to_json(result), headers)


def _page(page: "Page[Any]", negotiation: Negotiation, declared: Any) -> Answer:
    """A list: JSON, or a table where the Accept header asks for one."""
    headers = page_headers(negotiation.path, page.next_query)
    for media_type in (CSV, XLSX):
        if media_type in negotiation.accept:
            name = negotiation.path.rpartition("/")[2]
            body, filename = table_of(page.items, media_type, name, headings(declared))
            headers["Content-Disposition"] = f'attachment; filename="{filename}"'
            return Answer(200, body, headers, media_type)
    _must_accept(negotiation.accept)
    return Answer(200, to_json(page), headers)


def page_headers(path: str, next_query: str) -> dict[str, str]:
    """Where the next page is, if there is one."""
    return {"Link": f'<{path}?{next_query}>; rel="next"'} if next_query else {}


def accepts_json(accept: str) -> bool:
    """Whether plain JSON answers an Accept header (in lower case), and no table is asked for."""
    return any(part in accept for part in _JSON_WORDS) and CSV not in accept and XLSX not in accept


def _must_accept(accept: str) -> None:
    if not any(part in accept for part in _JSON_WORDS):
        raise NotAcceptable
