"""``report.html``: one page without other files, for a screen, a phone and paper.

It has no scripts and loads nothing, and its content security policy enforces this. Templates insert values only as
text or attribute values, so a value can never become markup.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment
from markupsafe import Markup, escape

from migration_spider.report.model import Report
from migration_spider.report.rendering import templates
from migration_spider.report.text import disarmed

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def page(report: Report) -> str:
    """The text of ``report.html``, for a report that was checked with `checking.check`."""
    return environment().get_template("page.html").render(report=report, **styled(__package__))


def styled(*packages: str) -> dict[str, Markup | str]:
    """``style``, the style sheets of ``packages``, and ``digest``, by which the policy of a page allows them."""
    style = "".join(files(package).joinpath("style.css").read_text(encoding="utf-8") for package in packages)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "digest": digest}  # noqa: S704 - files of this project


@cache
def environment(package: str = __package__) -> Environment:
    """The templates of pages in ``package``, which may use those of this package."""
    return templates(lambda text: str(escape(disarmed(text))), package, below=_below, language=_language)


def _below(url: str, site: str) -> str:
    """The path of an address below ``site``; any other address unchanged."""
    path = url.removeprefix(site)
    return path if site and path.startswith("/") else url


def _language(tag: str) -> str | None:
    """``tag`` if it has the form of a language tag, else None."""
    return tag if _LANGUAGE.fullmatch(tag) else None
