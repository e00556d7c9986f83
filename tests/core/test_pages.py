"""Pages: a pointer that no page has made is refused, tables are whole."""

import base64
import csv
import io

import pytest

from app.policy import Role
from tests.world import World


@pytest.mark.parametrize(
    ("sort", "bookmark"),
    [
        ("login", "login|>s:a~i:5"),
        ("login", "login|>i:5~i:5"),
        ("login", "login|>s:\x00~s:a"),
        ("created_at", "created_at|>s:gestern~s:x"),
        ("created_at", "created_at|>i:99999999999999999999~i:1"),
        ("created_at", "login|>s:a~s:b"),
        ("login", "login|>x"),
    ],
)
def test_a_forged_pointer_is_refused(world: World, sort: str, bookmark: str) -> None:
    cursor = base64.urlsafe_b64encode(bookmark.encode()).decode()
    problem = world.as_(Role.OFFICE_ADMIN).get(f"/v1/accounts?sort={sort}&cursor={cursor}", status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["query:cursor"]


def _table(world: World, query: str = "") -> tuple[list[list[str]], str]:
    answer = world.as_(Role.OFFICE_ADMIN).request(
        "GET", f"/v1/accounts{query}", status=200, headers={"Accept": "text/csv"}
    )
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    return rows, answer.headers.get("link", "")


def test_a_table_is_the_whole_list(world: World) -> None:
    for _ in range(60):
        world.person(Role.PLANNER)
    rows, link = _table(world)
    assert (len(rows), link) == (1 + 61, "")
    heading, first = rows[0], rows[1]
    told = dict(zip(heading, first, strict=True))
    assert told["roles"] == "office_admin"
    assert told["is_active"] == "true"


def test_a_part_of_a_table_says_where_it_goes_on(world: World) -> None:
    for _ in range(5):
        world.person(Role.PLANNER)
    rows, link = _table(world, "?limit=2")
    assert len(rows) == 1 + 2
    assert 'rel="next"' in link


def test_a_table_without_rows_has_its_heading(world: World) -> None:
    rows, _ = _table(world, "?kind=machine")
    assert len(rows) == 1
    assert {"id", "login", "created_at"} <= set(rows[0])
