"""Documents are accessible, can be archived, and print what they are given: nothing of it is ever markup."""

import json
import re
import unicodedata
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.core import documents
from app.core.documents import DocumentFailed, Source, render
from app.core.problems import Unavailable

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def data(*texts: str, watermark: str | None = None) -> dict[str, Any]:
    """The smallest document: a name and a value for each text, and a table of them."""
    head = {"organisation": "Stadt Musterstadt", "number": "QV-1", "lines": [], "running": "Lauf", "foot": "Fuß"}
    return {
        "head": {**head, "watermark": watermark},
        "kind": "Probe",
        "facts": [["Angabe", text] for text in texts],
        "wordings": [],
        "clauses": [],
        "lists": [],
        "terms": [{"title": "Tabelle", "rows": [["Angabe", text, text] for text in texts]}],
    }


def printed(*texts: str, title: str = "Probe", source: Source | None = None) -> PdfReader:
    return PdfReader(BytesIO(render("agreement_changes", data(*texts), title=title, made_at=AT, source=source)))


def words(document: PdfReader) -> str:
    """What stands on the pages, without blanks, breaks and hyphens."""
    return re.sub(r"[\s\u00ad\u200b\u200d-]", "", "".join(page.extract_text() for page in document.pages))


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (render("agreement_changes", data("ä"), title="T", made_at=AT) for _ in range(2))
    assert first == second
    assert first != render("agreement_changes", data("ö"), title="T", made_at=AT)


def test_it_says_that_it_is_archivable_and_accessible() -> None:
    document = printed("Straße", title="Vereinbarung über Hilfen")
    catalog: Any = document.trailer["/Root"]
    assert catalog["/Lang"] == "de-DE"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert (document.metadata.title, document.metadata.author) == ("Vereinbarung über Hilfen", "Stadt Musterstadt")
    about = catalog["/Metadata"].get_data().decode()
    assert re.search(r"<pdfaid:part>3</.*<pdfaid:conformance>A</", about, re.DOTALL)
    assert "<pdfuaid:part>1</" in about
    assert {"/Table", "/TH", "/H1"} <= roles(catalog["/StructTreeRoot"])


def roles(node: Any) -> set[str]:
    """Every kind of element of the structure that screen readers follow."""
    node = node.get_object()
    if isinstance(node, list):
        return {role for kid in node for role in roles(kid)}
    if not isinstance(node, dict):
        return set()
    found = {str(node["/S"])} if "/S" in node else set()
    return found | (roles(node["/K"]) if "/K" in node else set())


def test_every_page_is_numbered() -> None:
    document = printed(*["Zeile"] * 100)
    count = len(document.pages)
    assert count > 2
    for number, page in enumerate(document.pages, 1):
        assert f"Seite {number} von {count}" in page.extract_text()
    assert "Gegenstand" in document.pages[count - 1].extract_text(), "a table's head is repeated"


HOSTILE = {
    "import": '#import "/etc/passwd": *',
    "read": '#read("house.typ")',
    "evaluate": "#eval(1+1) #{ 1 + 1 } #sys.inputs",
    "let": "#let x = 1; #set page(fill: red); #panic()",
    "formula": "$ x^2 + integral $ und $y$",
    "emphasis": "*fett* _kursiv_ `roh` ```typ #1```",
    "reference": "@quelle <marke> https://example.org/x",
    "comment": "vor // nicht weg /* auch nicht */ nach",
    "heading": "= Überschrift",
    "list": "- eins + zwei / drei: vier",
    "escape": "\\ \\u{1F600} \\# ~ --- ... \" '",
    "json": '"}], "data": {"x": [',
    "old law": "§§ 77, 78b; „Träger“ ‚x‘ – ﬁ ½ € → Łódź Ελλάδα Київ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_text_is_never_markup(text: str) -> None:
    document = printed(text, title=text)
    assert document.metadata is not None
    assert document.metadata.title == text
    assert words(document).count(re.sub(r"[\s-]", "", text)) >= 3


def test_right_to_left_is_printed() -> None:
    shown = words(printed("שלום", "مرحبا"))
    assert "שלום" in shown
    assert unicodedata.normalize("NFKC", shown).count("مرحبا") >= 2


UNPRINTABLE = {
    "emoji": ("Danke 😀!", "Danke[U+1F600]!"),
    "a family": ("👨\u200d👩", "[U+1F468][U+1F469]"),
    "Chinese": ("中", "[U+4E2D]"),
    "turns the direction": ("12 \u202e34", "12[U+202E]34"),
    "isolates": ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
    "private": ("\ue000", "[U+E000]"),
    "no character": ("\ufffe\U0010ffff", "[U+FFFE][U+10FFFF]"),
    "byte order": ("\ufeffa", "[U+FEFF]a"),
}


@pytest.mark.parametrize(("text", "shown"), UNPRINTABLE.values(), ids=UNPRINTABLE.keys())
def test_what_no_font_has_is_printed_by_its_number(text: str, shown: str) -> None:
    assert words(printed(text, title=text)).count(shown) >= 3


def test_every_character_that_counts_as_printable_is_in_the_fonts() -> None:
    """One that is not would push the whole document into plain Latin: see `render`."""
    shown = [char for code in range(0x20, 0x10000) if not documents._UNPRINTED.match(char := chr(code))]
    text = json.dumps({"title": "T", "data": data(" ".join(shown)), "source": None})
    assert documents._typeset("agreement_changes", text, 0) is not None
    assert len(shown) > 2000


def test_marks_that_no_font_can_put_together_fall_back_to_numbers() -> None:
    """A letter of one font under marks of another fails as a whole, though each is in a font."""
    together = "∑\u0489"
    text = json.dumps({"title": "T", "data": data(together), "source": None})
    assert documents._typeset("agreement_changes", text, 0) is None
    assert words(printed(together)).count("[U+2211][U+0489]") >= 2


@pytest.mark.parametrize("text", ["x" * 10_000, "https://example.org/" + "a/b?c=" * 300, "W" * 79, "ab " * 3333])
def test_long_text_stays_on_the_page(text: str) -> None:
    document = printed(text)
    places: list[float] = []
    for page in document.pages:
        page.extract_text(visitor_text=lambda text, _cm, tm, *_: places.append(tm[4] if text.strip() else 0))
    assert max(places) < 595 - 20
    assert words(document).count("".join(text.split())) >= 1 or len(document.pages) > 1


def test_a_file_for_machines_is_carried_inside_unchanged() -> None:
    content = '{"text":"😀 \u202e ﬁ"}'
    document = printed("x", source=Source("text.json", "application/json", content, "Der Text"))
    assert [item.decode() for item in document.attachments["text.json"]] == [content]


def test_a_watermark_is_no_content() -> None:
    """It lies behind the page and is not read aloud."""
    pdf = render("agreement_changes", data("x", watermark="ENTWURF"), title="T", made_at=AT)
    page = PdfReader(BytesIO(pdf)).pages[0]
    assert "ENTWURF" in words(PdfReader(BytesIO(pdf)))
    assert b"/Artifact" in page.get_contents().get_data().partition(b"/Span")[0]  # type: ignore[union-attr]


def test_a_template_that_does_not_fit_its_data_is_a_fault() -> None:
    with pytest.raises(DocumentFailed, match="agreement_changes"):
        render("agreement_changes", {"head": {}}, title="T", made_at=AT)


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_SECONDS", 0.001)
    with pytest.raises(Unavailable):
        render("agreement_changes", data("x"), title="T", made_at=AT)


def test_too_many_at_once_wait_and_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_SECONDS", 0.001)
    with documents._DESKS, documents._DESKS, pytest.raises(Unavailable):
        render("agreement_changes", data("x"), title="T", made_at=AT)


def test_a_name_of_a_file_holds_nothing_strange() -> None:
    answer = documents.answer(b"", 'QV-2026-0007/1 "ü"\r\nx')
    assert answer.headers["Content-Disposition"] == 'inline; filename="QV-2026-0007-1-x.pdf"'
