"""The proof of service of a month: on paper, signed, and no longer covering once something changes."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader

from app.policy import Role
from tests.modules.consumption.given import STRANGERS, given_used, record
from tests.modules.proofs.given import MONTH, proofs, sign
from tests.stories.given import BILLING_TERMS, given_agreement
from tests.stories.helps import given_help, record_body
from tests.world import World


def state(world: World, help_: dict[str, Any]) -> str:
    return str(world.as_(Role.CASEWORKER).get(f"{proofs(help_)}/{MONTH}")["state"])


def waiting(world: World) -> list[dict[str, Any]]:
    return list(world.as_(Role.PROVIDER_PROFESSIONAL).get("/v1/worklist?kind=proof_to_sign")["items"])


def test_a_signature_covers_until_something_is_recorded_or_reversed(world: World) -> None:
    help_ = given_used(world, 3)
    assert state(world, help_) == "open"
    sign(world, help_, signed_as="professional")
    sign(world, help_, signed_as="young_person")
    assert state(world, help_) == "open", "neither the professional nor a child alone confirms"
    made = sign(world, help_)
    assert (len(made["record_ids"]), made["signed_as"], made["covers"]) == (3, "guardian", True)
    assert state(world, help_) == "signed"
    late, *_ = record(world, help_, "2026-02-20T13:00:00+01:00")
    assert state(world, help_) == "outdated"
    old = sign(world, help_, status=422, content_hash=made["content_hash"])
    assert old["errors"][0]["pointer"] == "/content_hash"
    assert sign(world, help_, status=422, signed_on="2026-03-03")["errors"][0]["pointer"] == "/signed_on"
    sign(world, help_, way="paper_flagged", signed_as="young_adult")
    assert state(world, help_) == "signed"
    path = f"/v1/service-records/{late['id']}:reverse"
    world.as_(Role.PROVIDER_SYNC).post(path, {"reason": "Irrtum"}, status=200)
    assert state(world, help_) == "outdated"
    caseworker = world.as_(Role.CASEWORKER)
    signed = caseworker.get(f"{proofs(help_)}/{MONTH}/signatures?sort=recorded_at")["items"]
    assert [one["covers"] for one in signed] == [True, True, True, False]
    assert len(caseworker.get(f"{proofs(help_)}/{MONTH}/signatures?signed_as=young_adult")["items"]) == 1
    for wanted, count in {"open": 0, "signed": 0, "outdated": 1}.items():
        assert len(caseworker.get(f"{proofs(help_)}?state={wanted}")["items"]) == count


def test_a_wrong_signature_is_withdrawn_by_an_entry_of_its_own(world: World) -> None:
    help_ = given_used(world, 1)
    made = sign(world, help_)
    path = f"{proofs(help_)}/{MONTH}/signatures/{made['id']}:withdraw"
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    gone = provider.post(path, {"reason": "Falsche Familie"}, status=200)
    assert (gone["covers"], gone["withdrawal_reason"], gone["signed_on"]) == (False, "Falsche Familie", "2026-03-01")
    assert state(world, help_) == "open"
    again = provider.post(path, {"reason": "Noch einmal"}, status=409)
    assert "schon zurückgenommen" in again["detail"]
    world.as_(Role.CASEWORKER).post(path, {"reason": "Fremd"}, status=403)


def test_who_does_not_sign_has_a_reason_and_other_evidence_stands_beside_it(world: World) -> None:
    help_ = given_used(world, 1)
    told: dict[str, Any] = {
        "way": "refused",
        "reason": "Streit über Termine",
        "evidence": "Gespräch in der Schule am 3.2.",
    }
    for missing in ("reason", "evidence"):
        refused = sign(world, help_, status=422, **{**told, missing: None})
        assert refused["errors"][0]["pointer"] == f"/{missing}"
    assert sign(world, help_, status=422, reason="Warum auch immer")["errors"][0]["pointer"] == "/reason"
    sign(world, help_, **told)
    assert state(world, help_) == "excused"


def test_it_is_printed_with_what_is_signed_inside(world: World) -> None:
    help_ = given_used(world, 2)
    path = f"{proofs(help_)}/{MONTH}/document"
    empty = world.as_(Role.PROVIDER_LEAD).request("GET", path, status=200)
    assert "Ort, Datum, Unterschrift" in PdfReader(BytesIO(empty.content)).pages[0].extract_text()
    sign(world, help_)
    record(world, help_, "2026-02-20T13:00:00+01:00")
    answer = world.as_(Role.CASEWORKER).request("GET", path, status=200)
    pdf = PdfReader(BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in pdf.pages)
    for told in (help_["number"], "Familie Q-17", "210 Minuten", "deckt diesen Nachweis nicht mehr", "FK-07"):
        assert told in text.replace("\n", " ")
    assert "Ort, Datum, Unterschrift" in text, "this version is to be signed again"
    assert "leistungsnachweis.json" in pdf.attachments


def test_two_helps_of_a_family_are_kept_apart_and_their_entries_say_what_they_mean(world: World) -> None:
    one, other = given_used(world, 1), given_help(world)
    sync = world.as_(Role.PROVIDER_SYNC)
    group = {"activity": "group_session", "participants": 5, "staff": 2}
    sync.post("/v1/service-records", record_body(other, **group))
    missed = {"starts_at": "2026-02-05T13:00:00+01:00", "ends_at": "2026-02-05T14:00:00+01:00"}
    sync.post("/v1/service-records", record_body(other, activity="no_show", notice_hours=3, **missed))
    sign(world, one)
    assert (state(world, one), state(world, other)) == ("signed", "open")
    proof = world.as_(Role.CASEWORKER).get(f"{proofs(other)}/{MONTH}")
    assert [entry["meaning"].split(";")[0] for entry in proof["entries"]] == [
        "5 Teilnehmende, 2 Fachkraft/Fachkräfte",
        "fand nicht statt, 3 Stunden vorher abgesagt",
    ]
    assert {one["activity"]: one["minutes"] for one in proof["sums"]} == {"group_session": 90, "no_show": 60}


def test_others_learn_nothing_of_it(world: World) -> None:
    help_ = given_used(world, 1)
    sign(world, help_)
    for kind, role in STRANGERS.items():
        foreign = world.as_(role, world.organisation(kind, "Fremd"))
        for path in ("", f"/{MONTH}", f"/{MONTH}/document", f"/{MONTH}/signatures"):
            foreign.get(f"{proofs(help_)}{path}", status=404)
    caseworker = world.as_(Role.CASEWORKER)
    caseworker.get(f"{proofs(help_)}/2026-01", status=404)
    caseworker.get(f"{proofs(help_)}/2026-13", status=422)
    world.as_(Role.PLANNER).get(proofs(help_), status=403)
    body = {"signed_as": "guardian", "way": "digital", "signed_on": "2026-03-01", "content_hash": "0" * 64}
    caseworker.post(f"{proofs(help_)}/{MONTH}/signatures", body, status=403)


def test_an_unconfirmed_month_is_found_where_the_agreement_asks(world: World) -> None:
    """INV-07: a signature that does not cover everything any more is none."""
    given_agreement(world, billing_terms={**BILLING_TERMS, "client_confirmation_required": True})
    help_, signed = given_help(world), given_help(world)
    first, *_ = record(world, help_, "2026-02-03T13:00:00+01:00")
    record(world, signed, "2026-02-04T13:00:00+01:00")
    sign(world, help_)
    sign(world, signed)
    assert waiting(world) == []
    late, *_ = record(world, help_, "2026-02-05T13:00:00+01:00")
    [item] = waiting(world)
    assert (item["path"], item["help_id"]) == (f"{proofs(help_)}/{MONTH}", help_["id"])
    assert item["due_at"].startswith("2026-03-10"), "ten days after the month"
    world.as_(Role.PROVIDER_PROFESSIONAL).get(item["path"])
    bill = {"youth_office_id": str(world.youth_office.id), "month": MONTH}
    invoice = world.as_(Role.PROVIDER_BILLING).post("/v1/invoices", bill)
    found = [finding for finding in invoice["findings"] if finding["rule"] == "INV-07"]
    assert [sorted(finding["record_ids"]) for finding in found] == [sorted((first["id"], late["id"]))]
    assert waiting(world) == [], "the invoice tells of it from now on"


def test_reading_costs_the_same_whatever_its_length(world: World, statements: list[str]) -> None:
    caseworker, help_ = world.as_(Role.CASEWORKER), given_help(world)
    counts = []
    for month in ("2026-01", "2026-02"):
        record(world, help_, f"{month}-13T13:00:00+01:00", f"{month}-14T13:00:00+01:00")
        for path in ("", f"/{month}", f"/{month}/signatures"):
            statements.clear()
            caseworker.get(f"{proofs(help_)}{path}")
            counts.append(len(statements))
    assert counts[:3] == counts[3:] == [3, 3, 4]  # who am I; the help; the months / records, state / signatures, now
