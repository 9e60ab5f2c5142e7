"""`scrapy show`: the proof of an item, and that a changed byte is seen."""

import json
import os
import shutil

import pytest

from archive import read_record
from tests.burial import bury
from tests.crawling import items, scrapy


def show(data, *words, code=0):
    return scrapy("show", *words, data=data, code=code)


@pytest.mark.parametrize("name", ["7756@es", "/es/node/7756", "URL"])
def test_an_item_is_found_by_id_path_and_address(demo, name):
    output = show(demo.data, demo.url + "/es/node/7756" if name == "URL" else name).decode()
    assert "International Migrants Day (Azerbaijan)" in output
    assert "West Asia [145]" in output
    assert output.count(" ok\n") == 5
    assert "differs" not in output


def test_addresses_and_digests_are_whole_and_no_line_ends_in_blanks(demo):
    item = next(item for item in items(demo.data) if item["attachments"] and item["translations"])
    lines = show(demo.data, item["id"]).decode().split("\n")
    words = {word for line in lines for word in line.split()}
    whole = {item["content_sha256"], *item["translations"].values(), *(one["url"] for one in item["attachments"])}
    assert not whole - words
    assert [line.rstrip() for line in lines] == lines
    assert not [line for line in lines if len(line) > 80 and line.startswith("body_text")]


def test_raw_is_the_page(demo):
    line = next(line for line in items(demo.data) if line["id"] == "7756@es")
    where = line["warc"]
    record = read_record(demo.data / "warc" / where["file"], where["offset"], where["length"])
    assert record.payload == show(demo.data, "7756@es", "--raw")


@pytest.mark.parametrize("file", ["../../outside.warc.gz", "/etc/hostname", "pipe.warc.gz", "link.warc.gz"])
def test_raw_prints_nothing_from_outside_of_the_archive(demo, tmp_path, file):
    line = next(line for line in items(demo.data) if line["id"] == "7756@es")
    for folder in ("items", "warc"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    outside = tmp_path / "outside.warc.gz"
    shutil.copy(demo.data / "warc" / line["warc"]["file"], outside)
    os.mkfifo(tmp_path / "data" / "warc" / "pipe.warc.gz")
    (tmp_path / "data" / "warc" / "link.warc.gz").symlink_to(outside)
    tampered = {**line, "warc": {**line["warc"], "file": file}}
    (tmp_path / "data" / "items" / "news.jsonl").write_text(json.dumps(tampered) + "\n", encoding="utf-8")
    output = show(tmp_path / "data", "7756@es", "--raw", code=1).decode()
    assert output.startswith("scrapy show: error: ")
    assert output.count("\n") == 1


def test_raw_prints_the_record_that_the_line_means_or_nothing(two_versions):
    file = two_versions / "items" / "news.jsonl"
    line = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    other = next(one for one in items(two_versions) if one["id"] != "7756@es")
    names = ("file", "offset", "length")
    line["warc"] |= {name: other["warc"][name] for name in names}
    file.write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert b"record id: the line of 7756@es has <" in show(two_versions, "7756@es", "--raw", code=1)


@pytest.fixture
def two_versions(demo, tmp_path):
    """The demo's data with a second version of the seed page, whose evidence is the first one's."""
    shutil.copytree(demo.data, tmp_path / "data")
    line = next(line for line in items(demo.data) if line["id"] == "7756@es")
    second = {**line, "version": 2, "title": "Another title"}
    with (tmp_path / "data" / "items" / "news.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(second) + "\n")
    return tmp_path / "data"


def test_versions_are_compared_and_each_is_proved(two_versions):
    output = show(two_versions, "7756@es", "--verify").decode()
    assert "version 1 -> 2" in output
    assert "\n  title\n    - International Migrants Day (Azerbaijan)\n    + Another title\n" in output
    assert output.count(" ok\n") == 10


def test_nothing_of_an_item_reaches_the_terminal_but_text(two_versions):
    file = two_versions / "items" / "news.jsonl"
    last = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    evil = "[bold]T[/bold] \x1b[2J\x9b31m\x1b]0;x\x07\u202e"
    term = {"raw": evil, "id": None, "label": None}
    third = {**last, "version": 3, "title": evil, "body_text": f"One\n{evil}", "target_audience": [term]}
    third["metadata"] = [{"label": evil, "values": [{"text": evil, "url": None}]}]
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(third) + "\n")
    for printed in (show(two_versions, "7756@es").decode(), scrapy("vocabulary", data=two_versions, code=1).decode()):
        assert "[bold]T[/bold] [U+001B][2J" in printed
        assert not set("\x1b\x9b\x07\u202e") & set(printed)


def test_evidence_that_does_not_hold_is_exit_code_1(two_versions):
    file = two_versions / "items" / "news.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    wrong = json.loads(lines[-1])
    wrong["warc"]["payload_digest"] = "sha256:" + "0" * 64
    file.write_text("\n".join([*lines[:-1], json.dumps(wrong)]) + "\n", encoding="utf-8")
    output = show(two_versions, "7756@es", code=1).decode()
    assert "payload digest  sha256:" + "0" * 64 + " differs" in output


def test_damaged_and_missing_files_are_one_clear_line(two_versions):
    file = next((two_versions / "warc").glob("*.warc.gz"))
    where = next(line for line in items(two_versions) if line["id"] == "7756@es")["warc"]
    data = bytearray(file.read_bytes())
    data[where["offset"] + where["length"] // 2] ^= 0xFF
    file.write_bytes(data)
    assert b"scrapy show: error: " in show(two_versions, "7756@es", code=1)
    file.unlink()
    output = show(two_versions, "7756@es", code=1)
    assert file.name.encode() in output
    assert b"Traceback" not in output


@pytest.fixture
def gone(demo, tmp_path):
    """The demo's data after a run that found the seed page gone."""
    shutil.copytree(demo.data, tmp_path / "data")
    bury(tmp_path / "data", "7756@es")
    return tmp_path / "data"


def test_an_item_that_is_gone_says_so_and_why_and_proves_it(gone):
    output = show(gone, "7756@es").decode()
    assert "International Migrants Day (Azerbaijan)" in output
    assert "withdrawn from the site: gone (status 404, met in 2 runs, last at " in output
    assert "West Asia [145]" in output
    assert "version 1 -> 2" in output
    assert "evidence of version 2 (that it is gone)" in output
    assert "status          404 ok" in output
    assert output.count(" ok\n") == 6
    assert show(gone, "7756@es", "--verify").decode().count(" ok\n") == 11


def test_a_proof_that_says_something_else_is_exit_code_1(gone):
    file = gone / "items" / "news.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"status":404', '"status":410'), encoding="utf-8")
    assert "status          410 differs, found 404" in show(gone, "7756@es", code=1).decode()


def test_the_page_of_an_item_that_is_gone_is_the_last_there_was(demo, gone):
    assert show(demo.data, "7756@es", "--raw") == show(gone, "7756@es", "--raw")


def test_an_item_that_is_there_again_is_compared_with_what_it_was(gone):
    line = next(line for line in items(gone) if line["id"] == "7756@es")
    with (gone / "items" / "news.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({**line, "version": 3, "title": "Another title"}) + "\n")
    output = show(gone, "7756@es").decode()
    assert "version 2 -> 3" in output
    assert "  there again\n  title\n    - International Migrants Day (Azerbaijan)\n" in output
    assert output.count("withdrawn from the site") == 1


def test_an_item_that_moved_is_found_by_each_address_with_all_versions(two_versions):
    file = two_versions / "items" / "news.jsonl"
    *lines, last = file.read_text(encoding="utf-8").splitlines()
    moved = {**json.loads(last), "url": json.loads(last)["url"].replace("/es/node/7756", "/es/new/address")}
    file.write_text("\n".join([*lines, json.dumps(moved)]) + "\n", encoding="utf-8")
    for asked in ("/es/node/7756", "/es/new/address"):
        assert "version 1 -> 2" in show(two_versions, asked).decode()


@pytest.mark.parametrize(
    ("name", "says"),
    [("7756@fr", "there is 7756@en, 7756@es"), ("/no/such/page", "scrapy browse shows all")],
)
def test_no_such_item_is_exit_code_2(demo, name, says):
    assert says in show(demo.data, name, code=2).decode()
