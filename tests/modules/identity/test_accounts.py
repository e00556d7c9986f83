"""Accounts: opening, secrets, locking; who may and who may not."""

from base64 import b64encode
from uuid import uuid4

import httpx
import pytest

from app.policy import OrganisationKind, Role
from tests.world import World


def _form(world: World, **fields: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", **fields}


def test_administrator_opens_a_machine_client_that_fetches_its_own_token(world: World) -> None:
    admin = world.as_(Role.PROVIDER_ADMIN)
    login = f"software-{uuid4().hex}"
    account = admin.post("/v1/accounts", {"kind": "machine", "login": login, "name": "S", "roles": ["provider_sync"]})
    secret = admin.post(f"/v1/accounts/{account['id']}/secret", status=200)["secret"]
    form = _form(world, client_id=login, client_secret=secret, scope="helps:read")
    token = world.http.post("/v1/oauth/token", data=form).json()
    me = world.http.get("/v1/me", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert me.status_code == 403  # the token's scope does not cover it
    form.pop("scope")
    token = world.http.post("/v1/oauth/token", data=form).json()
    me = world.http.get("/v1/me", headers={"Authorization": f"Bearer {token['access_token']}"}).json()
    assert me["roles"] == ["provider_sync"]
    assert me["organisation_id"] == str(world.provider.id)


def test_wrong_secret_and_unknown_login_are_the_same_refusal(world: World) -> None:
    admin = world.as_(Role.PROVIDER_ADMIN)
    login = f"software-{uuid4().hex}"
    account = admin.post("/v1/accounts", {"kind": "machine", "login": login, "name": "S", "roles": ["provider_sync"]})
    admin.post(f"/v1/accounts/{account['id']}/secret", status=200)
    for name in (login, "nobody"):
        answer = world.http.post("/v1/oauth/token", data=_form(world, client_id=name, client_secret="guess"))
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"


def test_locking_an_account_ends_its_tokens_at_once(world: World) -> None:
    admin, victim = world.as_(Role.PROVIDER_ADMIN), world.as_(Role.PROVIDER_LEAD)
    victim.get("/v1/me")
    path = f"/v1/accounts/{victim.account_id}"
    admin.patch(path, {"is_active": False}, version=1)
    victim.get("/v1/me", status=401)


def test_role_of_the_other_side_is_refused(world: World) -> None:
    body = {"kind": "person", "login": f"x-{uuid4().hex}", "name": "X", "roles": ["caseworker"]}
    problem = world.as_(Role.PROVIDER_ADMIN).post("/v1/accounts", body, status=422)
    assert problem["errors"][0]["pointer"] == "/roles"


def test_foreign_accounts_cannot_be_found(world: World) -> None:
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    path = f"/v1/accounts/{other.accounts[Role.PROVIDER_LEAD]}"
    world.as_(Role.PROVIDER_ADMIN).get(path, status=404)
    logins = {item["id"] for item in world.as_(Role.PROVIDER_ADMIN).get("/v1/accounts?limit=200")["items"]}
    assert logins == {str(account) for account in world.provider.accounts.values()}


def test_office_brings_a_new_provider_on_board_once(world: World) -> None:
    admin = world.as_(Role.OFFICE_ADMIN)
    made = admin.post("/v1/organisations", {"name": f"Neu {uuid4().hex}", "land": "NW"})
    body = {"login": f"neu-{uuid4().hex}", "name": "Verwaltung"}
    path = f"/v1/organisations/{made['id']}/first-account"
    secret = admin.post(path, body)
    form = {"grant_type": "password", "username": secret["login"], "password": secret["secret"]}
    assert world.http.post("/v1/oauth/token", data=form).status_code == 200
    admin.post(path, body, status=404)


def test_account_is_created_once_however_often_the_request_comes(world: World) -> None:
    admin = world.as_(Role.PROVIDER_ADMIN)
    body = {"kind": "machine", "login": f"s-{uuid4().hex}", "name": "S", "roles": ["provider_sync"]}
    key = {"Idempotency-Key": str(uuid4())}
    first = admin.post("/v1/accounts", body, headers=dict(key))
    again = admin.request("POST", "/v1/accounts", status=201, json=body, headers=dict(key))
    assert again.json() == first
    assert again.headers["Idempotency-Replayed"] == "true"
    admin.post("/v1/accounts", {**body, "name": "T"}, headers=dict(key), status=422)


def test_change_needs_the_version_that_was_read(world: World) -> None:
    admin, path = world.as_(Role.PROVIDER_ADMIN), f"/v1/accounts/{world.provider.accounts[Role.PROVIDER_LEAD]}"
    admin.request("PATCH", path, status=428, json={"name": "N"})
    changed = admin.patch(path, {"name": "N"}, version=1)
    assert changed["version"] == 2
    admin.patch(path, {"name": "M"}, version=1, status=412)


def _login(world: World, login: str, secret: str, **headers: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": login, "client_secret": secret}
    return world.http.post("/v1/oauth/token", data=form, headers=headers)


def _program(world: World) -> tuple[str, str, str]:
    """Path, login and secret of a program of the provider."""
    admin, login = world.as_(Role.PROVIDER_ADMIN), f"s-{uuid4().hex}"
    body = {"kind": "machine", "login": login, "name": "S", "roles": ["provider_sync"]}
    path = f"/v1/accounts/{admin.post('/v1/accounts', body)['id']}"
    return path, login, admin.post(f"{path}/secret", status=200)["secret"]


def test_unlocking_brings_no_old_token_back(world: World) -> None:
    path, login, secret = _program(world)
    token = _login(world, login, secret).json()["access_token"]
    admin, version = world.as_(Role.PROVIDER_ADMIN), 2
    for is_active in (False, True):
        version = admin.patch(path, {"is_active": is_active}, version=version)["version"]
        world.clock.travel(milliseconds=400)
    assert world.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    fresh = _login(world, login, secret).json()["access_token"]
    assert world.http.get("/v1/me", headers={"Authorization": f"Bearer {fresh}"}).status_code == 200


def test_a_token_of_the_second_in_which_the_secret_changed_ends_too(world: World) -> None:
    path, login, secret = _program(world)
    world.clock.travel(seconds=10, milliseconds=100)
    old = _login(world, login, secret).json()["access_token"]
    world.clock.travel(milliseconds=300)
    secret = world.as_(Role.PROVIDER_ADMIN).post(f"{path}/secret", status=200)["secret"]
    new = _login(world, login, secret).json()["access_token"]
    for token, status in ((old, 401), (new, 200)):
        assert world.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == status


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (["caseworker", "finance_officer"], "four_eyes"),
        (["office_admin", "office_head"], "four_eyes"),
        (["data_protection_officer", "office_head"], "four_eyes"),
        (["planner", "planner"], "duplicate"),
    ],
)
def test_roles_that_never_lie_in_one_hand(world: World, roles: list[str], code: str) -> None:
    admin = world.as_(Role.OFFICE_ADMIN)
    body = {"kind": "person", "login": f"x-{uuid4().hex}", "name": "X", "roles": roles}
    problem = admin.post("/v1/accounts", body, status=422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/roles", code)]
    other = world.youth_office.accounts[Role.PLANNER]
    admin.patch(f"/v1/accounts/{other}", {"roles": roles}, version=1, status=422)


def test_nobody_changes_the_own_roles_or_locks_the_own_account(world: World) -> None:
    admin = world.as_(Role.OFFICE_ADMIN)
    path = f"/v1/accounts/{admin.account_id}"
    for change in ({"roles": ["planner"]}, {"is_active": False}):
        assert admin.patch(path, change, version=1, status=409)["type"] == "/v1/problems/own-account"
    assert admin.patch(path, {"name": "Anders"}, version=1)["roles"] == ["office_admin"]


def test_a_login_is_one_however_it_is_spelt(world: World) -> None:
    _, login, secret = _program(world)
    body = {"kind": "machine", "login": login.upper(), "name": "S", "roles": ["provider_sync"]}
    world.as_(Role.PROVIDER_ADMIN).post("/v1/accounts", body, status=409)
    assert _login(world, login.upper(), secret).status_code == 200


@pytest.mark.parametrize("login", ["\x00", "a\x00b", "\x1b[0m", "\u202e"])
def test_a_login_that_cannot_be_is_refused_like_a_wrong_one(world: World, login: str) -> None:
    assert _login(world, login, "x").status_code == 401
    basic = b64encode(f"{login}:x".encode()).decode()
    form = {"grant_type": "client_credentials"}
    answer = world.http.post("/v1/oauth/token", data=form, headers={"Authorization": f"Basic {basic}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_only_who_used_basic_is_asked_for_it(world: World) -> None:
    """A browser would open its own login window over a front end that sends a form."""
    assert "www-authenticate" not in _login(world, "nobody", "x").headers
