"""When reports are due, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.calendars import is_working_day
from app.modules.agreements import ReportKind, ReportRule, ReportTrigger
from app.modules.reports import rules

MONDAY = date(2026, 3, 2)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("meeting", "days", "due"),
    [
        ("2026-04-16", 7, "2026-04-09"),
        ("2026-04-13", 7, "2026-04-02"),  # Easter Monday: the working day before, which is Maundy Thursday
        ("2026-05-15", 14, "2026-04-30"),  # 1 May
        ("2026-04-18", 7, "2026-04-10"),  # a Saturday, and the Saturday before it
    ],
)
def test_before_a_meeting_means_a_working_day_before(meeting: str, days: int, due: str) -> None:
    assert rules.due_before(date.fromisoformat(meeting), days, MONDAY, "NW") == date.fromisoformat(due)


def test_holidays_are_those_of_the_land() -> None:
    corpus_christi = date(2026, 6, 4)
    assert rules.due_before(date(2026, 6, 11), 7, MONDAY, "NW") == date(2026, 6, 3)
    assert rules.due_before(date(2026, 6, 11), 7, MONDAY, "BE") == corpus_christi
    assert rules.due_after(date(2026, 5, 7), 28, MONDAY, "NW") == date(2026, 6, 5)
    assert rules.due_after(date(2026, 5, 7), 28, MONDAY, "BE") == corpus_christi


def test_nobody_is_asked_for_a_report_at_once() -> None:
    assert rules.due_before(date(2026, 3, 4), 7, MONDAY, "NW") == date(2026, 3, 5)  # three working days
    assert rules.due_after(date(2026, 1, 1), 28, MONDAY, "NW") == date(2026, 3, 5)


def test_a_meeting_moved_forward_leaves_three_working_days_but_extends_nothing() -> None:
    soon = date(2026, 3, 6)
    assert rules.due_before(soon, 7, MONDAY, "NW", date(2026, 4, 9)) == date(2026, 3, 5)
    assert rules.due_before(soon, 7, MONDAY, "NW", date(2026, 3, 3)) == date(2026, 3, 3)  # was due tomorrow already
    assert rules.due_before(soon, 7, MONDAY, "NW", date(2026, 2, 26)) == date(2026, 2, 27)  # and is overdue


@given(DAYS, st.integers(0, 60), DAYS, st.none() | DAYS)
def test_a_due_day_never_moves_back_into_the_past(meeting: date, days: int, today: date, present: date | None) -> None:
    due = rules.due_before(meeting, days, today, "NW", present)
    assert due > today or (present is not None and due >= present)
    assert due == present or is_working_day(due, "NW")


@given(DAYS, st.integers(0, 365), DAYS)
def test_after_means_a_working_day_and_not_earlier(day: date, days: int, today: date) -> None:
    due = rules.due_after(day, days, today, "NW")
    assert is_working_day(due, "NW")
    assert due >= day + timedelta(days=days)
    assert due > today


@pytest.mark.parametrize(
    ("today", "months", "ends"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-02-28", 1, "2026-03-31"), ("2026-03-02", 3, "2026-04-30")],
)
def test_a_series_counts_from_the_start(today: str, months: int, ends: str) -> None:
    assert rules.interval_ends(date(2026, 1, 31), months, date.fromisoformat(today)) == date.fromisoformat(ends)


def test_the_deadline_reminds_then_calls_one_after_the_other() -> None:
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    steps = rules.steps_of(date(2026, 3, 31), at, "NW")
    assert [(step.level, step.at.isoformat()) for step in steps] == [
        (rules.REMINDER, "2026-03-23T22:59:59+00:00"),  # the 24th begins
        (rules.OVERDUE, "2026-03-31T21:59:59+00:00"),
        (rules.CASEWORKER, "2026-04-07T21:59:59+00:00"),  # Easter between
        (rules.TEAM_LEAD, "2026-04-16T21:59:59+00:00"),
    ]
    soon = rules.steps_of(date(2026, 3, 5), at, "NW")
    assert [step.level for step in soon] == [rules.OVERDUE, rules.CASEWORKER, rules.TEAM_LEAD]


def test_defaults_name_what_practice_names() -> None:
    assert {(rule.kind, rule.trigger, rule.days) for rule in rules.DEFAULTS} == {
        (ReportKind.INITIAL, ReportTrigger.AFTER_START, 56),
        (ReportKind.DEVELOPMENT, ReportTrigger.BEFORE_MEETING, 7),
        (ReportKind.FINAL, ReportTrigger.AFTER_END, 28),
    }
    assert rules.duties(None, ReportTrigger.AFTER_END) == []


@pytest.mark.parametrize(("trigger", "months"), [("every_months", None), ("after_end", 3)])
def test_an_interval_belongs_to_a_series_alone(trigger: str, months: int | None) -> None:
    with pytest.raises(ValueError, match="every_months"):
        ReportRule.model_validate({"kind": "final", "trigger": trigger, "days": 1, "months": months})
