"""`items/news.jsonl` and `state.sqlite` damaged between two runs: the next harvest makes them whole from the archive."""

import sqlite3
from contextlib import closing
from shutil import copytree

import pytest

from archive.index_file import INDEX_NAME
from tests.crawling import items, run
from tests.harvesting import command, harvest, lose
from tests.portal import Portal


@pytest.fixture(scope="module")
def portal():
    with Portal(nodes=4) as portal:
        yield portal


@pytest.fixture(scope="module")
def harvested(portal, tmp_path_factory):
    """Two runs: some items have two versions."""
    data = tmp_path_factory.mktemp("recovery")
    harvest(data, site=portal.url)
    for language in ("en", "fr"):
        portal.editor.edit(8836, language)
    harvest(data, site=portal.url, MIGRATION_REVISIT="[[null, 0]]")
    assert {1, 2} == {line["version"] for line in items(data)}
    return data


@pytest.fixture
def data(harvested, tmp_path):
    return copytree(harvested, tmp_path / "data")


def again(portal, data):
    """The report of a further harvest, of one page: what it makes whole, it does before it asks for any."""
    return harvest(data, "-a", f"urls={portal.url}/es/node/7756", site=portal.url)


def _without(lines, *numbers):
    return b"".join(line for number, line in enumerate(lines) if number not in numbers)


DAMAGES = {
    "cut in a line": lambda lines: b"".join(lines)[: len(b"".join(lines)) // 2],
    "cut between lines": lambda lines: b"".join(lines[: len(lines) // 2]),
    "lines lost in the middle": lambda lines: _without(lines, 2, 3),
    "first versions lost": lambda lines: _without(lines, *range(len(lines) - 2)),
    "empty": lambda lines: b"",
    "a line of garbage": lambda lines: b"".join([*lines[:3], b"{garbage\n", *lines[3:]]),
    "half a line joined with the next": lambda lines: b"".join([lines[0], lines[1][:200], *lines[2:]]),
    "zeros of a crash at the end": lambda lines: b"".join(lines) + bytes(4096) + b"\n",
    "other JSON": lambda lines: b"".join(lines) + b'[1, 2]\n{"id": "1@en"}\n\n\xff\n',
    "a byte that is another": lambda lines: b"".join(lines).replace(b'"version":', b'"version" ', 1),
}


@pytest.mark.parametrize(
    ("damage", "with_state"),
    [*((damage, True) for damage in DAMAGES), ("cut in a line", False), ("first versions lost", False)],
)
def test_lines_that_are_lost_or_damaged_are_made_again(portal, data, damage, with_state):
    file = data / "items" / "news.jsonl"
    whole = file.read_bytes()
    file.write_bytes(DAMAGES[damage](whole.splitlines(keepends=True)))
    if not with_state:
        lose(data, "state.sqlite*")
    told = again(portal, data)
    assert whole == file.read_bytes()
    assert (0, 0) == (told["items"]["counts"]["new"], told["items"]["counts"]["changed"])
    assert not list(file.parent.glob(".*"))


def test_the_file_as_it_was_is_kept(portal, data):
    file = data / "items" / "news.jsonl"
    damaged = b"garbage\n" + file.read_bytes()
    for number in ("", "1"):
        file.write_bytes(damaged)
        again(portal, data)
        assert damaged == file.with_name(f"news.jsonl.damaged{number}").read_bytes()


def test_lines_that_the_archive_has_not_stay_where_they_are(portal, data):
    file = data / "items" / "news.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    first = min((data / "warc").glob("*.warc.gz"))
    kept = lines[:5] + lines[-1:]
    file.write_bytes(b"".join(kept))
    first.unlink()
    harvest(data, "-a", f"urls={portal.url}/es/node/7756", site=portal.url, code=3)
    assert kept[:5] == file.read_bytes().splitlines(keepends=True)[:5]
    assert set(lines[-2:]) <= set(file.read_bytes().splitlines(keepends=True))


def _change(*statements):
    def do(path):
        with closing(sqlite3.connect(path)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    return do


@pytest.mark.parametrize(
    "damage",
    [
        _change("ALTER TABLE run ADD COLUMN mood TEXT", "PRAGMA user_version = 99"),
        _change("ALTER TABLE item ADD COLUMN mood TEXT"),
        _change("DROP TABLE run", "CREATE TABLE run (id TEXT)", "PRAGMA user_version = 1"),
        _change("UPDATE run SET options = '{'"),
        lambda path: path.write_bytes(path.read_bytes()[:20_000]),
    ],
    ids=["newer", "other columns", "older", "no JSON", "cut"],
)
def test_a_state_that_cannot_be_used_is_made_again(portal, data, damage):
    whole = (data / "items" / "news.jsonl").read_bytes()
    damage(data / "state.sqlite")
    again(portal, data)
    assert (data / "state.sqlite.damaged").exists()
    assert whole == (data / "items" / "news.jsonl").read_bytes()


def test_an_index_with_a_name_that_is_none_is_read_again(portal, data):
    _change("UPDATE file SET name = CAST(x'ff41' AS TEXT) WHERE name = (SELECT min(name) FROM file)")(
        data / "warc" / INDEX_NAME
    )
    again(portal, data)


def test_a_state_that_cannot_be_opened_is_one_clear_line(portal, data):
    lose(data, "state.sqlite*")
    (data / "state.sqlite").mkdir()
    said = run(command(data, site=portal.url), 5).decode()
    assert "state.sqlite is a folder, not a file: move it away" in said
    assert "Traceback" not in said


def test_the_first_harvest_that_finds_a_damaged_warc_file_is_not_complete(portal, data):
    file = min((data / "warc").glob("*.warc.gz"))
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    file.write_bytes(content)
    urls = ("-a", f"urls={portal.url}/es/node/7756")
    first = harvest(data, *urls, site=portal.url, code=3)
    (message,) = first["outcome"]["messages"]
    assert message.startswith(f"the archive is damaged: {file.name} is damaged: it cannot be read from byte ")
    assert message.endswith(": restore a copy of the file, or see docs/how-to/recover.md")
    assert [] == again(portal, data)["outcome"]["messages"]


def _delete(file):
    file.unlink()
    return " is not there any more"


def _cut_after_a_record(file):
    whole = file.read_bytes()
    kept = whole[: whole.rindex(b"\x1f\x8b\x08")]
    file.write_bytes(kept)
    return f" has lost its end: it has {len(kept):,} of {len(whole):,} bytes"


@pytest.mark.parametrize("lose_it", [_delete, _cut_after_a_record])
def test_the_first_harvest_that_misses_records_of_the_archive_is_not_complete(portal, data, lose_it):
    file = min((data / "warc").glob("*.warc.gz"))
    says = lose_it(file)
    first = harvest(data, *("-a", f"urls={portal.url}/es/node/7756"), site=portal.url, code=3)
    restore = ": restore a copy of the file, or see docs/how-to/recover.md"
    assert [f"the archive is damaged: {file.name}{says}{restore}"] == first["outcome"]["messages"]
    assert [] == again(portal, data)["outcome"]["messages"]


def test_lines_are_made_again_from_what_is_behind_a_damage(portal, data):
    file, lines = min((data / "warc").glob("*.warc.gz")), (data / "items" / "news.jsonl")
    content, before = bytearray(file.read_bytes()), lines.read_bytes().splitlines()
    content[4000:4040] = bytes(40)
    file.write_bytes(content)
    lines.unlink()
    harvest(data, "-a", f"urls={portal.url}/es/node/7756", site=portal.url, code=3)
    # The damage is in the first of hundreds of records.
    assert set(before) - set(lines.read_bytes().splitlines()) == set()
