"""Who acts: resolved once per request from a verified token, frozen from then on."""

from dataclasses import dataclass, field
from uuid import UUID

from app.policy.permissions import Permission
from app.policy.roles import OrganisationKind, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program of one organisation, or the system itself (`organisation_kind` None)."""

    id: UUID
    organisation_id: UUID
    organisation_kind: OrganisationKind | None
    roles: frozenset[Role] = field(default_factory=frozenset)
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    @property
    def is_youth_office(self) -> bool:
        """True for somebody of a Jugendamt."""
        return self.organisation_kind is OrganisationKind.YOUTH_OFFICE

    @property
    def is_provider(self) -> bool:
        """True for somebody of a freier Träger."""
        return self.organisation_kind is OrganisationKind.PROVIDER

    @property
    def is_system(self) -> bool:
        """True for the worker, which acts on time and not on request."""
        return self.organisation_kind is None

    def may(self, permission: Permission) -> bool:
        """Whether the actor's roles, narrowed by the token's scopes, grant this permission."""
        return self.is_system or permission in self.permissions


SYSTEM = Actor(id=UUID(int=0), organisation_id=UUID(int=0), organisation_kind=None)
