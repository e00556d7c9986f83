"""A small load client: keep-alive connections over raw sockets, one request at a time on each, latencies noted."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Request = Callable[[], bytes]


@dataclass
class Round:
    """What a round saw."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    bad: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """A latency in milliseconds that this share of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


async def load(port: int, make: Request, *, connections: int, seconds: float) -> Round:
    """Ask as fast as the answers come, for some seconds."""
    result = Round()
    begun = time.perf_counter()
    end = begun + seconds
    await asyncio.gather(*(_ask(port, make, end, result) for _ in range(connections)))
    result.seconds = time.perf_counter() - begun
    return result


async def _ask(port: int, make: Request, end: float, result: Round) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < end:
        begun = time.perf_counter()
        writer.write(make())
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        body = b""
        if b"content-length:" in lower:
            body = await reader.readexactly(int(lower.split(b"content-length:")[1].split(b"\r\n")[0]))
        result.latencies.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 2") and len(result.bad) < 3:
            result.bad.append(head[:100] + body[:300])
    writer.close()
    await writer.wait_closed()


def get(path: str, token: str) -> bytes:
    """A GET request."""
    head = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n"
    return head.encode()


def post(path: str, token: str, key: str, body: bytes) -> bytes:
    """A POST request with an idempotency key."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
