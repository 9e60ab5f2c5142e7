"""What stands in the place of a page, and what only looks like it."""

import gzip

import pytest

from migration_spider.responses.blocked import CODES, blocked
from tests.pages.page import PROSE, document
from tests.portal.markup.block import VARIANTS
from tests.portal.site import Site
from tests.portal.vocabulary import LANGUAGES

HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(title, body, head="", attributes=""):
    """A page without any chrome."""
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body {attributes}>{body}</body></html>"


LOGIN = """<form id="user-login-form" action="/user/login" method="post"><label>Username</label><input name="name">
<label>Password</label><input type="password" name="pass"><button>Log in</button></form>"""
CHALLENGE_SCRIPT = "<script>window._cf_chl_opt = {cvId: '3', cType: 'managed'};</script>"

BLOCKED = {
    "Cloudflare, by its header": ("challenge", 403, {**HTML, "CF-Mitigated": "challenge"}, page("Wait", "<p>Wait.</p>")),
    "Cloudflare, by its script": ("challenge", 403, HTML, page("Momentito", CHALLENGE_SCRIPT)),
    "Cloudflare, by its title": ("challenge", 503, HTML, page("Just a moment...", "<p>This takes five seconds.</p>")),
    "Cloudflare, Russian": ("challenge", 403, HTML, page("Один момент…", "<p>Проверка.</p>")),
    "Cloudflare, without script": (
        "challenge", 403, HTML, page("portal.example", "<p>Enable JavaScript and cookies to continue</p>"),
    ),
    "Cloudflare, refused": (
        "waf", 403, HTML, page("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"),
    ),
    "Cloudflare, one line": ("waf", 403, {"Content-Type": "text/plain; charset=UTF-8"}, "error code: 1020\n"),
    "Akamai": (
        "waf", 403, HTML,
        page(
            "Access Denied",
            '<h1>Access Denied</h1>You don\'t have permission to access "http&#58;&#47;&#47;portal&#46;example&#47;news" on'
            " this server.<p>Reference&#32;&#35;18&#46;9c3a1202&#46;17&#46;1f</p>",
        ),
    ),
    "Akamai, interstitial": ("challenge", 428, HTML, page("Hold on", '<div id="sec-if-cpt-container"></div>')),
    "Imperva, in a frame": (
        "challenge", 200, HTML,
        page("", '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=23&xinfo=7"></iframe>'),
    ),
    "Imperva, refused": (
        "waf", 403, HTML, page("", "Request unsuccessful. Incapsula incident ID: 877000470-31415926"),
    ),
    "AWS WAF, by its header": ("challenge", 202, {**HTML, "x-amzn-waf-action": "challenge"}, ""),
    "AWS WAF, by its script": ("challenge", 405, HTML, page("", "<script>window.gokuProps = {key: 'k'};</script>")),
    "AWS WAF, puzzle": ("challenge", 405, HTML, page("Human Verification", "<div id='captcha'></div>")),
    "CloudFront": (
        "waf", 403, HTML,
        page("ERROR: The request could not be satisfied", "<h1>403 ERROR</h1>Request blocked. We can't connect to the"
             " server for this app at this time."),
    ),
    "DataDome": (
        "challenge", 403, HTML, page("portal.example", '<script src="https://ct.captcha-delivery.com/c.js"></script>'),
    ),
    "Anubis": (
        "challenge", 200, HTML,
        page("Making sure you&#39;re not a bot!", "<main><p>Loading</p></main>", '<script id="anubis_version"></script>'),
    ),
    "Azure": ("waf", 403, HTML, page("", "The request is blocked. 0aBcDeF")),
    "F5": (
        "waf", 200, HTML,
        page("Request Rejected", "The requested URL was rejected. Please consult with your administrator."),
    ),
    "nginx refuses": ("waf", 403, HTML, page("403 Forbidden", "<center><h1>403 Forbidden</h1></center><hr>nginx")),
    "Drupal in maintenance": (
        "maintenance", 503, HTML,
        page("Site under maintenance | Harbour", "<main><h1>Site under maintenance</h1><p>Harbour is currently under"
             " maintenance. We should be back shortly. Thank you for your patience.</p></main>"),
    ),
    "the same, answered 200": (
        "maintenance", 200, HTML, page("Harbour", "<p>Painting.</p>", attributes='class="maintenance-page in-maintenance"'),
    ),
    "French": ("maintenance", 503, HTML, page("Site en cours de maintenance", "<p>Revenez demain.</p>")),
    "Spanish": ("maintenance", 503, HTML, page("Sitio en mantenimiento | Puerto", "<p>Vuelva mañana.</p>")),
    "Arabic": ("maintenance", 503, HTML, page("الموقع تحت الصيانة", "<p>نعود غدا.</p>")),
    "Russian": ("maintenance", 503, HTML, page("Сайт на обслуживании", "<p>Мы вернёмся завтра.</p>")),
    "Chinese": ("maintenance", 503, HTML, page("網站維護中", "<p>請明天再來。</p>")),
    "back soon": (
        "maintenance", 200, HTML, page("We&rsquo;ll be back soon!", "<h1>We&rsquo;ll be back soon!</h1><p>Tea break.</p>"),
    ),
    "down for maintenance": (
        "maintenance", 200, HTML, page("Harbour", "<p>Our website is temporarily down for planned maintenance.</p>"),
    ),
    "performing maintenance": (
        "maintenance", 200, HTML, page("Harbour", "<p>Sorry, we&rsquo;re performing some maintenance today.</p>"),
    ),
    "back soon in Spanish": ("maintenance", 200, HTML, page("Volvemos pronto | Puerto", "<p>Gracias.</p>")),
    "WordPress in maintenance": (
        "maintenance", 503, HTML,
        page("Maintenance", "Briefly unavailable for scheduled maintenance. Check back in a minute."),
    ),
    "Drupal's error": (
        "error-page", 200, HTML,
        "The website encountered an unexpected error. Try again later.<br><br><em>PDOException</em>: gone",
    ),
    "Drupal's error in its theme": (
        "error-page", 500, HTML, page("Error | Harbour", "<h1>Error</h1><p>The website encountered an unexpected error. "
                                      "Please try again later.</p>"),
    ),
    "no database": ("error-page", 200, HTML, page("", "<h1>Error establishing a database connection</h1>")),
    "a gateway": ("error-page", 502, HTML, page("502 Bad Gateway", "<h1>502 Bad Gateway</h1><hr>nginx")),
    "PHP": ("error-page", 200, HTML, "<br><b>Fatal error</b>:  Uncaught Error in /var/www/index.php:3"),
    "Drupal's login": ("login", 200, HTML, document(f"<h1>Log in</h1>{LOGIN}")),
    "a login on a forbidden page": ("login", 403, HTML, document(f"<p>Log in to see this page.</p>{LOGIN}")),
    "a password of the server": ("login", 401, {"WWW-Authenticate": "Basic"}, ""),
    "no body": ("empty", 200, HTML, ""),
    "white space": ("empty", 200, HTML, "\n  \n"),
    "an empty template": ("empty", 200, HTML, document("").replace("<h1>Ferry towns agree</h1>", "")),
    "an application that needs scripts": ("empty", 200, HTML, page("Harbour", '<div id="root"></div><script>1</script>')),
    "a parked domain": (
        "parked", 200, HTML, page("portal.example", "<h1>portal.example</h1><p>Buy this domain.</p><p>Related searches</p>"),
    ),
    "parked, by script": ("parked", 200, HTML, '<html><head><script>window.location.href="/lander"</script></head></html>'),
    "a new server": ("parked", 200, HTML, page("Welcome to nginx!", "<h1>Welcome to nginx!</h1><p>It runs.</p>")),
    "a captive portal": (
        "captive-portal", 200, HTML, page("Hotel", "<p>Welcome, guest.</p><!-- <WISPAccessGatewayParam> -->"),
    ),
    "a captive portal that says so": ("captive-portal", 511, HTML, page("Hello", "<p>Pay first.</p>")),
    "a guest network": ("captive-portal", 200, HTML, page("Wi-Fi login", f"<p>Room number</p>{LOGIN}")),
}  # fmt: skip


@pytest.mark.parametrize("case", BLOCKED)
def test_blocked(case):
    code, status, headers, text = BLOCKED[case]
    assert code == blocked(status, headers, text)


@pytest.mark.parametrize(
    "frame",
    ["<{0}>{1}</{0}>".format(name, "{0}") for name in ("nav", "header", "footer", "aside")]
    + [
        f'<div role="{role}">{{0}}</div>' for role in ("navigation", "banner", "contentinfo", "complementary", "search")
    ],
)
def test_a_long_part_of_the_site_around_it_hides_nothing(frame):
    around = frame.format("<p>Working group on labour migration and regional reviews.</p>" * 70)
    text = page("Portal", f"{around}<p>Briefly unavailable for scheduled maintenance. Check back in a minute.</p>")
    assert "maintenance" == blocked(200, HTML, text)
    assert (
        blocked(200, HTML, text.replace(around, f"<div>{around[around.index('>') + 1 : around.rindex('<')]}</div>"))
        is None
    )


def test_every_code_has_a_case():
    # What is cut is told beside other pages, see test_broken.py.
    assert set(CODES) - {"cut"} == {code for code, *_ in BLOCKED.values()}


def article(title, body, **how):
    return document(f"<article class='node'>{body}</article>", **how).replace("Ferry towns agree", title)


SIDE_LOGIN = f"<aside role='complementary'><h2>Log in</h2>{LOGIN}</aside>"
PAGES = {
    "news": (200, HTML, document(PROSE)),
    "news about a challenge": (200, HTML, article("Just a moment", "<p>Enable JavaScript and cookies to continue, said the"
                                                  " ferry's ticket machine.</p>")),
    "news about maintenance": (200, HTML, article("Site under maintenance", PROSE)),
    "news about access": (200, HTML, article("Access denied", "<p>Access denied: you don't have permission to access this "
                                             "harbour, the boats were told.</p>")),
    "news about errors": (200, HTML, article("Server error", "<p>The website encountered an unexpected error. People queued "
                                             "at the pier instead.</p>")),
    "news about a domain": (200, HTML, article("It works", "<p>Buy this domain, the fishermen were told by mail.</p>")),
    "long news without an article element": (200, HTML, document(PROSE * 8).replace("Ferry towns agree", "Server error")),
    "news beside a login": (200, HTML, document(PROSE + SIDE_LOGIN)),
    "a listing beside a login": (200, HTML, document("<ul><li><a href='/a'>A</a></li></ul>" + SIDE_LOGIN)),
    "a listing without rows": (200, HTML, document("<p>No results.</p>")),
    "a picture only": (200, HTML, page("Poster", "<main><img src='/poster.png' alt=''></main>")),
    "a good page that Cloudflare watches": (
        200, {**HTML, "Server": "cloudflare"},
        document(PROSE + "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
    ),
    "a good page that Imperva watches": (
        200, HTML, document(PROSE, head="<script src='/_Incapsula_Resource?SWJIYLWA=719d34d3'></script>"),
    ),
    "a good page that AWS watches": (
        200, HTML, document(PROSE, head="<script src='https://x.edge.sdk.awswaf.com/x/challenge.js'></script>"),
    ),
    "Drupal's 403": (403, HTML, document("<p>You are not authorized to access this page.</p>").replace(
        "Ferry towns agree", "Access denied")),
    "Drupal's 404": (404, HTML, document("<p>The requested page could not be found.</p>")),
    "a bare 404": (404, HTML, "<h1>Not Found</h1>"),
    "no body with a 404": (404, HTML, ""),
    "a redirect": (302, HTML, ""),
    "not modified": (304, {}, ""),
    "too many requests": (429, HTML, "<h1>Too many requests</h1>"),
    "an empty style sheet": (200, {"Content-Type": "text/css"}, ""),
    "a file": (200, {"Content-Type": "application/pdf"}, ""),
    "a feed": (200, {"Content-Type": "application/rss+xml"}, "<rss><title>Just a moment...</title></rss>"),
    "robots.txt": (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /user/login\n"),
    "a text": (200, {"Content-Type": "text/plain"}, "The ferry leaves at nine."),
    "frames": (200, HTML, "<html><head><title>Old</title></head><frameset><frame src='/a'></frameset></html>"),
    "a huge page": (200, HTML, page("Just a moment...", "x" * 600_000)),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_not_blocked(case):
    assert blocked(*PAGES[case]) is None


@pytest.mark.parametrize(
    "text", ["<", "\0", "<html", "<p>" * 3000, "<frameset>", "<?xml version='1.0' encoding='x'?><a/>", '{"a": 1}']
)
def test_broken_pages_have_an_answer(text):
    assert blocked(200, HTML, text) in {None, "empty"}


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_no_page_of_the_demo_portal_is_blocked(variant):
    site = Site("http://127.0.0.1", nodes=30, variant=variant)
    paths = [row["url"].removeprefix(site.base) for row in site.truth()]
    fallbacks = [site.path(node, language) for node in site.nodes.values() for language in LANGUAGES]
    numbers = [f"/node/{node.nid}" for node in site.nodes.values()]
    prefixes = ["", *(f"/{language}" for language in LANGUAGES[1:])]
    starts = [
        prefix + path
        for prefix in prefixes
        for path in ("", "/news", "/news?page=1", "/statements", "/hub", "/taxonomy/term/259", "/about", "/nowhere",
                     "/webform/104/share", "/calendar/2024-01", "/comment/7")
    ]  # fmt: skip
    answers = [(path, site.answer(path or "/")) for path in [*paths, *fallbacks, *numbers, *starts]]
    assert {200, 301, 403, 404} <= {answer.status for _, answer in answers}
    found = {
        path: blocked(answer.status, {"Content-Type": answer.media_type, **answer.headers}, answer.body.decode())
        for path, answer in answers
    }
    assert {} == {path: code for path, code in found.items() if code}


@pytest.mark.parametrize("recording", ["olivero.warc.gz", "olivero_after.warc.gz"])
def test_no_page_of_the_recorded_portal_is_blocked(shared, recording):
    found, pages = {}, 0
    for url, status, headers, body in recorded(shared / "portals" / recording):
        if headers.get("Content-Type", "").startswith("text/html"):
            pages += 1
            found[url] = blocked(status, headers, body.decode("utf-8"))
    assert pages > 2000
    assert {} == {url: code for url, code in found.items() if code}


def recorded(file):
    """(URL, status, headers, decoded body) of each response in a recording."""
    from warcio.archiveiterator import ArchiveIterator

    with file.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                headers = {name.title(): value for name, value in record.http_headers.headers}
                body = record.content_stream().read()
                if body[:2] == b"\x1f\x8b" and "gzip" in headers.get("Content-Encoding", ""):
                    body = gzip.decompress(body)
                yield record.rec_headers["WARC-Target-URI"], int(record.http_headers.get_statuscode()), headers, body
