"""``report.md``: a short report for a terminal and for the summary of a job.

Texts from the web are escaped by the rules of CommonMark and its GitHub extensions (tables, bare addresses, user names
with an at sign, formulas).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from migration_spider.report.model import Report
from migration_spider.report.rendering import templates
from migration_spider.report.text import LONGEST, address, short, visible

_SPECIAL = re.compile(r"[\\`*{}\[\]<>&#|~$^@]|(?<![^\W_])_|_(?![^\W_])|:(?=[/A-Za-z_+])|(?<=\bwww)\.", re.IGNORECASE)
_AT_THE_START = re.compile(r"(?:\d+(?=[.)](?:\s|$))|(?=[-+=]))")


def markdown(report: Report) -> str:
    """The text of ``report.md``, for a report that was checked with `checking.check`."""
    return environment().get_template("summary.md").render(report=report)


@cache
def environment() -> Environment:
    """The templates of Markdown."""
    filters = {function.__name__.strip("_"): _filter(function) for function in (code, _link, _web)}
    return templates(escaped, **filters)


def _filter(function: Callable[..., str]) -> Callable[..., Markup]:
    """``function`` as a filter whose result is Markdown and not escaped again."""
    return lambda *words: Markup(function(*words))  # noqa: S704 - Markdown, not HTML


def escaped(text: str) -> str:
    """Markdown that shows ``text`` unchanged, on one line, at any position in a line."""
    text = _SPECIAL.sub(lambda found: "\\" + found[0], visible(text))
    if start := _AT_THE_START.match(text):
        text = text[: start.end()] + "\\" + text[start.end() :]
    return text


def code(text: str) -> str:
    """A text as a code span."""
    text = short(text)
    if not text:
        return "(none)"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _web(url: str) -> str:
    """An address as a link with itself as text."""
    return f"<{url}>" if address(url) and len(url) <= LONGEST else _link(url, url)


def _link(text: str, url: str) -> str:
    shown = escaped(short(text)) or "(no text)"
    target = address(url)
    if target is None:
        return shown
    target = re.sub(r"&(?=#?\w+;)", "&amp;", target)
    return f"[{shown}](<{target}>)" if re.search(r"[()]", target) else f"[{shown}]({target})"
