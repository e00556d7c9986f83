"""Every operation on every kind of thing, asked for by another office and another provider: it does not exist.

Driven from the OpenAPI document: a new route with an id in its path must say here where the id of a foreign thing
comes from, or the test fails. The strangers are the nearest there are: another provider of the same office, and
another office of the same provider, each with a help of its own.
"""

from copy import copy
from typing import Any
from uuid import uuid4

import pytest

from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.policy import GRANTS, OrganisationKind, Role
from app.wiring import HANDLERS, on_published
from tests.api import Api
from tests.contract.operations import Operation, example, operations
from tests.modules.alerts.given import given_shift
from tests.modules.budgets.given import given_budget_alert
from tests.modules.cases.given import given_arrangement
from tests.modules.clearances.test_clearances import given_check
from tests.modules.committee.given import given_everything as given_committee
from tests.modules.concerns.given import ask_isef, given_asked_isef, given_concern, step
from tests.modules.consumption.given import given_alert
from tests.modules.dialogues.given import given_held, given_measure
from tests.modules.fees.test_rules import K1
from tests.modules.handbooks.given import given_everything
from tests.modules.notices.given import given_notice
from tests.modules.offers.given import given_offer, report_capacity
from tests.modules.payments.given import given_run
from tests.modules.proofs.given import MONTH, sign
from tests.modules.protection.given import given_protection
from tests.modules.reports.test_attachments import attach
from tests.modules.retention.given import given_retention
from tests.modules.safeguarding.telling import body_for
from tests.modules.settlement.given import settled
from tests.modules.staff.test_staff import BODY as STAFF_MEMBER
from tests.modules.statistics.given import given_statistics
from tests.stories.given import BILLING_TERMS, DEVELOPMENT_REPORT, DEVELOPMENT_REPORT_CONTENT, STANDARD, agreement_body
from tests.stories.helps import given_help, record_body
from tests.stories.planning import given_confirmed
from tests.stories.planning import given_held as given_held_meeting
from tests.world import Clock, Party, World

PUBLIC = {"code", "name"}
"""Names of code lists, workflows and problems: the same for everybody."""
EMPTY = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
REGISTER = {"GET /v1/organisations/{organisation_id}", "GET /v1/oparl/bodies/{organisation_id}"}
"""Who works with whom is no secret."""


@pytest.fixture(scope="module")
def filled(kernel: Kernel, http: Any) -> tuple[World, dict[str, str]]:
    """One of everything, in one office with one provider."""
    clock = Clock()
    world = World(kernel, http, clock, Ticker(kernel.work, HANDLERS, on_published, 1))
    return world, _everything(world)


def _everything(world: World) -> dict[str, str]:
    planner, caseworker = world.as_(Role.PLANNER), world.as_(Role.CASEWORKER)
    webhook = world.as_(Role.OFFICE_ADMIN).post("/v1/webhooks", {"url": "http://127.0.0.1:9/x", "types": []})
    world.as_(Role.OFFICE_ADMIN).post(f"/v1/webhooks/{webhook['id']}/secret", status=200)
    help_ = given_help(world, hours_per_week="0.10")
    money = _money(world, help_)
    owed = {"help_id": help_["id"], "kind": "development", "due_on": "2026-07-31", "reason": "Schulwechsel"}
    expectation = caseworker.post("/v1/report-expectations", owed)
    report = world.as_(Role.PROVIDER_PROFESSIONAL).post(
        "/v1/reports",
        {
            "help_id": help_["id"],
            "kind": "development",
            "period_from": "2026-01-01",
            "period_to": "2026-02-28",
            "content": DEVELOPMENT_REPORT_CONTENT,
        },
    )
    attachment = attach(world.as_(Role.PROVIDER_PROFESSIONAL), f"/v1/reports/{report['id']}")
    world.as_(Role.PROVIDER_PROFESSIONAL).act(f"/v1/reports/{report['id']}", "submit")
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/jugendamt-notifications", body_for(world, help_))
    form = planner.post("/v1/forms", {"code": "geheim", "title": "Geheim", "is_shared": False})
    planner.post(
        f"/v1/forms/{form['id']}/versions", {"schema": DEVELOPMENT_REPORT}, headers={"If-Match": f'"{form["version"]}"'}
    )
    standard = planner.post("/v1/standards", {**STANDARD, "code": "G-01", "is_shared": False})
    talks = planner.post("/v1/agreements", agreement_body(world, kind="ambulant_77"))
    planner.act(f"/v1/agreements/{talks['id']}", "open_negotiation")
    proposal = {"reason": "Tarif", "patch": {"title": "Neu"}}
    proposed = world.as_(Role.PROVIDER_LEAD).post(f"/v1/agreements/{talks['id']}/proposals", proposal)
    point = planner.post(f"/v1/agreements/{talks['id']}/points", {"title": "Entgelt"})
    handbook = given_everything(world, is_shared=False)
    offer = given_offer(world)
    report_capacity(world, offer, "2")
    dialogue = given_held(world)
    measure = given_measure(world, dialogue)
    plan = given_confirmed(world, help_)
    talk = given_held_meeting(world, help_)
    caseworker.post(f"/v1/help-plan-meetings/{talk['id']}/minutes", {"text": "Es geht voran."})
    concern = _concern(world)
    checked = given_check(world)
    shift = given_shift(world, world.as_(Role.TEAM_LEAD), "2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")
    arranged = given_arrangement(world, help_)
    used = given_alert(world)
    notice = given_notice(world, "special_incident", help_=help_)  # the kind that all who read notices may read
    world.tick()
    deliveries = world.as_(Role.OFFICE_ADMIN).get(f"/v1/webhooks/{webhook['id']}/deliveries")["items"]
    return {
        **given_committee(world),
        **money,
        **concern,
        **arranged,
        **given_protection(world),
        **given_retention(world),
        **given_statistics(world),
        "account_id": str(caseworker.account_id),
        "alert_id": used["id"],
        "agreement_id": talks["id"],
        "alarm_id": world.as_(Role.TEAM_LEAD).get("/v1/alarms")["items"][0]["id"],
        "attachment_id": attachment["id"],
        "clearance_id": checked.rpartition("/")[2],
        "comment_id": planner.get(f"{handbook}/versions/1/comments")["items"][0]["id"],
        "delivery_id": deliveries[0]["id"],
        "dialogue_id": dialogue["id"],
        "feed_id": caseworker.post("/v1/calendar-feeds")["id"],
        "expectation_id": expectation["id"],
        "form_id": form["id"],
        "handbook_id": handbook.rpartition("/")[2],
        "help_id": help_["id"],
        "help_plan_meeting_id": talk["id"],
        "mail_id": world.as_(Role.OFFICE_ADMIN).get("/v1/alert-mails")["items"][0]["id"],
        "measure_id": measure["id"],
        "month": MONTH,
        "notice_id": notice["id"],
        "notification_id": told["id"],
        "number": "1",
        "offer_id": offer["id"],
        "organisation_id": str(world.youth_office.id),
        "plan_id": plan["id"],
        "point_id": point["id"],
        "proposal_id": proposed["id"],
        "region_id": planner.get(f"{handbook}/rollout")["items"][0]["region_id"],
        "report_id": report["id"],
        "shift_id": shift["id"],
        "signature_id": sign(world, help_)["id"],
        "standard_id": standard["id"],
        "task_id": caseworker.get("/v1/help-plan-tasks")["items"][0]["id"],
        "webhook_id": webhook["id"],
    }


def _money(world: World, help_: dict[str, Any]) -> dict[str, str]:
    run = given_run(world, "draft")
    record = world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_))
    settlement = settled(world, "preview")
    supposed = {"title": "Annahme", "first": "2026-02", "last": "2026-02", "terms": BILLING_TERMS}
    simulation = world.as_(Role.PROVIDER_BILLING).post("/v1/billing-simulations", supposed)
    bill = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    invoice = world.as_(Role.PROVIDER_BILLING).post("/v1/invoices", bill)
    invoice_path, finance = f"/v1/invoices/{invoice['id']}", world.as_(Role.FINANCE_OFFICER)
    kept = world.as_(Role.PROVIDER_BILLING).request(
        "POST", "/v1/invoices:import-xrechnung", status=200, content=EMPTY, headers={"Content-Type": "text/xml"}
    )
    fresh = {"If-Match": f'"{world.as_(Role.PROVIDER_BILLING).act(invoice_path, "submit")["version"]}"'}
    cut = {"place": 1, "cents": 1, "reason": "Nicht belegt"}
    cut_id = finance.post(f"{invoice_path}/cuts", cut, status=200, headers=fresh)["cuts"][0]["id"]
    priced = world.as_(Role.PROVIDER_MANAGER).post("/v1/fee-calculations", {"title": "Entgelt", "basis": K1})
    elsewhere = world.organisation(OrganisationKind.PROVIDER, "Träger ohne Vereinbarung")
    listed = world.as_(Role.PROVIDER_MANAGER, elsewhere).post("/v1/staff-members", STAFF_MEMBER)
    committed = given_budget_alert(world)
    return {
        "billing_simulation_id": simulation["id"],
        "budget_alert_id": committed["id"],
        "budget_id": committed["budget_id"],
        "calculation_id": priced["id"],
        "cut_id": cut_id,
        "finding_id": invoice["findings"][0]["id"],
        "import_id": kept.json()["id"],
        "invoice_id": invoice["id"],
        "member_id": listed["id"],
        "record_id": record["id"],
        "run_id": run["id"],
        "settlement_run_id": settlement["id"],
    }


def _concern(world: World) -> dict[str, str]:
    concern, isef = given_concern(world), given_asked_isef(world)
    step(world, concern, "inform_lead")
    asked = ask_isef(world, concern, isef)
    return {
        "concern_id": asked["id"],
        "isef_consultation_id": asked["consultation_ids"][0],
        "isef_id": isef["id"],
    }


def _asked() -> list[Operation]:
    named = [operation for operation in operations() if operation.parameters("path")]
    return [
        operation
        for operation in named
        if not {item["name"] for item in operation.parameters("path")} <= PUBLIC and str(operation) not in REGISTER
    ]


@pytest.mark.parametrize("side", OrganisationKind)
@pytest.mark.parametrize("operation", _asked(), ids=str)
def test_what_belongs_to_others_does_not_exist(
    filled: tuple[World, dict[str, str]], operation: Operation, side: OrganisationKind
) -> None:
    world, ids = filled
    unknown = {item["name"] for item in operation.parameters("path")} - set(ids)
    assert not unknown, f"say where a foreign {unknown} comes from"
    strangers = [role for role in Role if role.side is side and operation.permission in GRANTS[role]]
    party = _stranger(world, side)
    for role in strangers:
        for content in [{"json": example(body)} for body in operation.bodies()] or [{}]:
            url, headers = operation.url(**ids), {"If-Match": '"1"'}
            world.as_(role, party).request(operation.method, url, status=404, headers=headers, **content)


def _stranger(world: World, side: OrganisationKind) -> Party:
    known: dict[OrganisationKind, Party] = world.__dict__.setdefault("strangers", {})
    if side not in known:
        known[side] = world.organisation(side, "Fremd")
        theirs = copy(world)
        setattr(theirs, side.value, known[side])
        given_help(theirs, pseudonym="Familie F-1")
    return known[side]


@pytest.mark.parametrize("side", OrganisationKind)
def test_lists_show_strangers_nothing_of_others(filled: tuple[World, dict[str, str]], side: OrganisationKind) -> None:
    world, ids = filled
    open_to_all = {"1", ids["month"], ids["organisation_id"], ids["region_id"]}  # months and districts are no secret
    open_to_all |= {ids["account_id"]}  # the same caseworker leads the other provider's help
    party, secret = _stranger(world, side), set(ids.values()) - open_to_all
    for operation in operations():
        if operation.method == "GET" and not operation.parameters("path") and operation.permission is not None:
            for role in Role:
                if role.side is side and operation.permission in GRANTS[role]:
                    shown = world.as_(role, party).request("GET", operation.path, status=200).text
                    assert not [value for value in secret if value in shown], operation


AT_WORK = {"helps", "help-plans", "reports", "notices", "worklist"}
"""The chapters about the work with families: whoever takes part in a help, and may read, reads."""
PERSONAL = {"feed_id"}
"""What belongs to one account."""


@pytest.mark.parametrize("operation", [one for one in _asked() if AT_WORK & set(one.spec["tags"])], ids=str)
def test_each_role_is_answered_as_the_matrix_says(filled: tuple[World, dict[str, str]], operation: Operation) -> None:
    """Role × own thing, thing of another provider, thing of another office."""
    world, ids = filled
    url, headers = operation.url(**ids), {"If-Match": '"1"', "Accept": "*/*"}
    content = next(({"json": example(body)} for body in operation.bodies()), {})
    is_personal = PERSONAL & {item["name"] for item in operation.parameters("path")}
    for role in Role:
        own = world.as_(role)
        if operation.permission not in GRANTS[role]:
            for asking in (own, world.as_(role, _stranger(world, role.side))):
                asking.request(operation.method, url, status=403, headers=dict(headers), **content)
        elif operation.method == "GET" and not is_personal:
            own.request("GET", url, status=200, headers=dict(headers))


def _naming() -> list[tuple[Operation, str]]:
    """Every operation that makes or lists things and may name another one, with the member that does."""
    known = {item["name"] for operation in _asked() for item in operation.parameters("path")}
    made = []
    for operation in operations():
        named = {item["name"] for item in operation.parameters("query")}
        named |= {name for body in operation.bodies() for name in body.get("properties", {})}
        if operation.permission and operation.method in ("POST", "GET") and not operation.parameters("path"):
            made += [(operation, name) for name in sorted(named & known) if name.endswith("_id")]
    return made


@pytest.mark.parametrize("side", OrganisationKind)
@pytest.mark.parametrize(("operation", "name"), _naming(), ids=str)
def test_naming_what_belongs_to_others_tells_nothing(
    filled: tuple[World, dict[str, str]], operation: Operation, name: str, side: OrganisationKind
) -> None:
    """In a body or a filter the id of a stranger's thing is answered like an id that nobody has."""
    world, ids = filled
    for role in (role for role in Role if role.side is side and operation.permission in GRANTS[role]):
        asking = world.as_(role, _stranger(world, side))
        answers = [_answers(asking, operation, name, value) for value in (ids[name], str(uuid4()))]
        assert answers[0] == answers[1], (role, name)


def _answers(asking: Api, operation: Operation, name: str, value: str) -> list[Any]:
    """What is said about an id: everything but the id itself and the request's number."""
    headers = {**asking.bearer(), "Accept": "application/json"}
    if operation.method == "GET":
        found = asking.http.get(operation.path, params={name: value}, headers=headers)
        return [found.status_code, found.text.replace(value, "")]
    said = []
    for body in operation.bodies():
        headers["Idempotency-Key"] = str(uuid4())
        found = asking.http.post(operation.path, json={**example(body), name: value}, headers=headers)
        assert not found.is_success, f"{operation} with {name} of somebody else"
        said.append({**found.json(), "instance": ""})
    return said
