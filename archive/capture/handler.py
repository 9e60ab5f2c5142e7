"""Download handlers that wrap other download handlers and archive the bytes that these send and receive."""

from __future__ import annotations

from typing import Any, ClassVar

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, StopDownload
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.misc import build_from_crawler, load_object

from archive.capture.exchange import Call, without_userinfo
from archive.capture.extension import archiver_of
from archive.capture.handing import STREAM_KEY, WITHHELD_FLAG
from archive.capture.middleware import META_KEY
from archive.capture.private import policy, pool_of, set_pool
from archive.capture.selfcheck import SelfCheck
from archive.capture.settings import FALLBACK_HANDLERS
from archive.capture.tap import CURRENT_CALL, CurrentCall, TappedPool
from archive.errors import ArchiveError


class CaptureHandler:
    """Wraps the handler that the project uses for ``scheme``; a response is archived before it is returned.

    ``request.meta["archive"]`` then has the position of the record, see `Archiver.write_call`.

    Raises:
        ArchiveError: from `download_request`, if the archive cannot be written, or the capture is not exact.
    """

    lazy = False
    scheme: ClassVar[str]

    def __init__(self, crawler: Crawler) -> None:
        self._archiver = archiver_of(crawler)
        self._spider_name = crawler.spidercls.name or crawler.spidercls.__name__
        try:
            fallback = load_object(crawler.settings.getdict(FALLBACK_HANDLERS)[self.scheme])
            self._fallback: HTTP11DownloadHandler = build_from_crawler(fallback, crawler)
            set_pool(self._fallback, TappedPool(pool_of(self._fallback)))
        except Exception as error:  # noqa: BLE001  (raised here, it would be logged, and the crawl would continue without the handler)
            self._archiver.fail(error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureHandler:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        request.meta.pop(META_KEY, None)
        check = self._archiver.self_check
        if check.has_asked(request):
            return await self._fetch_for_check(request, check)
        await self._archiver.check()
        call = self.begin(request)
        try:
            response = await self.fetch(request, call)
        except Exception as error:
            evidence = await self._archiver.write_call(call)
            if isinstance(error, StopDownload) and evidence is not None:
                request.meta[META_KEY] = evidence
            raise
        except BaseException:
            # Cancelled: the received bytes are archived, but there is no time to wait for that.
            self._archiver.start_write_call(call).addErrback(lambda failure: None)
            raise
        evidence = await self._archiver.write_call(call)
        if evidence is None:
            missed = ArchiveError(f"{request.url}: the response was not captured and is not archived")
            self._archiver.fail(missed)
            raise missed
        request.meta[META_KEY] = evidence
        return _without_body(response) if call.is_withheld else response

    def begin(self, request: Request) -> Call:
        """Return the record of the call for ``request``, which `fetch` makes."""
        return Call(
            request.url,
            proxied=bool(request.meta.get("proxy")),
            facts=[("spider", self._spider_name), ("runId", self._archiver.run_id), *_facts(request)],
            spool_size=self._archiver.settings.spool_size,
            spool_directory=self._archiver.directory,
            largest_stream=self._archiver.settings.largest_stream if request.meta.get(STREAM_KEY) else 0,
        )

    async def fetch(self, request: Request, call: Call) -> Response:
        """Let the wrapped handler download; ``call`` is finished even after an error."""
        current = CurrentCall(call)
        token = CURRENT_CALL.set(current)
        try:
            response = await self._fallback.download_request(request)
        except BaseException as error:
            for end in call.listening:
                await maybe_deferred_to_future(end)
            call.finish(_end_of(error), error)
            if (overlong := call.overlong) and isinstance(error, Exception):
                # The client only knows that its connection was lost, and would retry.
                raise DownloadCancelledError(f"{without_userinfo(request.url)}: {overlong}") from error
            raise
        finally:
            CURRENT_CALL.reset(token)
            current.call = None
        call.finish("disconnect" if "dataloss" in response.flags else "unspecified")
        if overlong := call.overlong:
            # We closed the connection; to the client this was the end of a body without a length.
            raise DownloadCancelledError(f"{without_userinfo(request.url)}: {overlong}")
        return response

    async def _fetch_for_check(self, request: Request, check: SelfCheck) -> Response:
        call = self.begin(request)
        check.calls.append(call)
        with policy(self._fallback, check.trusting):
            return await self.fetch(request, call)

    async def close(self) -> None:
        if self._archiver.failed is None or hasattr(self, "_fallback"):
            await self._fallback.close()


class HttpCaptureHandler(CaptureHandler):
    """The handler for http."""

    scheme = "http"


class HttpsCaptureHandler(CaptureHandler):
    """The handler for https."""

    scheme = "https"


def _without_body(response: Response) -> Response:
    """Return ``response`` with `WITHHELD_FLAG`, and without ``Content-Encoding``, as there is no body to decode."""
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    return response.replace(headers=headers, flags=[*response.flags, WITHHELD_FLAG])


def _end_of(error: BaseException) -> str:
    """Return the value of ``WARC-Truncated`` for an exchange that ``error`` interrupted (ISO 28500:2017, 5.13)."""
    if isinstance(error, DownloadTimeoutError):
        return "time"
    if isinstance(error, DownloadCancelledError):
        return "length"  # DOWNLOAD_MAXSIZE
    if isinstance(error, StopDownload):
        return "unspecified"
    return "disconnect"


def _facts(request: Request) -> list[tuple[str, str]]:
    """Return the facts of the request, for the metadata record."""
    meta: dict[str, Any] = request.meta
    fields = []
    redirected = meta.get("redirect_urls") or []
    referrer = request.headers.get(b"Referer")
    if redirected:
        fields.append(("via", without_userinfo(str(redirected[-1]))))
    elif referrer:
        fields.append(("via", without_userinfo(referrer.decode("utf-8", "replace"))))
    if meta.get("proxy"):
        fields.append(("proxy", without_userinfo(str(meta["proxy"]))))
    if meta.get("redirect_reasons"):
        fields.append(("redirectReason", str(meta["redirect_reasons"][-1])))
    if meta.get("retry_times"):
        fields.append(("retryCount", str(meta["retry_times"])))
    return fields
