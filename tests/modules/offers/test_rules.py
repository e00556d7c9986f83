"""Differences between two descriptions, and days of reports."""

from datetime import date

from app.modules.offers.rules import day_faults, differences

TODAY = date(2026, 3, 2)


def test_nothing_differs_from_itself() -> None:
    assert differences({"title": "A", "fee": {"rate_cents": 1}}, {"title": "A", "fee": {"rate_cents": 1}}) == []


def test_members_are_compared_one_by_one_in_the_order_of_the_description() -> None:
    before = {"title": "A", "staff": [{"percent": 1}], "fee": {"rate_cents": 1, "unit": "day"}, "gone": 1}
    after = {"title": "B", "staff": [{"percent": 2}], "fee": None}
    found = differences(before, after)
    assert [(item.pointer, item.before, item.after) for item in found] == [
        ("/title", "A", "B"),
        ("/staff", [{"percent": 1}], [{"percent": 2}]),
        ("/fee/rate_cents", 1, None),
        ("/fee/unit", "day", None),
        ("/gone", 1, None),
    ]
    assert [item.title for item in found][:2] == ["Titel", "Qualifikationen (zusammen höchstens 100 Prozent)"]


def test_a_day_of_a_report_is_neither_to_come_nor_overtaken() -> None:
    assert day_faults(TODAY, TODAY, None) == []
    assert day_faults(TODAY, TODAY, TODAY) == []
    assert [fault.code for fault in day_faults(date(2026, 3, 3), TODAY, None)] == ["future"]
    assert [fault.code for fault in day_faults(date(2026, 3, 1), TODAY, TODAY)] == ["outdated"]
