"""Pricing: the vectors of published agreements and of arithmetic, and lines that explain themselves."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.modules.agreements import RoundingRule
from app.modules.billing.rules import GroupShare, dated, price_month, round_minutes
from tests.modules.billing.records import DAY, SOURCE, always, entry, version

ROUNDED = [  # minutes, lwl_10, min30_then15, quarter_half_up, quarter_up, quarter_down
    (5, 5, 30, 0, 15, 0),
    (6, 6, 30, 0, 15, 0),
    (7, 10, 30, 0, 15, 0),
    (8, 10, 30, 15, 15, 0),
    (11, 20, 30, 15, 15, 0),
    (21, 30, 30, 15, 30, 15),
    (37, 40, 30, 30, 45, 30),
    (38, 40, 45, 45, 45, 30),
    (52, 60, 45, 45, 60, 45),
    (53, 60, 60, 60, 60, 45),
    (60, 60, 60, 60, 60, 60),
    (61, 70, 60, 60, 75, 60),
    (68, 70, 75, 75, 75, 60),
    (0, 0, 0, 0, 0, 0),
]
COLUMNS = ["lwl_10", "min30_then15_half_up", "quarter_half_up", "quarter_up", "quarter_down"]


class TestRounding:
    @pytest.mark.parametrize(
        ("rule", "minutes", "expected"),
        [(rule, row[0], row[column]) for column, rule in enumerate(COLUMNS, 1) for row in ROUNDED],
    )
    def test_vector(self, rule: str, minutes: int, expected: int) -> None:
        assert round_minutes(RoundingRule(rule), minutes) == expected

    @pytest.mark.parametrize(
        ("rule", "minutes", "expected"),
        [
            ("exact_minute", "33.33", "33.33"),
            ("lwl_10", "6.00", "6"),
            ("lwl_10", "6.01", "10"),
            ("quarter_half_up", "7.49", "0"),
            ("quarter_half_up", "7.50", "15"),
            ("quarter_up", "15.01", "30"),
            ("min30_then15_half_up", "0.01", "30"),
            ("min30_then15_half_up", "37.49", "30"),
            ("min30_then15_half_up", "37.50", "45"),
        ],
    )
    def test_parts_of_a_minute_round_by_the_same_rule(self, rule: str, minutes: str, expected: str) -> None:
        assert round_minutes(RoundingRule(rule), Decimal(minutes)) == Decimal(expected)

    @pytest.mark.parametrize(("level", "minutes", "lines"), [("per_entry", 135, 3), ("per_day", 150, 1)])
    def test_the_level_matters_within_a_day(self, level: str, minutes: int, lines: int) -> None:
        statement = price_month(
            [entry(n, 52) for n in range(3)], always(rounding_rule="quarter_half_up", rounding_level=level)
        )
        assert sum(line.minutes_rounded for line in statement.lines) == minutes
        assert len(statement.lines) == lines

    def test_the_level_matters_within_a_month(self) -> None:
        entries = [entry(n, 52, day=date(2026, 5, 4 + n)) for n in range(3)]
        by = {
            level: price_month(entries, always(rounding_rule="quarter_half_up", rounding_level=level))
            for level in ("per_entry", "per_day", "per_month")
        }
        assert [sum(line.minutes_rounded for line in s.lines) for s in by.values()] == [135, 135, 150]
        (line,) = by["per_month"].lines
        assert (line.first_day, line.last_day, len(line.record_ids)) == (DAY, date(2026, 5, 6), 3)

    def test_months_are_rounded_apart(self) -> None:
        entries = [entry(1, 52, day=date(2026, 5, 31)), entry(2, 52, day=date(2026, 6, 1))]
        statement = price_month(entries, always(rounding_rule="quarter_half_up", rounding_level="per_month"))
        assert [line.minutes_rounded for line in statement.lines] == [45, 45]


class TestUnits:
    @pytest.mark.parametrize(
        ("minutes", "units"),
        [(45, "1.00"), (90, "2.00"), (60, "1.33"), (30, "0.67"), (100, "2.22"), (44, "0.98")],
    )
    def test_an_hour_that_buys_45_minutes_face_to_face(self, minutes: int, units: str) -> None:
        (line,) = price_month([entry(1, minutes)], always(unit_minutes=45)).lines
        assert str(line.units) == units

    @pytest.mark.parametrize(
        ("rule", "minutes", "cents"),
        [("per_head_split", 24, 2792), ("per_head_split_staff", 48, 5584), ("split_by_heads_and_staff", 12, 1396)],
    )
    def test_a_group_of_five_with_two_professionals(self, rule: str, minutes: int, cents: int) -> None:
        group = entry(1, 120, activity="group_session", group=GroupShare(5, 2))
        (line,) = price_month([group], always(group_rule=rule)).lines
        assert (int(line.minutes_billable), line.amount_cents) == (minutes, cents)

    def test_a_group_with_a_fixed_share(self) -> None:
        (line,) = price_month(
            [entry(1, 120, activity="group_session")], always(group_rule="fixed_percent", group_percent=50)
        ).lines
        assert (int(line.minutes_billable), line.amount_cents) == (60, 6980)

    def test_a_group_with_its_own_rate(self) -> None:
        (line,) = price_month(
            [entry(1, 120, activity="group_session")], always(group_rule="group_rate", group_rate_cents=2500)
        ).lines
        assert (int(line.minutes_billable), line.rate_cents, line.amount_cents) == (120, 2500, 5000)

    def test_a_share_that_is_not_whole_keeps_two_places(self) -> None:
        (line,) = price_month([entry(1, 100, activity="group_session", group=GroupShare(3))], always()).lines
        assert (str(line.minutes_billable), str(line.units)) == ("33.33", "0.56")


class TestMoney:
    def test_hours_at_69_80(self) -> None:
        statement = price_month([entry(n, m) for n, m in enumerate((90, 120, 45, 75))], always())
        assert [str(line.units) for line in statement.lines] == ["1.50", "2.00", "0.75", "1.25"]
        assert [line.amount_cents for line in statement.lines] == [10470, 13960, 5235, 8725]
        assert (statement.total_cents, statement.units) == (38390, Decimal("5.50"))

    def test_the_total_is_the_sum_of_rounded_lines(self) -> None:
        statement = price_month([entry(n, 15) for n in range(3)], always(rate_cents=5851))
        assert [line.amount_cents for line in statement.lines] == [1463] * 3
        assert statement.total_cents == 4389

    def test_the_rate_is_that_of_the_service_date(self) -> None:
        rates = dated(
            [
                version(date(2018, 7, 1), date(2024, 6, 30), rate_cents=6656, source="alt"),
                version(date(2024, 7, 1), rate_cents=6980, source="neu"),
            ]
        )
        entries = [entry(1, 360, day=date(2024, 6, 30)), entry(2, 240, day=date(2024, 7, 1))]
        for level in ("per_entry", "per_month"):
            statement = price_month(entries, rates)
            assert [(line.terms_source, line.amount_cents) for line in statement.lines] == [
                ("alt", 39936),
                ("neu", 27920),
            ], level
            assert statement.total_cents == 67856

    def test_a_later_rate_makes_a_difference_not_a_new_past(self) -> None:
        august = [entry(n, 60, day=date(2023, 8, n)) for n in range(1, 11)]
        billed = price_month(august, always(rate_cents=7394)).total_cents
        corrected = price_month(august, always(rate_cents=8850)).total_cents
        assert (billed, corrected, corrected - billed) == (73940, 88500, 14560)

    @pytest.mark.parametrize(("basis", "cents"), [("units", 5793), ("minutes", 5817)])
    def test_the_amount_comes_from_units_or_from_minutes(self, basis: str, cents: int) -> None:
        (line,) = price_month([entry(1, 50)], always(amount_basis=basis)).lines
        assert (str(line.units), line.amount_cents) == ("0.83", cents)

    def test_a_kind_of_help_may_have_its_own_rate(self) -> None:
        on = always(service_kinds={"section_31": {}, "section_30": {"rate_cents": 6000}})
        statement = price_month([entry(1), entry(2, service_kind="section_30")], on)
        assert [line.amount_cents for line in statement.lines] == [6980, 6000]


SURCHARGE: dict[str, Any] = {"rate_cents": 7500, "surcharge_percent": 20, "no_show_percent": 80}


class TestSurchargeAndMissedAppointments:
    """The LWL's published example: price 75.00, surcharge 20 %, missed appointments at 80 % of the price."""

    def test_an_hour_of_contact_is_1_2_units(self) -> None:
        (line,) = price_month([entry(1, 60)], always(**SURCHARGE)).lines
        assert (str(line.units), line.amount_cents) == ("1.20", 9000)

    def test_a_missed_hour_is_one_unit_at_a_lower_price(self) -> None:
        (line,) = price_month([entry(1, 60, activity="no_show")], always(**SURCHARGE)).lines
        assert (str(line.units), line.rate_cents, line.price_cents, line.amount_cents) == ("1.00", 7500, 6000, 6000)
        assert line.amount_cents != 7200  # 0.8 x 1.2 x 75: the way that is wrong

    def test_surcharge_follows_rounding(self) -> None:
        (line,) = price_month([entry(1, 61)], always(rounding_rule="lwl_10", **SURCHARGE)).lines
        assert (int(line.minutes_rounded), str(line.units), line.amount_cents) == (70, "1.40", 10500)

    def test_missed_appointments_are_unpaid_unless_agreed(self) -> None:
        (line,) = price_month([entry(1, activity="no_show")], always()).lines
        assert (int(line.minutes_billable), line.amount_cents) == (0, 0)
        assert line.steps[0].text_de == f"Ausgefallene Termine sind nach {SOURCE} nicht abrechenbar."

    def test_only_the_first_of_a_month_are_paid(self) -> None:
        missed = [entry(n, activity="no_show", day=date(2026, 5, n)) for n in (20, 3, 11)]
        missed += [
            entry(40, activity="no_show", day=date(2026, 6, 1)),
            entry(41, activity="no_show", help_id=UUID(int=9)),
        ]
        statement = price_month(missed, always(no_show_percent=100, no_show_max_per_month=2))
        paid = {
            (line.help_id.int, line.first_day.month, line.first_day.day): line.amount_cents for line in statement.lines
        }
        assert paid == {(1, 5, 3): 6980, (1, 5, 11): 6980, (1, 5, 20): 0, (1, 6, 1): 6980, (9, 5, 4): 6980}
        assert statement.lines[2].steps[0].text_de == f"Mehr als 2 ausgefallene Termine im Monat zahlt {SOURCE} nicht."

    def test_paid_and_unpaid_stay_apart_on_a_months_line(self) -> None:
        missed = [entry(n, 60, activity="no_show") for n in range(3)]
        statement = price_month(missed, always(no_show_percent=50, no_show_max_per_month=2, rounding_level="per_month"))
        assert [(len(line.record_ids), line.amount_cents) for line in statement.lines] == [(2, 6980), (1, 0)]


class TestActivities:
    def test_what_is_not_named_is_on_the_statement_without_amount(self) -> None:
        (line,) = price_month([entry(1, 30, activity="documentation")], always()).lines
        assert (line.minutes_worked, int(line.minutes_billable), str(line.units), line.amount_cents) == (
            30,
            0,
            "0.00",
            0,
        )
        assert line.steps[0].text_de == f"Dokumentation ist nach {SOURCE} nicht abrechenbar."

    def test_a_share_of_the_minutes_counts(self) -> None:
        on = always(activities={"travel": {"billable": True, "percent": 50}})
        (line,) = price_month([entry(1, 45, activity="travel")], on).lines
        assert (str(line.minutes_billable), str(line.units), line.amount_cents) == ("22.50", "0.38", 2652)

    def test_activities_and_helps_make_lines_of_their_own(self) -> None:
        on = always(rounding_level="per_month")
        entries = [entry(1), entry(2, activity="group_session"), entry(3, help_id=UUID(int=7)), entry(4)]
        lines = price_month(entries, on).lines
        assert [(line.help_id.int, line.activity.value, len(line.record_ids)) for line in lines] == [
            (1, "direct_contact", 2),
            (1, "group_session", 1),
            (7, "direct_contact", 1),
        ]

    def test_two_professionals_of_one_help_share_the_days_line(self) -> None:
        entries = [entry(1, 20), entry(2, 20, worker_id=UUID(int=77))]
        (line,) = price_month(entries, always(rounding_level="per_day", rounding_rule="quarter_up")).lines
        assert line.minutes_rounded == 45


class TestUnpriced:
    def test_without_agreement_there_is_no_price(self) -> None:
        on = dated([version(date(2026, 5, 5))])
        statement = price_month([entry(1), entry(2, day=date(2026, 5, 5))], on)
        assert [(u.record_id.int, u.rule, u.text_de) for u in statement.unpriced] == [
            (1001, "terms", "Am 04.05.2026 gilt keine Vereinbarung.")
        ]
        assert statement.total_cents == 6980

    def test_a_kind_of_help_outside_the_agreement_has_no_price(self) -> None:
        statement = price_month([entry(1)], always(service_kinds={"section_30": {}}))
        assert statement.unpriced[0].rule == "service_kind"
        assert (statement.lines, statement.total_cents) == ((), 0)

    def test_nothing_costs_nothing(self) -> None:
        statement = price_month([], always())
        assert (statement.lines, statement.total_cents, str(statement.units)) == ((), 0, "0.00")

    def test_a_record_is_priced_once(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            price_month([entry(1), entry(1)], always())


class TestExplanation:
    def test_a_line_tells_every_step_in_german(self) -> None:
        on = always(
            activities={"group_session": {"billable": True, "percent": 80}},
            rounding_rule="quarter_half_up",
            surcharge_percent=10,
        )
        (line,) = price_month([entry(1, 120, activity="group_session", group=GroupShare(3, 2))], on).lines
        told = [(step.rule, step.text_de, step.before, step.after) for step in line.steps]
        assert [tuple(text.replace("\u00a0", " ") for text in step) for step in told] == [
            ("activity", f"Gruppe ist nach {SOURCE} abrechenbar.", "", "80 %"),
            ("recorded", "Eintrag vom 04.05.2026.", "", "120 min"),
            ("share", "Davon zählen 80 %.", "120 min", "96 min"),
            ("group", "Gruppe: 96 min ÷ 3 Anwesende.", "96 min", "32 min"),
            ("rounding", "Rundung je Eintrag: auf Viertelstunden, kaufmännisch.", "32 min", "30 min"),
            ("surcharge", "Zuschlag von 10 % auf die Minuten.", "30 min", "33 min"),
            ("units", "33 min ÷ 60 Minuten je Fachleistungsstunde, auf zwei Stellen.", "33 min", "0,55"),
            (
                "rate",
                f"Entgeltsatz am Leistungstag für Sozialpädagogische Familienhilfe (§ 31) nach {SOURCE}.",
                "",
                "69,80 €",
            ),
            ("amount", "0,55 × 69,80 €, kaufmännisch auf Cent.", "69,80 €", "38,39 €"),
        ]

    def test_a_months_line_names_every_record(self) -> None:
        (line,) = price_month([entry(n, 52) for n in range(3)], always(rounding_level="per_month")).lines
        assert [step.rule for step in line.steps].count("recorded") == 3
        assert [step.text_de for step in line.steps if step.rule == "sum"] == ["3 Einträge zusammen (je Monat)."]

    def test_a_missed_appointment_tells_the_lower_price(self) -> None:
        (line,) = price_month([entry(1, activity="no_show")], always(**SURCHARGE)).lines
        (step,) = [step for step in line.steps if step.rule == "no_show"]
        assert (step.before, step.after) == ("75,00\u00a0€", "60,00\u00a0€")

    def test_an_amount_from_minutes_says_so(self) -> None:
        (line,) = price_month([entry(1, 50)], always(amount_basis="minutes")).lines
        assert line.steps[-1].text_de == "50\u00a0min ÷ 60 × 69,80\u00a0€, kaufmännisch auf Cent."


class TestValidity:
    def test_the_last_day_is_included(self) -> None:
        on = dated([version(date(2026, 1, 1), date(2026, 1, 31)), version(date(2026, 3, 1))])
        days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1)]
        assert [on(day) is not None for day in days] == [False, True, True, False, True]

    @pytest.mark.parametrize("valid_to", [None, date(2026, 3, 1)])
    def test_two_versions_on_one_day_are_refused(self, valid_to: date | None) -> None:
        with pytest.raises(ValueError, match="same day"):
            dated([version(date(2026, 1, 1), valid_to), version(date(2026, 3, 1))])

    def test_a_version_does_not_end_before_it_begins(self) -> None:
        with pytest.raises(ValueError, match="before it begins"):
            dated([version(date(2026, 1, 2), date(2026, 1, 1))])


class TestEntry:
    @pytest.mark.parametrize(
        "changes",
        [
            {"minutes": 0},
            {"minutes": -5},
            {"group": GroupShare(2)},
            {"activity": "group_session", "group": None},
        ],
        ids=["zero", "negative", "stray-group", "group-without-participants"],
    )
    def test_a_record_that_makes_no_sense_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"a (record|group session)"):
            entry(1, **changes)

    @pytest.mark.parametrize(("participants", "staff"), [(0, 1), (1, 0), (-1, 1)])
    def test_nobody_is_no_group(self, participants: int, staff: int) -> None:
        with pytest.raises(ValueError, match="at least one"):
            GroupShare(participants, staff)

    def test_a_naive_start_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            entry(1, started_at=entry(1).started_at.replace(tzinfo=None))
