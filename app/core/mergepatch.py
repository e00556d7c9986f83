"""JSON merge patch (RFC 7396), for objects whose members the service does not know beforehand."""

from typing import Any


def merge_patch(target: Any, patch: Any) -> Any:
    """What `patch` makes of `target`: null removes, objects are merged, everything else replaces. Neither changes."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
