"""When an office is open, who is on call and when nobody is, what a letter says, when it is tried again; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any, NamedTuple

from app.law.calendars import BERLIN, is_public_holiday, legal_date
from app.law.protection import Urgency

DEFAULT_WEEK: Mapping[str, list[list[str]]] = {str(day): [["08:00", "16:00"]] for day in range(1, 6)}
"""Until an organisation says otherwise."""
MOST_ATTEMPTS = 12
"""About two hours with the waits below; then the letter is laid aside for a human to see."""
_FIRST_WAIT, _LONGEST_WAIT = 15, 1800  # seconds
_DAY = timedelta(days=1)


class Span(NamedTuple):
    """From an instant to another, the end not included."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """An organisation's hours, in clock times of Berlin, and the Land whose holidays count."""

    week: Mapping[str, Any]
    closed_on: frozenset[date]
    land: str

    def on(self, day: date) -> list[Span]:
        """When it is open on a day, as instants: a day of 23 or 25 hours keeps its clock times."""
        if day in self.closed_on or is_public_holiday(day, self.land):
            return []
        return [Span(_instant(day, opens), _instant(day, closes)) for opens, closes in self.week.get(_weekday(day), [])]

    def closes_at(self, instant: datetime) -> datetime | None:
        """When the office closes that is open at an instant; None: it is closed."""
        spans = self.on(legal_date(instant))
        return next((span.ends_at for span in spans if span.starts_at <= instant < span.ends_at), None)

    def is_open(self, instant: datetime) -> bool:
        """Whether somebody is in the office."""
        return self.closes_at(instant) is not None


def _weekday(day: date) -> str:
    return str(day.isoweekday())


def _instant(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), BERLIN).astimezone(UTC)


def gaps(hours: Hours, shifts: Iterable[Span], span: Span) -> list[Span]:
    """The times within a span when the office is closed and nobody is on call, in order."""
    covered = [Span(*shift) for shift in shifts]
    day, last = legal_date(span.starts_at), legal_date(span.ends_at)
    while day <= last:
        covered += hours.on(day)
        day += _DAY
    return _left_over(sorted(covered), span)


def _left_over(covered: Sequence[Span], span: Span) -> list[Span]:
    found, until = [], span.starts_at
    for one in covered:
        if one.starts_at > until:
            found.append(Span(until, min(one.starts_at, span.ends_at)))
        until = max(until, one.ends_at)
        if until >= span.ends_at:
            break
    if until < span.ends_at:
        found.append(Span(until, span.ends_at))
    return [one for one in found if one.starts_at < one.ends_at]


def wait_seconds(attempts: int) -> int:
    """How long until the next attempt: doubling, at most half an hour."""
    return int(min(_FIRST_WAIT << min(max(attempts, 1) - 1, 12), _LONGEST_WAIT))


def letter(*, sender: str, to: str, number: str, urgency: Urgency, link: str, mail_id: str) -> EmailMessage:
    """A call by e-mail: number, urgency, link. Whoever reads it over a shoulder learns nothing of a child.

    Law: § 65 SGB VIII, § 35 SGB I (an unencrypted letter holds no personal data).
    """
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"] = f"Handschlag: {number} – {urgency.title_de}"
    message["Message-ID"] = f"<{mail_id}@handschlag.invalid>"  # the same for every attempt: a doubled one is known
    message["Auto-Submitted"] = "auto-generated"
    if urgency in (Urgency.IMMEDIATE, Urgency.SAME_DAY):
        message["Importance"] = "high"
    message.set_content(f"Vorgang: {number}\nDringlichkeit: {urgency.title_de}\nAnsehen: {link}\n")
    return message
