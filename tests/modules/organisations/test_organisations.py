"""The register, and through it the conventions every resource follows: pages, tables, versions, languages."""

import io
import zipfile
from uuid import uuid4

from app.policy import OrganisationKind, Role
from tests.world import World


def _providers(world: World, count: int) -> str:
    mark, admin = uuid4().hex, world.as_(Role.OFFICE_ADMIN)
    for number in range(count):
        admin.post("/v1/organisations", {"name": f"{mark} {number:02}", "land": "NW"})
    return mark


def test_pages_follow_each_other_without_gap_or_double(world: World) -> None:
    mark, anyone = _providers(world, 7), world.as_(Role.CASEWORKER)
    seen, path = [], f"/v1/organisations?name={mark}&limit=3&sort=-name"
    while path:
        answer = anyone.request("GET", path, status=200)
        seen += [item["name"] for item in answer.json()["items"]]
        assert (answer.json()["next"] is None) == ("link" not in answer.headers)
        path = answer.headers.get("link", "").partition(">")[0].lstrip("<")
    assert seen == [f"{mark} {number:02}" for number in reversed(range(7))]


def test_total_is_counted_on_request_only(world: World) -> None:
    mark, anyone = _providers(world, 3), world.as_(Role.CASEWORKER)
    assert anyone.get(f"/v1/organisations?name={mark}&limit=1")["total"] is None
    assert anyone.get(f"/v1/organisations?name={mark}&limit=1&include_total=true")["total"] == 3


def test_a_cursor_of_another_sort_and_garbage_are_refused(world: World) -> None:
    mark, anyone = _providers(world, 2), world.as_(Role.CASEWORKER)
    cursor = anyone.get(f"/v1/organisations?name={mark}&limit=1")["next"]
    for query in (f"cursor={cursor}&sort=-name", "cursor=garbage", "cursor=bmFtZXw-aTp4", "cursor=%00"):
        problem = anyone.get(f"/v1/organisations?{query}", status=422)
        assert problem["errors"][0]["pointer"] == "query:cursor"


def test_unknown_and_repeated_parameters_are_refused(world: World) -> None:
    anyone = world.as_(Role.CASEWORKER)
    problem = anyone.get("/v1/organisations?nmae=x", status=400)
    assert problem["errors"][0]["pointer"] == "query:nmae"
    assert "name" in problem["known"]
    anyone.get("/v1/organisations?limit=1&limit=2", status=400)
    anyone.get("/v1/organisations?limit=0", status=422)
    anyone.get("/v1/organisations?sort=secret", status=422)


def test_a_list_is_also_a_table(world: World) -> None:
    admin, anyone = world.as_(Role.OFFICE_ADMIN), world.as_(Role.CASEWORKER)
    mark = uuid4().hex
    admin.post("/v1/organisations", {"name": f"=HYPERLINK({mark})", "land": "NW"})
    path = f"/v1/organisations?name={mark}"
    text = anyone.request("GET", path, status=200, headers={"Accept": "text/csv"})
    assert text.headers["content-type"].startswith("text/csv")
    assert text.content.startswith(b"\xef\xbb\xbfid;kind;name")
    assert f"'=HYPERLINK({mark})" in text.text  # a spreadsheet must not run it
    sheet = anyone.request(
        "GET",
        path,
        status=200,
        headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
    assert "organisations.xlsx" in sheet.headers["content-disposition"]
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(sheet.content)).namelist()
    anyone.request("GET", path, status=406, headers={"Accept": "image/png"})


def test_versions_travel_as_etags(world: World) -> None:
    path, admin = f"/v1/organisations/{world.provider.id}", world.as_(Role.PROVIDER_ADMIN)
    answer = admin.request("GET", path, status=200)
    assert answer.headers["etag"] == '"1"'
    asked = admin.request("GET", path, status=200, headers={"If-None-Match": '"1"'})
    assert asked.content == answer.content  # time and others' acts change what is told without a new version
    assert admin.patch(path, {"name": f"Neu {uuid4().hex}"}, version=1)["version"] == 2
    admin.patch(path, {"name": "N"}, version=1, status=412)
    admin.request("PATCH", path, status=428, json={"name": "N"})
    admin.request("PATCH", path, status=400, json={"name": "N"}, headers={"If-Match": "x"})
    admin.patch(path, {"name": None}, version=2, status=422)


def test_another_organisation_cannot_be_changed(world: World) -> None:
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    world.as_(Role.PROVIDER_ADMIN).patch(f"/v1/organisations/{other.id}", {"name": "X"}, version=1, status=404)
    world.as_(Role.CASEWORKER).patch(f"/v1/organisations/{other.id}", {"name": "X"}, version=1, status=403)
    world.as_(Role.CASEWORKER).get(f"/v1/organisations/{uuid4()}", status=404)


def test_problems_speak_german_or_english(world: World) -> None:
    anyone, path = world.as_(Role.CASEWORKER), f"/v1/organisations/{uuid4()}"
    assert anyone.get(path, status=404)["title"] == "Nicht gefunden"
    english = anyone.request("GET", path, status=404, headers={"Accept-Language": "en"})
    assert english.json()["title"] == "Not found"
    assert english.headers["content-language"] == "en"
    assert english.json()["instance"] == f"urn:uuid:{english.headers['x-request-id']}"


def test_regions_belong_to_an_office(world: World) -> None:
    admin = world.as_(Role.OFFICE_ADMIN)
    made = admin.post("/v1/regions", {"name": "Nord"})
    admin.post("/v1/regions", {"name": "Nord"}, status=409)
    listed = world.as_(Role.PROVIDER_LEAD).get(f"/v1/regions?youth_office_id={world.youth_office.id}")
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    world.as_(Role.PROVIDER_ADMIN).post("/v1/regions", {"name": "Süd"}, status=403)


def test_head_methods_and_paths(world: World) -> None:
    anyone = world.as_(Role.CASEWORKER)
    head = anyone.request("HEAD", "/v1/regions", status=200)
    assert head.content == b""
    allowed = anyone.request("DELETE", "/v1/regions", status=405).headers["allow"]
    assert allowed == "GET, HEAD, POST"
    anyone.request("GET", "/v1/regions/", status=404)
    anyone.get("/v1/nothing", status=404)
    anyone.get("/v1/organisations/not-an-id", status=422)


def test_rate_headers_and_trace(world: World) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = world.as_(Role.CASEWORKER).request("GET", "/v1/regions", status=200, headers={"traceparent": trace})
    assert answer.headers["traceparent"] == trace
    assert answer.headers["ratelimit-policy"].startswith('"account";q=')
    assert answer.headers["cache-control"] == "no-store"


def test_a_simple_read_is_two_statements(world: World, statements: list[str]) -> None:
    anyone = world.as_(Role.CASEWORKER)
    statements.clear()
    anyone.get(f"/v1/organisations/{world.provider.id}")
    assert len(statements) == 2, statements  # who am I, and the row
