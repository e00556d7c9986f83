"""Files that tests hand in."""

import io
import struct
import zlib

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(*acts: str) -> bytes:
    """A PDF of one page that does what is named."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for act in acts:
        if act == "file":
            writer.add_attachment("x.txt", b"x")
        elif act == "encrypted":
            writer.encrypt("geheim")
        else:
            action = DictionaryObject({NameObject("/S"): NameObject(act), NameObject("/F"): TextStringObject("x")})
            writer.root_object[NameObject("/OpenAction")] = action
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def packed(action: bytes = b"") -> bytes:
    """A PDF whose objects lie compressed within a stream, so that no name of theirs stands in it plainly."""
    inner = [
        b"<</Type/Catalog/Pages 2 0 R" + action + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    offsets = [sum(len(one) + 1 for one in inner[:place]) for place in range(len(inner))]
    index = b" ".join(b"%d %d" % (place + 1, offset) for place, offset in enumerate(offsets)) + b" "
    body = zlib.compress(index + b" ".join(inner))
    made = b"%PDF-1.7\n"
    stream_at = len(made)
    made += b"4 0 obj<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>stream\n" % (len(index), len(body))
    made += body + b"\nendstream endobj\n"
    table_at = len(made)
    rows = [(0, 0, 65535), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, stream_at, 0), (1, table_at, 0)]
    table = zlib.compress(b"".join(struct.pack(">BHH", *row) for row in rows))
    made += b"5 0 obj<</Type/XRef/Size 6/Root 1 0 R/W[1 2 2]/Filter/FlateDecode/Length %d>>stream\n" % len(table)
    return made + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % table_at


def png() -> bytes:
    """A picture of one grey point."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
