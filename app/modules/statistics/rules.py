"""Whether a record can be right, and which numbers may be told; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.modules.protection import Result
from app.modules.statistics.codes import FindingWeight, Informant, NewHelp, Occasion, ParentAge, Service, Survey

Values = Mapping[str, Any]
DANGER = frozenset({Result.ACUTE, Result.LATENT})
SPEAKS_FROM_YEARS, MINOR_UNTIL_YEARS, YOUNG_UNTIL_YEARS = 6, 18, 21
SMALLEST = 3
"""Smaller numbers are not told: whoever knows the town would know the child (facts, section 7.1)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of plausibility: what it is about, what it says, and when it is broken."""

    code: str
    survey: Survey
    weight: FindingWeight
    field: str
    text_de: str
    broken: Callable[[Values], bool]


def age_of(values: Values) -> int | None:
    """The age in whole years, by months, when the procedure or the measure ended."""
    year, month = values.get("birth_year"), values.get("birth_month")
    if year is None:
        return None
    months = (values["completed_year"] - year) * 12 + values["completed_month"] - (month or 1)
    return int(months // 12)


def _older(values: Values, years: int) -> bool:
    age = age_of(values)
    return age is not None and age >= years


def _alone(values: Values, name: str, none: Any) -> bool:
    return none in values[name] and len(values[name]) > 1


def _before_birth(values: Values) -> bool:
    age = age_of(values)
    return age is not None and age < 0


K, V, E, W = Survey.KWG, Survey.VSM, FindingWeight.ERROR, FindingWeight.WARNING
RULES: tuple[Rule, ...] = (
    Rule("KWG-01", K, E, "birth_year", "Das Geburtsjahr fehlt.", lambda v: v.get("birth_year") is None),
    Rule("KWG-02", K, E, "birth_month", "Der Geburtsmonat fehlt.", lambda v: v.get("birth_month") is None),
    Rule("KWG-03", K, E, "birth_year", "Die Geburt liegt nach dem Abschluss.", _before_birth),
    Rule("KWG-04", K, E, "birth_year", "Das ist kein junger Mensch.", lambda v: _older(v, YOUNG_UNTIL_YEARS)),
    Rule("KWG-05", K, W, "birth_year", "Beim Abschluss schon volljährig.", lambda v: _older(v, MINOR_UNTIL_YEARS)),
    Rule(
        "KWG-06",
        K,
        E,
        "kinds",
        "Eine Art der Gefährdung gibt es genau bei akuter oder latenter Gefährdung.",
        lambda v: (v["result"] in DANGER) != bool(v["kinds"]),
    ),
    Rule(
        "KWG-07",
        K,
        E,
        "danger_person",
        "Von wem die Gefahr ausgeht, steht genau bei akuter oder latenter Gefährdung.",
        lambda v: (v["result"] in DANGER) != (v["danger_person"] is not None),
    ),
    Rule(
        "KWG-08",
        K,
        E,
        "existing_services",
        "„Keine“ steht allein.",
        lambda v: _alone(v, "existing_services", Service.NONE),
    ),
    Rule("KWG-09", K, E, "new_helps", "„Keine“ steht allein.", lambda v: _alone(v, "new_helps", NewHelp.NONE)),
    Rule(
        "KWG-10",
        K,
        E,
        "new_helps",
        "Fortgeführt wird nur, was es gab.",
        lambda v: NewHelp.CONTINUED in v["new_helps"] and v["existing_services"] == [Service.NONE],
    ),
    Rule(
        "KWG-11",
        K,
        W,
        "new_helps",
        "Akute Gefährdung, aber weder Hilfe noch Familiengericht.",
        lambda v: v["result"] is Result.ACUTE and v["new_helps"] == [NewHelp.NONE] and not v["court_called"],
    ),
    Rule(
        "KWG-12",
        K,
        W,
        "new_helps",
        "Hilfebedarf festgestellt, aber keine Hilfe eingeleitet.",
        lambda v: v["result"] is Result.NO_BUT_NEED and v["new_helps"] == [NewHelp.NONE],
    ),
    Rule(
        "KWG-13",
        K,
        W,
        "informant",
        "Ein so kleines Kind meldet sich selten selbst.",
        lambda v: v["informant"] is Informant.MINOR and not _older(v, SPEAKS_FROM_YEARS),
    ),
    Rule(
        "KWG-14",
        K,
        W,
        "parent1_age",
        "Von keinem Elternteil ist das Alter bekannt.",
        lambda v: v["parent1_age"] is v["parent2_age"] is ParentAge.UNKNOWN,
    ),
    Rule(
        "KWG-15",
        K,
        W,
        "has_integration_help",
        "Eingliederungshilfe nach § 35a gehört auch zu den bestehenden Leistungen.",
        lambda v: Service.SECTION_35A in v["existing_services"] and not v["has_integration_help"],
    ),
    Rule("VSM-01", V, E, "birth_year", "Das Geburtsjahr fehlt.", lambda v: v.get("birth_year") is None),
    Rule("VSM-02", V, E, "birth_year", "Die Geburt liegt nach dem Ende.", _before_birth),
    Rule(
        "VSM-03", V, E, "birth_year", "In Obhut genommen werden Minderjährige.", lambda v: _older(v, YOUNG_UNTIL_YEARS)
    ),
    Rule(
        "VSM-04", V, E, "following_helps", "„Keine“ steht allein.", lambda v: _alone(v, "following_helps", NewHelp.NONE)
    ),
    Rule(
        "VSM-05",
        V,
        E,
        "occasions",
        "Die vorläufige Inobhutnahme nach § 42a hat die unbegleitete Einreise zum Anlass.",
        lambda v: v["is_preliminary"] and Occasion.UNACCOMPANIED not in v["occasions"],
    ),
    Rule(
        "VSM-06",
        V,
        W,
        "objection",
        "Widerspruch, aber keine Entscheidung des Familiengerichts beantragt.",
        lambda v: v["objection"] and not v["court_called"],
    ),
    Rule("VSM-07", V, W, "birth_month", "Der Geburtsmonat fehlt.", lambda v: v.get("birth_month") is None),
)
"""Every rule there is; published at `/v1/statistics-rules`."""


def broken(survey: Survey, values: Values) -> list[Rule]:
    """The rules a whole record breaks."""
    return [rule for rule in RULES if rule.survey is survey and rule.broken(values)]


def told(counts: Mapping[str, int]) -> tuple[dict[str, int | None], int | None]:
    """The counts of one breakdown and their sum as far as they may be told; None: too small, or it would give one away.

    Numbers from 1 to 2 are kept back; then the next smallest as well, until what is missing from the sum leaves open
    which of several divisions it was; and where none is left, the sum.
    """
    hidden = {name for name, count in counts.items() if 0 < count < SMALLEST}
    rest = sorted((count, name) for name, count in counts.items() if count >= SMALLEST)
    while hidden and not _open(counts, hidden) and rest:
        hidden.add(rest.pop(0)[1])
    total = sum(counts.values())
    shown = {name: None if name in hidden else count for name, count in counts.items()}
    return shown, None if hidden and not _open(counts, hidden) else total


def _open(counts: Mapping[str, int], hidden: set[str]) -> bool:
    """Whether the sum of what is hidden can be divided among them in more than one way."""
    return len(hidden) > 1 and sum(counts[name] for name in hidden) > len(hidden)
