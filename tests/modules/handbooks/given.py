"""Handbooks that tests begin with, brought into their states over HTTP."""

from typing import Any

from app.modules.handbooks.models import HandbookRolloutState as R
from app.modules.handbooks.models import HandbookState as S
from app.policy import Role
from tests.stories.given import STANDARD
from tests.world import World

PROCESS: dict[str, Any] = {
    "key": "hilfeplanung",
    "name": "Hilfeplanung",
    "owner_side": "youth_office",
    "steps": [{"text": "Verlauf lesen"}, {"text": "Gespräch führen", "side": "youth_office"}],
}
HANDOVER: dict[str, Any] = {
    "key": "verlaufsbericht",
    "process_key": "hilfeplanung",
    "from_side": "provider",
    "to_side": "youth_office",
    "artefact": "Verlaufsbericht",
    "deadline_days": 7,
    "deadline_unit": "calendar_days",
    "deadline_from": "vor dem Hilfeplangespräch",
    "channel": "über Handschlag",
}
EXPECTATIONS: list[dict[str, Any]] = [
    {
        "key": "bericht-rechtzeitig",
        "handover_key": "verlaufsbericht",
        "holder_side": "youth_office",
        "addressee_side": "provider",
        "text": "Der Verlaufsbericht liegt eine Woche vor dem Gespräch vor.",
        "measured_by": "Anteil der Berichte in der Frist",
    },
    {
        "key": "antwort-des-jugendamts",
        "process_key": "hilfeplanung",
        "holder_side": "provider",
        "addressee_side": "youth_office",
        "text": "Anfragen der Träger werden in fünf Arbeitstagen beantwortet.",
        "measured_by": "Arbeitstage von Eingang bis Antwort",
    },
]
CONTENT: dict[str, Any] = {
    "chapters": [{"key": "leitgedanken", "title": "Leitgedanken", "text": "Hilfe beginnt in der Familie."}],
    "key_processes": [PROCESS],
    "handover_points": [HANDOVER],
    "expectations": EXPECTATIONS,
}
HANDBOOK: dict[str, Any] = {"code": "fachstandard-plus", "title": "Qualitätshandbuch Jugendhilfedienste"}
OWNERS = {
    "open_consultation": Role.PLANNER,
    "close_consultation": Role.PLANNER,
    "release": Role.OFFICE_HEAD,
    "withdraw": Role.PLANNER,
}
FIELDS: dict[str, dict[str, Any]] = {
    "open_consultation": {"comments_until": "2026-03-20"},
    "withdraw": {"reason": "Neu begonnen."},
}


def given_handbook(world: World, **changes: Any) -> str:
    """The path of a new handbook."""
    return f"/v1/handbooks/{world.as_(Role.PLANNER).post('/v1/handbooks', {**HANDBOOK, **changes})['id']}"


def given_standard(world: World, code: str = "HP-01", **changes: Any) -> str:
    """The id of a new standard that can be a minimum standard."""
    body = {**STANDARD, "code": code, "quality_area": "development", "criteria": ["Stellungnahme im Protokoll"]}
    return str(world.as_(Role.PLANNER).post("/v1/standards", {**body, "threshold": "90 %", **changes})["id"])


def derived(standard_id: str) -> dict[str, Any]:
    """A minimum standard that follows from an expectation and a process."""
    return {
        "standard_id": standard_id,
        "process_keys": ["hilfeplanung"],
        "expectation_keys": ["bericht-rechtzeitig"],
    }


def given_draft(world: World, handbook: str | None = None, **changes: Any) -> str:
    """The path of a draft that could be released."""
    handbook = handbook or given_handbook(world)
    made = world.as_(Role.PLANNER).post(f"{handbook}/versions", {**CONTENT, **changes})
    return f"{handbook}/versions/{made['number']}"


def take(world: World, path: str, action: str, *, status: int = 200, **fields: Any) -> dict[str, Any]:
    """Take a step of a version as somebody who may."""
    return dict(world.as_(OWNERS[action]).act(path, action, status=status, **{**FIELDS.get(action, {}), **fields}))


def given_released(world: World, handbook: str | None = None, **changes: Any) -> str:
    """The path of a released version."""
    path = given_draft(world, handbook, **changes)
    take(world, path, "release")
    return path


def given_state(world: World, state: S) -> str:
    """The path of a version in this state."""
    if state is S.SUPERSEDED:
        path = given_released(world)
        given_released(world, path.partition("/versions")[0])
        return path
    path = given_draft(world)
    for action in {S.IN_CONSULTATION: ["open_consultation"], S.RELEASED: ["release"], S.WITHDRAWN: ["withdraw"]}.get(
        state, []
    ):
        take(world, path, action)
    return path


def given_districts(world: World, *names: str) -> list[str]:
    """The ids of new districts of the office."""
    return [str(world.as_(Role.OFFICE_ADMIN).post("/v1/regions", {"name": name})["id"]) for name in names]


def step(world: World, handbook: str, district: str, action: str, *, status: int = 200, **fields: Any) -> Any:
    """Take a step of a district as the planner."""
    return world.as_(Role.PLANNER).act(
        f"{handbook}/rollout/{district}", action, status=status, **{**step_fields(world, action), **fields}
    )


def step_fields(world: World, action: str) -> dict[str, Any]:
    """What belongs to a step besides its name."""
    own: dict[str, dict[str, Any]] = {
        "pilot": {"version_number": 1, "responsible_id": str(world.youth_office.accounts[Role.TEAM_LEAD])},
        "evaluate": {"text": "Die Fachkräfte sind häufiger in den Familien."},
        "adopt": {"version_number": 1},
        "change_version": {"version_number": 2},
        "suspend": {"reason": "Drei von fünf Stellen sind unbesetzt."},
    }
    return {"from_day": "2026-03-02", **own[action]}


def given_district(world: World, state: R, *, number: int = 1) -> tuple[str, str]:
    """A handbook with two released versions, both evaluated elsewhere, and a district in this state."""
    handbook = given_handbook(world)
    district, elsewhere = given_districts(world, "Aplerbeck", "Brackel")
    given_released(world, handbook)
    step(world, handbook, elsewhere, "pilot")
    step(world, handbook, elsewhere, "evaluate")
    given_released(world, handbook)
    step(world, handbook, elsewhere, "pilot", version_number=2)
    step(world, handbook, elsewhere, "evaluate")
    ways = {R.PILOT: ["pilot"], R.EVALUATED: ["pilot", "evaluate"], R.ADOPTED: ["adopt"]}
    for action in ways.get(state, ["pilot", "suspend"] if state is R.SUSPENDED else []):
        step(world, handbook, district, action, **({"version_number": number} if action in ("pilot", "adopt") else {}))
    return handbook, district


def given_everything(world: World, **changes: Any) -> str:
    """A handbook with a released version, an answered comment and an evaluated district, and a new draft."""
    handbook = given_handbook(world, **changes)
    path = given_draft(world, handbook)
    take(world, path, "open_consultation")
    author = world.as_(Role.PROVIDER_LEAD if changes.get("is_shared", True) else Role.CASEWORKER)
    said = author.post(f"{path}/comments", {"text": "Gut."})
    answer = {"verdict": "noted", "answer": "Danke."}
    url = f"{path}/comments/{said['id']}:answer"
    world.as_(Role.PLANNER).post(url, answer, status=200, headers={"If-Match": '"1"'})
    take(world, path, "close_consultation")
    take(world, path, "release")
    (district,) = given_districts(world, "Aplerbeck")
    step(world, handbook, district, "pilot")
    step(world, handbook, district, "evaluate")
    given_draft(world, handbook)
    return handbook
