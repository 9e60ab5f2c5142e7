"""Phrases and headings that templates print around any text, and links that share a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migration_spider.pages.outline import Line
from migration_spider.pages.text import fold, key_set
from migration_spider.vocabularies import key, label_kind

# Headings of sections that lead to other pages.
_SECTION_HEADINGS = key_set(
    "Latest news|Latest|Latest content|Latest updates|Recent news|Recent content|More news|Other news|News archive"
    "|Related|Related content|Related news|Related items|Related links|Related articles|Related resources"
    "|Related documents|See also|You may also like|Read also|Read more|Further reading|Share|Share this|Share this page"
    "|Follow us|Subscribe|Newsletter|Subscribe to our newsletter|Comments|Add new comment|Most read|Most viewed"
    "|Upcoming events|Search|Languages|Filter by|Filters|Main navigation|Breadcrumb|You are here|Cookies"
    "|Latest news and statements|Browse|Pagination|Related posts|Related stories|Related coverage|Similar articles"
    "|More stories|More on this|More on this topic|You might also like|You may also be interested in|Recommended"
    "|Recommended for you|About the author|About the authors"
    "|Dernières actualités|Dernières nouvelles|Actualités récentes|À la une|Contenu récent|Contenus associés"
    "|Contenu associé|Contenu similaire|Articles liés|Sur le même sujet|À lire aussi|Voir aussi|Partager"
    "|Partager cette page|Suivez-nous|Commentaires|Événements à venir|Rechercher|Langues|Autres actualités"
    "|Últimas noticias|Noticias recientes|Contenido reciente|Contenido relacionado|Noticias relacionadas"
    "|Artículos relacionados|Véase también|Ver también|Compartir|Compartir esta página|Síganos|Comentarios"
    "|Próximos eventos|Buscar|Idiomas|Más noticias|Otras noticias"
    "|آخر الأخبار|أحدث الأخبار|محتوى ذو صلة|مواضيع ذات صلة|مشاركة|تعليقات|أخبار ذات صلة"
    "|Последние новости|Новости по теме|Похожие материалы|Связанные материалы|Смотрите также|Поделиться|Комментарии"
    "|最新消息|最新新闻|最新新聞|相关内容|相關內容|相关新闻|相關新聞|分享|评论|評論"
    "|Últimas notícias|Conteúdo relacionado|Compartilhar|Aktuelles|Neueste Nachrichten|Verwandte Inhalte|Teilen"
    "|Ajouter un commentaire|Añadir nuevo comentario|Añadir un comentario|Добавить комментарий|إضافة تعليق جديد"
    "|أضف تعليقا جديدا|添加新评论|發表新回應|Adicionar novo comentário"
    "|Neuen Kommentar hinzufügen|Neuen Kommentar schreiben|Mehr zum Thema|Auch interessant|Weitere Artikel"
    "|Weitere Beiträge|Weitere Meldungen|Weitere Nachrichten|Weitere News|Weitere Themen|Interessante Artikel"
    "|Das könnte Sie auch interessieren|Das könnte dich auch interessieren|Ähnliche Artikel|Ähnliche Beiträge"
    "|Über den Autor|Über die Autorin|Über die Autoren|Siehe auch|Lesen Sie auch|Te puede interesar"
    "|Le puede interesar|También te puede interesar|Lea también|Sobre el autor|Sobre la autora|Leia também|Veja também"
    "|Sobre o autor|Lire aussi|À propos de l'auteur"
    "|Related topics|Related publications|Related events|Related pages|Other stories|Recent posts|Recent stories"
    "|Latest stories|Recommended reading|Read next|Most popular|Share this article|Share this story|Share this post"
    "|Vous aimerez aussi|Vous aimerez peut-être aussi|Lire également|Articles similaires|Articles correspondants"
    "|Articles les plus lus|Les plus lus|Contenus similaires|Documents associés|Ressources associées"
    "|Contenidos relacionados|Artículos similares|Documentos relacionados|Recursos relacionados|Enlaces relacionados"
    "|Sobre el mismo tema|Lo más leído|Lo más visto|Lo más compartido|Le recomendamos"
    "|Читайте также|Другие новости|Похожие новости|Похожие статьи|Свежие новости|Самое читаемое"
    "|اقرأ أيضا|المزيد من الأخبار|الأكثر قراءة|مقالات ذات صلة|أخبار أخرى"
    "|相关文章|相關文章|延伸阅读|延伸閱讀|更多新闻|更多新聞|热门文章|熱門文章|相关链接|相關連結"
    "|Notícias relacionadas|Artigos relacionados|Mais notícias|Mais lidas|Leia mais"
    "|Meistgelesen|Meist gelesen|Zum Weiterlesen|Artikel zum Thema|Verwandte Artikel|Verwandte Themen|Ähnliche Inhalte"
    "|Das könnte Sie interessieren|Diese Artikel könnten Sie interessieren|Więcej na ten temat|Czytaj także"
    "|Najczęściej czytane|Leggi anche|Articoli correlati|Notizie correlate|Lees ook|Meer nieuws"
)

# Phrases of templates.
_PHRASES = key_set(
    "Skip to main content|Aller au contenu principal|Pasar al contenido principal|Saltar al contenido principal"
    "|Перейти к основному содержанию|تجاوز إلى المحتوى الرئيسي|跳转到主要内容|移至主內容|Print|Share|Back to top"
    "|Log in to post comments|Log in or register to post comments|Add new comment|Full width banner"
    "|Banner (Full width optional)|Upload document|Advertisement|Anzeige|Werbung|Publicidad|Publicité|Publicidade"
    "|Pubblicità|Реклама|Reklama|إعلان|广告"
)

# Addresses of share buttons.
_SHARER = re.compile(
    r"(?:(?:https?:)?//(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share|dialog/share)|(?:twitter|x)\.com/(?:intent/|share|home\?status)"
    r"|linkedin\.com/(?:shareArticle|sharing|cws/share)|(?:wa\.me|api\.whatsapp\.com|web\.whatsapp\.com)/(?:send)?\?"
    r"|(?:t|telegram)\.me/share|reddit\.com/submit|pinterest\.com/pin/create|addtoany\.com/|addthis\.com/)"
    r"|whatsapp://send|mailto:\?).*",
    re.IGNORECASE | re.DOTALL,
)


def leads_elsewhere(heading: str) -> bool:
    """Whether ``heading`` announces other pages: "Latest news", "Share:"."""
    return key(heading.rstrip(".:!")) in _SECTION_HEADINGS


LONGEST_PHRASE = max(map(len, _PHRASES)) + 40
"""Characters of a text that is looked up; 40 more than the longest phrase, for white space."""


def is_phrase(text: str) -> bool:
    """Whether ``text`` is a phrase of templates: "Skip to main content"."""
    return len(text) <= LONGEST_PHRASE and key(text) in _PHRASES


def is_site_label(text: str) -> bool:
    """Whether the vocabulary knows ``text`` as a label of the site, above nothing of the page."""
    return label_kind(text) == "chrome"


def only_shares(line: Line) -> bool:
    """Whether ``line`` contains only links that share the page on other sites, and words that ask to share."""
    return only_links(line, _SHARER)


def only_links(line: Line, pattern: re.Pattern[str]) -> bool:
    """Whether ``line`` contains only links whose addresses match ``pattern``."""
    addresses = list(hrefs(line)) if line.has_link else []
    return bool(addresses) and all(map(pattern.fullmatch, addresses))


def hrefs(line: Line) -> Iterator[str]:
    """Yield the address of each piece of ``line``; empty for words that are no link."""
    for piece in line.pieces:
        if piece.link is not None and (piece.image or fold(piece.text)):
            yield piece.link.get("href") or ""
        elif piece.image or (fold(piece.text) and not _asks_to_share(piece.text)):
            yield ""


def _asks_to_share(text: str) -> bool:
    """Whether ``text`` belongs before or between links that share: "Share:", "|"."""
    return leads_elsewhere(fold(text)) or not any(map(str.isalnum, text))
