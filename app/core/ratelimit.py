"""How much one account may ask per minute; told in `RateLimit` and `RateLimit-Policy`, refused with 429.

Counted per process: API processes hold no shared state. Several processes therefore allow a multiple; a stricter common
limit belongs into the reverse proxy. Why no library counts: docs/decisions/0014.
"""

import threading
import time
from dataclasses import dataclass
from math import ceil

from app.core.problems import TooManyRequests

MINUTE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of the allowance after this request."""

    policy: str
    limit: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """The two structured fields of the RateLimit draft."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w=60',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.seconds}',
        }


class Limiter:
    """Counts per key: this minute's requests, and of the last minute's the share that still lies in the window."""

    def __init__(self, policy: str, per_minute: int) -> None:
        self._policy, self._most = policy, per_minute
        self._minute = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._lock = threading.Lock()

    def hit(self, key: str, at: float | None = None) -> Rate:
        """Count one request at an instant (seconds; now unless given).

        Raises:
            TooManyRequests: the allowance is used up; the request does not count.
        """
        minute, second = divmod(time.time() if at is None else at, MINUTE)
        with self._lock:
            self._turn(int(minute))
            used = self._now.get(key, 0) + ceil(self._before.get(key, 0) * (MINUTE - second) / MINUTE)
            allowed = used < self._most
            if allowed:
                self._now[key] = self._now.get(key, 0) + 1
        left = max(0, self._most - used - 1)
        rate = Rate(self._policy, self._most, left, max(1, int(MINUTE - second)))
        if not allowed:
            raise TooManyRequests(headers={"Retry-After": str(rate.seconds), **rate.headers()})
        return rate

    def _turn(self, minute: int) -> None:
        """With a new minute the counts of the last one are kept, and older ones forgotten."""
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, minute
