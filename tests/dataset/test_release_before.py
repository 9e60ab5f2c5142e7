"""A release beside the one before it: what changed, and the name of the next."""

from archive.dataset import Wholeness, publish
from tests.dataset.records import dataset, note, tombstone, write
from tests.dataset.standard import RECORDS, TAGS
from tests.tables import lines


def test_changes_beside_the_release_before(items, tmp_path):
    folder = tmp_path / "dataset"
    first = publish(dataset(), items, folder)
    assert [
        {"change": "added", "id": "a", "url": "https://example.org/a", "version": 2},
        {"change": "added", "id": "b", "url": "https://example.org/b", "version": 1},
    ] == lines(first.path / "CHANGES.jsonl")
    later = {"fetched_at": "2024-06-01T00:00:00Z", "warc": {"file": "c.warc.gz", "offset": 3}}
    write(
        items,
        *RECORDS,
        note("new", **later),
        note("b", number=10, title="Changed", day="2024-02-03", tags=TAGS, version=2, links={}, **later),
        tombstone("a", 3, status=410),
    )
    second = publish(dataset(), items, folder)
    assert ("2024-06-01", "2024-05-02") == (second.edition.version, second.edition.previous)
    assert [
        {
            "change": "changed",
            "id": "b",
            "url": "https://example.org/b",
            "version": 2,
            "from_version": 1,
            "fields": ["title", "links"],
            "changes": [
                {"field": "title", "from": "=1+1", "to": "Changed"},
                {"field": "links", "changed": {"fr": {"from": "https://example.org/fr", "to": None}}},
            ],
            "evidence": {
                "from": {"version": 1, "warc": {"file": "a.warc.gz", "offset": 0}},
                "to": {"version": 2, "warc": {"file": "c.warc.gz", "offset": 3}},
            },
        },
        {"change": "added", "id": "new", "url": "https://example.org/new", "version": 1},
        {
            "change": "removed",
            "id": "a",
            "url": "https://example.org/a",
            "version": 3,
            "reason": "gone",
            "status": 410,
            "evidence": {
                "from": {"version": 2, "warc": {"file": "a.warc.gz", "offset": 0}},
                "to": {"version": 3, "warc": {**tombstone("a", 3)["warc"]}},
            },
        },
    ] == lines(second.path / "CHANGES.jsonl")
    assert "2024-06-01" == str((folder / "latest").readlink())
    assert "Since version `2024-05-02`: 1 added, 1 changed, 1 removed" in (second.path / "README.md").read_text("utf-8")


def test_an_item_that_left_without_tombstone_is_told_too(items, tmp_path):
    publish(dataset(), items, tmp_path / "dataset", version="1.9")
    write(items, RECORDS[1], note("z", fetched_at="2024-06-01T00:00:00Z"))
    release = publish(dataset(), items, tmp_path / "dataset", version="1.10")
    removed = [one for one in lines(release.path / "CHANGES.jsonl") if one["change"] == "removed"]
    assert [("b", None, None)] == [(one["id"], one["reason"], one["version"]) for one in removed]


def test_a_text_left_out_is_no_change(items, tmp_path):
    publish(dataset(), items, tmp_path / "dataset", version="1")
    release = publish(dataset(), items, tmp_path / "dataset", version="2", texts=False)
    assert [] == lines(release.path / "CHANGES.jsonl")


def test_versions_sort_by_number_when_captured_at_the_same_time(items, tmp_path):
    for version, previous in (("1.9", None), ("1.10", "1.9"), ("1.2", None), ("1.11", "1.10")):
        assert previous == publish(dataset(), items, tmp_path / "dataset", version=version).edition.previous, version
    assert "1.11" == str((tmp_path / "dataset" / "latest").readlink())


def test_a_release_without_a_name_takes_the_next_free_one_when_it_is_another(items, tmp_path):
    folder = tmp_path / "dataset"
    whole = Wholeness("As of run 7: complete", True, "2024-05-03T01:00:00Z")
    first = publish(dataset(), items, folder, wholeness=whole)
    assert ("2024-05-03", whole.ended) == (first.path.name, first.edition.created)
    card = (first.path / "README.md").read_text(encoding="utf-8").partition("\n---\n\n")[2]
    assert "**As of run 7: complete.**" == card.split("\n\n")[1]
    second = publish(dataset(), items, folder, wholeness=whole, bom=False)
    assert ("2024-05-03.2", True) == (second.path.name, second.new)
    third = publish(dataset(rights="Other rights."), items, folder, wholeness=whole, bom=False)
    assert ("2024-05-03.3", True, "2024-05-03.2") == (third.path.name, third.new, third.edition.previous)
    again = publish(dataset(rights="Other rights."), items, folder, wholeness=whole, bom=False)
    assert (third.path, False) == (again.path, again.new)
    assert ["2024-05-03", "2024-05-03.2", "2024-05-03.3", "latest"] == sorted(path.name for path in folder.iterdir())
