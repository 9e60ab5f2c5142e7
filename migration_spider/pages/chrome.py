"""What on a page belongs to the site and not to the page: navigation, sidebars, share buttons, teasers of other pages.

Whatever reads a page asks here: of elements, headings, labels and phrases. Elements and ARIA roles decide first
(HTML-AAM); words in class and id only take away what no standard names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from migration_spider.pages.text import fold, key_set, word_set
from migration_spider.vocabularies import key, label_field, label_kind

_LANDMARKS = word_set("nav header footer aside")
_LANDMARK_ROLES = word_set("navigation banner contentinfo complementary search")
_NO_ARTICLE = word_set("nav form dialog search menu")
_HIDDEN_ROLES = _LANDMARK_ROLES | word_set("alert alertdialog dialog menu menubar status toolbar")
# Words of Drupal core, its common modules and page builders.
_WORDS = (
    r"(?:breadcrumbs?|shar(?:e|ing)|social|addtoany|a2a|sharethis|cookies?|sliding-popup|newsletter|related"
    r"|pagers?|pagination|skip-?(?:link|to)|tabs--(?:primary|secondary)|local-tasks|comment(?:s|-wrapper|-form)?|sidebar"
    r"|menu|language-switcher|site-(?:header|footer|branding)|page-footer|footer-wrapper|toolbar|contextual(?!-region)"
    r"|messages|views-exposed-form|view-filters|exposed-form|facets?|feed-icons?|teaser|submitted|byline"
    r"|links inline|inline links|advert|banner-message|search-block-form|modal)"
)
_CLASS_HINT = re.compile(rf"(?:^|[\s_-]){_WORDS}(?:$|[\s_-])", re.IGNORECASE)
# Ids also name chapters of a text, "social-protection": only whole words count, and any in the id of a block.
_ID_HINT = re.compile(
    rf"block-(?:.*[_-])?{_WORDS}(?:$|[_-]).*"
    rf"|{_WORDS}(?:[_-](?:wrapper|container|block|links?|buttons?|bar|form|list|section|region|area|menu|nav|items?))?",
    re.IGNORECASE,
)
_WITH_ID_OF_ITS_PLACE = word_set("div section aside ul ol header footer")
# These words also name a part of the article that holds its metadata.
_PART_HINT = re.compile(r"(?:^|[\s_-])(?:sidebar|submitted|byline|messages|menu|modal)(?:$|[\s_-])", re.IGNORECASE)
# An editor's name for a field or a kind of paragraph says nothing of its place: field--name-field-related-commitment.
_EDITORS_NAME = re.compile(
    r"\b(?:views-field-field|field-{1,2}name-field|field--field|field-field|paragraph-{1,2}type-{1,2}|node-{1,2}type-{1,2}"
    r"|media-{1,2}type-{1,2})[\w-]*"
)
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:hidden|js-hide|d-none|print-only)(?:$|\s)")
# Hidden on narrow screens only, in the words of Bootstrap and Tailwind: "d-none d-md-block", "hidden md:flex".
_SHOWN_CLASS = re.compile(
    r"(?:^|\s)(?:d-(?:sm|md|lg|xl|xxl)-|(?:sm|md|lg|xl|2xl):)(?:block|inline|flex|grid|table)[\w-]*(?:$|\s)"
)

# Headings of sections that lead to other pages; under them nothing is about this page.
_SECTION_HEADINGS = key_set(
    "Latest news|Latest|Latest content|Latest updates|Recent news|Recent content|More news|Other news|News archive"
    "|Related|Related content|Related news|Related items|Related links|Related articles|Related resources"
    "|Related documents|See also|You may also like|Read also|Read more|Further reading|Share|Share this|Share this page"
    "|Follow us|Subscribe|Newsletter|Subscribe to our newsletter|Comments|Add new comment|Most read|Most viewed"
    "|Upcoming events|Search|Languages|Filter by|Filters|Main navigation|Breadcrumb|You are here|Cookies"
    "|Latest news and statements|Browse|Pagination"
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
    "|Neuen Kommentar hinzufügen|Neuen Kommentar schreiben"
)

# What templates print around a text, word for word.
_PHRASES = key_set(
    "Skip to main content|Aller au contenu principal|Pasar al contenido principal|Saltar al contenido principal"
    "|Перейти к основному содержанию|تجاوز إلى المحتوى الرئيسي|跳转到主要内容|移至主內容|Print|Share|Back to top"
    "|Log in to post comments|Log in or register to post comments|Add new comment|Full width banner"
    "|Banner (Full width optional)|Upload document"
)


def is_landmark(element: Any) -> bool:
    """Whether ``element`` is by its name or role a part of the site, whatever page it stands on."""
    return element.tag in _LANDMARKS or element.get("role") in _LANDMARK_ROLES


def leads_elsewhere(heading: str) -> bool:
    """Whether ``heading`` stands above what leads to other pages: "Latest news", "Share:"."""
    return key(heading.rstrip(".:!")) in _SECTION_HEADINGS


def is_phrase(text: str) -> bool:
    """Whether ``text`` is what templates print around any page: "Skip to main content"."""
    return key(text) in _PHRASES


def is_site_label(text: str) -> bool:
    """Whether the vocabulary knows ``text`` as a label that stands above nothing of the page."""
    return label_kind(text) == "chrome"


class Chrome:
    """Decides for one page.

    Args:
        kept: the elements that hold the page's own article and title.
        article: the element of the article.
        others: elements of other articles on the page.
        is_own: whether an ``href`` leads to the page itself.
        folded: ids of what a button on the page folds and unfolds.
    """

    def __init__(
        self,
        kept: frozenset[Any],
        article: frozenset[Any],
        others: frozenset[Any] = frozenset(),
        is_own: Callable[[str | None], bool] = lambda _: False,
        folded: frozenset[str] = frozenset(),
    ) -> None:
        self._kept = kept
        self._article = article
        self._others = others
        self._folded = folded
        self._inside: dict[Any, bool] = {}
        self._asides: set[Any] = set()
        self.is_own = is_own
        self.dropped: set[Any] = set()
        """Elements that the outline leaves out for what they say, see prune.py."""
        self.dropped_texts: set[tuple[Any, bool]] = set()
        """The same for texts without an element of their own, as :attr:`Piece.slot`."""

    def protects(self, element: Any) -> bool:
        """Whether ``element`` holds the page's title or article."""
        return element in self._kept

    def parts(self, within: Any, *besides: str) -> Iterator[Any]:
        """Elements below ``within`` in which no link leads on, by their name or one of ``besides``."""
        return (one for one in within.iter("nav", "footer", "aside", "form", *besides) if not self.protects(one))

    def is_label(self, text: str) -> bool:
        return len(text) < 80 and label_kind(text) is not None

    def hides(self, element: Any, name: str) -> bool:
        """Whether nothing in ``element`` (tag ``name``) is about the page."""
        if element in self._kept:
            return False
        if element in self._others:
            return True
        if name in _NO_ARTICLE:
            return True
        attributes = element.attrib
        is_part = name in _LANDMARKS or attributes.get("role") == "complementary"
        if is_part and self._is_site_part(element, name):
            return True
        if not attributes:
            return False
        if attributes.get("role") in _HIDDEN_ROLES and not is_part:
            return True
        if attributes.get("role") == "tablist" and name in ("ul", "ol"):
            # The names of tabs; where it is another element, Bootstrap 3 prints their contents in it, too.
            return True
        if self._is_hidden(element) and not (attributes.get("id") in self._folded and self._inside_article(element)):
            return True
        classes = _EDITORS_NAME.sub(" ", attributes.get("class", ""))
        hint = _CLASS_HINT.search(classes)
        if hint is None and name in _WITH_ID_OF_ITS_PLACE:
            hint = _ID_HINT.fullmatch(attributes.get("id", ""))
        if hint is None:
            return "views-row" in classes and _has_sibling_row(element)
        return not (_PART_HINT.search(hint[0]) and self._is_labelled_part(element, hint[0]))

    @staticmethod
    def _is_hidden(element: Any) -> bool:
        attributes = element.attrib
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            return True
        if _DISPLAY_NONE.search(attributes.get("style", "")):
            return True
        classes = attributes.get("class", "")
        return _HIDDEN_CLASS.search(classes) is not None and _SHOWN_CLASS.search(classes) is None

    def _is_labelled_part(self, element: Any, hint: str) -> bool:
        """Whether ``element`` is a column of the article, or another part of it that prints labels."""
        return self._inside_article(element) and ("sidebar" in hint.lower() or label_count(element) > 0)

    def _inside_article(self, element: Any) -> bool:
        """Whether an element around ``element`` is the article; what is found is kept, for pages nest deeply."""
        chain = []
        around = element.getparent()
        while around is not None and around not in self._inside:
            if around in self._article:
                self._inside[around] = True
                break
            chain.append(around)
            around = around.getparent()
        answer = around is not None and self._inside[around]
        self._inside.update(dict.fromkeys(chain, answer))
        return answer

    def _is_site_part(self, element: Any, name: str) -> bool:
        """An aside, header or footer of the page; one of the article belongs to the article unless it only links."""
        if not self._inside_article(element):
            return True
        if name in ("footer", "header") or element.getparent() in self._asides:
            return False
        if _link_share(element) > 0.4 and label_count(element) < 2:
            return True
        # What is inside belongs to it.
        self._asides.update(element.iter())
        return False


def _has_sibling_row(element: Any) -> bool:
    return any(
        "views-row" in (sibling.get("class") or "")
        for sibling in (element.getnext(), element.getprevious())
        if sibling is not None and isinstance(sibling.tag, str)
    )


def label_count(element: Any) -> int:
    """How many different labels of the metadata block begin a text in ``element``."""
    texts = (fold(text.partition(":")[0].partition("：")[0][:200]) for text in islice(element.itertext(), 400))
    return len({key(text) for text in texts if 0 < len(text) < 80 and label_field(text) is not None})


def _link_share(element: Any) -> float:
    """Share of the text of ``element`` that stands in links, 0 to 1."""
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    return linked / (len("".join(element.itertext()).strip()) or 1)
