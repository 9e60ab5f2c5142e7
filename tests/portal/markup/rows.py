"""Rows, pagers and facets of listings."""

from __future__ import annotations

from html import escape

from . import chrome
from .page import attributes


def teaser(path: str, title: str, text: str, day: str, language: str, variant: str) -> str:
    css, words = attributes(variant), chrome.words(language)
    return f"""<article{css("node node--view-mode-teaser")}>
<h2{css("node__title")}><a href="{path}" rel="bookmark"><span>{escape(title, quote=False)}</span></a></h2>
<div{css("teaser-date")}>{words["published"]}: {day}</div>
<p>{escape(text, quote=False)}</p>
<a href="{path}"{css("more-link")}>{words["more"]}</a>
</article>"""


def run_together(path: str, title: str, kind: str, day: str, variant: str) -> str:
    """A row of the hub and of term pages: title, kind and date without a space between them."""
    css = attributes(variant)
    return (
        f'<div{css("views-row")}><span{css("views-field")}><a href="{path}">{escape(title, quote=False)}</a></span>'
        f"<span{css('views-field')}>{kind}</span><span{css('views-field')}>{day}</span></div>"
    )


def view(rows: list[str], language: str, variant: str, token: str, before: str = "", after: str = "") -> str:
    css, words = attributes(variant), chrome.words(language)
    content = "\n".join(rows) or f"<div{css('view-empty')}>{words['empty']}</div>"
    return f"""<div{css(f"views-element-container view js-view-dom-id-{token}")}>
{before}
<div{css("view-content")}>
{content}
</div>
{after}
</div>"""


def summary(first: int, last: int, total: int, language: str, variant: str) -> str:
    """The line that counts the results, as Drupal's "result summary" prints it over the rows."""
    line = chrome.words(language)["results"].format(first=first, last=last, total=total)
    return f"<div{attributes(variant)('view-header')}><p>{line}</p></div>"


def pager(page: int, pages: int, language: str, variant: str, query: str = "") -> str:
    """Relative links with pages counted from 0; ``query`` comes before ``page=`` and ends in ``&amp;``."""
    if pages < 2:
        return ""
    css, words = attributes(variant), chrome.words(language)
    items = []
    if page > 0:
        before = min(page, pages) - 1
        items.append(f'<li><a href="?{query}page={before}" rel="prev">‹ {words["previous"]}</a></li>')
    for number in range(max(0, min(page, pages - 1) - 4), min(pages, page + 5)):
        if number == page:
            items.append(f'<li{css("is-active")} aria-current="page">{number + 1}</li>')
        else:
            items.append(f'<li><a href="?{query}page={number}">{number + 1}</a></li>')
    if page < pages - 1:
        items.append(f'<li><a href="?{query}page={page + 1}" rel="next">{words["next"]} ›</a></li>')
        items.append(f'<li><a href="?{query}page={pages - 1}">{words["last"]} »</a></li>')
    return f'<nav{css("pager")} aria-label="{words["pages"]}"><ul{css("pager__items")}>{"".join(items)}</ul></nav>'
