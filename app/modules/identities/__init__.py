"""Identities: the persons of a help by pseudonym, and apart from them, sealed, who they are."""

from app.modules.identities.models import HelpPerson
from app.modules.identities.service import follow_handover, reseal

__all__ = ["HelpPerson", "follow_handover", "reseal"]
