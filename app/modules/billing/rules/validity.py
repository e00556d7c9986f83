"""Which terms hold on which day: the rate is that of the service date, never that of the invoice (SGB VIII § 78d)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from app.modules.agreements import BillingTerms


@dataclass(frozen=True, slots=True)
class DatedTerms:
    """The terms of one version of an agreement and the days on which they hold (both inclusive).

    `source` is how people quote the version, such as `QV-2026-0007, Fassung 2`; lines name it.
    """

    source: str
    terms: BillingTerms
    valid_from: date
    valid_to: date | None = None
    version_id: UUID | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the terms hold on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


TermsOn = Callable[[date], DatedTerms | None]
"""The terms that hold on a service date, or None."""


def dated(versions: Sequence[DatedTerms]) -> TermsOn:
    """Look up terms among versions that do not overlap.

    Raises:
        ValueError: two versions hold on the same day, or one ends before it begins.
    """
    ordered = sorted(versions, key=lambda version: version.valid_from)
    for version in ordered:
        if version.valid_to is not None and version.valid_to < version.valid_from:
            raise ValueError(f"{version.source} ends before it begins")
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise ValueError(f"{earlier.source} and {later.source} hold on the same day")

    def on(day: date) -> DatedTerms | None:
        for version in reversed(ordered):
            if version.valid_from <= day:
                return version if version.valid_to is None or day <= version.valid_to else None
        return None

    return on
