"""The newsroom of the demo portal: an editor who changes the site while it is up.

``portal.editor.<method>(...)`` from any thread; the next request sees the whole change, or none of it when the method
raises. ``nid`` is a node id, ``language`` a URL prefix (``en`` has none on the wire). ``portal.truth()`` follows.

Every method but ``robots`` and ``works_at`` saves, as Drupal does: all cached pages, listings, feeds and sitemaps are rendered again, get
a new ETag and Last-Modified and differ in noise (``js-view-dom-id``, form build ids). The site's clock goes on by five
minutes with each rendering and by nothing else, so that the same edits in the same order give the same bytes. Saving a
node's source moves its ``lastmod`` in the sitemap, for all its languages; saving another translation does not.

=================================================  =====================================================================
``edit(nid, language, text=None)``                 a paragraph is added to the body
``edit_field(nid, language, field, value=None)``   date and type are replaced; other fields of the block get one value
                                                   more. Without ``value`` one that is not there yet. ``language=None``:
                                                   all translations. Fields: `FIELDS`
``clear_field(nid, language, field)``              the field has no value any more
``retitle(nid, language, title=None)``             new title; a translation with an alias gets a new one, and the old one
                                                   answers 301
``touch(nid, language=None)``                      saved without a change
``replace_file(nid, grow=False)``                  other bytes under the address of the first attachment: as many as
                                                   before, or more (then the page prints another size)
``add(kind, languages, published, authored)``      a new item, newest in listings, RSS and sitemap. ``published``: its date
                                                   in the block, also long ago. ``authored``: as if entered then ("authored
                                                   on" set back), so that it stands deep in the listings and is in no RSS
``translate(nid, language, alias=False)``          a translation appears, under ``/<language>/node/N`` or an alias
``remove_translation(nid, language)``              it goes: its alias is 404, ``/<language>/node/N`` a fallback again
``unpublish(nid)``, ``delete(nid, gone=False)``    403; 404, or 410 with ``gone``. Out of listings, feeds and sitemap
                                                   (``in_sitemap=True`` leaves it in the sitemap)
``login(nid)``                                     302 to ``/user/login``; stays in listings and sitemap
``redirect_away(nid, target, language=None)``      301 from all its addresses, or those of one translation, to a path of
                                                   the site, another node (an id) or an absolute URL (`ELSEWHERE`); stays
                                                   in listings and sitemap
``restore(nid)``                                   undoes the four above and ``place``
``place(nid, listings=None, sitemap=None)``        in or out of listings and feeds, of the sitemap; its pages stay
``restyle(variant=None)``                          another template: all pages differ in markup and chrome and say the
                                                   same. With ``variant`` also another theme (``markup.block.VARIANTS``)
``robots(*disallow, crawl_delay=None)``            robots.txt gets these rules beside its own, in place of earlier ones
``works_at(moment)``                               the next save is at this moment, aware, and not five minutes after the last
=================================================  =====================================================================

Items whose address answers no page of its own (unpublished, deleted, login, redirected) are not in the truth; items that
nothing lists any more are. Faults are the business of ``Portal.fault`` and ``Portal.heal``, edits as text of ``scripts``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from . import feeds, revision
from .content import FILES, MEDIA_TYPES, SECTIONS, draw_facts, make_node, slug, unique_alias
from .dice import Dice
from .markup.block import VARIANTS
from .model import File, Node, Translation
from .places import COUNTRIES
from .revision import FIELDS
from .site import Site
from .texts import Story, article, paragraph
from .vocabulary import LANGUAGES

__all__ = ["ELSEWHERE", "FIELDS", "Editor"]
ELSEWHERE = "https://elsewhere.invalid/moved"
"""An address on another host."""

KINDS = {"news": "news", "statement": "statement", "resource": "working-paper"}
"""Kind of a new item -> its type of material."""


class Editor:
    """See the table above. A node, translation, field or theme that does not exist is a `ValueError`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    # Content

    def edit(self, nid: int, language: str, text: str | None = None) -> None:
        """Add a paragraph to the body, by default one in the body's language."""
        with self._site.lock:
            node, translation = self._find(nid, language)
            words = text or revision.addition(translation.body_language or language, self._site.renderings)
            translation.body = [*translation.body, paragraph(words)]
            self._save(node, language)

    def edit_field(self, nid: int, language: str | None, field: str, value: object = None) -> None:
        """Change a value of the block, in all translations when ``language`` is None.

        ``value``: a `datetime.date` or ISO date, the number of an objective, the English name of a place, the slug or
        English name of a theme, the slug of a type, or free text; what no vocabulary knows is printed as it is.
        """
        with self._site.lock:
            for translation in self._chosen(nid, language):
                revision.put(translation, field, value)
            self._save_fields(nid, language)

    def clear_field(self, nid: int, language: str | None, field: str) -> None:
        """Take all values of a field; its label stays if the site prints it always."""
        with self._site.lock:
            for translation in self._chosen(nid, language):
                revision.clear(translation, field)
            self._save_fields(nid, language)

    def retitle(self, nid: int, language: str, title: str | None = None) -> None:
        """Give a new title, and a new alias where there is one: the old address answers 301."""
        with self._site.lock:
            node, translation = self._find(nid, language)
            translation.title = title or revision.retitled(translation.title, language)
            name = slug(translation.title)
            if translation.alias and name:
                new = f"{SECTIONS.get(node.kind, '')}/{name}"
                if new != translation.alias:
                    translation.retired_aliases = [*translation.retired_aliases, translation.alias]
                    translation.alias = unique_alias(new, language, self._site.aliases)
            self._save(node, language)

    def touch(self, nid: int, language: str | None = None) -> None:
        """Save without a change, by default the source."""
        with self._site.lock:
            node, translation = self._find(nid, language)
            self._save(node, translation.language)

    def replace_file(self, nid: int, grow: bool = False) -> None:
        """Put another file under the address of the first attachment; with ``grow`` a longer one."""
        with self._site.lock:
            node, _ = self._find(nid)
            old = next((file for shown in node.translations.values() for file in shown.files), None)
            if old is None:
                raise ValueError(f"node {nid} has no attachment")
            longer = old.padding + (300 if grow else 0)
            new = replace(old, edition=old.edition + 1, padding=longer, modified=self._next_moment())
            for shown in node.translations.values():
                shown.files = [new if file.path == old.path else file for file in shown.files]
            self._save(node, node.source)

    # Items

    def add(
        self,
        kind: str = "news",
        languages: tuple[str, ...] = ("en",),
        published: date | None = None,
        authored: datetime | None = None,
        attachment: bool = False,
    ) -> int:
        """Enter an item and say its node id, higher than all before.

        Args:
            kind: one of `KINDS`.
            languages: the first is the source.
            published: the date that the block prints; without it the day of entry.
            authored: time of entry as the node says it, aware; without it now.
            attachment: make sure that it has one.
        """
        if kind not in KINDS or not languages:
            raise ValueError(f"no item of kind {kind!r} in {languages}; there are {sorted(KINDS)}")
        for language in languages:
            _known(language)
        with self._site.lock:
            site = self._site
            nid = max(site.nodes) + 1
            # Large sites have nodes that are younger than the clock.
            newest = max(node.created for node in site.nodes.values())
            created = authored or max(self._next_moment(), newest + timedelta(minutes=1))
            dice = Dice(site.seed, "added", nid)
            pattern = 0 if kind == "statement" else dice.number(1, 5)
            day = published or created.date()
            story = Story(nid, dice.pick(COUNTRIES), dice.number(0, 9), dice.number(0, 7), pattern, day)
            facts = draw_facts(story, dice, KINDS[kind])
            node = make_node(kind, story, facts, languages, created, site.seed, languages[0])
            for shown in node.translations.values():
                if shown.alias:
                    shown.alias = unique_alias(shown.alias, shown.language, site.aliases)
                if attachment and not shown.files:
                    name = f"annex-{nid}.pdf"
                    shown.files = [File(f"{FILES}/docs/{name}", name, MEDIA_TYPES["pdf"])]
            node.changed = max(self._next_moment(), created)
            site.nodes[nid] = node
            site.reindex()
            return nid

    def translate(self, nid: int, language: str, alias: bool = False) -> None:
        """Add a translation; the values of its block stay as the source prints them, as editors leave them."""
        _known(language)
        with self._site.lock:
            node, source = self._find(nid)
            if language in node.translations:
                raise ValueError(f"node {nid} is in {language!r} already")
            if node.story is None:
                raise ValueError(f"node {nid} is no item")
            own = Dice(self._site.seed, "translated", nid, language)
            title = node.story.title(language)
            named = f"{SECTIONS.get(node.kind, '')}/{slug(title)}" if alias and slug(title) else None
            node.translations[language] = Translation(
                language=language,
                title=title,
                alias=unique_alias(named, language, self._site.aliases) if named else None,
                body=article(node.story, language, own),
                entries=revision.in_language(source, language, own),
                date=source.date,
                files=source.files,
                picture=source.picture,
            )
            self._save(node, language)

    def remove_translation(self, nid: int, language: str) -> None:
        """Delete one translation that is not the source."""
        with self._site.lock:
            node, _ = self._find(nid, language)
            if language == node.source:
                raise ValueError(f"{language!r} is the source of node {nid}: delete the node")
            del node.translations[language]
            self._save(node, language)

    def unpublish(self, nid: int, in_sitemap: bool = False) -> None:
        """Withdraw an item: 403."""
        self._withdraw(nid, "unpublished", in_sitemap)

    def delete(self, nid: int, gone: bool = False, in_sitemap: bool = False) -> None:
        """Delete an item: 404, or 410."""
        self._withdraw(nid, "gone" if gone else "deleted", in_sitemap)

    def login(self, nid: int) -> None:
        """Ask for a login where the item was."""
        self._withdraw(nid, "login", in_sitemap=True)

    def redirect_away(self, nid: int, target: str | int = "/about", language: str | None = None) -> None:
        """Redirect an item's addresses, or those of one translation, to another page."""
        with self._site.lock:
            node, _ = self._find(nid, language)
            for shown in self._chosen(nid, language):
                there = self._find(target)[0] if isinstance(target, int) else None
                shown.moved_to = self._site.path(there, shown.language) if there else str(target)
            self._save(node, language or node.source)

    def restore(self, nid: int) -> None:
        """Publish an item again, at its addresses, in listings and in the sitemap."""
        with self._site.lock:
            node, _ = self._find(nid)
            for shown in node.translations.values():
                shown.moved_to = None
            node.status, node.in_listings, node.in_sitemap = "published", True, True
            self._save(node, node.source)

    def place(self, nid: int, listings: bool | None = None, sitemap: bool | None = None) -> None:
        """Show an item in listings and feeds, and in the sitemap, or do not; None leaves that as it is."""
        with self._site.lock:
            node, _ = self._find(nid)
            node.in_listings = node.in_listings if listings is None else listings
            node.in_sitemap = node.in_sitemap if sitemap is None else sitemap
            self._site.reindex()

    # Site

    def restyle(self, variant: str | None = None) -> None:
        """Change the template of all pages, with ``variant`` also the theme."""
        if variant is not None and variant not in VARIANTS:
            raise ValueError(f"unknown variant {variant!r}; there are {sorted(VARIANTS)}")
        with self._site.lock:
            self._site.style += 1
            self._site.variant = variant or self._site.variant
            self._site.reindex()

    def robots(self, *disallow: str, crawl_delay: float | None = None) -> None:
        """Give robots.txt rules for everybody beside its own; without arguments only its own."""
        rules = [f"Disallow: {path}\n" for path in disallow]
        if crawl_delay is not None:
            rules.append(f"Crawl-delay: {crawl_delay:g}\n")
        with self._site.lock:
            self._site.robots = feeds.ROBOTS + "".join(rules)
            self._site.robots_modified = max(self._site.robots_modified, self._site.cached_at) + timedelta(minutes=1)

    def works_at(self, moment: datetime) -> None:
        """Set the site's clock so that the next save is at ``moment``: no rendering is made anew before."""
        with self._site.lock:
            self._site.opened += moment.replace(microsecond=0) - self._next_moment()

    # Saving

    def _next_moment(self) -> datetime:
        """The time that the site's clock shows after the next save."""
        return self._site.cached_at + timedelta(minutes=5)

    def _find(self, nid: int, language: str | None = None) -> tuple[Node, Translation]:
        """A node with one of its translations, by default the source."""
        node = self._site.nodes.get(nid)
        if node is None:
            raise ValueError(f"there is no node {nid}")
        translation = node.translations.get(language or node.source)
        if translation is None:
            raise ValueError(f"node {nid} is in {sorted(node.translations)}, not in {language!r}")
        return node, translation

    def _chosen(self, nid: int, language: str | None) -> list[Translation]:
        node, translation = self._find(nid, language)
        return [translation] if language else list(node.translations.values())

    def _withdraw(self, nid: int, status: str, in_sitemap: bool) -> None:
        with self._site.lock:
            node, _ = self._find(nid)
            node.status, node.in_sitemap = status, in_sitemap
            self._save(node, node.source)

    def _save_fields(self, nid: int, language: str | None) -> None:
        node, source = self._find(nid)
        if language in (None, node.source):
            node.terms = revision.terms(source)
        self._save(node, language or node.source)

    def _save(self, node: Node, language: str) -> None:
        if language == node.source:
            node.changed = max(self._next_moment(), node.changed + timedelta(minutes=5))
        self._site.reindex()


def _known(language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}; there are {LANGUAGES}")
