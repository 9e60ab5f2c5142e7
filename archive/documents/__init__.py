"""Extracts the text of PDF and Word files in a separate process with limits.

Needs the extra ``documents``: pypdfium2 (PDFium, as in Chrome, with Arabic in reading order) and python-docx.
"""

from __future__ import annotations

import json
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

__all__ = ["PROBLEMS", "Document", "Limits", "Reader", "installed", "versions"]

PROBLEMS = {
    "broken": "it is damaged, and no text can be read from it",
    "encrypted": "it asks for a password",
    "no-text": "its pages are pictures",
    "other-kind": "it is neither a PDF nor a Word (.docx) file",
    "too-large": "it has more bytes than are read",
    "too-costly": "reading it took more time or memory than is allowed",
    "cut-off": "it has more text than is kept; the rest is left out",
}
"""Code -> problem of a file, as a clause about it."""

_LIBRARIES = ("pypdfium2", "python-docx")
_EDITION = 1
"""Version of this reader: increased when it reads the same file differently."""

_WORKER = Path(__file__).with_name("worker.py")
_MOST_PER_WORKER = 200
"""Documents after which the process is replaced, so that memory leaks do not accumulate."""

_PDF_STARTS = 1024
"""Bytes that are searched for the header of a PDF file (ISO 32000-2, annex I, note on readers)."""

_STOPPED = frozenset((signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT))
"""Signals that end a process over its limits: from the system, or its own when it gets no memory."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[ \t\u00a0]+(?=\n)")
_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of reading one file."""

    seconds: int = 30
    """CPU time."""

    wall_seconds: int = 120
    memory: int = 1 << 30
    """Address space of the process, in bytes."""

    size: int = 100 << 20
    """Size of the file, in bytes."""

    pages: int = 5_000
    characters: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file."""

    title: str | None = None
    """From the metadata of the file, with white space folded."""

    pages: int | None = None
    """None for a Word file, which has pages only when it is printed."""

    text: str | None = None
    problem: str | None = None
    """A key of `PROBLEMS`."""


def installed() -> bool:
    """Whether the extra ``documents`` is installed."""
    return versions() is not None


def versions() -> str | None:
    """Return the versions of the reader and its libraries, ``1 pypdfium2 5.15.2 ...``; None without the extra."""
    try:
        return " ".join((str(_EDITION), *(f"{name} {version(name)}" for name in _LIBRARIES)))
    except PackageNotFoundError:
        return None


def kind_of(data: bytes) -> str | None:
    """Return ``pdf`` or ``zip``, according to the first bytes, or None."""
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    return "pdf" if b"%PDF-" in data[:_PDF_STARTS] else None


class Reader:
    """Reads documents one by one; a context manager. No document makes it raise."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._folder = tempfile.TemporaryDirectory(prefix="documents-")
        self._path = Path(self._folder.name, "document")
        self._worker: subprocess.Popen[bytes] | None = None
        self._count = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._folder.cleanup()

    def read(self, data: bytes) -> Document:
        """Return the content of the document with these bytes."""
        kind = kind_of(data)
        if kind is None:
            return Document(problem="other-kind")
        if len(data) > self.limits.size:
            return Document(problem="too-large")
        self._path.write_bytes(data)
        try:
            line = self._ask(json.dumps({"kind": kind, "path": str(self._path)}).encode() + b"\n")
        finally:
            self._path.unlink()
        if isinstance(line, str):
            return Document(problem=line)
        content = json.loads(line)
        text = _cleaned(content.get("text") or "")
        title = " ".join(_cleaned(content.get("title") or "").split())
        problem = content.get("problem")
        return Document(title or None, content.get("pages"), text or None, problem or (None if text else "no-text"))

    def _ask(self, request: bytes) -> bytes | str:
        """Return the line of the process, or the code of a problem."""
        worker = self._start()
        assert worker.stdin is not None  # noqa: S101 - it is a pipe
        try:
            worker.stdin.write(request)
            worker.stdin.flush()
            answer = self._answer(worker)
        except BrokenPipeError:
            answer = b""
        except TimeoutError:
            answer = None
        if answer and answer.endswith(b"\n"):
            self._count += 1
            return answer
        status = worker.poll() if answer is None else _status(worker)
        self._stop()
        return "too-costly" if status is None or -status in _STOPPED else "broken"

    def _answer(self, worker: subprocess.Popen[bytes]) -> bytes:
        """Return the next line, which is incomplete if the process ends.

        Raises:
            TimeoutError: it takes too long, or is too long.
        """
        assert worker.stdout is not None  # noqa: S101 - it is a pipe
        until = time.monotonic() + self.limits.wall_seconds
        most = 12 * self.limits.characters + (1 << 20)  # A character may be two escapes of six bytes.
        line = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(worker.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())) or len(line) > most:
                    raise TimeoutError
                piece = worker.stdout.read1(1 << 16)  # type: ignore[attr-defined]
                if not piece:
                    break
                line += piece
        return bytes(line)

    def _start(self) -> subprocess.Popen[bytes]:
        if self._count >= _MOST_PER_WORKER:
            self._stop()
        if self._worker is None:
            self._count = 0
            self._worker = subprocess.Popen(  # noqa: S603 - this file's neighbour
                [sys.executable, str(_WORKER), json.dumps(asdict(self.limits))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
            )
        return self._worker

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None


def _status(worker: subprocess.Popen[bytes]) -> int | None:
    try:
        return worker.wait(5)
    except subprocess.TimeoutExpired:
        return None


def _cleaned(text: str) -> str:
    """Return ``text`` without control characters, and with at most one empty line in sequence."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    return _LINES.sub("\n\n", _BLANKS.sub("", text)).strip()
