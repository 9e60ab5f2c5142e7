"""Renders templates. All text from the portal is escaped; pages have no scripts and no styles of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from migration_spider.browse.collection import Collection
from migration_spider.browse.facets import BY_NAME, NOTES
from migration_spider.browse.links import Links, outside
from migration_spider.browse.naming import dated, field_name
from migration_spider.browse.selection import EVERYTHING

RIGHT_TO_LEFT = frozenset(("ar", "he", "fa", "ur"))


class Renderer:
    """Renders the templates with ``links`` as their addresses."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._environment = Environment(
            loader=PackageLoader("migration_spider.browse"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            links=links, outside=outside, EVERYTHING=EVERYTHING, FACETS=BY_NAME, NOTES=NOTES
        )
        self._environment.filters.update(number=number, direction=direction, language=language_name, times=times)
        self._environment.filters.update(dated=dated, field=field_name)

    def page(self, template: str, collection: Collection, **values: Any) -> str:
        """Render a complete page; the template gets ``collection`` and ``values``."""
        return self._environment.get_template(template).render({"collection": collection, "notice": None, **values})

    def part(self, template: str, name: str, values: Mapping[str, Any]) -> Markup:
        """Render the block ``name`` of a template, without the page around it."""
        loaded = self._environment.get_template(template)
        return Markup("".join(loaded.blocks[name](loaded.new_context(dict(values)))))  # noqa: S704 - an escaped template


def number(value: int) -> str:
    """``12345`` -> ``12,345``."""
    return f"{value:,}"


def times(value: int, singular: str, plural: str | None = None) -> str:
    """``1, "story", "stories"`` -> ``1 story``."""
    return f"{value:,} {singular if value == 1 else plural or f'{singular}s'}"


def direction(language: str | None) -> str:
    """The direction of a text in ``language`` (BCP 47): ``rtl`` or ``ltr``."""
    return "rtl" if (language or "").split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=2048)  # a story can have hundreds of languages, each named many times
def language_name(language: str) -> str:
    """The name of a language in that language, or the code if it is not known: ``zh-Hant`` -> ``繁體中文``."""
    try:
        name = Locale.parse(language, sep="-").get_display_name()
    except (ValueError, UnknownLocaleError, TypeError):
        return language
    return f"{name[0].upper()}{name[1:]}" if name else language
