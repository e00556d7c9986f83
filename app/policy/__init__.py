"""The vocabulary of rights: everything a data-protection officer must read, in one folder."""

from app.policy.actor import SYSTEM, Actor
from app.policy.grants import GRANTS, INCOMPATIBLE, permissions_of
from app.policy.permissions import Permission
from app.policy.roles import OrganisationKind, Role

__all__ = ["GRANTS", "INCOMPATIBLE", "SYSTEM", "Actor", "OrganisationKind", "Permission", "Role", "permissions_of"]
