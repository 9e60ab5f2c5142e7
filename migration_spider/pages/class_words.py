"""The meaning of words in classes and ids, as Drupal's themes and modules and other sites use them.

``WORD[classes]`` is whether a class attribute has the word. Elements and roles, which standards define, take precedence
over these words, and running text in an element may show them to be wrong.
"""

from __future__ import annotations

import re
from typing import Any

from migration_spider.text import Remembered, word_set


def _matches(pattern: str) -> Remembered[bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Remembered(lambda classes: compiled.search(classes) is not None)


def _in(words: str, after: str = r"[\s_-]") -> Remembered[bool]:
    """Whether one of ``words`` is a class or a part of one between hyphens or underscores."""
    return _matches(rf"(?:^|[\s_-])(?:{words})(?:$|{after})")


def _is(words: str, after: str = r"\s") -> Remembered[bool]:
    """Whether one of ``words`` is a class, or begins one that goes on with ``after``."""
    return _matches(rf"(?:^|\s)(?:{words})(?:$|{after})")


# Parts of the site.

_SITE = (
    r"(?:breadcrumbs?|shar(?:e|ing)|social|addtoany|a2a|sharethis|cookies?|sliding-popup|newsletter|related"
    r"|pagers?|pagination|flippy|skip-?(?:link|to)|tabs--(?:primary|secondary)|local-tasks|comment(?:s|-wrapper|-form)?"
    r"|sidebar|menu|language-switcher|site-(?:header|footer|branding)|(?:page|region)-footer|footer-wrapper|toolbar"
    r"|contextual(?!(?:-links)?-region)|messages|views-exposed-form|view-filters|(?:book|forum-topic)-navigation|exposed-form"
    r"|facets?|feed-icons?|teasers?|submitted|byline|links inline|inline links|advert|banner-message"
    r"|search-block-form|modal)"
)
"""Words of Drupal core, its common modules and page builders."""

_BOXES = (
    r"(?:widgets?|text-?widget|author[_-]*(?:box|bio\w*|info|intro|desc\w*|about|profile)|authors__intro"
    r"|(?:node)?author-info|about-?(?:the-)?author|authorbox|bio|pay-?wall|buybox|subscri(?:be|ption)s?"
    r"|newsletters?|promos?|related[a-z]*|relacionad[ao]s?|recommend[a-z]*|empfehlung(?:en)?|dfp"
    r"|ad-?(?:slot|unit|wrapper|container|box)|ads?|advertis\w+|anzeigen?|vote|rating|rate|likes?|disqus|outbrain"
    r"|taboola|trending|most-?(?:read|viewed|popular)|tag-?(?:list|cloud)|read-?(?:more|next|also)|see-?also"
    r"|next-?(?:story|article|post)|prev-?next|post-?nav\w*|printfriendly|page-?tools|tools|rollover(?:-\w+)?-block"
    r"|tooltip-?(?:text|content|inner)|pop(?:over|up(?:-element)?)-?(?:content|body)|hover-?card|copyright|disclaimer|disclosures?|cta\d*"
    r"|call-to-action|no-?print|hidden-print|d-print-none|placeholder|consent|third-party[a-z-]*|donat\w+|banners?"
    r"|reading-?time|sidebar\w*|sharekit|shares?|social\w*)"
)
"""Of classes only: boxes that other sites put around and into a text. Boxes with labels contain metadata."""

_CORE_BLOCK = (
    r"block-(?:user-(?:\d|login|new|online)|comment-(?:\d|recent)|forum-(?:\d|active|new)|blog-(?:\d|recent)"
    r"|aggregator-(?:category|feed)|statistics-(?:\d|popular)|poll-(?:\d|recent)|locale-(?:\d|language)"
    r"|search-(?:\d|form)|tagadelic-\d|tagclouds-\d)[\w-]*"
)
"""Ids of the blocks that modules of Drupal 5 to 7 place beside the pages of a site."""

_HINT = re.compile(rf"(?:^|[\s_-])(?:{_SITE}|{_BOXES})(?:$|[\s_-])", re.IGNORECASE)
# Ids also name chapters of a text, "social-protection": only whole words count, and any in the id of a block.
_ID_HINT = re.compile(
    rf"{_CORE_BLOCK}|block-(?:.*[_-])?{_SITE}(?:$|[_-]).*|{_SITE}\d*"
    r"(?:[_-](?:wrapper|container|block|links?|buttons?|bar|form|list|section|region|area|menu|nav|items?))?"
    r"|cookies?[_-](?:warning|notice|banner|message|info|policy|law|bar)|(?:page[_-]?|site[_-]?)?footer.*"
    r"|(?:article|node|page|post|story|user|reader)s?[_-]comments?",
    re.IGNORECASE,
)
_WITH_ID_OF_ITS_PLACE = word_set("div section aside ul ol header footer")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
# An editor's name for a field or a kind of paragraph does not say where it is: field--name-field-related-commitment.
_EDITORS_NAME = re.compile(
    r"\b(?:views-field-field|field-{1,2}name-field|field--field|field-field|paragraph-{1,2}type-{1,2}"
    r"|node-{1,2}type-{1,2}|media-{1,2}type-{1,2}|teaser-?text|elementor)[\w-]*"
)


LANDMARKS = word_set("nav header footer aside")
LANDMARK_ROLES = word_set("navigation banner contentinfo complementary search")


def is_landmark(element: Any) -> bool:
    """Whether ``element`` is a part of the site by its name or role."""
    return element.tag in LANDMARKS or element.get("role") in LANDMARK_ROLES


def hint_of(name: str, classes: str, id_: str) -> str:
    """Return the word in the class or id of an element ``name`` that names a part of the site; empty without one."""
    hint = _HINT.search(_EDITORS_NAME.sub(" ", _HUMP.sub("-", classes)))
    if hint is None and name in _WITH_ID_OF_ITS_PLACE:
        hint = _ID_HINT.fullmatch(id_)
    return "" if hint is None else hint[0]


BOX = _in(_BOXES)
SOFT = _in(
    r"no-?print|hidden-print|d-print-none|tools|page-?tools|banners?|rating|likes?|shar(?:e|ing|es)|facets?|modal|messages"
)
"""Words that also describe how a part of a text looks or where it is printed, if it contains running text."""
PART = _in("sidebar|submitted|byline|messages|menu|modal")
"""Words that also name a part of the article with its metadata."""
SITE_NAME = _in("site-?(?:name|title)|logo")
CUSTOM_BLOCK = _matches(r"(?:^|\s)block-block-content|(?:^|\s)block-block(?:$|\s)|(?:^|\s)block-content--type-")
"""Blocks that a site places beside its nodes: they have body fields, too."""

_HIDDEN = _is("hidden|js-hide|d-none|print-only")
# Hidden on narrow screens only, with classes of Bootstrap and Tailwind: "d-none d-md-block", "hidden md:flex".
_SHOWN = _is(r"(?:d-(?:sm|md|lg|xl|xxl)-|(?:sm|md|lg|xl|2xl):)(?:block|inline|flex|grid|table)[\w-]*")
HIDDEN = Remembered(lambda classes: _HIDDEN[classes] and not _SHOWN[classes])
UNSEEN = _is("visually-?hidden|sr-only|usa-sr-only|element-invisible|screen-reader-text|show-for-sr")
"""Text for screen readers only."""

# Parts of a node.

BODY = _in("field(?:s|)-{1,2}(?:name-|field-)*body|body-field|node__body|article-body|body-text", after=r"\s")
VIEWED = _is("views-field")
"""A field in a row of a view."""
TEXT_FIELD = _is("field-{1,2}type-text-(?:long|with-summary)|text-formatted")
TEXT_BOX = _is("text", after=r"[\s_]")
FIELD = _is(r"field|paragraph|views-field|block-(?:field|inline)-block\S*", after=r"\s|--")
"""Elements that Drupal prints around a field or a part of a node of any size."""
VALUE_FIELD = _is(
    "field-{1,2}type-(?:entity-reference|taxonomy-term-reference|list-[a-z]+|boolean|datetime|integer|decimal)"
)
"""Fields of a type with a word or two: terms, choices, numbers; never text written by an editor."""
FIELD_ITEM = _is("field-{1,2}item|field__item")
ADDRESS = _is("field-{1,2}type-address(?:field)?")
"""A field of postal addresses, each printed in several lines."""
FIELD_LABEL = _is("field(?:-|--|__)label", after=r"[\s-]")
FILE = _is(r"file|file-link|file--[\w-]+|field--type-file|field-type-file")
MEDIA = _is("media", after=r"\s|--")
"""The element of a picture or a film of Drupal's media module: labels in it do not describe the page."""
OF_NODE = _is("(?:js-)?comment|media|profile|user", after=r"\s|--")
"""Elements that core's templates print as an ``<article>``, too: a comment, a picture or film, the author."""
TERM = _is("taxonomy-term", after=r"\s|--")
SUMMARY = _in(
    "field-(?:summary|lead|teaser|intro|introduction|standfirst|subtitle|subheading|abstract|excerpt)"
    "|article-(?:lead|summary)|lead-text|standfirst",
    after=r"\s",
)
_LEAD = _in(
    "lead|lede|intro(?:duction)?|standfirst|blurb|dek|chap[oe]|chapeau|sub-?(?:title|head(?:line|ing)?)|bajada"
    "|entradilla|sumario|vorspann|anriss|teaser-text|excerpt|summary|abstract"
)
_OF_PICTURE = _in("(?:image|picture|photo|media|bild|img)[_-]*sub-?title")
LEAD = Remembered(lambda classes: _LEAD[classes] and not _OF_PICTURE[classes])
_BY = _in(
    "node__meta|submitted|byline|authors?|autor(?:es)?|contributors?|(?:article|entry|post|node)-?meta(?:data)?"
    "|post-?date|pub-?date|timestamp|fecha"
)
_ON = _is("date|datum|created")
BYLINE = Remembered(lambda classes: _BY[classes] or _ON[classes])
RIGHTS = _in(
    "licen[cs](?:e|ing|ias?)|lizenz|copyrights?|(?:(?:photo|image|picture|caption|media)[_-]*)?credits?"
    "|(?:photo|image|picture|caption|media|img)[_-]*(?:source|author|owner|copyright)"
)
TITLE_FIELD = _matches(r"(?:^|\s)field-{1,2}name-(?:[\w-]*-)?(?:title|heading|headline)(?:$|\s)")
"""A field whose name says that it heads something: a part of the text, as paragraphs do."""
TERMS = _in("tags?|keywords?|categor(?:y|ies)|topics?|terms?")
CAPTION = _in("title|header|heading|caption|legend", after=r"\s")
"""Names of the element above the fields of a box, as Bootstrap's "card-header"."""

# Rows of a listing.

ROW = _is("views-row|views-col|teaser|node--view-mode-teaser|node-teaser|search-result|card")
ROW_TITLE = _in(r"title|headline|biblio-title[\w-]*", after=r"[\s_]")
ROW_DATE = _in("date|datum|fecha|created|published")
_BESIDE = _matches(
    r"(?:^|[\s_-])(?:sidebar|related|latest|recent|popular|upcoming)(?:$|[\s_-])|(?:^|\s)block-block-\d+(?:$|\s)"
)
_MENU = _matches(
    r"(?:^|[\s_-])(?:menu|nav|main-?(?:nav|menu)|navigation|navbar|breadcrumbs?|pagers?|pagination|tabs|toolbar"
    r"|contextual(?!(?:-links)?-region)|shar(?:e|ing)|social|addtoany|language-switcher|skip-link|cookies?|exposed-form|facets?|footer"
    rf"|comments?|tags)(?:$|[\s_-])|(?:^|\s){_CORE_BLOCK}(?:$|\s)"
)
# The name of a view, which Views prints: the listing may be named "facets" or "tags".
_VIEW_NAME = re.compile(r"(?<!\S)view-(?:id-|display-id-)?(?!(?:header|footer|filters|grouping)(?!\S))\S+")
# Names of another part of the page, in a class of a part beside it: "with-navbar", "no-sidebar".
_OF_ANOTHER = re.compile(r"(?<!\S)(?:with|has|no)-\S+")
NODE = _is("node")
BESIDE = Remembered(lambda words: _BESIDE[words] and _BESIDE[_OF_ANOTHER.sub("", words)])
MENU = Remembered(
    lambda words: _MENU[words] and _MENU[_OF_ANOTHER.sub("", _VIEW_NAME.sub("", words))] and not NODE[words]
)
