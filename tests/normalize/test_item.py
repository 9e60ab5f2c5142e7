"""What the whole item tells that no field of it does."""

import pytest

from migration_spider.items import NewsItem
from migration_spider.normalize.item import normalize

ENGLISH = (
    "The towns agreed on a night ferry for all those who work on both shores, and the mayors have signed it. "
    "It will leave from the old harbour, and from there it goes to the islands that have been without one."
)
FRENCH = (
    "Les villes ont convenu d'un bac de nuit pour ceux qui travaillent sur les deux rives, et les maires l'ont signé. "
    "Il partira du vieux port, et de là il ira dans les îles qui n'en avaient pas depuis des années."
)
EN, FR, ES = ({language: f"http://a.example/{language}"} for language in ("en", "fr", "es"))


@pytest.mark.parametrize(
    ("language", "text", "translations", "is_fallback", "expected"),
    [
        ("fr", ENGLISH, EN, False, True),
        ("fr", ENGLISH, EN | ES, False, True),
        ("pt-BR", ENGLISH, EN, False, True),
        ("en", FRENCH, FR, False, True),
        ("fr", ENGLISH, EN, True, True),
        # An English text in French chrome, where no English page is named: a text of its own.
        ("fr", ENGLISH, ES, False, False),
        ("fr", ENGLISH, {}, False, False),
        ("fr", FRENCH, EN, False, False),
        ("en-GB", ENGLISH, {"en-US": "http://a.example/us"}, False, False),
        ("fr", "Story 1", EN, False, False),
    ],
)
def test_a_translation_that_is_named_and_not_made(language, text, translations, is_fallback, expected):
    item = NewsItem(url="http://a.example/a", language=language, body_text=text, translations=translations)
    item.is_fallback = is_fallback
    normalize(item)
    assert (["translation-fallback"] if expected else []) == item.problems
    assert is_fallback is item.is_fallback


def test_html_longer_than_any_article_is_cut_and_marked():
    item = NewsItem(
        url="http://a.example/en", language="en", body_text=ENGLISH, body_html=f"<p>{'&amp;' * 300_000}</p>"
    )
    normalize(item)
    assert ["body-html-cut"] == item.problems
    assert item.body_html.endswith("&amp;</p>")
    assert 900_000 < len(item.body_html) < 1_100_000
