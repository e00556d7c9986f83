"""What the stories of this room begin with."""

from datetime import timedelta
from typing import Any

from app.policy import Role
from tests.api import Api
from tests.world import World

REPORTS, CASES = "/v1/endangerment-reports", "/v1/endangerment-cases"
WEIGHTY: dict[str, Any] = {
    "urgency": "same_day",
    "reasons": "Das Kind ist zwei Jahre alt und war allein.",
    "open_questions": "Wer betreut das Kind nachts?",
    "contact_form": "Hausbesuch zu zweit",
    "is_announced": False,
    "announced_reason": "Der Eindruck soll unverstellt sein.",
    "staff_safety": "keine Hinweise auf Gefahr",
    "lead_informed_at": "2026-03-02T08:00:00Z",
}
NOT_WEIGHTY: dict[str, Any] = {
    "reasons": "Die Beobachtung hat sich als Irrtum erwiesen.",
    "prior_reports_checked": True,
    "existing_file_checked": True,
    "help_offered": False,
    "lead_informed_at": "2026-03-02T08:00:00Z",
}


def report_body(**changes: Any) -> dict[str, Any]:
    """A neighbour calls."""
    return {
        "reporter": "citizen",
        "identity": "Nachbarin, Tel. 0000",
        "channel": "telephone",
        "content": "Das Kind weint seit Stunden, niemand öffnet.",
        "children": [{"pseudonym": "Kind K-2", "birth_year": 2024, "birth_month": 2}],
        "whereabouts": "zu Hause",
        "urgency_claim": "same_day",
        "procedure_explained": True,
        "wants_feedback": False,
        **changes,
    }


CUSTODY: dict[str, dict[str, Any]] = {
    "inform_child": {"how": "im Gespräch", "words": None, "trusted_person_told": True, "trusted_person_reason": None},
    "inform_parents": {"who": "Mutter", "estimated_together": True, "not_together_reason": None},
    "unreachable": {"attempts": "dreimal angerufen"},
    "no_objection": {"who": "Mutter", "form": "mündlich"},
    "object": {"who": "Mutter", "form": "mündlich"},
    "call_court": {"court": "Amtsgericht", "proposal": "Entzug"},
    "court_decides": {"outcome": "orders_to_parents", "content": "Herausgabe mit Auflage SPFH"},
    "start_help_plan": {"first_step": "Gespräch"},
    "order_liberty": {"court": "Amtsgericht", "order": "Beschluss"},
    "end_liberty": {},
    "report_unaccompanied": {"authority": "Landesstelle"},
    "end": {"reason": "handover", "following_place": "bei der Mutter", "following_help": None},
}


def given_protection(world: World) -> dict[str, str]:
    """One of everything, for the walls between offices."""
    office = Office(world)
    office.receive()
    [report] = office.lead.get(f"{office.path}/reports")
    office.assign()
    office.weighty()
    office.contact()
    office.assess("acute")
    custody = office.take()
    reason = {"reason": "Der Rettungsdienst fragt nach dem Kind."}
    told = {"entrusted_by": "das Kind", "content": "Es hat Angst.", "shows_danger": False}
    there = World(world.kernel, world.http, world.clock, world.ticker)
    moved = Office(world)
    moved.receive()
    return {
        "protection_transfer_id": moved.transfer(there),
        "case_id": office.case_id,
        "confidential_note_id": office.caseworker.post(f"{office.path}/confidential-notes", told)["id"],
        "custody_id": custody["id"],
        "emergency_access_id": office.head.post(f"{office.path}/emergency-accesses", reason)["id"],
        "endangerment_report_id": report["id"],
    }


class Office:
    """A youth office at work on one case: who is who, and what each may do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.caseworker, self.second, self.third = (world.person(Role.CASEWORKER) for _ in range(3))
        self.lead, self.head = world.as_(Role.TEAM_LEAD), world.as_(Role.OFFICE_HEAD)
        self.on_call = world.as_(Role.ON_CALL)
        self.case_id = ""

    @property
    def path(self) -> str:
        return f"{CASES}/{self.case_id}"

    def receive(self, **changes: Any) -> Any:
        """A report; the case it opened or joined is the one at work on from now on."""
        report = self.caseworker.post(REPORTS, report_body(**changes))
        self.case_id = report["case_id"]
        return report

    def case(self) -> Any:
        return self.lead.get(self.path)

    def act(self, who: Api, action: str, *, status: int = 200, **fields: Any) -> Any:
        version = self.case()["version"]
        return who.act(self.path, action, version=version, status=status, **fields)

    def assign(self, who: Api | None = None, *, status: int = 200, **changes: Any) -> Any:
        team = {
            "caseworker_id": str(self.caseworker.account_id),
            "second_id": str(self.second.account_id),
            "substitute_id": str(self.third.account_id),
        }
        return self.act(who or self.lead, "assign", status=status, **{**team, **changes})

    def last(self, kind: str) -> Any:
        """The newest entry of a kind."""
        entries = [entry for entry in self.lead.get(f"{self.path}/entries") if entry["kind"] == kind]
        return entries[-1]

    def weighty(self, urgency: str = "same_day", **changes: Any) -> Any:
        """The first check by two."""
        self.act(self.caseworker, "propose_weighty", **{**WEIGHTY, "urgency": urgency, **changes})
        entry = self.last("propose_weighty")
        return self.act(self.second, "confirm_weighty", entry_id=entry["id"], urgency=urgency)

    @property
    def children(self) -> list[str]:
        """The children whose procedure is open."""
        return [child["id"] for child in self.case()["children"] if child["closed_at"] is None]

    def contact_body(self, **changes: Any) -> dict[str, Any]:
        seen = {"is_seen": True, "spoken_alone": False, "words": None, "observation": "Kind wirkt müde."}
        return {
            "place": "home_visit",
            "professionals": [str(self.caseworker.account_id), str(self.second.account_id)],
            "present": ["Mutter"],
            "children": [{"child_id": child, **seen} for child in self.children],
            "dwelling_seen": True,
            "observations": "Die Wohnung ist kalt.",
            "is_refused": False,
            **changes,
        }

    def contact(self, **changes: Any) -> Any:
        return self.act(self.caseworker, "record_contact", **self.contact_body(**changes))

    def assessment_body(self, *results: str, **changes: Any) -> dict[str, Any]:
        """One result per child, the last for all that are left."""
        given = [*results, *[results[-1]] * 20]
        return {
            "participants": [str(self.caseworker.account_id), str(self.second.account_id)],
            "instrument": "Kinderschutzbogen",
            "instrument_version": "2026",
            "parents_involved": "yes",
            "child_involved": "age_insight",
            "child_reason": "zwei Jahre alt",
            "reporter_involved": "not_reachable",
            "reporter_reason": "nicht zurückgerufen",
            "lead_informed_at": "2026-03-02T08:00:00Z",
            "children": [self.result(child, result) for child, result in zip(self.children, given, strict=False)],
            "next_step": "Schutzplan vereinbaren, Caseworker, diese Woche",
            **changes,
        }

    @staticmethod
    def result(child: str, result: str) -> dict[str, Any]:
        danger = result in {"acute", "latent"}
        return {
            "child_id": child,
            "result": result,
            "kinds": ["neglect"] if danger else [],
            "danger_person": "mother" if danger else None,
            "ratings": [{"need": "Ernährung", "rating": "schlecht", "fact": "kein Essen", "source": "Hausbesuch"}],
            "risk_factors": ["Armut"],
            "protective_factors": ["Großmutter"],
            "willingness": "partly",
            "ability": "partly",
            "reasons": "Gesamtschau",
        }

    def assess(self, *results: str, **changes: Any) -> Any:
        """Assessed by two; each child has its own result."""
        self.act(self.caseworker, "assess", **self.assessment_body(*results, **changes))
        return self.act(self.second, "conclude_assessment", entry_id=self.last("assess")["id"])

    def plan_body(self, **changes: Any) -> dict[str, Any]:
        today = self.world.clock.now.date()
        return {
            "measures": [
                {"what": "Arztbesuch", "owner": "Mutter", "due_on": str(today + timedelta(3)), "control": "Attest"}
            ],
            "control_method": "Hausbesuche",
            "controlled_by": "SPFH",
            "contact_frequency": "täglich",
            "is_daily": True,
            "review_on": str(today + timedelta(7)),
            "consequence": "Anrufung des Familiengerichts",
            "parents_agree": True,
            **changes,
        }

    def plan(self, **changes: Any) -> Any:
        return self.act(self.caseworker, "agree_plan", **self.plan_body(**changes))

    def review(self) -> Any:
        kept = [{"what": "Arztbesuch", "fulfilment": "fulfilled"}]
        fields: dict[str, Any] = {"fulfilments": kept, "child_seen": True, "observations": "Attest liegt vor."}
        return self.act(self.caseworker, "review_plan", **fields)

    def court_body(self, **changes: Any) -> dict[str, Any]:
        return {
            "court": "Amtsgericht",
            "file_number": None,
            "ground": "Eltern wirken nicht mit.",
            "proposal": "Auflagen",
            "statement": "Stellungnahme",
            "prepared_by": str(self.caseworker.account_id),
            "plan_attached": False,
            "is_urgent": True,
            **changes,
        }

    def court(self, **changes: Any) -> Any:
        return self.act(self.lead, "call_court", **self.court_body(**changes))

    def custody_body(self, **changes: Any) -> dict[str, Any]:
        now = self.world.clock.now.isoformat().replace("+00:00", "Z")
        return {
            "child_id": self.children[0],
            "ground": "urgent_no_objection",
            "started_at": now,
            "placement": "facility",
            "address": "Musterweg 1",
            "is_address_secret": True,
            "police": False,
            "force": False,
            "liberty": False,
            "reasons": "Der Schutz ist zu Hause nicht möglich.",
            "occasions": ["Überforderung der Eltern"],
            "legal_notice_at": now,
            "lead_informed_at": now,
            **changes,
        }

    def take(self, **changes: Any) -> Any:
        self.act(self.caseworker, "take_into_custody", **self.custody_body(**changes))
        return self.lead.get(f"{self.path}/custody-measures")[-1]

    def custody(self, custody: Any, action: str, *, status: int = 200, **fields: Any) -> Any:
        """A step of an Inobhutnahme, with everything it must say."""
        now = self.world.clock.now.isoformat().replace("+00:00", "Z")
        told = {"ended_at": now} if action in {"end", "end_liberty"} else {}
        body = {**CUSTODY[action], **told, **fields}
        return self.caseworker.act(f"/v1/custody-measures/{custody['id']}", action, status=status, **body)

    def transfer(self, there: World) -> str:
        """The case is sent to another youth office."""
        body: dict[str, Any] = {"receiving_office_id": str(there.youth_office.id), "reason": "Umzug", "is_acute": False}
        self.act(self.caseworker, "prepare_transfer", **body)
        [row] = self.caseworker.get(f"/v1/protection-transfers?case_id={self.case_id}")["items"]
        told: dict[str, Any] = {"summary": "Anhaltspunkte", "identity": "Familie Beispiel", "new_residence": None}
        chosen: dict[str, Any] = {"entry_ids": [], "note_ids": []}
        self.caseworker.act(f"/v1/protection-transfers/{row['id']}", "send", **told, **chosen)
        return str(row["id"])

    def file(self, kind: str, *, status: int = 201, who: Api | None = None, **fields: Any) -> Any:
        return (who or self.caseworker).post(f"{self.path}/entries", {"kind": kind, **fields}, status=status)

    def propose_closing(self, *children: str) -> str:
        fields: dict[str, Any] = {"reasons": "Gefahr abgewendet", "last_contact_on": "2026-03-02", "follow_up": "keine"}
        self.act(self.caseworker, "propose_closing", children=list(children), **fields)
        return str(self.last("propose_closing")["id"])

    def close(self, *children: str, status: int = 200) -> Any:
        entry = self.propose_closing(*children)
        return self.act(self.lead, "close_children" if children else "close", status=status, entry_id=entry)

    def gaps(self) -> list[str]:
        return [gap["pointer"] for gap in self.lead.get(f"{self.path}/missing")]

    def codes(self, who: Api) -> list[tuple[str, int, str]]:
        """The alarms about this case that call somebody: what, which level, when."""
        alarms = who.get("/v1/alarms?sort=raised_at&limit=200")["items"]
        return [(a["alarm_code"], a["level"], a["raised_at"]) for a in alarms if a["case_id"] == self.case_id]
