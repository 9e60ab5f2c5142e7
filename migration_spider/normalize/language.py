"""Detects the language of a text among those of the portal, by script and frequent words. Offline and small.

It is good enough to recognize a Spanish page with an English text. For a short or mixed text it returns None instead
of a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

_WORDS = {
    "en": "the of and to in is that for was on are with as at be by this have from or which their has will were an been"
    " its who more not but they also these all our we into",
    "fr": "le la les des et du une est dans que pour qui sur par au aux avec ce cette sont pas plus ne se ont été leur"
    " leurs ou d'un à son ces nous l n s c qu",
    "es": "el la los las de y del en que un una por con para se su al es como más sus este esta lo han ha son entre"
    " sobre también fue no o e ser desde",
    "pt": "o a os as de e do da dos das em que um uma para com por no na nos nas se ao à foi são mais como não sua seu"
    " pelo pela também é entre sobre ou",
    "de": "der die das und in den von zu mit des auf für ist im dem nicht eine ein als auch es an werden aus er hat"
    " dass sie nach bei um am sind wird einer sich zur zum",
}
_LANGUAGES: dict[bytes, list[str]] = {}
"""Stop word -> the languages that have it."""
for _language, _words_of in _WORDS.items():
    for _word in _words_of.encode().split():
        _LANGUAGES.setdefault(_word, []).append(_language)
# Characters of one Chinese script only, chosen among the most frequent.
_HANT = frozenset(
    "國際與來會這個為時間後對從動應發開問題經義業關係認權門實現說過還進長東車見風馬產學無電話機們種萬點體處書總聯關於議護遷難區組織"
)
_HANS = frozenset(
    "国际与来会这个为时间后对从动应发开问题经义业关系认权门实现说过还进长东车见风马产学无电话机们种万点体处书总联关于议护迁难区组织"
)
_ONLY_HANT, _ONLY_HANS = _HANT - _HANS, _HANS - _HANT
_UKRAINIAN_AND_OTHERS = frozenset("іїєґўјљњћђџқғңөұһ")
_PERSIAN_AND_OTHERS = frozenset("پچژگکیٹڈڑےہ")

_NO_LETTERS = re.compile(r"[\W\d_]+")
# Small letters for ASCII capitals, and a space for all that is ASCII and no letter.
_ASCII_LETTERS = bytes(ord(chr(code).lower() if chr(code).isalpha() else " ") for code in range(128)) + bytes(
    range(128, 256)
)
_ASCII = re.compile(r"[\x00-\x7f]+")
_OF_ADDRESSES = ("://", "@", "www.")
# More tells no more.
_MOST_CHARACTERS = 50_000
# Different signs, foreign digits and capitals that a text of some language has at most.
_MOST_SIGNS = 100
_LEAST_LETTERS = {"latin": 40, "cyrillic": 25, "arabic": 25, "cjk": 10}
_SHARE_OF_SCRIPT = 0.6
_SHARE_OF_STOP_WORDS = 0.15
_MARGIN = 1.3


def detect(text: str) -> str | None:
    """BCP 47 tag of the language of ``text``: en, fr, es, ar, ru, pt, de, zh-Hans, zh-Hant, or zh when both fit.

    None when the text is too short (under 40 Latin, 25 Cyrillic or Arabic, 10 Chinese characters), when no script makes
    up 60 % of it, or when no language is clearly ahead.
    """
    text = text[:_MOST_CHARACTERS]
    if _has_address(text):
        text = " ".join(word for word in text.split() if not _has_address(word))
    text = unicodedata.normalize("NFC", text)
    # What is not ASCII is looked at character by character: little of most texts.
    others = Counter(_ASCII.sub("", text))
    scripts = _scripts(text, others)
    if not scripts:
        return None
    # A Chinese character says about as much as three letters of a Latin name beside it.
    weighted = {name: count * (3 if name == "cjk" else 1) for name, count in scripts.items()}
    script = max(weighted, key=lambda name: weighted[name])
    letters = scripts[script]
    if letters < _LEAST_LETTERS.get(script, letters + 1) or weighted[script] < _SHARE_OF_SCRIPT * sum(
        weighted.values()
    ):
        return None
    if script == "latin":
        return _latin(_words(text, others))
    if script == "cjk":
        return _chinese(text)
    foreign, language = (_PERSIAN_AND_OTHERS, "ar") if script == "arabic" else (_UKRAINIAN_AND_OTHERS, "ru")
    return None if _count(text.casefold(), foreign) > letters * 0.01 else language


def _has_address(text: str) -> bool:
    return any(map(text.__contains__, _OF_ADDRESSES))


def _scripts(text: str, others: Counter[str]) -> Counter[str]:
    """Count the letters of each script in ``text``; ``others`` are its characters that are not ASCII."""
    scripts: Counter[str] = Counter()
    plain = text.encode("ascii", "ignore")
    if letters := len(plain) - plain.translate(_ASCII_LETTERS).count(b" "):
        scripts["latin"] = letters
    for character, count in others.items():
        if character.isalpha():
            scripts[_script(character)] += count
    return scripts


def _count(text: str, characters: frozenset[str]) -> int:
    """Count the characters of ``text`` that are in ``characters``."""
    return sum(map(text.count, characters))


def _script(character: str) -> str:
    code = ord(character)
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return "latin"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    if 0x600 <= code < 0x780 or 0xFB50 <= code < 0xFF00:
        return "arabic"
    if 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x32000:
        return "cjk"
    return "other"


def _latin(words: list[bytes]) -> str | None:
    scores = dict.fromkeys(_WORDS, 0)
    for word, times in Counter(filter(_LANGUAGES.__contains__, words)).items():
        for language in _LANGUAGES[word]:
            scores[language] += times
    (second, _), (most, best) = sorted((score, language) for language, score in scores.items())[-2:]
    return best if most >= _SHARE_OF_STOP_WORDS * len(words) and most > second * _MARGIN else None


def _words(text: str, others: Iterable[str]) -> list[bytes]:
    """The words of ``text`` in lower case, as UTF-8: splitting bytes is three times as fast.

    ``others`` are its characters that are not ASCII: converting them one by one to lower case takes a third
    of the time of the whole text.
    """
    told = {one: plain for one in others if (plain := _plain(one)) != one}
    if len(told) > _MOST_SIGNS:
        text, told = _NO_LETTERS.sub(" ", text.casefold()), {}
    for one, plain in told.items():
        text = text.replace(one, plain)
    return text.encode("utf-8", "surrogatepass").translate(_ASCII_LETTERS).split()


@lru_cache(maxsize=1024)
def _plain(character: str) -> str:
    """``character`` in lower case; a space if it is not a letter."""
    return "".join(one if one.isalnum() and not one.isdecimal() else " " for one in character.casefold())


def _chinese(text: str) -> str:
    traditional, simplified = _count(text, _ONLY_HANT), _count(text, _ONLY_HANS)
    if traditional > 3 * simplified:
        return "zh-Hant"
    return "zh-Hans" if simplified > 3 * traditional else "zh"
