"""Starts ``scrapy`` commands, each in a process of its own that finds imported what all of them import.

A third of a small crawl's time is imports. A server imports once and forks for each command, which has its own process,
folder, arguments, environment and end; nothing that one does is left for the next. What only a new interpreter shows is
shown by the commands that tests start themselves.
"""

from __future__ import annotations

import atexit
import encodings
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OURS = ("archive", "migration_spider")
NOT = (
    "migration_spider.settings",  # read anew by each command
    "migration_spider.reparse.dask_engine",  # needs an extra
)


def start(
    arguments: list[str],
    environment: dict[str, str],
    folder: Path = ROOT,
    *,
    imported: tuple[str, ...] = OURS,
    server: str = "",
    is_merged: bool = False,
    seconds: float = 600,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``scrapy`` with ``arguments`` in ``folder`` to its end; beside Scrapy it finds ``imported``.

    In commands of another ``server``, whatever it is called, the order of hashes is another. ``is_merged``: what it prints on standard error is in ``stdout``, too.

    Raises:
        subprocess.TimeoutExpired: it did not end, and was killed.
    """
    return _server(imported, server).run(arguments, environment, folder, is_merged, seconds)


@cache
def _server(imported: tuple[str, ...], name: str) -> _Server:
    return _Server(imported)


class _Server:
    """The tests' side of a server."""

    def __init__(self, imported: tuple[str, ...]) -> None:
        self._link, other = socket.socketpair()
        words = [sys.executable, "-m", "tests.starter", str(other.fileno()), *imported]
        # Its own outputs are pipes as those of the commands are: what Python knows of them it asks when it starts.
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self._process = subprocess.Popen(words, cwd=ROOT, pass_fds=[other.fileno()], **pipes)
        other.close()
        atexit.register(self._close)

    def _close(self) -> None:
        self._link.close()
        self._process.communicate()

    def run(self, *of_command: Any) -> subprocess.CompletedProcess[bytes]:
        try:
            return self._run(*of_command)
        except (EOFError, ConnectionError) as error:
            raise RuntimeError(self._process.communicate()[0].decode()) from error

    def _run(
        self, arguments: list[str], environment: dict[str, str], folder: Path, is_merged: bool, seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        request = json.dumps([arguments, environment, str(folder)]).encode()
        pipes = [os.pipe() for _ in range(1 if is_merged else 2)]
        socket.send_fds(self._link, [len(request).to_bytes(4, "big")], [pipes[0][1], pipes[-1][1]])
        self._link.sendall(request)
        for _, writer in pipes:
            os.close(writer)
        process = int.from_bytes(_read(self._link, 4), "big")
        printed = {reader: b"" for reader, _ in pipes}
        still, until = set(printed), time.monotonic() + seconds
        while still and (ready := select.select(still, [], [], max(0, until - time.monotonic()))[0]):
            for reader in ready:
                piece = os.read(reader, 1 << 16)
                printed[reader] += piece
                if not piece:
                    still.remove(reader)
        if still:
            os.kill(process, signal.SIGKILL)
        for reader in printed:
            os.close(reader)
        code = int.from_bytes(_read(self._link, 4), "big", signed=True)
        output, errors = printed[pipes[0][0]], b"" if is_merged else printed[pipes[-1][0]]
        if still:
            raise subprocess.TimeoutExpired(arguments, seconds, output, errors)
        return subprocess.CompletedProcess(arguments, code, output, errors)


def _read(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = link.recv(size - len(found))
        if not piece:
            raise EOFError("the other side has gone")
        found += piece
    return found


def _import(package: str) -> None:
    """Import all modules of ``package``."""
    names = [one.name for one in pkgutil.walk_packages(import_module(package).__path__, f"{package}.")]
    for name in names:
        if name not in NOT and not name.endswith(".__main__"):
            with suppress(ImportError):  # an extra that is not installed
                import_module(name)


def _prepare() -> None:
    """Make what each command would make anew: templates, names of languages, encodings."""
    from babel import Locale

    from migration_spider.report import html, markdown, terminal

    for made, suffix in (
        (html.environment(), "html"),
        (html.environment("migration_spider.survey"), "html"),
        (markdown.environment(), "md"),
        (terminal.environment(), "txt"),
    ):
        for name in made.list_templates([suffix]):
            made.get_template(name)
    for language in ("en", "es", "fr", "ar", "ru", "zh"):
        assert Locale.parse(language).languages
    for module in ("babel.dates", "babel.numbers", "rich._emoji_codes", "twisted.internet.asyncioreactor"):
        import_module(module)
    for name in (one.name for one in pkgutil.iter_modules(encodings.__path__)):
        with suppress(ImportError):  # those of another system
            import_module(f"encodings.{name}")


def _serve(link: socket.socket) -> tuple[list[str], dict[str, str], str, list[int]] | None:
    """In the process of a command: its arguments, environment, folder and outputs; None at the end of the server."""
    while True:
        size, outputs, *_ = socket.recv_fds(link, 4, 2)
        if not size:
            return None
        arguments, environment, folder = json.loads(_read(link, int.from_bytes(size, "big")))
        if not (process := os.fork()):
            return arguments, environment, folder, outputs
        for output in outputs:
            os.close(output)
        link.sendall(process.to_bytes(4, "big"))
        _, status = os.waitpid(process, 0)
        link.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some modules of Scrapy are deprecated
        for package in ("scrapy", *sys.argv[2:]):
            _import(package)
        _prepare()
    assert "twisted.internet.reactor" not in sys.modules, "each process needs its own"
    # What is imported stays: without this, each process would look through it, and copy it, at every collection.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as link:
        command = _serve(link)
    if not command:
        return
    sys.argv[1:], environment, folder, outputs = command
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream, output in zip((1, 2), outputs, strict=True):
        os.dup2(output, stream)
    for output in outputs:
        os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[0] = folder
    sys.path[1:1] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    try:
        runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        # To take apart all that is imported would cost a third of a short command, and shows nothing.
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)


if __name__ == "__main__":
    main()
