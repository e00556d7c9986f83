"""A calendar's address: secret, narrow, revocable, and with nothing of a person in it."""

from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from sqlalchemy import text

from app.policy import OrganisationKind, Role
from tests.modules.notices.given import given_notice, path_of
from tests.stories.helps import given_help
from tests.world import World

FEEDS = "/v1/calendar-feeds"


def fetch(world: World, url: str, status: int = 200) -> str:
    """What a calendar without a login is given."""
    parts = urlsplit(url)
    headers = {"Accept": "*/*"}
    return world.stranger().request("GET", f"{parts.path}?{parts.query}", status=status, headers=headers).text


def test_what_waits_is_a_calendar_without_a_name_in_it(world: World, statements: list[str]) -> None:
    help_ = given_help(world)
    world.as_(Role.CASEWORKER).post("/v1/help-plans", {"help_id": help_["id"]})  # else that would wait, too
    notice = given_notice(world, "special_incident", help_=help_)
    url = world.as_(Role.CASEWORKER).post(FEEDS)["url"]
    statements.clear()
    shown = fetch(world, url)
    assert len(statements) == 4  # as the service; the feed; for whom it speaks; what waits
    events = Calendar.from_ical(shown).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == [f"Mitteilung bestätigen ({notice['number']})"]
    assert events[0].decoded("DTSTART").isoformat() == notice["due_at"].replace("Z", "+00:00")
    assert str(events[0]["URL"]).endswith(path_of(notice))
    assert help_["pseudonym"] not in shown
    assert "Auseinandersetzung" not in shown
    world.as_(Role.CASEWORKER).act(path_of(notice), "acknowledge")
    assert Calendar.from_ical(fetch(world, url)).walk("VEVENT") == []


def test_a_new_address_ends_the_old_one_and_revoking_ends_it(world: World) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    first, second = caseworker.post(FEEDS), caseworker.post(FEEDS)
    assert [feed["id"] for feed in caseworker.get(FEEDS)] == [second["id"]]
    assert "token" not in str(caseworker.get(FEEDS))
    fetch(world, first["url"], status=401)
    fetch(world, second["url"])
    path, version = f"{FEEDS}/{second['id']}", {"If-Match": f'"{second["version"]}"'}
    world.as_(Role.TEAM_LEAD).request("DELETE", path, status=404, headers=dict(version))
    caseworker.request("DELETE", path, status=428)
    caseworker.request("DELETE", path, status=204, headers=dict(version))
    fetch(world, second["url"], status=401)
    assert caseworker.get(FEEDS) == []


def test_a_locked_account_has_no_calendar(world: World) -> None:
    caseworker, admin = world.as_(Role.CASEWORKER), world.as_(Role.OFFICE_ADMIN)
    url = caseworker.post(FEEDS)["url"]
    path = f"/v1/accounts/{caseworker.account_id}"
    account = next(a for a in admin.get("/v1/accounts?limit=200")["items"] if a["id"] == str(caseworker.account_id))
    admin.patch(path, {"is_active": False}, version=account["version"])
    fetch(world, url, status=401)


def test_the_address_sees_no_more_than_the_token_that_made_it(world: World) -> None:
    given_notice(world, "special_incident")
    caseworker = world.as_(Role.CASEWORKER)
    token = world.token(caseworker.account_id, frozenset({"worklist:read"}))  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {token}"}
    url = world.http.post(FEEDS, headers=headers).json()["url"]
    assert Calendar.from_ical(fetch(world, url)).walk("VEVENT") == []


@pytest.mark.parametrize("token", ["x" * 43, "A" * 20])
def test_a_guess_opens_nothing(world: World, token: str) -> None:
    fetch(world, f"/v1/worklist.ics?token={token}", status=401)


@pytest.mark.parametrize("query", ["", "?token=short", "?token=" + "x" * 101, "?token=%20" + "x" * 30])
def test_what_is_no_secret_is_refused(world: World, query: str) -> None:
    world.stranger().get(f"/v1/worklist.ics{query}", status=422)


def test_the_secret_is_written_down_nowhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    secret = caseworker.post(FEEDS)["url"].partition("token=")[2]
    fetch(world, f"/v1/worklist.ics?token={secret}")
    with world.kernel.work.as_system() as db:
        tables = db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        for table in tables:
            if db.scalar(text(f"SELECT has_table_privilege('{table}', 'SELECT')")):
                held = db.scalar(text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{secret}%'"))
                assert held == 0, table
    told = capsys.readouterr()
    assert secret not in told.out + told.err


def test_the_wall_stands_in_the_database_too(world: World) -> None:
    world.as_(Role.CASEWORKER).post(FEEDS)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    seen = []
    for party in (world.youth_office, other):
        with world.kernel.engine.begin() as connection:
            connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
            connection.execute(text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(party.id)})
            seen.append(connection.scalar(text("SELECT count(*) FROM calendar_feed")))
    assert seen == [1, 0]
