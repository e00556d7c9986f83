"""Forms: what a report or a plan must contain, as data."""

from app.modules.forms.models import Form, FormVersion
from app.modules.forms.queries import find_versions, get_version
from app.modules.forms.rules import check_content

__all__ = ["Form", "FormVersion", "check_content", "find_versions", "get_version"]
