"""Whatever a test is answered, the document must have announced: status and media type."""

import re
from functools import cache

import httpx

from tests.contract.operations import Operation, operations


def announced(response: httpx.Response) -> None:
    """Fail the test whose answer the document does not know; unknown paths and methods have no entry to look in."""
    method = "GET" if response.request.method == "HEAD" else response.request.method
    path = response.request.url.path
    known = [operation for operation, shape in _shapes(method, path.count("/")) if shape.fullmatch(path)]
    status = str(response.status_code)
    answers = [o.spec["responses"][status] for o in known if status in o.spec["responses"]]
    assert answers or not known, f"{known[0]}: {status} is not documented"
    if response.is_success and response.headers.get("content-type") and answers:
        media_type = response.headers["content-type"].partition(";")[0]
        assert any(media_type in answer.get("content", {}) for answer in answers), f"{known[0]}: {media_type}"


@cache
def _shapes(method: str, depth: int) -> list[tuple[Operation, re.Pattern[str]]]:
    return [
        (operation, re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(operation.path))))
        for operation in operations()
        if operation.method == method and operation.path.count("/") == depth
    ]
