"""A mail server, and letters that go there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.kernel import Kernel
from app.modules.alerts import Postman, employ
from tests.modules.alerts.mailserver import HOST, Postbox, mail_server

Send = Callable[[], None]


@pytest.fixture(scope="module")
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    with mail_server(box) as port:
        yield box, port


def postman(kernel: Kernel, port: int, **changes: Any) -> Postman:
    """Who hands letters to a server on this machine."""
    said = {"smtp_host": HOST, "smtp_port": port, "smtp_security": "none", "smtp_timeout_seconds": 5.0, **changes}
    return Postman(kernel.work, kernel.settings.model_copy(update=said))


@pytest.fixture
def mails(postbox: tuple[Postbox, int], kernel: Kernel, run_jobs: Send) -> Callable[[], Postbox]:
    """Work on the queue, and look into the post box."""

    def send() -> Postbox:
        employ(postman(kernel, postbox[1]))
        run_jobs()
        return postbox[0]

    return send
