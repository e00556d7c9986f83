"""The view in OParl's shape: its fields, addresses, pages, filters, and that only what is public is in it."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from app.policy import Role
from tests.modules.committee.given import (
    AMEND,
    act,
    clerk,
    enter,
    given_body,
    given_draft,
    given_heard,
    given_meeting,
    given_released,
    hold,
    planner,
    station,
)
from tests.world import World

BASE = "http://handschlag.test/v1/oparl"
SCHEMA = "https://schema.oparl.org/1.1/"
PUBLIC = {
    "papers": "Paper",
    "meetings": "Meeting",
    "consultations": "Consultation",
    "agenda-items": "AgendaItem",
    "organizations": "Organization",
    "memberships": "Membership",
    "people": "Person",
    "locations": "Location",
}
LISTS = {
    "organization": "organizations",
    "person": "people",
    "meeting": "meetings",
    "paper": "papers",
    "agendaItem": "agenda-items",
    "consultation": "consultations",
    "membership": "memberships",
    "file": "files",
    "locationList": "locations",
    "legislativeTermList": "legislative-terms",
}


def follow(world: World, url: str, role: Role = Role.PROVIDER_LEAD) -> Any:
    """What stands at an absolute address of the view."""
    assert url.startswith(BASE)
    parts = urlsplit(url)
    return world.as_(role).get(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def listed(world: World, kind: str, **filters: str) -> list[dict[str, Any]]:
    """All of a kind of the own office, page after page of two."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    url: str | None = f"{BASE}/{kind}?body={world.youth_office.id}&limit=2&{query}".rstrip("&")
    found: list[dict[str, Any]] = []
    while url:
        page = follow(world, url)
        assert set(page) == {"data", "pagination", "links"}
        assert page["pagination"]["elementsPerPage"] == 2
        found += page["data"]
        url = page["links"].get("next")
        assert url is None or all(f"{name}={value.replace(':', '%3A')}" in url for name, value in filters.items())
    return found


def test_everything_is_reached_from_the_system(world: World) -> None:
    given_heard(world)
    system = follow(world, f"{BASE}/system")
    assert (system["oparlVersion"], system["type"]) == (SCHEMA, f"{SCHEMA}System")
    assert follow(world, system["body"])["data"]
    body = follow(world, f"{BASE}/bodies/{world.youth_office.id}")
    assert (body["name"], body["system"], body["legislativeTerm"]) == (world.youth_office.name, system["id"], [])
    assert "ags" not in body
    assert {name: body[name] for name in LISTS} == {
        name: f"{BASE}/{kind}?body={world.youth_office.id}" for name, kind in LISTS.items()
    }
    for name in LISTS:
        assert follow(world, body[name])["links"]["self"] == body[name]
    world.as_(Role.PLANNER).get(f"/v1/oparl/bodies/{world.provider.id}", status=404)
    world.stranger().get("/v1/oparl/system", status=401)


@pytest.mark.parametrize("kind", PUBLIC)
def test_what_is_listed_is_found_by_its_address(world: World, kind: str) -> None:
    paper, path, _ = given_heard(world)
    act(world, path, "adopt_amended")
    assert planner(world).get(paper)["state"] == "decided"
    rows = listed(world, kind)
    assert rows
    for row in rows:
        assert follow(world, row["id"]) == row
        assert row["type"] == SCHEMA + PUBLIC[kind]
        assert {"id", "type", "created", "modified"} <= set(row)
        assert None not in row.values()
        assert all("_" not in name for name in row)


def test_a_paper_with_its_way_and_the_resolution(world: World) -> None:
    paper, path, meeting = given_heard(world)
    act(world, path, "adopt_amended")
    shown = follow(world, f"{BASE}/papers/{paper.rpartition('/')[2]}")
    assert (shown["reference"], shown["paperType"]) == ("WP 14-20 SV 51/318", "Antrag")
    assert (shown["name"], shown["date"]) == ("Qualitätsvereinbarung Jugendhilfe (ambulante Hilfen)", "2026-03-02")
    assert shown["body"] == f"{BASE}/bodies/{world.youth_office.id}"
    origin = follow(world, shown["originatorOrganization"][0])
    assert (origin["name"], origin["organizationType"]) == (world.youth_office.name, "Verwaltungsbereich")
    (consultation,) = shown["consultation"]
    assert (consultation["role"], consultation["authoritative"]) == ("Entscheidung", True)
    assert follow(world, consultation["id"]) == consultation
    assert follow(world, consultation["organization"][0])["classification"] == "Ausschuss"
    item = follow(world, consultation["agendaItem"])
    assert item["result"] == "geändert beschlossen (einstimmig; 3 Ja, 0 Nein, 0 Enthaltung)"
    assert (item["resolutionText"], item["order"], item["number"]) == (AMEND["decision_text"], 1, "1")
    sitting = follow(world, consultation["meeting"])
    assert (sitting["meetingState"], sitting["cancelled"]) == ("eingeladen", False)
    assert (sitting["agendaItem"], sitting["location"]["description"]) == ([item], "Rathaus")
    act(world, meeting, "minute")
    assert follow(world, consultation["meeting"])["meetingState"] == "durchgeführt"
    lean = listed(world, "meetings", omit_internal="true")
    assert "agendaItem" not in lean[0]


def test_people_are_functions_without_names(world: World) -> None:
    body = given_body(world)
    people = listed(world, "people")
    assert {person["name"].partition(",")[0] for person in people} == {
        "Vorsitz",
        "Stellvertretung im Vorsitz",
        "Mitglied",
        "beratendes Mitglied",
    }
    assert "Adler" not in str(people) + str(listed(world, "memberships"))
    (held,) = people[0]["membership"]
    assert (held["votingRight"], held["startDate"]) == (True, "2025-11-01")
    assert held["person"] == people[0]["id"]
    organization = follow(world, held["organization"])
    assert (organization["organizationType"], len(organization["membership"])) == ("Gremium", 4)
    assert organization["id"] == f"{BASE}/organizations/{body['id']}"
    assert "membership" not in listed(world, "people", omit_internal="true")[0]
    assert follow(world, organization["meeting"])["data"] == []


def test_only_what_is_public_is_shown(world: World) -> None:
    closed, body = given_body(world, "ag78"), given_body(world)
    draft = given_draft(world, (body, "decide"), number="1")
    hidden = given_released(world, (body, "decide"), number="2", is_public=False)
    open_ = given_released(world, (closed, "consult"), (body, "decide"), number="3", related_paper_id=_id(hidden))
    meeting = given_meeting(world, body, is_public=False)
    for role in (Role.PLANNER, Role.PROVIDER_LEAD):
        api = world.as_(role)
        for path in (draft, hidden):
            api.get(f"/v1/oparl/papers/{_id(path)}", status=404)
            api.get(f"/v1/oparl/consultations/{_id(station(world, path))}", status=404)
            api.get(f"/v1/oparl/agenda-items/{_id(station(world, path))}", status=404)
        api.get(f"/v1/oparl/meetings/{_id(meeting)}", status=404)
        api.get(f"/v1/oparl/locations/{_id(meeting)}", status=404)
        api.get(f"/v1/oparl/organizations/{closed['id']}", status=404)
        inside = clerk(world).get(f"/v1/bodies/{closed['id']}/memberships")["items"][0]["id"]
        api.get(f"/v1/oparl/people/{inside}", status=404)
        api.get(f"/v1/oparl/memberships/{inside}", status=404)
    (paper,) = listed(world, "papers")
    assert paper["reference"] == "3"
    assert "relatedPaper" not in paper
    assert len(paper["consultation"]) == 1
    assert planner(world).get(open_)["related_paper_id"] == _id(hidden)
    assert [row["name"] for row in listed(world, "organizations")] == [body["name"], world.youth_office.name]
    assert [len(listed(world, kind)) for kind in ("meetings", "people", "consultations")] == [0, 4, 1]


def test_an_older_paper_is_related(world: World) -> None:
    body = given_body(world)
    first = given_released(world, (body, "decide"), number="1")
    second = given_released(world, (body, "decide"), number="2", related_paper_id=_id(first))
    assert follow(world, f"{BASE}/papers/{_id(second)}")["relatedPaper"] == [f"{BASE}/papers/{_id(first)}"]


def test_clients_ask_what_changed(world: World) -> None:
    body = given_body(world)
    gone = given_released(world, (body, "decide"), number="1")
    stays = given_released(world, (body, "decide"), number="2")
    draft = given_draft(world, (body, "decide"), number="3")
    world.clock.travel(hours=1)  # 9:00 UTC
    act(world, gone, "withdraw")
    act(world, draft, "release")
    assert {row["reference"] for row in listed(world, "papers")} == {"2", "3"}
    since = "2026-03-02T09:00:00Z"
    changed = {row["id"].rpartition("/")[2]: row for row in listed(world, "papers", modified_since=since)}
    assert set(changed) == {_id(gone), _id(draft)}
    assert set(changed[_id(gone)]) == {"id", "type", "created", "modified", "deleted"}
    assert changed[_id(gone)]["deleted"] is True
    assert follow(world, f"{BASE}/papers/{_id(gone)}") == changed[_id(gone)]
    stations = {
        row["id"].rpartition("/")[2]: row.get("deleted") for row in listed(world, "consultations", modified_since=since)
    }
    assert stations == {_id(station(world, gone)): True, _id(station(world, draft)): None}
    assert [row["reference"] for row in listed(world, "papers", created_since=since)] == ["3"]
    assert [row["reference"] for row in listed(world, "papers", created_until="2026-03-02T08:30:00Z")] == ["2"]
    assert [row["reference"] for row in listed(world, "papers", modified_until="2026-03-02T08:30:00Z")] == ["2"]
    assert planner(world).get(stays)["state"] == "released"


def test_an_item_taken_off_the_agenda_is_deleted(world: World) -> None:
    body = given_body(world)
    path = station(world, given_released(world, (body, "decide")))
    meeting = given_meeting(world, body)
    enter(world, meeting, path)
    assert len(listed(world, "agenda-items")) == 1
    world.clock.travel(hours=1)
    act(world, meeting, "cancel")
    assert listed(world, "agenda-items") == []
    (item,) = listed(world, "agenda-items", modified_since="2026-03-02T09:00:00Z")
    assert item["deleted"] is True
    (sitting,) = listed(world, "meetings", modified_since="2026-03-02T09:00:00Z")
    assert (sitting["cancelled"], "meetingState" in sitting) == (True, False)


def test_lists_are_of_a_committee_and_can_be_counted(world: World) -> None:
    body, other = given_body(world), given_body(world, "fachausschuss")
    path = station(world, given_released(world, (body, "recommend"), (other, "decide")), 0)
    hold(world, body, path)
    for kind, count in {"meetings": 1, "consultations": 1, "memberships": 4, "people": 4, "agenda-items": 1}.items():
        page = follow(world, f"{BASE}/{kind}?organization={body['id']}&include_total=true")
        assert (len(page["data"]), page["pagination"]["totalElements"]) == (count, count)
    world.as_(Role.PLANNER).get(f"/v1/oparl/papers?organization={body['id']}", status=400)
    world.as_(Role.PLANNER).get("/v1/oparl/papers?modified_since=yesterday", status=422)


def _id(path: str) -> str:
    return path.rpartition("/")[2]
