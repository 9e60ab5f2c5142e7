"""Ways in which a site can misbehave, each switched on by its name, also while the site is up (``Portal.fault``)."""

from __future__ import annotations

import sys
import time
import zlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from threading import Lock

from .answer import Answer

NAMES = {
    "slow": "every answer comes late, by ``seconds`` (0.25)",
    "error503-once": "the first request to one path in five is answered 503 with Retry-After: 1",
    "error500": "every page is an error of the server; files and robots.txt are fine",
    "cut": "one page in seven breaks off in the middle, each time",
    "cut-once": "one page in seven breaks off in the middle, the first time",
    "blocked": "everything is answered 403 with a challenge page",
    "blocked-front": "the front page is answered 403 with a challenge page",
    "blocked-some": "the pages of one item are answered 403 with a challenge page",
    "blocked-later": "from the thirtieth on, all page requests are answered 403 with a challenge page",
    "blocked-files": "attachments are answered 200 with a challenge page",
    "maintenance": "every page is answered 200 with a maintenance page",
    "maintenance-once": "the first request to one page in five is answered 200 with a maintenance page",
    "login-some": "the pages of one item redirect to a login form",
    "refuse-robots": "robots.txt forbids everything",
    "robots-error": "robots.txt is answered 500",
    "robots-gone": "robots.txt is answered 404 with a page that reads like rules against everybody",
    "crawl-delay": "robots.txt asks for a second between requests",
    "crawl-delay-short": "robots.txt asks for a fifth of a second between requests",
    "crawl-delay-long": "robots.txt asks for an hour between requests",
    "busy-seconds": "the tenth page request is answered 429 with Retry-After: 2",
    "busy-date": "the tenth page request is answered 503 with a date three seconds ahead as Retry-After",
    "busy-for-a-day": "the tenth page request is answered 429 with Retry-After: 86400",
    "busy-awhile": "page requests ten to thirteen are answered 503",
    "busy": "from the tenth on, all page requests are answered 429",
    "no-sitemap": "sitemap.xml is answered 404",
    "no-listing": "the news listing is answered 404 in every language",
    "storm": "after ``after`` (0) healthy answers, the next ``answers`` (12) are 503; robots.txt is fine",
    "storm-retry-after": "the same, with Retry-After: ``seconds`` (1)",
    "half-listing": "listings leave out every other row and still count them all",
    "sitemap-broken": "the second sitemap breaks off in the middle with a message of PHP instead of the rest",
    "sitemap-cut": "the packed sitemap lacks the second half of its bytes",
    "redirect-loop": "the two pages of one item redirect to each other",
    "no-etag": "no answer has an ETag: Last-Modified alone decides",
    "no-last-modified": "no answer has a Last-Modified: the ETag alone decides",
    "no-validators": "no answer has either",
}
HIDDEN = {
    "no-etag": {"ETag"},
    "no-last-modified": {"Last-Modified"},
    "no-validators": {"ETag", "Last-Modified"},
}
"""Fault -> header fields that it takes away."""

PARAMETERS: dict[str, dict[str, float]] = {
    "slow": {"seconds": 0.25},
    "storm": {"after": 0, "answers": 12},
    "storm-retry-after": {"after": 0, "answers": 12, "seconds": 1},
}
"""Fault -> what can be chosen when it is switched on, with the default."""

IN_PAGES = {"half-listing", "sitemap-broken", "sitemap-cut"}
"""Faults that a cached answer would hide."""

SPOILED_SITEMAPS = {
    "sitemap-broken": "/sitemap.xml?page=2",
    "sitemap-cut": "/sites/g/files/tmzbdl416/files/sitemaps/library.xml.gz",
}
OUT_OF_TIME = b"""
<br />
<b>Fatal error</b>:  Maximum execution time of 30 seconds exceeded in <b>/srv/core/lib/Database.php</b> on line <b>52</b>
"""
CRAWL_DELAYS = {"crawl-delay": 1, "crawl-delay-short": 0.2, "crawl-delay-long": 3600}
# Number of the page request, status, Retry-After.
BUSY: dict[str, tuple[range, int, str | timedelta | None]] = {
    "busy-seconds": (range(10, 11), 429, "2"),
    "busy-date": (range(10, 11), 503, timedelta(seconds=3)),
    "busy-for-a-day": (range(10, 11), 429, "86400"),
    "busy-awhile": (range(10, 14), 503, None),
    "busy": (range(10, sys.maxsize), 429, None),
}
CHALLENGE = b"""<!DOCTYPE html>
<html lang="en"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow"></head>
<body><h1>Checking your browser</h1><p>Enable JavaScript and cookies to continue.</p>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>
"""
MAINTENANCE = b"""<!DOCTYPE html>
<html lang="en"><head><title>Site under maintenance | Harbour</title></head><body class="maintenance-page">
<main role="main"><h1>Site under maintenance</h1><p>Boats are being painted. Come back after lunch.</p></main>
</body></html>
"""
LOGIN = b"""<!DOCTYPE html>
<html lang="en"><head><title>Log in | Harbour</title></head><body class="path-user">
<header role="banner"><a href="/">Harbour</a></header><main role="main"><h1>Log in</h1>
<form action="/user/login" method="post" id="user-login-form" class="user-login-form">
<label for="edit-name">Username</label><input type="text" id="edit-name" name="name">
<label for="edit-pass">Password</label><input type="password" id="edit-pass" name="pass">
<input type="submit" value="Log in"></form></main></body></html>
"""
ONE_ITEM = ("/international-migrants-day-azerbaijan", "/es/node/7756")


class Faults:
    """Changes the answers of a healthy site. Unknown names are an error: a typo must not pass for good health."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names: frozenset[str] = frozenset()
        self._lock = Lock()
        self._values: dict[str, dict[str, float]] = {}
        self._seen: Counter[str] = Counter()
        self._pages = 0
        for name in sorted(names):
            self.switch_on(name)

    def switch_on(self, name: str, **values: float) -> None:
        """From the next request on; counts of requests begin anew."""
        _known({name})
        unknown = sorted(values.keys() - PARAMETERS.get(name, {}).keys())
        if unknown:
            raise ValueError(f"{name} has no {unknown}; there are {sorted(PARAMETERS.get(name, {}))}")
        with self._lock:
            self._seen.clear()
            self._pages = 0
            self._values[name] = PARAMETERS.get(name, {}) | values
            self.names |= {name}

    def switch_off(self, *names: str) -> None:
        """The named faults, or all."""
        _known(set(names))
        with self._lock:
            self.names = self.names - set(names) if names else frozenset()

    def _first(self, key: str) -> bool:
        with self._lock:
            self._seen[key] += 1
            return self._seen[key] == 1

    def hidden(self) -> set[str]:
        """Names of header fields that no answer may have."""
        return {field for name in self.names & HIDDEN.keys() for field in HIDDEN[name]}

    def instead(self, target: str) -> Answer | None:
        """What is answered in place of the site's own answer, if anything; may wait."""
        names = self.names
        path = target.partition("?")[0]
        share = zlib.crc32(target.encode())
        if "slow" in names:
            time.sleep(self._values["slow"]["seconds"])
        if "blocked" in names:
            return _challenge()
        if path == "/robots.txt":
            return self._robots()
        if (stormed := self._storm()) is not None:
            return stormed
        if self._is_without(path):
            return Answer(404, body=b"<h1>Page not found</h1>")
        if "error503-once" in names and share % 5 == 0 and self._first("503 " + target):
            return Answer(503, body=b"<h1>Service unavailable</h1>", headers={"Retry-After": "1"})
        if (blocked := self._blocked(path, target, share)) is not None:
            return blocked
        if "." not in path and (busy := self._busy()):
            return busy
        if "error500" in names and "." not in path:
            return Answer(500, body=b"<h1>The website encountered an unexpected error.</h1>")
        return None

    def _is_without(self, path: str) -> bool:
        """Whether the site does not have a list that it should have."""
        if path == "/sitemap.xml":
            return "no-sitemap" in self.names
        return "no-listing" in self.names and path.split("/")[-1] == "news"

    def _blocked(self, path: str, target: str, share: int) -> Answer | None:
        names = self.names
        if "blocked-files" in names and path.endswith((".pdf", ".docx")):
            return Answer(200, body=CHALLENGE)
        if "." in path:
            return None
        if ("blocked-front" in names and path == "/") or ("blocked-some" in names and path in ONE_ITEM):
            return _challenge()
        if "blocked-later" in names:
            with self._lock:
                self._pages += 1
                if self._pages >= 30:
                    return _challenge()
        if "maintenance" in names:
            return Answer(200, body=MAINTENANCE)
        if "maintenance-once" in names and share % 5 == 0 and self._first("maintenance " + target):
            return Answer(200, body=MAINTENANCE)
        return self._led_away(path) if path in ONE_ITEM else None

    def _led_away(self, path: str) -> Answer | None:
        if "login-some" in self.names:
            return Answer(302, headers={"Location": f"/user/login?destination={path}"})
        if "redirect-loop" in self.names:
            return Answer(302, headers={"Location": ONE_ITEM[1 - ONE_ITEM.index(path)]})
        return None

    def _storm(self) -> Answer | None:
        for name in ("storm", "storm-retry-after"):
            if name not in self.names:
                continue
            values = self._values[name]
            with self._lock:
                self._seen[name] += 1
                number = self._seen[name]
            if values["after"] < number <= values["after"] + values["answers"]:
                headers = {"Retry-After": f"{values['seconds']:g}"} if "seconds" in values else {}
                return Answer(503, body=b"<h1>Service unavailable</h1>", headers=headers)
        return None

    def _busy(self) -> Answer | None:
        with self._lock:
            self._pages += 1
            page = self._pages
        for name, (pages, status, wait) in BUSY.items():
            if name in self.names and page in pages:
                headers = {}
                if isinstance(wait, timedelta):
                    headers["Retry-After"] = format_datetime(datetime.now(timezone.utc) + wait, usegmt=True)
                elif wait:
                    headers["Retry-After"] = wait
                return Answer(status, body=b"<h1>Too busy</h1>", headers=headers)
        return None

    def _robots(self) -> Answer | None:
        if "robots-error" in self.names:
            return Answer(500, body=b"<h1>Error</h1>")
        if "robots-gone" in self.names:
            return Answer(404, body=b"User-agent: *\nDisallow: /\n")
        if "refuse-robots" in self.names:
            return Answer(200, "text/plain; charset=utf-8", b"User-agent: *\nDisallow: /\n")
        for name, seconds in CRAWL_DELAYS.items():
            if name in self.names:
                rules = f"User-agent: *\nCrawl-delay: {seconds}\nDisallow: /admin/\n"
                return Answer(200, "text/plain; charset=utf-8", rules.encode())
        return None

    def spoil(self, target: str, answer: Answer) -> Answer:
        """The site's own answer, damaged where a fault says so."""
        for name, damaged in SPOILED_SITEMAPS.items():
            if name in self.names and target == damaged and answer.status == 200:
                rest = b"" if answer.is_file else OUT_OF_TIME
                return replace(answer, body=answer.body[: len(answer.body) // 2] + rest)
        return answer

    def cuts(self, target: str, answer: Answer) -> bool:
        """Whether the connection ends in the middle of this answer's body."""
        if answer.status != 200 or answer.is_file or zlib.crc32(target.encode()) % 7:
            return False
        return "cut" in self.names or ("cut-once" in self.names and self._first("cut " + target))


def _known(names: set[str]) -> None:
    if unknown := sorted(names - NAMES.keys()):
        raise ValueError(f"unknown faults {unknown}; there are {sorted(NAMES)}")


def _challenge() -> Answer:
    return Answer(403, body=CHALLENGE, headers={"cf-mitigated": "challenge", "Cache-Control": "no-store"})
