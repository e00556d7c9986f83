"""Procedures that ended, and their records."""

from typing import Any

from app.modules.statistics import look
from app.policy import Role
from tests.modules.protection.given import Office
from tests.world import World

Json = dict[str, Any]
RECORDS, RELEASES, NUMBERS = "/v1/statistics-records", "/v1/statistics-releases", "/v1/protection-numbers"
KWG: Json = {
    "sex": "female",
    "origin_foreign": False,
    "language_german": True,
    "parent1_age": "from_27",
    "parent2_age": "unknown",
    "has_integration_help": False,
    "place_of_stay": "one_parent",
    "informant": "neighbour",
    "existing_services": ["none"],
    "new_helps": ["ambulant"],
}
VSM: Json = {
    "sex": "male",
    "origin_foreign": True,
    "language_german": False,
    "indicated_by": "police_court",
    "occasions": ["neglect", "overburdened"],
    "stay_before": "parents",
    "following_stay": "foster_family",
    "following_helps": ["out_of_family"],
}
FEBRUARY_ON: Json = {"survey": "kwg", "first": "2026-02-01", "last": "2026-03-02", "unit_key": "05158016000000001"}


def given_closed(world: World, **report: Any) -> Office:
    """A procedure that ended: no danger, no need of help."""
    office = Office(world)
    office.receive(**report)
    office.assign()
    office.weighty()
    office.contact()
    office.assess("none")
    office.close()
    return office


def looked(world: World) -> None:
    """The worker looks."""
    with world.kernel.work.as_system() as db:
        look(db, world.clock.now)


def record_of(office: Office) -> Json:
    """The only record of a case."""
    looked(office.world)
    found = office.caseworker.get(f"{RECORDS}?limit=200")["items"]
    (record,) = [one for one in found if one["case_id"] == office.case_id]
    return dict(record)


def complete(office: Office, record: Json, *, status: int = 200, **changes: Any) -> Json:
    """The caseworker says what the procedure does not know."""
    survey = record["survey"]
    answers = {**(KWG if survey == "kwg" else VSM), **changes}
    path = f"{RECORDS}/{record['id']}"
    return dict(office.caseworker.act(path, f"complete_{survey}", answers=answers, status=status))


def release(world: World, *, status: int = 201, **changes: Any) -> Json:
    """The statistics officer releases."""
    return dict(world.as_(Role.STATISTICS_OFFICER).post(RELEASES, {**FEBRUARY_ON, **changes}, status=status))


def given_statistics(world: World) -> dict[str, str]:
    """One of everything, for the walls between offices."""
    office = given_closed(world)
    record = complete(office, record_of(office))
    later = record_of(given_closed(world))
    released = release(world, leaves_drafts=True)
    assert record["id"] != later["id"]
    return {"statistics_record_id": later["id"], "statistics_release_id": released["id"]}
