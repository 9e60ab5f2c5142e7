"""RSS, Atom and sitemaps, whole and broken."""

import gzip

import pytest
from lxml import etree

from migration_spider.responses.feeds import feed_problem, rss_links, sitemap_links, sitemap_problem
from migration_spider.responses.xml_entries import (
    LONGEST_ADDRESS,
    LONGEST_START,
    MOST_ALTERNATES,
    MOST_ENTRIES,
    Entry,
    Reader,
)
from migration_spider.responses.xml_files import read

A, B = "https://portal.example/a", "https://portal.example/b"
RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><link>https://portal.example/</link>
<item><title>A</title><link>{A}</link></item><item><guid isPermaLink="true">{B}</guid></item><item><link>{A}</link></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://portal.example/"/>
<entry><link rel="self" href="https://portal.example/x"/><link href="{A}"/></entry><entry><link rel="alternate" href="{B}"/></entry></feed>"""
SITEMAP = f"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:xhtml="http://www.w3.org/1999/xhtml"><url><loc> {A} </loc><xhtml:link rel="alternate" hreflang="fr" href="{B}"/>
<xhtml:link rel="alternate" hreflang="x-default" href="{A}"/><lastmod>2021-05-03T10:00:00+00:00</lastmod></url><url><loc>{B}</loc></url>
<url><loc>/relative</loc></url></urlset>"""
ENTRIES = [Entry("url", A, "2021-05-03T10:00:00+00:00", {"fr": B}), Entry("url", B)]


@pytest.mark.parametrize("feed", [RSS, RSS.encode(), ATOM, f"\ufeff{RSS}".encode(), f"\n{RSS}"])
def test_items_of_a_feed(feed):
    assert [A, B] == rss_links(feed)


@pytest.mark.parametrize("sitemap", [SITEMAP, SITEMAP.encode(), gzip.compress(SITEMAP.encode())])
def test_entries_of_a_sitemap(sitemap):
    assert ("urlset", ENTRIES) == sitemap_links(sitemap)


def test_sitemap_index():
    index = f"<sitemapindex><sitemap><loc>{A}</loc><lastmod>2021-05-03</lastmod></sitemap></sitemapindex>"
    assert ("index", [Entry("sitemap", A, "2021-05-03")]) == sitemap_links(index)


@pytest.mark.parametrize("cut", range(0, len(SITEMAP), 37))
def test_a_cut_sitemap_gives_what_was_whole(cut):
    for data in (SITEMAP[:cut], SITEMAP[:cut].encode(), gzip.compress(SITEMAP.encode())[: cut // 2]):
        kind, entries = sitemap_links(data)
        assert "urlset" == kind
        assert [one.url for one in entries] in ([], [A], [A, B])


def test_cut_and_damaged_gzip():
    many = "".join(f"<url><loc>{A}/{n}</loc></url>" for n in range(5000))
    packed = gzip.compress(f"<urlset>{many}</urlset>".encode(), mtime=0)
    assert 2000 < len(sitemap_links(packed[: len(packed) * 3 // 4])[1]) < 5000
    damaged = packed[: len(packed) // 2] + b"\0" * 40 + packed[len(packed) // 2 + 40 :]
    assert 1000 < len(sitemap_links(damaged)[1]) < 5000


def test_entities_and_documents_elsewhere_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://portal.example/secret")
    xml = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{secret.as_uri()}">]><urlset><url><loc>&x;</loc></url><url><loc>{A}</loc></url></urlset>'
    assert ("urlset", [Entry("url", A)]) == sitemap_links(xml)


def test_entities_that_grow_do_not():
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<!DOCTYPE r [<!ENTITY a0 "ha">{rows}]><rss><item><link>{A}</link><title>&a9;</title></item></rss>'
    assert rss_links(xml) in ([], [A])


@pytest.mark.parametrize(
    "data", ["", b"", "no xml", b"\x1f\x8b", b"\x1f\x8bbroken", b"\xff\xfe\x00", "<html><body><p>404", "<!-- -->", "\0"]
)
def test_what_is_no_feed_gives_nothing(data):
    assert [] == rss_links(data)
    assert ("urlset", []) == sitemap_links(data)


ODD = {
    "control character": RSS.replace("<title>A", "<title>\x0bA\x1f"),
    "reference to one": RSS.replace("<title>A", "<title>&#8;A&#x0;&#xD800;"),
    "lone ampersand": RSS.replace("<title>A", "<title>Bread & butter&co; A&"),
    "name of HTML": RSS.replace("<title>A", "<title>A&nbsp;&eacute;&copy;"),
    "less than": RSS.replace("<title>A", "<title>2 < 3 <= 4, A"),
    "no UTF-8": RSS.replace("<title>A", "<title>caf\xe9 A").encode("latin-1"),
    "no UTF-8 among UTF-8": RSS.encode().replace(b"<title>A", b"<title>\xc3\xa9\xe9\xc3\xa9 A"),
    "another encoding than stated": RSS.replace("utf-8", "iso-8859-1").replace("<title>A", "<title>caf\xe9 A").encode(),
    "UTF-8 called UTF-16": RSS.replace("utf-8", "utf-16").encode(),
    "no such encoding": RSS.replace("utf-8", "nonsense").encode(),
    "begins late": f"\n \t{RSS}".encode(),
    "mark and white space": f"\ufeff\r\n{RSS}".encode(),
    "comment before": f"<!-- from the cache -->\n{RSS}".encode(),
    "prefix without address": RSS.replace("<title>A", "<title>A</title><media:x/><title>"),
    "zeros behind": RSS.encode() + b"\0\0\0",
}


@pytest.mark.parametrize("name", ODD)
def test_a_feed_with_bad_characters_that_has_its_end_is_whole(name):
    data = ODD[name] if isinstance(ODD[name], bytes) else ODD[name].encode()
    assert ([A, B], None) == (rss_links(data), feed_problem(data))
    # The same, broken off.
    for end in ("</channel></rss>", "<link>https://portal.example/a</link></item></channel></rss>"):
        assert feed_problem(data[: data.rindex(end.encode())]) is not None


@pytest.mark.parametrize("name", sorted(ODD.keys() - {"prefix without address"}))
def test_what_was_mended_is_told(name):
    data = ODD[name] if isinstance(ODD[name], bytes) else ODD[name].encode()
    assert read(data).oddity
    assert not read(RSS.encode()).oddity


@pytest.mark.parametrize(
    ("printed", "url"),
    [
        (b"https://portal.example/a?b=1&c=2", "https://portal.example/a?b=1&c=2"),
        (b"https://portal.example/caf\xe9", "https://portal.example/caf\xe9"),
        (b"https://portal.example/caf&eacute;\x01", "https://portal.example/caf\xe9"),
        (b"<![CDATA[https://portal.example/a?b=1&amp=2]]>\x01", "https://portal.example/a?b=1&amp=2"),
    ],
)
def test_addresses_with_bad_characters_are_read_as_meant(printed, url):
    data = b"<urlset><url><loc>" + printed + b"</loc></url></urlset>"
    assert [url] == [one.url for one in sitemap_links(data)[1]]
    assert sitemap_problem(data) is None


ERROR = "<br />\n<b>Fatal error</b>:  Out of memory in <b>/srv/a.php</b> on line <b>7</b><br />\n"


@pytest.mark.parametrize(
    "whole", [SITEMAP, RSS, ATOM, f"<sitemapindex><sitemap><loc>{A}</loc></sitemap></sitemapindex>"]
)
def test_a_list_with_an_error_of_the_server_in_it_is_not_whole(whole):
    half = whole[: whole.rindex("<", 0, -20)]
    for broken in (half, half + ERROR, ERROR + whole, whole + ERROR):
        for data in (broken.encode(), gzip.compress(broken.encode())):
            problem = sitemap_problem(data) if "loc" in whole else feed_problem(data)
            assert problem is not None, broken
            assert A in [*rss_links(data), *(one.url for one in sitemap_links(data)[1])]


def test_half_an_address_is_none():
    for error in ("", ERROR, "\nFatal error: Out of memory in /srv/a.php on line 7"):
        data = f"<urlset><url><loc>{A}</loc></url><url><loc>{A}/and-mo{error}".encode()
        assert [A] == [one.url for one in sitemap_links(data)[1]]


@pytest.mark.parametrize("piece", ["<!-- ", "<![CDATA[", "<? ", "<!DOCTYPE a ", "<!DOCTYPE a [[", "&", "<", "<a>"])
def test_a_file_that_is_never_closed_takes_no_longer_than_its_length(piece):
    assert read(f"<urlset>{piece * 60_000}".encode()).problem
    assert read(f"{piece * 60_000}<urlset>".encode()).problem


def held(data: bytes) -> int:
    """Elements of the tree that are there at any time while `data` is read."""
    most = 0

    class Counted(Reader):
        def _look(self):
            nonlocal most
            super()._look()
            most = max(most, sum(1 for _ in self._open[0].iter()) if self._open else 0)

    parser = etree.XMLPullParser(events=("start", "end"), resolve_entities=False, recover=True)
    Counted(parser).read(data)
    return most


@pytest.mark.parametrize(
    "many",
    [
        b"<url><loc>http://a/b</loc></url>" * 30_000,
        b"<a/>" * 50_000,
        b"<url>" + b"<a/>" * 50_000 + b"</url>",
        b"<url><loc>" + b"<a/>" * 50_000 + b"</loc></url>",
        b"<url>" + b"<a>" * 200 + b"<b/>x" * 50_000,
        b"&x;" * 100_000,
        b"<!---->" * 50_000,
        b"<?x?>" * 50_000,
    ],
)
def test_of_a_file_no_more_is_held_than_is_open(many):
    assert held(b"<urlset>" + many + b"</urlset>") < 20_000  # no more than a piece has


def test_no_more_is_read_than_a_sitemap_may_have():
    many = b"".join(b"<url><loc>http://a/%d</loc></url>" % n for n in range(MOST_ENTRIES))
    whole = read(b"<urlset>" + many + b"</urlset>")
    assert (MOST_ENTRIES, None) == (len(whole.listed.entries), whole.listed.unread)
    more = b"<urlset>" + many + b"<url><loc>http://a/more</loc></url></urlset>"
    assert MOST_ENTRIES == len(sitemap_links(more)[1])
    assert "more than 50000 addresses" in sitemap_problem(more)
    assert read(more).problem is None  # It is no fault of the way here: to ask again is no help.


def test_no_more_is_read_of_one_page_than_it_can_have(monkeypatch):
    monkeypatch.setattr("migration_spider.responses.xml_entries.MOST_ELEMENTS", 1000)
    links = "".join(f'<link hreflang="{n}" href="http://a/{n}"/>' for n in range(900))
    (entry,) = sitemap_links(f"<urlset><url><loc>{A}</loc>{links}</url></urlset>")[1]
    assert MOST_ALTERNATES == len(entry.alternates)
    assert "more than 1000 elements" in sitemap_problem(f"<urlset><url><loc>{A}</loc></url>{'<a/>' * 1000}</urlset>")
    long = f"http://a/{'b' * LONGEST_ADDRESS}"
    assert [A] == [one.url for one in sitemap_links(f"<urlset><url><loc>{long}</loc><loc>{A}</loc></url></urlset>")[1]]


def test_of_a_tag_without_end_no_more_than_its_bound_is_parsed(monkeypatch):
    monkeypatch.setattr("migration_spider.responses.xml_entries.LONGEST_TAG", 500_000)
    names = " ".join(f'a{number}=""' for number in range(200_000))
    problem = sitemap_problem(f"<urlset><url><loc>http://a.example/</loc></url><url {names}/></urlset>".encode())
    assert problem
    assert "no tag ends within 500000 bytes" in problem
    text = "x" * 400_000
    assert sitemap_problem(f"<urlset><a>{text}</a><b>{text}</b></urlset>".encode()) is None


@pytest.mark.parametrize("start", ["<!DOCTYPE urlset [<!ENTITY a 'b'>", "<urlset a='"])
def test_of_a_file_without_a_first_element_no_more_than_a_megabyte_is_parsed(start, monkeypatch):
    fed = []

    class Parser(etree.XMLPullParser):
        def feed(self, data):
            fed.append(len(data))
            super().feed(data)

    monkeypatch.setattr(etree, "XMLPullParser", Parser)
    problem = sitemap_problem(start.encode() + b" " * (6 << 20) + b">")
    assert problem
    assert f"no element in the first {LONGEST_START} bytes" in problem
    # Strictly, and once more for what can be had of it.
    assert sum(fed) < 3 * LONGEST_START
