"""Three papers on their way: Hilden takes note, the Vogelsberg asks group after group, Friesland renegotiates.

What happened is told in the towns' public papers; dates, votes and names are invented.
"""

from typing import Any

from app.policy import Role
from tests.modules.committee.given import act, clerk, enter, given_body, hold, members_of, planner, station
from tests.stories.given import agreement_body
from tests.world import World

HILDEN: dict[str, Any] = {
    "number": "WP 14-20 SV 51/318",
    "kind": "mitteilungsvorlage",
    "subject": "Qualitätsvereinbarung Jugendhilfe (ambulante Hilfen)",
    "draft_decision": "Der Jugendhilfeausschuss nimmt die Qualitätsvereinbarungen zwischen dem Amt für Jugend, Schule "
    "und Sport der Stadt Hilden und den Vertretern der freien Träger der Jugendhilfe zur Kenntnis.",
    "reasons": "Im Rahmen eines Qualitätsdialoges zwischen der Stadt und acht Trägern der freien Jugendhilfe wurde die "
    "vorliegende Qualitätsvereinbarung erarbeitet. Sie ist nicht statisch, sondern lebt mit der Weiterentwicklung.",
}


def test_hilden_takes_note_of_the_quality_agreement(world: World) -> None:
    agreement = planner(world).post("/v1/agreements", agreement_body(world, kind="local_quality"))["id"]
    annex = {"title": "Qualitätsvereinbarung", "agreement_id": agreement, "agreement_version": 1}
    made = planner(world).post("/v1/papers", {**HILDEN, "agreement_id": agreement, "annexes": [annex]})
    paper = f"/v1/papers/{made['id']}"
    committee = given_body(world, name="Jugendhilfeausschuss der Stadt Hilden")
    planner(world).post(f"{paper}/consultations", {"body_id": committee["id"], "competence": "note"})
    world.as_(Role.PROVIDER_LEAD).get(paper, status=404)
    world.as_(Role.OFFICE_HEAD).act(paper, "release", signature="Birte Ahlers")
    assert world.as_(Role.PROVIDER_LEAD).get(paper)["signature"] == "Birte Ahlers"
    meeting = hold(world, committee, station(world, paper), title="20. Sitzung")
    act(world, station(world, paper), "adopt", status=409)  # there is nothing to decide
    act(world, station(world, paper), "note")
    act(world, meeting, "minute", text="Der Ausschuss nimmt Kenntnis.")
    read = world.as_(Role.COMMITTEE_MEMBER).get(paper)
    assert (read["state"], read["decision_text"]) == ("noted", HILDEN["draft_decision"])
    world.as_(Role.COMMITTEE_MEMBER).get(f"/v1/agreements/{agreement}", status=403)
    (shown,) = [
        row
        for row in world.as_(Role.PROVIDER_SYNC).get(f"/v1/oparl/papers?body={world.youth_office.id}")["data"]
        if row["reference"] == HILDEN["number"]
    ]
    assert (shown["paperType"], shown["consultation"][0]["role"]) == ("Mitteilungsvorlage", "Kenntnisnahme")
    item = world.as_(Role.PROVIDER_SYNC).get(f"/v1/oparl/agenda-items/{shown['consultation'][0]['id'][-36:]}")
    assert item["result"] == "zur Kenntnis genommen"
    world.tick()
    told = planner(world).get("/v1/events?type=handschlag.paper")["items"]
    assert [event["type"] for event in told][-1] == "handschlag.paper.noted"


def test_vogelsberg_ideas_go_from_the_steering_group_to_the_committee(world: World) -> None:
    steering = given_body(world, "steuerungsgruppe", name="Zentrale Steuerungsgruppe")
    ag78 = given_body(world, "ag78", name="Arbeitsgemeinschaft zwischen Jugendamt und freien Trägern")
    committee = given_body(world, name="Jugendhilfeausschuss des Vogelsbergkreises")
    about = {
        "number": "2026/017",
        "kind": "beschlussvorlage",
        "subject": "Sozialraumorientierung: Hilfen unter einem Dach",
        "draft_decision": "In jeder Planungsregion arbeitet von Herbst an ein Sozialraumteam.",
        "reasons": "Die Klausurtagung von Jugendamt und freien Trägern hat ein Bündel von Ideen gesammelt.",
    }
    paper = f"/v1/papers/{planner(world).post('/v1/papers', about)['id']}"
    for body, competence in ((steering, "consult"), (ag78, "recommend"), (committee, "decide")):
        planner(world).post(f"{paper}/consultations", {"body_id": body["id"], "competence": competence})
    act(world, paper, "release", signature="Helmut Benner")
    first, second, third = (station(world, paper, place) for place in range(3))
    assert "steht noch aus" in act(world, third, "adopt", status=409)["reasons"][0]
    hold(world, steering, first)
    act(world, first, "adopt", is_unanimous=True, votes=None)
    world.clock.set(world.clock.now.replace(day=9, hour=8))
    hold(world, ag78, second, title="Klausurtagung")
    act(world, second, "defer", reason="Die Schulen sollen noch gehört werden.")
    assert planner(world).get(paper)["state"] == "released"
    world.clock.set(world.clock.now.replace(day=16, hour=8))
    again = station(world, paper, 2)
    hold(world, ag78, again)
    act(world, again, "adopt", votes={"yes": 3, "no": 0})
    world.clock.set(world.clock.now.replace(day=23, hour=8))
    hold(world, committee, third)
    act(world, third, "adopt", votes={"yes": 2, "no": 1})
    ended = world.as_(Role.COMMITTEE_MEMBER).get(paper)
    assert (ended["state"], ended["decision_text"]) == ("decided", about["draft_decision"])
    assert [
        (item["position"], item["round"], item["state"], item["is_unanimous"]) for item in ended["consultations"]
    ] == [
        (1, 1, "adopted", True),
        (2, 1, "deferred", None),
        (2, 2, "adopted", True),
        (3, 1, "adopted", False),
    ]
    public = world.as_(Role.PROVIDER_LEAD).get(paper)["consultations"]
    assert [item["position"] for item in public] == [3]  # groups do not meet in public


def test_friesland_amends_renegotiates_and_adopts(world: World) -> None:
    committee = given_body(world, name="Jugendhilfeausschuss des Landkreises Friesland")
    about = {
        "number": "0293/2013",
        "kind": "beschlussvorlage",
        "subject": "Leitlinien zur Berechnung der Fachleistungsstunde",
        "draft_decision": "Die Leitlinien werden beschlossen.",
        "reasons": "Die Träger wünschen verbindliche Vereinbarungen nach § 77 SGB VIII.",
        "financial_effects": "Mehrkosten je Stunde nach der Anlage.",
    }
    paper = f"/v1/papers/{planner(world).post('/v1/papers', about)['id']}"
    planner(world).post(f"{paper}/consultations", {"body_id": committee["id"], "competence": "decide"})
    act(world, paper, "release")
    hold(world, committee, station(world, paper))
    amended = "Die Leitlinien werden mit der Maßgabe beschlossen, 15 Prozent nachzuverhandeln."
    act(
        world,
        station(world, paper),
        "adopt_amended",
        decision_text=amended,
        amendment_text="15 Prozent sind nachzuverhandeln.",
        votes={"yes": 3, "no": 0},
        follow_up={"text": "Nachverhandeln und erneut vorlegen", "due_on": "2026-05-29"},
    )
    first = planner(world).get(paper)
    assert (first["state"], first["decision_text"]) == ("decided", amended)
    (task,) = planner(world).get("/v1/paper-follow-ups?state=open")["items"]
    world.clock.travel(days=88)  # 29 May
    world.tick()
    told = planner(world).get("/v1/events?type=handschlag.paper_follow_up")["items"]
    assert [event["type"].rpartition(".")[2] for event in told] == ["open", "due"]
    renewed = {**about, "number": "0293/2013-1", "related_paper_id": first["id"]}
    second = f"/v1/papers/{planner(world).post('/v1/papers', renewed)['id']}"
    planner(world).post(f"{second}/consultations", {"body_id": committee["id"], "competence": "decide"})
    act(world, second, "release")
    done = act(world, f"/v1/paper-follow-ups/{task['id']}", "complete", note="Nachverhandelt; siehe 0293/2013-1.")
    assert done["state"] == "done"
    when = {"starts_at": world.clock.now.replace(hour=20).isoformat(), "title": "Sondersitzung"}
    meeting = f"/v1/meetings/{clerk(world).post('/v1/meetings', {'body_id': committee['id'], **when})['id']}"
    enter(world, meeting, station(world, second))
    act(world, meeting, "invite")
    world.clock.travel(hours=10)
    act(world, meeting, "hold", present=members_of(world, committee))
    act(world, station(world, second), "adopt", votes={"yes": 3, "no": 0, "abstain": 0})
    act(world, meeting, "minute", text="Einstimmig beschlossen.")
    world.clock.travel(days=30)
    world.tick()
    ended = planner(world).get(second)
    assert (ended["state"], ended["consultations"][0]["is_unanimous"]) == ("decided", True)
    told = planner(world).get("/v1/events?type=handschlag.paper_follow_up")["items"]
    assert [event["type"].rpartition(".")[2] for event in told] == ["open", "due", "done"]
