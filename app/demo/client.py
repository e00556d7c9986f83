"""The demonstration's side of the wire: people and programs that speak HTTP, and a receiver of webhooks."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from uuid import uuid4

import httpx
from rich.console import Console
from standardwebhooks import Webhook, WebhookVerificationError

from app.demo.people import PASSWORD, login
from app.policy import Role


class DemoFailed(Exception):
    """The server answered something the story did not expect."""


class Person:
    """Somebody with a login; every call says in one line what happened."""

    def __init__(self, http: httpx.Client, console: Console, organisation: str, role: Role, suffix: str = "") -> None:
        self.http, self.console, self.name = http, console, login(organisation, role) + suffix
        machine = role in (Role.OFFICE_SYNC, Role.PROVIDER_SYNC)
        names = ("client_id", "client_secret") if machine else ("username", "password")
        form = {"grant_type": "client_credentials" if machine else "password"}
        form |= {names[0]: self.name, names[1]: PASSWORD}
        answer = http.post("/v1/oauth/token", data=form)
        if answer.status_code != 200:
            raise DemoFailed(f"login {self.name}: {answer.status_code} {answer.text}")
        self.token = answer.json()["access_token"]

    def call(self, method: str, path: str, *, expect: tuple[int, ...] = (200, 201), **options: Any) -> httpx.Response:
        """One request; tells it, and stops the story when the answer is not as expected."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        answer = self.http.request(method, path, headers=headers, **options)
        colour = "green" if answer.status_code < 400 else "yellow"
        self.console.print(
            f"   [dim]{self.name}[/] {method} {path} → [{colour}]{answer.status_code}[/]", highlight=False
        )
        if answer.status_code not in expect:
            raise DemoFailed(f"{method} {path}: {answer.status_code} {answer.text[:2000]}")
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """Read."""
        return self.call("GET", path, **options).json()

    def post(self, path: str, body: Any, **options: Any) -> Any:
        """Create or act."""
        return self.call("POST", path, json=body, **options).json()

    def act(self, path: str, action: str, **fields: Any) -> Any:
        """Take a step of a life cycle, on the version just read."""
        version = self.get(path)["version"]
        headers = {"If-Match": f'"{version}"'}
        return self.post(f"{path}/transitions", {"action": action, **fields}, headers=headers)

    def account_id(self) -> str:
        """The id of this login's account."""
        return str(self.get("/v1/me")["account_id"])


class Receiver:
    """A webhook receiver on this machine that keeps what is signed rightly."""

    def __init__(self) -> None:
        self.secret = ""
        self.events: list[dict[str, Any]] = []
        self.refused = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name the library calls
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(receiver.take(body, dict(self.headers)))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/handschlag"

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Verify the signature with the receiver's own library; 204, or 401 for a forged one."""
        try:
            Webhook(self.secret).verify(body, {name.lower(): value for name, value in headers.items()})
        except WebhookVerificationError:
            self.refused += 1
            return 401
        self.events.append(json.loads(body))
        return 204

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
