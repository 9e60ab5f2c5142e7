"""``survey.html``: beside the pages in ``survey/`` it needs nothing else; for a screen and a phone, also from a disk.

No script, nothing from elsewhere, and a policy that holds browsers to that. What is put into the templates is text or
an attribute's value, and can never become markup. The archived pages stand in frames that may do nothing at all.
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
    made = html.environment(__package__)
    made.globals["words"] = words
    return made
