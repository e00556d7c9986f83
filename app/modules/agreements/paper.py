"""An agreement as paper: what the template `agreement` prints. Pure: a version and what its ids mean in, data out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import Any
from uuid import UUID

from app.core.documents import Source
from app.core.money import format_euro_de
from app.modules.agreements.comparison import LISTS, TERMS
from app.modules.agreements.document import canonical, content_of
from app.modules.agreements.labels import (
    Row,
    activity_words,
    day_words,
    in_order,
    instant_words,
    rows_of,
    rules_rows,
    words_of,
)
from app.modules.agreements.models import Agreement, AgreementKind, AgreementState, AgreementVersion
from app.modules.agreements.rules import has_award
from app.modules.agreements.schemas import AgreementContent, FormPurpose
from app.modules.agreements.terms import BillingTerms
from app.modules.forms import Form, FormVersion, entries_of
from app.modules.handbooks import HandbookVersion
from app.modules.offers import Offer
from app.modules.organisations import Organisation
from app.modules.standards import Standard

SOURCE_NAME = "vereinbarung.json"
_ELSEWHERE = LISTS | {"title", "preamble", *TERMS}  # on the paper, but not under its terms
_GIVEN_UP = "Zurückgezogen: Diese Vereinbarung kam nicht zustande."
_DRAFT = "Entwurf: Dieser Text liegt noch nicht zur Unterschrift."
_OLD_DRAFT = "Überholter Entwurf: Diese Fassung wurde nie zur Unterschrift gelegt."
_VERIFY = (
    f"Unterschrieben wird der Text mit dieser Prüfsumme; er liegt diesem PDF als Datei {SOURCE_NAME} bei. "
    f"Wer sie nachrechnet (sha256sum {SOURCE_NAME}), erhält dieselbe Zahl: SHA-256 über das kanonische JSON "
    "(RFC 8785). Standards und Vordrucke sind darin mit ihrer Kennung genannt und ändern sich nicht mehr, sobald der "
    "Text zur Unterschrift liegt."
)


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in a text mean; an id that cannot be looked up is missing here."""

    organisations: Mapping[UUID, Organisation]
    standards: Mapping[UUID, Standard]
    forms: Mapping[UUID, tuple[Form, FormVersion]]
    offers: Mapping[UUID, Offer]
    handbooks: Mapping[UUID, HandbookVersion]

    def organisation(self, id_: UUID) -> str:
        """The name of a party."""
        known = self.organisations.get(id_)
        return known.name if known else f"Organisation {id_}"

    def titles(self) -> dict[str, str]:
        """A title for every id, as the difference between two texts tells it."""
        named = {str(id_): row.name for id_, row in self.organisations.items()}
        named |= {str(id_): standard_title(row) for id_, row in self.standards.items()}
        named |= {str(id_): form_title(*pair) for id_, pair in self.forms.items()}
        named |= {str(id_): f"{row.title} ({self.organisation(row.provider_id)})" for id_, row in self.offers.items()}
        return named | {str(id_): f"{row.handbook.title} (Fassung {row.number})" for id_, row in self.handbooks.items()}


def standard_title(standard: Standard) -> str:
    """How a standard is cited."""
    return f"{standard.code} {standard.title}"


def form_title(form: Form, version: FormVersion) -> str:
    """How a form is cited."""
    return f"{form.title} (Fassung {version.number})"


def head_of(agreement: Agreement, version: AgreementVersion, names: Names) -> dict[str, Any]:
    """What every page of a document about a version says: whose it is, which version, a mark on a draft."""
    number, document = agreement.number, version.content
    offered = version.offered_at
    return {
        "organisation": names.organisation(agreement.youth_office_id),
        "number": number,
        "lines": [
            f"Fassung {version.number}",
            f"zur Unterschrift gelegt am {instant_words(offered)}" if offered else "Entwurf",
        ],
        "running": running_title(document["title"]),
        "foot": f"{number}, Fassung {version.number}, Prüfsumme {version.content_hash[:16]} …",
        "watermark": None if offered else "ENTWURF",
    }


def running_title(title: str) -> str:
    """As much of a title as fits above every page."""
    return shorten(title, 90, placeholder=" …")


def agreement_paper(agreement: Agreement, version: AgreementVersion, names: Names) -> dict[str, Any]:
    """Everything the template prints: parties, preamble, paragraphs, signatures, checksum, annexes."""
    content = AgreementContent.model_validate(content_of(version.content))
    return {
        "head": head_of(agreement, version, names),
        "kind": kind_words(agreement.kind),
        "banner": _banner(agreement, version),
        "parties": _parties(version, names),
        "facts": [
            ["gilt ab", day_words(content.valid_from)],
            [
                "gilt bis",
                "unbefristet" if content.valid_to is None else f"einschließlich {day_words(content.valid_to)}",
            ],
            *([["für die Hilfen", words_of(content.service_kinds)]] if content.service_kinds else []),
        ],
        "preamble": content.preamble,
        "sections": _sections(content, names, _fixed_offers(version.content, names)),
        "award": _award(agreement, version),
        "signatures": list(_signatures(agreement, version, names)),
        "checksum": version.content_hash,
        "verify": _VERIFY,
        "annexes": _annexes(content, names),
    }


def source_of(version: AgreementVersion) -> Source:
    """The text exactly as it is hashed, carried inside the paper."""
    return Source(
        SOURCE_NAME, "application/json", canonical(version.content), "Der Text, über den die Prüfsumme gebildet ist"
    )


def kind_words(kind: AgreementKind) -> str:
    """The kind with its law: Vereinbarung über ambulante Leistungen (§ 77 SGB VIII)."""
    title = kind.title_de[0].upper() + kind.title_de[1:]
    return f"{title.removesuffix(')')} SGB VIII)"


def _banner(agreement: Agreement, version: AgreementVersion) -> str | None:
    if agreement.state is AgreementState.WITHDRAWN:
        return _GIVEN_UP
    if version.offered_at is not None:
        return None
    return _DRAFT if version.closed_at is None else _OLD_DRAFT


def _parties(version: AgreementVersion, names: Names) -> list[dict[str, Any]]:
    providers = version.content["provider_ids"]
    named = [(version.content["youth_office_id"], "im Folgenden: Jugendamt")]
    named += [(id_, "im Folgenden: Träger") for id_ in providers]
    return [
        {"name": names.organisation(UUID(id_)), "role": role, "joint": _joint(place, len(named))}
        for place, (id_, role) in enumerate(named)
    ]


def _joint(place: int, count: int) -> str | None:
    """The word between this party and the next: the office stands on one side, the providers on the other."""
    return "und" if place in (0, count - 2) and place < count - 1 else None


def _fixed_offers(document: Mapping[str, Any], names: Names) -> dict[str, str]:
    """What a text that is fixed calls its offers: as they were published when it was laid before the parties."""
    told = {}
    for offer in document.get("offers", ()):
        known = names.offers.get(UUID(offer["offer_id"]))
        owner = f" ({names.organisation(known.provider_id)})" if known else ""
        told[offer["offer_id"]] = f"{offer['title']}{owner}, Fassung {offer['number']}, SHA-256 {offer['content_hash']}"
    return told


def _sections(content: AgreementContent, names: Names, fixed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The clauses, then what is agreed in figures; numbered through."""
    sections: list[dict[str, Any]] = [{"title": clause.title, "text": clause.text} for clause in content.clauses]
    if content.offer_ids or content.handbook_version_id:
        sections.append({"title": "Leistungsangebote und Qualitätshandbuch", "rows": _basis(content, names, fixed)})
    if content.report_rules:
        sections.append({"title": "Berichtswesen", "rows": _pairs(rules_rows(content.report_rules))})
    if content.billing_terms is not None:
        sections.append({"title": "Entgelt und Abrechnung", **_billing(content.billing_terms)})
    if content.safeguarding_terms is not None:
        rows = rows_of(content.safeguarding_terms, "")
        sections.append(
            {"title": "Schutzauftrag bei Kindeswohlgefährdung (§ 8a Abs. 4 SGB VIII)", "rows": _pairs(rows)}
        )
    sections.append(
        {"title": "Laufzeit, Kündigung und Überprüfung", "rows": _pairs(rows_of(content, "", skip=_ELSEWHERE))}
    )
    named = " und ".join(
        word for word, is_there in (("Standards", content.standard_ids), ("Vordrucke", content.forms)) if is_there
    )
    if named:
        text = f"Die {named} in den Anlagen sind Teil dieser Vereinbarung und für alle Parteien verbindlich."
        sections.append({"title": "Anlagen", "text": text})
    empty: dict[str, Any] = {"text": None, "rows": [], "tables": []}
    return [
        {**empty, **section, "title": f"§\u00a0{number}\u2002{section['title']}"}
        for number, section in enumerate(sections, 1)
    ]


def _basis(content: AgreementContent, names: Names, fixed: Mapping[str, str]) -> list[list[str]]:
    """What is described elsewhere and agreed on by naming it, with its version."""
    titles = names.titles()
    rows = [["Leistungsangebot", fixed.get(str(id_)) or titles.get(str(id_), str(id_))] for id_ in content.offer_ids]
    handbook = content.handbook_version_id
    return rows if handbook is None else [*rows, ["Qualitätshandbuch", titles.get(str(handbook), str(handbook))]]


def _billing(terms: BillingTerms) -> dict[str, Any]:
    """The rules as one table, the activities and the rates of each kind of help as two more."""
    rows = list(rows_of(terms, "", skip=frozenset({"activities", "service_kinds"})))
    activities = [[kind.title_de, activity_words(rule)] for kind, rule in in_order(terms.activities)]
    activities.append(["alle übrigen Tätigkeiten", activity_words(None)])
    rates = [
        [kind.title_de, format_euro_de(terms.rate_cents if rule.rate_cents is None else rule.rate_cents)]
        for kind, rule in in_order(terms.service_kinds)
    ]
    tables = [{"title": "Abrechenbare Tätigkeiten", "head": ["Tätigkeit", "Abrechnung"], "rows": activities}]
    if rates:
        tables.append({"title": "Entgelt je Hilfeart", "head": ["Hilfeart", "Entgeltsatz je Einheit"], "rows": rates})
    return {"rows": _pairs(rows), "tables": tables}


def _pairs(rows: Iterable[Row]) -> list[list[str]]:
    return [[row.title, row.text] for row in rows]


def _award(agreement: Agreement, version: AgreementVersion) -> str | None:
    """The Schiedsstelle's decision stands for the signatures (§ 78g SGB VIII)."""
    if not has_award(agreement) or agreement.schiedsstelle is None or version.number != agreement.current_number:
        return None
    case, decided_on = agreement.schiedsstelle, date.fromisoformat(agreement.schiedsstelle["decided_on"])
    return (
        f"Festgesetzt durch Entscheidung von: {case['board']}, vom {day_words(decided_on)}, "
        f"Aktenzeichen {case['reference']} (§ 78g SGB VIII). Die Entscheidung steht für die Unterschriften."
    )


def _signatures(agreement: Agreement, version: AgreementVersion, names: Names) -> Iterator[dict[str, Any]]:
    """A field for each party of the text, and for those that joined it later."""
    office, signed = agreement.youth_office_id, {row.organisation_id: row for row in version.signatures}
    parties = {party.organisation_id: party for party in agreement.parties}
    in_text = [office, *(UUID(id_) for id_ in version.content["provider_ids"])]
    for id_ in dict.fromkeys([*in_text, *signed]):
        signature, party = signed.get(id_), parties.get(id_)
        lines = ["Jugendamt" if id_ == office else "Träger"]
        lines += [f"{signature.name}, {signature.function}"] if signature else []
        lines += [f"beigetreten zum {day_words(party.joined_on)}"] if party and party.joined_on else []
        lines += [f"ausgeschieden mit Ablauf des {day_words(party.leaves_on)}"] if party and party.leaves_on else []
        yield {
            "name": names.organisation(id_),
            "lines": lines,
            "signed": f"elektronisch unterschrieben am {instant_words(signature.signed_at)}" if signature else None,
            "open": "noch nicht unterschrieben" if version.closed_at is None else "nicht unterschrieben",
        }


def _annexes(content: AgreementContent, names: Names) -> list[dict[str, Any]]:
    annexes = []
    if content.standard_ids:
        entries = [_standard(names.standards.get(id_), id_) for id_ in content.standard_ids]
        annexes.append({"title": "Standards", "text": None, "entries": entries})
    annexes += [_form(form.purpose, form.form_version_id, names) for form in content.forms]
    return [{**annex, "title": f"Anlage {number}: {annex['title']}"} for number, annex in enumerate(annexes, 1)]


def _standard(standard: Standard | None, id_: UUID) -> dict[str, Any]:
    if standard is None:
        return _entry(f"Standard {id_}", "Dieser Standard ist für Sie nicht lesbar.")
    told = [
        ("Qualitätsdimension", words_of(standard.dimension)),
        ("Qualitätsbereich", standard.quality_area and words_of(standard.quality_area)),
        ("Beobachtbare Kriterien", "\n".join(standard.criteria)),
        ("Woran man es sieht", standard.indicator),
        ("Zielwert", standard.target),
        ("Verfehlt unter", standard.threshold),
        ("Nachweis", standard.evidence),
    ]
    rows = [[name, value] for name, value in told if value]
    return _entry(standard_title(standard), standard.text, ["Merkmal", "Festlegung"], rows, [1, 2])


def _form(purpose: FormPurpose, id_: UUID, names: Names) -> dict[str, Any]:
    known = names.forms.get(id_)
    if known is None:
        return {
            "title": f"Vordruck für: {purpose.title_de}",
            "text": f"Vordruck {id_}: für Sie nicht lesbar.",
            "entries": [],
        }
    form, version = known
    rows = [
        [{"text": entry.title, "depth": entry.depth}, "ja" if entry.is_required else "nein", entry.kind]
        for entry in entries_of(version.schema)
    ]
    entry = _entry("Angaben", None, ["Angabe", "Pflicht", "Was einzutragen ist"], rows, [5, 1, 5])
    return {
        "title": f"Vordruck „{form.title}“, Fassung {version.number}",
        "text": f"Verbindlich für: {purpose.title_de}. Veröffentlicht am {instant_words(version.published_at)}.",
        "entries": [entry],
    }


def _entry(title: str, text: str | None, head: Any = (), rows: Any = (), columns: Any = ()) -> dict[str, Any]:
    return {"title": title, "text": text, "head": head, "rows": rows, "columns": columns}
