"""Billing terms: what parties can agree, and what makes no sense."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.core.validation import field_errors
from app.modules.agreements import ActivityCategory, BillingModel, BillingTerms, Employment, RoundingRule, ServiceKind
from app.modules.agreements.labels import rows_of

PLAIN: dict[str, Any] = {"rate_cents": 6980, "activities": {"direct_contact": {"billable": True}}}


def refusal(**changes: Any) -> list[tuple[str, str]]:
    """Pointer and German text of every finding."""
    body = PLAIN | changes
    with pytest.raises(ValidationError) as refused:
        BillingTerms.model_validate(body)
    findings = refused.value.errors(include_input=False, include_url=False)
    return [(error.pointer, error.de) for error in field_errors(findings, body)]


class TestDefaults:
    def test_a_rate_and_one_activity_are_enough(self) -> None:
        terms = BillingTerms.model_validate(PLAIN)
        assert (terms.unit_minutes, terms.rounding_rule, terms.no_show_percent) == (60, RoundingRule.EXACT_MINUTE, 0)

    def test_terms_survive_json(self) -> None:
        terms = BillingTerms.model_validate(PLAIN | {"service_kinds": {"section_31": {"rate_cents": 7000}}})
        assert BillingTerms.model_validate_json(terms.model_dump_json()) == terms

    def test_terms_do_not_change(self) -> None:
        terms = BillingTerms.model_validate(PLAIN)
        with pytest.raises(ValidationError):
            terms.rate_cents = 1  # type: ignore[misc]

    def test_every_field_has_a_german_title_and_limits(self) -> None:
        schema = BillingTerms.model_json_schema()
        for name, field in schema["properties"].items():
            assert field["title"] != name.replace("_", " ").title()
        assert (schema["properties"]["unit_minutes"]["minimum"], schema["properties"]["unit_minutes"]["maximum"]) == (
            1,
            120,
        )

    @pytest.mark.parametrize("code", [*ActivityCategory, *ServiceKind, *RoundingRule])
    def test_every_code_has_a_german_title(self, code: Any) -> None:
        assert code.title_de not in ("", code.value)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"rate_cents": -1}, "/rate_cents"),
            ({"rate_cents": 69.8}, "/rate_cents"),
            ({"rate_cents": "6980"}, "/rate_cents"),
            ({"unit_minutes": 0}, "/unit_minutes"),
            ({"unit_minutes": 121}, "/unit_minutes"),
            ({"activities": {}}, "/activities"),
            ({"activities": {"flying": {"billable": True}}}, "/activities/flying"),
            ({"activities": {"travel": {"billable": True, "percent": 101}}}, "/activities/travel/percent"),
            ({"activities": {"travel": {"billable": "yes"}}}, "/activities/travel/billable"),
            ({"rounding_rule": "somehow"}, "/rounding_rule"),
            ({"rounding_level": "per_week"}, "/rounding_level"),
            ({"no_show_percent": 101}, "/no_show_percent"),
            ({"no_show_max_per_month": 32}, "/no_show_max_per_month"),
            ({"submission_deadline_days": 366}, "/submission_deadline_days"),
            ({"service_kinds": {"section_31": {"rate_cents": True}}}, "/service_kinds/section_31/rate_cents"),
            ({"rate_euro": 69}, "/rate_euro"),
        ],
        ids=str,
    )
    def test_the_field_is_named(self, changes: dict[str, Any], pointer: str) -> None:
        assert [found for found, _ in refusal(**changes)] == [pointer]

    @pytest.mark.parametrize(
        ("activities", "words"),
        [
            ({"direct_contact": {"billable": False}}, "Mindestens eine Tätigkeit"),
            ({"direct_contact": {"billable": True}, "no_show": {"billable": True}}, "no_show_percent"),
            ({"direct_contact": {"billable": True}, "cross_case": {"billable": True}}, "nie einer Hilfe"),
            ({"case_independent": {"billable": True}}, "nie einer Hilfe"),
        ],
    )
    def test_activities_that_contradict_each_other(self, activities: dict[str, Any], words: str) -> None:
        ((pointer, text),) = refusal(activities=activities)
        assert pointer == "/activities"
        assert words in text

    def test_billable_with_nothing_is_a_contradiction(self) -> None:
        ((_, text),) = refusal(activities={"travel": {"billable": True, "percent": 0}})
        assert "nicht abrechenbar" in text

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"group_rule": "fixed_percent"}, "/group_percent"),
            ({"group_rule": "per_head_split", "group_percent": 50}, "/group_percent"),
            ({"group_rule": "group_rate"}, "/group_rate_cents"),
            ({"group_rate_cents": 2500}, "/group_rate_cents"),
        ],
    )
    def test_a_group_rule_needs_its_own_value_and_no_other(self, changes: dict[str, Any], pointer: str) -> None:
        ((found, text),) = refusal(**changes)
        assert (found, "gehört zur Gruppenregel" in text) == (pointer, True)

    def test_an_unknown_group_rule_is_one_finding(self) -> None:
        assert [pointer for pointer, _ in refusal(group_rule="magic", group_percent=50)] == ["/group_rule"]


class TestRates:
    def test_without_kinds_the_rate_is_for_all(self) -> None:
        assert BillingTerms.model_validate(PLAIN).rate_for(ServiceKind.SECTION_35) == 6980

    def test_a_kind_has_its_own_rate_or_the_general_one_or_none(self) -> None:
        kinds = {"section_31": {"rate_cents": 7000}, "section_30": {}}
        terms = BillingTerms.model_validate(PLAIN | {"service_kinds": kinds})
        assert [terms.rate_for(kind) for kind in (ServiceKind.SECTION_31, ServiceKind.SECTION_30)] == [7000, 6980]
        assert terms.rate_for(ServiceKind.SECTION_35) is None


class TestModels:
    @pytest.mark.parametrize(
        ("model", "member"),
        [
            ("face_to_face_window", "contact_windows"),
            ("monthly_package", "package"),
            ("case_group_flat", "case_groups"),
            ("area_budget", "budget"),
        ],
    )
    def test_a_model_needs_what_belongs_to_it(self, model: str, member: str) -> None:
        assert [pointer for pointer, _ in refusal(billing_model=model)] == [f"/{member}"]

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"package": {}}, "/package"),
            ({"days": {}}, "/days"),
            ({"budget": {"annual_cents": 1}}, "/budget"),
            ({"billing_model": "somehow"}, "/billing_model"),
            ({"billing_model": "direct_plus_surcharge"}, "/surcharge_percent"),
            ({"billing_model": "daily_rate_presence"}, "/activities"),
            ({"activities": {"presence_day": {"billable": True}}}, "/activities"),
            ({"activities": {"flat_rate": {"billable": True}}}, "/activities"),
            ({"billing_model": "face_to_face", "activities": {"travel": {"billable": True}}}, "/activities"),
            ({"contingent": {"carry_over": "capped"}}, "/contingent/carry_over_cap_percent"),
            ({"contingent": {"carry_over_cap_percent": 10}}, "/contingent/carry_over_cap_percent"),
            ({"group_min_participants": 5, "group_max_participants": 4}, "/group_max_participants"),
            ({"land": "XX"}, "/land"),
            ({"time_surcharges": {"night_starts": "25:00"}}, "/time_surcharges/night_starts"),
            ({"time_surcharges": {"night_percent": 201}}, "/time_surcharges/night_percent"),
            (
                {"publicly_funded_windows": [{"weekday": 1, "starts": "14:00", "ends": "13:00"}]},
                "/publicly_funded_windows/0/ends",
            ),
            (
                {"publicly_funded_windows": [{"weekday": 8, "starts": "12:00", "ends": "13:00"}]},
                "/publicly_funded_windows/0/weekday",
            ),
            ({"exclusion_months": 0}, "/exclusion_months"),
            ({"staff_rates": [{"employment": "boss", "rate_cents": 1}]}, "/staff_rates/0/employment"),
        ],
        ids=str,
    )
    def test_the_field_is_named(self, changes: dict[str, Any], pointer: str) -> None:
        assert [found for found, _ in refusal(**changes)][:1] == [pointer]

    def test_the_rate_that_names_more_of_a_professional_goes_first(self) -> None:
        rates = [
            {"qualification": "Erzieherin", "employment": "freelancer", "rate_cents": 1},
            {"employment": "freelancer", "rate_cents": 2},
            {"qualification": "Erzieherin", "rate_cents": 3},
        ]
        terms = BillingTerms.model_validate(PLAIN | {"staff_rates": rates})
        free, employed = Employment.FREELANCER, Employment.EMPLOYEE
        asked = [("Erzieherin", free), ("Erzieherin", employed), ("Therapeut", free), ("Therapeut", employed)]
        assert [terms.rate_for_staff(*one) for one in asked] == [1, 3, 2, None]

    @pytest.mark.parametrize("code", [*BillingModel, *Employment])
    def test_every_code_has_a_german_title(self, code: Any) -> None:
        assert code.title_de not in ("", code.value)

    def test_terms_are_told_in_german(self) -> None:
        window = {"weekday": 3, "starts": "14:00", "ends": "17:30"}
        activities = {"direct_contact": {"billable": True, "max_minutes": 45}}
        terms = BillingTerms.model_validate(PLAIN | {"publicly_funded_windows": [window], "activities": activities})
        told = {row.title: row.text.replace("\u00a0", " ") for row in rows_of(terms, "")}
        assert told["Zeiten, die schon anders finanziert sind (Schule, Hort)"] == "Mittwoch 14:00–17:30 Uhr"
        assert told["Abrechenbare Tätigkeiten: Direkter Kontakt"] == "abrechenbar, höchstens je Eintrag 45 Minuten"
