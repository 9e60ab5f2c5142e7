"""Sends a ping or a webhook with a short time-out and a few tries, and logs a failure."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from migration_spider import __version__

logger = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds for each step of a response
PAUSES = (1.0, 3.0)  # seconds before the second and the third try
MOST_BYTES = 10_000  # of the text of a ping; all versions of healthchecks keep at least so many


class _NoRedirect(HTTPRedirectHandler):
    # A redirect would change the POST into a GET without its text, and would send the secret to another address.
    def redirect_request(self, *_: Any) -> None:
        return None


def ping(url: str, exit_code: int | None, text: str) -> bool:
    """Notify a watchdog such as healthchecks that a run began (``exit_code`` None) or how it ended.

    Posts ``text`` to ``url``/start, to ``url`` itself (exit code 0) or to ``url``/<exit code>. Returns whether it was
    accepted; errors of the network or the server are not raised.
    """
    suffix = "/start" if exit_code is None else "" if exit_code == 0 else f"/{exit_code}"
    path, mark, query = url.partition("?")
    address = path.rstrip("/") + suffix + mark + query
    body = text.encode()[:MOST_BYTES].decode(errors="ignore").encode()
    return _post("Ping", address, body, "text/plain; charset=utf-8")


def webhook(url: str, body: Mapping[str, Any]) -> bool:
    """Post ``body`` (see ``notify.message``) as JSON. Returns whether it was accepted; never raises, like ``ping``."""
    return _post("Webhook", url, json.dumps(body, ensure_ascii=False).encode(), "application/json")


def host_of(url: str) -> str:
    """Scheme and host of an address that must not be shown completely."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "something that is not a web address"
    return f"{parts.scheme}://{parts.hostname}/..."


def _post(what: str, url: str, body: bytes, media_type: str) -> bool:
    problem = ""
    for pause in (0.0, *PAUSES):
        time.sleep(pause)
        try:
            _send(url, body, media_type)
        except HTTPError as error:
            error.close()
            problem = f"answer {error.code}"
            if error.code < 500 and error.code != 429:
                break
        except OSError as error:
            problem = _reason(error)
        except (HTTPException, ValueError) as error:
            # The address is not valid, or the response is not HTTP.
            problem = _reason(error)
            break
        else:
            return True
    logger.warning("%s could not be delivered to %s: %s", what, host_of(url), problem)
    return False


def _send(url: str, body: bytes, media_type: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError("no web address")
    request = Request(url, data=body, method="POST")  # noqa: S310 - looked at in the line above
    request.add_header("Content-Type", media_type)
    request.add_header("User-Agent", f"migration-spider/{__version__}")
    with build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
        pass


def _reason(error: Exception) -> str:
    # http.client and urllib print the address in some of their messages, the operating system never does.
    cause = error.reason if isinstance(error, URLError) else error
    return str(cause.strerror or cause) if isinstance(cause, OSError) else type(error).__name__
