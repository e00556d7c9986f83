"""A client for stories: speaks HTTP to the running server as one account, checks what it did not expect."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx


class Api:
    """One account's view of the API. Every call fails the test unless the status is the expected one."""

    def __init__(self, http: httpx.Client, token: Callable[[], str] | None, account_id: UUID | None = None) -> None:
        self.http, self._token, self.account_id = http, token, account_id

    def bearer(self) -> dict[str, str]:
        """The Authorization header, for requests that a test sends by itself."""
        return {} if self._token is None else {"Authorization": f"Bearer {self._token()}"}

    def request(self, method: str, path: str, *, status: int, **options: Any) -> httpx.Response:
        headers = {"Accept": "application/json", **options.pop("headers", {})}
        headers = {**self.bearer(), **headers}
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        response = self.http.request(method, path, headers=headers, **options)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text[:2000]}"
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json", response.text[:500]
        return response

    def get(self, path: str, *, status: int = 200, **options: Any) -> Any:
        return self.request("GET", path, status=status, **options).json()

    def post(self, path: str, body: Any = None, *, status: int = 201, **options: Any) -> Any:
        response = self.request("POST", path, status=status, json=body, **options)
        return response.json() if response.content else None

    def patch(self, path: str, body: Any, *, version: int, status: int = 200, **options: Any) -> Any:
        headers = {"If-Match": f'"{version}"', **options.pop("headers", {})}
        return self.request("PATCH", path, status=status, json=body, headers=headers, **options).json()

    def act(self, path: str, action: str, *, version: int | None = None, status: int = 200, **fields: Any) -> Any:
        """Take a step of a life cycle; reads the version first unless one is given."""
        if version is None:
            version = self.get(path)["version"]
        headers = {"If-Match": f'"{version}"'}
        return self.post(f"{path}/transitions", {"action": action, **fields}, status=status, headers=headers)
