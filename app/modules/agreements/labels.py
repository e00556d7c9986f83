"""What an agreement says, in German words: the names of its fields, and values as people write them. Pure.

The names are the titles the API shows; a title also says the unit of its value and what an empty one means:
`Eigener Entgeltsatz je Einheit (Cent); leer: der allgemeine`. A field added to the text is printed without a change
here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from app.core.money import format_euro_de
from app.core.types import CodeList
from app.law.calendars import BERLIN
from app.modules.agreements.reporting import ReportRule, ReportTrigger
from app.modules.agreements.terms import ActivityTerms, ServiceKindTerms, TimeWindow

T = TypeVar("T")
Code = TypeVar("Code", bound=CodeList)
NBSP = "\u00a0"
_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
_EMPTY = re.compile(r"[;,]? ?\(?leer: ([^()]*)\)?$")
_ONLY = re.compile(r", nur bei \w+$| \(nur [^()]*\)$")
_UNIT = re.compile(r" \((Cent|Prozent|Minuten|Monate|[\w ]*[Tt]age[\w ]*)\)| (alle … \w+)$")
_EACH = re.compile(r", je \w+$")
_HOUR = 60
_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


class Row(NamedTuple):
    """One thing that is agreed: where it stands in the text, its name, its value, and the value in words."""

    pointer: str
    title: str
    value: Any
    text: str


class Label(NamedTuple):
    """A title, taken apart."""

    name: str
    unit: str | None
    empty: str | None
    is_conditional: bool  # without a value it has no meaning


def label_of(title: str) -> Label:
    """What a title says about its value."""
    shorter = _ONLY.sub("", title)
    empty, unit = _EMPTY.search(shorter), _UNIT.search(shorter)
    name = _UNIT.sub("", _EMPTY.sub("", shorter))
    return Label(
        name[:1].upper() + name[1:],
        (unit[1] or unit[2]) if unit else None,
        empty[1] if empty else None,
        shorter != title,
    )


def rows_of(terms: BaseModel, pointer: str, skip: frozenset[str] = frozenset()) -> Iterator[Row]:
    """Every field of some terms in their order; what is agreed per kind of something has a row for each kind."""
    for name, field in type(terms).model_fields.items():
        label, value, place = label_of(field.title or name), getattr(terms, name), f"{pointer}/{name}"
        if name in skip or (value is None and label.is_conditional):
            continue
        if isinstance(value, dict) and value:
            for key, item in in_order(value):
                title = f"{_EACH.sub('', label.name)}: {key.title_de}"
                yield Row(f"{place}/{key}", title, _plain(item), words_of(item, label))
        else:
            yield Row(place, label.name, _plain(value), words_of(value, label))


def rules_rows(rules: Iterable[ReportRule]) -> Iterator[Row]:
    """Every duty to report in their order: told apart by kind and occasion."""
    for rule in rules:
        title = f"{rule.kind.title_de}, {rule.trigger.title_de}"
        yield Row(f"/report_rules/{rule.kind.value}-{rule.trigger.value}", title, _plain(rule), _rule_words(rule))


def _rule_words(rule: ReportRule) -> str:
    days = _amount(rule.days, "Kalendertage")
    words = {
        "before_meeting": f"spätestens {days} vorher",
        "every_months": f"alle {_amount(rule.months or 0, 'Monate')}",
    }
    told = [words.get(rule.trigger.value, f"binnen {days}")]
    if rule.trigger is ReportTrigger.EVERY_MONTHS and rule.days:
        told.append(f"fällig {days} nach Ablauf")
    told += ["mit der Familie besprochen"] if rule.must_be_discussed else []
    told += ["von der Leitung abgegeben (vier Augen)"] if rule.must_be_countersigned else []
    return "; ".join(told)


def in_order(kinds: Mapping[Code, T]) -> list[tuple[Code, T]]:
    """What is agreed per kind of something, in the order of the code list; the database keeps none."""
    return sorted(kinds.items(), key=lambda pair: list(type(pair[0]).__members__.values()).index(pair[0]))


def words_of(value: Any, label: Label = Label("", None, None, False)) -> str:  # noqa: B008
    """A value as it is written in a German text."""
    if value is None or value in ({}, []):
        return label.empty or "–"
    if isinstance(value, BaseModel):
        return _part_words(value)
    if isinstance(value, list):
        return ", ".join(words_of(item, label) for item in value)
    return _scalar(value, label.unit)


def _part_words(value: BaseModel) -> str:
    if isinstance(value, ActivityTerms):
        return activity_words(value)
    if isinstance(value, ServiceKindTerms):
        return next(rows_of(value, "")).text
    if isinstance(value, TimeWindow):
        return f"{_WEEKDAYS[value.weekday - 1]} {value.starts:%H:%M}–{value.ends:%H:%M}{NBSP}Uhr"
    return "; ".join(f"{row.title}: {row.text}" for row in rows_of(value, ""))


def activity_words(terms: ActivityTerms | None) -> str:
    """Whether an activity is paid, and how much of it; what the terms do not name is not."""
    if terms is None or not terms.billable:
        return "nicht abrechenbar"
    words = "abrechenbar" if terms.percent == 100 else f"abrechenbar zu {terms.percent}{NBSP}%"
    others = rows_of(terms, "", skip=frozenset({"billable", "percent"}))
    return ", ".join([words, *(f"{row.title[:1].lower()}{row.title[1:]} {row.text}" for row in others if row.value)])


def day_words(day: date) -> str:
    """The day as a contract writes it: 1. Januar 2026."""
    return f"{day.day}.{NBSP}{_MONTHS[day.month - 1]} {day.year}"


def instant_words(instant: datetime) -> str:
    """Day and time in Berlin."""
    local = instant.astimezone(BERLIN)
    return f"{day_words(local.date())}, {local:%H:%M}{NBSP}Uhr"


def _scalar(value: Any, unit: str | None) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, CodeList):
        return value.title_de
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, time):
        return f"{value:%H:%M}{NBSP}Uhr"
    if isinstance(value, int) and unit is not None:
        return _amount(value, unit)
    return str(value)


def _amount(value: int, unit: str) -> str:
    if unit == "Cent":
        return format_euro_de(value)
    if "…" in unit:
        return unit.replace("…", str(value))
    if unit == "Prozent":
        return f"{value}{NBSP}%"
    if value == 1:
        unit = {"Minuten": "Minute", "Monate": "Monat"}.get(unit, re.sub(r"\b(\w*[Tt]ag)e\b", r"\1", unit))
    words = f"{value}{NBSP}{unit}"
    if unit == "Minuten" and value > _HOUR and value % _HOUR == 0:
        words += f" ({value // _HOUR}{NBSP}Stunden)"
    return words


def _plain(value: Any) -> Any:
    """As it stands in the text's JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
