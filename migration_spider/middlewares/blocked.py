"""A challenge, firewall, maintenance, error or login page becomes an error, never an item."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse

from migration_spider.exceptions import BlockedPageError
from migration_spider.middlewares.politeness import PolitenessMiddleware, is_robots
from migration_spider.pages.blocked import CODES, blocked

PASSING = frozenset(("maintenance", "error-page", "empty"))
"""What may be over in a moment: asked again as often as a 503, at a slower pace."""

CLOSED = frozenset(("challenge", "waf", "captive-portal", "maintenance"))
"""What in the place of robots.txt says that the whole site is closed."""

LOGIN_PATH = re.compile(r"/user/login/?$|/saml(?:_login)?(?:/|$)|/caslogin/?$", re.IGNORECASE)
"""Where Drupal and its modules for single sign-on send a reader who may not see a page."""


class BlockedMiddleware:
    """Puts `pages.blocked.blocked` between the site and everything that reads its answers, attachments included.

    Such an answer fails its request with ``BlockedPageError``. Where it stands for the front page or robots.txt, or
    for MIGRATION_MAX_BLOCKED pages in a row (MIGRATION_MAX_REFUSALS of those that are asked again), the run ends with
    the reason ``blocked`` and the stat ``migration/stopped``. Page requisites are not looked at: they become no items.

    Stats: ``migration/blocked/<code>``, ``migration/blocked_pages``, ``migration/blocked/withdrawn``.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.run = crawler.spider.run
        self.retried_anyway = {int(status) for status in crawler.settings.getlist("RETRY_HTTP_CODES")}
        self.in_a_row = 0
        self.retried = 0
        """Pages in a row that are asked again: all others come before they do, at an ever slower pace."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> BlockedMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.meta.get("requisite"):
            return response
        if is_robots(request):
            self._robots(request, response)
            return response
        code = _code(response)
        if code is None:
            if _is_html(response) and response.status < 500:
                self.in_a_row = self.retried = 0
            return response
        if code in PASSING and response.status not in self.retried_anyway:
            self.retried += 1
            if self.retried >= self.run.config.max_refusals:
                why = f"{self.retried} pages in a row, the last {response.url}: {CODES[code]} ({code})"
                self.run.stop("blocked", f"the site is blocked: {why}")
            elif again := self._again(request, code):
                return again
        self._count(request, f"{response.url} is answered {response.status}", code)
        raise BlockedPageError(f"{response.url}: {code}, {CODES[code]}", code)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A page that redirects to the login is blocked also when robots.txt keeps the login itself from us."""
        source = request.meta.get("redirect_urls")
        if source and isinstance(exception, IgnoreRequest) and LOGIN_PATH.search(urlsplit(request.url).path):
            self._count(request, f"{source[0]} redirects to {request.url}", "login")
            raise BlockedPageError(f"{source[0]}: login, redirects to {request.url}", "login") from exception

    def _robots(self, request: Request, response: Response) -> None:
        """End the run when robots.txt is blocked, without an error: RobotsTxtMiddleware would log its traceback.

        An empty or forbidden robots.txt allows everything, and a 5xx is PolitenessMiddleware's.
        """
        if response.status < 500 and _is_html(response) and (code := _code(response) or "") in CLOSED:
            self._count(request, f"{response.url} is answered {response.status}", code)

    def _again(self, request: Request, code: str) -> Request | None:
        if not self.run.config.retries or request.meta.get("dont_retry"):
            return None
        again = get_retry_request(request, spider=self.crawler.spider, reason=f"blocked/{code}")
        if again is not None and (politeness := self.crawler.get_downloader_middleware(PolitenessMiddleware)):
            politeness.slow_down(request)
        return again

    def _count(self, request: Request, answer: str, code: str) -> None:
        memory = self.run.memory
        if memory and memory.is_withdrawn([request.url, *request.meta.get("redirect_urls", ())]):
            # Known to be kept from us, with a tombstone that says so: nothing new.
            self.run.count("blocked/withdrawn")
            return
        self.run.count(f"blocked/{code}")
        self.run.count("blocked_pages")
        self.in_a_row += 1
        what = f"{answer}: {CODES[code]} ({code})"
        if is_robots(request) or (_is_front_page(request) and code != "empty"):
            self.run.stop("blocked", f"the site is blocked: {what}")
        elif self.in_a_row >= self.run.config.max_blocked:
            self.run.stop("blocked", f"the site is blocked: {self.in_a_row} pages in a row; {what}")


def _code(response: Response) -> str | None:
    headers: Any = response.headers.to_unicode_dict()
    return blocked(response.status, headers, response.text if isinstance(response, TextResponse) else "")


def _is_html(response: Response) -> bool:
    return b"html" in (response.headers.get("Content-Type") or b"").lower()


def _is_front_page(request: Request) -> bool:
    parts = urlsplit((request.meta.get("redirect_urls") or [request.url])[0])
    return parts.path in ("", "/") and not parts.query
