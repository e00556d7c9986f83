"""Accounts: opening, secrets, locking; who may and who may not."""

from uuid import uuid4

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
