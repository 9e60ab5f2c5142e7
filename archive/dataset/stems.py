"""Turns the words of texts and queries into stems without case, accents and variant letters.

``Migrants``, ``migrant`` and ``migrants'`` have the same stem, and so have ``Мигранты`` and ``мигрантов``, or
``المهاجرين`` and ``مهاجر``. Texts and queries use the same functions, so that equal stems match.

- The stemmers are those of Snowball (https://snowballstem.org). They get the word with its accents, because French and
  Spanish endings have accents; then accents are removed from the stem.
- Arabic has a light stemmer here, after Larkey, Ballesteros and Connell, "Light Stemming for Arabic Information
  Retrieval" (2007), "light10": it removes an article, "and", and endings. Snowball's stemmer keeps the article after
  "and" (``والحدود``) and removes the first letter of ``سياسات``.
- Chinese and Japanese are not split into words but into characters: a word is a sequence of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import Stemmer

_MARKS = "\u00ad\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u200c\u200d"
"""Marks within a word that are not letters: soft hyphens, joiners, stress marks, Arabic vowel signs."""

_CHARACTERS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters and Japanese letters."""

TOKEN = re.compile(rf"[{_CHARACTERS}]|[^\W_{_CHARACTERS}]+(?:[{_MARKS}]+[^\W_{_CHARACTERS}]*)*")
"""A word of a text, unchanged, or a Chinese character."""

_IS_CHARACTER = re.compile(rf"[{_CHARACTERS}]")
_REMOVED = re.compile(r"[\W_\u0640]+")
"""Characters removed from words: marks, the Arabic tatweel, and the punctuation in decomposed forms such as ⒈."""

_LETTERS = str.maketrans(
    {
        # Letters without a decomposition in Unicode, with their usual replacements.
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th",
        # As Lucene's ArabicNormalizer: one alef, one ya, and ta marbuta as ha. Hamza is a mark and removed with these.
        "ٱ": "ا", "ى": "ي", "ة": "ه",
        # Persian letters that some keyboards produce instead.
        "ی": "ي", "ک": "ك",
        **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)},
    }
)  # fmt: skip

_SNOWBALL = {
    "en": "english", "fr": "french", "es": "spanish", "ru": "russian", "pt": "portuguese", "de": "german",
    "it": "italian", "nl": "dutch", "ro": "romanian", "sv": "swedish", "da": "danish", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "fi": "finnish", "hu": "hungarian", "tr": "turkish", "ca": "catalan",
}  # fmt: skip
"""Language -> name of its stemmer."""

_OF_SCRIPT = {"latin": "en", "cyrillic": "ru", "arabic": "ar"}
"""Script -> the language that is assumed for its words in a text in another script."""

_SCRIPTS = {
    "ru": "cyrillic",
    "ar": "arabic",
    "zh": "characters",
    **{name: "latin" for name in _SNOWBALL if name != "ru"},
}

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""Languages in which to search by default."""

_SHORTEST_ARABIC = 3
"""Letters that must remain when "and" is removed; two for other prefixes and for endings (light10)."""


class Word(NamedTuple):
    """A word in its normalized forms."""

    folded: str
    """Without case and accents."""

    written: str
    """In lower case, with its accents; without stress marks, vowel signs and tatweel."""

    stem: str
    language: str
    """The language whose rules stemmed it; not always that of the text."""


def primary(language: str | None) -> str:
    """Return the language of a BCP 47 tag without script and region; empty for none."""
    return (language or "").partition("-")[0].lower()


def word(token: str, language: str | None) -> Word:
    """Return the normalized forms of a `TOKEN` of a text in ``language`` (BCP 47)."""
    if is_character(token):
        character = unicodedata.normalize("NFKC", token)
        return Word(character, character, character, "zh")
    name = _language_of(token, primary(language))
    # Composed letters keep their accents here; a mark that remains separate is a stress mark or a vowel sign.
    text = _REMOVED.sub("", unicodedata.normalize("NFKC", token).lower())
    if name == "ar":
        letters = folded(text)
        return Word(letters, text, _arabic(letters), name)
    stem = _stemmer(_SNOWBALL[name]).stemWord(text) if name in _SNOWBALL else text
    if name == "ru" and len(stem) > 4 and stem.endswith("ец"):
        stem = stem[:-2] + "ц"  # беженец, беженцы: the vowel is in one form only, and Snowball keeps it
    return Word(folded(text), text, folded(stem), name)


def is_character(token: str) -> bool:
    """Whether a `TOKEN` is a Chinese or Japanese character: a part of words, which are runs of these."""
    return bool(_IS_CHARACTER.match(token))


def folded(text: str) -> str:
    """Return ``text`` in lower case, without accents and variants; й is kept, as it is a separate letter."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.lower()).replace("и\u0306", "й").translate(_LETTERS)
    return unicodedata.normalize("NFC", _REMOVED.sub("", parts))


class Stems(dict[str, str]):
    """Token -> stem in texts of one language; computed on first access, which appends the word to ``new_words``."""

    def __init__(self, language: str, new_words: list[Word]) -> None:
        super().__init__()
        self._language = language
        self._new_words = new_words

    def __missing__(self, token: str) -> str:
        forms = word(token, self._language)
        self._new_words.append(forms)
        self[token] = forms.stem
        return forms.stem


def _language_of(token: str, language: str) -> str:
    script = _SCRIPTS.get(language)
    if script is None and language:
        return language
    token_script = _script(token)
    return language if token_script in (None, script) and language else _OF_SCRIPT.get(token_script or "", language)


def _script(token: str) -> str | None:
    """Return the script of the first letter in one of three scripts, else None."""
    for character in token:
        code = ord(character)
        if character.isalpha() and (code < 0x250 or 0x1E00 <= code < 0x1F00 or 0xFB00 <= code < 0xFB07):
            return "latin"
        if 0x400 <= code < 0x530:
            return "cyrillic"
        if 0x620 <= code < 0x780 or 0xFB50 <= code < 0xFF00:
            return "arabic"
    return None


def _arabic(text: str) -> str:
    """Return the light stem of a folded word."""
    if len(text) > 4 and text[0] in "وف" and text[1:3] in ("ال", "لل"):
        text = text[1:]
    for article in ("بال", "كال", "ال", "لل"):
        if text.startswith(article) and len(text) >= len(article) + 2:
            text = text.removeprefix(article)
            break
    # After an article too, so that الوثيقة and وثيقة, whose first letter looks like "and", have the same stem.
    if text.startswith("و") and len(text) > _SHORTEST_ARABIC:
        text = text[1:]
    for ending in ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"):
        if text.endswith(ending) and len(text) >= len(ending) + 2:
            text = text.removesuffix(ending)
    return text


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name, 0)  # Without its cache: the callers have one.
