"""Periods: how days, working days, months and hours are counted, and when the end moves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.calendars import BERLIN, LANDS, is_working_day, legal_date
from app.law.periods import Period, Unit, due_at, in_force
from app.law.sources import Evidence, derived, local_policy, statute
from app.law.statutory import STATUTORY

INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
ANY_LAND = st.sampled_from(sorted(LANDS))


def period(amount: int, unit: Unit, **changes: Any) -> Period:
    source = statute("BGB", "§ 187 Abs. 1")
    return Period("any", amount, unit, "event", source, **({"valid_from": date(2000, 1, 1)} | changes))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def due(each: Period, start: str, land: str = "NW") -> str:
    return due_at(each, berlin(start), land).astimezone(BERLIN).isoformat()


class TestElapsedTime:
    @pytest.mark.parametrize(
        ("amount", "unit", "start", "end"),
        [
            (30, Unit.CLOCK_MINUTES, "2026-05-13T15:50", "2026-05-13T16:20:00+02:00"),
            (2, Unit.CLOCK_HOURS, "2026-05-13T15:50", "2026-05-13T17:50:00+02:00"),
            (24, Unit.CLOCK_HOURS, "2026-05-13T15:50", "2026-05-14T15:50:00+02:00"),
            (24, Unit.CLOCK_HOURS, "2026-03-28T22:00", "2026-03-29T23:00:00+02:00"),
            (24, Unit.CLOCK_HOURS, "2026-10-24T22:00", "2026-10-25T21:00:00+01:00"),
            (1, Unit.CLOCK_HOURS, "2026-03-29T01:30", "2026-03-29T03:30:00+02:00"),
            (1, Unit.CLOCK_HOURS, "2026-10-25T02:30", "2026-10-25T02:30:00+01:00"),
        ],
    )
    def test_hours_are_elapsed_and_never_move(self, amount: int, unit: Unit, start: str, end: str) -> None:
        assert due(period(amount, unit), start) == end

    @given(INSTANTS, st.integers(0, 1000), ANY_LAND)
    def test_an_hour_is_an_hour(self, start: datetime, amount: int, land: str) -> None:
        assert due_at(period(amount, Unit.CLOCK_HOURS), start, land) - start == timedelta(hours=amount)


class TestDays:
    @pytest.mark.parametrize(
        ("amount", "unit", "start", "end"),
        [
            # § 187 Abs. 1, § 188 Abs. 1 BGB: the day of the event does not count, the last day counts whole
            (7, Unit.CALENDAR_DAYS, "2026-05-04T00:00", "2026-05-11"),
            (7, Unit.CALENDAR_DAYS, "2026-05-04T23:59", "2026-05-11"),
            # § 193 BGB, § 26 Abs. 3 SGB X: Saturday, Sunday and holiday move to the next working day
            (1, Unit.CALENDAR_DAYS, "2026-05-07T10:00", "2026-05-08"),
            (1, Unit.CALENDAR_DAYS, "2026-05-08T10:00", "2026-05-11"),
            (2, Unit.CALENDAR_DAYS, "2026-05-08T10:00", "2026-05-11"),
            (3, Unit.CALENDAR_DAYS, "2026-05-08T10:00", "2026-05-11"),
            (1, Unit.CALENDAR_DAYS, "2026-05-13T10:00", "2026-05-15"),
            (8, Unit.CALENDAR_DAYS, "2026-05-15T10:00", "2026-05-26"),
            (0, Unit.WORKING_DAYS, "2026-05-13T10:00", "2026-05-13"),
            (0, Unit.WORKING_DAYS, "2026-05-16T10:00", "2026-05-18"),
            (1, Unit.WORKING_DAYS, "2026-05-16T12:00", "2026-05-18"),
            (5, Unit.WORKING_DAYS, "2026-05-14T15:00", "2026-05-21"),
            (10, Unit.WORKING_DAYS, "2026-05-14T15:00", "2026-05-29"),
        ],
    )
    def test_the_last_day(self, amount: int, unit: Unit, start: str, end: str) -> None:
        assert due(period(amount, unit), start).startswith(f"{end}T23:59:59+")

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2026-05-12T10:00", "2026-05-13"),
            ("2026-05-13T10:00", "2026-05-14"),
            ("2026-05-14T10:00", "2026-05-15"),
            ("2026-05-15T10:00", "2026-05-16"),
            ("2026-05-16T10:00", "2026-05-17"),
        ],
    )
    def test_a_protective_period_never_moves(self, start: str, end: str) -> None:
        assert due(period(1, Unit.CALENDAR_DAYS, protective=True), start) == f"{end}T23:59:59+02:00"

    def test_the_holiday_is_that_of_the_land(self) -> None:
        corpus_christi_eve = "2026-06-03T10:00"
        assert due(period(1, Unit.CALENDAR_DAYS), corpus_christi_eve, "NW").startswith("2026-06-05")
        assert due(period(1, Unit.CALENDAR_DAYS), corpus_christi_eve, "BE").startswith("2026-06-04")

    def test_the_day_of_the_event_is_berlins(self) -> None:
        at = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)  # Monday 0:30 in Berlin
        assert legal_date(due_at(period(1, Unit.CALENDAR_DAYS), at, "NW")) == date(2026, 5, 5)

    def test_the_first_day_may_count(self) -> None:
        assert due(period(7, Unit.CALENDAR_DAYS, first_day_counts=True), "2026-05-04T00:00").startswith("2026-05-11")
        counted = period(7, Unit.CALENDAR_DAYS, first_day_counts=True, protective=True)
        assert due(counted, "2026-05-04T00:00").startswith("2026-05-10")
        assert due(period(1, Unit.WORKING_DAYS, first_day_counts=True), "2026-05-04T00:00").startswith("2026-05-04")

    @given(INSTANTS, st.integers(0, 60), ANY_LAND)
    def test_the_end_is_a_working_day_and_never_earlier_than_protective(
        self, start: datetime, amount: int, land: str
    ) -> None:
        moved = due_at(period(amount, Unit.CALENDAR_DAYS), start, land)
        fixed = due_at(period(amount, Unit.CALENDAR_DAYS, protective=True), start, land)
        assert fixed <= moved
        assert is_working_day(legal_date(moved), land)
        assert legal_date(fixed) == legal_date(start) + timedelta(days=amount)


class TestMonths:
    @pytest.mark.parametrize(
        ("amount", "start", "end"),
        [
            (1, "2026-05-04T10:00", "2026-06-04"),
            (1, "2026-01-28T10:00", "2026-02-28"),
            (1, "2026-01-29T10:00", "2026-02-28"),
            (1, "2026-01-31T10:00", "2026-02-28"),
            (1, "2028-01-31T10:00", "2028-02-29"),
            (1, "2026-02-28T10:00", "2026-03-28"),
            (6, "2026-01-31T10:00", "2026-07-31"),
            (6, "2026-08-31T10:00", "2027-02-28"),
            (12, "2028-02-29T10:00", "2029-02-28"),
            (1, "2026-12-31T10:00", "2027-01-31"),
        ],
    )
    def test_the_same_number_or_the_months_last_day(self, amount: int, start: str, end: str) -> None:
        assert due(period(amount, Unit.MONTHS, protective=True), start).startswith(end)

    @pytest.mark.parametrize(
        ("amount", "start", "end"),
        [
            (1, "2026-05-01T00:00", "2026-05-31"),
            (1, "2026-05-04T00:00", "2026-06-03"),
            (1, "2026-01-30T00:00", "2026-02-28"),
            (1, "2026-01-31T00:00", "2026-02-28"),
            (1, "2026-03-31T00:00", "2026-04-30"),
            (1, "2026-02-01T00:00", "2026-02-28"),
            (12, "2026-01-01T00:00", "2026-12-31"),
            # a hundred years of age: 30 years completed, and 70 more
            (1200, "1990-02-01T00:00", "2090-01-31"),
            (1200, "1992-02-29T00:00", "2092-02-28"),
        ],
    )
    def test_from_the_beginning_of_a_day_the_day_before(self, amount: int, start: str, end: str) -> None:
        assert due(period(amount, Unit.MONTHS, protective=True, first_day_counts=True), start).startswith(end)

    def test_a_month_that_ends_on_a_saturday_ends_on_monday(self) -> None:
        assert due(period(1, Unit.MONTHS), "2026-04-16T10:00").startswith("2026-05-18")


class TestRefusals:
    @pytest.mark.parametrize("unit", list(Unit))
    def test_a_naive_start_is_refused(self, unit: Unit) -> None:
        with pytest.raises(ValueError, match="time zone"):
            due_at(period(1, unit), datetime(2026, 5, 4), "NW")  # noqa: DTZ001

    def test_any_zone_ends_at_the_same_instant(self) -> None:
        start = datetime(2026, 5, 4, 8, tzinfo=UTC)
        for unit in Unit:
            ends = {due_at(period(3, unit), start.astimezone(ZoneInfo(z)), "NW") for z in ("UTC", "Asia/Tokyo")}
            assert len(ends) == 1
            assert ends.pop().tzinfo is UTC


class TestStatutory:
    @pytest.mark.parametrize(
        ("name", "start", "end"),
        [
            pytest.param("schiedsstelle_wait", "2026-04-01T09:00", "2026-05-13", id="§ 78g Abs. 2 SGB VIII"),
            pytest.param("schiedsstelle_wait", "2026-04-02T09:00", "2026-05-14", id="… on a holiday"),
            pytest.param("schiedsstelle_wait", "2026-04-03T09:00", "2026-05-15", id="… and a day later"),
            pytest.param("liberty_limit", "2026-05-15T22:00", "2026-05-16", id="§ 42 Abs. 5 SGB VIII on a Saturday"),
            pytest.param("court_hearing", "2026-05-15T09:00", "2026-06-15", id="§ 155 Abs. 2 FamFG"),
            pytest.param("court_review", "2026-11-30T09:00", "2027-02-28", id="§ 166 Abs. 3 FamFG"),
            pytest.param("fuehrungszeugnis_deletion", "2026-01-31T12:00", "2026-07-31", id="§ 72a Abs. 5 SGB VIII"),
        ],
    )
    def test_last_day(self, name: str, start: str, end: str) -> None:
        each = in_force(STATUTORY, name, legal_date(berlin(start)))
        last = due_at(each, berlin(start), "NW")
        assert legal_date(last).isoformat() == end
        assert each.source.evidence is Evidence.STATUTE

    def test_a_period_counts_from_its_first_to_its_last_day(self) -> None:
        old = period(3, Unit.MONTHS, valid_to=date(2021, 6, 9))
        new = period(6, Unit.MONTHS, valid_from=date(2021, 6, 10))
        days = (date(2000, 1, 1), date(2021, 6, 9), date(2021, 6, 10), date(2030, 1, 1))
        assert [in_force([old, new], "any", day).amount for day in days] == [3, 3, 6, 6]
        for day, name in ((date(1999, 12, 31), "any"), (date(2026, 1, 1), "other")):
            with pytest.raises(LookupError):
                in_force([old, new], name, day)

    def test_no_two_versions_are_in_force_on_one_day(self) -> None:
        assert len({each.name for each in STATUTORY}) == len(STATUTORY)


class TestSources:
    def test_a_citation_reads_as_lawyers_write_it(self) -> None:
        assert str(statute("SGB VIII", "§ 78g Abs. 2 Satz 1")) == "§ 78g Abs. 2 Satz 1 SGB VIII"

    def test_evidence_is_kept(self) -> None:
        assert derived("BGB", "§ 121").evidence is Evidence.DERIVED
        assert local_policy("SGB VIII", "§ 8a").evidence is Evidence.LOCAL_POLICY
