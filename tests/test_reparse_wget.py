"""What Wget archives of the demo portal gives the items of our own crawl."""

import json
import shutil
import subprocess

import pytest

from migration_spider.reparse.diff import PROVENANCE
from tests.crawling import crawl, items, scrapy
from tests.portal import Portal


def said(lines):
    """Id -> what an item says, without where it comes from."""
    return {line["id"]: {name: line[name] for name in line if name not in PROVENANCE} for line in lines}


def test_what_wget_archives_gives_the_items_of_our_crawl(tmp_path):
    if not shutil.which("wget"):
        pytest.skip("wget is not installed")
    with Portal(nodes=20) as portal:
        crawl(tmp_path / "own", site=portal.url)
        own = items(tmp_path / "own")
        files = [one["url"] for item in own for one in item["attachments"] if one["url"].startswith(portal.url)]
        asked = tmp_path / "asked"
        asked.write_text("\n".join(dict.fromkeys([*(item["url"] for item in own), *files])), encoding="utf-8")
        words = ["wget", "--quiet", "--no-config", f"--warc-file={tmp_path / 'site'}", "--execute=robots=off"]
        words += ["--tries=1", "--output-document=/dev/null", f"--input-file={asked}"]
        # 8: an attachment that the site no longer has.
        assert subprocess.run(words, cwd=tmp_path, timeout=120, check=False).returncode in (0, 8)
    scrapy("reparse", "--output", tmp_path / "wget.jsonl", tmp_path / "site.warc.gz")
    found = [json.loads(line) for line in (tmp_path / "wget.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(own) > 40
    assert any(one["sha256"] for item in found for one in item["attachments"])
    assert said(own) == said(found)
    assert {"site.warc.gz"} == {item["warc"]["file"] for item in found}
