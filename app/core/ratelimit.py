"""How much one account may ask per minute; told in `RateLimit` and `RateLimit-Policy`, refused with 429.

Counted per process by the library `limits` (sliding window): API processes hold no shared state. Several processes
therefore allow a multiple; a stricter common limit belongs into the reverse proxy.
"""

import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.core.problems import TooManyRequests


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
    """Counts per key and minute."""

    def __init__(self, policy: str, per_minute: int) -> None:
        self._policy = policy
        self._item = RateLimitItemPerMinute(per_minute)
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit(self, key: str) -> Rate:
        """Count one request; `TooManyRequests` when the allowance is used up."""
        allowed = self._window.hit(self._item, key)
        stats = self._window.get_window_stats(self._item, key)
        rate = Rate(
            self._policy, self._item.amount, max(0, stats.remaining), max(1, int(stats.reset_time - time.time()))
        )
        if not allowed:
            raise TooManyRequests(headers={"Retry-After": str(rate.seconds), **rate.headers()})
        return rate
