"""Forms: what a report or a plan must contain, as data."""

from app.modules.forms.filled import Line, filled
from app.modules.forms.models import Form, FormVersion
from app.modules.forms.outline import Entry, entries_of
from app.modules.forms.queries import find_versions, get_version, versions_by_id
from app.modules.forms.rules import check_content

__all__ = [
    "Entry",
    "Form",
    "FormVersion",
    "Line",
    "check_content",
    "entries_of",
    "filled",
    "find_versions",
    "get_version",
    "versions_by_id",
]
