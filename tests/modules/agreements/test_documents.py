"""An agreement on paper: what a town and a provider file, and how anybody checks what was signed."""

import hashlib
import re
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader

from app.modules.agreements.models import AgreementKind
from app.modules.agreements.paper import Names, kind_words
from app.policy import OrganisationKind, Permission, Role
from tests.contract.probing import role_without
from tests.modules.agreements.states import read, stuck, take
from tests.modules.handbooks.given import given_released
from tests.modules.offers.given import given_offer as given_service
from tests.stories.given import STANDARD, agreement_body, given_agreement, given_offer, given_standard, sign
from tests.world import Party, World

PDF = {"Accept": "application/pdf"}
NOBODY = "00000000-0000-7000-8000-000000000000"


def fetched(world: World, agreement: dict[str, Any], path: str, role: Role = Role.PLANNER) -> httpx.Response:
    return world.as_(role).request("GET", f"/v1/agreements/{agreement['id']}/versions/{path}", status=200, headers=PDF)


def paper(world: World, agreement: dict[str, Any], path: str = "1/document") -> PdfReader:
    return PdfReader(BytesIO(fetched(world, agreement, path).content))


def words(document: PdfReader) -> str:
    """All that stands on the pages, see `plain`."""
    return plain(" ".join(page.extract_text() for page in document.pages))


def plain(text: str) -> str:
    """Without hyphens: pypdf tells those of a broken word and those of a compound apart no better than the eye."""
    return re.sub(r"\s+", " ", re.sub(r"\u00ad\n|[\u00ad\u200b-]", "", text))


def drafted(world: World, **changes: Any) -> dict[str, Any]:
    return dict(world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **changes)))


class TestTheAgreement:
    def test_everything_that_was_agreed_is_on_it(self, world: World) -> None:
        agreement = given_agreement(world)
        document = paper(world, agreement)
        text = words(document)
        for expected in (
            agreement["number"],
            "Örtliche Qualitätsvereinbarung (§§ 77, 79, 79a SGB VIII)",
            "Qualitätsvereinbarung ambulante Hilfen zur Erziehung",
            world.youth_office.name,
            world.provider.name,
            "Präambel Jugendamt und Träger verantworten die Hilfe gemeinsam.",
            "§ 1 Hilfeplanung Der Träger legt",
            "§ 2 Gegenseitige Erwartungen",
            "§ 3 Entgelt und Abrechnung",
            "Entgeltsatz je Einheit 69,80 €",
            "Rundung der Minuten Minutengenau",
            "Fahrt- und Wegezeit abrechenbar zu 50 %",
            "Teamsitzung nicht abrechenbar",
            "Ausgefallene Termine: Anteil des Preises 80 %",
            "Frist zur Abrechnung 15 Kalendertage nach Monatsende",
            "§ 4 Schutzauftrag bei Kindeswohlgefährdung (§ 8a Abs. 4 SGB VIII)",
            "Sofort, Gefahr im Verzug 15 Minuten",
            "240 Minuten (4 Stunden)",
            "§ 5 Laufzeit, Kündigung und Überprüfung",
            "Kündigungsfrist 3 Monate",
            "unbefristet",
            "Leitung des Jugendamts",
            "Geschäftsführung",
            "elektronisch unterschrieben am 2. März 2026, 09:00 Uhr",
            agreement["content_hash"],
            f"Anlage 1: Standards {STANDARD['code']} {STANDARD['title']} {STANDARD['text']}",
            "Zielwert in 95 von 100 Hilfeplangesprächen",
            "Nachweis Protokoll des Hilfeplangesprächs",
            "Anlage 2: Vordruck „Verlaufsbericht“, Fassung 1",
            "Ziele aus dem Hilfeplan ja Liste (1 bis 10 Einträge)",
            "Zielerreichung (-2 bis +2) ja ganze Zahl (−2 bis 2)",
            f"Seite 1 von {len(document.pages)}",
        ):
            assert plain(expected) in text, expected
        assert "ENTWURF" not in text.replace(" ", "")
        assert "noch nicht unterschrieben" not in text

    def test_its_form_is_fit_for_the_archive(self, world: World) -> None:
        answer = fetched(world, given_agreement(world), "1/document")
        assert answer.headers["content-type"] == "application/pdf"
        assert re.fullmatch(r'inline; filename="QV-2026-\d+-Fassung-1.pdf"', answer.headers["content-disposition"])
        catalog: Any = PdfReader(BytesIO(answer.content)).trailer["/Root"]
        assert (catalog["/Lang"], bool(catalog["/MarkInfo"]["/Marked"])) == ("de-DE", True)

    def test_the_signed_text_is_inside_and_has_the_signed_hash(self, world: World) -> None:
        agreement = given_offer(world)
        [content] = paper(world, agreement).attachments["vereinbarung.json"]
        assert hashlib.sha256(content).hexdigest() == agreement["content_hash"]

    def test_a_fixed_text_is_the_same_bytes_until_somebody_signs(self, world: World) -> None:
        offered = given_offer(world)
        first = fetched(world, offered, "1/document").content
        world.clock.travel(days=3)
        assert fetched(world, offered, "1/document", Role.PROVIDER_LEAD).content == first
        sign(world, offered, Role.OFFICE_HEAD)
        signed = words(paper(world, offered))
        assert "unterschrieben am 5. März 2026, 09:00 Uhr" in signed
        assert "noch nicht unterschrieben" in signed

    def test_a_draft_says_so_on_every_page(self, world: World) -> None:
        document = paper(world, drafted(world))
        assert "Entwurf: Dieser Text liegt noch nicht zur Unterschrift." in words(document)
        for page in document.pages:
            assert "ENTWURF" in page.extract_text().replace(" ", "")

    def test_an_old_draft_and_a_withdrawn_one_say_so(self, world: World) -> None:
        talks = take(world, drafted(world), "open_negotiation")
        kept = take(world, talks, "keep_version")
        assert "Überholter Entwurf" in words(paper(world, kept))
        assert "nicht unterschrieben" in words(paper(world, kept))
        withdrawn = take(world, kept, "withdraw")
        assert "Zurückgezogen" in words(paper(world, withdrawn, "2/document"))

    def test_who_joined_and_who_left_is_named(self, world: World) -> None:
        agreement = given_agreement(world)
        guest = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        take(world, agreement, "invite_party", provider_id=str(guest.id))
        take(world, agreement, "accede", party=guest, joined_on="2026-04-01")
        take(world, agreement, "leave", last_day="2026-09-30")
        text = words(paper(world, agreement))
        assert guest.name in text
        assert "beigetreten zum 1. April 2026" in text
        assert "ausgeschieden mit Ablauf des 30. September 2026" in text

    def test_several_providers_stand_on_one_side(self, world: World) -> None:
        more = [world.organisation(OrganisationKind.PROVIDER, name) for name in ("Brücke", "Grünbau")]
        text = words(paper(world, drafted(world, provider_ids=[str(p.id) for p in (world.provider, *more)])))
        assert all(party.name in text for party in more)

    def test_an_award_stands_for_the_signatures(self, world: World) -> None:
        draft = stuck(world, valid_from="2026-04-20")
        take(world, draft, "call_schiedsstelle", applied_on="2026-04-14")
        world.clock.travel(days=60)
        take(world, take(world, read(world, draft), "record_award", decided_on="2026-06-10"), "confirm_award")
        text = words(paper(world, draft))
        assert "Entscheidung von: Schiedsstelle NRW, vom 10. Juni 2026, Aktenzeichen SchSt 12/2026 (§ 78g" in text

    def test_a_text_with_little_in_it_is_short(self, world: World) -> None:
        bare: dict[str, Any] = {
            "clauses": [],
            "standard_ids": [],
            "forms": [],
            "billing_terms": None,
            "safeguarding_terms": None,
            "preamble": None,
            "retroactive_reason": None,
        }
        document = paper(world, drafted(world, **bare))
        assert len(document.pages) == 1
        assert "Präambel" not in words(document)
        assert "Grund, falls" not in words(document)

    def test_offers_and_the_handbook_are_named_for_every_party(self, world: World) -> None:
        other = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        both = [str(world.provider.id), str(other.id)]
        service = given_service(world, provider=other)
        version = world.as_(Role.PLANNER).get(given_released(world))["version_id"]
        named = {"offer_ids": [service["id"]], "handbook_version_id": version}
        agreement = given_offer(world, kind="ambulant_77", provider_ids=both, **named)
        text = words(paper(world, agreement))
        assert plain(f"Leistungsangebot {service['title']} ({other.name})") in text
        assert re.search(r"Qualitätshandbuch [^(]+ \(Fassung 1\)", text)
        assert service["id"] not in text
        office, provider = (
            fetched(world, agreement, "1/document", role) for role in (Role.PLANNER, Role.PROVIDER_LEAD)
        )
        assert office.content == provider.content

    def test_what_users_write_is_printed_and_never_run(self, world: World) -> None:
        evil = '#import "x": * $x$ *a* @b `c` // d 😀 \u202e'
        clause = {"key": "x", "title": evil, "text": evil + "\n= Titel\n#panic()"}
        text = words(paper(world, drafted(world, title=evil, clauses=[clause], preamble=evil)))
        assert text.count('#import "x": * $x$ *a* @b `c` // d [U+1F600] [U+202E]') >= 4
        assert "= Titel" in text
        assert "#panic()" in text

    def test_what_cannot_be_looked_up_is_said(self) -> None:
        assert Names({}, {}, {}, {}, {}).organisation(UUID(NOBODY)) == f"Organisation {NOBODY}"

    @pytest.mark.parametrize("kind", AgreementKind)
    def test_every_kind_names_its_law(self, kind: AgreementKind) -> None:
        assert kind_words(kind).endswith(" SGB VIII)")
        assert kind_words(kind)[0].isupper()

    def test_the_statements_do_not_grow_with_the_text(self, world: World, statements: list[str]) -> None:
        ids = [given_standard(world, code=f"S-{number}")["id"] for number in range(12)]
        agreement = drafted(world, standard_ids=ids)
        statements.clear()
        fetched(world, agreement, "1/document")
        few = len([statement for statement in statements if "FROM" in statement])
        assert few <= 13, "\n".join(statements)


class TestWhoReads:
    @pytest.mark.parametrize("path", ["1/document", "2/changes", "2/changes/document"])
    def test_every_party_and_nobody_else(self, world: World, path: str) -> None:
        agreement = take(world, take(world, drafted(world), "open_negotiation"), "keep_version")
        url = f"/v1/agreements/{agreement['id']}/versions/{path}"
        for role in (Role.PLANNER, Role.PROVIDER_LEAD):
            world.as_(role).request("GET", url, status=200)
        for kind, role in (
            (OrganisationKind.YOUTH_OFFICE, Role.PLANNER),
            (OrganisationKind.PROVIDER, Role.PROVIDER_LEAD),
        ):
            stranger: Party = world.organisation(kind, "Fremd")
            world.as_(role, stranger).get(url, status=404)
        without = role_without(Permission.AGREEMENTS_READ)
        assert without is not None
        world.as_(without).get(url, status=403)
        world.stranger().get(url, status=401)

    @pytest.mark.parametrize("path", ["7/document", "7/changes", "7/changes/document", "1/changes?against=7"])
    def test_a_version_that_is_not_there(self, world: World, path: str) -> None:
        world.as_(Role.PLANNER).get(f"/v1/agreements/{drafted(world)['id']}/versions/{path}", status=404)

    @pytest.mark.parametrize("path", ["0/document", "x/document", "1/changes?against=0", "1/changes?against=x"])
    def test_what_is_no_number(self, world: World, path: str) -> None:
        world.as_(Role.PLANNER).get(f"/v1/agreements/{drafted(world)['id']}/versions/{path}", status=422)


class TestChanges:
    def test_against_the_version_before(self, world: World) -> None:
        talks = take(world, drafted(world), "open_negotiation")
        kept = take(world, talks, "keep_version")
        patch = {"billing_terms": {"rate_cents": 7120}, "notice_period_months": 6}
        patch["clauses"] = [
            {**kept["clauses"][0], "text": kept["clauses"][0]["text"].replace("eine Woche", "zehn Tage")}
        ]
        world.as_(Role.PLANNER).patch(f"/v1/agreements/{kept['id']}", patch, version=kept["version"])
        changes = world.as_(Role.PROVIDER_LEAD).get(f"/v1/agreements/{kept['id']}/versions/2/changes")
        assert (changes["number"], changes["against"], changes["against_agreement"]) == (2, 1, kept["number"])
        told = {field["pointer"]: (field["before_text"], field["after_text"]) for field in changes["fields"]}
        assert told == {
            "/notice_period_months": ("3\u00a0Monate", "6\u00a0Monate"),
            "/billing_terms/rate_cents": ("69,80\u00a0€", "71,20\u00a0€"),
        }
        kinds = [(clause["key"], clause["kind"]) for clause in changes["clauses"]]
        assert kinds == [("hilfeplanung", "changed"), ("gegenseitige-erwartungen", "removed")]
        runs = [(run["mark"], run["text"]) for run in changes["clauses"][0]["text"]]
        assert ("removed", " eine Woche") in runs
        assert ("added", " zehn Tage") in runs
        text = words(paper(world, kept, "2/changes/document"))
        assert "Änderungen der Fassung 2 gegenüber Fassung 1: Örtliche" in text
        assert "Verlaufsbericht eine Woche zehn Tage vor dem" in text
        assert "§ 2 ist gestrichen Gegenseitige Erwartungen" in text
        assert "Entgeltsatz je Einheit 69,80 € 71,20 €" in text

    def test_an_amendment_is_compared_with_what_it_amends(self, world: World) -> None:
        agreement = given_agreement(world)
        under = take(world, agreement, "amend", valid_from="2026-05-01")
        successor = world.as_(Role.PROVIDER_LEAD).get(f"/v1/agreements/{under['amendment_id']}")
        changes = world.as_(Role.PROVIDER_LEAD).get(f"/v1/agreements/{successor['id']}/versions/1/changes")
        assert changes["against_agreement"] == agreement["number"]
        assert changes["against_hash"] == agreement["content_hash"]
        assert "/valid_from" in {field["pointer"] for field in changes["fields"]}
        name = fetched(world, successor, "1/changes/document").headers["content-disposition"]
        assert f"{agreement['number']}-1-Fassung-1-gegen-{agreement['number']}-Fassung-1.pdf" in name
        text = words(paper(world, successor, "1/changes/document"))
        assert plain(f"Fassung 1 der Vereinbarung {agreement['number']}") in text

    def test_a_first_version_has_nothing_before_it(self, world: World) -> None:
        path = f"/v1/agreements/{drafted(world)['id']}/versions/1"
        world.as_(Role.PLANNER).get(f"{path}/changes", status=404)
        world.as_(Role.PLANNER).get(f"{path}/changes/document", status=404)

    def test_with_itself_it_says_the_same(self, world: World) -> None:
        agreement = drafted(world)
        changes = world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}/versions/1/changes?against=1")
        assert [changes[part] for part in ("wordings", "entries", "clauses", "fields")] == [[], [], [], []]
        text = words(paper(world, agreement, "1/changes/document?against=1"))
        assert "Beide Fassungen sagen dasselbe." in text

    def test_a_standard_that_went_is_named(self, world: World) -> None:
        kept = take(world, take(world, drafted(world), "open_negotiation"), "keep_version")
        more = given_standard(world, code="NEU-1", title="Beschwerdeverfahren")
        world.as_(Role.PLANNER).patch(
            f"/v1/agreements/{kept['id']}", {"standard_ids": [more["id"]], "forms": []}, version=kept["version"]
        )
        changes = world.as_(Role.PLANNER).get(f"/v1/agreements/{kept['id']}/versions/2/changes")
        told = {(item["kind"], item["before_text"], item["after_text"]) for item in changes["entries"]}
        assert told == {
            ("added", None, "NEU-1 Beschwerdeverfahren"),
            ("removed", f"{STANDARD['code']} {STANDARD['title']}", None),
            ("removed", "Verlaufs- und Entwicklungsbericht: Verlaufsbericht (Fassung 1)", None),
        }
