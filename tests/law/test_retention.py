"""How long files are kept, at the days on which it is easy to be wrong."""

from datetime import date

import pytest

from app.law import retention


@pytest.mark.parametrize(
    ("born_on", "kept_until"),
    [
        (date(1990, 2, 1), date(2090, 1, 31)),
        (date(1992, 2, 29), date(2092, 2, 28)),
        (date(1990, 3, 1), date(2090, 2, 28)),  # the 30th year is over on 29 February 2020
        (date(2010, 1, 1), date(2109, 12, 31)),
    ],
)
def test_a_helps_file_is_kept_seventy_years_after_the_thirtieth(born_on: date, kept_until: date) -> None:
    assert retention.help_file_ends(born_on) == kept_until


def test_papers_of_billing_are_kept_eight_calendar_years() -> None:
    assert retention.billing_file_ends(date(2026, 1, 1)) == date(2034, 12, 31)


def test_a_procedure_without_a_help_is_kept_ten_years() -> None:
    assert retention.endangerment_file_ends(date(2024, 2, 29)) == date(2034, 2, 28)


def test_a_request_is_extended_by_two_months() -> None:
    assert retention.extended(date(2026, 12, 31)) == date(2027, 2, 28)


def test_every_matter_has_its_rule_and_source() -> None:
    assert set(retention.RULES) == set(retention.Matter)
    assert [str(rule.source) for rule in retention.RULES.values()] == [
        "§ 9b SGB VIII",
        "§ 84 Abs. 2 SGB X",
        "§ 147 Abs. 3 und 4 AO",
    ]
