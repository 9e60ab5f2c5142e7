"""A web font with one sign, a small square on U+25AA (OpenType tables in a WOFF 1.0 file, W3C Recommendation 2012)."""

from __future__ import annotations

import struct
import zlib


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


def _glyph() -> bytes:
    """A square of four points, each given as a long difference."""
    points = [(100, 0), (0, 500), (500, 0), (0, -500)]
    head = struct.pack(">hhhhh", 1, 100, 0, 600, 500) + struct.pack(">HH", 3, 0)
    flags = b"\x01" * 4
    xs = b"".join(struct.pack(">h", x) for x, _ in points)
    ys = b"".join(struct.pack(">h", y) for _, y in points)
    return head + flags + xs + ys


def _tables() -> dict[bytes, bytes]:
    glyph = _glyph()
    glyph += b"\0" * (-len(glyph) % 4)
    segments = struct.pack(">HHHH", 4, 4, 1, 0)
    subtable = segments + struct.pack(">HHHHHhhHH", 0x25AA, 0xFFFF, 0, 0x25AA, 0xFFFF, 1 - 0x25AA, 1, 0, 0)
    cmap = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(">HHH", 4, len(subtable) + 6, 0) + subtable
    strings = ["Harbour Marks", "Regular", "Harbour Marks Regular", "HarbourMarks-Regular"]
    data, records = b"", b""
    for number, string in zip((1, 2, 4, 6), strings, strict=True):
        encoded = string.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(encoded), len(data))
        data += encoded
    name = struct.pack(">HHH", 0, len(strings), 6 + len(records)) + records + data
    os2 = struct.pack(">HhHHH", 4, 700, 400, 5, 0) + struct.pack(">hhhhhhhhhhh", *[0] * 11) + bytes(10)
    os2 += struct.pack(">IIII", 0, 0, 0, 0) + b"DEMO" + struct.pack(">HHH", 0x40, 0x25AA, 0x25AA)
    os2 += (
        struct.pack(">hhhHH", 800, -200, 0, 800, 200)
        + struct.pack(">II", 0, 0)
        + struct.pack(">hhHHH", 0, 0, 0, 0x20, 1)
    )
    head = struct.pack(
        ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 100, 0, 600, 500, 0, 8, 2, 1, 0
    )
    return {
        b"OS/2": os2,
        b"cmap": cmap,
        b"glyf": glyph,
        b"head": head,
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 0, 700, 0, 100, 600, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", 700, 0, 700, 100),
        b"loca": struct.pack(">III", 0, 0, len(glyph)),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": name,
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }


def marks_woff() -> bytes:
    tables = _tables()
    sfnt_size = 12 + 16 * len(tables) + sum(len(data) + -len(data) % 4 for data in tables.values())
    offset, directory, body = 44 + 20 * len(tables), b"", b""
    for tag, data in sorted(tables.items()):
        packed = zlib.compress(data, 9)
        stored = packed if len(packed) < len(data) else data
        directory += tag + struct.pack(">IIII", offset + len(body), len(stored), len(data), _checksum(data))
        body += stored + b"\0" * (-len(stored) % 4)
    total = offset + len(body)
    header = b"wOFF" + struct.pack(">IIHHIHHIIIII", 0x10000, total, len(tables), 0, sfnt_size, 1, 0, 0, 0, 0, 0, 0)
    return header + directory + body
