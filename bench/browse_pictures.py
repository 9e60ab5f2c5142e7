"""The two pictures of `scrapy browse` in the README, of what ``make demo`` leaves.

``python -m bench.browse_pictures [demo-data]`` writes them into ``docs/images/``; needs Chromium, and pngquant, which
makes them a third of their size.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from migration_spider.browse.collection import Collection
from migration_spider.browse.current import source_of
from tests.browse.chromium import Elsewhere, Served, browser
from tests.browse.conftest import config_of
from tests.crawling import ROOT

FOLDER = ROOT / "docs" / "images"
SIZE = {"width": 1200, "height": 1640}


def pictured(collection: Collection) -> dict[str, str]:
    """Name of each picture -> address."""
    # A story that stands on one screen in two scripts.
    sql = (
        "SELECT n.story_id FROM news n JOIN news e ON e.story_id = n.story_id AND e.language = 'en'"
        " WHERE n.language = 'ar' AND n.is_fallback = 0 ORDER BY abs(length(e.body_text) - 1500), n.id"
    )
    (story,) = collection.connect().execute(sql).fetchone()
    return {"browse-overview": "/", "browse-story": f"/stories/{story}?language=en&with=ar"}


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-data")
    collection = source_of(data, config_of(data)).first(lambda step, done, total: None)
    FOLDER.mkdir(exist_ok=True)
    with Served(collection) as server, Elsewhere() as elsewhere, browser(elsewhere, server.host) as opened:
        page = opened.new_page(viewport=SIZE, base_url=server.url, color_scheme="light")
        for name, address in pictured(collection).items():
            page.goto(address)
            path = FOLDER / f"{name}.png"
            page.screenshot(path=path)
            subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", path, "64", path], check=False)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
