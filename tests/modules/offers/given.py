"""Offers that tests of this room begin with."""

from typing import Any

from app.policy import Role
from tests.world import Party, World

PATH = "/v1/offers"
DESCRIPTION: dict[str, Any] = {
    "title": "Sozialpädagogische Familienhilfe",
    "service_kinds": ["section_31"],
    "setting": "ambulatory",
    "description": "Begleitung von Familien in ihrer Wohnung und ihrem Sozialraum.",
    "target_group": "Familien mit Kindern bis 14 Jahre, auch mit einem psychisch erkrankten Elternteil",
    "exclusion_criteria": "Akute Selbst- oder Fremdgefährdung",
    "aims": "Eltern gestalten den Alltag und die Erziehung aus eigener Kraft.",
    "method": "Systemische Beratung, Video-Home-Training, Netzwerkarbeit",
    "staff": [
        {"qualification": "Sozialpädagogin/Sozialpädagoge", "percent": 80},
        {"qualification": "Erzieherin/Erzieher", "percent": 20},
    ],
    "staffing_key": "8.50",
    "region_ids": [],
    "languages": ["de", "tr"],
    "accessibility": ["step_free", "plain_language"],
    "inclusion": "Das Team arbeitet mit der Frühförderung zusammen.",
    "has_protection_concept": True,
    "fee": {"rate_cents": 6980, "unit": "fachleistungsstunde", "note": "Fahrzeiten sind enthalten."},
}


def given_draft(world: World, provider: Party | None = None, **changes: Any) -> dict[str, Any]:
    """A draft of the first provider, unless another is named."""
    return dict(world.as_(Role.PROVIDER_LEAD, provider).post(PATH, {**DESCRIPTION, **changes}))


def given_offer(
    world: World, provider: Party | None = None, *, to_all_providers: bool = False, **changes: Any
) -> dict[str, Any]:
    """An offer published to the first youth office."""
    return publish(world, given_draft(world, provider, **changes), provider, to_all_providers=to_all_providers)


def publish(world: World, offer: dict[str, Any], provider: Party | None = None, **fields: Any) -> dict[str, Any]:
    """Publish what is written, to the first youth office unless others are named."""
    fields = {"youth_office_ids": [str(world.youth_office.id)], **fields}
    return dict(world.as_(Role.PROVIDER_MANAGER, provider).act(path_of(offer), "publish", **fields))


def revise(world: World, offer: dict[str, Any], *, status: int = 200, **changes: Any) -> dict[str, Any]:
    """Write on the next version."""
    lead = world.as_(Role.PROVIDER_LEAD)
    return dict(lead.patch(path_of(offer), changes, version=lead.get(path_of(offer))["version"], status=status))


def report_capacity(
    world: World, offer: dict[str, Any], free: str, *, status: int = 201, **changes: Any
) -> dict[str, Any]:
    """Eight places, so many of them free."""
    body = {"unit": "places", "total": "8", "free": free, **changes}
    return dict(world.as_(Role.PROVIDER_SYNC).post(f"{path_of(offer)}/capacity", body, status=status))


def region(world: World, name: str) -> str:
    """A planning region of the first youth office."""
    return str(world.as_(Role.OFFICE_ADMIN).post("/v1/regions", {"name": name})["id"])


def path_of(offer: dict[str, Any]) -> str:
    return f"{PATH}/{offer['id']}"
