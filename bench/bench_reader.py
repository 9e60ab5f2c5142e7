"""CPU of reading pages, all fields normalised, beside that of parsing them (lxml, by parsel).

    python -m bench.bench_reader [--rounds 5] [--pages 200] [--nodes 40] [--profile 40]

The pages are those of the recorded portal (``SHARED_DIR``, default ../shared; left out visibly without it) and of the
demo portal, whose pages are smaller. Each step is timed page by page, the steps of one page one after the other, so
that whatever else the machine does falls on all; shown is the median of the rounds, in ms of CPU a page and as a ratio
to the parsing of the same pages in the same round. ``--profile`` prints instead the functions that take the most time
of their own, with it that of the parsing.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import os
import pstats
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from parsel import Selector

from migration_spider.normalize.item import finish, normalize
from migration_spider.pages import ListingPage, NewsPage, page_for
from tests.portal.site import Site
from tests.recorded import BASE, load

SHARED = Path(os.environ.get("SHARED_DIR", Path(__file__).resolve().parents[2] / "shared"))
STEPS = ("parse", "page_for", "to_item", "normalize", "finish", "listing")
"""What is timed, in order; ``listing``: rows, pager and links of a listing, in place of the three before."""


@dataclass
class Pages:
    """Pages of one kind: the address and the HTML of each."""

    name: str
    pages: list[tuple[str, str]] = field(default_factory=list)


def read(url: str, html: str) -> Iterator[None]:
    """Stops after each of the steps; a page that is no listing is read as an item."""
    selector = Selector(text=html, type="html")
    yield
    page = page_for(url, selector, named_as_news=True)
    yield
    if isinstance(page, ListingPage):
        yield
        yield
        yield
        _ = page.rows, page.pager_links, page.next_url, page.links
        yield
        return
    item = (page if isinstance(page, NewsPage) else NewsPage(url, selector)).to_item()
    yield
    normalize(item)
    yield
    finish(item)
    yield


def timed(pages: Pages) -> list[float]:
    """CPU seconds of each step over all ``pages``."""
    spent = [0.0] * len(STEPS)
    for url, html in pages.pages:
        start = time.process_time()
        for step, _ in enumerate(read(url, html)):
            end = time.process_time()
            spent[step] += end - start
            start = end
    return spent


def recorded() -> Iterator[tuple[str, str]]:
    for file in sorted((SHARED / "portals").glob("*.warc.gz")):
        for target, page in load(file).pages.items():
            if page.status == 200 and page.is_html:
                yield BASE.decode() + target, page.body.decode("utf-8", "replace")


def demo(nodes: int) -> Iterator[tuple[str, str]]:
    site = Site("http://portal.example", nodes=nodes)
    targets = [str(row["url"]).removeprefix(site.base) for row in site.truth() if not row.get("redirected")]
    targets += [f"/news?page={number}" for number in range(3)]
    for target in targets:
        answer = site.answer(target)
        if answer.status == 200:
            yield site.url(target), answer.body.decode()


def by_kind(name: str, pages: Iterator[tuple[str, str]], most: int) -> Iterator[Pages]:
    """Items and all others, of each at most ``most``, evenly from all."""
    items, others = Pages(f"{name}: items"), Pages(f"{name}: all other pages")
    for url, html in pages:
        page = page_for(url, Selector(text=html, type="html"))
        (items if isinstance(page, NewsPage) else others).pages.append((url, html))
    for one in (items, others):
        if one.pages:
            yield Pages(one.name, one.pages[:: max(1, round(len(one.pages) / most))])


def show(pages: Pages, rounds: list[list[float]]) -> None:
    count = len(pages.pages)
    size = sum(len(html) for _, html in pages.pages) / count / 1000
    print(f"\n{pages.name}: {count} pages of {size:.0f} KB")
    print(f"{'step':12}{'ms a page':>10}{'to parsing':>12}")
    for number, step in enumerate(STEPS):
        milliseconds = statistics.median(one[number] for one in rounds) / count * 1000
        if milliseconds > 0.001:
            print(f"{step:12}{milliseconds:>10.2f}{statistics.median(one[number] / one[0] for one in rounds):>11.1f}x")
    ratios = sorted(sum(one[1:]) / one[0] for one in rounds)
    total = statistics.median(sum(one[1:]) for one in rounds) / count * 1000
    spread = f"({ratios[0]:.1f} to {ratios[-1]:.1f})"
    print(f"{'all reading':12}{total:>10.2f}{statistics.median(ratios):>11.1f}x {spread}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_reader")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=200, help="at most about so many pages of each kind")
    parser.add_argument("--nodes", type=int, default=40, help="news nodes of the demo portal")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the ms a page of the first kind of pages there"
    )
    parser.add_argument("--profile", type=int, metavar="LINES", help="print the functions that take the most time")
    arguments = parser.parse_args()
    if not (SHARED / "portals").is_dir():
        print("SHARED_DIR (default ../shared) has no recorded portals: only the demo portal is read")
    most = arguments.pages
    sets = [*by_kind("recorded portal", recorded(), most), *by_kind("demo portal", demo(arguments.nodes), most)]
    gc.collect()
    gc.freeze()
    if arguments.profile:
        for pages in sets:
            print(f"\n{pages.name}: {len(pages.pages)} pages")
            with cProfile.Profile() as profile:
                timed(pages)
            pstats.Stats(profile).sort_stats("tottime").print_stats(arguments.profile)
        return
    rounds: list[list[list[float]]] = [[] for _ in sets]
    for _ in range(arguments.rounds):
        for pages, found in zip(sets, rounds, strict=True):
            found.append(timed(pages))
    for pages, found in zip(sets, rounds, strict=True):
        show(pages, found)
    if arguments.json:
        count = len(sets[0].pages)
        steps = [1000 * statistics.median(one[number] for one in rounds[0]) / count for number in range(len(STEPS))]
        told = dict(zip(STEPS, steps, strict=True)) | {"all reading": sum(steps[1:])}
        arguments.json.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
