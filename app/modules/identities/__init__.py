"""Identities: the persons of a help by pseudonym, and apart from them, sealed, who they are."""

from app.modules.identities.models import DisclosurePurpose, HelpPerson, PersonRole
from app.modules.identities.queries import disclosures_of, find_person, persons_of
from app.modules.identities.schemas import DisclosureCreate
from app.modules.identities.service import born_latest, disclose, follow_handover, reseal, restrict_by
from app.modules.identities.traces import TRACES

__all__ = [
    "TRACES",
    "DisclosureCreate",
    "DisclosurePurpose",
    "HelpPerson",
    "PersonRole",
    "born_latest",
    "disclose",
    "disclosures_of",
    "find_person",
    "follow_handover",
    "persons_of",
    "reseal",
    "restrict_by",
]
