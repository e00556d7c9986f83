"""What a year shows, for the quality dialogue: numbers only, and none so small that it tells of one child."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.core.types import CodeList
from app.modules.protection import CustodyEndReason, DangerKind, Placement, Result
from app.modules.statistics import rules
from app.modules.statistics.codes import Informant, NewHelp, Occasion, PlaceOfStay, Sex, Survey
from app.modules.statistics.models import StatisticsRecord
from app.modules.statistics.schemas import BreakdownOut, CountOut, ProtectionNumbersOut
from app.modules.statistics.service import values


class AgeGroup(CodeList):
    """How old the children are."""

    UNDER_3 = "under_3", "unter 3"
    UNDER_6 = "under_6", "3 bis unter 6"
    UNDER_9 = "under_9", "6 bis unter 9"
    UNDER_12 = "under_12", "9 bis unter 12"
    UNDER_14 = "under_14", "12 bis unter 14"
    UNDER_16 = "under_16", "14 bis unter 16"
    OLDER = "older", "16 und älter"


_UNTIL = (3, 6, 9, 12, 14, 16)
_BY: dict[Survey, tuple[tuple[str, str, type[CodeList]], ...]] = {
    Survey.KWG: (
        ("result", "Ergebnis", Result),
        ("kinds", "Art der Gefährdung", DangerKind),
        ("age", "Alter", AgeGroup),
        ("sex", "Geschlecht", Sex),
        ("informant", "bekannt machende Stelle", Informant),
        ("place_of_stay", "Aufenthalt", PlaceOfStay),
        ("new_helps", "neu eingeleitete Hilfen", NewHelp),
    ),
    Survey.VSM: (
        ("occasions", "Anlässe", Occasion),
        ("age", "Alter", AgeGroup),
        ("sex", "Geschlecht", Sex),
        ("placement", "Unterbringung", Placement),
        ("end_reason", "Grund der Beendigung", CustodyEndReason),
        ("following_helps", "anschließende Hilfen", NewHelp),
    ),
}


def numbers_of(survey: Survey, year: int, records: Sequence[StatisticsRecord]) -> ProtectionNumbersOut:
    """The year by each trait; where a number would give away a small one, it is left out too."""
    rows = [{**told, "age": _group(rules.age_of(told))} for told in map(values, records)]
    breakdowns, total = [], rules.told({"all": len(rows)})[1]
    for field, title, codes in _BY[survey]:
        counted: Counter[Any] = Counter()
        for row in rows:
            counted.update(row[field] if isinstance(row[field], list) else [row[field]])
        shown, whole = rules.told({code.value: counted[code] for code in codes})
        total = None if whole is None else total
        counts = [CountOut(value=code.value, title=code.title_de, count=shown[code.value]) for code in codes]
        breakdowns.append(BreakdownOut(field=field, title=title, counts=counts))
    return ProtectionNumbersOut(survey=survey, year=year, total=total, breakdowns=breakdowns)


def _group(age: int | None) -> AgeGroup | None:
    if age is None:
        return None
    return next((group for group, until in zip(AgeGroup, _UNTIL, strict=False) if age < until), AgeGroup.OLDER)
