"""One working month in Hilden, told over HTTP: from the agreement to the alarm. Every answer shown is the server's."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console

from app.core import clock
from app.demo import papers
from app.demo.client import DemoFailed, Person, Receiver
from app.demo.people import HILDEN
from app.law.calendars import legal_date, next_working_day
from app.policy import Role

PATIENCE_SECONDS = 30


@dataclass
class Stage:
    """Who is on stage, and what has been made so far."""

    http: httpx.Client
    console: Console
    receiver: Receiver
    run: str = field(default_factory=lambda: uuid4().hex[:6])
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def hilden(self, role: Role) -> Person:
        """Somebody of the youth office."""
        return self._person("hilden", role)

    def of_provider(self, role: Role) -> Person:
        """Somebody of the provider of this run."""
        return self._person(self.made["provider_key"], role)

    def second_finance_officer(self) -> Person:
        """Four eyes: whoever released a grant does not approve its invoice."""
        return self._person("hilden", Role.FINANCE_OFFICER, "-2")

    def _person(self, organisation: str, role: Role, suffix: str = "") -> Person:
        key = (organisation, f"{role.value}{suffix}")
        if key not in self.people:
            self.people[key] = Person(self.http, self.console, organisation, role, suffix)
        return self.people[key]

    def show(self, title: str, value: Any) -> None:
        """Print a piece of an answer."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        self.console.print(f"   [cyan]{title}[/]\n      " + text.replace("\n", "\n      "), highlight=False)


def tell(url: str, console: Console) -> None:
    """Play the whole story; raises `SystemExit(1)` with the reason when the server answers otherwise."""
    try:
        with httpx.Client(base_url=url, timeout=60) as http, Receiver() as receiver:
            http.get("/readyz").raise_for_status()
            stage = Stage(http, console, receiver)
            for number, chapter in enumerate(CHAPTERS, start=1):
                console.print(f"\n[bold]{number}. {chapter.__doc__}[/]")
                chapter(stage)
        console.print("\n[bold green]Ende der Geschichte: alles hat funktioniert.[/]")
    except (DemoFailed, httpx.HTTPError) as error:
        console.print(f"[red]Die Geschichte bricht ab:[/] {error}", highlight=False)
        raise SystemExit(1) from error


def subscribe(stage: Stage) -> None:
    """Das Jugendamt abonniert seine Ereignisse (signierter Webhook)."""
    admin = stage.hilden(Role.OFFICE_ADMIN)
    webhook = admin.post("/v1/webhooks", {"url": stage.receiver.url, "types": []})
    stage.receiver.secret = admin.post(f"/v1/webhooks/{webhook['id']}/secret", None)["secret"]
    stage.made["webhook"] = webhook["id"]
    stage.made["feed_from"] = place = 0
    while (page := admin.get(f"/v1/events?after={place}&limit=500"))["items"]:
        stage.made["feed_from"] = place = page["next"]


def agree(stage: Stage) -> None:
    """Jugendamt und Träger schließen eine Qualitätsvereinbarung: Standard, Vordruck, Entgelt, Unterschriften."""
    planner = stage.hilden(Role.PLANNER)
    provider = _free_provider(stage, planner)
    standard, version = _standard(planner), _form(planner, stage.run)
    first, _ = papers.last_month(legal_date(clock.now()))
    draft = planner.post("/v1/agreements", papers.agreement(provider["id"], standard, version, first))
    path = f"/v1/agreements/{draft['id']}"
    planner.act(path, "open_negotiation")
    offered = planner.act(path, "offer_for_signature")
    sign = {"content_hash": offered["content_hash"]}
    stage.hilden(Role.OFFICE_HEAD).act(path, "sign", function="Amtsleitung", **sign)
    signed = stage.of_provider(Role.PROVIDER_MANAGER).act(path, "sign", function="Geschäftsführung", **sign)
    stage.show(
        "Vereinbarung", f"{signed['number']} mit {provider['name']}: {signed['state']} ab {signed['valid_from']}"
    )
    stage.made["agreement"] = signed


def open_help(stage: Stage) -> None:
    """Die Fachkraft beantragt eine Hilfe für eine Familie (nur Pseudonym); eine zweite Person gibt die Stunden frei."""
    first, _ = papers.last_month(legal_date(clock.now()))
    body = {
        "provider_id": stage.made["provider"]["id"],
        "service_kind": "section_31",
        "pseudonym": f"Familie Q-{int(stage.run, 16) % 1000}",
        "starts_on": first.isoformat(),
        "ends_on": papers.half_year(first).isoformat(),
        "hours_per_week": "6.00",
    }
    made = stage.hilden(Role.CASEWORKER).post("/v1/helps", body)
    active = stage.hilden(Role.FINANCE_OFFICER).act(f"/v1/helps/{made['id']}", "release")
    stage.show(
        "Hilfe", f"{active['number']}: {active['state']}, {active['grants'][0]['hours_per_week']} Stunden je Woche"
    )
    stage.made["help"] = active


def plan_help(stage: Stage) -> None:
    """Der Hilfeplan: Bedarf, Ziele, was schon da ist, und was Kind und Mutter selbst sagen; das Team entscheidet."""
    caseworker, today = stage.hilden(Role.CASEWORKER), legal_date(clock.now())
    plan = caseworker.post("/v1/help-plans", {"help_id": stage.made["help"]["id"]})
    path = f"/v1/help-plans/{plan['id']}"
    caseworker.call(
        "PATCH", path, json=papers.help_plan(today), headers={"If-Match": f'"{caseworker.get(path)["version"]}"'}
    )
    team = [{"function": "fallführende Fachkraft"}, {"function": "Teamleitung ASD"}]
    reasons = "Eigene Kräfte reichen nicht; ambulante Hilfe ist geeignet und notwendig."
    caseworker.act(path, "decide", professionals=team, decided_on=today.isoformat(), reasons=reasons)
    caseworker.act(path, "consult")
    stage.show("Hilfeplan", caseworker.act(path, "confirm")["state"])
    pdf = caseworker.call("GET", f"{path}/versions/1/document")
    stage.show("auf Papier", f"PDF mit {len(pdf.content)} Bytes")


def push_records(stage: Stage) -> None:
    """Die Software des Trägers schickt einen Monat Leistungen: einzeln, wiederholt, dann als Import mit Fehlern."""
    sync, help_id = stage.of_provider(Role.PROVIDER_SYNC), stage.made["help"]["id"]
    first, last = papers.last_month(legal_date(clock.now()))
    records = papers.month_of_records(help_id, stage.run, first, last)
    key = {"Idempotency-Key": str(uuid4())}
    one = sync.call("POST", "/v1/service-records", json=records[0], headers=dict(key))
    again = sync.call("POST", "/v1/service-records", json=records[0], headers=dict(key))
    stage.show(
        "Wiederholung", f"dieselbe Antwort: {again.json() == one.json()}, {again.headers['idempotency-replayed']=}"
    )
    bad = [
        {**records[1], "external_id": "x-1", "ends_at": records[1]["starts_at"]},
        {**records[2], "activity": "tanzen"},
    ]
    lines = "\n".join(json.dumps(row) for row in [*records[1:], *bad])
    report = sync.call(
        "POST",
        "/v1/service-records:import?on_error=skip",
        content=lines.encode(),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid4())},
    ).json()
    stage.show("Import", {name: report[name] for name in ("received", "recorded", "unchanged", "refused")})
    for row in (row for row in report["rows"] if row["status"] == "refused"):
        stage.show(f"Zeile {row['index']} abgewiesen", row["problem"]["errors"][0])


def hand_in_report(stage: Stage) -> None:
    """Der Träger gibt einen Verlaufsbericht auf dem vereinbarten Vordruck ab; die Fachkraft nimmt ihn an."""
    first, last = papers.last_month(legal_date(clock.now()))
    body = {
        "help_id": stage.made["help"]["id"],
        "kind": "development",
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "content": {**papers.REPORT, "ziele": [{"ziel": "Schule", "zielerreichung": 7}]},
        "submit": True,
    }
    author = stage.of_provider(Role.PROVIDER_PROFESSIONAL)
    refused = author.call("POST", "/v1/reports", json=body, expect=(422,)).json()
    stage.show("passt nicht zum Vordruck", refused["errors"][0])
    report = author.post("/v1/reports", {**body, "content": papers.REPORT})
    accepted = stage.hilden(Role.CASEWORKER).act(f"/v1/reports/{report['id']}", "accept")
    stage.show("Bericht", f"{accepted['number']}: {accepted['state']}")


def bill(stage: Stage) -> None:
    """Der Träger rechnet den Monat ab; jede Zeile erklärt sich; eine zweite Person der WJH gibt frei."""
    first, _ = papers.last_month(legal_date(clock.now()))
    body = {"youth_office_id": stage.made["agreement"]["youth_office_id"], "month": f"{first:%Y-%m}"}
    billing = stage.of_provider(Role.PROVIDER_BILLING)
    invoice = billing.post("/v1/invoices", body)
    path = f"/v1/invoices/{invoice['id']}"
    text = billing.get(f"{path}/explanation")["text"]
    stage.show("Erklärung (Anfang)", "\n".join(text.splitlines()[:14]))
    billing.act(path, "submit")
    officer = stage.second_finance_officer()
    for finding in invoice["findings"]:
        stage.show("Befund", finding["text_de"])
        if finding["severity"] == "block":
            officer.post(f"{path}/findings/{finding['id']}:override", {"reason": "mit dem ASD abgestimmt"})
    approved = officer.act(path, "approve")
    stage.show("Rechnung", f"{approved['number']}: {approved['state']}, {approved['total_cents'] / 100:.2f} EUR")
    stage.made["invoice"] = approved


def pay(stage: Stage) -> None:
    """Dieselbe Rechnung als XRechnung und auf Papier; wer sie nicht freigab, weist an: SEPA-Datei und Kassentabelle."""
    billing, approver = stage.of_provider(Role.PROVIDER_BILLING), stage.second_finance_officer()
    name = stage.made["provider"]["name"]
    _tell_details(
        billing,
        stage.made["provider"]["id"],
        {**papers.PROVIDER_DETAILS, "legal_name": name, "account_holder": name},
    )
    _tell_details(approver, stage.made["agreement"]["youth_office_id"], papers.OFFICE_DETAILS)
    path = f"/v1/invoices/{stage.made['invoice']['id']}"
    stage.show("XRechnung", f"{len(billing.call('GET', f'{path}/xrechnung').content)} Bytes nach EN 16931")
    stage.show("ZUGFeRD", f"PDF mit {len(billing.call('GET', f'{path}/zugferd').content)} Bytes")
    day = next_working_day(legal_date(clock.now()) + timedelta(days=1), "NW")
    wanted = {"invoice_ids": [stage.made["invoice"]["id"]], "execute_on": day.isoformat()}
    run = approver.post("/v1/payment-runs", wanted)
    orderer = stage.hilden(Role.FINANCE_OFFICER)
    ordered = orderer.act(f"/v1/payment-runs/{run['id']}", "order")
    stage.show("Zahlungslauf", f"{ordered['number']}: {ordered['state']}, {ordered['total_cents'] / 100:.2f} EUR")
    orderer.call("GET", f"/v1/payment-runs/{run['id']}/pain001")
    stage.show("Kassentabelle", orderer.call("GET", f"/v1/payment-runs/{run['id']}/table").text.lstrip("\ufeff"))
    paid = {"executed_on": legal_date(clock.now()).isoformat(), "reference": "Beleg 4711"}
    orderer.act(f"/v1/payment-runs/{run['id']}", "execute", **paid)
    stage.show("Rechnung", billing.get(path)["state"])


def raise_alarm(stage: Stage) -> None:
    """Eine Fachkraft sieht ein Kind in Gefahr und meldet: Alarm, Frist, Bestätigung. Ein zweiter Fall bleibt liegen."""
    now, help_id = clock.now(), stage.made["help"]["id"]
    professional = stage.of_provider(Role.PROVIDER_PROFESSIONAL)
    told = professional.post("/v1/jugendamt-notifications", papers.notification(help_id, now))
    stage.show(
        "Mitteilung", f"{told['number']}, bestätigen bis {told['deadline']['due_at']} ({told['deadline']['source']})"
    )
    for role in (Role.CASEWORKER, Role.TEAM_LEAD):
        alarm = _alarm(stage.hilden(role), told["id"], bool)
        stage.show(f"Alarm bei {role.title_de}", f"{alarm['alarm_code']}, Stufe {alarm['level']}")
    done = stage.hilden(Role.CASEWORKER).act(
        f"/v1/jugendamt-notifications/{told['id']}", "acknowledge", note="Wir fahren hin."
    )
    stage.show("bestätigt", done["deadline"]["met_at"])
    call = {
        "received_at": (now - timedelta(hours=3)).isoformat(),
        "perceived_at": (now - timedelta(hours=4)).isoformat(),
    }
    late = professional.post(
        "/v1/jugendamt-notifications",
        papers.notification(help_id, now, **call, urgency="same_day", child_pseudonym="Kind K-3"),
    )
    stage.show("drei Stunden nach dem Anruf eingetragen, nie bestätigt", late["number"])
    head = _alarm(stage.hilden(Role.OFFICE_HEAD), late["id"], lambda found: any(a["level"] == 3 for a in found))
    stage.show("Alarm bei der Amtsleitung", f"{head['alarm_code']}, Stufe {head['level']}")
    noack = _alarm(stage.of_provider(Role.PROVIDER_MANAGER), late["id"], bool)
    stage.show("Alarm beim Träger", f"{noack['alarm_code']}, Stufe {noack['level']}")


def keep_a_concern(stage: Stage) -> None:
    """Der Träger geht Anhaltspunkten nach (§ 8a Abs. 4): festhalten, Leitung, pseudonym beraten, einschätzen."""
    professional, lead = stage.of_provider(Role.PROVIDER_PROFESSIONAL), stage.of_provider(Role.PROVIDER_LEAD)
    body = papers.concern(stage.made["agreement"]["youth_office_id"], clock.now())
    path = f"/v1/concerns/{professional.post('/v1/concerns', body)['id']}"
    professional.act(path, "inform_lead", lead_id=lead.account_id(), form="talk")
    isef = lead.post("/v1/isef-profiles", {**papers.ISEF, "valid_from": legal_date(clock.now()).isoformat()})
    asked = professional.act(
        path,
        "request_isef",
        isef_id=isef["id"],
        pseudonym="ZX-41",
        question="Wie weiter?",
        facts="Kind, fünf Jahre, kommt wiederholt hungrig.",
    )
    held = lead.act(
        path,
        "record_consultation",
        consultation_id=asked["consultation_ids"][-1],
        participants=["Fachkraft", "insoweit erfahrene Fachkraft"],
        rating="weighty",
        recommended_steps=["Gespräch mit der Mutter"],
        responsibility_stays=True,
    )
    stage.show("Vorgang", f"{held['number']}: {held['state']}")
    due = [f"{one['duty']} bis {one['due_at']}" for one in lead.get(path)["duties"] if not one["met_at"]]
    stage.show("offene Fristen", due)


def prove(stage: Stage) -> None:
    """Was geschah, ist signiert angekommen, lässt sich noch einmal lesen, und das Protokoll ist unversehrt."""
    admin = stage.hilden(Role.OFFICE_ADMIN)
    feed = _until(lambda: admin.get(f"/v1/events?after={stage.made['feed_from']}&limit=500")["items"], _is_quiet())
    _until(lambda: stage.receiver.events, lambda events: len(events) >= len(feed))
    stage.show("Ereignisse im Strom", dict(Counter(event["type"] for event in feed)))
    stage.show(
        "signiert zugestellt",
        f"{len(stage.receiver.events)} Ereignisse, {stage.receiver.refused} mit falscher Signatur",
    )
    whole = stage.hilden(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-verification")
    stage.show("Protokoll", whole)
    version = admin.get(f"/v1/webhooks/{stage.made['webhook']}")["version"]
    headers = {"If-Match": f'"{version}"'}
    admin.call("DELETE", f"/v1/webhooks/{stage.made['webhook']}", headers=headers, expect=(204,))
    if not whole["whole"] or stage.receiver.refused or len(stage.receiver.events) < len(feed):
        raise DemoFailed("events or audit log are not whole")


CHAPTERS: tuple[Callable[[Stage], None], ...] = (
    subscribe,
    agree,
    open_help,
    plan_help,
    push_records,
    hand_in_report,
    bill,
    pay,
    keep_a_concern,
    raise_alarm,
    prove,
)


def _free_provider(stage: Stage, planner: Person) -> dict[str, Any]:
    """A provider of Hilden with which nothing is agreed yet; each run of the story takes the next."""
    for key, name in HILDEN.providers:
        found = planner.get("/v1/organisations", params={"name": name, "kind": "provider"})["items"][0]
        query = {"provider_id": found["id"], "state": "in_force"}
        if not planner.get("/v1/agreements", params=query)["items"]:
            stage.made["provider_key"], stage.made["provider"] = key, found
            return dict(found)
    raise DemoFailed("all eight providers have an agreement; begin anew with an empty data directory")


def _tell_details(person: Person, organisation_id: str, details: dict[str, Any]) -> None:
    """Tell what e-invoices need of an organisation, once."""
    path = f"/v1/organisations/{organisation_id}/billing-details"
    if not person.get(path)["version"]:
        person.call("PUT", path, json=details, headers={"If-Match": '"0"'})


def _standard(planner: Person) -> str:
    """The standard of help planning, written in the first run."""
    me = planner.get("/v1/me")["organisation_id"]
    for standard in planner.get("/v1/standards", params={"youth_office_id": me})["items"]:
        if standard["code"] == papers.STANDARD["code"]:
            return str(standard["id"])
    return str(planner.post("/v1/standards", papers.STANDARD)["id"])


def _form(planner: Person, run: str) -> str:
    """The form of the report, published for this run."""
    form = planner.post("/v1/forms", {"code": f"verlaufsbericht_{run}", "title": "Verlaufsbericht"})
    headers = {"If-Match": f'"{form["version"]}"'}
    return str(planner.post(f"/v1/forms/{form['id']}/versions", {"schema": papers.FORM}, headers=headers)["id"])


def _alarm(person: Person, notification_id: str, enough: Callable[[list[Any]], bool]) -> dict[str, Any]:
    def mine() -> list[Any]:
        found = person.get("/v1/alarms?limit=200")["items"]
        return [alarm for alarm in found if alarm["notification_id"] == notification_id]

    return dict(_until(mine, enough)[0])


def _is_quiet() -> Callable[[list[Any]], bool]:
    """The feed has grown and then stood still for a beat or two."""
    lengths: list[int] = []

    def quiet(events: list[Any]) -> bool:
        lengths.append(len(events))
        return len(lengths) > 2 and len(set(lengths[-3:])) == 1 and lengths[-1] > 0

    return quiet


def _until(look: Callable[[], list[Any]], enough: Callable[[list[Any]], bool]) -> list[Any]:
    end = time.monotonic() + PATIENCE_SECONDS
    while not enough(found := look()):
        if time.monotonic() > end:
            raise DemoFailed("nothing came within 30 seconds: does the worker run?")
        time.sleep(1)
    return found
