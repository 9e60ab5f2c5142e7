"""The key for comparing printed names: two names are the same if, and only if, their keys are equal."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_UNIFIED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼʹ′`´ʻ", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣", "-"),
        # Soft hyphen, zero-width characters and direction marks print nothing.
        **dict.fromkeys(
            "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ),
        "œ": "oe",
        "æ": "ae",
    }
)


_LONGEST_KEPT = 200


class _Bases(dict[int, int]):
    """Code point -> the same without its accents where that leaves an ASCII letter; filled on demand."""

    def __missing__(self, code: int) -> int:
        base = unicodedata.normalize("NFD", chr(code))[0]
        self[code] = ord(base) if base.isascii() else code
        return self[code]


_UNACCENTED = _Bases()


def key(text: str) -> str:
    """Reduce ``text`` to its key.

    Unicode NFKC (UAX #15) and case folding; white space folded; quotes and dashes unified; accents dropped from Latin
    letters only, because the marks of other scripts are letters of their own (``й``, ``أ``); a closing colon and the
    asterisk of ``Kosovo*`` dropped.
    """
    # Labels and names come again on every page; paragraphs do not and would fill the memory.
    return _kept(text) if len(text) <= _LONGEST_KEPT else _key(text)


def _key(text: str) -> str:
    if text.isascii():
        # Of all that is done below, this changes ASCII.
        text = text.replace("`", "'").lower()
    else:
        text = unicodedata.normalize("NFKC", text.translate(_UNIFIED)).casefold().translate(_UNIFIED)
        text = unicodedata.normalize("NFC", text).translate(_UNACCENTED)
    return " ".join(text.split()).rstrip(":* ").lstrip("* ")


_kept = lru_cache(maxsize=8192)(_key)
