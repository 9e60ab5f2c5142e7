"""A browser for tests: the Chromium of this machine, which can reach one server and nothing else."""

from __future__ import annotations

import os
import shutil
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from migration_spider.browse.app import application
from migration_spider.browse.collection import Collection
from migration_spider.browse.server import listen
from tests.serving import Serving

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

SHIFTS = """() => new Promise((done) => {
  const found = [];
  new PerformanceObserver((list) => found.push(...list.getEntries().filter((one) => !one.hadRecentInput)))
    .observe({type: "layout-shift", buffered: true});
  const told = () => done(found.map((one) => [one.value, ...one.sources.map((source) => source.node?.nodeName)]));
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(told))); // a frame later all are noted
})"""
"""What has moved since the page began to be shown, unless somebody typed or clicked."""


def shifts(page):
    """What moves whenever the page is shown: on a busy machine columns may fill while a long page still comes."""
    found = page.evaluate(SHIFTS)
    if found:
        page.reload()
        found = page.evaluate(SHIFTS)
    return found


PATIENCE = 60_000
"""Milliseconds that a page may take: a machine may be slow, what does not come at all fails."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")

ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    *(
        f"{os.environ[folder]}/{name}"
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        if folder in os.environ
        for name in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
    ),
)
"""Where it is on systems that do not find programs by their names."""


def chromium() -> str | None:
    """The program; None where there is none."""
    found = (shutil.which(name) for name in NAMES)
    return next(filter(None, found), None) or next((path for path in ELSEWHERE if Path(path).is_file()), None)


OWN = (".google.com", ".gstatic.com", ".googleapis.com", ".msedge.net", ".microsoft.com", ".bing.com")
"""Hosts of the services of the browser itself, which it asks whatever it shows; no page of ours or of the portal does."""


def _host(asked: str) -> str:
    """Whom a request to a proxy asks, by its first line: ``GET http://host/path HTTP/1.1``, ``CONNECT host:443 ...``."""
    target = [*asked.split(), ""][1]
    return urlsplit(target if "//" in target else f"//{target}").hostname or ""


class Elsewhere(Serving):
    """All hosts but our servers, as the browser sees them: a proxy that notes what is asked for, and hangs up."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """First lines of requests: method and address, or host and port."""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                asked = self.rfile.readline(4096).decode("latin-1").strip()
                # A browser also keeps spare connections to its proxy, which ask for nothing.
                if asked and not _host(asked).endswith(OWN):
                    outer.asked.append(asked)

        super().__init__(socketserver.ThreadingTCPServer, Handler)


class Served:
    """The server of one collection, at a port of its own; ``url`` without the slash."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._sock = listen(0)
        port = self._sock.getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        app = application(lambda: collection, port)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._sock]}, daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._sock.close()


@contextmanager
def browser(elsewhere: Elsewhere, *hosts: str) -> Iterator[Any]:
    """Chromium as Playwright drives it; all that it asks of others than ``hosts`` (with port) goes to ``elsewhere``."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")
    if not (program := chromium()):
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is installed")
    # What is at 127.0.0.1 would go past a proxy unless it is told otherwise.
    proxy = {"server": elsewhere.url, "bypass": ",".join(["<-loopback>", *hosts])}
    # In a container the program is root, which it refuses to be in its sandbox.
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, proxy=proxy, chromium_sandbox=False)
        yield opened
        opened.close()


def widest(page):
    """What stands out of the window to the side, where that makes the whole page scroll."""
    return page.evaluate(
        """() => { const root = document.documentElement; if (root.scrollWidth <= root.clientWidth) return [];
        const held = (one) => one.parentElement && one.parentElement !== document.body
          && (getComputedStyle(one.parentElement).overflowX !== "visible" || held(one.parentElement));
        const out = [...document.querySelectorAll("body *")].filter((one) => !held(one)).filter((one) => {
          const box = one.getBoundingClientRect(); return box.right > root.clientWidth + 1 || box.left < -1; });
        return [root.scrollWidth, ...out.slice(0, 5).map((one) => one.outerHTML.slice(0, 200))]; }"""
    )


QUICK = {"resultTypes": ["violations"], "preload": False}
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast": {"enabled": False}},  # takes longer than all others together: `faint`
    **QUICK,
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **QUICK}
SIZES = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}, **QUICK}


THINNED = """() => {
  const seen = new Map(), own = (one) => [one.tagName, one.getAttribute("class"), one.getAttribute("aria-current")].join();
  const kind = (one) => `${own(one)}[${[...new Set([...one.children].map(kind))].sort()}]`;
  const thin = (one, path) => [...one.children].forEach((child) => {
    const name = `${path}>${kind(child)}`, often = seen.get(name) ?? 0;
    seen.set(name, often + 1);
    if (often > 1) child.remove(); else thin(child, `${path}>${own(child)}`);
  });
  thin(document.body, "");
}"""
"""Leaves two of all elements that stand in the same place and hold the same: their colours are the same."""


def faint(page):
    """What is not seen well against its ground, in light and in dark; of what is often the same two are left."""
    page.evaluate(THINNED)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += violations(page, COLOURS)
    return found


def violations(page, options):
    """Whom the page keeps out: rule, element, what would mend it."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -e '.[dev]'"
    )
    found = axe.Axe().run(page, options=options).response["violations"]
    return [(one["id"], node["html"][:200], node["failureSummary"]) for one in found for node in one["nodes"]]
