"""What on a page belongs to the site and not to the page: navigation, sidebars, share buttons, teasers of other pages.

Whatever reads a page asks here: of elements, headings, labels and phrases. Elements and ARIA roles decide first
(HTML-AAM); words in class and id only take away what no standard names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from migration_spider.pages.bounds import Attributes
from migration_spider.pages.outline import Line, local_name
from migration_spider.pages.text import fold, key_set, reading_length, word_set
from migration_spider.vocabularies import key, label_field, label_kind

_LANDMARKS = word_set("nav header footer aside")
_LANDMARK_ROLES = word_set("navigation banner contentinfo complementary search")
_NO_ARTICLE = word_set("nav form dialog search menu")
_NO_TEXT = word_set("a h1 script style noscript template svg select")
_TELLING = _LANDMARKS | _NO_ARTICLE
"""Elements that tell by their name alone; all others have no mark without an attribute."""
_HIDDEN_ROLES = _LANDMARK_ROLES | word_set("alert alertdialog dialog menu menubar status toolbar")
# Words of Drupal core, its common modules and page builders.
_WORDS = (
    r"(?:breadcrumbs?|shar(?:e|ing)|social|addtoany|a2a|sharethis|cookies?|sliding-popup|newsletter|related"
    r"|pagers?|pagination|skip-?(?:link|to)|tabs--(?:primary|secondary)|local-tasks|comment(?:s|-wrapper|-form)?|sidebar"
    r"|menu|language-switcher|site-(?:header|footer|branding)|(?:page|region)-footer|footer-wrapper|toolbar|contextual(?!-region)"
    r"|messages|views-exposed-form|view-filters|(?:book|forum-topic)-navigation|exposed-form|facets?|feed-icons?|teasers?|submitted|byline"
    r"|links inline|inline links|advert|banner-message|search-block-form|modal)"
)
# Of classes only: boxes that other sites put around and into a text. Where they print labels, they hold the metadata.
_BOXES = (
    r"(?:widgets?|text-?widget|author[_-]*(?:box|bio\w*|info|intro|desc\w*|about|profile)|authors__intro|(?:node)?author-info|about-?(?:the-)?author|authorbox|bio|pay-?wall|buybox|subscri(?:be|ption)s?"
    r"|newsletters?|promos?|related[a-z]*|relacionad[ao]s?|recommend[a-z]*|empfehlung(?:en)?|dfp|ad-?(?:slot|unit|wrapper|container|box)|ads?|advertis\w+|anzeigen?"
    r"|vote|rating|rate|likes?|disqus|outbrain|taboola|trending|most-?(?:read|viewed|popular)|tag-?(?:list|cloud)"
    r"|read-?(?:more|next|also)|see-?also|next-?(?:story|article|post)|post-?nav\w*|printfriendly|page-?tools|tools"
    r"|rollover(?:-\w+)?-block|tooltip-?(?:text|content|inner)|popover-?(?:content|body)|hover-?card"
    r"|copyright|disclaimer|disclosures?|cta\d*|call-to-action|no-?print|hidden-print|d-print-none|placeholder|consent|third-party[a-z-]*|donat\w+|banners?|reading-?time|sidebar\w*|sharekit|shares?|social\w*)"
)
_CLASS_HINT = re.compile(rf"(?:^|[\s_-])(?:{_WORDS}|{_BOXES})(?:$|[\s_-])", re.IGNORECASE)
_BOX_HINT = re.compile(rf"(?:^|[\s_-]){_BOXES}(?:$|[\s_-])", re.IGNORECASE)
# These words also name how a part of a text looks, or where it is printed: with running text in it, it is one.
_SOFT_HINT = re.compile(
    r"(?:^|[\s_-])(?:no-?print|hidden-print|d-print-none|tools|page-?tools|banners?|rating"
    r"|likes?|shar(?:e|ing|es)|facets?|modal|messages)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What Drupal prints around a part of a node.
_FIELD = re.compile(r"(?:^|\s)(?:field|paragraph)(?:$|\s|--)")
_FIELD_LABEL = re.compile(r"(?:^|\s)field-label(?:$|\s)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
CORE_BLOCK = (
    r"block-(?:user-(?:\d|login|new|online)|comment-(?:\d|recent)|forum-(?:\d|active|new)|blog-(?:\d|recent)"
    r"|aggregator-(?:category|feed)|statistics-(?:\d|popular)|poll-(?:\d|recent)|locale-(?:\d|language)"
    r"|search-(?:\d|form)|tagadelic-\d|tagclouds-\d)[\w-]*"
)
"""Ids of the blocks that modules of Drupal 5 to 7 place beside the pages of a site."""

# Ids also name chapters of a text, "social-protection": only whole words count, and any in the id of a block.
_ID_HINT = re.compile(
    rf"{CORE_BLOCK}|block-(?:.*[_-])?{_WORDS}(?:$|[_-]).*"
    rf"|{_WORDS}\d*(?:[_-](?:wrapper|container|block|links?|buttons?|bar|form|list|section|region|area|menu|nav|items?))?"
    r"|cookies?[_-](?:warning|notice|banner|message|info|policy|law|bar)|(?:page[_-]?|site[_-]?)?footer.*|(?:article|node|page|post|story|user|reader)s?[_-]comments?",
    re.IGNORECASE,
)
_WITH_ID_OF_ITS_PLACE = word_set("div section aside ul ol header footer")
# These words also name a part of the article that holds its metadata.
_PART_HINT = re.compile(r"(?:^|[\s_-])(?:sidebar|submitted|byline|messages|menu|modal)(?:$|[\s_-])", re.IGNORECASE)
# An editor's name for a field or a kind of paragraph says nothing of its place: field--name-field-related-commitment.
_EDITORS_NAME = re.compile(
    r"\b(?:views-field-field|field-{1,2}name-field|field--field|field-field|paragraph-{1,2}type-{1,2}|node-{1,2}type-{1,2}"
    r"|media-{1,2}type-{1,2}|teaser-?text|elementor)[\w-]*"
)
_PARTED = re.compile(r"[\s_-]+")
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:hidden|js-hide|d-none|print-only)(?:$|\s)")
# Hidden on narrow screens only, in the words of Bootstrap and Tailwind: "d-none d-md-block", "hidden md:flex".
_SHOWN_CLASS = re.compile(
    r"(?:^|\s)(?:d-(?:sm|md|lg|xl|xxl)-|(?:sm|md|lg|xl|2xl):)(?:block|inline|flex|grid|table)[\w-]*(?:$|\s)"
)

MOST = 0.6
"""Share of the page's running text, 0 to 1, that no part of the site holds, whatever a class or style says of it."""

NEARLY_ALL = 0.9
"""The same for what an element or a role says."""

SHORTEST_TEXT = 25
"""How long a text reads that may be all there is."""

PARAGRAPH = 100
"""How long a text reads that is no label, button or name."""

LONG = 500
"""How long a text reads that is no box beside one."""

LEAD = 60
"""How long a text reads that may be a lead."""

# Headings of sections that lead to other pages; under them nothing is about this page.
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
)

# What templates print around a text, word for word.
_PHRASES = key_set(
    "Skip to main content|Aller au contenu principal|Pasar al contenido principal|Saltar al contenido principal"
    "|Перейти к основному содержанию|تجاوز إلى المحتوى الرئيسي|跳转到主要内容|移至主內容|Print|Share|Back to top"
    "|Log in to post comments|Log in or register to post comments|Add new comment|Full width banner"
    "|Banner (Full width optional)|Upload document|Advertisement|Anzeige|Werbung|Publicidad|Publicité|Publicidade"
    "|Pubblicità|Реклама|Reklama|إعلان|广告"
)

# What share buttons link to, whatever the theme calls them.
_SHARER = re.compile(
    r"(?:(?:https?:)?//(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share|dialog/share)|(?:twitter|x)\.com/(?:intent/|share|home\?status)"
    r"|linkedin\.com/(?:shareArticle|sharing|cws/share)|(?:wa\.me|api\.whatsapp\.com|web\.whatsapp\.com)/(?:send)?\?"
    r"|(?:t|telegram)\.me/share|reddit\.com/submit|pinterest\.com/pin/create|addtoany\.com/|addthis\.com/)"
    r"|whatsapp://send|mailto:\?).*",
    re.IGNORECASE | re.DOTALL,
)


def is_landmark(element: Any) -> bool:
    """Whether ``element`` is by its name or role a part of the site, whatever page it stands on."""
    return element.tag in _LANDMARKS or element.get("role") in _LANDMARK_ROLES


def leads_elsewhere(heading: str) -> bool:
    """Whether ``heading`` stands above what leads to other pages: "Latest news", "Share:"."""
    return key(heading.rstrip(".:!")) in _SECTION_HEADINGS


LONGEST_PHRASE = max(map(len, _PHRASES)) + 40
"""Characters; a text is looked up when no white space in it makes it longer than any phrase."""


def is_phrase(text: str) -> bool:
    """Whether ``text`` is what templates print around any page: "Skip to main content"."""
    return len(text) <= LONGEST_PHRASE and key(text) in _PHRASES


def is_site_label(text: str) -> bool:
    """Whether the vocabulary knows ``text`` as a label that stands above nothing of the page."""
    return label_kind(text) == "chrome"


def only_shares(line: Line) -> bool:
    """Whether ``line`` is nothing but links that share the page on other sites, and words that ask to."""
    return only_links(line, _SHARER)


def only_links(line: Line, pattern: re.Pattern[str]) -> bool:
    """Whether ``line`` is nothing but links whose addresses match ``pattern``."""
    addresses = list(hrefs(line)) if line.has_link else []
    return bool(addresses) and all(map(pattern.fullmatch, addresses))


def hrefs(line: Line) -> Iterator[str]:
    """What each piece of ``line`` links to; empty for words that are no link."""
    for piece in line.pieces:
        if piece.link is not None and (piece.image or fold(piece.text)):
            yield piece.link.get("href") or ""
        elif piece.image or (fold(piece.text) and not _asks_to_share(piece.text)):
            yield ""


def _asks_to_share(text: str) -> bool:
    """Whether ``text`` stands before such links or between them: "Share:", "|"."""
    return leads_elsewhere(fold(text)) or not any(map(str.isalnum, text))


class Chrome:
    """Decides for one page.

    Args:
        main: the element of the main content.
        kept: the elements that hold the page's own article and title.
        article: the element of the article.
        others: elements of other articles on the page.
        is_own: whether an ``href`` leads to the page itself.
        folded: ids of what a button on the page folds and unfolds.
        attributes: those of the page's elements.
        type_: the content type of the page, where the theme prints it; a newsletter has parts that are called so.
    """

    def __init__(
        self,
        main: Any,
        kept: frozenset[Any],
        article: frozenset[Any],
        others: frozenset[Any] = frozenset(),
        is_own: Callable[[str | None], bool] = lambda _: False,
        folded: frozenset[str] = frozenset(),
        attributes: Attributes | None = None,
        type_: str = "",
    ) -> None:
        self._main = main
        self._kept = kept
        self._article = article
        self._others = others
        self._folded = folded
        self._type = type_
        self.attributes = Attributes() if attributes is None else attributes
        self._lengths: dict[Any, int] = {}
        self._inside: dict[Any, bool] = {}
        self._values: dict[Any, bool] = {}
        self._asides: set[Any] = set()
        self.is_own = is_own
        self.left_out: dict[Any, str] = {}
        """Elements that the outline leaves out -> why: for what they are (`MARKS`) or what they say (prune.py)."""
        self.dropped_texts: set[tuple[Any, bool]] = set()
        """The same for texts without an element of their own, as :attr:`Piece.slot`."""

    def is_of_another(self, element: Any) -> bool:
        """Whether ``element`` prints another node, on a page that has none of its own."""
        return element in self._others and self._main in self._article

    def protects(self, element: Any) -> bool:
        """Whether ``element`` holds the page's title or article."""
        return element in self._kept

    def parts(self, within: Any, *besides: str) -> Iterator[Any]:
        """Elements below ``within`` in which no link leads on, by their name or one of ``besides``."""
        return (one for one in within.iter("nav", "footer", "aside", "form", *besides) if not self.protects(one))

    def is_label(self, text: str) -> bool:
        return len(text) < 80 and label_kind(text) is not None

    def why_hidden(self, element: Any, name: str) -> str:
        """Why nothing in ``element`` (tag ``name``) is about the page; empty when it may be."""
        if element in self._kept:
            return ""
        if self._others and element in self._others and not (self._is_in_value(element) or self._is_most(element)):
            return "another node"
        attributes = self.attributes[element]
        if not attributes and name not in _TELLING:
            return ""
        get = attributes.get
        face, marks = suspected(name, get("role"), get("class", ""), get("id", ""), _is_hidden(attributes))
        for mark in marks:
            if mark.holds is None or mark.holds(self, element, face):
                return "" if self._holds_text(element, mark.share) else mark.why
        return ""

    def _is_most(self, element: Any) -> bool:
        """Whether nearly all of a page without a node of its own stands in ``element``, though a link heads it."""
        return self._length(element) >= LONG and self._holds_text(element, MOST) and self._main in self._article

    def _holds_text(self, element: Any, share: float) -> bool:
        """Whether more than ``share`` of the page's text stands in ``element``."""
        own = self._length(element)
        return own > SHORTEST_TEXT and own > share * self._length(self._main)

    def _length(self, element: Any) -> int:
        """How long the text of ``element`` reads, without links and the title; 0 outside the main content."""
        if element not in self._lengths:
            if element is self._main or self._main in element.iterancestors():
                self._measure(element)
            else:
                self._lengths[element] = 0
        return self._lengths[element]

    def _measure(self, top: Any) -> None:
        found = self._lengths
        elements = [element for element in top.iter() if isinstance(element.tag, str)]
        found.update(dict.fromkeys(elements, 0))
        for element in reversed(elements):
            if element.tag in _NO_TEXT:
                found[element] = 0
            elif (text := element.text) and (text := text.strip()):
                found[element] += reading_length(text)
            if element is not top:
                around = element.getparent()
                found[around] += found[element]
                if (text := element.tail) and (text := text.strip()):
                    found[around] += reading_length(text)

    def is_value(self, rows: Any) -> bool:
        """Whether ``rows``, the element around rows of a view or terms, is the value of a labelled field."""
        if rows not in self._values:
            self._values[rows] = follows_label(rows)
        return self._values[rows]

    def _is_in_value(self, element: Any) -> bool:
        around = islice(element.iterancestors(), 2)
        return any(self.is_value(one) for one in (element, *around))

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

    def is_site_part(self, element: Any, face: Face) -> bool:
        """An aside, header or footer of the page; one of the article belongs to the article unless it only links."""
        if not self._inside_article(element):
            return True
        if face.name in ("footer", "aside") and self._main.tag == "body" and self._main in self._article:
            # The theme marks no article that it could be of.
            return label_count(element) < 2
        if face.name in ("footer", "header") or element.getparent() in self._asides:
            return False
        if _link_share(element) > 0.4 and label_count(element) < 2:
            return True
        # What is inside belongs to it.
        self._asides.update(element.iter())
        return False

    def is_unseen(self, element: Any, face: Face) -> bool:
        """Hidden from sight by no button of the article, which unfolds it."""
        return not (face.id in self._folded and self._inside_article(element))

    def is_named(self, element: Any, face: Face) -> bool:
        """Named as what templates print around a page, and not a part with its metadata."""
        hint = face.hint
        if self._type and self._type in _PARTED.split(hint.lower()):
            return False
        is_soft = _SOFT_HINT.search(hint) or _FIELD.search(face.classes)
        if is_soft and self._length(element) >= PARAGRAPH and self._inside_article(element):
            return False
        if "teaser" in hint.lower() and (self._is_in_value(element) or self._leads_nowhere(element)):
            return False
        if "inline" in hint and _is_label(element.getprevious()):
            # Bartik for Drupal 7 prints the terms of a field as it prints the links of a node.
            return False
        if "comment" not in hint.lower() and self._is_most_of_article(element):
            return False
        is_part = (_PART_HINT.search(hint) or _BOX_HINT.search(hint)) is not None and self._inside_article(element)
        return not (is_part and ("sidebar" in hint.lower() or label_count(element) > 0))

    def _is_most_of_article(self, element: Any) -> bool:
        """Whether the running text of the article is in ``element``: a paywall's frame, a column named as a box."""
        own = self._length(element)
        return own >= LONG and self._inside_article(element) and own > MOST * max(map(self._length, self._article))

    def _leads_nowhere(self, element: Any) -> bool:
        """Whether ``element`` is running text without a link in or around it: no teaser, but the page's own lead."""
        is_text = self._length(element) >= LEAD and next(element.iter("a", "button"), None) is None
        return is_text and next(element.iterancestors("a"), None) is None

    def is_row(self, element: Any, face: Face) -> bool:
        return _has_sibling_row(element) and not self.is_value(element.getparent())

    def is_slide(self, element: Any, face: Face) -> bool:
        """A field of a view in one of several items of a list, as slideshows print them: without a class for rows."""
        row = element.getparent()
        if local_name(row) != "li" or "views-row" in (row.get("class") or ""):
            return False
        beside = [one for one in (row.getnext(), row.getprevious()) if one is not None and local_name(one) == "li"]
        is_many = any("views-field" in (child.get("class") or "") for one in beside for child in one)
        return is_many and not self.is_value(row.getparent())


class Face(NamedTuple):
    """What the tag of an element tells, wherever it stands."""

    name: str
    role: str | None
    classes: str
    id: str
    is_hidden: bool
    """Whether an attribute or a class hides it from sight."""

    hint: str
    """The word of its class or id that templates print around a page; empty without one."""


class Mark(NamedTuple):
    """One kind of evidence that an element is a part of the site."""

    why: str
    """Printed by ``scrapy explain``."""

    share: float
    """The share of the page's running text that shows the evidence to be wrong."""

    shows: Callable[[Face], bool]
    """Whether an element like this may bear it."""

    holds: Callable[[Chrome, Any, Face], bool] | None = None
    """Of (the page's Chrome, element, its face): whether it does, where more than its face must tell."""


MARKS = (
    Mark("navigation, a form or a dialog", NEARLY_ALL, lambda face: face.name in _NO_ARTICLE),
    Mark(
        "a header, footer or aside of the site",
        NEARLY_ALL,
        lambda face: face.name in _LANDMARKS or face.role == "complementary",
        Chrome.is_site_part,
    ),
    Mark(
        "its role is of the site",
        NEARLY_ALL,
        lambda face: face.role in _HIDDEN_ROLES and face.role != "complementary" and face.name not in _LANDMARKS,
    ),
    # Where it is another element, Bootstrap 3 prints the contents of the tabs in it, too.
    Mark("the names of tabs", NEARLY_ALL, lambda face: face.name in ("ul", "ol") and face.role == "tablist"),
    Mark("hidden from sight", MOST, lambda face: face.is_hidden, Chrome.is_unseen),
    Mark("its class or id is of the site", MOST, lambda face: face.hint != "", Chrome.is_named),
    Mark("a row of a view", MOST, lambda face: "views-row" in face.classes, Chrome.is_row),
    Mark("a slide of a view", MOST, lambda face: "views-field" in face.classes, Chrome.is_slide),
)


@lru_cache(maxsize=4096)
def suspected(name: str, role: str | None, classes: str, id_: str, is_hidden: bool) -> tuple[Face, tuple[Mark, ...]]:
    """An element's face and the marks that one like it may bear: few elements of a site look like no other."""
    hint = _CLASS_HINT.search(_EDITORS_NAME.sub(" ", _HUMP.sub("-", classes)))
    if hint is None and name in _WITH_ID_OF_ITS_PLACE:
        hint = _ID_HINT.fullmatch(id_)
    is_hidden = is_hidden or (_HIDDEN_CLASS.search(classes) is not None and _SHOWN_CLASS.search(classes) is None)
    face = Face(name, role, classes, id_, is_hidden, "" if hint is None else hint[0])
    return face, tuple(mark for mark in MARKS if mark.shows(face))


def _is_hidden(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return "style" in attributes and _DISPLAY_NONE.search(attributes["style"]) is not None


def _is_label(element: Any) -> bool:
    return element is not None and _FIELD_LABEL.search(element.get("class") or "") is not None


def follows_label(element: Any) -> bool:
    """Whether what is printed right before ``element``, in its parent or a few elements further out, labels a field."""
    for around in islice(chain((element,), element.iterancestors()), 12):
        for before in islice(around.itersiblings(preceding=True), 5):
            text = fold("".join(islice(before.itertext(), 20))) if isinstance(before.tag, str) else ""
            if text:
                return len(text) < 80 and label_field(text) is not None
    return False


def _has_sibling_row(element: Any) -> bool:
    return any(
        "views-row" in (sibling.get("class") or "")
        for sibling in (element.getnext(), element.getprevious())
        if sibling is not None and isinstance(sibling.tag, str)
    )


_LABEL_END = re.compile(r"[:：]|(?=\d)")


def label_count(element: Any) -> int:
    """How many different labels of the metadata block begin a text in ``element``."""
    begun = (_label_of(text[:200]) for text in islice(element.itertext(), 400))
    return len({label for label in begun if label})


@lru_cache(maxsize=8192)
def _label_of(text: str) -> str:
    """The key of the label that ``text`` begins with; empty for none."""
    label = fold(_LABEL_END.split(text, maxsplit=1)[0])
    return key(label) if 0 < len(label) < 80 and label_field(label) is not None else ""


def _link_share(element: Any) -> float:
    """Share of the text of ``element`` that stands in links, 0 to 1."""
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    return linked / (len("".join(element.itertext()).strip()) or 1)
