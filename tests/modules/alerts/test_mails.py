"""Alarms by e-mail: to everybody the call reaches, without a word about the child, until the mail server takes them."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from app.core.kernel import Kernel
from app.modules.alerts.delivery import send_now
from app.modules.alerts.models import MailProgress
from app.modules.alerts.rules import MOST_ATTEMPTS, wait_seconds
from app.policy import Role
from tests.modules.alerts.conftest import postman
from tests.modules.alerts.given import ME, with_address
from tests.modules.alerts.mailserver import Postbox, authenticator, certificate, letters_to, mail_server
from tests.modules.concerns.given import given_concern
from tests.modules.safeguarding.telling import PATH, acute_body
from tests.world import World

Mails = Callable[[], Postbox]
MAILS = "/v1/alert-mails"


def told(world: World) -> dict[str, str]:
    return dict(world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, acute_body(world)))


def pending(world: World) -> UUID:
    """A letter to the team lead that waits to be sent."""
    world.staff()
    with_address(world, Role.TEAM_LEAD)
    told(world)
    world.tick()
    (mail,) = world.as_(Role.OFFICE_ADMIN).get(f"{MAILS}?progress=pending")["items"]
    return UUID(mail["id"])


def progress(world: World, mail_id: UUID) -> tuple[str, str | None, int]:
    (mail,) = [one for one in world.as_(Role.OFFICE_ADMIN).get(MAILS)["items"] if one["id"] == str(mail_id)]
    return mail["progress"], mail["last_error"], mail["attempts"]


def test_an_alarm_is_a_letter_with_number_urgency_and_link_and_nothing_else(world: World, mails: Mails) -> None:
    world.staff()
    address = with_address(world, Role.TEAM_LEAD)
    notification = told(world)
    world.tick()
    (letter,) = letters_to(mails(), address)
    assert letter["Subject"] == f"Handschlag: {notification['number']} – Sofort, Gefahr im Verzug"
    assert letter["Importance"] == "high"
    assert letter.get_content().splitlines() == [
        f"Vorgang: {notification['number']}",
        "Dringlichkeit: Sofort, Gefahr im Verzug",
        f"Ansehen: http://handschlag.test{PATH}/{notification['id']}",
    ]
    whole = letter.as_string()
    for word in ("Kind K-2", "schreit", "Schreie", "Kindeswohl", "Lindenhof"):
        assert word not in whole


def test_every_level_writes_to_whom_it_calls_once(world: World, mails: Mails) -> None:
    world.staff()
    addresses = {
        role: with_address(world, role)
        for role in (Role.CASEWORKER, Role.TEAM_LEAD, Role.OFFICE_HEAD, Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER)
    }
    told(world)
    for minutes in (0, 30, 15, 15, 60):
        world.clock.travel(minutes=minutes)
        world.tick()
        world.tick()
    box = mails()
    counted = {
        role: sum("KW-" in letter["Subject"] for letter in letters_to(box, address))
        for role, address in addresses.items()
    }
    # told and half of the time: caseworker; told, warning, lapse: team lead; last step: the heads of both sides
    assert counted == {
        Role.CASEWORKER: 3,
        Role.TEAM_LEAD: 3,
        Role.OFFICE_HEAD: 1,
        Role.PROVIDER_LEAD: 1,
        Role.PROVIDER_MANAGER: 2,
    }


def test_a_call_to_a_role_nobody_holds_is_written_to_who_stands_in(world: World, mails: Mails) -> None:
    for role in (Role.TEAM_LEAD, Role.OFFICE_HEAD):
        world.as_(role)
    address = with_address(world, Role.TEAM_LEAD)  # there is no caseworker at all
    told(world)
    world.tick()
    assert len(letters_to(mails(), address)) == 2  # the caseworker's call, and the own one


def test_alarms_of_a_concern_go_to_the_providers_line_reminders_only_on_wish(world: World, mails: Mails) -> None:
    world.staff()
    worker = with_address(world, Role.PROVIDER_PROFESSIONAL)
    lead = with_address(world, Role.PROVIDER_LEAD)
    given_concern(world)
    world.clock.travel(hours=7, minutes=45)  # half of the time is over
    world.tick()
    assert letters_to(mails(), worker) == []
    world.as_(Role.PROVIDER_PROFESSIONAL).patch(ME, {"mail_reminders": True}, version=1)
    given_concern(world, perceived_at="2026-03-02T14:00:00Z")
    world.clock.set(world.clock.now.replace(hour=22, minute=30))
    world.tick()
    box = mails()
    assert len(letters_to(box, lead)) == 2
    assert [letter["Subject"][:23] for letter in letters_to(box, worker)] == ["Handschlag: KS-2026-000"] * 3


def test_alarms_cannot_be_switched_off(world: World) -> None:
    me = world.as_(Role.CASEWORKER)
    assert me.get(ME) == {
        "account_id": str(me.account_id),
        "email": None,
        "mail_alarms": True,
        "mail_reminders": False,
        "version": 0,
    }
    refused = me.patch(ME, {"mail_alarms": False}, version=0, status=422)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == ("/mail_alarms", "literal_error")
    for wrong in ("kein Briefkasten", "a@b@c", "a b@c.de", "x\n@y.de", "@stadt.example"):
        assert me.patch(ME, {"email": wrong}, version=0, status=422)["errors"][0]["pointer"] == "/email"
    me.patch(ME, {"email": "x@stadt.example"}, version=3, status=412)
    saved = me.patch(ME, {"email": "x@stadt.example"}, version=0)
    me.patch(ME, {"email": None}, version=0, status=412)
    assert me.patch(ME, {"email": None}, version=saved["version"])["email"] is None


def test_the_administration_enters_addresses_and_sees_who_has_none(world: World) -> None:
    world.staff()
    admin, lead = world.as_(Role.OFFICE_ADMIN), world.as_(Role.TEAM_LEAD)
    told(world)
    world.tick()
    missing = {mail["account_id"] for mail in admin.get(f"{MAILS}?progress=no_address")["items"]}
    assert missing == {str(lead.account_id), str(world.as_(Role.CASEWORKER).account_id)}
    path = f"/v1/accounts/{lead.account_id}/alert-settings"
    assert admin.get(path)["version"] == 0
    admin.patch(path, {"email": "leitung@stadt.example"}, version=0)
    assert lead.get(ME)["email"] == "leitung@stadt.example"
    (mail,) = admin.get(f"{MAILS}?account_id={lead.account_id}")["items"]
    assert admin.post(f"{MAILS}/{mail['id']}:retry", status=200)["progress"] == "pending"
    refused = admin.post(f"{MAILS}/{mail['id']}:retry", status=409)
    assert refused["type"] == "/v1/problems/nothing-to-retry"
    for role in (Role.CASEWORKER, Role.TEAM_LEAD):
        world.as_(role).get(MAILS, status=403)
        world.as_(role).get(path, status=403)
        world.as_(role).patch(path, {}, version=1, status=403)
        world.as_(role).post(f"{MAILS}/{mail['id']}:retry", status=403)


def test_what_the_mail_server_does_not_take_is_tried_again_and_then_laid_aside_in_sight(
    world: World, kernel: Kernel
) -> None:
    mail_id, nobody = pending(world), postman(kernel, 1)
    for attempt in range(1, MOST_ATTEMPTS):
        assert send_now(nobody, mail_id) is MailProgress.PENDING
        assert progress(world, mail_id) == ("pending", "ConnectionRefusedError", attempt)
    assert send_now(nobody, mail_id) is MailProgress.PARKED
    admin = world.as_(Role.OFFICE_ADMIN)
    assert [mail["id"] for mail in admin.get(f"{MAILS}?progress=parked")["items"]] == [str(mail_id)]
    admin.post(f"{MAILS}/{mail_id}:retry", status=200)
    box = Postbox()
    with mail_server(box) as port:
        assert send_now(postman(kernel, port), mail_id) is MailProgress.SENT
        assert send_now(postman(kernel, port), mail_id) is MailProgress.SENT  # a job that runs twice
    assert len(box.letters) == 1
    assert progress(world, mail_id) == ("sent", None, 1)
    assert [wait_seconds(n) for n in (1, 2, 3, 8, 40)] == [15, 30, 60, 1800, 1800]


@pytest.mark.parametrize(
    ("answer", "after", "code"),
    [("550 5.1.1 unknown", MailProgress.PARKED, 550), ("451 4.7.1 later", MailProgress.PENDING, 451)],
)
def test_an_address_that_is_refused_for_good_is_not_tried_for_hours(
    world: World, kernel: Kernel, answer: str, after: MailProgress, code: int
) -> None:
    mail_id = pending(world)
    address = world.as_(Role.TEAM_LEAD).get(ME)["email"]
    with mail_server(Postbox(refuse=address, answer=answer)) as port:
        assert send_now(postman(kernel, port), mail_id) is after
    assert progress(world, mail_id) == (after.value, f"recipient refused ({code})", 1)


def test_letters_go_encrypted_and_with_a_login(world: World, kernel: Kernel, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    box, mail_id = Postbox(), pending(world)
    strict = {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": authenticator("handschlag", "geheim"),
    }
    with mail_server(box, **strict) as port:
        safe = {"smtp_security": "starttls", "smtp_user": "handschlag", "smtp_ca_file": trusted}
        wrong = postman(kernel, port, **safe, smtp_password=_secret("falsch"))
        assert send_now(wrong, mail_id) is MailProgress.PENDING
        assert str(progress(world, mail_id)[1]).startswith("SMTP")  # refused, or hung up on
        distrusting = postman(kernel, port, smtp_security="starttls")
        assert send_now(distrusting, mail_id) is MailProgress.PENDING
        assert progress(world, mail_id)[1] == "SSLCertVerificationError"
        assert send_now(postman(kernel, port, **safe, smtp_password=_secret("geheim")), mail_id) is MailProgress.SENT
    assert len(box.letters) == 1


def _secret(word: str) -> object:
    from pydantic import SecretStr

    return SecretStr(word)


def test_without_a_mail_server_it_is_written_down_that_nothing_was_sent(world: World, kernel: Kernel) -> None:
    mail_id = pending(world)
    assert send_now(postman(kernel, 1, smtp_host=None), mail_id) is MailProgress.OFF
    assert progress(world, mail_id) == ("off", None, 0)


def test_an_address_withdrawn_meanwhile_gets_nothing(world: World, kernel: Kernel) -> None:
    mail_id = pending(world)
    world.as_(Role.TEAM_LEAD).patch(ME, {"email": None}, version=1)
    assert send_now(postman(kernel, 1), mail_id) is MailProgress.NO_ADDRESS
