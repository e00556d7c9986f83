"""What differs between two confirmed versions of a plan, readable for those who took part. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.core.types import CodeList
from app.modules.planning.content import HelpPlanContent
from app.modules.planning.schemas.plan import HelpPlanChange


class _Entry(NamedTuple):
    """One thing a text says: where, what it is called, what it says."""

    title: str
    text: str


def changes_between(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[HelpPlanChange]:
    """Every difference between two documents, in the order of the newer text, then what is gone.

    Goals are told apart by their key, participants by role and pseudonym; of other lists each line stands for itself.
    """
    before, after = (_entries(document) for document in (older, newer))
    found = []
    for pointer in [*after, *(pointer for pointer in before if pointer not in after)]:
        was, is_ = before.get(pointer), after.get(pointer)
        if (was and was.text) == (is_ and is_.text):
            continue
        kind = "added" if was is None else "removed" if is_ is None else "changed"
        title = (is_ or was or _Entry("", "")).title
        told = {"before": was.text if was else None, "after": is_.text if is_ else None}
        found.append(HelpPlanChange.model_validate({"kind": kind, "pointer": pointer, "title": title, **told}))
    return found


def _entries(document: Mapping[str, Any]) -> dict[str, _Entry]:
    content = HelpPlanContent.model_validate(document["content"])
    return {pointer[:300]: entry for pointer, entry in _of(content, "", "")}


def _of(model: BaseModel, pointer: str, title: str) -> Iterator[tuple[str, _Entry]]:
    """Every value of a model with the titles that lead to it."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        called = field.title or next((meta.title for meta in field.metadata if getattr(meta, "title", None)), name)
        yield from _value(value, f"{pointer}/{name}", f"{title}: {called}" if title else called)


def _value(value: Any, pointer: str, title: str) -> Iterator[tuple[str, _Entry]]:
    if value is None or value == []:
        return
    if isinstance(value, BaseModel):
        yield from _of(value, pointer, title)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            name, called = _name(item, place)
            if isinstance(item, BaseModel):
                yield from _of(item, f"{pointer}/{name}", f"{title}, {called}")
            else:
                yield f"{pointer}/{name}", _Entry(title, told(item))
    else:
        yield pointer, _Entry(title, told(value))


def _name(item: Any, place: int) -> tuple[str, str]:
    """What tells an item of a list apart, for programs and for people."""
    key = getattr(item, "key", None)
    if key is not None:
        return key, f"«{key}»"
    role, label = getattr(item, "role", None), getattr(item, "label", None)
    if role is not None:
        return f"{role.value}-{label or place}", f"{role.title_de} {label or ''}".strip()
    return str(place), str(place + 1)


def told(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, CodeList):
        return value.title_de
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if hasattr(value, "strftime"):
        return f"{value:%d.%m.%Y}"
    return str(value)
