"""Files that the site offers, made on the fly: PDF, Word, PNG, icon and web font. Same path, same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from .dice import Dice
from .font import marks_woff
from .model import File

ROOT = "/sites/g/files/tmzbdl416/files"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
THEME = Path(__file__).with_name("theme")
STATIC = {
    f"{ROOT}/css/css_harbour.css": ("text/css", "main.css"),
    f"{ROOT}/themes/print.css": ("text/css", "print.css"),
    "/themes/custom/harbour/css/colours.css": ("text/css", "colours.css"),
    f"{ROOT}/js/js_harbour.js": ("text/javascript", "banner.js"),
    "/themes/custom/harbour/logo.svg": ("image/svg+xml", "logo.svg"),
    "/themes/custom/harbour/images/waves.svg": ("image/svg+xml", "waves.svg"),
}
"""Path -> media type and file of the theme."""

STYLES = {"large": (640, 360), "medium": (320, 180), "thumbnail": (100, 100)}


@lru_cache(maxsize=4096)
def fetch(path: str, edition: int = 0, padding: int = 0) -> tuple[str, bytes] | None:
    """(media type, content) of the percent-encoded ``path``, None when the site has no such file.

    ``edition`` changes the bytes of a document and not their number, ``padding`` their number (see ``model.File``).
    """
    if path in STATIC:
        media_type, name = STATIC[path]
        return media_type, (THEME / name).read_bytes()
    if found := re.fullmatch(r"/themes/custom/harbour/images/objective-(\d{1,2})\.svg", path):
        return "image/svg+xml", objective_icon(int(found[1])).encode()
    if path == "/themes/custom/harbour/favicon.ico":
        return "image/vnd.microsoft.icon", icon(png(32, 32, "favicon"))
    if path == "/themes/custom/harbour/fonts/marks.woff":
        return "font/woff", marks_woff()
    if not path.startswith(f"{ROOT}/"):
        return None
    name = unquote(path.removeprefix(f"{ROOT}/"))
    if found := re.fullmatch(r"styles/(\w+)/public/(.+\.png)", name):
        size = STYLES.get(found[1])
        return ("image/png", png(*size, found[2])) if size else None
    kinds = {"pdf": ("application/pdf", pdf), "docx": (DOCX, docx)}
    if name.startswith(("docs/", "resources_files/")) and name.rsplit(".", 1)[-1] in kinds:
        media_type, make = kinds[name.rsplit(".", 1)[-1]]
        return media_type, make(name, edition, padding)
    if name.endswith(".png") and re.match(r"(inline-images|\d{4}-\d\d)/", name):
        return "image/png", png(480, 270, name)
    return None


def pdf(name: str, edition: int = 0, padding: int = 0) -> bytes:
    """One page with the file's name (PDF 1.4, ISO 32000-1, 7.5: header, objects, cross-reference table, trailer)."""
    shown = name.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    origin = b"Invented for the demonstration portal."
    if edition:
        origin = (b"Replaced; this is edition no. %d" % (edition + 1)).ljust(len(origin), b".")
    lines = b" Tj 0 -18 Td ".join(b"(" + line + b")" for line in (shown, origin))
    content = b"BT /F1 14 Tf 72 760 Td " + lines + b" Tj ET\n" + b"% padding\n" * (Dice(name).number(0, 900) + padding)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources 6 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content),
        b"<< /Font << /F1 4 0 R >> >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def docx(name: str, edition: int = 0, padding: int = 0) -> bytes:
    """The smallest package that word processors open (ECMA-376, Part 1, 11.3.10 and Part 2)."""
    names = "http://schemas.openxmlformats.org"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{names}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{names}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{names}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>"
        ),
        "word/document.xml": (
            f'<w:document xmlns:w="{names}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{name}</w:t></w:r></w:p>'
            f"{'<!-- line -->' * padding}"
            "</w:body></w:document>"
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for part, xml in parts.items():
            package.writestr(zipfile.ZipInfo(part, (1980 + edition, 1, 1, 0, 0, 0)), head + xml)
    return buffer.getvalue()


def png(width: int, height: int, name: str) -> bytes:
    """A calm picture: sky, sea and a sun whose place and colours come from ``name`` (PNG, RFC 2083)."""
    dice = Dice("png", name)
    hue, line, sun = dice.number(0, 40), height * dice.number(45, 65) // 100, (dice.number(20, 80), dice.number(15, 40))
    x, y, radius = width * sun[0] // 100, height * sun[1] // 100, max(2, height // 9)
    rows = bytearray()
    for row in range(height):
        shade = row * 60 // height
        if row < line:
            pixel = bytes((235 - hue - shade, 225 - shade, 210 + shade // 2))
        else:
            pixel = bytes((20 + hue, 90 + shade - (row % 6), 120 + shade))
        scan = bytearray(pixel * width)
        reach = radius**2 - (row - y) ** 2
        if reach > 0 and row < line:
            half = int(reach**0.5)
            left, right = max(0, x - half), min(width, x + half)
            scan[left * 3 : right * 3] = bytes((246, 182, 70)) * (right - left)
        rows += b"\0" + scan

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


def objective_icon(number: int) -> str:
    """The sign of an objective: its number on a coloured square."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
        f'<rect width="40" height="40" rx="4" fill="hsl({number * 15} 55% 38%)"/>'
        f'<text x="20" y="27" font-size="18" text-anchor="middle" fill="#fff" font-family="sans-serif">{number}</text>'
        "</svg>"
    )


def icon(image: bytes) -> bytes:
    """An ICO file with one PNG of 32 pixels."""
    return struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 32, 32, 0, 0, 1, 24, len(image), 22) + image


def size(file: File) -> int:
    """Bytes of a file that exists."""
    return len(_content(file))


def sha256(file: File) -> str:
    return hashlib.sha256(_content(file)).hexdigest()


def _content(file: File) -> bytes:
    found = fetch(file.path, file.edition, file.padding)
    if found is None:
        raise KeyError(file.path)
    return found[1]
