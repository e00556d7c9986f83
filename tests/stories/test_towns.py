"""A town and eight providers over a year and a half; a county and its six regions. People and figures are invented."""

from typing import Any

from app.policy import OrganisationKind, Role
from tests.modules.committee.given import act as act_committee
from tests.modules.committee.given import given_body, hold, station
from tests.modules.handbooks.given import CONTENT, derived
from tests.stories.given import DEVELOPMENT_REPORT, STANDARD, agreement_body, given_form, sign
from tests.world import Party, World

Json = dict[str, Any]
DAY = "2026-03-02"


def test_hilden_and_eight_providers_from_the_first_dialogue_to_the_first_amendment(world: World) -> None:
    others = [world.organisation(OrganisationKind.PROVIDER, f"Träger {number}") for number in range(2, 9)]
    providers = [world.provider, *others]
    agreement = _drafted(world, providers)
    for number, month in enumerate(("2026-05-04", "2026-09-07", "2027-01-11")):
        _dialogue(world, providers, agreement, f"{month}T08:00:00Z", number)
    _settled(world, agreement, others[0])
    offered = _before_the_committee(world, agreement)
    in_force = _signed(world, offered, providers)
    assert (in_force["state"], len(in_force["signatures"])) == ("in_force", 9)
    amended = _amended(world, in_force, providers)
    changes = world.as_(Role.PLANNER).get(f"/v1/agreements/{amended['id']}/versions/1/changes")
    assert "7120" in str(changes) or "71,20" in str(changes)
    world.clock.travel(days=120)
    world.tick()
    states = [world.as_(Role.PLANNER).get(f"/v1/agreements/{one['id']}")["state"] for one in (in_force, amended)]
    assert states == ["superseded", "in_force"]
    pdf = world.as_(Role.PROVIDER_MANAGER, others[6]).request(
        "GET", f"/v1/agreements/{amended['id']}/versions/1/document", status=200
    )
    assert pdf.content.startswith(b"%PDF")


def _drafted(world: World, providers: list[Party]) -> Json:
    """March 2026: the planner calls eight providers to negotiate, with a first draft."""
    ids = [str(party.id) for party in providers]
    body = agreement_body(world, provider_ids=ids, valid_from="2027-04-01", retroactive_reason=None, review_months=12)
    made = world.as_(Role.PLANNER).post("/v1/agreements", body)
    return dict(world.as_(Role.PLANNER).act(f"/v1/agreements/{made['id']}", "open_negotiation"))


def _dialogue(world: World, providers: list[Party], agreement: Json, meeting_at: str, number: int) -> None:
    """A meeting of the quality dialogue: minuted, confirmed by all nine, and the text kept as it stood."""
    planner, path = world.as_(Role.PLANNER), "/v1/quality-dialogues"
    body = {
        "title": f"Qualitätsdialog, {number + 1}. Treffen",
        "provider_ids": [str(party.id) for party in providers],
        "agreement_id": agreement["id"],
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "meeting_at": meeting_at,
    }
    path = f"{path}/{planner.post(path, body)['id']}"
    planner.act(path, "invite")
    world.clock.set(
        world.clock.now.replace(year=int(meeting_at[:4]), month=int(meeting_at[5:7]), day=int(meeting_at[8:10]))
    )
    planner.act(path, "hold", attendance=[{"organisation_id": str(party.id), "function": "L"} for party in providers])
    minutes = planner.act(path, "minute", minutes=f"Stand nach dem {number + 1}. Treffen.")["minutes_hash"]
    for role, party in [(Role.OFFICE_HEAD, None), *((Role.PROVIDER_LEAD, party) for party in providers)]:
        world.as_(role, party).act(path, "confirm", function="Leitung", minutes_hash=minutes)
    assert planner.get(path)["state"] == "agreed"
    planner.act(path, "close")
    planner.act(f"/v1/agreements/{agreement['id']}", "keep_version", note=f"Stand nach dem {number + 1}. Treffen")


def _settled(world: World, agreement: Json, provider: Party) -> None:
    """One provider disagrees on the fee, proposes another, and the office accepts; the others never read why."""
    path, planner = f"/v1/agreements/{agreement['id']}", world.as_(Role.PLANNER)
    lead = world.as_(Role.PROVIDER_LEAD, provider)
    point = lead.post(f"{path}/points", {"title": "Entgelt", "position": "69,80 Euro tragen unsere Fahrten nicht."})
    proposal = lead.post(
        f"{path}/proposals",
        {"reason": "Tarif", "patch": {"billing_terms": {"rate_cents": 6990}}, "point_id": point["id"]},
    )
    assert world.as_(Role.PROVIDER_LEAD).get(f"{path}/points")["items"][0]["positions"] == []
    planner.act(f"{path}/proposals/{proposal['id']}", "accept")
    planner.act(f"{path}/points/{point['id']}", "settle", outcome="69,90 Euro.")
    assert planner.get(path)["text_number"] == 5


def _before_the_committee(world: World, agreement: Json) -> Json:
    """The committee takes note, then the text is laid before the parties."""
    planner = world.as_(Role.PLANNER)
    body = given_body(world, name="Jugendhilfeausschuss der Stadt Hilden")
    about = {
        "number": "WP 14-20 SV 51/318",
        "kind": "mitteilungsvorlage",
        "subject": "Qualitätsvereinbarung Jugendhilfe (ambulante Hilfen)",
        "draft_decision": "Der Jugendhilfeausschuss nimmt die Qualitätsvereinbarungen zur Kenntnis.",
        "reasons": "In einem Qualitätsdialog mit acht Trägern erarbeitet.",
        "agreement_id": agreement["id"],
    }
    paper = f"/v1/papers/{planner.post('/v1/papers', about)['id']}"
    planner.post(f"{paper}/consultations", {"body_id": body["id"], "competence": "note"})
    world.as_(Role.OFFICE_HEAD).act(paper, "release", signature="Die Bürgermeisterin")
    hold(world, body, station(world, paper))
    act_committee(world, station(world, paper), "note")
    assert planner.get(paper)["state"] == "noted"
    return dict(planner.act(f"/v1/agreements/{agreement['id']}", "offer_for_signature"))


def _signed(world: World, offered: Json, providers: list[Party]) -> Json:
    """Nine signatures; from 1 April 2027 it holds."""
    signed = sign(world, offered, Role.OFFICE_HEAD)
    for party in providers:
        signed = sign(world, offered, Role.PROVIDER_MANAGER, party)
    assert signed["state"] == "signed"  # the last signature concluded it
    world.clock.travel(days=90)
    world.tick()
    return dict(world.as_(Role.PLANNER).get(f"/v1/agreements/{offered['id']}"))


def _amended(world: World, agreement: Json, providers: list[Party]) -> Json:
    """A year's review is due later; a tariff comes first: 71,20 Euro from July."""
    planner = world.as_(Role.PLANNER)
    fields: Json = {"valid_from": "2027-07-01", "kinds": ["rate_update"], "reason": "Neuer Tarifabschluss"}
    under = planner.act(f"/v1/agreements/{agreement['id']}", "amend", **fields)
    path = f"/v1/agreements/{under['amendment_id']}"
    planner.patch(path, {"billing_terms": {"rate_cents": 7120}}, version=1)
    planner.act(path, "open_negotiation")
    offered = planner.act(path, "offer_for_signature")
    sign(world, offered, Role.OFFICE_HEAD)
    for party in providers:
        sign(world, offered, Role.PROVIDER_MANAGER, party)
    return dict(planner.get(path))


def test_traunstein_agrees_standards_for_six_regions(world: World) -> None:
    planner, admin = world.as_(Role.PLANNER), world.as_(Role.OFFICE_ADMIN)
    second = world.organisation(OrganisationKind.PROVIDER, "Chiemgau", "BY")
    regions = [admin.post("/v1/regions", {"name": f"Region {number}"})["id"] for number in range(1, 7)]
    kinds = ["section_29", "section_30", "section_31"]
    standards = [_standard(world, code, title) for code, title in (
        ("HP-01", "Hilfeplanung"), ("KW-01", "Vorgehen bei Gefährdung"), ("PA-01", "Partizipation"),
    )]  # fmt: skip
    handbook = f"/v1/handbooks/{planner.post('/v1/handbooks', {'code': 'qv', 'title': 'Qualitätshandbuch'})['id']}"
    content = {**CONTENT, "minimum_standards": [derived(id_) for id_ in standards]}
    planner.post(f"{handbook}/versions", content)
    version = world.as_(Role.OFFICE_HEAD).act(f"{handbook}/versions/1", "release")["version_id"]
    lead = str(world.youth_office.accounts[Role.TEAM_LEAD])
    planner.act(f"{handbook}/rollout/{regions[0]}", "pilot", version_number=1, responsible_id=lead, from_day=DAY)
    planner.act(
        f"{handbook}/rollout/{regions[0]}", "evaluate", from_day=DAY, text="Eltern und Kinder sind stärker beteiligt."
    )

    body = agreement_body(
        world,
        provider_ids=[str(world.provider.id), str(second.id)],
        service_kinds=kinds,
        standard_ids=standards,
        handbook_version_id=version,
        entry_rule="per_party",
        forms=[{"purpose": "help_plan", "form_version_id": given_form(world, "hilfeplan", DEVELOPMENT_REPORT)["id"]}],
    )
    path = f"/v1/agreements/{planner.post('/v1/agreements', body)['id']}"
    planner.act(path, "open_negotiation")
    offered = planner.act(path, "offer_for_signature")
    sign(world, offered, Role.OFFICE_HEAD)
    assert sign(world, offered, Role.PROVIDER_MANAGER)["state"] == "in_force"
    fields = {"function": "Geschäftsführung", "content_hash": offered["content_hash"]}
    world.as_(Role.PROVIDER_MANAGER, second).act(path, "accede", **fields)
    bases = planner.get(f"/v1/payment-bases?provider_id={second.id}")
    assert [(one["service_kind"], one["is_payable"]) for one in bases] == [(kind, True) for kind in kinds]

    headers = {"If-Match": '"1"'}
    planner.post(f"{handbook}/rollout:adopt-all", {"version_number": 1, "from_day": DAY}, status=200, headers=headers)
    states = {row["region_id"]: row["state"] for row in planner.get(f"{handbook}/rollout")["items"]}
    assert set(states) == set(regions)
    assert set(states.values()) == {"adopted"}


def _standard(world: World, code: str, title: str) -> str:
    body = {**STANDARD, "code": code, "title": title, "service_kinds": ["section_29", "section_30", "section_31"]}
    more = {"quality_area": "development", "threshold": "90 %", "criteria": ["Stellungnahme im Protokoll"]}
    return str(world.as_(Role.PLANNER).post("/v1/standards", {**body, **more})["id"])
