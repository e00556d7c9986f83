"""A year of reports: what is agreed is asked for by itself, called to mind, handed in, revised, and kept on paper."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.policy import Role
from tests.core.files_of import pdf, png
from tests.modules.reports.given import (
    PATH,
    follow,
    given_reporting,
    meet,
    owed,
    path_of,
    report_body,
)
from tests.modules.reports.test_attachments import attach
from tests.world import World

AGREED: list[dict[str, Any]] = [
    {"kind": "development", "trigger": "before_meeting", "days": 14, "must_be_discussed": True,
     "must_be_countersigned": True},
    {"kind": "final", "trigger": "after_end", "days": 28},
]  # fmt: skip
SAID: dict[str, Any] = {"discussed_on": "2026-05-27", "discussed_with": ["Mutter", "Kind"]}


def events(world: World, role: Role) -> list[str]:
    """What the own organisation's programs hear about what is owed."""
    items = world.as_(role).get("/v1/events?limit=200")["items"]
    return [item["type"].rpartition(".")[2] for item in items if "report_expectation" in item["type"]]


def hand_in(world: World, help_: dict[str, Any]) -> str:
    """Written by the professional, discussed with the family, handed in by the lead, with a certificate beside it."""
    professional, lead = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PROVIDER_LEAD)
    path = path_of(professional.post("/v1/reports", report_body(help_, period_to="2026-05-31")))
    attach(professional, path, pdf(), "application/pdf", name="Zeugnis.pdf")
    attach(professional, path, pdf("/JavaScript"), "application/pdf", name="Rechner.pdf", status=422)
    professional.act(path, "submit", status=409, **SAID)  # four eyes
    assert lead.act(path, "submit", status=422)["errors"][0]["pointer"] == "/discussed_on"
    lead.act(path, "submit", **SAID)
    return path


def test_two_weeks_before_the_meeting_the_report_lies_there(world: World) -> None:
    """H5, T2: agreed is a report two weeks before each meeting, discussed with the family, handed in by the lead."""
    world.staff()
    help_ = given_reporting(world, rules=AGREED)
    professional, lead = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PROVIDER_LEAD)
    caseworker = world.as_(Role.CASEWORKER)

    meeting = meet(world, help_, "2026-06-24")
    assert owed(world) == [("development", "before_meeting", "2026-06-10")]
    follow(world, meeting, day="2026-06-18")  # a week earlier, and Corpus Christi two weeks before
    assert owed(world) == [("development", "before_meeting", "2026-06-03")]

    world.clock.travel(days=86)  # 27 May
    world.tick()
    assert events(world, Role.PROVIDER_SYNC)[-1] == "reminder"
    assert "reminder" not in events(world, Role.OFFICE_SYNC)

    path = hand_in(world, help_)
    assert owed(world) == []

    caseworker.act(path, "return", remarks=["Was sagt das Kind zu den Abenden?"])
    assert owed(world) == [("development", "before_meeting", "2026-06-03")]  # a week
    world.clock.travel(days=10)  # nobody writes
    world.tick()
    assert events(world, Role.PROVIDER_SYNC)[-1] == "overdue"
    assert caseworker.get(f"{PATH}?overdue=true")["items"][0]["overdue_level"] == 1
    world.clock.travel(days=4)
    world.tick()
    assert events(world, Role.OFFICE_SYNC)[-1] == "escalated"
    professional.patch(path, {"content": {"sicht_der_familie": "Ich mag die Abende."}}, version=4)
    attach(professional, path, png(), "image/png", name="Wochenplan.png")
    lead.act(path, "submit", **SAID)
    accepted = caseworker.act(path, "accept")
    assert (accepted["state"], accepted["content_number"]) == ("accepted", 2)
    world.clock.travel(days=60)
    world.tick()
    assert events(world, Role.OFFICE_SYNC)[-1] == "fulfilled"  # and nothing more is called to mind
    assert events(world, Role.OFFICE_SYNC).count("escalated") == 1

    paper = PdfReader(BytesIO(caseworker.request("GET", f"{path}/document", status=200).content))
    told = "".join(page.extract_text() for page in paper.pages)
    for text in ("Familie Q-17", "Ich mag die Abende.", "Zeugnis.pdf", "Wochenplan.png", "Was sagt das Kind"):
        assert text in told, text


def test_at_the_end_the_closing_report_is_owed_and_nothing_else(world: World) -> None:
    """H5: the help ends early; what was planned falls away, the closing report comes, late and asked for."""
    help_ = given_reporting(world, rules=AGREED)
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    meet(world, help_, "2026-09-16")
    request = {"help_id": help_["id"], "kind": "development", "due_on": "2026-03-16", "reason": "Umzug der Familie"}
    extra = caseworker.post(PATH, request)
    caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-31", reason="moved")
    assert owed(world) == [("development", "request", "2026-03-16"), ("final", "after_end", "2026-04-28")]
    caseworker.act(f"{PATH}/{extra['id']}", "waive", reason="Im Gespräch mit dem neuen Jugendamt erledigt.")
    world.clock.travel(days=70)  # 11 May
    world.tick()
    (row,) = caseworker.get(f"{PATH}?overdue=true")["items"]
    assert (row["kind"], row["overdue_level"]) == ("final", 2)
    body = report_body(help_, kind="final", period_to="2026-03-31", submit=True)
    report = provider.post("/v1/reports", body)
    assert caseworker.get(f"{PATH}?state=expected")["items"] == []
    assert caseworker.get(f"{PATH}/{row['id']}")["report_id"] == report["id"]


@pytest.mark.parametrize("content", [{"ziele": []}, {"empfehlung": "poem"}])
def test_what_does_not_fit_the_agreed_form_fulfils_nothing(world: World, content: dict[str, Any]) -> None:
    """H6: the form that was agreed on binds everybody; a report that does not fit is refused with reasons."""
    help_ = given_reporting(world, rules=[{"kind": "development", "trigger": "before_meeting", "days": 14}])
    meet(world, help_, "2026-06-24")
    body = report_body(help_, submit=True)
    problem = world.as_(Role.PROVIDER_SYNC).post(
        "/v1/reports", {**body, "content": body["content"] | content}, status=422
    )
    assert f"/content/{next(iter(content))}" in {error["pointer"] for error in problem["errors"]}
    assert len(owed(world)) == 1
