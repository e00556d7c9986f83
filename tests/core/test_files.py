"""Files are what they say they are, can do nothing, and are called something harmless."""

import pytest

from app.core.files import JPEG, PDF, PNG, TEXT, FileRefused, clean_name, download, inspect
from app.core.problems import UnsupportedMediaType
from tests.core import files_of
from tests.core.files_of import EICAR, packed, pdf, png


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (pdf(), PDF),
        (packed(), PDF),
        (png(), PNG),
        (files_of.JPEG, JPEG),
        ("Ein Gespräch.\r\n\tZweite Zeile".encode(), TEXT),
        ("\ufeffMit Marke".encode(), TEXT),
    ],
    ids=range(6),
)
def test_what_is_what_it_says_passes(data: bytes, media_type: str) -> None:
    inspect(data, media_type)


@pytest.mark.parametrize(
    ("data", "media_type", "why"),
    [
        (b"", TEXT, "leer"),
        (png(), PDF, "nicht, was"),
        (pdf(), PNG, "nicht, was"),
        (b" " + pdf(), PDF, "nicht, was"),
        (b"MZ\x90\x00", JPEG, "nicht, was"),
        (b"a\x00b", TEXT, "nicht, was"),
        (b"\xff\xfe", TEXT, "nicht, was"),
        (EICAR, TEXT, "Schadprogramm"),
        (png() + EICAR, PNG, "Schadprogramm"),
        (pdf("/JavaScript"), PDF, "Programme"),
        (pdf("file"), PDF, "Programme"),
        (pdf("/Launch"), PDF, "Programme"),
        (pdf("/SubmitForm"), PDF, "Programme"),
        (packed(b"/OpenAction<</S/JavaScript/JS(x)>>"), PDF, "Programme"),
        (packed(b"/OpenAction<</S/J#61vaScript/#4aS(x)>>"), PDF, "Programme"),
        (packed(b"/Names<</EmbeddedFiles<</Names[]>>>>"), PDF, "Programme"),
        (packed() + b"\n9 0 obj<</S/L#61unch>>endobj", PDF, "Programme"),
        (pdf("encrypted"), PDF, "verschlüsselt"),
        (b"%PDF-1.7\nnothing", PDF, "nicht lesbar"),
        (b"%PDF-1.7\n" + b"[" * 100_000, PDF, "nicht lesbar"),
    ],
    ids=range(20),
)
def test_what_is_something_else_or_acts_is_refused(data: bytes, media_type: str, why: str) -> None:
    with pytest.raises(FileRefused) as refused:
        inspect(data, media_type)
    assert why in refused.value.render("de")["detail"]


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/zip", ""])
def test_other_types_are_not_taken(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        inspect(b"<svg/>", media_type)


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("Zeugnis.pdf", PDF, "Zeugnis.pdf"),
        ("Foto.JPEG", JPEG, "Foto.jpg"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("C:\\Bilder\\Haus.png", PNG, "Haus.png"),
        (".htaccess", TEXT, "htaccess.txt"),
        ("rechnung\u202efdp.exe", PDF, "rechnungfdp.exe.pdf"),
        ('a"b\r\nSet-Cookie: x=1', PDF, "abSet-Cookie x=1.pdf"),
        ("   ", PDF, "Anlage.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("x" * 300, PDF, "x" * 120 + ".pdf"),
        ("Ma\u0308rz.txt", TEXT, "März.txt"),
    ],
)
def test_names_are_made_harmless(name: str, media_type: str, clean: str) -> None:
    assert clean_name(name, media_type) == clean


def test_a_download_is_kept_and_never_run() -> None:
    headers = download(b"x", PDF, "Größe 1.pdf").headers
    assert headers["content-disposition"] == (
        "attachment; filename=\"Gr__e 1.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.pdf"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")
