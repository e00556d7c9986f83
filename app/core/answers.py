"""What leaves the house: status, headers and bytes, made while the transaction is still open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from pydantic_core import to_json

from app.core.exports import CSV, XLSX, table_of
from app.core.pages import Page
from app.core.problems import NotAcceptable

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Negotiation:
    """What the client wants back, and what it sent."""

    path: str
    accept: str
    media_type: str
    if_none_match: str

    @classmethod
    def of(cls, request: Request) -> "Negotiation":
        """Read from the request's headers."""
        headers = request.headers
        return cls(
            path=request.url.path,
            accept=headers.get("accept", "*/*").lower(),
            media_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
            if_none_match=headers.get("if-none-match", ""),
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


def answer_of(result: Any, negotiation: Negotiation, status: int) -> Answer:
    """Turn what an endpoint returned into the answer."""
    if isinstance(result, Response):
        headers = {k: v for k, v in result.headers.items() if k not in ("content-length", "content-type")}
        return Answer(result.status_code, bytes(result.body), headers, result.media_type)
    if result is None:
        return Answer(204, b"", {}, None)
    if isinstance(result, Page):
        return _page(result, negotiation)
    _must_accept(negotiation.accept)
    headers = {}
    version = getattr(result, "version", None)
    if isinstance(version, int):
        headers["ETag"] = f'"{version}"'
        if negotiation.if_none_match.removeprefix("W/") == headers["ETag"]:
            return Answer(304, b"", headers, None)
    if status == 201 and (made := getattr(result, "id", None)) is not None:
        headers["Location"] = f"{negotiation.path}/{made}"
    return Answer(status, to_json(result), headers)


def _page(page: "Page[Any]", negotiation: Negotiation) -> Answer:
    """A list: JSON, or a table where the Accept header asks for one."""
    for media_type in (CSV, XLSX):
        if media_type in negotiation.accept:
            name = negotiation.path.rpartition("/")[2]
            body, filename = table_of(page.items, media_type, name)
            return Answer(200, body, {"Content-Disposition": f'attachment; filename="{filename}"'}, media_type)
    _must_accept(negotiation.accept)
    headers = {"Link": f'<{negotiation.path}?{page.next_query}>; rel="next"'} if page.next else {}
    return Answer(200, to_json(page), headers)


def _must_accept(accept: str) -> None:
    if not any(part in accept for part in ("*/*", "application/*", "json")):
        raise NotAcceptable
