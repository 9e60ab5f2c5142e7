"""Small pages for the tests of the parser."""

from parsel import Selector

from migration_spider.pages.base import Page
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.metadata_block import read
from migration_spider.pages.news import NewsPage

SITE = "https://portal.example"
PROSE = (
    "<p>The ferry towns met for two days and agreed to keep one shared list of the people they had helped.</p>"
    "<p>Nobody signed anything new, but every office now knows whom to call when a family arrives at night.</p>"
)


def document(content, *, head="", body="", language="en"):
    """A whole page around ``content``, with the chrome that every page of a site has."""
    return f"""<!DOCTYPE html><html lang="{language}"><head><title>Ferry towns agree | Harbour portal</title>{head}</head>
<body {body}><a href="#main" class="visually-hidden">Skip to main content</a>
<header role="banner"><a href="/">Harbour portal</a><nav><ul><li><a href="/news">News</a></li></ul></nav></header>
<main role="main"><h1>Ferry towns agree</h1>{content}</main>
<aside role="complementary"><h2>Latest news</h2><ul><li><a href="/other">Another story</a> <span>12 May 2019</span>
<div>Date of publication</div><div>1 January 2001</div></li></ul></aside>
<footer role="contentinfo"><p>*References to Kosovo shall be understood to be in the context of United Nations Security
Council resolution 1244 (1999).</p></footer></body></html>"""


def news(content, *, url=f"{SITE}/ferry-towns-agree", **page):
    return NewsPage(url, Selector(document(content, **page)))


def listing(content, *, url=f"{SITE}/news"):
    return ListingPage(url, Selector(document(content)))


def page(html, *, url=f"{SITE}/ferry-towns-agree"):
    return Page(url, Selector(html))


def block(content, **how):
    """The entries of the block in ``content`` as (label, texts of the values)."""
    found = news(content, **how)
    entries = read(found.outline, found.base_url).entries
    return [(entry.label, [value.text for value in entry.values]) for entry in entries]
