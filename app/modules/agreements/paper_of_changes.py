"""The difference between two versions as paper: what the template `agreement_changes` prints. Pure."""

from collections.abc import Sequence
from typing import Any

from app.modules.agreements.labels import label_of
from app.modules.agreements.models import Agreement, AgreementVersion
from app.modules.agreements.paper import Names, head_of, kind_words, running_title
from app.modules.agreements.schemas import AgreementContent
from app.modules.agreements.schemas.changes import ChangeKind, ChangesOut, ClauseChange, FieldChange, ItemChange, Run

_LISTS = {
    "/provider_ids": "Vertragsparteien",
    "/service_kinds": "Hilfearten",
    "/standard_ids": "Standards",
    "/offer_ids": "Leistungsangebote",
    "/handbook_version_id": "Qualitätshandbuch",
    "/forms": "Verbindliche Vordrucke",
}
_NOTHING = "–"


def changes_paper(agreement: Agreement, version: AgreementVersion, changes: ChangesOut, names: Names) -> dict[str, Any]:
    """Everything the template prints, part by part; parts without a change are left out."""
    head = head_of(agreement, version, names)
    older = f"Fassung {changes.against}"
    if changes.against_agreement != agreement.number:
        older += f" der Vereinbarung {changes.against_agreement}"
    return {
        "head": {
            **head,
            "watermark": None,
            "running": running_title(f"Änderungen gegenüber {older}: {version.content['title']}"),
        },
        "kind": f"Änderungen der Fassung {version.number} gegenüber {older}: {kind_words(agreement.kind)}",
        "facts": [
            ["ältere Fassung", f"{older}, Prüfsumme {changes.against_hash[:16]} …"],
            ["neuere Fassung", f"Fassung {version.number}, Prüfsumme {changes.content_hash[:16]} …"],
        ],
        "wordings": [{"title": wording.title, "runs": _runs(wording.runs)} for wording in changes.wordings],
        "clauses": [_clause(clause) for clause in changes.clauses],
        "lists": [
            {"title": title, "rows": rows}
            for pointer, title in _LISTS.items()
            if (rows := [_item(item) for item in changes.entries if item.pointer == pointer])
        ],
        "terms": _terms(changes.fields),
    }


def _runs(runs: Sequence[Run]) -> list[dict[str, str]]:
    return [{"mark": run.mark.value, "text": run.text} for run in runs]


def _clause(clause: ClauseChange) -> dict[str, Any]:
    before, after = (f"§\u00a0{number}" for number in (clause.number_before, clause.number_after))
    told = {
        ChangeKind.ADDED: f"{after} ist neu",
        ChangeKind.REMOVED: f"{before} ist gestrichen",
        ChangeKind.MOVED: f"{before} wird unverändert {after}",
        ChangeKind.CHANGED: f"{after} ist geändert" + ("" if before == after else f" (bisher {before})"),
    }
    return {"told": told[clause.kind], "title": _runs(clause.title), "runs": _runs(clause.text)}


def _item(item: ItemChange) -> list[str]:
    return [item.kind.title_de, item.before_text or _NOTHING, item.after_text or _NOTHING]


def _terms(fields: Sequence[FieldChange]) -> list[dict[str, Any]]:
    """The terms as tables: billing, safeguarding, and what stands in the text itself."""
    tables: dict[str, list[list[str]]] = {}
    for field in fields:
        part, _, inner = field.pointer[1:].partition("/")
        info = AgreementContent.model_fields.get(part) if inner else None
        title = label_of(info.title or part).name if info else "Laufzeit, Kündigung und Überprüfung"
        row = [field.title, field.before_text or _NOTHING, field.after_text or _NOTHING]
        tables.setdefault(title, []).append(row)
    return [{"title": title, "rows": rows} for title, rows in tables.items()]
