"""What leads from a page to others: the links that a crawl may follow, and what leads from a listing to its further
rows: pagers, buttons for scripts, lists to choose from.

Drupal counts pages in ``?page=``; other software has ``?start=20``, ``/page/2`` or a link "Older posts".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from migration_spider.text import absolute, fold, path_of, text_in
from migration_spider.vocabularies import key, phrases

if TYPE_CHECKING:
    from migration_spider.pages.chrome import Chrome

_PAGER = re.compile(
    r"(?:^|\s)(?:(?:js-)?pager(?:__items?|-nav)?|paginat(?:ion|or)|page-(?:item|link|numbers)|(?:js-)?load-?more"
    r"|infinite-?scroll|posts-navigation|nav-(?:links|previous|older))(?:$|\s|--|__)",
    re.IGNORECASE,
)
_TABS = re.compile(r"(?:^|[\s_-])(?:quick)?tabs(?:$|[\s_-])", re.IGNORECASE)
_LEVELS = 5
"""Elements around a link among which that of its pager is."""

_ARROWS = " ›»→…>.\xa0"
_PAGE_OF_PATH = re.compile(r"/(?:page/|p|page-?)?\d{1,5}$", re.IGNORECASE)
_ALL = frozenset(("", "all", "_none"))
_OF_VIEWS = re.compile(r"sort|order|items_per_page", re.IGNORECASE)
"""Parameters that show the same rows in another order, or more of them at once."""

_MOST_OPTIONS = 200
_MOST_LINKS = 3000
_MONTH = re.compile(r"/(?:19|20)\d\d[-/]\d{1,2}/?$")
SCRIPT = "loads more rows with a script, which is not run"
FORM = "turns its pages with a form that is sent (POST), which a crawl does not do"
TABS = "has tabs that a script loads, which is not run"
"""How a listing hides rows from a crawl."""

FEWEST_MONTHS = 3
"""Links to months that make an archive; a calendar has one back and one forth."""


def has_next(link: Any) -> bool:
    """Whether a link is the next one by its ``rel``."""
    return "next" in str(link.get("rel") or "").lower().split()


def is_called_next(link: Any) -> bool:
    """Whether a link is the next one by its ``rel``, or by the classes of Drupal's pagers."""
    around: Iterator[Any] = islice(link.iterancestors("li"), 3)
    classes = (element.get("class") or "" for element in (link, *around))
    return has_next(link) or any("pager" in words and "next" in words for words in classes)


def leads_on(link: Any, url: str, here: str) -> bool:
    """Whether ``link`` to ``url`` leads to further rows of the listing at the path ``here``, by its words."""
    path, first = path_of(url).rstrip("/"), _PAGE_OF_PATH.sub("", here)
    if path not in (here, first) and not path.startswith(f"{first}/"):
        return False
    words = text_in(link)
    is_number = words.isdecimal() and len(words) <= 5
    return key(words.strip(_ARROWS)) in phrases("next_page") or (is_number and _is_in_pager(link))


def out_of_reach(main: Any, boxes: Iterable[Any]) -> str:
    """Which of `SCRIPT`, `FORM` and `TABS` hides rows of ``main``; empty for none. What is in a row does not count."""
    inside = set(boxes)
    found: set[str] = set()
    for element in main.iter("a", "button", "input"):
        if not any(one in inside for one in (element, *element.iterancestors())):
            found.add(_hides(element))
    return next((how for how in (TABS, SCRIPT, FORM) if how in found), "")


def _hides(element: Any) -> str:
    """How a link or a button hides rows; empty if it does not."""
    if _is_loaded(element) and _is_tab(element):
        return TABS
    form = next(element.iterancestors("form"), None)
    is_sent = form is not None and (form.get("method") or "get").lower() == "post"
    if not (_is_button(element) if is_sent else _needs_script(element)):
        return ""
    words = _words(element)
    is_for_rows = _promises_rows(element, words) or (is_sent and key(words) in phrases("next_page"))
    return (FORM if is_sent else SCRIPT) if is_for_rows else ""


def sent(main: Any, base_url: str, here: str) -> Iterator[str]:
    """Absolute URLs that forms of the listing at the path ``here`` ask for, by a button to further rows."""
    for form in main.iter("form"):
        further = phrases("next_page") | phrases("more_rows")
        buttons = [one for one in form.iter("button", "input") if _is_button(one) and key(_words(one)) in further]
        if buttons and (url := _asks_for(form, base_url)) is not None and path_of(url).rstrip("/") == here:
            fields = [one for one in form.iter("input") if one.get("type") == "hidden"]
            values = [(one.get("name"), one.get("value") or "") for one in (*fields, buttons[0]) if one.get("name")]
            yield f"{url.partition('?')[0]}?{urlencode(values)}"


def _words(button: Any) -> str:
    printed = button.get("value") if button.tag == "input" else "".join(button.itertext())
    return fold(printed or "").strip(_ARROWS)


def _is_button(element: Any) -> bool:
    types = ("submit", "button") if element.tag == "input" else ("submit", "button", "")
    return element.tag != "a" and (element.get("type") or "") in types


def _is_loaded(element: Any) -> bool:
    """Whether a script of Drupal loads what a link leads to into the page."""
    return "use-ajax" in (element.get("class") or "").split()


def _is_tab(element: Any) -> bool:
    around = islice(element.iterancestors(), _LEVELS)
    return any(one.get("role") == "tablist" or _TABS.search(one.get("class") or "") for one in around)


def _promises_rows(button: Any, words: str) -> bool:
    """Whether ``button`` with ``words`` is one for more rows, and not for more values of a facet."""
    # A pager of one page has that page and an ellipsis; "Show more" of a facet shows more of its values.
    is_further = words not in ("", "1") and _is_in_pager(button)
    return is_further or (key(words) in phrases("more_rows") and "facet" not in (button.get("class") or ""))


def options(main: Any, base_url: str, here: str) -> Iterator[tuple[str, str]]:
    """(parameter, absolute URL) of what the lists to choose from select, where one value is always chosen.

    A list that has a value for all, and has it chosen, hides nothing.
    """
    for form in main.iter("form"):
        if (url := _asks_for(form, base_url)) is None or path_of(url).rstrip("/") != here:
            continue
        for name, values in _choices(form):
            if name and not _OF_VIEWS.search(name):
                yield from ((name, f"{url.partition('?')[0]}?{urlencode({name: value})}") for value in values)


def _asks_for(form: Any, base_url: str) -> str | None:
    """Return the absolute URL that ``form`` asks for, without what is chosen in it; None if it sends something."""
    if (form.get("method") or "get").lower() != "get":
        return None
    return absolute(base_url, form.get("action")) if form.get("action") else base_url.partition("?")[0]


def _choices(form: Any) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield (name, values) of the lists of ``form``, and of its groups of buttons of which one is chosen."""
    for select in form.iter("select"):
        found = list(islice(select.iter("option"), _MOST_OPTIONS))
        chosen = [one for one in found if one.get("selected") is not None] or found[:1]
        yield select.get("name") or "", _values(found, chosen)
    groups: dict[str, list[Any]] = {}
    for button in islice(form.iter("input"), _MOST_OPTIONS):
        if button.get("type") == "radio":
            groups.setdefault(button.get("name") or "", []).append(button)
    for name, found in groups.items():
        chosen = [one for one in found if one.get("checked") is not None]
        yield name, _values(found if chosen else [], chosen)


def _values(found: list[Any], chosen: list[Any]) -> Iterator[str]:
    """Yield the values to choose from, unless that for all is ``chosen``."""
    if not any(_is_for_all(one) for one in chosen):
        yield from (_value(one) for one in found if not _is_for_all(one))


def _is_for_all(option: Any) -> bool:
    return _value(option).lower() in _ALL


def months(main: Any, base_url: str, rows: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (path without the month, absolute URL) of links to an archive by month; a calendar has two."""
    found: dict[str, dict[str, None]] = {}
    for link in islice(main.iter("a"), _MOST_LINKS):
        url = absolute(base_url, link.get("href"))
        if url and url not in rows and "?" not in url and (month := _MONTH.search(path_of(url))):
            found.setdefault(path_of(url)[: month.start()], {}).setdefault(url.partition("#")[0])
    for path, urls in found.items():
        if len(urls) >= FEWEST_MONTHS:
            yield from ((path, url) for url in urls)


def earlier_months(main: Any, url: str, base_url: str) -> Iterator[str]:
    """Absolute URLs of the latest month before that at ``url``, to which a calendar at ``url`` links."""
    here = path_of(url).rstrip("/")
    shown = _MONTH.search(here)
    base = here[: shown.start()] if shown else here
    found: dict[tuple[int, ...], str] = {}
    for link in islice(main.iter("a"), _MOST_LINKS):
        target = absolute(base_url, link.get("href"))
        month = _MONTH.search(path_of(target)) if target and "?" not in target else None
        if target and month and path_of(target)[: month.start()] == base:
            found[_numbers(month[0])] = target.partition("#")[0]
    before = [one for one in found if shown is None or one < _numbers(shown[0])]
    if 0 < len(found) < FEWEST_MONTHS and before:
        yield found[max(before)]


def _numbers(month: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", month)))


def _jumps(main: Any, base_url: str) -> Iterator[str]:
    """Absolute URLs of the pages of the site that a list to choose from leads to."""
    for option in islice(main.iter("option"), 10 * _MOST_OPTIONS):
        value = _value(option)
        if value.startswith(("/", "http")) and (url := absolute(base_url, value)):
            yield url


def _value(option: Any) -> str:
    return str(option.get("value") if option.get("value") is not None else option.text or "").strip()


def _needs_script(element: Any) -> bool:
    if element.tag == "a":
        return _is_loaded(element) or (element.get("href") or "#").strip().lower().startswith(("#", "javascript:"))
    if element.tag == "input" and element.get("type") not in ("button", "submit"):
        return False
    return next(element.iterancestors("form"), None) is None


def _is_in_pager(element: Any) -> bool:
    around = (element, *islice(element.iterancestors(), _LEVELS))
    return any(_PAGER.search(one.get("class") or "") for one in around)


def links_in(main: Any, chrome: Chrome, base_url: str) -> dict[str, str]:
    """Return absolute URL -> ``content`` or ``pager`` of the links in the element ``main``, in page order."""
    parts = main.iter("nav", "footer", "aside", "form")
    refused = (element for element in parts if not (chrome.protects(element) or _is_pager(element)))
    hidden = {link for element in refused for link in element.iter("a")}
    found: dict[str, str] = {}
    for link in main.iter("a"):
        pages = _pages(link.get("href"))
        url = None if link in hidden and not pages else absolute(base_url, link.get("href"))
        if url is not None:
            found.setdefault(url.partition("#")[0], "pager" if pages else "content")
    for url in _jumps(main, base_url):
        found.setdefault(url.partition("#")[0], "content")
    return found


def _is_pager(element: Any) -> bool:
    words = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}".lower()
    return "pager" in words or "pagination" in words


def _pages(href: str | None) -> bool:
    return href is not None and re.search(r"[?&]page=[\d,%C]*", href) is not None
