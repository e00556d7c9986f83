"""The story of an offer: described once, relied on by both sides, changed in the open, withdrawn."""

from app.policy import OrganisationKind, Role
from tests.modules.offers.given import given_draft, given_offer, path_of, publish, region, report_capacity, revise
from tests.world import World


def test_an_offer_is_published_and_found_where_something_is_free(world: World) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    rival = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    north, south = region(world, "Nord"), region(world, "Süd")

    # March: the provider writes; nobody else knows.
    offer = given_draft(world, region_ids=[north])
    path = path_of(offer)
    assert (offer["state"], offer["content"], offer["draft"]["fee"]["rate_cents"]) == ("draft", None, 6980)
    caseworker.get(path, status=404)
    world.as_(Role.PROVIDER_LEAD, rival).get(path, status=404)

    # It is published to the youth office and to all providers, and three places are free.
    publish(world, offer, to_all_providers=True)
    report_capacity(world, offer, "3")
    search = f"/v1/offers?service_kind=section_31&region_id={north}&has_capacity=true&q=familien"
    [found] = caseworker.get(search)["items"]
    assert (found["id"], found["provider_name"], found["legal_basis"]) == (offer["id"], world.provider.name, "§ 31")
    assert (found["capacity_free"], found["capacity_as_of"], found["rate_cents"]) == ("3.00", "2026-03-02", 6980)
    assert caseworker.get(f"/v1/offers?region_id={south}")["items"] == []

    # The rival sees the offer, and no fee.
    seen = world.as_(Role.PROVIDER_MANAGER, rival).get(path)
    assert seen["content"]["target_group"].startswith("Familien")
    assert (seen["content"]["fee"], seen["rate_cents"], seen["allowed_actions"]) == (None, None, [])
    assert "6980" not in str(seen)

    # April: the places fill up; the description stays what it is.
    world.clock.travel(days=35)
    report_capacity(world, offer, "0")
    assert caseworker.get(search)["items"] == []
    assert [item["free"] for item in caseworker.get(f"{path}/capacity")["items"]] == ["0.00", "3.00"]
    assert caseworker.get(f"{path}/versions")["items"][0]["number"] == 1


def test_an_offer_changes_in_the_open_is_withdrawn_and_comes_back(world: World) -> None:
    manager, caseworker = world.as_(Role.PROVIDER_MANAGER), world.as_(Role.CASEWORKER)
    rival = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    offer = given_offer(world, to_all_providers=True)
    report_capacity(world, offer, "3")
    path = path_of(offer)

    # July: a new fee, and more of the staff are social workers. Until it is published nothing changes.
    world.clock.travel(days=125)
    staff = [{"qualification": "Sozialpädagogin/Sozialpädagoge", "percent": 100}]
    revise(world, offer, staff=staff, fee={"rate_cents": 7240})
    assert caseworker.get(path)["content"]["fee"]["rate_cents"] == 6980
    publish(world, offer, to_all_providers=True)
    [change] = caseworker.get(f"{path}/changes")["items"]
    assert (change["number"], change["valid_from"]) == (2, "2026-07-05")
    changed = {item["pointer"]: (item["before"], item["after"]) for item in change["differences"]}
    assert changed["/fee/rate_cents"] == (6980, 7240)
    assert [share["percent"] for share in changed["/staff"][0]] == [80, 20]
    assert changed["/staff"][1] == staff
    assert [(v["number"], v["valid_from"]) for v in caseworker.get(f"{path}/versions")["items"]] == [
        (2, "2026-07-05"),
        (1, "2026-03-02"),
    ]
    [told] = world.as_(Role.PROVIDER_LEAD, rival).get(f"{path}/changes")["items"]
    assert [item["pointer"] for item in told["differences"]] == ["/staff"]

    # September: the team is dissolved. Nobody finds the offer any more, and who relied on it can still read it.
    world.clock.travel(days=60)
    manager.act(path, "withdraw")
    assert caseworker.get("/v1/offers")["items"] == []
    assert caseworker.get(path)["state"] == "withdrawn"
    steps = [(step["action"], step["to_state"]) for step in caseworker.get(f"{path}/transitions")]
    assert steps == [("publish", "published"), ("publish", "published"), ("withdraw", "withdrawn")]

    # January: a new team; the offer comes back as a new version.
    world.clock.travel(days=120)
    again = publish(world, offer)
    assert (again["state"], again["number"], again["valid_from"]) == ("published", 3, "2027-01-01")
    assert [item["id"] for item in caseworker.get("/v1/offers")["items"]] == [offer["id"]]
    world.as_(Role.PROVIDER_LEAD, rival).get(path, status=404)  # this time not for all providers

    world.tick()
    events = world.as_(Role.OFFICE_SYNC).get("/v1/events")["items"]
    assert [event["type"] for event in events if event["subject"].endswith(offer["id"])] == [
        "handschlag.offer.published",
        "handschlag.offer.capacity_changed",
        "handschlag.offer.published",
        "handschlag.offer.withdrawn",
        "handschlag.offer.published",
    ]
    assert manager.get(path)["youth_office_ids"] == [str(world.youth_office.id)]
