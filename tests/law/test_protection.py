"""Child protection: periods by urgency and the chain of alarms, in the numbers of the acceptance scenarios."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.calendars import BERLIN, legal_date
from app.law.periods import Period, due_at, in_force
from app.law.protection import (
    COURT_AFTER_OBJECTION,
    FEEDBACK,
    HELP_PLAN_AFTER_INOBHUTNAHME,
    POLICY,
    URGENT,
    WRITTEN_NOTIFICATION,
    Urgency,
    acknowledgement_period,
    contact_period,
    escalation,
    first_check_period,
)
from app.law.sources import Evidence
from app.law.statutory import STATUTORY

LAND = "NW"


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def local(at: datetime) -> str:
    return at.astimezone(BERLIN).isoformat()


def due(period: Period, start: str) -> datetime:
    return due_at(period, berlin(start), LAND)


class TestPeriods:
    @pytest.mark.parametrize(
        ("urgency", "start", "first_check", "contact"),
        [
            ("immediate", "2026-05-13T15:50", "2026-05-13T16:20:00+02:00", "2026-05-13T17:50:00+02:00"),
            ("same_day", "2026-05-13T15:50", "2026-05-13T17:50:00+02:00", "2026-05-14T15:50:00+02:00"),
            ("within_3_days", "2026-05-13T15:50", "2026-05-13T23:59:59+02:00", "2026-05-16T23:59:59+02:00"),
            ("within_3_days", "2026-05-16T15:50", "2026-05-16T23:59:59+02:00", "2026-05-19T23:59:59+02:00"),
            ("within_week", "2026-05-13T15:50", "2026-05-15T23:59:59+02:00", "2026-05-20T23:59:59+02:00"),
            ("within_week", "2026-05-16T15:50", "2026-05-18T23:59:59+02:00", "2026-05-23T23:59:59+02:00"),
        ],
    )
    def test_urgency_decides_and_weekends_move_nothing(
        self, urgency: str, start: str, first_check: str, contact: str
    ) -> None:
        seen = contact_period(Urgency(urgency))
        assert seen is not None
        assert local(due(first_check_period(Urgency(urgency)), start)) == first_check
        assert local(due(seen, start)) == contact

    def test_without_weighty_indications_the_check_is_documented_in_three_working_days(self) -> None:
        assert local(due(first_check_period(Urgency.NO_WEIGHTY), "2026-05-13T15:50")) == "2026-05-19T23:59:59+02:00"
        assert contact_period(Urgency.NO_WEIGHTY) is None

    @pytest.mark.parametrize("urgency", list(Urgency))
    def test_every_number_is_marked_as_local_policy(self, urgency: Urgency) -> None:
        for period in (first_check_period(urgency), contact_period(urgency), acknowledgement_period(urgency)):
            if period is not None:
                assert (period.source, period.protective) == (POLICY, True)
        assert POLICY.evidence is Evidence.LOCAL_POLICY

    @pytest.mark.parametrize(
        ("urgency", "end"),
        [
            ("immediate", "16:50:00"),
            ("same_day", "16:50:00"),
            ("within_3_days", "23:59:59"),
            ("within_week", "23:59:59"),
        ],
    )
    def test_the_youth_office_confirms_in_an_hour_or_on_the_day(self, urgency: str, end: str) -> None:
        at = due(acknowledgement_period(Urgency(urgency)), "2026-05-13T15:50")
        assert local(at) == f"2026-05-13T{end}+02:00"


class TestScenarios:
    """Acceptance scenarios with Ascension on 14 and Whit Monday on 25 May 2026."""

    def test_s3_notification_the_youth_office_is_silent(self) -> None:
        at = "2026-05-13T15:50"
        check = due(first_check_period(Urgency.SAME_DAY), at)
        fires = {
            step.level: local(step.fires_at)[11:16] for step in escalation(berlin(at), check, Urgency.SAME_DAY, LAND)
        }
        assert fires == {0: "16:50", 1: "17:20", 2: "17:50", 3: "18:50"}
        assert local(due(acknowledgement_period(Urgency.SAME_DAY), at))[11:16] == "16:50"

    def test_s3_what_follows_counts_working_days_after_ascension(self) -> None:
        assert local(due(HELP_PLAN_AFTER_INOBHUTNAHME, "2026-05-14T15:20")).startswith("2026-05-21T23:59:59")
        assert local(due(FEEDBACK, "2026-05-14T15:00")).startswith("2026-05-29T23:59:59")
        assert local(due(WRITTEN_NOTIFICATION, "2026-05-13T15:50")).startswith("2026-05-15T23:59:59")

    def test_s4_objection_at_the_weekend(self) -> None:
        court = due(COURT_AFTER_OBJECTION, "2026-05-16T12:00")
        assert local(court) == "2026-05-18T23:59:59+02:00"
        steps = escalation(berlin("2026-05-16T12:00"), court, Urgency.WITHIN_WEEK, LAND)
        assert local(steps[1].fires_at) == "2026-05-18T09:00:00+02:00"
        assert steps[2].fires_at == court

    @pytest.mark.parametrize(
        ("start", "limit", "hours"),
        [
            ("2026-05-15T22:00", "2026-05-16T23:59:59+02:00", 26),
            ("2026-03-28T22:00", "2026-03-29T23:59:59+02:00", 25),
            ("2026-10-24T22:00", "2026-10-25T23:59:59+01:00", 27),
        ],
    )
    def test_s5_deprivation_of_liberty_ends_with_the_next_day(self, start: str, limit: str, hours: int) -> None:
        period = in_force(STATUTORY, "liberty_limit", legal_date(berlin(start)))
        end = due(period, start)
        assert local(end) == limit
        assert end - berlin(start).astimezone(UTC) == timedelta(hours=hours, seconds=-1)

    def test_s5_three_quarters_are_half_past_five_on_saturday(self) -> None:
        start, end = berlin("2026-05-15T22:00"), berlin("2026-05-16T23:59:59")
        assert local(escalation(start, end, Urgency.IMMEDIATE, LAND)[1].fires_at) == "2026-05-16T17:30:00+02:00"


class TestEscalation:
    def test_where_days_count_the_second_lapse_is_a_working_day_later(self) -> None:
        start = berlin("2026-05-12T10:00")
        end = due(first_check_period(Urgency.WITHIN_WEEK), "2026-05-12T10:00")
        steps = escalation(start, end, Urgency.WITHIN_WEEK, LAND)
        assert [local(step.fires_at) for step in steps] == [
            "2026-05-13T05:00:00+02:00",
            "2026-05-13T14:30:00+02:00",
            "2026-05-13T23:59:59+02:00",
            "2026-05-15T23:59:59+02:00",
        ]

    @pytest.mark.parametrize(
        ("start", "hours"), [("2026-03-28T20:00", ["01:00", "04:30"]), ("2026-10-24T20:00", ["01:00", "02:30"])]
    )
    def test_parts_of_the_time_are_elapsed_time(self, start: str, hours: list[str]) -> None:
        end = berlin(start).astimezone(UTC) + timedelta(hours=10)
        steps = escalation(berlin(start), end, Urgency.SAME_DAY, LAND)
        assert [local(step.fires_at)[11:16] for step in steps[:2]] == hours

    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
        st.sampled_from(Urgency),
        st.booleans(),
    )
    def test_the_chain_is_in_order_and_lapses_at_the_end(self, at: datetime, urgency: Urgency, contact: bool) -> None:
        start = at.replace(tzinfo=BERLIN)
        period = (contact_period(urgency) if contact else None) or first_check_period(urgency)
        end = due_at(period, start, LAND)
        steps = escalation(start, end, urgency, LAND)
        assert [step.level for step in steps] == [0, 1, 2, 3]
        assert [step.fires_at for step in steps] == sorted(step.fires_at for step in steps)
        assert steps[2].fires_at == end < steps[3].fires_at
        if urgency in URGENT:
            assert steps[3].fires_at - end == timedelta(hours=1)

    def test_naive_instants_are_refused(self) -> None:
        naive = datetime(2026, 5, 4)  # noqa: DTZ001
        with pytest.raises(ValueError, match="time zone"):
            escalation(naive, naive, Urgency.IMMEDIATE, LAND)
