"""Reports that tests of this room begin with."""

from copy import deepcopy
from typing import Any

from app.policy import Role
from tests.stories.given import DEVELOPMENT_REPORT_CONTENT
from tests.stories.helps import given_help
from tests.world import World


def report_body(help_: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A development report about the first half of 2026 that fits the form."""
    return {
        "help_id": help_["id"],
        "kind": "development",
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "content": deepcopy(DEVELOPMENT_REPORT_CONTENT),
        **changes,
    }


def given_report(world: World, **changes: Any) -> dict[str, Any]:
    """A report that was submitted (or, with `submit=False`, a draft) about a help that is running."""
    body = report_body(given_help(world), **{"submit": True, **changes})
    return dict(world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", body))


def path_of(report: dict[str, Any]) -> str:
    return f"/v1/reports/{report['id']}"
