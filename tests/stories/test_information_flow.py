"""Mutual information on a help: what each side tells the other, who must act, and what stays written (mission H5)."""

from app.policy import Role
from tests.modules.notices.given import PATH, body_of, path_of
from tests.stories.helps import given_help
from tests.world import World


def test_a_question_is_acknowledged_reminded_of_and_answered(world: World) -> None:
    world.staff()
    help_ = given_help(world)
    caseworker, lead = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_LEAD)
    asked = caseworker.post(PATH, body_of(help_, "request_for_information"))
    path = path_of(asked)
    assert (asked["number"], asked["state"], asked["direction"]) == ("MI-2026-0001", "sent", "to_provider")
    assert [step["action"] for step in asked["allowed_actions"]] == ["withdraw"]

    waiting = lead.get(f"{PATH}?waiting_for=me&sort=due_at")["items"]
    assert [item["id"] for item in waiting] == [asked["id"]]
    assert caseworker.get(f"{PATH}?waiting_for=me")["items"] == []
    assert [item["id"] for item in caseworker.get(f"{PATH}?waiting_for=them")["items"]] == [asked["id"]]

    world.clock.travel(days=4)  # three working days have passed
    world.tick()
    assert lead.get(f"{PATH}?waiting_for=me&overdue=true")["items"]
    reminders = lead.get(path)["reminders"]
    assert [(one["level"], one["told"]) for one in reminders] == [(0, ["provider_lead"])]
    world.clock.travel(days=4)  # two working days more
    world.tick()
    world.tick()
    reminders = lead.get(path)["reminders"]
    assert [(one["level"], one["told"]) for one in reminders][1:] == [(1, ["provider_manager"])]

    assert lead.act(path, "acknowledge")["state"] == "acknowledged"
    lead.post(f"{path}/messages", {"text": "Die Zahlen kommen aus der Abrechnung, wir fragen nach."})
    caseworker.post(f"{path}/messages", {"text": "Danke, das genügt."})
    answered = lead.act(path, "answer", text="Im Februar waren es 22 Stunden.")
    assert (answered["state"], answered["allowed_actions"]) == ("answered", [])
    world.clock.travel(days=60)
    world.tick()
    read = caseworker.get(path)
    assert (read["answer"], len(read["reminders"])) == ("Im Februar waren es 22 Stunden.", 2)
    assert [item["text"][:5] for item in caseworker.get(f"{path}/messages")["items"]] == ["Die Z", "Danke"]
    assert caseworker.act(path, "close")["state"] == "closed"
    steps = [(step["action"], step["to_state"]) for step in lead.get(f"{path}/transitions")]
    assert steps == [
        ("create", "sent"),
        ("acknowledge", "acknowledged"),
        ("answer", "answered"),
        ("close", "closed"),
    ]
