"""The log is read by the data protection officer, and reading it is written into it."""

from app.policy import OrganisationKind, Role
from tests.stories.helps import given_help
from tests.world import World


def test_the_officer_reads_the_own_log_and_leaves_a_trace(world: World) -> None:
    help_ = given_help(world)
    officer = world.as_(Role.DATA_PROTECTION_OFFICER)
    entries = officer.get(f"/v1/audit-entries?subject_id={help_['id']}&sort=at")["items"]
    assert [entry["action"] for entry in entries] == ["help.create", "help.release"]
    assert entries[1]["law"] == "§ 36a Abs. 1 SGB VIII"
    assert (entries[1]["from_state"], entries[1]["to_state"]) == ("requested", "active")
    traces = officer.get("/v1/audit-entries?action=audit.read")["items"]
    assert traces[0]["details"] == {"subject_id": help_["id"]}


def test_the_officer_verifies_the_own_chains(world: World) -> None:
    given_help(world)
    result = world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-verification")
    assert result["whole"] is True
    assert result["entries"] > 5
    assert result["broken"] == []


def test_nobody_else_reads_the_log(world: World) -> None:
    help_ = given_help(world)
    world.as_(Role.CASEWORKER).get("/v1/audit-entries", status=403)
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    stranger = world.as_(Role.DATA_PROTECTION_OFFICER, office)
    assert stranger.get(f"/v1/audit-entries?subject_id={help_['id']}")["items"] == []
