"""What a page says, as printed: no network, no clock, no guesses.

``page_for`` says which page class reads a page; crawl and reparse share it. The modules in the order in which a page
goes through them, which is the order to read them in:

1. bounds, nodes, node_ids, languages, base: the elements of a page, which node it is, its language, its main content.
2. kinds, then listing or news: a table of evidence says what kind of page it is, and so who reads it.
3. class_words, phrases, chrome: what belongs to the site; a table of marks, and one of excuses.
4. outline, outline_builder, prune: the main content as blocks and lines, without these parts.
5. label_marks, cells, cell_values, labels, look, unlabelled, metadata_block: the labels and values in it.
6. words, prose, scope, pointers, attachments, roles: what each line is; two tables of evidence.
7. titles, body, markup, parts, places: fields of the item, of lines with a role.
8. rows, row_places, row_links, row_candidates, row_parts, row_dates: the rows of a listing; results, menu: how many
   it has, and links to other listings.

Beside these stand blocked and broken (is an answer a page at all, and a whole one), feeds, xml_files and xml_entries
(feeds and sitemaps), requisites (what a browser loads), text_rendition (a page of which only the text is left).
"""

from migration_spider.pages.base import Page
from migration_spider.pages.kinds import facts_of, page_for, told_by
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.news import NewsPage

__all__ = ["ListingPage", "NewsPage", "Page", "facts_of", "page_for", "told_by"]
