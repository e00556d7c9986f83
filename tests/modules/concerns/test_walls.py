"""Who sees what of a concern: those who work on it and their line; no office, no other provider, nobody shut out."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.kernel import Kernel
from app.core.problems import Conflict
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.concerns.given import INDICATION, PATH, given_concern, given_state, step
from tests.world import World


def test_those_who_work_on_it_and_the_lead_read_it_the_management_sees_the_stand(world: World) -> None:
    path = given_concern(world)
    for role in Role:
        if role.side is OrganisationKind.YOUTH_OFFICE or Permission.CONCERNS_WATCH not in GRANTS[role]:
            world.as_(role).get(path, status=403)
            world.as_(role).get(PATH, status=403)
    worker, colleague = world.as_(Role.PROVIDER_PROFESSIONAL), world.person(Role.PROVIDER_PROFESSIONAL)
    assert worker.get(path)["children"][0]["pseudonym"] == "Kind K-1"
    colleague.get(path, status=404)
    assert colleague.get(PATH)["items"] == []
    manager = world.as_(Role.PROVIDER_MANAGER)
    manager.get(path, status=403)
    (seen,) = manager.get(PATH)["items"]
    assert seen["state"] == "noticed"
    assert "Kind K-1" not in str(seen)


def test_people_are_taken_in_handed_over_to_and_shut_out_at_once(world: World) -> None:
    path, lead = given_concern(world), world.as_(Role.PROVIDER_LEAD)
    accused, colleague = world.as_(Role.PROVIDER_PROFESSIONAL), world.person(Role.PROVIDER_PROFESSIONAL)

    def change(part: str, who: object, status: int = 201) -> dict[str, object]:
        headers = {"If-Match": f'"{lead.get(path)["version"]}"'}
        body = {"part": part, "account_id": str(who), "reason": "Vertretung"}
        return dict(lead.post(f"{path}/people", body, status=status, headers=headers))

    change("member", colleague.account_id, 200)
    assert colleague.get(path)["state"] == "noticed"
    change("excluded", accused.account_id, 200)  # whoever is accused, though responsible
    accused.get(path, status=404)
    assert accused.get(PATH)["items"] == []
    assert lead.get(path)["responsible_id"] == str(lead.account_id)
    change("responsible", colleague.account_id, 200)
    assert lead.get(path)["responsible_id"] == str(colleague.account_id)
    for part, who in (("member", accused.account_id), ("member", world.as_(Role.PROVIDER_BILLING).account_id)):
        assert change(part, who, 422)["errors"][0]["pointer"] == "/account_id"  # type: ignore[index]
    assert change("excluded", lead.account_id, 422)["errors"][0]["code"] == "self"  # type: ignore[index]
    stranger = world.organisation(OrganisationKind.PROVIDER, "Ahornhaus").accounts[Role.PROVIDER_LEAD]
    assert change("excluded", stranger, 422)["errors"][0]["code"] == "unknown"  # type: ignore[index]
    body = {"part": "member", "account_id": str(colleague.account_id), "reason": "x"}
    lead.post(f"{path}/people", body, status=412, headers={"If-Match": '"1"'})
    colleague.post(f"{path}/people", body, status=403, headers={"If-Match": '"1"'})
    kinds = [entry["content"].get("part") for entry in lead.get(f"{path}/entries?kind=people")["items"]]
    assert kinds == ["member", "excluded", "responsible"]


def test_a_copy_of_the_database_tells_nothing_of_what_was_seen(world: World, kernel: Kernel) -> None:
    path = given_state(world, "plan_active")
    id_ = path.rpartition("/")[2]
    with kernel.work.as_system() as db:
        rows = db.execute(text("SELECT sealed FROM concern_entry WHERE concern_id = :id"), {"id": id_}).scalars().all()
        assert rows
        assert all(b"hst" not in row and b"Mutter" not in row for row in (bytes(row) for row in rows))
        log = db.execute(text("SELECT details::text FROM audit_entry WHERE subject_id = :id"), {"id": id_}).scalars()
        assert all("Mutter" not in row for row in log)
        events = db.execute(text("SELECT data::text, audience FROM event WHERE subject_id = :id"), {"id": id_}).all()
        assert {tuple(row.audience) for row in events} == {(world.provider.id,)}


def test_entries_cannot_be_changed_even_past_the_api(world: World, kernel: Kernel) -> None:
    given_concern(world)
    for act in ("UPDATE concern_entry SET is_late = true", "DELETE FROM concern_entry"):
        with pytest.raises((DBAPIError, Conflict)), kernel.work.as_system() as db:
            db.execute(text(act))


def test_nothing_is_overwritten_corrections_are_additions(world: World) -> None:
    path, worker = given_concern(world), world.as_(Role.PROVIDER_PROFESSIONAL)
    (first,) = worker.get(f"{path}/entries")["items"]
    assert first["content"]["indication"]["interpretation"] == INDICATION["interpretation"]
    entries = f"{path}/entries"
    worker.post(entries, {"kind": "correction", "corrects_id": first["id"], "text": "Es war der Vater."})
    wrong = {"kind": "correction", "corrects_id": path.rpartition("/")[2], "text": "x"}
    assert worker.post(entries, wrong, status=422)["errors"][0]["pointer"] == "/corrects_id"
    worker.post(entries, {"kind": "help_offer", "offer": "Erziehungsberatung", "accepted": False})
    worker.post(entries, {"kind": "record_indication", "indication": INDICATION, "happened_at": "2026-03-01T09:00:00Z"})
    later = {"kind": "note", "text": "x", "happened_at": "2026-03-03T09:00:00Z"}
    assert worker.post(entries, later, status=422)["errors"][0]["pointer"] == "/happened_at"
    timeline = worker.get(entries)["items"]
    assert [entry["kind"] for entry in timeline] == [
        "record_indication",
        "correction",
        "help_offer",
        "record_indication",
    ]
    assert [entry["is_late"] for entry in timeline] == [False, False, False, True]


def test_what_has_ended_takes_corrections_only(world: World) -> None:
    path, worker = given_state(world, "closed_no_concern"), world.as_(Role.PROVIDER_PROFESSIONAL)
    note = {"kind": "note", "text": "Nachtrag"}
    assert worker.post(f"{path}/entries", note, status=409)["type"] == "/v1/problems/concern-ended"
    first = worker.get(f"{path}/entries")["items"][0]["id"]
    worker.post(f"{path}/entries", {"kind": "correction", "corrects_id": first, "text": "Am Dienstag"})


def test_every_reading_is_written_down(world: World, kernel: Kernel) -> None:
    path, worker = given_concern(world), world.as_(Role.PROVIDER_PROFESSIONAL)
    worker.get(path)
    worker.get(f"{path}/entries")
    with kernel.work.as_system() as db:
        reads = db.scalar(
            text("SELECT count(*) FROM audit_entry WHERE subject_id = :id AND action = 'provider_concern.read'"),
            {"id": path.rpartition("/")[2]},
        )
    assert reads == 2


def test_the_database_itself_shows_no_office_a_row(world: World, kernel: Kernel) -> None:
    path = given_state(world, "ja_notified")
    step(world, path, "request_isef")
    with kernel.work.as_system() as db:
        db.execute(text("SET LOCAL role handschlag_api"))
        db.execute(text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(world.youth_office.id)})
        for table in ("provider_concern", "concern_entry", "concern_notification", "isef_consultation"):
            assert db.scalar(text(f"SELECT count(*) FROM {table}")) == 0
