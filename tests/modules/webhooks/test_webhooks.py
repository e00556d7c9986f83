"""Events are read in order and delivered signed, in order per subject, until they arrive."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text
from standardwebhooks import Webhook

from app.core.outbox import announce, emit, publish
from app.core.sealing import Sealer
from app.modules.webhooks import on_published
from app.modules.webhooks.rules import is_reachable, wait_seconds
from app.policy import SYSTEM, OrganisationKind, Role
from tests.stories.given import given_agreement
from tests.world import World

announce(test__happened="geschehen")


class Receiver:
    """A receiver of webhooks that answers as told and verifies with the library of the standard."""

    def __init__(self) -> None:
        self.secret, self.statuses, self.taken, self.forged = "", list[int](), list[dict[str, Any]](), 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                if status < 300:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    receiver.take(body, headers)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        signer = Webhook(self.secret)
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        if signer.sign(headers["webhook-id"], at, body.decode()) != headers["webhook-signature"]:
            self.forged += 1
        self.taken.append(json.loads(body))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _subscribe(world: World, receiver: Receiver, types: list[str] | None = None) -> dict[str, Any]:
    admin = world.as_(Role.OFFICE_ADMIN)
    made = admin.post("/v1/webhooks", {"url": receiver.url, "types": types or []})
    receiver.secret = admin.post(f"/v1/webhooks/{made['id']}/secret", status=200)["secret"]
    return dict(made)


def test_events_are_delivered_signed_and_in_order(
    world: World, receiver: Receiver, run_jobs: Callable[[], None]
) -> None:
    webhook = _subscribe(world, receiver, ["handschlag.agreement"])
    agreement = given_agreement(world)
    world.tick()
    run_jobs()
    steps = [event["type"].rpartition(".")[2] for event in receiver.taken]
    assert list(dict.fromkeys(steps)) == ["draft", "in_negotiation", "awaiting_signatures", "signed", "in_force"]
    assert receiver.forged == 0
    assert {event["subject"] for event in receiver.taken} == {f"agreement/{agreement['id']}"}
    admin = world.as_(Role.OFFICE_ADMIN)
    log = admin.get(f"/v1/webhooks/{webhook['id']}/deliveries?state=delivered")["items"]
    assert [row["attempts"] for row in log] == [1] * len(steps)
    feed = admin.get("/v1/events?type=handschlag.agreement")["items"]
    assert [event["id"] for event in feed] == [event["id"] for event in receiver.taken]


def test_a_failing_receiver_gets_everything_in_order_in_the_end(
    world: World, receiver: Receiver, run_jobs: Callable[[], None]
) -> None:
    webhook = _subscribe(world, receiver, ["handschlag.agreement"])
    receiver.statuses = [500, 503, 302, 429]
    given_agreement(world)
    world.tick()
    for _ in range(7):
        run_jobs()
        with world.kernel.work.as_system() as db:  # the waits are over
            db.execute(text("UPDATE jobs.procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
    assert [event["sequence"] for event in receiver.taken] == sorted(event["sequence"] for event in receiver.taken)
    log = world.as_(Role.OFFICE_ADMIN).get(f"/v1/webhooks/{webhook['id']}/deliveries?sort=position")["items"]
    assert [row["state"] for row in log] == ["delivered"] * len(receiver.taken)
    assert log[0]["attempts"] == 5


def test_gone_stops_the_subscription_and_an_event_can_be_sent_again(
    world: World, receiver: Receiver, run_jobs: Callable[[], None]
) -> None:
    webhook = _subscribe(world, receiver)
    receiver.statuses = [410]
    admin = world.as_(Role.OFFICE_ADMIN)
    _emit(world)
    world.tick()
    run_jobs()
    path = f"/v1/webhooks/{webhook['id']}"
    stopped = admin.get(path)
    assert stopped["is_active"] is False
    delivery = admin.get(f"{path}/deliveries")["items"][0]
    assert (delivery["state"], delivery["last_status"]) == ("parked", 410)
    admin.patch(path, {"is_active": True}, version=stopped["version"])
    again = admin.post(f"{path}/deliveries/{delivery['id']}:redeliver", status=200)
    assert again["state"] == "pending"
    run_jobs()
    assert len(receiver.taken) == 1
    admin.post(f"{path}/deliveries/{uuid4()}:redeliver", status=404)


def test_subscriptions_are_managed_by_their_organisation(world: World, receiver: Receiver) -> None:
    webhook = _subscribe(world, receiver)
    path, other = f"/v1/webhooks/{webhook['id']}", world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    stranger = world.as_(Role.OFFICE_ADMIN, other)
    stranger.get(path, status=404)
    stranger.post(f"{path}/secret", status=404)
    stranger.patch(path, {"is_active": False}, version=2, status=404)
    stranger.get(f"{path}/deliveries", status=404)
    world.as_(Role.CASEWORKER).get(path, status=403)
    admin = world.as_(Role.OFFICE_ADMIN)
    assert admin.get(path)["has_secret"] is True
    admin.patch(path, {"types": ["Handschlag!"]}, version=2, status=422)
    admin.patch(path, {"is_active": None}, version=2, status=422)
    admin.request("DELETE", path, status=428)
    admin.request("DELETE", path, status=204, headers={"If-Match": '"2"'})
    admin.get(path, status=404)


@pytest.mark.parametrize("url", ["ftp://example.org/", "http://user:pw@example.org/", "nonsense", "http://"])
def test_bad_addresses_are_refused(world: World, url: str) -> None:
    problem = world.as_(Role.OFFICE_ADMIN).post("/v1/webhooks", {"url": url}, status=422)
    assert problem["errors"][0]["pointer"] == "/url"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2001:db8::1",
    ],
)
def test_private_addresses_are_out_of_reach(address: str) -> None:
    assert not is_reachable(address, private_allowed=False)


def test_public_addresses_are_reachable_and_waits_grow_to_an_hour() -> None:
    assert is_reachable("93.184.216.34", private_allowed=False)
    assert is_reachable("127.0.0.1", private_allowed=True)
    waits = [wait_seconds(attempt) for attempt in range(1, 30)]
    assert waits[0] <= 6
    assert 3600 <= waits[-1] <= 3960


def test_a_sealed_secret_opens_for_its_own_row_only(world: World) -> None:
    sealer: Sealer = world.kernel.sealer
    sealed = sealer.seal("whsec_x", "row-1")
    assert sealer.open(sealed, "row-1") == "whsec_x"
    with pytest.raises(InvalidTag):
        sealer.open(sealed, "row-2")


def _emit(world: World, subject: UUID | None = None) -> None:
    with world.kernel.work.as_system() as db:
        _event(db, world, subject)


def _event(db: Any, world: World, subject: UUID | None = None) -> None:
    office = world.youth_office.id
    emit(
        db,
        "test.happened",
        tenant_id=office,
        subject_kind="test",
        subject_id=subject or uuid4(),
        audience=[office],
        actor=SYSTEM,
        at=world.clock.now,
    )
    db.flush()


def test_a_late_commit_is_never_skipped_by_a_reader(world: World) -> None:
    reader, work = world.as_(Role.OFFICE_ADMIN), world.kernel.work
    world.tick()
    slow = work.as_system()
    db = slow.__enter__()
    _event(db, world)  # takes its number first …
    _emit(world)
    world.tick()
    first = reader.get("/v1/events")
    assert len(first["items"]) == 1
    slow.__exit__(None, None, None)  # … and commits last
    world.tick()
    second = reader.get(f"/v1/events?after={first['next']}")
    assert len(second["items"]) == 1
    assert second["items"][0]["id"] != first["items"][0]["id"]
    assert reader.get(f"/v1/events?after={second['next']}") == {"items": [], "next": second["next"]}
    assert reader.get("/v1/events")["items"] == first["items"] + second["items"]


def test_publishers_at_once_publish_each_event_once(world: World) -> None:
    for _ in range(40):
        _emit(world)

    def publish_some(_: int) -> int:
        with world.kernel.work.as_system() as db:
            return publish(db, on_published, size=5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish_some, range(40)))
    world.tick()
    items = world.as_(Role.OFFICE_ADMIN).get("/v1/events?limit=500")["items"]
    assert len(items) == len({item["id"] for item in items}) == 40
    assert [item["sequence"] for item in items] == sorted(item["sequence"] for item in items)


def test_the_feed_is_the_own_organisations(world: World) -> None:
    _emit(world)
    world.tick()
    assert world.as_(Role.PROVIDER_ADMIN).get("/v1/events")["items"] == []
    world.as_(Role.CASEWORKER).get("/v1/events", status=403)
    world.as_(Role.OFFICE_ADMIN).get("/v1/events?limit=501", status=422)
    world.as_(Role.OFFICE_ADMIN).get("/v1/events?after=-1", status=422)


def test_types_of_events_are_listed_and_others_refused(world: World) -> None:
    listed = {row["type"]: row["title"] for row in world.stranger().get("/v1/event-types")}
    assert listed["handschlag.agreement.in_force"] == "Vereinbarung: in Kraft"
    assert listed["handschlag.alarm.raised"] == "Alarm ausgelöst"
    admin = world.as_(Role.OFFICE_ADMIN)
    for types in (["handschlag"], ["handschlag.agreement"], ["handschlag.alarm.raised"]):
        admin.post("/v1/webhooks", {"url": "http://127.0.0.1:9/x", "types": types})
    for unknown in ("handschlag.nosuchthing", "handschlag.agree", "handschlag.agreement.nowhere"):
        problem = admin.post("/v1/webhooks", {"url": "http://127.0.0.1:9/x", "types": [unknown]}, status=422)
        assert [error["pointer"] for error in problem["errors"]] == ["/types/0"]


def test_an_organisation_has_so_many_webhooks_and_no_more(world: World) -> None:
    admin = world.as_(Role.OFFICE_ADMIN)
    for _ in range(20):
        admin.post("/v1/webhooks", {"url": "http://127.0.0.1:9/x", "types": []})
    problem = admin.post("/v1/webhooks", {"url": "http://127.0.0.1:9/x", "types": []}, status=409)
    assert problem["type"] == "/v1/problems/too-many-webhooks"
