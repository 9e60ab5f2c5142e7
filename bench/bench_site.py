"""What a site of files costs: seconds of each step, bytes of each part; what a search loads, and how long it takes.

    python -m bench.bench_site [--items 20000] [--data DIR]

Items are those of `bench.bench_publish`: a release of them is made first, or taken from DIR where it is there. A search
is done by the script of the site in Node.js, each with nothing loaded before, and by the server's `find` beside it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from archive.dataset import publish
from bench.bench_publish import SITE, write
from migration_spider.browse.collection import Collection
from migration_spider.browse.finding import find
from migration_spider.browse.selection import Selection
from migration_spider.browse.site import write_site
from migration_spider.publish import dataset

NODE = """
const fs = require("fs"), path = require("path"), vm = require("vm");
const [, files, folder] = process.argv;
for (const name of ["packed.js", "asked.js", "find.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(files, name), "utf8"));
}
(async () => {
  for (const line of fs.readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
    let loads = 0, bytes = 0;
    const finder = vm.runInThisContext("siteFinder")(async (name) => {
      const text = fs.readFileSync(path.join(folder, `${name}.js`), "utf8");
      let content = null;
      globalThis.siteData = (_, packed) => (content = packed);
      loads += 1;
      bytes += text.length;
      vm.runInThisContext(text);
      return vm.runInThisContext("siteUnpacked")(content);
    });
    const started = performance.now();
    const names = (await finder.facets()).map(({name}) => name);
    const found = await finder.find(finder.parseSelection(JSON.parse(line), names));
    await finder.records(found.onPage);
    console.log(JSON.stringify({total: found.total, ms: performance.now() - started, files: loads, bytes}));
  }
})();
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_site")
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--data", type=Path, help="where to work, and leave what was made (default: nowhere)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = (arguments.data or Path(folder)) / str(arguments.items)
        release = data / "dataset" / "1"
        if not release.exists():
            items = data / "items" / "news.jsonl"
            items.parent.mkdir(parents=True, exist_ok=True)
            write(items, arguments.items, 0)
            publish(dataset(SITE), items, data / "dataset", version="1")
        site = Path(folder) / "site"
        written(release, site)
        searched(release, site)


def written(release: Path, site: Path) -> None:
    """Write the site without pages of stories, and print the costs."""
    steps: dict[str, float] = {}
    last = ["Reading the release", time.perf_counter()]

    def tell(step: str, done: int, total: int) -> None:
        now = time.perf_counter()
        steps[last[0]] = steps.get(last[0], 0) + now - last[1]
        last[:] = [step, now]

    cpu = time.process_time()
    told = write_site(release, site, 0, tell)
    tell("", 0, 0)
    for step, seconds in steps.items():
        print(f"{step:34}{seconds:>8.2f} s", flush=True)
    print(f"{told.stories:,} stories: {sum(steps.values()):.1f} s, of which CPU {time.process_time() - cpu:.1f}")
    [data] = (site / "data").iterdir()
    for part in (*sorted(data.iterdir()), site / "list", site):
        size = sum(one.stat().st_size for one in [part, *part.rglob("*")] if one.is_file())
        print(f"{'all of it' if part == site else part.name:34}{size / 1e6:>8.2f} MB")


def searched(release: Path, site: Path) -> None:
    """Search for words of the texts, as the site does and as the server does, and print what that takes."""
    node = shutil.which("node")
    if node is None:
        print("no Node.js: no search")
        return
    collection = Collection(release)
    asked = list(queries(collection))
    [data] = (site / "data").iterdir()
    done = subprocess.run(
        [node, "-e", NODE, site / "static", data],
        input="\n".join(map(json.dumps, asked)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    print(f"{'stories':>8}{'files':>7}{'kB':>8}{'ms':>8}{'server':>8}  asked")
    for pairs, line in zip(asked, done.stdout.splitlines(), strict=True):
        told: dict[str, Any] = json.loads(line)
        started = time.perf_counter()
        found = find(collection, Selection.parse(pairs))
        server = 1000 * (time.perf_counter() - started)
        differs = "" if found.total == told["total"] else f"  the server finds {found.total}"
        print(
            f"{told['total']:>8}{told['files']:>7}{told['bytes'] / 1000:>8.0f}{told['ms']:>8.1f}{server:>8.1f}"
            f"  {' '.join(value for _, value in pairs)}{differs}"
        )


def queries(collection: Collection) -> list[list[tuple[str, str]]]:
    """Words of texts in each language, in all the ways in which they can be asked for."""
    chance = random.Random(1)  # noqa: S311
    asked: list[list[tuple[str, str]]] = [[], [("objective", "7"), ("objective", "8")], [("sort", "changed")]]
    db = collection.connect()
    for (language,) in db.execute("SELECT DISTINCT language FROM news ORDER BY 1").fetchall():
        (text,) = db.execute("SELECT body_text FROM news WHERE language = ? LIMIT 1", (language,)).fetchone()
        one, other = chance.sample(text.split(), 2)
        asked += [[("q", words)] for words in (one, f"{one} {other}", f"{one} OR {other}", f"{one[:2]}*")]
        asked.append([("q", one), ("objective", "7"), ("language", language)])
    return asked


if __name__ == "__main__":
    main()
