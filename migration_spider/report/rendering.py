"""Renders templates: the texts, numbers and charts of a report, escaped for their output format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from migration_spider.report import figures, text, words

FILTERS = (text.address, text.day, text.duration, text.number, text.percent, text.sentence, text.short, text.size)


def templates(
    harmless: Callable[[str], str], package: str = __package__, /, **filters: Callable[..., Any]
) -> Environment:
    """The templates of ``package``, which may use those of this one.

    Args:
        harmless: a text -> one that says the same and does nothing. All that stands in braces goes through it, but for
            what templates and ``filters`` made (`Markup`, here: written in the language of the template already).
        filters: further ones, by name.
    """

    def shown(value: Any) -> Markup:
        return value if isinstance(value, Markup) else Markup("" if value is None else harmless(str(value)))  # noqa: S704

    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
        autoescape=True,  # whatever the language: it keeps apart what a template made and what came from elsewhere
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"figures": figures, "plural": text.plural, "words": words}
    made.filters |= {one.__name__: one for one in FILTERS} | filters
    return made
