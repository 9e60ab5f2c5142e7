"""Makes challenge, firewall, maintenance, error and login pages errors instead of items."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response, TextResponse

from migration_spider.exceptions import BlockedPageError
from migration_spider.middlewares.politeness import PolitenessMiddleware, is_robots
from migration_spider.responses.blocked import CODES
from migration_spider.whole import CUT, Judge, code_of, judge_of

PASSING = frozenset(("maintenance", "error-page", "empty"))
"""Codes of problems that may be temporary; the page is requested again as often as after a 503, at a slower pace."""

CUT_AGAIN = 2
"""How often an incomplete page is requested again, after the waiting ones; once if it only may be incomplete."""

MOST_AGAIN = 100
"""Number of such requests in a run; if very many pages are incomplete, they do not help."""

LATER = -70
"""Change of the priority of such a request; more than the difference between two kinds of pages."""

CLOSED = frozenset(("challenge", "waf", "captive-portal", "maintenance"))
"""Codes of a page instead of robots.txt that mean that the complete site is closed."""

LOGIN_PATH = re.compile(r"/user/login/?$|/saml(?:_login)?(?:/|$)|/caslogin/?$", re.IGNORECASE)
"""Addresses of logins, to which Drupal and its modules for single sign-on redirect from forbidden pages."""


class BlockedMiddleware:
    """Recognizes blocked pages (`responses.blocked.blocked`) before other code reads them, also attachments.

    A blocked page fails its request with ``BlockedPageError``. If the front page or robots.txt is blocked, or
    MIGRATION_MAX_BLOCKED pages in a row (MIGRATION_MAX_REFUSALS of those that are requested again), the run ends with
    the reason ``blocked`` and the stat ``migration/stopped``. Page requisites are not checked, because they are not
    items.

    An incomplete page fails in the same way, with the code ``cut``, after it was requested again. That does not end the
    run, because the site answers.

    Stats: ``migration/blocked/<code>``, ``migration/blocked_pages``, ``migration/blocked/withdrawn``.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.run = crawler.spider.run
        self.retried_anyway = {int(status) for status in crawler.settings.getlist("RETRY_HTTP_CODES")}
        self.in_a_row = 0
        self.retried = 0
        """Pages in a row that are requested again; others come before them, at an ever slower pace."""
        self.asked_again = 0
        """Number of repeated requests of incomplete pages."""
        self._judge: Judge | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> BlockedMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.meta.get("requisite"):
            return response
        if is_robots(request):
            self._robots(request, response)
            return response
        code = self.run.readings.of(response).code if isinstance(response, HtmlResponse) else code_of(response)
        if code is None:
            if _is_html(response) and response.status < 500:
                self.in_a_row = self.retried = 0
            return self._whole(request, response)
        if code in PASSING and response.status not in self.retried_anyway:
            self.retried += 1
            if self.retried >= self.run.config.max_refusals:
                why = f"{self.retried} pages in a row, the last {response.url}: {CODES[code]} ({code})"
                self.run.stop("blocked", f"the site is blocked: {why}")
            elif again := self._again(request, code):
                return again
        self._count(request, f"{response.url} is answered {response.status}", code)
        raise BlockedPageError(f"{response.url}: {code}, {CODES[code]}", code)

    def _whole(self, request: Request, response: Response) -> Request | Response:
        """The response if the page is complete, else the request again. Raises BlockedPageError."""
        if response.status != 200 or not isinstance(response, TextResponse) or not _is_html(response):
            return response
        shape = self.run.readings.of(response).shape
        found = self.judge.find(request.url, shape)
        if found == "whole":
            return response
        if again := self._once_more(request, 1 if found == "unknown" else CUT_AGAIN):
            return again
        if found == "unknown" and shape:
            self.judge.accept(request.url, shape)
            return response
        self._count(request, f"{response.url} is answered {response.status}", CUT)
        raise BlockedPageError(f"{response.url}: {CUT}, {CODES[CUT]}", CUT)

    def _once_more(self, request: Request, most: int) -> Request | None:
        """``request`` for later, without validators, because a 304 would refer to the incomplete response."""
        is_enough = self.asked_again >= MOST_AGAIN
        if is_enough or not self.run.config.retries or request.meta.get("dont_retry"):
            return None
        self.asked_again += 1
        return get_retry_request(
            request.replace(meta={**request.meta, "whole": True}),
            spider=self.crawler.spider,
            reason=f"blocked/{CUT}",
            max_retry_times=most,
            priority_adjust=LATER,
        )

    @property
    def judge(self) -> Judge:
        """The judge, created at the first page, when the run has its memory."""
        if self._judge is None:
            memory = self.run.memory
            pages, items = (memory.pages, (item.url for item in memory.items())) if memory else (None, ())
            self._judge = judge_of(pages, items)
        return self._judge

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Count a page that redirects to a login as blocked even if robots.txt forbids the login."""
        source = request.meta.get("redirect_urls")
        if source and isinstance(exception, IgnoreRequest) and LOGIN_PATH.search(urlsplit(request.url).path):
            self._count(request, f"{source[0]} redirects to {request.url}", "login")
            raise BlockedPageError(f"{source[0]}: login, redirects to {request.url}", "login") from exception

    def _robots(self, request: Request, response: Response) -> None:
        """End the run if robots.txt is blocked; without an error, because RobotsTxtMiddleware would log a traceback.

        An empty or forbidden robots.txt allows everything; a 5xx is handled by PolitenessMiddleware.
        """
        if response.status < 500 and _is_html(response) and (code := code_of(response) or "") in CLOSED:
            self._count(request, f"{response.url} is answered {response.status}", code)

    def _again(self, request: Request, code: str) -> Request | None:
        if not self.run.config.retries or request.meta.get("dont_retry"):
            return None
        whole = request.replace(meta={**request.meta, "whole": True})
        again = get_retry_request(whole, spider=self.crawler.spider, reason=f"blocked/{code}")
        if again is not None and (politeness := self.crawler.get_downloader_middleware(PolitenessMiddleware)):
            politeness.slow_down(request)
        return again

    def _count(self, request: Request, answer: str, code: str) -> None:
        memory = self.run.memory
        if memory and memory.is_withdrawn([request.url, *request.meta.get("redirect_urls", ())]):
            # It is known to be refused, and has a tombstone for that.
            self.run.count("blocked/withdrawn")
            return
        self.run.count(f"blocked/{code}")
        self.run.count("blocked_pages")
        if code == CUT:
            return
        self.in_a_row += 1
        what = f"{answer}: {CODES[code]} ({code})"
        if is_robots(request) or (_is_front_page(request) and code != "empty"):
            self.run.stop("blocked", f"the site is blocked: {what}")
        elif self.in_a_row >= self.run.config.max_blocked:
            self.run.stop("blocked", f"the site is blocked: {self.in_a_row} pages in a row; {what}")


def _is_html(response: Response) -> bool:
    return b"html" in (response.headers.get("Content-Type") or b"").lower()


def _is_front_page(request: Request) -> bool:
    parts = urlsplit((request.meta.get("redirect_urls") or [request.url])[0])
    return parts.path in ("", "/") and not parts.query
