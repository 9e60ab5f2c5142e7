"""The key under which printed names are compared: equal keys mean the same name, nothing else does."""

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


def key(text: str) -> str:
    """``text`` reduced to what makes it the same name.

    Unicode NFKC (UAX #15) and case folding; white space folded; quotes and dashes unified; accents dropped from Latin
    letters only, because the marks of other scripts are letters of their own (``й``, ``أ``); a closing colon and the
    asterisk of ``Kosovo*`` dropped.
    """
    # Labels and names come again on every page; paragraphs do not and would fill the memory.
    return _kept(text) if len(text) <= _LONGEST_KEPT else _key(text)


def _key(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_UNIFIED)).casefold().translate(_UNIFIED)
    text = "".join(_unaccented(character) for character in unicodedata.normalize("NFC", text))
    return " ".join(text.split()).rstrip(":* ").lstrip("* ")


def _unaccented(character: str) -> str:
    if character.isascii():
        return character
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else character


_kept = lru_cache(maxsize=8192)(_key)
