"""Forms: what a report or a plan must contain, as data."""

from app.modules.forms.models import Form, FormVersion
from app.modules.forms.outline import Entry, entries_of
from app.modules.forms.queries import find_versions, get_version, versions_by_id
from app.modules.forms.rules import check_content

__all__ = [
    "Entry",
    "Form",
    "FormVersion",
    "check_content",
    "entries_of",
    "find_versions",
    "get_version",
    "versions_by_id",
]
