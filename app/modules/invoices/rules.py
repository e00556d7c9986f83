"""What invoices reckon with (months, what is granted), and the guards of their life cycle; pure."""

import hashlib
import json
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.problems import Text
from app.core.workflow import Move
from app.modules.billing import Arrangement, Granted, Line
from app.modules.cases import Help, HelpGrant
from app.modules.invoices.models import Invoice, InvoiceLine, Severity

MONTHS_OF_YEAR, HUNDRED = 12, 100
HISTORY_MONTHS = 2
"""So many months before an invoice's own count for its check: a quarter together."""


def digest_of(lines: Iterable[Line | InvoiceLine]) -> str:
    """A SHA-256 of what some lines charge and why: the same records under the same terms always have the same."""
    made = hashlib.sha256()
    for line in lines:
        steps = [step if isinstance(step, dict) else asdict(step) for step in line.steps]
        told = {name: getattr(line, name) for name in Line.__slots__} | {"steps": steps}
        made.update(json.dumps(told, sort_keys=True, default=_plain).encode())
    return made.hexdigest()


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def arrangements_of(helps: Mapping[UUID, Help], grants: Mapping[UUID, Sequence[HelpGrant]]) -> dict[UUID, Arrangement]:
    """Days and released grants of each help, as pricing knows them."""
    return {
        help_.id: Arrangement(
            help_.starts_on, help_.ended_on or help_.ends_on, tuple(granted_of(grants.get(help_.id, ())))
        )
        for help_ in helps.values()
    }


def granted_of(grants: Iterable[HelpGrant]) -> Iterator[Granted]:
    """What is released, as pricing knows it: days and nights are paid by the day, so they grant no hours."""
    for grant in grants:
        if grant.released_at:
            yield Granted(grant.valid_from, grant.valid_to, int(grant.hours_per_week * HUNDRED))


def months_before(first: date, months: int) -> date:
    """The first day of the month so many months before."""
    number = first.year * MONTHS_OF_YEAR + first.month - 1 - months
    return date(number // MONTHS_OF_YEAR, number % MONTHS_OF_YEAR + 1, 1)


def months_after(first: date, months: int) -> date:
    """The first day of the month so many months after."""
    return months_before(first, -months)


def end_of_month(first: date) -> date:
    """The last day of the month that begins on this day."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def month_of(month: str) -> tuple[date, date]:
    """First and last day of `2026-02`."""
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1), end_of_month(date(year, number, 1))


def no_open_block(invoice: Invoice, _: Move) -> Text | None:
    """Blocking findings are cleared up, or accepted with a reason, before the invoice is approved."""
    if any(finding.severity is Severity.BLOCK and finding.overridden_by is None for finding in invoice.findings):
        return Text(
            "Es gibt offene Befunde, die eine Zahlung verhindern.", "There are open findings that block payment."
        )
    return None


def another_than_released(invoice: Invoice, move: Move) -> Text | None:
    """Whoever released a grant of these helps does not approve their invoice (four eyes)."""
    if move.actor.id in invoice.grant_releasers:
        return Text(
            "Wer eine Bewilligung dieser Hilfen freigegeben hat, gibt ihre Rechnung nicht frei.",
            "Whoever released a grant of these helps does not approve their invoice.",
        )
    return None


def another_than_overrode(invoice: Invoice, move: Move) -> Text | None:
    """Whoever accepted a finding that blocks payment does not approve the invoice (four eyes)."""
    if any(finding.overridden_by == move.actor.id for finding in invoice.findings):
        return Text(
            "Wer einen Befund dieser Rechnung übergangen hat, gibt sie nicht selbst frei.",
            "Whoever overrode a finding of this invoice does not approve it.",
        )
    return None
