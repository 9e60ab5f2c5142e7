"""Where a crawl goes: nowhere but to the site, whatever its pages, files and names say."""

import pytest
from scrapy.settings import Settings
from twisted.internet import defer, reactor
from twisted.internet.error import DNSLookupError

from migration_spider.resolver import PublicResolver, is_public, proxies
from tests.crawling import crawl, items
from tests.hostile import Hostile, page

ONE = {"MIGRATION_NEWS_LISTINGS": "/news", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "/rss.xml"}

PLACES = [
    "http://127.0.0.1:{inner}/bad",
    "http://127.0.0.2:{site}/bad",
    "http://2130706433:{site}/bad",
    "http://0x7f000001:{site}/bad",
    "http://0177.0.0.1:{site}/bad",
    "http://127.1:{site}/bad",
    "http://127.0.1:{site}/bad",
    "http://0:{site}/bad",
    "http://0.0.0.0:{site}/bad",
    "http://[::1]:{site}/bad",
    "http://[::ffff:127.0.0.1]:{site}/bad",
    "http://[::ffff:7f00:1]:{site}/bad",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{site}/bad",
    "http://localhost:{site}/bad",
    "http://localhost.:{inner}/bad",
    "http://127.0.0.1.nip.io:{site}/bad",
    "http://127.0.0.1.:{inner}/bad",
    "http://169.254.169.254/latest/meta-data/bad",
    "http://10.0.0.1/bad",
    "http://192.168.0.1/bad",
    "http://metadata.google.internal/bad",
    "http://127.0.0.1:{site}@127.0.0.1:{inner}/bad",
    "http://user:pw@127.0.0.1:{inner}/bad",
    "http://127.0.0.1:{site}\\@127.0.0.1:{inner}/bad",
    "//127.0.0.1:{inner}/bad",
    "\\\\127.0.0.1:{inner}/bad",
    "/\\127.0.0.1:{inner}/bad",
    "http:\\\\127.0.0.1:{inner}\\bad",
    "http://127.0.0.1%3A{inner}/bad",
    "http://１２７.0.0.1:{inner}/bad",
    "http://127。0。0。1:{inner}/bad",
    "http://①27.0.0.1:{inner}/bad",
    "ftp://127.0.0.1:{site}/bad",
    "gopher://127.0.0.1:{site}/bad",
    "ws://127.0.0.1:{site}/bad",
    "s3://bad/bad",
    "data:text/html,bad",
    "file:///bad",
    "file://127.0.0.1:{site}/bad",
    "view-source:http://127.0.0.1:{site}/bad",
    "dict://127.0.0.1:{site}/bad",
]


def redirects(places):
    return {f"/to/{number}": (302, {"Location": place}, b"") for number, place in enumerate(places)}


def test_nothing_leads_a_crawl_to_another_place(tmp_path):
    with (
        Hostile(lambda path: page("Inner", "Text.", node=99)) as inner,
        Hostile(lambda path: answers.get(path)) as site,
    ):
        ports = {"inner": inner.url.rpartition(":")[2], "site": site.url.rpartition(":")[2]}
        places = [place.format(**ports) for place in PLACES]
        moved = redirects([place.encode().decode("latin-1") for place in places])
        everywhere = "".join(
            f'<div class="views-row"><h3><a href="{one}">x</a></h3></div><img src="{one}" alt="x"><iframe src="{one}"></iframe>'
            f'<span class="file"><a href="{one}.pdf">x.pdf</a></span><img src="a" srcset="{one} 2x" alt="x">'
            f'<link rel="stylesheet" href="{one}"><link rel="alternate" hreflang="fr" href="{one}">'
            f'<link rel="next" href="{one}"><div style="background: url({one})">x</div>'
            for one in places
        )
        rows = "".join(f'<div class="views-row"><h3><a href="{one}">x</a></h3></div>' for one in moved)
        named = "".join(f"<url><loc>{one}</loc></url>" for one in places if "\\" not in one)
        xml = {"Content-Type": "text/xml"}
        answers = {
            **moved,
            "/robots.txt": (200, {}, "".join(f"Sitemap: {one}\n" for one in places).encode()),
            "/sitemap.xml": (200, xml, f"<urlset>{named}</urlset>".encode()),
            "/rss.xml": (200, xml, f"<rss>{named.replace('url>', 'item>').replace('loc>', 'link>')}</rss>".encode()),
            "/": page("Front", f"<nav>{everywhere}</nav>"),
            **{
                f"/refresh/{number}": page("R", "x", head=f'<meta http-equiv="refresh" content="0; url={place}">')
                for number, place in enumerate(places[::6])
            },
        }
        again = "".join(f'<a href="{path}">x</a>' for path in answers if path.startswith("/refresh"))
        head = "".join(f'<base href="{places[0]}"><link rel="canonical" href="{one}">' for one in places)
        answers["/a"] = page("A", everywhere + again, node=1, head=head)
        answers["/b"] = page("B", again, node=2)
        first = '<div class="views-row"><h3><a href="/a">a</a></h3></div><div class="views-row"><h3><a href="/b">b</a></h3></div>'
        answers["/news"] = page("News", f"{first}{everywhere}{rows}{again}")
        crawl(tmp_path, "languages=en", site=site.url, code=3, MIGRATION_REQUISITES=True, RETRY_TIMES=0, **ONE)
    assert [] == inner.paths
    # A backslash is one of a path of the site itself.
    assert [] == [path for path in site.paths if path.startswith(("/bad", "/latest"))]
    assert set(moved) <= set(site.paths)
    assert "2@en" in {item["id"] for item in items(tmp_path)}


@pytest.mark.parametrize("name", ["2130706433", "127.1"])
def test_a_name_that_leads_to_this_machine_is_not_asked(tmp_path, name):
    answers = {"/news": page("News", '<div class="views-row"><h3><a href="/a">a</a></h3></div>')}
    answers["/a"] = page("A", "Text.", node=1)
    with Hostile(answers.get) as site:
        other = site.url.replace("127.0.0.1", name)
        settings = {**ONE, "MIGRATION_CONTACT": "a@example.org", "DOWNLOAD_DELAY": 0, "RETRY_TIMES": 0}
        settings |= {"AUTOTHROTTLE_ENABLED": False, "MIGRATION_LANGUAGES": "en"}
        output = crawl(tmp_path / "no", site=other, code=4, **settings)
        assert f"{name} resolves to 127.0.0.1, not a public address" in output
        assert [] == site.paths
        if name == "127.1":
            crawl(tmp_path / "yes", site=other, MIGRATION_PRIVATE_ADDRESSES=True, **settings)
            assert ["1@en"] == [item["id"] for item in items(tmp_path / "yes")]


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet(address):
    assert is_public(address)


INNER = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",  # noqa: S104  (looked at, not bound to)
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "2130706433",
    "x",
]


@pytest.mark.parametrize("address", INNER)
def test_addresses_that_no_public_site_has(address):
    assert not is_public(address)


def test_each_look_up_is_looked_at(monkeypatch):
    found = iter(["93.184.216.34", "127.0.0.1", "93.184.216.34"])
    monkeypatch.setattr(
        "scrapy.resolver.ThreadedResolver.getHostByName", lambda *_: defer.succeed(next(found)), raising=True
    )
    crawler = type("Crawler", (), {"settings": Settings({"DNSCACHE_ENABLED": False})})
    resolver = PublicResolver.from_crawler(crawler, reactor)
    told = []
    for _ in range(3):
        resolver.getHostByName("rebinding.example").addBoth(told.append)
    assert ("93.184.216.34", "93.184.216.34") == (told[0], told[2])
    assert told[1].check(DNSLookupError)


def test_a_refused_address_is_refused_out_of_the_cache_too(monkeypatch):
    monkeypatch.setattr("scrapy.resolver.ThreadedResolver.getHostByName", lambda *_: defer.succeed("10.0.0.1"))
    monkeypatch.setenv("http_proxy", "http://proxy.house:3128")
    crawler = type("Crawler", (), {"settings": Settings({"DNSCACHE_ENABLED": True})})
    resolver = PublicResolver.from_crawler(crawler, reactor)
    told = []
    for name in ("inner.example", "inner.example", "localhost", "proxy.house", "127.0.0.1"):
        resolver.getHostByName(name).addBoth(told.append)
    assert all(one.check(DNSLookupError) for one in told[:2])
    assert ["10.0.0.1"] * 3 == told[2:]


def test_a_name_that_no_proxy_is_asked_for_is_no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "inner.example")
    monkeypatch.setenv("https_proxy", "http://[::1")  # no address
    monkeypatch.setenv("http_proxy", "http://user:secret@proxy.house:3128")
    assert "proxy.house" in proxies()
    assert "inner.example" not in proxies()
