"""Whatever people try in whatever order: signed texts stay, in force implies signed, no two hold at once."""

from typing import Any
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.stories.given import agreement_body
from tests.world import Party, World

CONCLUDED = {
    "signed",
    "in_force",
    "under_amendment",
    "notice_given",
    "continuing",
    "superseded",
    "terminated",
    "expired",
}
SIDES = {
    "office": (Role.PLANNER, Role.OFFICE_HEAD),
    "provider": (Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER),
    "other provider": (Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER),
}
AWARD = ("record_award", "confirm_award", "dispute_award")
SIGNED_BY_HEADS = ("sign", "terminate", "leave", "accede", "call_schiedsstelle", "settle", *AWARD)
STEPS = [
    "open_negotiation",
    "change",
    "keep_version",
    "offer_for_signature",
    "sign",
    "sign an older text",
    "reopen",
    "withdraw",
    "terminate",
    "invite_party",
    "remove_party",
    "accede",
    "leave",
    "amend",
    "record_review",
    "call_schiedsstelle",
    "record_award",
    "confirm_award",
    "dispute_award",
    "a month passes",
]
attempts = st.lists(st.tuples(st.sampled_from(sorted(SIDES)), st.sampled_from(STEPS)), min_size=4, max_size=18)
STRAIGHT = [
    ("office", "open_negotiation"),
    ("provider", "offer_for_signature"),
    ("office", "sign"),
    ("provider", "sign"),
]
SIGNED = text(
    "SELECT v.id::text, v.content_hash, v.content::text FROM agreement_version AS v JOIN agreement AS a "
    "ON a.id = v.agreement_id WHERE a.youth_office_id = :office AND v.offered_at IS NOT NULL"
)
UNSIGNED = text(  # covered without a signature of both under the very text, and without an award
    "SELECT count(*) FROM agreement_coverage AS c JOIN agreement AS a ON a.id = c.agreement_id "
    "WHERE c.youth_office_id = :office AND a.schiedsstelle IS NULL AND NOT (SELECT count(*) = 2 "
    "FROM agreement_signature AS s WHERE s.version_id = c.version_id "
    "AND s.organisation_id IN (c.youth_office_id, c.provider_id))"
)
OVERLAPPING = text(
    "SELECT count(*) FROM agreement_coverage AS one JOIN agreement_coverage AS two ON one.id < two.id "
    "AND one.provider_id = two.provider_id AND one.kind = two.kind AND one.period && two.period "
    "AND one.service_kind IS NOT DISTINCT FROM two.service_kind AND one.offer_id IS NOT DISTINCT FROM two.offer_id "
    "WHERE one.youth_office_id = :office AND two.youth_office_id = :office"
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts)
@example(STRAIGHT)
@example([*STRAIGHT, ("office", "terminate")])
@example([*STRAIGHT[:3], ("office", "reopen"), ("office", "offer_for_signature"), ("provider", "sign")])
@example([*STRAIGHT[:3], ("office", "sign"), ("office", "sign an older text")])
@example([*STRAIGHT, ("office", "invite_party"), ("other provider", "accede"), ("other provider", "leave")])
@example([*STRAIGHT, ("provider", "amend"), *STRAIGHT, ("office", "a month passes"), ("office", "a month passes")])
def test_whatever_is_tried_what_is_signed_stays_and_only_it_holds(world: World, tried: list[tuple[str, str]]) -> None:
    fresh = World(world.kernel, world.http, world.clock, world.ticker)
    table = _Table(fresh)
    for side, step in tried:
        table.attempt(side, step)
        table.check()


class _Table:
    """An agreement, what amends it, and everybody around it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guest = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        body = agreement_body(world, standard_ids=[], forms=[], valid_from="2026-03-02", notice_period_months=1)
        agreement = world.as_(Role.PLANNER).post("/v1/agreements", body)
        self.path, self.first_text = f"/v1/agreements/{agreement['id']}", agreement["content_hash"]
        self.known: dict[str, tuple[str, str]] = {}

    def attempt(self, side: str, step: str) -> None:
        """Try a step as the drafter or the signatory of a side; a refusal is fine, a failure is not."""
        if step == "a month passes":
            self.world.clock.travel(days=31)
            self.world.tick()
            return
        drafter, signatory = (self.world.as_(role, self._party(side)) for role in SIDES[side])
        now = _read(drafter, self.path)
        if now is None:
            return  # not invited: it does not exist
        if step == "change":
            answer = _send(drafter, "PATCH", self.path, now["version"], {"title": f"Fassung {now['version']}"})
        else:
            who = signatory if step.split(maxsplit=1)[0] in SIGNED_BY_HEADS else drafter
            answer = _send(who, "POST", f"{self.path}/transitions", now["version"], self._fields(step, now))
        assert answer.status_code in (200, 403, 409, 422), answer.text
        if answer.status_code == 200 and step == "amend":
            self.path = f"/v1/agreements/{answer.json()['amendment_id']}"  # go on with the successor

    def check(self) -> None:
        """What must hold after every step."""
        office = {"office": self.world.youth_office.id}
        with self.world.kernel.work.as_system() as db:
            offered = {row[0]: (row[1], row[2]) for row in db.execute(SIGNED, office).all()}
            assert db.scalar(UNSIGNED, office) == 0
            assert db.scalar(OVERLAPPING, office) == 0
        assert self.known.items() <= offered.items()
        self.known = offered
        now = self.world.as_(Role.PLANNER).get(self.path)
        if now["state"] in CONCLUDED and now["schiedsstelle"] is None:
            signed = {signature["organisation_id"] for signature in now["signatures"]}
            assert str(self.world.youth_office.id) in signed
            assert len(signed) > 1

    def _party(self, side: str) -> Party | None:
        return self.guest if side == "other provider" else None

    def _fields(self, step: str, now: dict[str, Any]) -> dict[str, Any]:
        today = self.world.clock.now.date()
        later = today.replace(year=today.year + 1).isoformat()
        own: dict[str, dict[str, Any]] = {
            "sign": {"function": "F", "content_hash": now["content_hash"]},
            "sign an older text": {"function": "F", "content_hash": self.first_text},
            "accede": {"function": "F", "content_hash": now["content_hash"]},
            "terminate": {"last_day": later, "reason": "R"},
            "leave": {"last_day": later, "reason": "R"},
            "keep_version": {"note": "N"},
            "invite_party": {"provider_id": str(self.guest.id)},
            "remove_party": {"provider_id": str(self.guest.id), "reason": "R"},
            "amend": {
                "valid_from": today.replace(day=28).isoformat(),
                "kinds": ["editorial"],
                "reason": "R",
            },
            "record_review": {"result": "keep", "note": "N"},
            "call_schiedsstelle": {"board": "B", "applied_on": today.isoformat(), "issues": "I"},
            "record_award": {"reference": "R", "decided_on": today.isoformat(), "content_hash": now["content_hash"]},
            "confirm_award": {"content_hash": now["content_hash"]},
            "dispute_award": {"reason": "R"},
        }
        return {"action": step.split(maxsplit=1)[0], **own.get(step, {})}


def _read(who: Api, path: str) -> dict[str, Any] | None:
    response = who.http.get(path, headers=who.bearer())
    return dict(response.json()) if response.status_code == 200 else None


def _send(who: Api, method: str, path: str, version: int, body: dict[str, Any]) -> httpx.Response:
    """A request whose refusal is an answer too."""
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4()), **who.bearer()}
    return who.http.request(method, path, json=body, headers=headers)
