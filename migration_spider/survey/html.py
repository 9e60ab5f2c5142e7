"""``survey.html``: for a screen and a phone, also from a disk; it only needs the pages in ``survey/``.

It has no scripts and loads nothing from other places, and its content security policy enforces this. Templates insert
values only as text or attribute values, so a value can never become markup. The archived pages are in sandboxed
frames.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment

from migration_spider.report import html
from migration_spider.survey import words
from migration_spider.survey.model import Survey


def page(survey: Survey) -> str:
    """The text of ``survey.html``."""
    style = html.styled("migration_spider.report", __package__)
    return environment().get_template("survey.html").render(survey=survey, **style)


@cache
def environment() -> Environment:
    """The templates of the page."""
    templates = html.environment(__package__)
    templates.globals["words"] = words
    return templates
