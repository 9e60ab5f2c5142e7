"""``make demo``: the main job from end to end against the demo portal on this machine.

Starts the portal, runs ``scrapy crawl news`` on it as a user would, stops the portal, shows one item and what to try.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.portal import Portal

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.portal.demo", description=__doc__)
    parser.add_argument("--data", default="demo-data", help="folder to write to; emptied of an earlier demo first")
    parser.add_argument("--nodes", type=int, default=150, help="news nodes of the portal")
    arguments = parser.parse_args()
    data = Path(arguments.data)
    mark = data / ".demo"
    if mark.exists():
        shutil.rmtree(data)
    elif data.exists() and any(data.iterdir()):
        print(
            f"{data} holds something that is not a demo's output: give another folder (DEMO_DATA=...)", file=sys.stderr
        )
        return 2
    data.mkdir(parents=True, exist_ok=True)
    mark.touch()
    with Portal(nodes=arguments.nodes) as portal:
        print(f"The demo portal is up on {portal.url}: {arguments.nodes} news nodes in six languages")
        scrapy = [
            sys.executable,
            "-m",
            "scrapy",
            "crawl",
            "news",
            "-a",
            f"site={portal.url}",
            "-s",
            f"DATA_DIR={data.resolve()}",
        ]
        print(f"$ scrapy crawl news -a site={portal.url} -s DATA_DIR={data}\n", flush=True)
        code = subprocess.run(scrapy, cwd=ROOT, check=False).returncode
    print("The demo portal is stopped.")
    if code == 0:
        _show(data)
    return code


def _show(data: Path) -> None:
    """One item with the command that reads its evidence, and what to try next."""
    items = [json.loads(line) for line in (data / "items" / "news.jsonl").read_text(encoding="utf-8").splitlines()]
    item = next((item for item in items if item["id"] == "7756@es"), items[0])
    evidence = item["warc"]
    bin_folder = Path(sys.executable).parent
    with contextlib.suppress(ValueError):  # The environment may stand elsewhere: then its full path is what works.
        bin_folder = bin_folder.relative_to(Path.cwd())
    print(f"\nOne of the {len(items)} items:\n")
    print(f"  {item['title']}  ({item['id']}, {item['url']})")
    for name in ("target_audience", "source_publisher", "geographic_scope", "gcm_objectives", "cross_cutting_themes"):
        if item[name]:
            print(f"  {name:22}" + "; ".join(f"{t['raw']} [{t['id'] or 'unknown'}]" for t in item[name]))
    print(f"  {'evidence':22}{evidence['file']} at byte {evidence['offset']}, {evidence['length']} bytes")
    scrapy = f"{bin_folder}/scrapy"
    print(f"""
Try next:

  the item, its proof recomputed       {scrapy} show "{item["id"]}" -s DATA_DIR={data}
  every byte of the archive checked    {scrapy} archive-verify -s DATA_DIR={data}
  a dataset to hand on                 {scrapy} publish -s DATA_DIR={data}
  one file to replay in a browser      {scrapy} archive-wacz -s DATA_DIR={data}
  all of it in a browser               {scrapy} browse {data}
  the live portal                      make crawl MIGRATION_CONTACT=you@example.org ARGS='-a max_items=20'
""")


if __name__ == "__main__":
    sys.exit(main())
