"""Files beside a report: taken while it is written, fixed once it is submitted, sealed, swept when unnamed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from app.core.jobs import jobs
from app.modules.reports.jobs import Sweeper, employ, sweep, sweep_files
from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.core.files_of import EICAR, pdf, png
from tests.modules.reports.given import given_report, path_of
from tests.modules.reports.test_walls import _as_organisation
from tests.world import World

TEXT = "Protokoll des Gesprächs".encode()


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(database_url).set(username="postgres"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def attach(
    api: Api, path: str, data: bytes = TEXT, media_type: str = "text/plain", *, status: int = 201, **query: str
) -> Any:
    url, headers = f"{path}/attachments", {"Content-Type": media_type}
    return api.request("POST", url, status=status, content=data, headers=headers, params=query).json()


def remove(api: Api, url: str, *, version: int, status: int = 204) -> None:
    api.request("DELETE", url, status=status, headers={"If-Match": f'"{version}"'})


def files_in(world: World) -> list[Path]:
    return list((world.kernel.settings.data_dir / "files").glob(f"{world.provider.id}/*/*"))


def test_a_file_goes_with_the_report_to_the_office(world: World) -> None:
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path = path_of(given_report(world, submit=False))
    made = attach(provider, path, pdf(), "application/pdf; charset=x", name="../Zeugnis 2026.pdf")
    assert (made["name"], made["media_type"], made["size"]) == ("Zeugnis 2026.pdf", "application/pdf", len(pdf()))
    assert (made["first_number"], provider.get(path)["version"]) == (None, 2)
    url = f"{path}/attachments/{made['id']}"
    provider.act(path, "submit")
    shown = caseworker.get(path)["attachments"]
    assert [(row["id"], row["first_number"], row["last_number"]) for row in shown] == [(made["id"], 1, None)]
    assert caseworker.get(f"{path}/contents/1")["attachments"] == shown
    answer = caseworker.request("GET", url, status=200)
    assert answer.content == pdf()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="Zeugnis 2026.pdf"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_what_was_submitted_stays_what_was_taken_away_is_gone(world: World) -> None:
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path = path_of(given_report(world, submit=False))
    kept, dropped = (attach(provider, path, name=name)["id"] for name in ("bleibt", "geht"))
    remove(provider, f"{path}/attachments/{dropped}", version=1, status=412)
    remove(provider, f"{path}/attachments/{dropped}", version=3)
    provider.get(f"{path}/attachments/{dropped}", status=404)
    provider.act(path, "submit")
    attach(provider, path, status=409)
    remove(provider, f"{path}/attachments/{kept}", version=5, status=409)
    caseworker.act(path, "return", remarks=["Bitte das Foto statt des Protokolls."])
    remove(provider, f"{path}/attachments/{kept}", version=6)
    remove(provider, f"{path}/attachments/{kept}", version=7, status=409)
    photo = attach(provider, path, png(), "image/png", name="Haus")
    assert [row["name"] for row in provider.get(path)["attachments"]] == ["Haus.png"]
    caseworker.get(f"{path}/attachments/{photo['id']}", status=404)  # not handed in yet
    provider.act(path, "submit")  # another file is a revision, too
    contents = [caseworker.get(f"{path}/contents/{number}")["attachments"] for number in (1, 2)]
    assert [[row["name"] for row in rows] for rows in contents] == [["bleibt.txt"], ["Haus.png"]]
    assert caseworker.request("GET", f"{path}/attachments/{kept}", status=200).content == TEXT


@pytest.mark.parametrize(
    ("data", "media_type", "status", "type_"),
    [
        (TEXT, "text/html", 415, "unsupported-media-type"),
        (TEXT, "application/pdf", 422, "file-refused"),
        (pdf("/JavaScript"), "application/pdf", 422, "file-refused"),
        (EICAR, "text/plain", 422, "file-refused"),
        (b"", "text/plain", 422, "file-refused"),
    ],
    ids=range(5),
)
def test_what_could_harm_is_refused_and_leaves_nothing(
    world: World, data: bytes, media_type: str, status: int, type_: str
) -> None:
    path = path_of(given_report(world, submit=False))
    problem = attach(world.as_(Role.PROVIDER_PROFESSIONAL), path, data, media_type, status=status)
    assert problem["type"].endswith(f"/{type_}")
    assert (world.as_(Role.PROVIDER_LEAD).get(path)["attachments"], files_in(world)) == ([], [])


def test_there_is_a_limit_for_each_and_for_all(world: World) -> None:
    provider, settings = world.as_(Role.PROVIDER_PROFESSIONAL), world.kernel.settings
    path = path_of(given_report(world, submit=False))
    large = b"x" * (2 << 20)  # more than an ordinary body
    attach(provider, path, large)
    problem = attach(provider, path, b"x" * (settings.attachment_limit + 1), status=413)
    assert problem["type"].endswith("/body-too-large")
    for number in range(settings.attachments_per_report - 1):
        attach(provider, path, name=str(number))
    assert attach(provider, path, status=409)["type"].endswith("/too-many-attachments")


def test_only_the_provider_attaches_and_strangers_find_nothing(world: World) -> None:
    report = given_report(world, submit=False)
    path, provider = path_of(report), world.as_(Role.PROVIDER_PROFESSIONAL)
    made = attach(provider, path)
    url = f"{path}/attachments/{made['id']}"
    provider.act(path, "submit")
    world.as_(Role.CASEWORKER).act(path, "return", remarks=["Bitte ergänzen"])
    attach(world.as_(Role.CASEWORKER), path, status=403)
    remove(world.as_(Role.CASEWORKER), url, version=4, status=403)
    for role in (Role.PLANNER, Role.FINANCE_OFFICER, Role.PROVIDER_BILLING):
        world.as_(role).get(url, status=403)
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    stranger = world.as_(Role.PROVIDER_LEAD, other)
    stranger.get(url, status=404)
    attach(stranger, path, status=404)
    remove(stranger, url, version=4, status=404)
    another = path_of(given_report(world))
    provider.get(f"{another}/attachments/{made['id']}", status=404)
    provider.get(f"{path}/attachments/{uuid4()}", status=404)


def test_files_lie_sealed_and_every_reading_by_the_office_is_written_down(world: World, owner: Connection) -> None:
    report = given_report(world, submit=False)
    path, provider = path_of(report), world.as_(Role.PROVIDER_PROFESSIONAL)
    url = f"{path}/attachments/{attach(provider, path)['id']}"
    provider.act(path, "submit")
    (file,) = files_in(world)
    assert TEXT not in file.read_bytes()
    provider.request("GET", url, status=200)
    world.as_(Role.CASEWORKER).request("GET", url, status=200)
    acts = owner.scalars(
        text("SELECT action FROM audit_entry WHERE subject_id = :id ORDER BY position"), {"id": report["id"]}
    ).all()
    assert [act for act in acts if "attach" in act] == ["report.attach", "report.read_attachment"]


def test_the_walls_stand_in_the_database_too(world: World, owner: Connection) -> None:
    path, provider = path_of(given_report(world, submit=False)), world.as_(Role.PROVIDER_PROFESSIONAL)
    attach(provider, path)
    count = text("SELECT count(*) FROM report_attachment")
    with _as_organisation(world, world.youth_office.id) as db:
        assert db.scalar(count) == 0
    provider.act(path, "submit")
    with _as_organisation(world, world.youth_office.id) as db:
        assert db.scalar(count) == 1
    for change in (
        "DELETE FROM report_attachment",
        "UPDATE report_attachment SET name = 'anders.txt'",
        "UPDATE report_attachment SET first_number = 2",
        "UPDATE report_attachment SET sha256 = repeat('0', 64)",
    ):
        with pytest.raises(IntegrityError, match="this row is fixed"), owner.begin_nested():
            owner.execute(text(f"{change} WHERE provider_id = '{world.provider.id}'"))


def test_what_nobody_names_is_swept_after_a_day(world: World) -> None:
    path, provider = path_of(given_report(world, submit=False)), world.as_(Role.PROVIDER_PROFESSIONAL)
    attach(provider, path)
    (named,) = files_in(world)
    dropped = attach(provider, path, png(), "image/png")["id"]
    remove(provider, f"{path}/attachments/{dropped}", version=3)
    thrown = path_of(given_report(world, submit=False))
    attach(provider, thrown, name="im Entwurf")
    provider.act(thrown, "withdraw")
    sweeper = Sweeper(world.kernel.work, world.kernel.storage)
    assert len(files_in(world)) == 3
    sweep_files(sweeper, world.clock.now)
    assert len(files_in(world)) == 3  # they are younger than the clock of this test believes
    for file in files_in(world):
        os.utime(file, (0, 0))
    assert sweep_files(sweeper, world.clock.now) == 2
    assert files_in(world) == [named]
    assert provider.get(path)["attachments"] != []


def test_the_sweep_is_a_job_of_every_night(world: World) -> None:
    assert "reports.sweep" in {name for name, _ in jobs.periodic_registry.periodic_tasks}
    attach(world.as_(Role.PROVIDER_PROFESSIONAL), path_of(given_report(world, submit=False)))
    (kept,) = files_in(world)
    left = kept.with_name(kept.name[:2] + "0" * 62)
    left.write_bytes(b"x")
    for file in (kept, left):
        os.utime(file, (0, 0))
    employ(Sweeper(world.kernel.work, world.kernel.storage))
    sweep(timestamp=0)
    assert files_in(world) == [kept]
