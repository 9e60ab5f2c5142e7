"""What the capture costs: CPU time and memory of a crawl with the archive against the same crawl without.

    python -m bench.bench_capture [--pages 600] [--rounds 5]

All crawls fetch the same news pages of the demo portal, gzip-encoded, from a server in another process, in turns, so
that whatever else the machine does falls on all. Two callbacks: one reads the title only, one makes an item of the page
as `scrapy crawl news` does. Three crawls: stock Scrapy, with the archive, and with the archive a second time into the
same folder, when every payload is a revisit. Reported: the CPU time of the crawler's process (both of its threads) less
that of a crawl of one page (start-up), per page; the ratio is the median of those of the rounds, with the lowest and
the highest.
"""

from __future__ import annotations

import argparse
import gzip
import os
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.portal.site import Site

ROOT = Path(__file__).parents[1]

SPIDER = """
import sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from migration_spider.pages import page_for

base, pages, callback, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
settings = {"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False, "DOWNLOAD_DELAY": 0}
if directory:
    settings |= {"ADDONS": {"archive.addon.ArchiveAddon": 300}, "ARCHIVE_DIR": directory}

class Bench(Spider):
    name = "bench"
    async def start(self):
        for number in range(pages):
            yield Request(f"{base}/{number}", getattr(self, callback))
    def title(self, response):
        assert response.css("title::text").get()
    def item(self, response):
        assert page_for(response.url, response.selector, named_as_news=True).to_item().title

process = AsyncCrawlerProcess(settings)
crawler = process.create_crawler(Bench)
process.crawl(crawler)
process.start()
if crawler.stats.get_value("log_count/ERROR"):
    sys.exit(1)
"""

CALLBACKS = {"title": "reading the title only", "item": "making an item of each page"}


def news_pages() -> list[bytes]:
    """News pages of the demo portal, with a menu that makes them as large as those of the portal: about 35 KB."""
    site = Site("http://127.0.0.1", nodes=60)
    paths = [str(row["url"]).removeprefix(site.base) for row in site.truth() if not row.get("redirected")]
    entry = '<li class="menu-item"><a href="/about/section-{0}" class="menu-link">Section {0} of the site</a></li>\n'
    menu = f'<ul class="menu">{"".join(entry.format(number) for number in range(250))}</ul></footer>'
    return [site.answer(path).body.replace(b"</footer>", menu.encode()) for path in paths]


class Handler(socketserver.StreamRequestHandler):
    """Keep-alive answers, made beforehand."""

    pages: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline() not in {b"\r\n", b""}:
                pass
            body = self.pages[int(line.split(b" ")[1][1:]) % len(self.pages)]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Encoding: gzip\r\n"
            self.wfile.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


class Server(socketserver.ThreadingTCPServer):
    """Serves until the process ends."""

    daemon_threads = True


def crawl(base: str, pages: int, callback: str, directory: str) -> tuple[float, float]:
    """``(CPU seconds, peak memory in MB)`` of one crawl; without an archive when ``directory`` is empty."""
    command = [sys.executable, "-c", SPIDER, base, str(pages), callback, directory]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a crawl ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def per_page(base: str, pages: int, callback: str, directory: str) -> tuple[float, float]:
    """``(CPU milliseconds per page, peak memory in MB)``."""
    start_up, _ = crawl(base, 1, callback, directory)
    total, peak = crawl(base, pages, callback, directory)
    return (total - start_up) / (pages - 1) * 1000, peak


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server in another process."""
    Handler.pages = [gzip.compress(page) for page in news_pages()]
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        server = Server(("127.0.0.1", 0), Handler)
        os.write(writer, str(server.server_address[1]).encode())
        threading.Thread(target=server.serve_forever).run()
    try:
        yield f"http://127.0.0.1:{int(os.read(reader, 10))}"
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def report(base: str, pages: int, rounds: int, callback: str) -> None:
    """Run the crawls in turns and print what each costs beside the first."""
    costs: dict[str, list[float]] = {"stock": [], "archive": [], "archive, again": []}
    memory = dict.fromkeys(costs, 0.0)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            for kind in costs:
                cost, peak = per_page(base, pages, callback, "" if kind == "stock" else directory)
                costs[kind].append(cost)
                memory[kind] = max(memory[kind], peak)
    print(f"\n{CALLBACKS[callback]}\n{'':16}{'ms CPU per page':>16}{'ratio':>8}{'low':>8}{'high':>8}{'MB at most':>12}")
    for kind, measured in costs.items():
        ratios = [cost / stock for cost, stock in zip(measured, costs["stock"], strict=True)]
        print(
            f"{kind:16}{statistics.median(measured):16.2f}{statistics.median(ratios):8.3f}"
            f"{min(ratios):8.3f}{max(ratios):8.3f}{memory[kind]:12.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sizes = [len(page) for page in news_pages()]
    print(f"{options.pages} pages of {statistics.median(sizes) / 1000:.1f} KB (median), {options.rounds} rounds")
    with serving() as base:
        for callback in CALLBACKS:
            report(base, options.pages, options.rounds, callback)


if __name__ == "__main__":
    main()
