"""The language a text is written in, among those of the portal: by script, then by frequent words. Offline, small.

Good enough to tell a Spanish page with an English body; None rather than a guess when the text is short or mixed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

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
_STOP_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
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

_LATIN_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"://|@|www\.")
# More tells no more.
_MOST_CHARACTERS = 50_000
_LEAST_LETTERS = {"latin": 40, "cyrillic": 25, "arabic": 25, "cjk": 10}
_SHARE_OF_SCRIPT = 0.6
_SHARE_OF_STOP_WORDS = 0.15
_MARGIN = 1.3


def detect(text: str) -> str | None:
    """BCP 47 tag of the language of ``text``: en, fr, es, ar, ru, pt, de, zh-Hans, zh-Hant, or zh when both fit.

    None when the text is too short (under 40 Latin, 25 Cyrillic or Arabic, 10 Chinese characters), when no script makes
    up 60 % of it, or when no language is clearly ahead.
    """
    words = (word for word in text[:_MOST_CHARACTERS].split() if not _ADDRESS.search(word))
    text = unicodedata.normalize("NFC", " ".join(words))
    scripts: Counter[str] = Counter(_script(c) for c in text if c.isalpha())
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
        return _latin(text)
    if script == "cjk":
        return _chinese(text)
    foreign, language = (_PERSIAN_AND_OTHERS, "ar") if script == "arabic" else (_UKRAINIAN_AND_OTHERS, "ru")
    return None if sum(c in foreign for c in text.casefold()) > letters * 0.01 else language


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


def _latin(text: str) -> str | None:
    words = _LATIN_WORD.findall(text.casefold())
    scores = {language: sum(word in stop for word in words) for language, stop in _STOP_WORDS.items()}
    (best, most), (_, second) = Counter(scores).most_common(2)
    return best if most >= _SHARE_OF_STOP_WORDS * len(words) and most > second * _MARGIN else None


def _chinese(text: str) -> str:
    traditional = sum(c in _ONLY_HANT for c in text)
    simplified = sum(c in _ONLY_HANS for c in text)
    if traditional > 3 * simplified:
        return "zh-Hant"
    return "zh-Hans" if simplified > 3 * traditional else "zh"
