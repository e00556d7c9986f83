"""Signatures that tests of proofs of service begin with."""

from typing import Any

from app.policy import Role
from tests.world import World

MONTH = "2026-02"


def proofs(help_: dict[str, Any]) -> str:
    return f"/v1/helps/{help_['id']}/proofs-of-service"


def sign(world: World, help_: dict[str, Any], status: int = 201, **changes: Any) -> Any:
    """The family's signature under the proof as it stands."""
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    body = {"signed_as": "guardian", "way": "digital", "signed_on": "2026-03-01"}
    content_hash = provider.get(f"{proofs(help_)}/{MONTH}")["content_hash"]
    signed = {**body, "content_hash": content_hash, **changes}
    return provider.post(f"{proofs(help_)}/{MONTH}/signatures", signed, status=status)
