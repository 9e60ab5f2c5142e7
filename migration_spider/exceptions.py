"""The exceptions of the project; each docstring says when and where it is raised."""

from scrapy.exceptions import IgnoreRequest

from archive.errors import cleaned


class MigrationError(Exception):
    """Base of all errors of this project. The message names the cause and what to do.

    It is one line that is safe to print anywhere, regardless of what it quotes.
    """

    def __str__(self) -> str:
        return cleaned(super().__str__())


class OptionError(MigrationError):
    """An option or setting is not valid. Raised by ``config`` and ``spiders.options``; the command exits 2."""


class UnsupportedError(MigrationError):
    """This version of Scrapy lacks something that the crawl needs. Raised at the start, before the first request."""


class NotWantedError(IgnoreRequest):
    """A request that is not sent on purpose: because of robots.txt, bounds, or a run that stops.

    Raised by the downloader middlewares; Scrapy drops the request, and it does not make the run incomplete.
    ``code`` says why: ``robots``, ``off-site``, ``max_items``, ``not_due``, ``stopped``.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class NotAnsweredError(MigrationError):
    """The site answered that a page has not changed, but was not asked that. Raised by ``IncrementalMiddleware``."""


class RedirectLoopError(MigrationError):
    """A page redirects to itself, perhaps through others. Raised by ``RedirectLoopMiddleware``."""


class NotArchivedError(MigrationError):
    """An item's page has no capture facts, so nothing could prove it.

    Raised by ``CaptureFactsMiddleware`` when the archive add-on is missing or did not see the response.
    """


class BlockedPageError(MigrationError):
    """The response is a challenge, firewall, maintenance, error or login page instead of the requested page.

    Raised by ``BlockedMiddleware``; the request fails, and no item is made of the response. ``code`` is a key of
    `responses.blocked.CODES`.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class StateError(MigrationError):
    """``state.sqlite`` or ``items/news.jsonl`` cannot be read or written. Raised by `migration_spider.state`."""


class KeptError(MigrationError):
    """The temporary file of a run cannot be written or read. Raised by `migration_spider.kept`."""


class BadLineError(StateError):
    """A line of ``items/news.jsonl`` is not an item. Raised, with its position, by all code that reads the file."""


def in_words(error: BaseException) -> str:
    """What ``error`` says, or its name.

    That of Twisted for a connection that ended early prints a list of objects, and Scrapy's repeats it: here are the
    words of what is in the list (``Connection was closed cleanly.``).
    """
    for one in (error, error.__cause__):
        if reasons := getattr(one, "reasons", None):
            return "; ".join(dict.fromkeys(in_words(reason.value) for reason in reasons))
    return str(error) or type(error).__name__
