"""RSS, Atom and sitemaps, whole and broken."""

import gzip

import pytest

from migration_spider.pages.feeds import rss_links, sitemap_links

A, B = "https://portal.example/a", "https://portal.example/b"
RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><link>https://portal.example/</link>
<item><title>A</title><link>{A}</link></item><item><guid isPermaLink="true">{B}</guid></item><item><link>{A}</link></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://portal.example/"/>
<entry><link rel="self" href="https://portal.example/x"/><link href="{A}"/></entry><entry><link rel="alternate" href="{B}"/></entry></feed>"""
SITEMAP = f"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:xhtml="http://www.w3.org/1999/xhtml"><url><loc> {A} </loc><xhtml:link rel="alternate" hreflang="fr" href="{B}"/>
<xhtml:link rel="alternate" hreflang="x-default" href="{A}"/><lastmod>2021-05-03T10:00:00+00:00</lastmod></url><url><loc>{B}</loc></url>
<url><loc>/relative</loc></url></urlset>"""
ENTRIES = [(A, "2021-05-03T10:00:00+00:00", {"fr": B}), (B, None, {})]


@pytest.mark.parametrize("feed", [RSS, RSS.encode(), ATOM, f"\ufeff{RSS}".encode(), f"\n{RSS}"])
def test_items_of_a_feed(feed):
    assert [A, B] == rss_links(feed)


@pytest.mark.parametrize("sitemap", [SITEMAP, SITEMAP.encode(), gzip.compress(SITEMAP.encode())])
def test_entries_of_a_sitemap(sitemap):
    assert ("urlset", ENTRIES) == sitemap_links(sitemap)


def test_sitemap_index():
    index = f"<sitemapindex><sitemap><loc>{A}</loc><lastmod>2021-05-03</lastmod></sitemap></sitemapindex>"
    assert ("index", [(A, "2021-05-03", {})]) == sitemap_links(index)


@pytest.mark.parametrize("cut", range(0, len(SITEMAP), 37))
def test_a_cut_sitemap_gives_what_was_whole(cut):
    for data in (SITEMAP[:cut], SITEMAP[:cut].encode(), gzip.compress(SITEMAP.encode())[: cut // 2]):
        kind, entries = sitemap_links(data)
        assert "urlset" == kind
        assert [url for url, _, _ in entries] in ([], [A], [A, B])


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
    assert ("urlset", [(A, None, {})]) == sitemap_links(xml)


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
