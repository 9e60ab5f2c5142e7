"""Finds text that changes without an edit: "3 hours ago", the number of reads, the order of tags, tokens in addresses.

It stays in the printed values of the item, but not in the digest that decides what "changed" means. Only text that is
alone in a line or between separators counts: the same words in a sentence were written by the author.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 150
"""Characters of a line that may be such; sentences are longer, or have other words."""

EDGE = 6
"""Lines at both ends of a text in which counters may stand; further inside they are part of it."""


def _words(text: str) -> str:
    return "|".join(sorted(text.split(), key=len, reverse=True)).replace("_", r"\s")


_ONE = _words("a an one un une una uno um uma eine einer einem einen ein een")
_PARTS = r"\w{1,14}\.?"
_AMOUNT = rf"(?:\d+|{_ONE})\s?{_PARTS}"
_AND = rf"(?:[\s,]+(?:(?:and|et|y|e|und|en|и)\s)?\d+\s?{_PARTS})"
_BEFORE = _words("il_y_a hace há vor منذ قبل לפני před pred acum prije πριν")
_ABOUT = _words("about almost over environ unos unas cerca_de etwa circa около примерно حوالي less_than_a")
_AFTER = _words("ago atrás fa geleden назад тому temu önce sedan siden sitten पहले پیش lalu trước")
_SPAN = (
    rf"(?:(?:{_BEFORE})\s(?:(?:{_ABOUT})\s)?(?:{_AMOUNT}{_AND}{{0,2}}|\w{{3,14}})(?:\satrás)?"
    rf"|(?:för|for)\s{_AMOUNT}\s(?:sedan|siden)"
    rf"|(?:(?:{_ABOUT})\s)?{_AMOUNT}{_AND}{{0,2}}\s(?:yang\s)?(?:{_AFTER})"
    r"|\d+\s?(?:秒鐘?|秒钟|分鐘?|分钟|小时|小時|時間|天|日|[周週]|[个個]?月|[个個]月|年)[之以]?前"
    r"|\d+\s?(?:초|분|시간|일|주|개월|달|년)\s?전"
    rf"|{_words('just_now moments_ago à_l’instant gerade_eben ahora_mismo только_что الآن 刚刚 剛剛')})"
)
_TOLD = (
    r"(?:publi\w*|post(?:ed)?|updated?|modif\w*|creat\w*|submitted|added|edited|changed|last|latest|on|at|the|mise?|à|jour"
    r"|actuali\w*|última|ultima|cread\w*|dernière|ajouté\w*|atuali\w*|criad\w*|veröffentlicht|aktualisiert|geändert"
    r"|zuletzt|bearbeitet|erstellt|опубликован\w*|обновл\w*|измен\w*|добавлен\w*|последн\w*|тому|نشرت?|تم|آخر|تحديث"
    r"|[发發][布佈表]于?於?|更新于?於?|最[后後]更新)"
)
_AGO = re.compile(rf"(?:{_TOLD}[\s:：,]*){{0,4}}{_SPAN}", re.IGNORECASE)

_NUMBER = r"\d(?:[\d.,'’\s]*\d)?(?:\s?(?:k|m|mil|mio\.?|тыс\.?|млн|万|萬|千)\b)?"
_COUNTED = (
    r"(?:(?:page|unique|total)\s?)?(?:views?|reads?|hits?|visits?|visitors?|likes?|shares?|comments?|repl(?:y|ies)"
    r"|reactions?|downloads?|(?:re)?tweets?|votes?)"
    r"|vues?|lectures?|partages?|commentaires?|visites?|j[’']aime|téléchargements?"
    r"|vistas?|visitas?|visualizaci(?:ón|ones)|comentarios?|me gusta|descargas?|lecturas?|veces compartido"
    r"|visualizaç(?:ão|ões)|leituras?|comentários?|compartilhamentos?|curtidas?"
    r"|aufrufe?|zugriffe?|kommentare?|gefällt mir|visualizzazion[ei]|letture|commenti|condivisioni|mi piace"
    r"|просмотр\w*|прочтени\w*|комментари\w*|репост\w*|лайк\w*|скачивани\w*"
    r"|مشاهد\w*|قراء\w*|تعليق\w*|مشارك\w*|إعجاب\w*|زيار\w*|تحميل\w*"
    r"|(?:次)?(?:浏览|阅读|点击|观看|点赞|评论|转发|下载|瀏覽|閱讀|點擊|評論)(?:次[数數]|[量数數])?"
)
_TIMES = (
    rf"(?:(?:read|viewed|shared|visited|downloaded)\s{_NUMBER}\stimes?|(?:lue?|vue?)\s{_NUMBER}\sfois"
    rf"|(?:leíd[oa]|vist[oa]|lid[oa])\s{_NUMBER}\s(?:veces|vez|vezes)|{_NUMBER}\smal\s(?:gelesen|geteilt|angesehen)"
    rf"|прочитано\s{_NUMBER}\sраза?|{_NUMBER}\s?次(?:浏览|阅读|点击)?)"
)
_COUNT = rf"(?:{_TIMES}|{_NUMBER}\s?(?:{_COUNTED})|(?:{_COUNTED})\s?[:：(]?\s?{_NUMBER}\)?)"
_COUNTS = re.compile(rf"{_COUNT}(?:[\s,;]+{_COUNT}){{0,5}}", re.IGNORECASE)
_COUNT_LABEL = re.compile(rf"(?:number of\s|nombre de\s|número de\s)?(?:{_COUNTED})", re.IGNORECASE)
_ONLY_NUMBER = re.compile(_NUMBER, re.IGNORECASE)

_MADE = re.compile(
    rf"(?:(?:this\s)?(?:page|seite|página|страница)\s)?(?:was\s)?(?:generated|rendered|loaded|created|générée|generada|gerada"
    rf"|erzeugt|создана)\s(?:in|en|em|за)\s{_NUMBER}\s?(?:ms|s|se[cgk]\w*|сек\w*)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"(\s*[|·•‧∙]\s*|\s+[-–—/]\s+|,\s+)")
_BRACKETS = re.compile(r"(\s*[(\[][^()\[\]]{1,60}[)\]])")
_ENDS = " |·•‧∙-–—/,"
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid|sessionid)=[^/;]*|\([sS]\([a-z0-9]{20,}\)\)/?", re.IGNORECASE)
_TOKEN = re.compile(r"(?=[^/]*\d)(?:[0-9a-f]{12,}|[\w-]{24,})", re.IGNORECASE)


def steady(text: str, *, has_counters: bool = True) -> str:
    """Remove the parts of a line that change without an edit."""
    return text if len(text) > LONGEST or not _may_change(text) else _steady(text, has_counters)


@lru_cache(maxsize=4096)
def _steady(text: str, has_counters: bool) -> str:
    # Values come again on every page.
    if _changes(text, has_counters):
        return ""
    for separator in (_SEPARATOR, _BRACKETS):
        # Every second part is what was looked for.
        parts = separator.split(text)
        kept = [part for part in parts if not _changes(part, has_counters)]
        if len(kept) < len(parts):
            text = "".join(kept).strip(_ENDS)
    return text


def steady_lines(text: str) -> str:
    """Remove the lines of a text that change without an edit."""
    lines = text.split("\n")
    full = [number for number, line in enumerate(lines) if line]
    edge = {*full[:EDGE], *full[-EDGE:]}
    found = [steady(line, has_counters=number in edge) for number, line in enumerate(lines)]
    if found == lines:
        return text
    return re.sub(r"\n{3,}", "\n\n", "\n".join(found)).strip("\n")


def steady_values(label: str, values: list[str]) -> list[str]:
    """The values under a label, sorted; no values for a counter."""
    if all(map(_ONLY_NUMBER.fullmatch, values)) and _COUNT_LABEL.fullmatch(label.strip(" :：")):
        return []
    return sorted(filter(None, map(steady, values)))


def steady_path(path: str, *, is_known: bool) -> str:
    """The path of a file without session ids; also without tokens if the content of the file ``is_known``."""
    path = _SESSION.sub("", path)
    if not is_known:
        return path
    *folders, name = path.split("/")
    return "/".join([*(part for part in folders if not _TOKEN.fullmatch(part)), name])


def _may_change(text: str) -> bool:
    if len(text) > 60 and text[-1] in ".!?。":
        return False
    return len(text) < 80 or any(map(str.isdigit, text))


def _changes(text: str, has_counters: bool) -> bool:
    text = text.strip(" .\t")
    if text[:1] in ("(", "["):
        text = text[1:-1]
    if not text:
        return False
    return bool(_AGO.fullmatch(text) or _MADE.fullmatch(text) or (has_counters and _COUNTS.fullmatch(text)))
