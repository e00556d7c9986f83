"""What must hold for an offer and its steps. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from app.core.problems import FieldError, Text
from app.core.workflow import Move
from app.modules.offers.models import Offer, OfferState
from app.modules.offers.schemas import Fee, OfferContent

AUDIENCE = "/youth_office_ids"
"""Stands among what changed when the readers did."""
_MUST_SAY = ("description", "target_group", "aims", "method", "staff")
_TITLES = {f"/{name}": field.title or name for name, field in OfferContent.model_fields.items()} | {
    f"/fee/{name}": field.title or name for name, field in Fee.model_fields.items()
}


class Difference(NamedTuple):
    """One member that is not the same in two descriptions."""

    pointer: str
    title: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any], within: str = "") -> list[Difference]:
    """What changed from one description (as JSON) to the next, member by member, in the order of the description."""
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new, pointer = before.get(name), after.get(name), f"{within}/{name}"
        if isinstance(old, dict) or isinstance(new, dict):
            found += differences(old or {}, new or {}, pointer)
        elif old != new:
            found.append(Difference(pointer, _TITLES.get(pointer, name), old, new))
    return found


def says_what_it_is(offer: Offer, _move: Move) -> Text | None:
    """A published description says what is done, for whom, to what end, how and by whom.

    Law: SGB VIII § 78c Abs. 1 Satz 1 (kind, aim and quality, persons, qualification of the staff).
    """
    missing = [name for name in _MUST_SAY if offer.draft is not None and not offer.draft.content.get(name)]
    if not missing:
        return None
    titles = ", ".join(_TITLES[f"/{name}"].partition(" (")[0] for name in missing)
    return Text(f"Es fehlen noch: {titles}.", f"Still missing: {', '.join(missing)}.")


def has_readers(_offer: Offer, move: Move) -> Text | None:
    """Who publishes says for whom."""
    if move.data["youth_office_ids"] or move.data["to_all_providers"]:
        return None
    return Text("Das Angebot hat noch keine Leser.", "The offer has no readers yet.")


def says_something_new(offer: Offer, move: Move) -> Text | None:
    """A new version of what is published differs from it, in the description or in its readers."""
    if offer.state is not OfferState.PUBLISHED or move.data["changed"]:
        return None
    return Text("Gegenüber der veröffentlichten Fassung ist nichts neu.", "Nothing is new against what is published.")


def day_faults(as_of: date, today: date, latest: date | None) -> list[FieldError]:
    """What speaks against a day of a report: capacity is reported in order, and not for the future."""
    if as_of > today:
        de, en = "Der Stand liegt in der Zukunft.", "The day lies in the future."
        return [FieldError("/as_of", "future", de, en)]
    if latest is not None and as_of < latest:
        de, en = "Es gibt schon eine Meldung mit neuerem Stand.", "There is a report of a later day already."
        return [FieldError("/as_of", "outdated", de, en)]
    return []
