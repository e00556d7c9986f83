"""Erasure: by two, once the time is over, of every word in every room; the log keeps that it happened."""

from typing import Any

from sqlalchemy import text

from app.core.audit import verify
from app.policy import Role
from tests.modules.retention.given import ERASURES, REVIEWS, SECRET, due, erase, given_full, looked, propose
from tests.world import World

COLUMNS = """
SELECT table_name, string_agg(format('coalesce(%I::text, %L)', column_name, ''), ' || ') AS columns,
       array_agg(column_name::text) AS names
  FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type <> 'bytea'
 GROUP BY table_name
"""


def tables_with(world: World, word: str) -> set[str]:
    """The tables in which a word of this world stands in any row; answers kept for retries go by themselves."""
    found = set()
    offices = {"office": world.youth_office.id, "provider": world.provider.id, "word": f"%{word}%"}
    with world.kernel.work.as_system() as db:
        for table, columns, names in db.execute(text(COLUMNS)).all():
            sides = {"youth_office_id": ":office", "provider_id": ":provider", "organisation_id": ":office"}
            mine = " OR ".join(f"{name} = {value}" for name, value in sides.items() if name in names) or "true"
            sql = f"SELECT count(*) FROM {table} WHERE ({mine}) AND ({columns}) LIKE :word"
            used = {name: value for name, value in offices.items() if f":{name}" in sql}
            if table != "idempotency_key" and db.scalar(text(sql), used):
                found.add(table)
    return found


def test_when_two_have_decided_every_word_is_gone_and_the_amounts_stay(world: World) -> None:
    help_ = given_full(world)
    before = tables_with(world, SECRET)
    assert {"help_plan_version", "report_content", "report_remark", "notice", "help_plan_minutes"} <= before
    review = due(world)
    assert (review["kept_until"], review["source"], review["state"]) == ("2020-04-30", "§ 9b SGB VIII", "due")
    done = erase(world, review)
    assert (done["state"], done["rows_erased"] > 15, done["allowed_actions"]) == ("erased", True, [])
    assert tables_with(world, SECRET) == {"service_record"}  # the papers of billing have their own period
    assert "help_person_identity" not in tables_with(world, "")

    caseworker = world.as_(Role.CASEWORKER)
    read = caseworker.get(f"/v1/helps/{help_['id']}")
    assert (read["pseudonym"], read["number"], read["state"]) == ("gelöscht", help_["number"], "ended")
    (person,) = caseworker.get(f"/v1/helps/{help_['id']}/persons")["items"]
    assert (person["pseudonym"], person["birth_year"], person["has_identity"]) == ("gelöscht-1", None, False)
    for path in ("help-plans", "reports", "notices", "help-plan-meetings", "help-plan-tasks"):
        assert caseworker.get(f"/v1/{path}?help_id={help_['id']}")["items"] == [], path
    assert len(caseworker.get(f"/v1/service-records?help_id={help_['id']}")["items"]) == 1
    assert [step["action"] for step in caseworker.get(f"{REVIEWS}/{review['id']}/transitions")] == [
        "create",
        "propose",
        "erase",
    ]
    with world.kernel.work.as_system() as db:
        assert not verify(db, world.youth_office.id).broken


def test_papers_of_billing_lose_their_words_after_eight_years_and_keep_their_amounts(world: World) -> None:
    help_ = given_full(world)
    world.clock.travel(days=365 * 8 + 100)  # June 2034: the year in which the help ended counts from its end
    query = "matter=billing_file"
    looked(world)
    assert world.as_(Role.CASEWORKER).get(f"{REVIEWS}?{query}")["items"] == []
    world.clock.travel(days=220)  # January 2035
    review = due(world, query)
    assert (review["kept_until"], review["source"]) == ("2034-12-31", "§ 147 Abs. 3 und 4 AO")
    erase(world, review)
    assert "service_record" not in tables_with(world, SECRET)
    (record,) = world.as_(Role.CASEWORKER).get(f"/v1/service-records?help_id={help_['id']}")["items"]
    assert (record["minutes"], record.get("note")) == (90, None)


def test_each_provider_is_asked_to_erase_its_copy_and_says_so(world: World, statements: list[str]) -> None:
    help_ = given_full(world)
    erase(world, due(world))
    provider = world.as_(Role.PROVIDER_MANAGER)
    (asked,) = provider.get(ERASURES)["items"]
    path = f"{ERASURES}/{asked['id']}"
    assert (asked["number"], asked["state"], asked["due_on"]) == (help_["number"], "asked", "2026-03-30")
    assert [one["action"] for one in asked["allowed_actions"]] == ["confirm", "object"]
    (item,) = provider.get("/v1/worklist?kind=copy_to_erase")["items"]
    assert (item["path"], item["waiting_for"]) == (path, "me")
    provider.act(path, "object", reason="Rechtsstreit bis Ende 2026")
    late = provider.act(path, "confirm", erased_on="2026-03-03", status=409)
    assert "kommt noch" in late["reasons"][0]
    provider.act(path, "confirm", erased_on="2026-03-02")
    assert provider.get(f"{path}/transitions")[-1]["action"] == "confirm"
    assert world.as_(Role.CASEWORKER).get(path)["erased_on"] == "2026-03-02"
    world.as_(Role.CASEWORKER).act(path, "confirm", erased_on="2026-03-02", status=403)
    provider.act(path, "object", reason="x", status=409)
    statements.clear()
    provider.get(ERASURES)
    assert len(statements) == 2  # who am I; the requests


def test_the_database_lets_nobody_else_erase(world: World) -> None:
    given_full(world)
    propose(world, due(world))
    with world.kernel.work.as_system() as db:
        refused: list[Any] = []
        for statement in ("DELETE FROM help_plan_version", "DELETE FROM report_content", "DELETE FROM audit_entry"):
            try:
                with db.begin_nested():
                    db.execute(text(statement))
            except Exception as error:  # noqa: BLE001  # which one, the assertion says
                refused.append(type(error).__name__)
    assert len(refused) == 3
