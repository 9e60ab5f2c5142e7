"""Reads pages as printed: no network, no clock, no guesses.

``page_for`` returns a page as an object of the class for its kind; crawl and reparse share it. The modules in the order
in which a page goes through them, which is the order to read them in:

1. bounds, nodes, base: the elements of a page, which node it is, its language, its main content.
2. kinds, then listing or news: a table of evidence decides the kind of the page, and so the class that reads it.
3. class_words, chrome: the parts of the site; a table of marks, and one of excuses.
4. outline, outline_builder: the main content as blocks and lines, without these parts.
5. prose, cells, labels, look, metadata_block: the labels and values in it, or in a column beside it.
6. words, links, scope, roles: the role of each line; two tables of evidence.
7. titles, body, parts, places: fields of the item, most from lines with a role.
8. row_places, row_titles, row_candidates, pagers, totals, scripted, listing: the rows of a listing, and what may hide
   more of them; menu: links to other listings.

All of them use text: white space, addresses.
"""

from migration_spider.pages.base import Page
from migration_spider.pages.kinds import facts_of, page_for, told_by
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.news import NewsPage

__all__ = ["ListingPage", "NewsPage", "Page", "facts_of", "page_for", "told_by"]
