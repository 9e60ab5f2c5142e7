"""The site's menu: where it says its news are listed."""

from __future__ import annotations

from itertools import islice

from migration_spider.pages.base import Page
from migration_spider.pages.text import absolute, fold
from migration_spider.vocabularies import key

# What menus and "all news" links of such sites say, in the portal's languages. A link is taken when its whole text is
# one of these: "News" is a listing, "News from Chad" is an article.
LISTING_NAMES = frozenset(
    key(name)
    for name in (
        "News", "All news", "Latest news", "More news", "News and updates", "News & updates", "News and stories",
        "News & stories", "Newsroom", "News archive", "Press releases", "Statements",
        "Actualités", "Toutes les actualités", "Dernières actualités", "Nouvelles", "Dernières nouvelles",
        "Communiqués de presse", "Déclarations",
        "Noticias", "Todas las noticias", "Últimas noticias", "Más noticias", "Comunicados de prensa", "Declaraciones",
        "الأخبار", "أخبار", "آخر الأخبار", "بيانات", "البيانات الصحفية",
        "Новости", "Все новости", "Последние новости", "Пресс-релизы", "Заявления",
        "新闻", "新聞", "最新消息", "最新新闻", "最新新聞", "新闻稿", "新聞稿", "声明", "聲明",
    )
)  # fmt: skip

MAX_LINKS = 3000


def news_listings(page: Page) -> list[str]:
    """Absolute URLs of the links of ``page``, menus included, whose text names a listing of news; each once."""
    if page.root is None:
        return []
    found: dict[str, None] = {}
    for link in islice(page.root.iter("a"), MAX_LINKS):
        if key(fold("".join(link.itertext()))) in LISTING_NAMES:
            url = absolute(page.base_url, link.get("href"))
            if url is not None:
                found.setdefault(url.partition("#")[0])
    return list(found)
