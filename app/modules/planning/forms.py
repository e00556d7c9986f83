"""The form in plain words on which young people say how they are; bundled, versioned, never changed."""

import json
from functools import cache
from importlib import resources
from typing import Any

LATEST_FORM = 1
"""The newest form; older ones stay, because answers were given on them."""


@cache
def form(number: int = LATEST_FORM) -> dict[str, Any] | None:
    """A version of the form as JSON Schema; None for none."""
    if not 1 <= number <= LATEST_FORM:
        return None
    text = resources.files("app.modules.planning").joinpath(f"self_assessment_{number}.json").read_text("utf-8")
    return dict(json.loads(text))
