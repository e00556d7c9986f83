"""The file of a case as one document for the family court."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.core import documents
from app.core.types import CodeList
from app.law.calendars import BERLIN
from app.modules import organisations
from app.modules.protection import queries
from app.modules.protection.models import CustodyMeasure, EndangermentCase, ProtectionChild
from app.modules.protection.schemas.access import TimelineMoment
from app.modules.protection.schemas.actions import CaseAction
from app.modules.protection.schemas.custody import CustodyAction
from app.modules.protection.schemas.file import FileEntry
from app.modules.protection.schemas.transfers import TransferAction
from app.modules.protection.service import reading
from app.modules.protection.timeline import moments
from app.policy import Actor

Json = dict[str, Any]
LEFT_OUT = (
    "Nicht enthalten ist, wer gemeldet hat, und was einzelnen Fachkräften anvertraut wurde (§ 65 SGB VIII); die "
    "Fachkraft entscheidet selbst, ob sie es dem Gericht mitteilt (§ 65 Abs. 1 Satz 1 Nr. 2 SGB VIII)."
)
UNCHANGED = (
    "Einträge werden nicht geändert. Berichtigungen stehen als eigene Einträge an dem Tag, an dem sie geschrieben "
    "wurden. Die Reihenfolge ist die, in der das Jugendamt davon erfuhr."
)
_OF_REPORT = {
    "reporter": "meldende Stelle",
    "channel": "Weg",
    "content": "Inhalt",
    "whereabouts": "Aufenthalt des Kindes",
    "urgency_claim": "Dringlichkeit laut Meldung",
    "is_acute": "akute Gefahr",
    "dissent": "abweichende Auffassung",
    "is_lead": "als Leitung",
    "step": "Schritt der Abgabe",
}


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}.*")


def print_court_file(db: Session, case_id: UUID, *, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """The file as PDF, with its name; that it was made, and its hash, is written down.

    Raises:
        NotFound: no such case, or the actor may not read its file.
    """
    case = queries.get_case(db, case_id, actor, read=True)
    reports, entries = queries.reports_of(db, case), queries.entries_of(db, case)
    signed = [one for of_entry in queries.signatures_of(db, case).values() for one in of_entry]
    known = moments(reports, entries, signed, at)
    children = queries.children_of(db, case)
    named_in = {UUID(one) for moment in known for one in _UUID.findall(json.dumps(moment.content))}
    names = queries.names_of(db, {*case.team, *(one.by for one in known), *named_in})
    names |= {child.id: child.pseudonym for child in children}
    office = organisations.get_organisation(db, case.youth_office_id).name
    title = f"Gefährdungsakte {case.number}"
    paper: Json = {
        "head": {
            "organisation": office,
            "below": "Allgemeiner Sozialer Dienst",
            "number": case.number,
            "lines": [f"{at.astimezone(BERLIN):%d.%m.%Y}"],
            "running": title,
            "foot": f"{office} · {case.number} · vertraulich",
            "watermark": None,
        },
        "kind": "Auszug aus der Akte nach § 8a SGB VIII für das Familiengericht",
        "banner": "Sozialdaten: vertraulich (§ 35 SGB I, §§ 61 ff SGB VIII)",
        "facts": _facts(case, names),
        "parts": [
            _table("Kinder", (2, 2, 3), ("Kind", "geboren", "Stand"), map(_child, children)),
            _table("Inobhutnahmen", (2, 2, 3), ("Kind", "von bis", "Stand"), _custodies(db, case, children)),
            _part("Verlauf", [_moment(one, names) for one in known]),
        ],
        "signatures": [],
        "rights": [UNCHANGED, LEFT_OUT],
        "proof": f"Stand: {_instant(at)}",
    }
    pdf = documents.render("help_plan", paper, title=title, made_at=at)
    digest = hashlib.sha256(pdf).hexdigest()
    reading.note(db, case, "endangerment_case.make_court_file", actor=actor, at=at, sha256=digest)
    return pdf, f"{case.number}-Familiengericht"


def _facts(case: EndangermentCase, names: Mapping[UUID, str]) -> list[list[str]]:
    people = (
        ("Fallführende Fachkraft", case.caseworker_id),
        ("Zweite Fachkraft", case.second_id),
        ("Vertretung", case.substitute_id),
    )
    return [
        ["Eingang", _instant(case.received_at)],
        ["Stand", case.state.title_de],
        ["Dringlichkeit", case.urgency.title_de],
        *([label, names.get(account_id, "–")] for label, account_id in people if account_id),
    ]


def _child(child: ProtectionChild) -> list[str]:
    born = "unbekannt" if child.birth_year is None else str(child.birth_year)
    if child.birth_year is not None and child.birth_month is not None:
        born = f"{child.birth_month:02}/{child.birth_year}"
    return [child.pseudonym, born, "abgeschlossen" if child.closed_at else "Verfahren läuft"]


def _custodies(db: Session, case: EndangermentCase, children: Sequence[ProtectionChild]) -> Iterator[list[str]]:
    named = {child.id: child.pseudonym for child in children}
    for custody in queries.custodies_of(db, case):
        yield [named[custody.child_id], _span(custody), custody.state.title_de]


def _span(custody: CustodyMeasure) -> str:
    ended = "" if custody.ended_at is None else _instant(custody.ended_at)
    return f"{_instant(custody.started_at)} – {ended}"


def _moment(moment: TimelineMoment, names: Mapping[UUID, str]) -> Json:
    rows = [["geschehen", _instant(moment.happened_at)], ["durch", names.get(moment.by, "Dienst")]]
    if moment.is_late:
        rows.append(["Hinweis", "verspätet niedergeschrieben"])
    if moment.corrected:
        rows.append(["Hinweis", "später berichtigt"])
    rows += [[label, text] for label, text in _told(moment.content, names)]
    return {"title": f"{_instant(moment.known_at)}: {moment.title}", "text": None, "rows": rows}


def _told(content: Mapping[str, Any], names: Mapping[UUID, str]) -> Iterator[tuple[str, str]]:
    """The content of an entry in German: the titles its fields have in the API, in their order; codes by theirs."""
    for name in sorted(content, key=lambda one: _PLACES.get(one, 0)):
        text = _text(name, content[name], names)
        if text:
            yield _OF_REPORT.get(name) or _TITLES.get(name, name), text


def _text(name: str, value: Any, names: Mapping[UUID, str]) -> str:
    """A value for reading; nothing for what is empty, or points to what is no person."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {text}" for label, text in _told(value, names))
    if isinstance(value, list):
        return " | ".join(filter(None, (_text(name, one, names) for one in value)))
    return "" if value is None else _word(name, str(value), names)


def _word(name: str, value: str, names: Mapping[UUID, str]) -> str:
    if _UUID.fullmatch(value):
        return names.get(UUID(value), "")
    if _INSTANT.fullmatch(value):
        return _instant(datetime.fromisoformat(value))
    titles = (codes(value).title_de for codes in _CODES.get(name, ()) if value in {one.value for one in codes})
    return next(titles, value)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(BERLIN):%d.%m.%Y, %H:%M}"


def _part(title: str, entries: Sequence[Json]) -> Json:
    return {"title": title, "text": None, "lines": [], "columns": [], "head": [], "rows": [], "entries": list(entries)}


def _table(title: str, columns: Sequence[int], head: Sequence[str], rows: Iterable[list[str]]) -> Json:
    return {**_part(title, []), "columns": list(columns), "head": list(head), "rows": list(rows)}


def _fields(annotation: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, title and type of every field of the models within a type, nested ones too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield name, field.title or name, field.annotation
            yield from _fields(field.annotation)
    for inner in get_args(annotation):
        yield from _fields(inner)


def _codes(annotation: Any) -> Iterator[type[CodeList]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        if issubclass(annotation, CodeList):
            yield annotation
        return
    for inner in get_args(annotation):
        yield from _codes(inner)


_ALL = [field for union in (CaseAction, FileEntry, CustodyAction, TransferAction) for field in _fields(union)]
_TITLES = {name: title for name, title, _ in reversed(_ALL)}
_PLACES = {name: place for place, name in enumerate(dict.fromkeys(name for name, _, _ in _ALL))}
_CODES: dict[str, list[type[CodeList]]] = {}
for _name, _, _kind in _ALL:
    _CODES.setdefault(_name, []).extend(_codes(_kind))
