"""A report on paper, for the file."""

import re
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.modules.reports.given import given_report, path_of
from tests.modules.reports.test_attachments import attach
from tests.world import World


def printed(api: Api, path: str, query: str = "") -> PdfReader:
    answer = api.request("GET", f"{path}/document{query}", status=200)
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(BytesIO(answer.content))


def words(document: PdfReader) -> str:
    """What stands on the pages, without blanks, breaks and hyphens."""
    return re.sub(r"[\s\u00ad\u200b\u200d-]", "", "".join(page.extract_text() for page in document.pages))


def squeezed(*texts: str) -> list[str]:
    return [re.sub(r"[\s-]", "", text) for text in texts]


def test_each_submission_prints_what_it_said_in_the_form_s_words(world: World) -> None:
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path = path_of(given_report(world, submit=False))
    attach(provider, path, name="Protokoll")
    provider.act(path, "submit", discussed_on="2026-03-01", discussed_with=["Mutter", "Kind"])
    caseworker.act(path, "return", remarks=["Was sagt das Kind?"])
    provider.patch(path, {"content": {"sicht_der_familie": "Das Kind mag die Morgen."}}, version=4)
    provider.act(path, "submit", not_discussed_reason="Die Familie war verreist.")
    caseworker.act(path, "accept")
    last = words(printed(caseworker, path))
    report: Any = caseworker.get(path)
    hashes = [row["content_hash"] for row in report["submissions"]]
    for text in squeezed(
        "Entwicklungsbericht (Verlaufsbericht)",
        "Familie Q-17",
        "BE-2026-0001",
        "01.01.2026 bis 30.06.2026",
        "Ziele aus dem Hilfeplan",
        "Zielerreichung (-2 bis +2)",
        "+1 (mehr als erwartet)",
        "Sicht der Familie",
        "Das Kind mag die Morgen.",
        "nein: Die Familie war verreist.",
        "Was sagt das Kind?",
        "Protokoll.txt",
        "angenommen am",
        "Seite 1 von",
        *hashes,
    ):
        assert text in last, text
    assert last.index("ZieleausdemHilfeplan") < last.index("SichtderFamilie") < last.index("Empfehlung")
    first = words(printed(caseworker, path, "?number=1"))
    for text in squeezed("Überholt: Es gibt eine Abgabe 2.", "am 01.03.2026 mit: Mutter, Kind", "Morgen als ruhiger"):
        assert text in first, text
    caseworker.get(f"{path}/document?number=3", status=404)


def test_the_paper_carries_what_was_hashed_and_is_the_same_each_time(world: World) -> None:
    path, provider = path_of(given_report(world)), world.as_(Role.PROVIDER_PROFESSIONAL)
    first, second = (provider.request("GET", f"{path}/document", status=200).content for _ in range(2))
    assert first == second
    (carried,) = PdfReader(BytesIO(first)).attachments["bericht.json"]
    assert sha256(carried).hexdigest() == provider.get(path)["submissions"][0]["content_hash"]


@pytest.mark.parametrize("role", [Role.PLANNER, Role.FINANCE_OFFICER])
def test_only_who_may_read_may_print(world: World, role: Role) -> None:
    path = path_of(given_report(world))
    world.as_(role).get(f"{path}/document", status=403)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.CASEWORKER, other).get(f"{path}/document", status=404)
    draft = path_of(given_report(world, submit=False))
    world.as_(Role.PROVIDER_LEAD).get(f"{draft}/document", status=404)
