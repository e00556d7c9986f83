"""Terms of real towns and all billing models: data, priced to the cent."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.modules.agreements import BillingModel, BillingTerms, Employment
from app.modules.billing.rules import Arrangement, Granted, Line, Statement, dated, instalments, price_month
from tests.modules.billing.records import HELP, always, entry, version
from tests.modules.billing.towns import (
    AACHEN,
    ALZEY_WORMS,
    BREMEN,
    COBURG,
    FRIESLAND,
    FUERTH,
    GROUP_HOME,
    HANNOVER,
    HILDEN,
    LVR,
    TOWNS,
    WUERZBURG,
)

JUNE = date(2026, 6, 1)


def running(
    first: date = date(2026, 1, 1), last: date = date(2026, 12, 31), hours: int = 500
) -> dict[UUID, Arrangement]:
    return {HELP: Arrangement(first, last, (Granted(first, last, hours),))}


def month(contract: dict[str, Any], *entries: Any, **changes: Any) -> Statement:
    return price_month(entries or [entry(1, 60, day=JUNE)], always(**contract), **{"arrangements": running()} | changes)


def only(statement: Statement) -> Line:
    (line,) = statement.lines
    return line


@pytest.mark.parametrize("town", TOWNS)
def test_terms_of_a_town_are_data_and_survive_json(town: str) -> None:
    terms = BillingTerms.model_validate(TOWNS[town])
    assert BillingTerms.model_validate_json(terms.model_dump_json()) == terms


def test_terms_signed_before_models_had_names_are_read_as_they_were() -> None:
    old = {"rate_cents": 6980, "activities": {"direct_contact": {"billable": True}, "travel": {"billable": False}}}
    terms = BillingTerms.model_validate(old)
    assert terms.billing_model is BillingModel.ACTUAL_HOURS_ALL
    assert price_month([entry(1, 90)], dated([version()])).total_cents == 10470


class TestTowns:
    def test_fuerth_bills_every_minute(self) -> None:
        statement = month(FUERTH, entry(1, 52), entry(2, 7, activity="travel"), entry(3, 11, activity="report_writing"))
        assert [str(line.units) for line in statement.lines] == ["0.87", "0.12", "0.18"]
        assert statement.total_cents == 6073 + 838 + 1256

    def test_friesland_sells_45_minutes_as_an_hour(self) -> None:
        assert [only(month(FRIESLAND, entry(1, m))).amount_cents for m in (45, 90, 60)] == [4500, 9000, 5985]

    def test_lvr_style_adds_a_fifth_and_pays_late_cancellations_at_80_percent(self) -> None:
        assert only(month(LVR, entry(1, 61))).amount_cents == 10500
        assert only(month(LVR, entry(1, 60, activity="no_show"))).amount_cents == 6000
        assert only(month(LVR, entry(1, 60, activity="no_show", notice_hours=23))).amount_cents == 6000
        early = only(month(LVR, entry(1, 60, activity="no_show", notice_hours=24)))
        assert early.amount_cents == 0
        assert "24 Stunden vorher abgesagt" in early.steps[0].text_de

    def test_hilden_rounds_the_day_and_caps_travel_per_trip_and_month(self) -> None:
        contacts = [entry(1, 20, hour=8), entry(2, 20, hour=10)]
        assert only(month(HILDEN, *contacts)).amount_cents == 4800  # 40 minutes are 45
        trips = [entry(n, 80, day=date(2026, 6, n), activity="travel") for n in range(1, 6)]
        lines = month(HILDEN, *trips).lines
        assert [int(line.minutes_billable) for line in lines] == [30, 30, 30, 30, 0]
        assert "Höchstgrenze je Eintrag erreicht." in [step.text_de for step in lines[0].steps]
        assert "Höchstgrenze je Monat erreicht." in [step.text_de for step in lines[4].steps]

    def test_alzey_worms_pays_contact_and_prices_the_rest_in(self) -> None:
        statement = month(ALZEY_WORMS, entry(1, 50), entry(2, 30, activity="documentation"))
        assert [line.amount_cents for line in statement.lines] == [6834, 0]

    def test_aachen_has_a_rate_for_each_help_and_qualification(self) -> None:
        assert only(month(AACHEN, entry(1))).amount_cents == 6611
        assert only(month(AACHEN, entry(1, service_kind="section_30"))).amount_cents == 5900
        assert only(month(AACHEN, entry(1, qualification="Erzieherin"))).amount_cents == 5200
        assert month(AACHEN, entry(1, service_kind="section_35")).unpriced[0].rule == "service_kind"

    def test_coburg_pays_freelancers_less(self) -> None:
        rates = {
            ("Therapeutin", Employment.EMPLOYEE): 4700,
            ("Sozialpädagogin", Employment.EMPLOYEE): 4100,
            ("Sozialpädagogin", Employment.FREELANCER): 3800,
            ("Erzieherin", Employment.FREELANCER): 3400,
            ("Hauswirtschaft", Employment.EMPLOYEE): 4100,  # not named: the general rate
        }
        for (qualification, employment), cents in rates.items():
            one = entry(1, qualification=qualification, employment=employment)
            assert only(month(COBURG, one)).rate_cents == cents


class TestFlatAmounts:
    def test_bremen_pays_the_month_by_case_group(self) -> None:
        line = only(month(BREMEN))
        assert (line.unit.value, str(line.units), line.amount_cents) == ("month", "1.00", 124395)
        assert line.activity.value == "flat_rate"
        more = only(month(BREMEN, arrangements=running(hours=800)))
        assert more.amount_cents == 198418

    @pytest.mark.parametrize(("hours", "daily"), [(500, 4092), (800, 6527)])
    def test_bremen_pays_a_begun_month_by_the_published_daily_value(self, hours: int, daily: int) -> None:
        line = only(
            month(BREMEN, entry(1, day=date(2026, 6, 21)), arrangements=running(date(2026, 6, 21), hours=hours))
        )
        assert (line.unit.value, str(line.units), line.price_cents) == ("day", "10.00", daily)
        assert line.amount_cents == 10 * daily

    def test_hours_granted_during_the_month_change_the_case_group(self) -> None:
        grants = (Granted(date(2026, 6, 1), date(2026, 6, 10), 500), Granted(date(2026, 6, 11), date(2026, 6, 30), 800))
        arrangement = {HELP: Arrangement(JUNE, date(2026, 12, 31), grants)}
        lines = month(BREMEN, arrangements=arrangement).lines
        assert [line.amount_cents for line in lines] == [10 * 4092, 20 * 6527]

    def test_wuerzburg_pays_weekly_hours_times_the_factor(self) -> None:
        line = only(month(WUERZBURG))
        assert (str(line.units), line.amount_cents) == ("21.65", 16995)
        assert month(WUERZBURG, entry(1, 5, day=JUNE)).total_cents == 16995  # whatever was delivered

    @pytest.mark.parametrize(
        ("factor", "units"),
        [("4.3", "25.80"), ("4.33", "25.98"), ("52/12", "26.00"), ("4.345", "26.07"), ("by_days", "25.71")],
    )
    def test_week_factors(self, factor: str, units: str) -> None:
        line = only(month(WUERZBURG | {"week_factor": factor}, arrangements=running(hours=600)))
        assert str(line.units) == units

    def test_working_days_know_the_holidays_of_the_land(self) -> None:
        by_days = WUERZBURG | {"week_factor": "workdays/5"}
        assert str(only(month(by_days)).units) == "22.00"  # 22 weekdays in June 2026
        assert str(only(month(by_days | {"land": "NW"})).units) == "21.00"  # Fronleichnam, 4 June

    @pytest.mark.parametrize(
        ("rule", "first", "last", "units", "cents"),
        [
            ("full", date(2026, 6, 16), date(2026, 12, 31), "1.00", 90000),
            ("prorated", date(2026, 6, 16), date(2026, 12, 31), "15.00", 45000),
            ("cutoff", date(2026, 1, 1), date(2026, 6, 21), "1.00", 90000),
            ("cutoff", date(2026, 6, 25), date(2026, 12, 31), "0.00", 0),
            ("cutoff", date(2026, 6, 20), date(2026, 12, 31), "1.00", 90000),
            ("cutoff", date(2026, 1, 1), date(2026, 6, 20), "0.00", 0),
        ],
    )
    def test_a_package_in_a_begun_month(self, rule: str, first: date, last: date, units: str, cents: int) -> None:
        terms: dict[str, Any] = {
            "billing_model": "monthly_package",
            "rate_cents": 90000,
            "package": {"rule": rule, "cutoff_day": 20},
        }
        day = max(first, JUNE)
        line = only(month(terms, entry(1, day=day), arrangements=running(first, last)))
        assert (str(line.units), line.amount_cents) == (units, cents)

    def test_a_package_whose_price_changes_in_the_month_is_split_by_days(self) -> None:
        terms: dict[str, Any] = {"billing_model": "monthly_package", "package": {"rule": "full"}}
        on = dated(
            [
                version(valid_to=date(2026, 6, 10), source="alt", rate_cents=90000, **terms),
                version(date(2026, 6, 11), source="neu", rate_cents=96000, **terms),
            ]
        )
        lines = price_month([entry(1, day=JUNE)], on, running()).lines
        assert [(line.terms_source, line.amount_cents) for line in lines] == [("alt", 30000), ("neu", 64000)]

    def test_a_month_is_charged_once_whatever_is_recorded_later(self) -> None:
        first = entry(1, day=JUNE)
        later = month(WUERZBURG, entry(2, day=date(2026, 6, 2)), before=[first])
        assert later.total_cents == 0
        assert "schon berechnet" in only(later).steps[2].text_de
        assert month(WUERZBURG, entry(2, day=date(2026, 7, 2)), before=[first]).total_cents > 0

    def test_a_flat_amount_needs_days_and_grant_of_the_help(self) -> None:
        assert month(WUERZBURG, arrangements={}).unpriced[0].rule == "arrangement"

    def test_a_budget_pays_no_single_case(self) -> None:
        assert month(HANNOVER).total_cents == 0
        assert sum(instalments(100_000_00, 12)) == 100_000_00
        assert list(instalments(100_000_00, 12))[-2:] == [833_333, 833_337]


class TestDays:
    def stay(self, *days: int, activity: str = "presence_day", start: int = 0) -> list[Any]:
        return [entry(start + n, 60, day=date(2026, 6, n), activity=activity) for n in days]

    def test_days_of_presence_and_absence_are_lines_of_their_own(self) -> None:
        entries = [*self.stay(2, 3, 4, 8), *self.stay(5, 6, 7, activity="standby_absence")]
        lines = {line.activity.value: line for line in month(GROUP_HOME, *entries).lines}
        assert (str(lines["presence_day"].units), lines["presence_day"].amount_cents) == ("4.00", 4 * 18550)
        assert lines["standby_absence"].price_cents == 13913  # 75 % of 185.50, half up
        assert lines["standby_absence"].amount_cents == 3 * 13913

    def test_first_and_last_day_cost_what_is_agreed(self) -> None:
        arrangements = running(date(2026, 6, 2), date(2026, 6, 4))
        lines = month(GROUP_HOME, *self.stay(2, 3, 4), arrangements=arrangements).lines
        assert [line.amount_cents for line in lines] == [18550, 18550, 9275]
        assert lines[0].steps[0].text_de.startswith("Aufnahmetag")
        assert lines[2].steps[0].text_de.startswith("Entlassungstag")

    def test_a_place_is_kept_free_for_so_many_days_in_a_row(self) -> None:
        absent = self.stay(2, 3, 4, 5, 7, activity="standby_absence")
        paid = {line.amount_cents for line in month(GROUP_HOME, *absent, *self.stay(6, start=50)).lines}
        assert paid == {4 * 13913, 0, 18550}

    def test_a_day_is_paid_once(self) -> None:
        twice = [*self.stay(2), *self.stay(2, start=90), *self.stay(2, start=40, activity="standby_absence")]
        assert month(GROUP_HOME, *twice).total_cents == 18550
        assert month(GROUP_HOME, *self.stay(2), before=self.stay(2, start=70)).total_cents == 0

    def test_hours_are_in_the_day_rate(self) -> None:
        assert month(GROUP_HOME, entry(1, day=JUNE)).total_cents == 0


class TestTimesAndNotice:
    def test_contact_outside_the_agreed_hours_needs_a_reason(self) -> None:
        terms = {
            "billing_model": "face_to_face_window",
            "activities": {"direct_contact": {"billable": True}},
            "contact_windows": [{"weekday": 1, "starts": "08:00", "ends": "12:00"}],
        }
        inside: dict[str, Any] = {"day": JUNE, "started_at": datetime(2026, 6, 1, 7, tzinfo=UTC)}  # 9:00 in Berlin
        outside: dict[str, Any] = {"day": JUNE, "started_at": datetime(2026, 6, 1, 9, 30, tzinfo=UTC)}
        assert only(month(terms, entry(1, **inside))).amount_cents == 6980
        assert only(month(terms, entry(1, **outside))).amount_cents == 0
        assert only(month(terms, entry(1, **outside, has_note=True))).amount_cents == 6980

    def test_minutes_at_night_and_on_holidays_cost_more(self) -> None:
        terms = {"time_surcharges": {"night_percent": 25, "sunday_percent": 50, "holiday_percent": 100}, "land": "NW"}
        late: dict[str, Any] = {"day": JUNE, "started_at": datetime(2026, 6, 1, 19, 30, tzinfo=UTC)}  # 21:30 in Berlin
        line = only(month(terms, entry(1, 60, **late)))  # half of it at night
        assert (line.rate_cents, line.price_cents, line.amount_cents) == (6980, 7853, 7853)
        assert "time_surcharge" in [step.rule for step in line.steps]
        assert only(month(terms, entry(1, 60, day=date(2026, 6, 7)))).price_cents == 10470  # Sunday
        assert only(month(terms, entry(1, 60, day=date(2026, 6, 4)))).price_cents == 13960  # Fronleichnam
        assert only(month(terms, entry(1, 60, day=JUNE))).price_cents == 6980
        assert (
            only(month(terms | {"no_show_percent": 100}, entry(1, 60, activity="no_show", **late))).price_cents == 6980
        )

    def test_a_series_of_missed_appointments_ends_payment(self) -> None:
        terms = {"no_show_percent": 100, "no_show_max_consecutive": 2}
        missed = [entry(n, activity="no_show", day=date(2026, 6, n)) for n in (1, 3, 5)]
        assert [line.amount_cents for line in month(terms, *missed).lines] == [6980, 6980, 0]
        met = entry(99, day=date(2026, 6, 4))
        assert sum(line.amount_cents for line in month(terms, *missed, met).lines) == 4 * 6980
        before = [entry(50, activity="no_show", day=date(2026, 5, 28))]
        assert [line.amount_cents for line in month(terms, *missed, before=before).lines] == [6980, 0, 0]

    def test_after_four_weeks_without_contact_payment_stops(self) -> None:
        terms = {"no_show_percent": 100, "no_show_stop_weeks": 4}
        missed = [entry(n, activity="no_show", day=day) for n, day in enumerate([date(2026, 5, 1), date(2026, 5, 29)])]
        last = entry(9, activity="no_show", day=date(2026, 5, 30))
        assert [line.amount_cents for line in month(terms, *missed, last).lines] == [6980, 6980, 0]

    def test_a_missed_appointment_may_need_a_note(self) -> None:
        terms = {"no_show_percent": 100, "no_show_needs_note": True}
        assert only(month(terms, entry(1, activity="no_show"))).amount_cents == 0
        assert only(month(terms, entry(1, activity="no_show", has_note=True))).amount_cents == 6980

    def test_what_was_cancelled_in_time_leaves_the_number_alone(self) -> None:
        terms = {"no_show_percent": 100, "no_show_max_per_month": 1, "no_show_notice_hours": 24}
        early = entry(1, activity="no_show", day=date(2026, 6, 1), notice_hours=48)
        late = entry(2, activity="no_show", day=date(2026, 6, 2))
        assert [line.amount_cents for line in month(terms, early, late).lines] == [0, 6980]

    def test_what_earlier_invoices_paid_is_used_up(self) -> None:
        terms = {"no_show_percent": 100, "no_show_max_per_month": 1}
        paid = entry(1, activity="no_show", day=date(2026, 6, 20))
        assert month(terms, entry(2, activity="no_show", day=JUNE), before=[paid]).total_cents == 0


class TestShares:
    def test_travel_as_flat_minutes_at_its_own_rate(self) -> None:
        terms = {"activities": {"travel": {"billable": True, "flat_minutes": 30, "rate_cents": 3000}}}
        assert [only(month(terms, entry(1, m, activity="travel"))).amount_cents for m in (5, 90)] == [1500, 1500]

    def test_a_group_hour_shared_by_those_present(self) -> None:
        terms = {"group_rule": "group_hour_rate", "group_rate_cents": 12000}
        line = only(month(terms, entry(1, 120, activity="group_session")))  # five present
        assert (int(line.minutes_billable), line.amount_cents) == (24, 4800)
