"""Runs the server, only on this machine."""

from __future__ import annotations

import socket
import threading
import time
import webbrowser
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

HOST, PORT = "127.0.0.1", 8017


_LAST_PORT = 65535


def listen(port: int | None) -> socket.socket:
    """Return a socket that listens at ``port``; without a port, at `PORT` or else at any free one.

    Raises:
        OSError: The port is taken.
        OverflowError: There is no such port.
    """
    if port is not None and not 0 <= port <= _LAST_PORT:
        raise OverflowError(f"port {port}: ports have numbers from 0 to {_LAST_PORT}")
    for candidate in (PORT, 0) if port is None else (port,):
        try:
            return socket.create_server((HOST, candidate))
        except OSError:
            if port is not None or not candidate:
                raise
    raise AssertionError  # pragma: no cover - the loop returns or raises


def serve(app: Starlette, sock: socket.socket, *, started: Callable[[], None], open_browser: bool) -> None:
    """Answer at ``sock`` until interrupted.

    Args:
        started: Called when the first page can be requested.
    """
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2))
    url = f"http://{HOST}:{sock.getsockname()[1]}/"

    def wait_for_start() -> None:
        while not server.started:
            if server.should_exit:
                return
            time.sleep(0.02)
        started()
        if open_browser:
            webbrowser.open(url)

    threading.Thread(target=wait_for_start, daemon=True).start()
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        # The way to end it.
        return
