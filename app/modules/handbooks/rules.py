"""What must hold for a handbook, its versions and its roll-out; each rule names where it comes from. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from app.core.problems import Text
from app.core.workflow import Move
from app.law.calendars import BERLIN, in_utc, legal_date
from app.modules.handbooks.models import HandbookRollout, HandbookRolloutState, HandbookState, HandbookVersion
from app.modules.handbooks.schemas import day_or_none
from app.modules.standards import Standard
from app.policy import OrganisationKind

WORKING = (HandbookRolloutState.PILOT, HandbookRolloutState.EVALUATED, HandbookRolloutState.ADOPTED)
"""A district in these states works by its version."""


def says_something(version: HandbookVersion, _move: Move) -> Text | None:
    """A handbook names at least one key process.

    Source: cooperative quality management starts from the key processes of the help (facts 2.5).
    """
    if version.content["key_processes"]:
        return None
    return Text("Das Handbuch nennt noch keinen Schlüsselprozess.", "The handbook names no key process yet.")


def expects_mutually(version: HandbookVersion, _move: Move) -> Text | None:
    """Expectations are mutual: whoever expects something of one side states what the other side owes.

    Source: «gegenseitige Erwartungen» (facts 2.5, 2.5a: duties of the youth office must be recordable too).
    """
    addressed = {expectation["addressee_side"] for expectation in version.content["expectations"]}
    if len(addressed) != 1:
        return None
    de, en = ("Jugendamts", "youth office's") if OrganisationKind.PROVIDER in addressed else ("Trägers", "provider's")
    return Text(f"Es fehlen die Pflichten des {de}.", f"The {en} duties are missing.")


def comments_are_answered(_version: HandbookVersion, move: Move) -> Text | None:
    """Whoever commented gets an answer before the text is fixed.

    Source: handbooks are made jointly (facts 2.5, quality dialogue).
    """
    if not move.data["open_comments"]:
        return None
    return Text(
        f"{move.data['open_comments']} Anmerkungen sind noch ohne Antwort.",
        f"{move.data['open_comments']} comments are without an answer.",
    )


def standards_are_fit(_version: HandbookVersion, move: Move) -> Text | None:
    """A minimum standard is readable for all and so concrete that two observers see the same.

    Source: facts 2.5 (measurable, threshold, observable criteria).
    """
    if not move.data["unfit_standards"]:
        return None
    codes = ", ".join(move.data["unfit_standards"])
    return Text(
        f"Nicht für alle lesbar oder ohne Kriterien und Schwelle (Indikator und Zielwert): {codes}.",
        f"Not readable for all, or without criteria and threshold (indicator and target): {codes}.",
    )


def unfit(standards: Iterable[Standard]) -> list[str]:
    """Codes of standards that cannot be minimum standards: not shared, or nobody could observe them."""
    return sorted(
        standard.code
        for standard in standards
        if not standard.is_shared
        or not (standard.criteria or standard.indicator)
        or not (standard.threshold or standard.target)
    )


def leaves_time(_version: HandbookVersion, move: Move) -> Text | None:
    """A consultation does not end before it has begun."""
    if date.fromisoformat(move.data["comments_until"]) >= legal_date(move.at):
        return None
    return Text("Der letzte Tag der Beteiligung ist schon vorbei.", "The consultation's last day is over already.")


def invited_can_read(version: HandbookVersion, _move: Move) -> Text | None:
    """Providers are invited only to what they may read."""
    if version.handbook.is_shared or not version.invited_ids:
        return None
    return Text(
        "Das Handbuch ist nicht für Träger freigegeben (is_shared).", "The handbook is not shared with providers."
    )


def last_day_is_over(version: HandbookVersion, move: Move) -> Text | None:
    """A consultation ends with the end of its last day.

    Law: § 188 Abs. 1 BGB.
    """
    if not takes_comments(version, move.at):
        return None
    return Text("Der letzte Tag der Beteiligung ist noch nicht vorbei.", "The consultation's last day is not over.")


def is_not_in_use(_version: HandbookVersion, move: Move) -> Text | None:
    """A version that districts work by is not taken from under them."""
    if not move.data["districts"]:
        return None
    return Text(
        f"{move.data['districts']} Bezirke arbeiten noch nach dieser Fassung.",
        f"{move.data['districts']} districts work by this version.",
    )


def takes_comments(version: HandbookVersion, at: datetime) -> bool:
    """Whether somebody may comment now: in consultation, up to the end of its last day in Berlin."""
    if version.state is not HandbookState.IN_CONSULTATION or version.comments_until is None:
        return False
    return legal_date(at) <= version.comments_until


def end_of_consultation(last_day: date) -> datetime:
    """The first instant after the last day, as UTC."""
    return in_utc(datetime.combine(last_day + timedelta(days=1), time(), BERLIN))


def version_is_released(_rollout: HandbookRollout | None, move: Move) -> Text | None:
    """Districts work by released versions only."""
    if move.data["version_state"] == HandbookState.RELEASED:
        return None
    return Text("Diese Fassung ist nicht freigegeben.", "This version is not released.")


def version_is_evaluated(_rollout: HandbookRollout | None, move: Move) -> Text | None:
    """A version is introduced once at least one district has tried and evaluated it.

    Source: Dortmund tried its standard district by district before all applied it; that one evaluation suffices is
    an assumption.
    """
    if move.data["evaluated_in"]:
        return None
    return Text("Noch kein Bezirk hat diese Fassung ausgewertet.", "No district has evaluated this version yet.")


def version_is_newer(rollout: HandbookRollout, move: Move) -> Text | None:
    """Who works by a version changes to a newer one; back leads only a suspension."""
    if rollout.state in (HandbookRolloutState.NONE, HandbookRolloutState.EVALUATED, HandbookRolloutState.SUSPENDED):
        return None
    if move.data["version_number"] > move.data["previous_number"]:
        return None
    return Text("Der Bezirk arbeitet schon nach dieser oder einer neueren Fassung.", "The version is not newer.")


def follows_in_time(_rollout: HandbookRollout, move: Move) -> Text | None:
    """A step does not take effect before the one it follows."""
    previous = day_or_none(move.data["previous_day"])
    if previous is None or date.fromisoformat(move.data["from_day"]) >= previous:
        return None
    return Text(
        f"Der vorige Schritt dieses Bezirks gilt erst vom {previous:%d.%m.%Y} an.",
        f"The district's step before takes effect on {previous.isoformat()}.",
    )


def has_been_tried(_rollout: HandbookRollout, move: Move) -> Text | None:
    """What lies ahead cannot be evaluated."""
    if date.fromisoformat(move.data["from_day"]) <= legal_date(move.at):
        return None
    return Text("Der Tag der Auswertung liegt in der Zukunft.", "The day of the evaluation lies ahead.")


def step_to(target: int, state: HandbookRolloutState, number: int | None) -> str | None:
    """The step that brings a district to a version when all are rolled out; None: it is left as it is.

    Left alone are districts that still try a version, that were suspended for a reason, or that are further.
    """
    if state is HandbookRolloutState.NONE or (state is HandbookRolloutState.EVALUATED and (number or 0) <= target):
        return "adopt"
    if state is HandbookRolloutState.ADOPTED and (number or 0) < target:
        return "change_version"
    return None
