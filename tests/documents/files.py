"""Small documents, written by hand (ISO 32000-1, 7.5; ECMA-376, Parts 1 and 2)."""

from __future__ import annotations

import io
import zipfile
import zlib

NAMES = "http://schemas.openxmlformats.org"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def pdf(*pages: str, title: str | None = None, trailer: bytes = b"", stream: bytes | None = None) -> bytes:
    """A PDF file with these pages, whose lines end in ``\\n``; ``stream`` takes the place of each one's content."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        lines = b" 0 -18 Td ".join(b"(%s) Tj" % line.encode("cp1252") for line in page.splitlines())
        content = stream if stream is not None else zlib.compress(b"BT /F1 12 Tf 72 760 Td %s ET" % lines)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number),
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    info = b""
    if title is not None:
        objects.append(b"<< /Title <%s> >>" % (b"\xfe\xff" + title.encode("utf-16-be")).hex().encode())
        info = b" /Info %d 0 R" % len(objects)
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        info,
        trailer,
        table,
    )
    return bytes(out)


def docx(body: str, *, title: str | None = None, doctype: str = "", kind: str = WORD) -> bytes:
    """A Word file whose ``w:body`` is this XML."""
    office = f"{NAMES}/officeDocument/2006/relationships"
    relations = f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
    parts = {}
    if title is not None:
        relations += (
            f'<Relationship Id="rId2" Type="{NAMES}/package/2006/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/>'
        )
        parts["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{NAMES}/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>'
        )
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    parts |= {
        "[Content_Types].xml": (
            f'<Types xmlns="{NAMES}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/docProps/core.xml" ContentType="{core}"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
        ),
        "_rels/.rels": f'<Relationships xmlns="{NAMES}/package/2006/relationships">{relations}</Relationships>',
        "word/document.xml": (
            f'{doctype}<w:document xmlns:w="{NAMES}/wordprocessingml/2006/main" '
            'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<w:body>{body}</w:body></w:document>"
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, xml in parts.items():
            package.writestr(zipfile.ZipInfo(name), xml, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
