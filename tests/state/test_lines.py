"""What a line of the file of items is."""

from contextlib import closing

import pytest

from archive.dataset import lines as dataset_lines
from archive.dataset.lines import dump
from migration_spider.exceptions import BadLineError
from migration_spider.state import ItemStore, lines
from tests.state.stored import HALF, record


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": None}, "another id"),
        ({"version": "1"}, "another version"),
        ({"version": True}, "another version"),
        ({"warc": "a"}, "another warc"),
        ({"run_id": 7, "url": 8}, "another run_id, url"),
        ({"node_id": [1], "title": 1}, "another node_id, title"),
        ({"content_sha256": None}, "another content_sha256"),
        ({"version": 10**400}, "another version"),
        ({"node_id": 2**63}, "another node_id"),
        ({"gcm_objectives": 5}, "another gcm_objectives"),
        ({"gcm_objectives": [{"id": "1"}]}, "another gcm_objectives.0.raw"),
        ({"last_changed": "yesterday"}, "another last_changed"),
        ({"publication_date": "soon"}, "another publication_date"),
        ({"later": float("nan")}, "NaN is not a JSON number"),
        ({"later": eval("[" * 90 + "0" + "]" * 90), "more": [[]] * 300}, "deep"),  # noqa: S307
        ({"tombstone": None}, "another tombstone"),
        ({"tombstone": {"reason": 1}}, "another tombstone.confirmed, tombstone.reason, tombstone.status"),
        ({"tombstone": {"status": 404}}, "another tombstone.confirmed, tombstone.reason"),
    ],
)
def test_a_line_lacks_nothing_that_its_readers_rely_on(change, says):
    with pytest.raises(ValueError, match=says):
        lines.parse(dump(record("1@en") | change))
    for name in (*record("1@en"),):
        with pytest.raises(ValueError, match=name):
            lines.parse(dump({key: value for key, value in record("1@en").items() if key != name}))
    assert record("1@en") == lines.parse(dump(record("1@en")))


@pytest.mark.parametrize(
    "line", [b"\n", b"[1]\n", b'"id"\n', b"{}\n", b"\xff\n", b"[" * 100_000 + b"\n", b"\0\0\n", HALF]
)
def test_what_is_no_line_is_a_value_error(line):
    with pytest.raises(ValueError, match=r"."):
        lines.parse(line)


def test_a_line_without_end_in_depth_is_none():
    with pytest.raises(ValueError, match="deep"):
        lines.parse(b"[" * 100_000 + b"]" * 100_000)


@pytest.mark.parametrize("end", [b"\n", b""], ids=["whole", "torn"])
def test_of_a_line_without_end_the_start_is_held(paths, monkeypatch, end):
    """It is taken out, or cut off, as any other that is no item, and what stands around it stays."""
    sound = [dump(record(f"{number}@en")) for number in range(3)]
    held = []
    for module in (dataset_lines, lines):
        monkeypatch.setattr(module, "LONGEST_LINE", len(sound[0]) + 1)
    monkeypatch.setattr(lines, "parse", lambda line, real=lines.parse: held.append(len(line)) or real(line))
    paths[1].parent.mkdir(parents=True)
    endless = b'{"id":"' + b"9" * 100_000 + b'"}'
    behind = sound[2] if end else b""
    paths[1].write_bytes(sound[0] + sound[1] + endless + end + behind)
    if end:
        with pytest.raises(BadLineError, match=f"the line at byte {len(sound[0] + sound[1])} is not an item"):
            ItemStore(*paths)
        assert 1 == lines.set_bad_lines_aside(paths[1])[0]
        assert endless in paths[1].with_name("news.jsonl.damaged").read_bytes()
    with closing(ItemStore(*paths)) as store:
        assert store.torn == (0 if end else len(endless))
    assert sound[0] + sound[1] + behind == paths[1].read_bytes()
    assert end or endless + b"\n" == paths[1].with_name("news.jsonl.torn").read_bytes()
    assert max(held) <= len(sound[0]) + 1
