"""What differs between two versions of an agreement's text. Pure: two documents in, differences out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from pydantic import BaseModel
from rapidfuzz.distance import Indel

from app.law.service_kinds import ServiceKind
from app.modules.agreements.document import content_of
from app.modules.agreements.labels import Row, label_of, rows_of, rules_rows
from app.modules.agreements.schemas import AgreementContent, FormPurpose
from app.modules.agreements.schemas.changes import (
    ChangeKind,
    ClauseChange,
    FieldChange,
    ItemChange,
    Mark,
    Run,
    WordingChange,
)

Document = Mapping[str, Any]
Names = Mapping[str, str]
"""What ids mean to people: organisations, standards and versions of forms by their id."""

WORDINGS = ("title", "preamble", "retroactive_reason")
TERMS = ("billing_terms", "safeguarding_terms")
LISTS = frozenset(
    {"service_kinds", "clauses", "standard_ids", "forms", "offer_ids", "handbook_version_id", "report_rules"}
)
_TOKEN = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")  # a word with the blank before it, or a mark


class Differences(NamedTuple):
    """Everything that differs, part by part."""

    wordings: list[WordingChange]
    entries: list[ItemChange]
    clauses: list[ClauseChange]
    fields: list[FieldChange]


def compare(before: Document, after: Document, names: Names) -> Differences:
    """Every difference between two documents (see document.py).

    Args:
        names: titles of the ids in both; an id without one stands for itself.
    """
    older, newer = (AgreementContent.model_validate(content_of(document)) for document in (before, after))
    return Differences(
        wordings=list(_wordings(older, newer)),
        entries=list(_entries(before, after, names)),
        clauses=clause_changes(before["clauses"], after["clauses"]),
        fields=list(field_changes(_rows(older), _rows(newer))),
    )


def runs_between(before: str, after: str) -> list[Run]:
    """How one wording becomes another, word by word (library rapidfuzz: fast whatever repeats itself).

    Kept and removed pieces together are the older wording, kept and added ones the newer.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    kept = [(block.a, block.b, block.size) for block in Indel.opcodes(old, new).as_matching_blocks()]
    found: list[Run] = []
    at_old = at_new = 0
    for start_old, start_new, size in kept:
        told = (
            (Mark.REMOVED, old[at_old:start_old]),
            (Mark.ADDED, new[at_new:start_new]),
            (Mark.KEPT, old[start_old : start_old + size]),
        )
        found += [Run(mark=mark, text="".join(pieces)) for mark, pieces in told if pieces]
        at_old, at_new = start_old + size, start_new + size
    return found


def clause_changes(before: Sequence[Document], after: Sequence[Document]) -> list[ClauseChange]:
    """The clauses that differ, told apart by their key: the newer text's order, then what was removed."""
    old = {clause["key"]: (number, clause) for number, clause in enumerate(before, 1)}
    new = {clause["key"]: (number, clause) for number, clause in enumerate(after, 1)}
    moved = moved_keys(list(old), list(new))
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        number_before, was = old.get(key, (None, {"title": "", "text": ""}))
        number_after, is_ = new.get(key, (None, {"title": "", "text": ""}))
        if (was["title"], was["text"]) == (is_["title"], is_["text"]) and key not in moved:
            continue
        found.append(
            ClauseChange(
                key=key,
                kind=_kind(
                    number_before, number_after, same=(was["title"], was["text"]) == (is_["title"], is_["text"])
                ),
                is_moved=key in moved,
                number_before=number_before,
                number_after=number_after,
                title=runs_between(was["title"], is_["title"]),
                text=runs_between(was["text"], is_["text"]),
            )
        )
    return found


def field_changes(before: Sequence[Row], after: Sequence[Row]) -> Iterator[FieldChange]:
    """The terms whose values differ, in the order of the newer text."""
    old, new = ({row.pointer: row for row in rows} for rows in (before, after))
    for pointer in [*new, *(pointer for pointer in old if pointer not in new)]:
        was, is_ = old.get(pointer), new.get(pointer)
        if (was and was.value) != (is_ and is_.value) or (was is None) != (is_ is None):
            known = is_ or was
            yield FieldChange(
                pointer=pointer,
                title=known.title if known else pointer,
                before=was.value if was else None,
                after=is_.value if is_ else None,
                before_text=was.text if was else None,
                after_text=is_.text if is_ else None,
            )


def moved_keys(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """What stands elsewhere among those that stayed: as few as explain the new order."""
    stayed_before = [key for key in before if key in set(after)]
    stayed_after = [key for key in after if key in set(before)]
    blocks = SequenceMatcher(None, stayed_before, stayed_after, autojunk=False).get_matching_blocks()
    in_place = {key for block in blocks for key in stayed_before[block.a : block.a + block.size]}
    return set(stayed_before) - in_place


def _kind(before: object, after: object, *, same: bool) -> ChangeKind:
    if before is None:
        return ChangeKind.ADDED
    if after is None:
        return ChangeKind.REMOVED
    return ChangeKind.MOVED if same else ChangeKind.CHANGED


def _wordings(older: BaseModel, newer: BaseModel) -> Iterator[WordingChange]:
    for name in WORDINGS:
        before, after = getattr(older, name) or "", getattr(newer, name) or ""
        if before != after:
            title = label_of(type(newer).model_fields[name].title or name).name
            yield WordingChange(pointer=f"/{name}", title=title, runs=runs_between(before, after))


def _rows(content: AgreementContent) -> list[Row]:
    rows = list(rows_of(content, "", skip=LISTS | {*WORDINGS, *TERMS}))
    rows += rules_rows(content.report_rules)
    for name in TERMS:
        terms = getattr(content, name)
        rows += [] if terms is None else rows_of(terms, f"/{name}")
    return rows


def _entries(before: Document, after: Document, names: Names) -> Iterator[ItemChange]:
    kinds = {kind.value: kind.title_de for kind in ServiceKind}
    yield from _list_changes("/provider_ids", before["provider_ids"], after["provider_ids"], names)
    yield from _list_changes("/service_kinds", before["service_kinds"], after["service_kinds"], kinds)
    yield from _list_changes("/standard_ids", before["standard_ids"], after["standard_ids"], names)
    yield from _list_changes("/offer_ids", before.get("offer_ids", []), after.get("offer_ids", []), names)
    was, is_ = before.get("handbook_version_id"), after.get("handbook_version_id")
    if was != is_:
        told = [names.get(id_, id_) if id_ else None for id_ in (was, is_)]
        yield _item("/handbook_version_id", _kind(was, is_, same=False), was, is_, *told)
    yield from _form_changes(before["forms"], after["forms"], names)


def _list_changes(pointer: str, before: Sequence[str], after: Sequence[str], names: Names) -> Iterator[ItemChange]:
    moved = moved_keys(before, after)
    for id_ in [*after, *(id_ for id_ in before if id_ not in after)]:
        was, is_ = (id_ if id_ in ids else None for ids in (before, after))
        if was is None or is_ is None or id_ in moved:
            kind = _kind(was, is_, same=True)
            yield _item(pointer, kind, was, is_, names.get(id_, id_) if was else None, names.get(id_, id_))


def _form_changes(before: Sequence[Document], after: Sequence[Document], names: Names) -> Iterator[ItemChange]:
    """Forms are told apart by what they are for: another version of a form is a change, not a new form."""
    old, new = ({form["purpose"]: form["form_version_id"] for form in forms} for forms in (before, after))
    for purpose in [*new, *(purpose for purpose in old if purpose not in new)]:
        was, is_ = old.get(purpose), new.get(purpose)
        if was != is_:
            told = [f"{FormPurpose(purpose).title_de}: {names.get(id_, id_)}" if id_ else None for id_ in (was, is_)]
            yield _item("/forms", _kind(was, is_, same=False), was, is_, *told)


def _item(
    pointer: str,
    kind: ChangeKind,
    before: str | None,
    after: str | None,
    before_text: str | None,
    after_text: str | None,
) -> ItemChange:
    return ItemChange(
        pointer=pointer,
        kind=kind,
        before=before,
        after=after,
        before_text=before_text,
        after_text=after_text if after is not None else None,
    )
