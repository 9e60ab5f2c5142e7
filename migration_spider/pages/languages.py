"""Languages of addresses, and how BCP 47 writes them."""

from __future__ import annotations

from migration_spider.pages.text import path_of

# Path prefixes of the portal's languages; no prefix is English. See docs on languages: the portal says zh-hant.
PREFIX_LANGUAGES = {
    "ar": "ar", "de": "de", "en": "en", "es": "es", "fr": "fr", "pt": "pt", "pt-br": "pt-BR", "ru": "ru",
    "zh": "zh", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant",
}  # fmt: skip


def language_tag(text: str) -> str:
    """Return ``text`` in the letter case of BCP 47 (RFC 5646, section 2.1.1): ``zh-Hant``, ``pt-BR``, ``es``."""
    first, *rest = text.strip().replace("_", "-").split("-")
    tags = [first.lower()]
    tags += [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join(tags)


def prefix_of(url: str) -> str:
    """Return the language prefix of the URL's path; empty for English and without one."""
    first = path_of(url).lstrip("/").split("/", 1)[0].lower()
    return first if first in PREFIX_LANGUAGES and first != "en" else ""


def language_of(url: str) -> str:
    """Return the BCP 47 language by the URL's path prefix; ``en`` without one."""
    return PREFIX_LANGUAGES.get(prefix_of(url), "en")
