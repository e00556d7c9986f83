"""What the stories of this room begin with."""

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


def given_protection(world: World) -> dict[str, str]:
    """One of everything, for the walls between offices."""
    office = Office(world)
    office.receive()
    [report] = office.lead.get(f"{office.path}/reports")
    return {"case_id": office.case_id, "endangerment_report_id": report["id"]}


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

    def codes(self, who: Api) -> list[tuple[str, int, str]]:
        """The alarms about this case that call somebody: what, which level, when."""
        alarms = who.get("/v1/alarms?sort=raised_at&limit=200")["items"]
        return [(a["alarm_code"], a["level"], a["raised_at"]) for a in alarms if a["case_id"] == self.case_id]
