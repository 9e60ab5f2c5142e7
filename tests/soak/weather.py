"""The demo portal behind a bad line: each answer may be lost, late, cut off or an error, as the seed says."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from tests.portal.answer import Answer
from tests.portal.dice import Dice
from tests.portal.server import Handler, Portal

KINDS = {
    "500": "an error of the server",
    "502": "an error of a gateway",
    "503": "an error of the server, with Retry-After",
    "504": "a gateway that gave up",
    "429": "too many requests, with Retry-After",
    "reset": "the connection is reset before the answer",
    "reset-late": "the connection is reset in the middle of the body",
    "closed": "the connection is closed without an answer, as one that was kept alive too long",
    "closed-after": "the connection is closed after a whole answer that did not say so",
    "stall": "nothing more comes in the middle of the body, and the connection stays open",
    "short": "the connection ends before the Content-Length is there",
    "cut-chunk": "the connection ends in the middle of a chunk",
    "cut-gzip": "the packed body is half of it, and its length is that of the half",
    "slow": "the body comes in small pieces",
}
"""Fault -> what happens on the wire."""

ERRORS = ("500", "502", "503", "504", "429")
WAITING = {"503", "429"}
LATEST_STALL = 60.0
"""Seconds after which a stalled connection is given up here, should nobody hang up."""


class Weather:
    """What goes wrong with which answer: of the seed, the address, and how often that was asked.

    Args:
        percent: of the answers that are spoiled.
        most: times that one address is spoiled; then it is answered well, so that every soak has an end.
        kinds: those of `KINDS` that are to be met.
    """

    def __init__(self, seed: int, percent: int = 20, most: int = 4, kinds: tuple[str, ...] = tuple(KINDS)) -> None:
        self.seed, self.percent, self.most, self.kinds = seed, percent, most, kinds
        self.is_bad = False
        self.met: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.bytes = 0
        self.at: tuple[int, Callable[[], None]] | None = None
        """Number of a request, and what is to be done when it comes; once."""
        self._lock = Lock()

    def next(self, target: str) -> str | None:
        """The fault with which ``target`` is answered this time; None: well."""
        act = None
        with self._lock:
            self.asked[target] += 1
            times = self.asked[target]
            if self.at and self.asked.total() >= self.at[0]:
                (_, act), self.at = self.at, None
        if act:
            act()
        # An error of robots.txt ends a run, as RFC 9309 has it: not so many.
        percent = self.percent // 4 if target == "/robots.txt" else self.percent
        dice = Dice(self.seed, target, times)
        if not self.is_bad or times > self.most or not dice.chance(percent):
            return None
        return dice.pick(self.kinds)

    def note(self, kind: str | None, sent: int) -> None:
        """An answer was sent."""
        with self._lock:
            self.bytes += sent
            if kind:
                self.met[kind] += 1


class StormyHandler(Handler):
    """Sends what the site answers, or what `Weather` makes of it."""

    def _send(self, status: int, headers: dict[str, str], body: bytes, answer: Answer) -> None:
        weather = self.server.portal.weather  # type: ignore[attr-defined]
        kind = weather.next(self.path)
        if kind in ("stall", "short", "cut-chunk", "cut-gzip", "slow", "reset-late") and not body:
            kind = "closed-after"  # there is nothing to cut
        if kind == "cut-gzip" and "Content-Encoding" not in headers:
            kind = "short"  # of a file nobody could tell that it is not whole
        if kind:
            weather.note(kind, self._spoiled(kind, status, headers, body))
        else:
            super()._send(status, headers, body, answer)
            weather.note(None, len(body))

    def _spoiled(self, kind: str, status: int, headers: dict[str, str], body: bytes) -> int:
        """Send it with a fault; returns how many bytes of body."""
        self.close_connection = kind not in (*ERRORS, "slow")
        if kind in ERRORS:
            wait = {"Retry-After": "1"} if kind in WAITING else {}
            page = f"<h1>{KINDS[kind]}</h1>".encode()
            return self._write(int(kind), {"Content-Type": "text/html", **wait}, page)
        if kind == "closed":
            return 0
        if kind == "reset":
            self._reset()
            return 0
        if kind == "closed-after":
            return self._write(status, headers, body)
        if kind == "cut-gzip":
            return self._write(status, headers, body[: len(body) // 2 or 1])
        if kind == "slow":
            return self._write(status, headers, body, pieces=8)
        if kind == "cut-chunk":
            return self._cut_chunk(status, headers, body)
        sent = self._write(status, headers, body, missing=len(body) - len(body) // 2)
        if kind == "reset-late":
            self._reset()
        if kind == "stall":
            self.connection.settimeout(LATEST_STALL)
            with suppress(OSError):
                self.rfile.read(1)  # until the other side hangs up
        return sent

    def _write(self, status: int, headers: dict[str, str], body: bytes, *, missing: int = 0, pieces: int = 1) -> int:
        """An answer with a length, without its last ``missing`` bytes of body, in ``pieces``."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.flush()
        body = body[: len(body) - missing]
        size = len(body) // pieces + 1
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            if pieces > 1:
                time.sleep(0.02)
        return len(body)

    def _cut_chunk(self, status: int, headers: dict[str, str], body: bytes) -> int:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        half = body[: len(body) // 2]
        self.wfile.write(b"%x\r\n%s" % (len(body), half))
        self.wfile.flush()
        return len(half)

    def _reset(self) -> None:
        """End the connection by RST: what is on the way is lost to the other side, too."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


class StormyPortal(Portal):
    """A demo portal with `weather`; fine until ``weather.is_bad``."""

    handler = StormyHandler

    def __init__(self, weather: Weather, nodes: int) -> None:
        self.weather = weather
        super().__init__(nodes)
