"""What a plan must say before it is confirmed, and what is worth a second look."""

from datetime import date
from typing import Any

import pytest

from app.law.service_kinds import ServiceKind
from app.modules.forms import check_content
from app.modules.planning.changes import changes_between
from app.modules.planning.codes import PerspectiveKind
from app.modules.planning.content import HelpPlanContent, for_next_round
from app.modules.planning.courses import courses_of
from app.modules.planning.forms import LATEST_FORM, form
from app.modules.planning.rules import advice, completeness
from app.modules.planning.rules.completeness import Situation
from tests.stories.planning import CHILD, GOAL, MOTHER, PERSPECTIVE, content

TODAY = date(2026, 3, 2)
SILENT_CHILD = {"role": "child", "label": "Kind Q-17"}


def text_of(**changes: Any) -> HelpPlanContent:
    return HelpPlanContent.model_validate(content(**changes))


def missing(service_kind: ServiceKind = ServiceKind.SECTION_31, **changes: Any) -> list[tuple[str, str]]:
    """Pointers and codes of what is missing, in a situation that differs as said."""
    situation: dict[str, Any] = {
        "service_kind": service_kind,
        "today": TODAY,
        "decision_hash": completeness.core_hash(text_of()),
        "latest_number": 0,
        "latest_review": date(2027, 1, 4),
        "review_due": date(2026, 4, 1),
        "may_postpone": True,
    }
    known = {name: changes.pop(name) for name in list(changes) if name in {*situation, "former", "former_until"}}
    found = completeness.missing(text_of(**changes), Situation(**{**situation, **known}))
    return [(error.pointer, error.code) for error in found]


def test_a_whole_plan_lacks_nothing() -> None:
    assert missing() == []


def test_an_empty_plan_is_told_everything_it_lacks() -> None:
    situation = Situation(ServiceKind.SECTION_31, TODAY, None, 0, TODAY, TODAY, may_postpone=True)
    found = {error.pointer for error in completeness.missing(HelpPlanContent(), situation)}
    assert found == {
        "/need", "/services", "/intensity", "/goals", "/duties", "/resources", "/decision", "/participants",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"need": None}, [("/need", "missing"), ("/decision", "decided_otherwise")]),
        ({"services": ["Tagesgruppe"]}, [("/decision", "decided_otherwise")]),
        ({"decision_hash": None}, [("/decision", "missing")]),
        ({"resources": content()["resources"][:2]}, [("/resources", "social_space_not_considered")]),
        ({"participants": [MOTHER]}, [("/participants", "child_missing")]),
        ({"participants": [CHILD]}, [("/participants", "parents_missing")]),
        ({"participants": [SILENT_CHILD, MOTHER]}, [("/participants/0/own_words", "not_heard")]),
        ({"participants": [SILENT_CHILD | {"missing_reason": "too_young"}, MOTHER]}, []),
        ({"participants": [CHILD, MOTHER, {"role": "father"}]}, [("/participants/2/own_words", "not_heard")]),
        ({"participants": [CHILD, MOTHER, {"role": "school"}]}, []),
        ({"next_review_on": "2026-03-02"}, [("/next_review_on", "past")]),
        ({"next_review_on": "2027-01-05"}, [("/next_review_on", "too_late")]),
        ({"next_review_on": "2026-06-01"}, []),
        ({"next_review_on": "2026-06-01", "may_postpone": False}, [("/next_review_on", "review_open")]),
        ({"next_review_on": "2026-03-31", "may_postpone": False}, []),
    ],
)
def test_each_gap_is_named_with_its_place(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert missing(**changes) == found


def test_somebody_of_age_plans_without_parents() -> None:
    assert missing(ServiceKind.SECTION_41, participants=[CHILD | {"role": "young_person"}]) == []


@pytest.mark.parametrize(
    ("kind", "outside", "needed"),
    [
        (ServiceKind.SECTION_31, None, False),
        (ServiceKind.SECTION_31, True, False),
        (ServiceKind.SECTION_33, None, True),
        (ServiceKind.SECTION_34, False, True),
        (ServiceKind.SECTION_35, True, True),
        (ServiceKind.SECTION_35, False, False),
        (ServiceKind.SECTION_35A, True, True),
        (ServiceKind.SECTION_35A, None, False),
    ],
)
def test_helps_outside_the_family_need_a_perspective(kind: ServiceKind, outside: bool | None, needed: bool) -> None:
    assert completeness.needs_perspective(kind, outside) is needed


@pytest.mark.parametrize("kind", [ServiceKind.SECTION_35, ServiceKind.SECTION_35A])
def test_whether_a_help_is_outside_the_family_is_said(kind: ServiceKind) -> None:
    assert missing(kind) == [("/outside_family", "missing")]
    assert missing(kind, outside_family=False) == []
    assert missing(kind, outside_family=True) == [("/perspective", "missing")]


@pytest.mark.parametrize(
    ("stated", "situation", "found"),
    [
        (PERSPECTIVE, {}, []),
        *[
            ({k: v for k, v in PERSPECTIVE.items() if k != name}, {}, [(f"/perspective/{name}", "missing")])
            for name in ("reasons", "conditions", "services_for_parents", "until", "progress")
        ],
        (PERSPECTIVE | {"until": "2026-03-01"}, {}, [("/perspective/until", "past")]),
        ({"kind": "open", "reasons": "Offen."}, {}, [("/perspective/next_steps", "missing")]),
        ({"kind": "open", "reasons": "Offen.", "next_steps": "Klären"}, {}, []),
        ({"kind": "other_family", "reasons": "So."}, {}, [("/perspective/adoption_check", "missing")]),
        ({"kind": "permanent_placement", "reasons": "So."}, {}, [("/perspective/adoption_check", "missing")]),
        ({"kind": "adoption_check", "reasons": "So.", "adoption_check": "Läuft."}, {}, []),
        ({"kind": "independent_living", "reasons": "Er ist 17."}, {}, []),
        (
            {"kind": "independent_living", "reasons": "Er ist 17."},
            {"latest_number": 1},
            [("/perspective/progress", "missing")],
        ),
        (
            PERSPECTIVE,
            {"former": PerspectiveKind.RETURN_HOME, "former_until": date(2026, 3, 1)},
            [("/perspective/kind", "not_reached")],
        ),
        (PERSPECTIVE, {"former": PerspectiveKind.RETURN_HOME, "former_until": TODAY}, []),
    ],
)
def test_a_perspective_says_what_it_needs(
    stated: dict[str, Any], situation: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert missing(ServiceKind.SECTION_34, perspective=stated, **situation) == found


def warned(**changes: Any) -> list[tuple[str, str]]:
    found = advice.warnings(text_of(**changes), date(2026, 4, 1), date(2026, 4, 1), "NW")
    return [(hint.pointer, hint.code) for hint in found]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"indicator": None}, [("/goals/0/indicator", "missing")]),
        (
            {"indicator": None, "text": "Es läuft besser."},
            [("/goals/0/text", "vague"), ("/goals/0/indicator", "missing")],
        ),
        ({"text": "Mehr Ruhe am Morgen"}, []),
        ({"due_on": None}, [("/goals/0/due_on", "missing")]),
        ({"due_on": "2026-10-01"}, []),
        ({"due_on": "2026-10-02"}, [("/goals/0/due_on", "too_far")]),
        ({"tasks": []}, [("/goals/0/tasks", "missing")]),
        ({"level": "direction", "indicator": None, "due_on": None, "tasks": []}, []),
        ({"status": "dropped", "tasks": []}, []),
    ],
)
def test_goals_nobody_could_check_are_warned_of(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert warned(goals=[GOAL | changes]) == found


def test_too_much_at_a_time_too_late_and_no_group_offer_are_warned_of() -> None:
    assert warned(goals=[GOAL | {"key": f"ziel-{number}"} for number in range(6)]) == [("/goals", "too_many")]
    assert warned(next_review_on="2026-04-02") == [("/next_review_on", "later_than_usual")]
    assert warned(group_offers=[]) == [("/group_offers", "not_considered")]


@pytest.mark.parametrize(
    "changes",
    [
        {"goals": [GOAL, GOAL]},
        {"goals": [GOAL | {"parent_key": "anderes"}]},
        {"goals": [GOAL | {"parent_key": "schule"}]},
        {"goals": [GOAL, GOAL | {"key": "rahmen", "level": "framework", "parent_key": "schule"}]},
        {"participants": [CHILD | {"consents": "no"}]},
        {"participants": [SILENT_CHILD | {"missing_reason": "other"}]},
        {"participants": [CHILD | {"label": "Max Muster"}]},
        {"partners": [{"kind": "school", "function": "Frau Müller"}]},
        {"duties": [{"function": "Dr. Weber", "text": "berät"}]},
        {"group_offers": [{"text": "Gruppe", "is_chosen": False}]},
    ],
)
def test_what_contradicts_itself_or_names_people_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        text_of(**changes)


def test_a_review_begins_with_nobody_heard() -> None:
    known = text_of(perspective=PERSPECTIVE, next_review_on="2026-06-01").model_dump(mode="json")
    anew = HelpPlanContent.model_validate(for_next_round(known))
    assert [(one.role.value, one.label, one.own_words) for one in anew.participants] == [
        ("child", "Kind Q-17", None),
        ("mother", None, None),
    ]
    assert anew.perspective is not None
    assert (anew.perspective.progress, anew.next_review_on, anew.need) == (None, None, text_of().need)


def test_changes_are_told_in_words() -> None:
    before = text_of(perspective=PERSPECTIVE)
    after = text_of(
        perspective=PERSPECTIVE | {"until": "2027-01-31"},
        goals=[GOAL | {"status": "reached"}, GOAL | {"key": "ruhe", "text": "Wir frühstücken zusammen.", "tasks": []}],
        partners=[],
    )
    documents = [{"content": one.model_dump(mode="json")} for one in (before, after)]
    told = {change.pointer: change for change in changes_between(*documents)}
    assert told["/goals/schule/status"].title == "Ziele, «schule»: Stand"
    assert (told["/goals/schule/status"].before, told["/goals/schule/status"].after) == ("vorgeschlagen", "erreicht")
    assert (told["/perspective/until"].before, told["/perspective/until"].after) == ("31.12.2026", "31.01.2027")
    assert (told["/goals/ruhe/text"].kind, told["/partners/0/function"].kind) == ("added", "removed")
    assert "/need" not in told
    assert changes_between(documents[0], documents[0]) == []


def test_the_form_in_plain_words_takes_what_it_asks() -> None:
    schema = form(LATEST_FORM)
    assert schema is not None
    assert check_content(schema, {"wie_geht_es": {"familie": {"wert": 3}}, "was_hilft": "Ruhe"}) == []
    bad = {"wie_geht_es": {"familie": {"wert": 6}, "schlaf": {"wert": 1}}, "wer": "x"}
    pointers = {error.pointer for error in check_content(schema, bad)}
    assert pointers == {"/wie_geht_es/familie/wert", "/wie_geht_es/schlaf", "/wer"}
    assert (form(0), form(LATEST_FORM + 1)) == (None, None)


def test_courses_show_how_a_part_of_life_went() -> None:
    said: list[tuple[date, dict[str, Any]]] = [
        (date(2026, 3, 2), {"wie_geht_es": {"familie": {"wert": 2, "worte": "Streit"}, "geld": {"wert": 3}}}),
        (date(2026, 9, 1), {"wie_geht_es": {"familie": {"wert": 4}}}),
    ]
    family, money = courses_of(said, form() or {})
    assert (family.area, family.difference, [point.value for point in family.points]) == ("familie", 2, [2, 4])
    assert (family.points[0].words, money.difference) == ("Streit", None)
