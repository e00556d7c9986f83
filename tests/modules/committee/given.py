"""What the committees' tests begin with: bodies, who sits in them, papers on their way, meetings that were held."""

from typing import Any

from app.modules.committee.codes import ConsultationState, FollowUpState, MeetingState, PaperState
from app.policy import Role
from tests.world import World

Json = dict[str, Any]
PAPER: Json = {
    "number": "WP 14-20 SV 51/318",
    "kind": "beschlussvorlage",
    "subject": "Qualitätsvereinbarung Jugendhilfe (ambulante Hilfen)",
    "draft_decision": "Der Jugendhilfeausschuss beschließt die Qualitätsvereinbarung.",
    "reasons": "Sie wurde in einem Qualitätsdialog mit acht Trägern erarbeitet.",
    "financial_effects": "Keine.",
}
ADOPT: Json = {"votes": {"yes": 2, "no": 1, "abstain": 0}}
AMEND: Json = {
    "votes": {"yes": 3, "no": 0, "abstain": 0},
    "decision_text": "Beschlossen mit der Maßgabe, 15 Prozent nachzuverhandeln.",
    "amendment_text": "15 Prozent sind nachzuverhandeln.",
    "follow_up": {"text": "15 Prozent nachverhandeln und erneut vorlegen", "due_on": "2026-06-30"},
}
FIELDS: dict[str, Json] = {
    "adopt": ADOPT,
    "adopt_amended": AMEND,
    "note": {},
    "defer": {"reason": "Beratungsbedarf"},
    "reject": {"decision_text": "Abgelehnt.", "votes": {"yes": 1, "no": 1, "abstain": 1}},
    "drop": {"reason": "Nicht mehr nötig"},
    "release": {"signature": "Birte Ahlers"},
    "withdraw": {"reason": "Überholt"},
    "cancel": {"reason": "Krankheit"},
    "hold": {"present": []},
    "minute": {"text": "Anwesend waren drei Mitglieder."},
    "complete": {"note": "Nachverhandelt."},
}
OWNERS = {
    "release": Role.OFFICE_HEAD,
    "drop": Role.PLANNER,
    "complete": Role.PLANNER,
    **dict.fromkeys(("adopt", "adopt_amended", "note", "defer", "reject"), Role.COMMITTEE_CLERK),
    **dict.fromkeys(("invite", "hold", "minute", "cancel"), Role.COMMITTEE_CLERK),
}


def clerk(world: World) -> Any:
    """Somebody of the committees' office."""
    return world.as_(Role.COMMITTEE_CLERK)


def planner(world: World) -> Any:
    """Somebody who prepares papers."""
    return world.as_(Role.PLANNER)


def given_body(world: World, kind: str = "jugendhilfeausschuss", **changes: Any) -> Json:
    """A body with a chair and two members with a vote, and one who advises."""
    body = clerk(world).post("/v1/bodies", {"kind": kind, "name": kind.title(), **changes})
    for name, function in (
        ("Anke Adler", "chair"),
        ("Bodo Busch", "deputy_chair"),
        ("Cem Celik", "member"),
        ("Dora Dorn", "advisory_member"),
    ):
        member = {"name": name, "function": function, "valid_from": "2025-11-01"}
        clerk(world).post(f"/v1/bodies/{body['id']}/memberships", member)
    return dict(body)


def members_of(world: World, body: Json) -> list[str]:
    """Those who sit in a body, by name."""
    return [item["id"] for item in clerk(world).get(f"/v1/bodies/{body['id']}/memberships")["items"]]


def given_meeting(world: World, body: Json, **changes: Any) -> str:
    """The path of a meeting, two hours from now unless said otherwise."""
    when = {"starts_at": (world.clock.now.replace(hour=world.clock.now.hour + 2)).isoformat()}
    about = {"body_id": body["id"], "title": "Sitzung", "place": "Rathaus", **when, **changes}
    return f"/v1/meetings/{clerk(world).post('/v1/meetings', about)['id']}"


def given_draft(world: World, *stations: tuple[Json, str], **changes: Any) -> str:
    """The path of a draft with these stations: body and competence."""
    path = f"/v1/papers/{planner(world).post('/v1/papers', {**PAPER, **changes})['id']}"
    for body, competence in stations:
        planner(world).post(f"{path}/consultations", {"body_id": body["id"], "competence": competence})
    return path


def given_released(world: World, *stations: tuple[Json, str], **changes: Any) -> str:
    """The path of a released paper with these stations."""
    path = given_draft(world, *stations, **changes)
    act(world, path, "release")
    return path


def act(world: World, path: str, action: str, *, status: int = 200, **fields: Any) -> Any:
    """Take a step as somebody who may."""
    role = OWNERS.get(action) or OWNERS["release" if planner(world).get(path)["state"] == "released" else "complete"]
    api = world.as_(role)
    version = (planner(world) if role is Role.PLANNER else api).get(path)["version"]
    return api.act(path, action, version=version, status=status, **{**FIELDS.get(action, {}), **fields})


def station(world: World, paper: str, place: int = -1) -> str:
    """The path of a station of a paper: the last one unless said otherwise."""
    stations = planner(world).get(paper)["consultations"]
    return f"{paper}/consultations/{stations[place]['id']}"


def enter(world: World, meeting: str, path: str, *, status: int = 200) -> Any:
    """Put a station on the agenda of a meeting."""
    headers = {"If-Match": f'"{clerk(world).get(meeting)["version"]}"'}
    body = {"consultation_id": path.rpartition("/")[2]}
    return clerk(world).post(f"{meeting}/agenda", body, status=status, headers=headers)


def hold(world: World, body: Json, *stations: str, **changes: Any) -> str:
    """The path of a meeting with these stations on its agenda, held with everybody present."""
    meeting = given_meeting(world, body, **changes)
    for path in stations:
        enter(world, meeting, path)
    act(world, meeting, "invite")
    world.clock.travel(hours=3)
    act(world, meeting, "hold", present=members_of(world, body))
    return meeting


def given_heard(world: World, competence: str = "decide", **changes: Any) -> tuple[str, str, str]:
    """A paper before one body in a meeting that was held: the paths of paper, station and meeting."""
    body = given_body(world)
    kind = "mitteilungsvorlage" if competence == "note" else "antrag"
    paper = given_released(world, (body, competence), **{"kind": kind, **changes})
    path = station(world, paper)
    return paper, path, hold(world, body, path)


RESULT = {
    ConsultationState.ADOPTED: "adopt",
    ConsultationState.ADOPTED_AMENDED: "adopt_amended",
    ConsultationState.NOTED: "note",
    ConsultationState.DEFERRED: "defer",
    ConsultationState.REJECTED: "reject",
    ConsultationState.DROPPED: "drop",
}


def given_station_in(world: World, state: ConsultationState) -> str:
    """The path of a station in this state."""
    _, path, _ = given_heard(world, "note" if state is ConsultationState.NOTED else "decide")
    if state in RESULT:
        act(world, path, RESULT[state])
    return path


def given_paper_in(world: World, state: PaperState) -> str:
    """The path of a paper in this state."""
    ends = {
        PaperState.DECIDED: ("decide", "adopt"),
        PaperState.NOTED: ("note", "note"),
        PaperState.REJECTED: ("decide", "reject"),
    }
    if state in ends:
        paper, path, _ = given_heard(world, ends[state][0])
        act(world, path, ends[state][1])
        return paper
    paper = given_draft(world, (given_body(world), "decide"))
    for action in {PaperState.RELEASED: ["release"], PaperState.WITHDRAWN: ["withdraw"]}.get(state, []):
        act(world, paper, action)
    return paper


def given_meeting_in(world: World, state: MeetingState) -> str:
    """The path of a meeting in this state, with a paper on its agenda that has its result when it was held."""
    body = given_body(world)
    paper = given_released(world, (body, "decide"))
    path = station(world, paper)
    if state in (MeetingState.HELD, MeetingState.MINUTED):
        meeting = hold(world, body, path)
        act(world, path, "adopt")
        if state is MeetingState.MINUTED:
            act(world, meeting, "minute")
        return meeting
    meeting = given_meeting(world, body)
    enter(world, meeting, path)
    for action in {MeetingState.INVITED: ["invite"], MeetingState.CANCELLED: ["cancel"]}.get(state, []):
        act(world, meeting, action)
    return meeting


def given_follow_up(world: World, state: FollowUpState = FollowUpState.OPEN) -> str:
    """The path of a follow-up in this state, due on 30 June."""
    _, path, _ = given_heard(world)
    act(world, path, "adopt_amended")
    follow_up = f"/v1/paper-follow-ups/{planner(world).get('/v1/paper-follow-ups')['items'][0]['id']}"
    if state is FollowUpState.OVERDUE:
        world.clock.travel(days=130)
        world.tick()
    if state is FollowUpState.DONE:
        act(world, follow_up, "complete")
    return follow_up


def given_everything(world: World) -> dict[str, str]:
    """Something of each kind that is nobody else's business, by the names of path parameters."""
    body = given_body(world, is_public=False)
    paper = given_released(world, (body, "decide"), number="N 1", is_public=False)
    path = station(world, paper)
    meeting = hold(world, body, path)
    act(world, path, "adopt_amended")
    ids = {"paper_id": paper, "consultation_id": path, "meeting_id": meeting}
    return {
        **{name: where.rpartition("/")[2] for name, where in ids.items()},
        "body_id": body["id"],
        "organization_id": body["id"],
        "membership_id": members_of(world, body)[0],
        "follow_up_id": planner(world).get("/v1/paper-follow-ups")["items"][0]["id"],
    }
