"""What must hold of a help and its phases, and before one of them moves; pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.core.problems import Text
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.law.planning import AFTERCARE_DAYS
from app.modules.agreements import ServiceKind
from app.modules.cases.models import Help, HelpGrant, HelpHandover, HelpPhase, HelpSetting, HelpState, PhaseState

S = HelpSetting
BY_DAY_OR_NIGHT = frozenset({S.DAY_GROUP, S.RESIDENTIAL, S.FLEXIBLE_HOUSING})
"""Settings in which the provider has the child with it: teilstationär or stationär (§ 78a Abs. 1 Nr. 4 SGB VIII)."""
BESIDE = frozenset({S.PARENT_WORK, S.GROUP_OFFER})
"""Settings that go with any other: work with the parents (return home), and groups beside individual help."""
HOUSED = frozenset({S.RESIDENTIAL, S.FLEXIBLE_HOUSING})
"""Settings in which the child lives with the provider: it knows a protected address (access matrix C14)."""
_USUAL = {
    ServiceKind.SECTION_29: S.GROUP_OFFER,
    ServiceKind.SECTION_32: S.DAY_GROUP,
    ServiceKind.SECTION_33: S.RESIDENTIAL,
    ServiceKind.SECTION_34: S.RESIDENTIAL,
}
OPEN = frozenset({HelpState.REQUESTED, HelpState.ACTIVE})
"""A help that may still change."""
Span = tuple[date, date]
ONE_DAY = timedelta(days=1)


def usual_setting(kind: ServiceKind) -> HelpSetting:
    """The setting of a kind of help when nobody says otherwise."""
    return _USUAL.get(kind, S.AMBULATORY)


def clashing(phase: HelpPhase, others: Iterable[HelpPhase]) -> list[HelpPhase]:
    """The phases that share a day with this one although nobody said that both are meant.

    A day or night with one provider and an hour with the child on the same day are paid twice unless they were
    combined on purpose; work with the parents and group offers go with anything (facts 9.4).
    """
    if phase.combined or phase.setting in BESIDE:
        return []
    return [
        other
        for other in others
        if other.id != phase.id
        and other.state is not PhaseState.CANCELLED
        and not other.combined
        and other.setting not in BESIDE
        and BY_DAY_OR_NIGHT & {phase.setting, other.setting}
        and phase.valid_from <= other.valid_to
        and other.valid_from <= phase.valid_to
    ]


def has_begun(phase: HelpPhase, help_: Help, today: date) -> bool:
    """Whether a phase is running or over; nothing begins before the help is granted."""
    return help_.state is not HelpState.REQUESTED and phase.valid_from <= today


def parts(phases: Iterable[HelpPhase]) -> dict[UUID, list[Span]]:
    """When each provider takes part: its phases, those that touch or overlap as one."""
    spans: dict[UUID, list[Span]] = {}
    kept = (phase for phase in phases if phase.state is not PhaseState.CANCELLED)
    for phase in sorted(kept, key=lambda phase: phase.valid_from):
        of_provider = spans.setdefault(phase.provider_id, [])
        if of_provider and phase.valid_from <= of_provider[-1][1] + ONE_DAY:
            first, last = of_provider[-1]
            of_provider[-1] = (first, max(last, phase.valid_to))
        else:
            of_provider.append((phase.valid_from, phase.valid_to))
    return spans


def replaced(grant: HelpGrant, released: Sequence[HelpGrant]) -> list[HelpGrant]:
    """The released grants that give way to this one from its first day on."""
    return [other for other in released if other.valid_to >= grant.valid_from]


def two_persons(help_: Help, move: Move) -> Text | None:
    """Whoever asked for the help does not release its money (four eyes)."""
    if move.actor.id == help_.opened_by:
        return Text(
            "Wer die Hilfe beantragt hat, gibt die Bewilligung nicht selbst frei.",
            "Whoever asked for the help does not release its grant.",
        )
    return None


def ends_within_period(help_: Help, move: Move) -> Text | None:
    """A help ends on one of its days, not before its start and not after what was granted."""
    day = move.data.get("ended_on")
    if day is not None and not help_.starts_on.isoformat() <= day <= help_.ends_on.isoformat():
        return Text("Das Ende liegt nicht im bewilligten Zeitraum.", "The end does not lie within the period granted.")
    return None


def lasts_longer(help_: Help, move: Move) -> Text | None:
    """An extension makes a help longer."""
    if move.data["ends_on"] <= help_.ends_on.isoformat():
        return Text("Die Hilfe dauert schon so lange.", "The help lasts that long already.")
    return None


def ends_within_phase(phase: HelpPhase, move: Move) -> Text | None:
    """A phase ends on one of its days; one that has not begun is cancelled."""
    if not phase.valid_from.isoformat() <= move.data["ended_on"] <= phase.valid_to.isoformat():
        return Text("Das Ende liegt nicht in dieser Phase.", "The end does not lie within this phase.")
    return None


def not_begun(phase: HelpPhase, move: Move) -> Text | None:
    """What has begun is ended, not cancelled."""
    if has_begun(phase, phase.help, legal_date(move.at)):
        return Text("Die Phase hat begonnen; sie wird beendet.", "The phase has begun; it is ended instead.")
    return None


def of_open_help(part: HelpPhase | HelpGrant, _: Move) -> Text | None:
    """Nothing changes in a help that is over."""
    if part.help.state not in OPEN:
        return Text("Die Hilfe ist beendet oder zurückgezogen.", "The help has ended or was withdrawn.")
    return None


def of_running_help(grant: HelpGrant, _: Move) -> Text | None:
    """What a help begins with is released with the help; only what comes later by itself."""
    if grant.help.state is not HelpState.ACTIVE:
        return Text("Die Hilfe läuft nicht.", "The help is not running.")
    return None


def another_than_prepared(grant: HelpGrant, move: Move) -> Text | None:
    """Whoever prepares a grant does not release it (four eyes)."""
    if move.actor.id == grant.prepared_by:
        return Text(
            "Wer eine Bewilligung vorbereitet, gibt sie nicht selbst frei.",
            "Whoever prepares a grant does not release it.",
        )
    return None


def reduces_the_past(grant: HelpGrant, released: Sequence[HelpGrant], today: date) -> bool:
    """Whether a grant would reduce what was granted for days that have passed, and may have been used (facts 3.7a)."""
    reduced = [other for other in replaced(grant, released) if other.amount > grant.amount]
    return any(max(other.valid_from, grant.valid_from) < today for other in reduced)


def is_receiver(handover: HelpHandover, move: Move) -> Text | None:
    """The office that is to take over answers."""
    if move.actor.organisation_id != handover.receiving_office_id:
        return Text("Darüber entscheidet das andere Jugendamt.", "The other youth office decides this.")
    return None


def is_giver(handover: HelpHandover, move: Move) -> Text | None:
    """The office that offered takes back."""
    if move.actor.organisation_id != handover.youth_office_id:
        return Text("Das kann nur das abgebende Jugendamt.", "Only the office that hands over can do this.")
    return None


def reads_until(help_: Help) -> date | None:
    """The last day on which the reading provider learns of a help; None: the reader is its youth office."""
    return None if help_.left_on is None else help_.left_on + timedelta(days=AFTERCARE_DAYS)


def as_it_was(help_: Help, today: date) -> dict[str, Any]:
    """What a provider reads of a help it left: over since then, and nothing of what came after.

    Empty while it takes part, and when the help itself was over by then.
    """
    last = reads_until(help_)
    if help_.left_on is None or last is None or today <= last or help_.state is HelpState.WITHDRAWN:
        return {}
    if help_.ended_on is not None and help_.ended_on <= help_.left_on:
        return {}
    return {
        "state": HelpState.ENDED,
        "ends_on": min(help_.ends_on, help_.left_on),
        "ended_on": help_.left_on,
        "end_reason": None,
        "version": 1,
    }
