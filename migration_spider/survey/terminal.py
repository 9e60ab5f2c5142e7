"""Prints a survey on the terminal: whether and where news was found, what was not understood, and what to run next."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment
from rich.console import Console

from migration_spider.report import terminal
from migration_spider.survey import words
from migration_spider.survey.model import Survey


def show(survey: Survey, console: Console) -> None:
    """Print ``survey``. Texts are disarmed, and printed as text, never as markup."""
    terminal.put(environment().get_template("survey.txt").render(survey=survey), console)


@cache
def environment() -> Environment:
    """The templates for the terminal."""
    templates = terminal.environment(__package__)
    templates.globals["words"] = words
    return templates
