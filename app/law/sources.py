"""Norms as data: what a period, a line or a refusal cites."""

from dataclasses import dataclass
from enum import StrEnum


class Evidence(StrEnum):
    """How sure a number is."""

    STATUTE = "statute"  # the number stands in the norm
    DERIVED = "derived"  # the norm gives the duty, its usual reading the number
    LOCAL_POLICY = "local_policy"  # no number in the statute; the default of this service, to be agreed locally


@dataclass(frozen=True, slots=True)
class Source:
    """A citation: the statute's German short name, the place in it, and how the number follows from it."""

    statute: str
    place: str
    evidence: Evidence

    def __str__(self) -> str:
        return f"{self.place} {self.statute}"


def statute(name: str, place: str) -> Source:
    """A number that stands in the norm."""
    return Source(name, place, Evidence.STATUTE)


def derived(name: str, place: str) -> Source:
    """A number that practice reads out of the norm."""
    return Source(name, place, Evidence.DERIVED)


def local_policy(name: str, place: str) -> Source:
    """A default for a duty to which the norm gives no number."""
    return Source(name, place, Evidence.LOCAL_POLICY)
