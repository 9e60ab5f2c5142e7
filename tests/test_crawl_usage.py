"""A crawl that cannot begin or go on ends with one clear line and its exit code."""

import sqlite3
import subprocess

import pytest

from tests.crawling import command, crawl, items, run
from tests.hostile import ONE, listing, page, site


@pytest.fixture(scope="module")
def small():
    with site({"/news": listing(["/a"]), "/a": page("A", "Text.", node=1)}) as running:
        yield running


def one_line(output, says):
    """The output is short, has no traceback, and ends in a line that says what is wrong."""
    assert "Traceback" not in output
    assert says in output.strip().splitlines()[-1]
    return True


def test_a_folder_that_cannot_be_written_is_exit_code_5(small, tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    for data in (file, file / "below"):
        assert one_line(
            crawl(data, site=small.url, code=5), "a file is where a folder belongs: move it away, and run again"
        )
    assert "in the way" == file.read_text(encoding="utf-8")


def test_a_damaged_index_is_made_again(small, tmp_path):
    crawl(tmp_path, "languages=en", site=small.url, **ONE)
    lines = (tmp_path / "items" / "news.jsonl").read_bytes()
    for file in tmp_path.glob("state.sqlite*"):
        file.unlink()
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 500)
    crawl(tmp_path, "languages=en", site=small.url, **ONE)
    assert lines == (tmp_path / "items" / "news.jsonl").read_bytes()
    assert b"no database" in (tmp_path / "state.sqlite.damaged").read_bytes()
    with sqlite3.connect(tmp_path / "state.sqlite") as database:
        assert [(1,)] == database.execute("SELECT count(*) FROM item").fetchall()
    database.close()


def test_items_that_cannot_be_written_end_the_run_with_exit_code_5(small_disk, tmp_path):
    answers = {"/news": listing([f"/{n}" for n in range(40)])}
    answers |= {f"/{n}": page(f"Item {n}", "A long text. " * 3000, node=n + 1) for n in range(40)}
    with site(answers) as long:
        output = crawl(small_disk, "languages=en", site=long.url, code=5, ARCHIVE_DIR=tmp_path / "warc", **ONE)
        assert 1 == output.count("The run stops: items cannot be written")
        assert "Traceback" not in output
        stored = items(small_disk)
        assert 0 < len(stored) < 40
        # With room again the next run goes on; what was stored stands.
        subprocess.run(["mount", "-o", "remount,size=9m", str(small_disk)], check=True)
        crawl(small_disk, "languages=en", site=long.url, ARCHIVE_DIR=tmp_path / "warc", **ONE)
    assert stored == items(small_disk)[: len(stored)]
    assert 40 == len({line["id"] for line in items(small_disk)}) == len(items(small_disk))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-a", "site="], "site= is empty"),
        (["-a", "site=http://[::1"], "site=http://[::1"),
        (["-a", "site=http://127.0.0.1:99999"], "site=http://127.0.0.1:99999"),
        (["-a", "languages=,"], "languages=,"),
        (["-s", "DATA_DIR="], "DATA_DIR is empty"),
        (["-s", "ADDONS={}"], "keep archive.addon.ArchiveAddon"),
        (["-s", "HTTPCACHE_ENABLED=1"], "HTTPCACHE_ENABLED"),
        (["-s", "MIGRATION_DAY_FIRST=maybe"], "MIGRATION_DAY_FIRST=maybe"),
    ],
)
def test_wrong_words_are_one_line_and_exit_code_2(small, tmp_path, words, says):
    output = run([*command(tmp_path, site=small.url), *words], code=2).decode()
    assert one_line(output, says)
    assert [] == list(tmp_path.iterdir())


def test_an_unknown_spider_is_exit_code_2(tmp_path):
    words = command(tmp_path)
    words[words.index("news")] = "nosuch"
    assert one_line(run(words, code=2).decode(), "nosuch")


def test_nobody_reads_the_summary_and_the_exit_code_is_still_the_runs(small, tmp_path):
    words = " ".join(f"'{word}'" for word in command(tmp_path, "languages=en", site=small.url, LOG_ENABLED=False))
    status = run(["bash", "-c", f"{words} | true; exit ${{PIPESTATUS[0]}}"], code=0)
    assert b"Traceback" not in status
