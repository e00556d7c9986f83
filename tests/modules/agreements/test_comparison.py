"""What differs between two texts; pure, without a database."""

import time
from copy import deepcopy
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.types import CodeList
from app.modules.agreements.comparison import LISTS, TERMS, clause_changes, compare, moved_keys, runs_between
from app.modules.agreements.labels import label_of, rows_of, words_of
from app.modules.agreements.schemas import AgreementContent
from app.modules.agreements.schemas.changes import Mark, Run
from app.modules.agreements.terms import BillingTerms
from tests.stories.given import BILLING_TERMS, SAFEGUARDING_TERMS

OFFICE, LINDENHOF, BRUECKE, STANDARD, OTHER, FORM, NEWER = (str(UUID(int=number)) for number in range(1, 8))
NAMES = {LINDENHOF: "Lindenhof", BRUECKE: "Brücke", STANDARD: "HP-01 Hilfeplanung", FORM: "Bericht (Fassung 1)"}


def text_of(**changes: Any) -> dict[str, Any]:
    """A document as it is hashed."""
    content = AgreementContent.model_validate(
        {
            "title": "Qualitätsvereinbarung",
            "service_kinds": ["section_30"],
            "valid_from": "2026-01-01",
            "clauses": [{"key": key, "title": key.title(), "text": f"Text von {key}."} for key in ("a", "b", "c")],
            "standard_ids": [STANDARD],
            "forms": [{"purpose": "development_report", "form_version_id": FORM}],
            "billing_terms": deepcopy(BILLING_TERMS),
            "safeguarding_terms": SAFEGUARDING_TERMS,
            **changes,
        }
    )
    return {"youth_office_id": OFFICE, "provider_ids": [LINDENHOF], **content.model_dump(mode="json")}


def told(runs: list[Run]) -> list[tuple[str, str]]:
    return [(run.mark.value, run.text) for run in runs]


WORDS = st.text(alphabet="aäbß .,\n§-1", max_size=60)


class TestRuns:
    @given(before=st.one_of(WORDS, st.text(max_size=60)), after=st.one_of(WORDS, st.text(max_size=60)))
    def test_they_reproduce_both_texts(self, before: str, after: str) -> None:
        runs = runs_between(before, after)
        assert "".join(run.text for run in runs if run.mark is not Mark.ADDED) == before
        assert "".join(run.text for run in runs if run.mark is not Mark.REMOVED) == after
        assert all(run.text for run in runs)
        assert [run for run in runs if run.mark is not Mark.KEPT] == [] or before != after

    @given(before=WORDS, words=st.lists(st.sampled_from(["Hilfe", "Träger", "und"]), min_size=1, max_size=5))
    def test_what_is_put_behind_is_all_that_is_new(self, before: str, words: list[str]) -> None:
        added = [run for run in runs_between(before + "|", f"{before}| {' '.join(words)}") if run.mark is not Mark.KEPT]
        assert [run.mark for run in added] == [Mark.ADDED]

    def test_a_word_in_the_middle(self) -> None:
        assert told(runs_between("Bis Freitag, 12 Uhr.", "Bis Montag, 12 Uhr.")) == [
            ("kept", "Bis"),
            ("removed", " Freitag"),
            ("added", " Montag"),
            ("kept", ", 12 Uhr."),
        ]

    def test_from_and_to_nothing(self) -> None:
        assert told(runs_between("", "Neu.")) == [("added", "Neu.")]
        assert told(runs_between("Alt.", "")) == [("removed", "Alt.")]
        assert told(runs_between("", "")) == []

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("a b " * 2500, "b a " * 2500),
            ("a\n" * 5000, "a\n" * 4999 + "b"),
            ("x" * 10_000, "x" * 9_999),
            (".," * 5000, ",." * 5000),
            (" " * 10_000, "\n" * 10_000),
        ],
    )
    def test_a_text_that_repeats_itself_holds_nobody_up(self, before: str, after: str) -> None:
        start = time.thread_time()
        runs = runs_between(before, after)
        assert time.thread_time() - start < 1
        assert "".join(run.text for run in runs if run.mark is not Mark.ADDED) == before

    def test_a_long_text_is_still_compared_word_by_word(self) -> None:
        long = " ".join(f"Satz {number} über die Hilfe und den Träger." for number in range(200))
        assert len([run for run in runs_between(long, long.replace("Satz 77", "Absatz 77")) if run.mark != "kept"]) == 2


class TestClauses:
    def test_each_kind_of_change(self) -> None:
        before = [{"key": key, "title": key, "text": f"Text von {key}."} for key in "abcd"]
        after = [before[2], before[0], {**before[3], "text": "Anders."}, {"key": "e", "title": "e", "text": "Neu."}]
        found = [
            (one.key, one.kind.value, one.is_moved, one.number_before, one.number_after)
            for one in clause_changes(before, after)
        ]
        assert (
            found
            == [
                ("c", "moved", True, 3, 1),
                ("d", "changed", False, 4, 3),
                ("e", "added", False, None, 4),
                ("b", "removed", False, 2, None),
            ]
            or ("a", "moved", True, 1, 2) in found
        )

    def test_one_can_be_moved_and_changed(self) -> None:
        one, two = {"key": "a", "title": "A", "text": "x"}, {"key": "b", "title": "B", "text": "y"}
        changes = clause_changes([one, two], [{**two, "text": "z"}, {**one, "text": "w"}])
        assert [change.kind.value for change in changes] == ["changed", "changed"]
        assert sum(change.is_moved for change in changes) == 1

    def test_a_clause_before_it_moves_nothing(self) -> None:
        clauses = [{"key": key, "title": key, "text": key} for key in "abc"]
        [change] = clause_changes(clauses, [{"key": "n", "title": "n", "text": "n"}, *clauses])
        assert (change.key, change.number_after) == ("n", 1)

    @given(keys=st.lists(st.integers(0, 8), unique=True), order=st.randoms())
    def test_those_in_place_keep_their_order(self, keys: list[int], order: Any) -> None:
        before, after = [str(key) for key in keys], [str(key) for key in keys]
        order.shuffle(after)
        moved = moved_keys(before, after)
        assert [key for key in before if key not in moved] == [key for key in after if key not in moved]
        assert (moved == set()) == (before == after)


class TestWhole:
    def test_nothing_differs_from_itself(self) -> None:
        assert all(part == [] for part in compare(text_of(), text_of(), NAMES))

    def test_terms_are_told_field_by_field_in_words(self) -> None:
        terms = deepcopy(BILLING_TERMS) | {"rate_cents": 712000, "submission_deadline_days": None}
        terms["activities"] |= {"travel": {"billable": True}, "supervision": {"billable": True, "percent": 25}}
        del terms["activities"]["team_meeting"]
        after = text_of(
            billing_terms=terms,
            valid_to="2027-12-31",
            safeguarding_terms={**SAFEGUARDING_TERMS, "acknowledge_minutes": {"immediate": 1}},
        )
        changes = {c.pointer: (c.title, c.before_text, c.after_text) for c in compare(text_of(), after, NAMES).fields}
        acknowledged = "Eingangsbestätigung des Jugendamts"
        assert changes == {
            "/valid_to": ("Gilt bis einschließlich", "unbefristet", "31.\u00a0Dezember 2027"),
            "/billing_terms/rate_cents": ("Entgeltsatz je Einheit", "69,80\u00a0€", "7.120,00\u00a0€"),
            "/billing_terms/activities/travel": (
                "Abrechenbare Tätigkeiten: Fahrt- und Wegezeit",
                "abrechenbar zu 50\u00a0%",
                "abrechenbar",
            ),
            "/billing_terms/activities/supervision": (
                "Abrechenbare Tätigkeiten: Supervision",
                None,
                "abrechenbar zu 25\u00a0%",
            ),
            "/billing_terms/activities/team_meeting": (
                "Abrechenbare Tätigkeiten: Teamsitzung",
                "nicht abrechenbar",
                None,
            ),
            "/billing_terms/submission_deadline_days": (
                "Frist zur Abrechnung",
                "15\u00a0Kalendertage nach Monatsende",
                "keine",
            ),
            "/safeguarding_terms/acknowledge_minutes/immediate": (
                f"{acknowledged}: Sofort, Gefahr im Verzug",
                "15\u00a0Minuten",
                "1\u00a0Minute",
            ),
            "/safeguarding_terms/acknowledge_minutes/same_day": (
                f"{acknowledged}: Taggleich, innerhalb von 24 Stunden",
                "60\u00a0Minuten",
                None,
            ),
            "/safeguarding_terms/acknowledge_minutes/within_3_days": (
                f"{acknowledged}: Innerhalb von drei Tagen",
                "240\u00a0Minuten (4\u00a0Stunden)",
                None,
            ),
        }

    def test_raw_values_are_those_of_the_text(self) -> None:
        [change] = compare(text_of(), text_of(continues=True), NAMES).fields
        assert (change.before, change.after, change.before_text, change.after_text) == (False, True, "nein", "ja")

    def test_terms_that_came_or_went_are_told_whole(self) -> None:
        fields = compare(text_of(billing_terms=None), text_of(), NAMES).fields
        assert all(field.before is None and field.before_text is None for field in fields)
        assert {"/billing_terms/rate_cents", "/billing_terms/activities/travel"} <= {field.pointer for field in fields}

    def test_wordings(self) -> None:
        after = text_of(title="Vereinbarung", preamble="Gemeinsam.")
        wordings = compare(text_of(), after, NAMES).wordings
        assert [(wording.pointer, wording.title, told(wording.runs)) for wording in wordings] == [
            ("/title", "Titel", [("removed", "Qualitätsvereinbarung"), ("added", "Vereinbarung")]),
            ("/preamble", "Präambel", [("added", "Gemeinsam.")]),
        ]

    def test_what_the_text_names_is_told_by_name(self) -> None:
        after = text_of(
            service_kinds=["section_31", "section_30"],
            standard_ids=[OTHER],
            forms=[{"purpose": "development_report", "form_version_id": NEWER}],
        ) | {"provider_ids": [LINDENHOF, BRUECKE]}
        items = compare(text_of(), after, NAMES).entries
        purpose = "Verlaufs- und Entwicklungsbericht"
        assert [(item.pointer, item.kind.value, item.before_text, item.after_text) for item in items] == [
            ("/provider_ids", "added", None, "Brücke"),
            ("/service_kinds", "added", None, "Sozialpädagogische Familienhilfe (§ 31)"),
            ("/standard_ids", "added", None, OTHER),
            ("/standard_ids", "removed", "HP-01 Hilfeplanung", None),
            ("/forms", "changed", f"{purpose}: Bericht (Fassung 1)", f"{purpose}: {NEWER}"),
        ]

    def test_offers_and_handbook_are_told_by_name_also_against_texts_that_knew_none(self) -> None:
        names = {STANDARD: "Tagesgruppe (Lindenhof)", OTHER: "Handbuch (Fassung 2)"}
        older, newer = text_of(), text_of(offer_ids=[STANDARD], handbook_version_id=OTHER)
        for name in ("offer_ids", "handbook_version_id"):
            del older[name]
        differences = compare(older, newer, names)
        assert [(entry.pointer, entry.kind.value, entry.after_text) for entry in differences.entries] == [
            ("/offer_ids", "added", "Tagesgruppe (Lindenhof)"),
            ("/handbook_version_id", "added", "Handbuch (Fassung 2)"),
        ]
        assert differences.fields == []

    def test_what_is_named_by_an_id_is_never_printed_as_one(self) -> None:
        """A field with an id that is added later needs a name on paper."""
        by_id = {name for name, field in AgreementContent.model_fields.items() if "UUID" in str(field.annotation)}
        assert by_id | {"forms"} <= LISTS

    def test_another_order_is_told(self) -> None:
        before, after = (text_of(standard_ids=ids) for ids in ([STANDARD, OTHER], [OTHER, STANDARD]))
        [item] = compare(before, after, NAMES).entries
        assert (item.pointer, item.kind.value) == ("/standard_ids", "moved")


class TestWords:
    @pytest.mark.parametrize(
        ("title", "name", "unit", "empty", "conditional"),
        [
            ("Entgeltsatz je Einheit (Cent)", "Entgeltsatz je Einheit", "Cent", None, False),
            ("Eigener Satz (Cent); leer: der allgemeine", "Eigener Satz", "Cent", "der allgemeine", False),
            ("gilt bis einschließlich (leer: unbefristet)", "Gilt bis einschließlich", None, "unbefristet", False),
            ("Gruppe: Anteil (Prozent), nur bei fixed_percent", "Gruppe: Anteil", "Prozent", None, True),
            ("Grund, falls sie zurückwirkt (nur § 77)", "Grund, falls sie zurückwirkt", None, None, True),
            ("Überprüfung alle … Monate", "Überprüfung", "alle … Monate", None, False),
            ("Schutzauftrag (§ 8a Abs. 4)", "Schutzauftrag (§ 8a Abs. 4)", None, None, False),
            ("Frist (Tage)", "Frist", "Tage", None, False),
        ],
    )
    def test_a_title_says_unit_and_what_empty_means(
        self, title: str, name: str, unit: str | None, empty: str | None, conditional: bool
    ) -> None:
        assert label_of(title) == (name, unit, empty, conditional)

    @pytest.mark.parametrize(
        ("value", "unit", "text"),
        [
            (6980, "Cent", "69,80\u00a0€"),
            (1, "Monate", "1\u00a0Monat"),
            (12, "alle … Monate", "alle 12 Monate"),
            (1, "Kalendertage nach Monatsende", "1\u00a0Kalendertag nach Monatsende"),
            (90, "Minuten", "90\u00a0Minuten"),
            (120, "Minuten", "120\u00a0Minuten (2\u00a0Stunden)"),
            (True, None, "ja"),
            (date(2026, 4, 1), None, "1.\u00a0April 2026"),
            (["a", "b"], None, "a, b"),
            ([], None, "–"),
            (None, None, "–"),
        ],
    )
    def test_values(self, value: Any, unit: str | None, text: str) -> None:
        assert words_of(value, label_of(f"x ({unit})" if unit and "…" not in unit else f"x {unit}")) == text

    def test_every_term_has_words_and_no_code(self) -> None:
        """Fields that are added later are caught here where their title does not fit the way titles are read."""
        content = AgreementContent.model_validate(
            {
                name: value
                for name, value in text_of(valid_to=None).items()
                if name not in ("youth_office_id", "provider_ids")
            }
        )
        group = BillingTerms.model_validate({**BILLING_TERMS, "group_rule": "fixed_percent", "group_percent": 30})
        own = BillingTerms.model_validate({**BILLING_TERMS, "service_kinds": {"section_30": {"rate_cents": 1}}})
        assert content.billing_terms is not None
        assert content.safeguarding_terms is not None
        rows = [*rows_of(content, "", skip=LISTS | {*TERMS})]
        for terms in (content.billing_terms, group, own, content.safeguarding_terms):
            rows += rows_of(terms, "")
        codes = {code.value for codes in CodeList.__subclasses__() for code in codes if "_" in code.value}
        for row in rows:
            assert row.title[0].isupper(), row
            assert row.text, row
            assert not [code for code in codes if code in row.title + row.text], row
            assert not {"leer:", "(Cent)", "(Prozent)", "(Minuten)"} & set(row.title.split()), row

    def test_what_is_agreed_per_kind_stands_in_the_order_of_the_code_list(self) -> None:
        """The database sorts the names of an object by their length."""
        turned = dict(reversed(BILLING_TERMS["activities"].items()))
        one, other = (
            list(rows_of(BillingTerms.model_validate({**BILLING_TERMS, "activities": given_}), ""))
            for given_ in (BILLING_TERMS["activities"], turned)
        )
        assert one == other
