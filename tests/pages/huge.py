"""Pages of five megabytes that no portal means to send, and what all readers together do with a page."""

import time

from parsel import Selector

from migration_spider.normalize.item import normalize
from migration_spider.pages import NewsPage, page_for
from migration_spider.pages.listing import ListingPage
from migration_spider.responses.requisites import page_requisites
from tests.pages.page import SITE, document

MEMBERS = ("rows", "pager_links", "next_url", "links")


def read_all(selector, url=SITE):
    page = page_for(url, selector, named_as_news=True)
    item = (page if isinstance(page, NewsPage) else NewsPage(url, selector)).to_item()
    normalize(item)
    other = ListingPage(url, selector)
    for member in MEMBERS:
        getattr(other, member)
    page_requisites(url, selector)
    return page


def seconds(content, work):
    """CPU seconds that ``work`` takes on a page with ``content``, parsing the HTML included."""
    start = time.process_time()
    work(Selector(document(content)))
    return time.process_time() - start


LABELLED = (
    "<div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Working group</div><div>Return</div></div>"
    "<div><div>Geographic scope</div><div>Chad</div></div>"
)
HUGE = {
    "nested divs": "<div>" * 1_000_000,
    "nested divs with text": "<div>Target audience: a" * 220_000,
    "nested spans": "<span>x" * 700_000,
    "nested tables": "<table><tr><td>" * 330_000,
    "nested lists": "<ul><li>" * 600_000,
    "paragraphs": "<p>Some words.</p>" * 280_000,
    "links": "<a href='?page=1'>x</a>" * 220_000,
    "distinct links": "".join(f"<li><a href='/{n}'>Story number {n}</a> 12 May 2021</li>" for n in range(80_000)),
    "labels": "<div>Target audience</div><div>Media</div>" * 120_000,
    "inline labels": "<p><b>Target audience:</b> <i>Media</i></p>" * 110_000,
    "labels on one line": "<div>" + "<b>Target audience</b> Media " * 180_000,
    "headings with links": "<h2><a href='/a'>A</a></h2>" * 180_000,
    "one long line": "a " * 2_500_000,
    "one long word": "a" * 5_000_000,
    "spaces": " " * 5_000_000,
    "breaks": "<br>x" * 1_000_000,
    "attributes": "<div " + " ".join(f"a{n}='x'" for n in range(8_000)) + ">",
    "long class": f"<div class='{'menu-' * 1_000_000}'>x</div>",
    "long style": f"<div style='{'url(' * 1_200_000}'>x</div>",
    "style sheet": "<style>" + "/* url(" * 700_000,
    "spaces in a paragraph": "<p>Target audience" + " " * 5_000_000 + "x</p>",
    "images": "<img src='a.jpg' alt='x'>" * 200_000,
    "articles": "<article><h2><a href='/a'>A</a></h2></article>" * 100_000,
    "open attributes": "<a href='" * 500_000,
    "open tags": "<" * 5_000_000,
    "asides": "<aside><a href='x'>x</a></aside>" * 160_000,
    "titles": "<h2 class='title'>Latest news</h2>" * 140_000,
    "nested asides": "<aside class='sidebar'><a href='/a'>a</a>" * 120_000,
    "nested columns": f"<aside class='sidebar'>{LABELLED}" * 25_000,
    "columns": f"<aside class='sidebar'>{LABELLED}</aside>" * 25_000,
    "nested articles": "<article><h2><a href='/a'>A</a></h2>" * 140_000,
    "nested nodes": "".join(f"<article data-history-node-id='{number}'><h3>x</h3>" for number in range(90_000)),
    "notes": f"<div><p>*1244 (1999)</p></div><div><p>{'word ' * 40}</p></div>" * 20_000,
    "labels with a colon": "<p>Target audience:</p><p>Media</p>" * 140_000,
    "labels in two styles": "<div>Target audience:</div><p>Working group: x</p>" * 100_000,
    "rules": "<div>" + "word<hr>" * 600_000,
    "italics": "<p>" + "<i>Aa</i>" * 500_000,
    "colons": f"<p>{':' * 5_000_000}</p>",
    "signs": "<ruby>x<rt>y</rt></ruby>" * 200_000,
    "nested comments": "<div class='comment'><div>By someone</div><p>Words.</p>" * 90_000,
    "nested values": "<div><div>Chad</div><p>Chad</p><div>Chad</div>" * 105_000,
    "values of one field": "".join(
        f"<div class='field'><div class='field__label'>Target audience</div><div class='field__item'>{n}</div></div>"
        for n in range(50_000)
    ),
    "addresses": f"<p>{'www.' * 1_200_000}</p>",
}
