"""The rules of the room, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.protection import Urgency
from app.modules.safeguarding import rules
from app.modules.safeguarding.schemas import NotificationCreate
from app.policy import Role

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def body(**changes: Any) -> NotificationCreate:
    """Acute danger, soundly told."""
    return NotificationCreate.model_validate(
        {
            "youth_office_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10",
            "urgency": "immediate",
            "is_acute": True,
            "acute_reason": "Rauch",
            "perceived_at": NOON.isoformat(),
            "child_pseudonym": "Kind K-2",
            "observation": "Rauch aus der Wohnung",
            **changes,
        }
    )


@pytest.mark.parametrize(("minutes", "pointers"), [(5, []), (6, ["/perceived_at"])])
def test_a_clock_may_be_five_minutes_ahead(minutes: int, pointers: list[str]) -> None:
    ahead = (NOON + timedelta(minutes=minutes)).isoformat()
    assert [fault.pointer for fault in rules.faults_of(body(perceived_at=ahead), NOON)] == pointers


def test_every_fault_of_form_is_told_at_once_and_at_its_place() -> None:
    late = (NOON + timedelta(hours=1)).isoformat()
    sign = {"group": "housing", "fact": "Rauch", "observed_at": late, "observed_by": "FK-07", "source": "own"}
    wrong = body(
        youth_office_id=None,
        acute_reason=None,
        urgency="no_weighty",
        received_at=late,
        isef_consulted_on="2026-03-03",
        indications=[sign],
    )
    assert [fault.pointer for fault in rules.faults_of(wrong, NOON)] == [
        "/received_at",
        "/indications/0/observed_at",
        "/isef_consulted_on",
        "/urgency",
        "/acute_reason",
        "/youth_office_id",
    ]


OVER = {Role.TEAM_LEAD, Role.OFFICE_HEAD}


@pytest.mark.parametrize(
    ("roles", "taken"),
    [
        ({Role.CASEWORKER}, {Role.TEAM_LEAD: OVER, Role.OFFICE_HEAD: OVER}),
        ({Role.ON_CALL}, {Role.TEAM_LEAD: OVER, Role.OFFICE_HEAD: OVER}),
        (
            {Role.TEAM_LEAD},
            {Role.OFFICE_HEAD: {Role.OFFICE_HEAD}, **{below: {below} for below in (Role.CASEWORKER, Role.ON_CALL)}},
        ),
        (
            {Role.OFFICE_HEAD},
            {
                below: {below}
                for below in (Role.CASEWORKER, Role.TEAM_LEAD, Role.ON_CALL, Role.CHILD_PROTECTION_COORDINATOR)
            },
        ),
        ({Role.PROVIDER_LEAD}, {Role.PROVIDER_MANAGER: {Role.PROVIDER_MANAGER}}),
        ({Role.PROVIDER_MANAGER}, {Role.PROVIDER_LEAD: {Role.PROVIDER_LEAD}}),
        ({Role.PLANNER, Role.FINANCE_OFFICER, Role.PROVIDER_PROFESSIONAL}, {}),
    ],
)
def test_a_line_stands_in_for_roles_nobody_holds(roles: set[Role], taken: dict[Role, set[Role]]) -> None:
    assert rules.stands_in(roles) == taken


def test_every_level_calls_somebody_and_the_last_one_the_head_of_the_office() -> None:
    assert all(rules.ESCALATION[level] for level in range(4))
    assert Role.OFFICE_HEAD in {call.role for call in rules.ESCALATION[3]}


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([urgency for urgency in Urgency if urgency is not Urgency.NO_WEIGHTY]),
    st.dictionaries(st.sampled_from([urgency.value for urgency in Urgency]), st.integers(1, 20_000)),
    st.sampled_from(["NW", "BY", "SN"]),
)
def test_every_notification_has_a_deadline_and_four_steps_in_order(
    received_at: datetime, urgency: Urgency, agreed: dict[str, int], land: str
) -> None:
    due, source = rules.acknowledge_by(urgency, received_at, agreed, land)
    steps = rules.steps_of(urgency, received_at, due, land)
    assert [step.level for step in steps] == [0, 1, 2, 3]
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert steps[2].at == due < steps[3].at
    if urgency.value in agreed:
        assert due - received_at == timedelta(minutes=agreed[urgency.value])
        assert source.startswith("Vereinbarung")


def test_the_legal_day_has_23_or_25_hours_when_the_clocks_change() -> None:
    spans = [rules.legal_day(datetime(2026, month, day, 12, tzinfo=UTC)) for month, day in ((3, 29), (10, 25), (7, 1))]
    assert [ends - begins for begins, ends in spans] == [timedelta(hours=hours) for hours in (23, 25, 24)]
