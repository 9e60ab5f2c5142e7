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
    """Return the templates of ``package``, which may use those of this package.

    Args:
        harmless: Escapes a text for the format of the output. It is called for every value in braces, except those made
            by templates and ``filters`` (`Markup`, which here means that they are in that format).
        filters: Additional filters, by name.
    """

    def shown(value: Any) -> Markup:
        return value if isinstance(value, Markup) else Markup("" if value is None else harmless(str(value)))  # noqa: S704

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
        autoescape=True,  # for all formats, because it distinguishes the output of templates from other values
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"figures": figures, "plural": text.plural, "words": words}
    environment.filters |= {function.__name__: function for function in FILTERS} | filters
    return environment
