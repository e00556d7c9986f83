"""Whatever people try in whatever order: a released version never changes, and there is never a second draft."""

from typing import Any
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.modules.handbooks.changes import changes_between
from app.policy import Role
from tests.api import Api
from tests.modules.handbooks.given import CONTENT, FIELDS, derived, given_districts, given_handbook, given_standard
from tests.world import World

OPEN = {"draft", "in_consultation"}
FIXED = ("version_id", "number", "content", "content_hash", "change_note", "released_at", "released_by", "created_at")
ACTS = [
    "begin",
    "change",
    "open_consultation",
    "close_consultation",
    "comment",
    "answer",
    "release",
    "withdraw",
    "standard",
    "pilot",
    "evaluate",
    "adopt",
    "change_version",
    "suspend",
    "adopt-all",
]
attempts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3)), min_size=3, max_size=16)
STRAIGHT = [("begin", 1), ("release", 1), ("pilot", 1), ("evaluate", 1), ("adopt-all", 1)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts)
@example([*STRAIGHT, ("begin", 2), ("release", 2), ("pilot", 2), ("evaluate", 2), ("adopt", 2), ("change", 1)])
@example([*STRAIGHT[:2], ("change", 1), ("standard", 1), ("open_consultation", 1), ("withdraw", 1), ("release", 1)])
@example([("begin", 1), ("open_consultation", 1), ("comment", 1), ("close_consultation", 1), ("answer", 1), *STRAIGHT])
def test_a_released_version_never_changes(world: World, tried: list[tuple[str, int]]) -> None:
    handbook = given_handbook(world, code=f"h-{uuid4().hex}")
    trial = Trial(world, handbook)
    released: dict[int, dict[str, Any]] = {}
    for act, number in tried:
        answer = trial.attempt(act, number)
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text
        versions = trial.planner.get(f"{handbook}/versions")
        assert sum(row["state"] in OPEN for row in versions) <= 1
        for row in versions:
            if row["released_at"] is not None:
                now = trial.read(row["number"])
                assert released.setdefault(row["number"], now) == now
        assert released.keys() <= {row["number"] for row in versions}


class Trial:
    """Somebody who tries things on one handbook; refusals are answers too."""

    def __init__(self, world: World, handbook: str) -> None:
        self.world, self.handbook, self.planner = world, handbook, world.as_(Role.PLANNER)
        self.standard = given_standard(world, f"S-{uuid4().hex}")
        (self.district,) = given_districts(world, f"Bezirk {uuid4().hex}")

    def read(self, number: int) -> dict[str, Any]:
        """What must stay of a released version, with the standards it made binding."""
        path = f"{self.handbook}/versions/{number}"
        version = self.planner.get(path)
        return {**{name: version[name] for name in FIXED}, "standards": self.planner.get(f"{path}/standards")}

    def attempt(self, act: str, number: int) -> httpx.Response:
        path, planner = f"{self.handbook}/versions/{number}", self.planner
        own = {
            "begin": lambda: self.send(planner, "POST", f"{self.handbook}/versions", self.text(number)),
            "change": lambda: self.send(planner, "PATCH", path, {"chapters": [], "change_note": "geändert"}),
            "comment": lambda: self.send(self.world.as_(Role.CASEWORKER), "POST", f"{path}/comments", {"text": "T"}),
            "answer": lambda: self.answer(path),
            "standard": lambda: self.send(planner, "PATCH", f"/v1/standards/{self.standard}", {"target": "nie"}),
            "adopt-all": lambda: self.send(
                planner,
                "POST",
                f"{self.handbook}/rollout:adopt-all",
                {"version_number": number, "from_day": "2026-03-02"},
            ),
        }
        if act in own:
            return own[act]()
        if act in ("open_consultation", "close_consultation", "release", "withdraw"):
            return self.send(planner, "POST", f"{path}/transitions", {"action": act, **FIELDS.get(act, {})}, path)
        fields: dict[str, Any] = {"action": act, "from_day": "2026-03-02"}
        fields |= {"evaluate": {"text": "T"}, "suspend": {"reason": "R"}}.get(act, {"version_number": number})
        place = f"{self.handbook}/rollout/{self.district}"
        return self.send(planner, "POST", f"{place}/transitions", fields, place)

    def text(self, number: int) -> dict[str, Any]:
        chapters = [{"key": f"k{number}", "title": "T", "text": "T"}]
        return {**CONTENT, "chapters": chapters, "minimum_standards": [derived(self.standard)]}

    def answer(self, path: str) -> httpx.Response:
        listed = self.send(self.planner, "GET", f"{path}/comments")
        if not (items := listed.json()["items"]):
            return listed
        comment = f"{path}/comments/{items[-1]['id']}"
        return self.send(self.planner, "POST", f"{comment}:answer", {"verdict": "noted", "answer": "A"}, comment)

    def send(
        self, who: Api, method: str, path: str, body: dict[str, Any] | None = None, read: str | None = None
    ) -> httpx.Response:
        """A request that names the version read just now."""
        now = who.http.get(read or path, headers=who.bearer())
        version = now.json().get("version", 1) if now.status_code == 200 and isinstance(now.json(), dict) else 1
        headers = {**who.bearer(), "If-Match": f'"{version}"', "Idempotency-Key": str(uuid4())}
        return who.http.request(method, path, json=body, headers=headers)


KEYS = st.sampled_from(["a", "b", "c", "d"])
items = st.lists(
    st.fixed_dictionaries({"key": KEYS, "text": st.text(max_size=2)}), unique_by=lambda item: item["key"], max_size=4
)
texts = st.fixed_dictionaries(
    {
        "chapters": items,
        "key_processes": items,
        "handover_points": st.just([]),
        "expectations": st.just([]),
        "minimum_standards": st.just([]),
    }
)


@given(texts, texts)
def test_the_differences_tell_everything(older: dict[str, Any], newer: dict[str, Any]) -> None:
    changes = changes_between(older, newer)
    assert (changes == []) == (older == newer)
    back = changes_between(newer, older)
    assert sorted(change.kind for change in changes if change.kind == "changed") == sorted(
        change.kind for change in back if change.kind == "changed"
    )
    for change in changes:
        before, after = resolve(older, change.pointer), resolve(newer, change.pointer)
        if change.kind == "added":
            assert (change.before, change.after) == (None, after)
        elif change.kind == "removed":
            assert (change.before, change.after) == (before, None)
        else:
            assert change.before != change.after
    assert replay(older, newer, changes) == newer


def resolve(document: dict[str, Any], pointer: str) -> Any:
    part: Any = document
    for token in pointer.split("/")[1:]:
        if isinstance(part, list):
            part = part[int(token)] if int(token) < len(part) else None
        else:
            part = part.get(token) if isinstance(part, dict) else None
    return part


def replay(older: dict[str, Any], newer: dict[str, Any], changes: list[Any]) -> dict[str, Any]:
    """The older text with the differences laid on it; the order of items is the newer one's."""
    made = {part: {item["key"]: dict(item) for item in rows} for part, rows in older.items()}
    for change in changes:
        part, *rest = change.pointer.split("/")[1:]
        if change.kind == "removed":
            del made[part][change.before["key"]]
        elif change.kind == "added":
            made[part][change.after["key"]] = change.after
        elif rest:
            made[part][newer[part][int(rest[0])]["key"]][rest[1]] = change.after
    return {part: [rows[item["key"]] for item in newer[part]] for part, rows in made.items()}
