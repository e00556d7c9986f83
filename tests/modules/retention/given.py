"""Files whose time is over, with words in every room that must be gone."""

from typing import Any

from app.modules.retention import look
from app.policy import Role
from tests.modules.concerns.given import given_concern
from tests.modules.notices.given import given_notice
from tests.modules.reports.given import report_body
from tests.modules.reports.test_attachments import attach
from tests.modules.safeguarding.telling import body_for
from tests.stories.helps import given_help, record_body
from tests.stories.planning import CHILD, GOAL, given_confirmed, given_held
from tests.world import World

Json = dict[str, Any]
SECRET = "Weidenkorb"
"""The word to look for; as a name, as a pseudonym's part it is not allowed."""
REVIEWS, HOLDS, ERASURES, REQUESTS = (
    f"/v1/{path}" for path in ("retention-reviews", "legal-holds", "erasure-requests", "subject-requests")
)


def given_person(world: World, help_: Json, **changes: Any) -> Json:
    """The child of a help, born so long ago that its file is due."""
    identity = {"first_name": SECRET, "birth_date": "1920-05-01", "address": f"{SECRET}weg 1"}
    body = {"role": "child", "pseudonym": "Kind Q-17", "identity": identity, **changes}
    return dict(world.as_(Role.CASEWORKER).post(f"/v1/helps/{help_['id']}/persons", body))


def end(world: World, help_: Json) -> None:
    """The help is over."""
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-02", reason="planned")


def given_ended(world: World, **person: Any) -> Json:
    """A help that is over, about a child born in 1920."""
    help_ = given_help(world)
    given_person(world, help_, **person)
    end(world, help_)
    return help_


def given_full(world: World) -> Json:
    """A help with words in every room, whose file is due."""
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    help_ = given_help(world)
    path = f"/v1/helps/{help_['id']}"
    person = given_person(world, help_)
    reading = {"purpose": "contact", "reason": SECRET}
    caseworker.post(f"{path}/persons/{person['id']}:disclose", reading, status=200)
    partner = {"kind": "school", "institution": f"Schule {SECRET}", "valid_from": "2026-03-02"}
    caseworker.post(f"{path}/partners", partner)
    caseworker.post(
        f"{path}/group-offers",
        {"title": "Gruppe", "is_chosen": False, "reason": SECRET, "considered_on": "2026-03-02"},
    )
    goal = {**GOAL, "text": f"Ich will {SECRET} flechten."}
    plan = given_confirmed(world, help_, goals=[goal], need=SECRET)
    provider.post(f"/v1/help-plans/{plan['id']}/statements", {"text": SECRET})
    meeting = f"/v1/help-plan-meetings/{given_held(world, help_)['id']}"
    caseworker.post(f"{meeting}/minutes", {"text": SECRET})
    said = {"role": "child", "label": CHILD["label"], "consents": "no", "dissent": SECRET, "said_on": "2026-03-02"}
    caseworker.post(f"{meeting}/minutes/1/assents", said)
    body = report_body(help_, period_to="2026-02-28")
    report = provider.post("/v1/reports", {**body, "content": {**body["content"], "einschaetzung": SECRET}})
    attach(provider, f"/v1/reports/{report['id']}")
    provider.act(f"/v1/reports/{report['id']}", "submit")
    caseworker.act(f"/v1/reports/{report['id']}", "return", remarks=[SECRET])
    notice = given_notice(world, "special_incident", help_=help_, text=SECRET)
    assert notice["help_id"] == help_["id"]
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, note=SECRET))
    end(world, help_)
    return {**help_, "person_id": person["id"]}


def given_danger(world: World, help_: Json) -> None:
    """A notification of danger and a provider's own concern about a help that is running."""
    told = body_for(world, help_) | {"observation": SECRET}
    world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/jugendamt-notifications", told)
    given_concern(world, help_id=help_["id"])


def looked(world: World) -> None:
    """The worker looks."""
    with world.kernel.work.as_system() as db:
        look(db, world.clock.now)


def due(world: World, query: str = "matter=help_file") -> Json:
    """The one review that there is now."""
    looked(world)
    (review,) = world.as_(Role.CASEWORKER).get(f"{REVIEWS}?{query}")["items"]
    return dict(review)


def propose(world: World, review: Json, **said: Any) -> Json:
    """The caseworker proposes to erase."""
    path = f"{REVIEWS}/{review['id']}"
    return dict(world.as_(Role.CASEWORKER).act(path, "propose", archive="declined", **said))


def erase(world: World, review: Json) -> Json:
    """The team lead decides so."""
    propose(world, review)
    return dict(world.as_(Role.TEAM_LEAD).act(f"{REVIEWS}/{review['id']}", "erase"))


def given_retention(world: World) -> dict[str, str]:
    """One of everything, for the walls between offices: a file that is erased, another that is held and asked for."""
    erased, held = given_full(world), given_help(world)
    looked(world)
    caseworker = world.as_(Role.CASEWORKER)
    (review,) = caseworker.get(f"{REVIEWS}?help_id={erased['id']}&matter=help_file")["items"]
    erase(world, review)
    (copy,) = caseworker.get(f"{ERASURES}?help_id={erased['id']}")["items"]
    hold = caseworker.post(HOLDS, {"help_id": held["id"], "reason": "Rechtsstreit"})
    asked = {"help_id": held["id"], "person_id": given_person(world, held)["id"], "kind": "access"}
    request = caseworker.post(REQUESTS, {**asked, "received_on": "2026-03-02"})
    return {
        "erasure_request_id": copy["id"],
        "hold_id": hold["id"],
        "review_id": review["id"],
        "subject_request_id": request["id"],
    }
