"""`scrapy publish` on a crawl of the demo portal: as a user calls it, and as users of a release read it."""

import ast
import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest
from scrapy.settings import Settings

from archive.warc.lock import CollectionLock
from docs import generate
from migration_spider.commands import publish
from migration_spider.items import NewsItem
from migration_spider.publish import RIGHTS, dataset
from migration_spider.report import record
from migration_spider.vocabularies import VOCABULARIES
from tests.burial import bury
from tests.crawling import ROOT, items, scrapy

MISSING = "{} is not installed: pip install -e '.[publish-checks]'"


@pytest.fixture(scope="module")
def data(demo, tmp_path_factory):
    """A data folder with the demo's items and their release; the output of the command in ``publish.txt``."""
    data = tmp_path_factory.mktemp("publish")
    shutil.copytree(demo.data / "items", data / "items")
    shutil.copytree(demo.data / "runs", data / "runs")
    (data / "publish.txt").write_bytes(scrapy("publish", data=data))
    return data


@pytest.fixture(scope="module")
def release(data):
    return data / "dataset" / "latest"


def test_every_column_of_a_release_is_documented(release):
    documented = (ROOT / "docs" / "reference" / "columns.md").read_text(encoding="utf-8")
    assert generate.columns(release) == documented, "run: python -m docs.generate"


def test_the_command_says_what_it_wrote_and_where(data, release):
    version = max(item["fetched_at"] for item in items(data))[:10]
    printed = (data / "publish.txt").read_text(encoding="utf-8")
    count = len({item["id"] for item in items(data)})
    assert f"{count} items (first release: {count} added, 0 changed, 0 removed)" in printed
    assert f"Release {version}: {data / 'dataset' / version}" in printed
    assert b"" == (release / "history.jsonl").read_bytes()
    names = ("AUTHORS", "PUBLISHER", "CONTACT", "PAGE", "DOI", "LICENCE_NOTE", "FREQUENCY", "DOWNLOADS")
    assert f"neutral defaults are used: {', '.join(names)}\n" in printed
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=release, check=False).returncode == 0


def test_the_same_again_is_no_error_and_under_its_name_nothing_else_is_written(data, release):
    assert b"the same as before" in scrapy("publish", data=data)
    output = scrapy("publish", "--metadata-only", "--version", release.resolve().name, data=data, code=2).decode()
    assert "never overwritten" in output
    assert "Traceback" not in output


def test_a_run_that_goes_on_and_an_incomplete_state_are_refused(demo, data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    shutil.copytree(demo.data / "runs", tmp_path / "runs")
    (tmp_path / "warc").mkdir()
    lock = CollectionLock(tmp_path / "warc")
    assert "a run is using the folder" in scrapy("publish", data=tmp_path, code=75).decode()
    lock.release()
    (run,) = (tmp_path / "runs").iterdir()
    left = [{"url": "https://example.org/|<b>", "reason": "failed", "detail": "answer 500"}] * 77
    record.end(run, exit_code=3, kind="unfetched", messages=["77 pages could not be <fetched>"], missing=left)
    said = f"As of run {run.name}: 77 pages missing (77 pages could not be <fetched>)"
    output = scrapy("publish", data=tmp_path, code=3).decode()
    assert f"scrapy publish: error: {said}: run scrapy harvest; --incomplete publishes it as it is" in output
    assert not (tmp_path / "dataset").exists()
    assert said in scrapy("publish", "--incomplete", data=tmp_path).decode()
    release = tmp_path / "dataset" / "latest"
    card = (release / "README.md").read_text(encoding="utf-8").partition("\n---\n")[2].split("\n")
    assert f"**{said}.**".replace("<", "\\<").replace(">", "\\>") == [line for line in card if line][1]
    package = json.loads((release / "datapackage.json").read_bytes())
    assert (said, False, record.read(run)["ended"]) == (
        package["whole"],
        package["complete"],
        package["created"],
    )
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        columns = "command, exit_code, outcome, missing, new, decides"
        assert [("crawl", 3, "unfetched", 77, len(items(data)), 1)] == db.execute(
            f"SELECT {columns} FROM runs JOIN (SELECT DISTINCT run_id FROM news) USING (run_id)"
        ).fetchall()
        assert [(left[0]["url"], "failed", 77)] == db.execute(
            "SELECT url, reason, count(*) FROM runs_missing"
        ).fetchall()
    assert [run.name] == [row["run_id"] for row in rows(release / "tables" / "runs.csv")]


def test_metadata_only_has_no_text(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    authors = json.dumps([{"family": "Carberry", "given": "Josiah", "orcid": "0000-0002-1825-0097"}])
    words = ["--metadata-only", "--no-bom", "--version", "metadata", "-s", f"MIGRATION_DATASET_AUTHORS={authors}"]
    words += ["--site", str(tmp_path / "site")]
    printed = scrapy("publish", *words, "-s", "MIGRATION_DATASET_FREQUENCY=weekly", data=tmp_path).decode()
    assert f"Open it: {tmp_path / 'site' / 'index.html'}\n" in printed
    folder = tmp_path / "dataset" / "metadata"
    assert "https://orcid.org/0000-0002-1825-0097" in (folder / "CITATION.cff").read_text(encoding="utf-8")
    assert "frequency/WEEKLY" in (folder / "dcat.jsonld").read_text(encoding="utf-8")
    item = next(item for item in items(data) if item["id"] == "7756@es")
    sentence = item["body_text"].split("\n")[0][:60].encode()
    assert len(sentence) > 30
    written = [path for made in (folder, tmp_path / "site") for path in made.rglob("*") if path.is_file()]
    assert tmp_path / "site" / "stories" / "7756.html" in written
    assert [] == [path for path in written if sentence in path.read_bytes()]
    assert (folder / "news.csv").read_bytes().startswith(b"id,")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--version", "../x"], "'../x' is not a version"),
        (["what"], "unrecognized argument: what"),
        (["--site", "."], "cannot be replaced as a whole"),
        (["-s", "MIGRATION_DATASET_DOI=zenodo.1234"], "MIGRATION_DATASET_DOI=zenodo.1234: expected a DOI"),
    ],
)
def test_wrong_usage_is_exit_code_2(data, words, says):
    output = scrapy("publish", *words, data=data, code=2).decode()
    assert says in output
    assert "Traceback" not in output


def test_nothing_to_publish_is_exit_code_2(tmp_path):
    output = scrapy("publish", data=tmp_path, code=2).decode()
    assert "does not exist: crawl first" in output
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_exit_code_5(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    (tmp_path / "dataset").write_text("in the way", encoding="utf-8")
    output = scrapy("publish", data=tmp_path, code=5).decode()
    assert "scrapy publish: error: " in output
    assert "Traceback" not in output


def interrupt(*arguments, **named):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("archive.dataset.release.publish", "nothing was published"),
        ("archive.dataset.signing.sign", "is there, and not signed or stamped"),
    ],
)
def test_an_interrupt_is_one_line_and_exit_code_130(data, tmp_path, monkeypatch, capsys, step, says):
    shutil.copytree(data / "items", tmp_path / "items")
    release = SimpleNamespace(path=tmp_path / "dataset" / "1")
    # Where they stand: the command imports them when it runs.
    monkeypatch.setattr("archive.dataset.release.publish", lambda *arguments, **named: release)
    monkeypatch.setattr("archive.dataset.signing.signer", str)
    monkeypatch.setattr(step, interrupt)
    command = publish.Command()
    command.settings = Settings()  # what a project's are got by stays in the environment of all other tests
    command.settings.setmodule("migration_spider.settings")
    command.settings.set("DATA_DIR", str(tmp_path))
    options = dict.fromkeys(("version", "wacz", "timestamp", "metadata_only", "no_bom", "site")) | {"incomplete": True}
    command.run([], SimpleNamespace(sign="gpg", **options))
    printed = capsys.readouterr()
    assert (130, "") == (command.exitcode, printed.out)
    assert printed.err.startswith("scrapy publish: interrupted; ")
    assert printed.err.endswith(f"{says}\n")


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_is_withdrawn_is_told_and_so_is_what_comes_back(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    first, second = [item["id"] for item in items(data)[:2]]
    count = len(items(data))
    scrapy("publish", "--version", "1", data=tmp_path)
    gone = [bury(tmp_path, first, 403), bury(tmp_path, second)]
    printed = scrapy("publish", "--version", "2", data=tmp_path).decode()
    assert f"{count - 2} items (since 1: 0 added, 0 changed, 2 removed)" in printed
    release = tmp_path / "dataset" / "2"
    wanted = {line["id"]: (line["url"], line["title"], "2", line["tombstone"]["reason"]) for line in gone}
    assert wanted == {
        row["id"]: (row["url"], row["title"], row["version"], row["reason"])
        for row in rows(release / "tables" / "withdrawn.csv")
    }
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        found = db.execute("SELECT id, status, warc_record_id FROM withdrawn ORDER BY id").fetchall()
        assert sorted((one["id"], one["tombstone"]["status"], one["warc"]["record_id"]) for one in gone) == found
    changes = [json.loads(line) for line in (release / "CHANGES.jsonl").read_bytes().splitlines()]
    assert {(first, "unpublished", 403), (second, "gone", 404)} == {
        (change["id"], change["reason"], change["status"]) for change in changes
    }
    assert "2 items are gone from their source" in (release / "README.md").read_text(encoding="utf-8")
    assert release.joinpath("history.jsonl").read_bytes().endswith(b'"}}\n')
    back = {**next(item for item in items(data) if item["id"] == first), "version": 3}
    with (tmp_path / "items" / "news.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(back) + "\n")
    scrapy("publish", "--version", "3", data=tmp_path)
    release = tmp_path / "dataset" / "3"
    changes = [json.loads(line) for line in (release / "CHANGES.jsonl").read_bytes().splitlines()]
    assert [{"change": "added", "id": first, "url": back["url"], "title": back["title"], "version": 3}] == changes
    assert [second] == [row["id"] for row in rows(release / "tables" / "withdrawn.csv")]


def test_a_dataset_of_which_all_is_withdrawn_can_be_published(data, tmp_path):
    (tmp_path / "items").mkdir()
    line = json.dumps(items(data)[0]) + "\n"
    (tmp_path / "items" / "news.jsonl").write_text(line, encoding="utf-8")
    scrapy("publish", "--version", "1", data=tmp_path)
    bury(tmp_path, items(data)[0]["id"])
    assert b"0 items (since 1: 0 added, 0 changed, 1 removed)" in scrapy("publish", "--version", "2", data=tmp_path)


def fits(schema, value):
    """Keys of objects that the schema says otherwise, anywhere in ``value``."""
    if isinstance(value, list):
        return [name for one in value for name in fits(schema.get("items", {}), one)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    other = sorted(set(schema["required"]) ^ set(value))
    return other + [name for key in value for name in fits(schema["properties"].get(key, {}), value[key])]


def test_the_schema_has_the_keys_of_the_items_and_no_others(release):
    schema = json.loads((release / "schema.json").read_bytes())
    lines = (release / "news.jsonl").read_text(encoding="utf-8").splitlines()
    assert [] == [name for line in lines for name in fits(schema, json.loads(line))]


def test_every_closed_vocabulary_is_published():
    described = dataset("https://example.org")
    assert sorted(VOCABULARIES) == sorted(name for one in described.vocabularies for name in one.fields)
    assert RIGHTS == described.rights
    fields = set(NewsItem.__dataclass_fields__)
    assert {*described.formats, *described.texts, *described.searched, *described.counted} <= fields


def test_the_seed_page_in_the_spreadsheet(release):
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        assert [("145", "subregion")] == db.execute(
            "SELECT id, type FROM news_geographic_scope WHERE news_id = '7756@es'"
        ).fetchall()
        assert [("International Migrants Day (Azerbaijan)",)] == db.execute(
            "SELECT title FROM news WHERE id = '7756@es'"
        ).fetchall()


def test_the_datasheet_has_the_measured_run(data, release):
    (run,) = [path for path in (data / "runs").iterdir() if path.is_dir()]
    stats = json.loads((run / "stats.json").read_bytes())
    text = (release / "DATASHEET.md").read_text(encoding="utf-8")
    assert f"{stats['downloader/request_count']} requests in all" in text
    assert f"{stats['downloader/response_status_count/200']} of 200" in text
    noted = record.read(run)
    assert f"| `{run.name}` | {noted['started']} | {noted['ended']} |" in text
    delay = f"with {noted['pace']['delay']:g} s between requests"
    pace = f"{delay}, no slower if the source is slow, robots.txt obeyed (1 run)"
    assert pace in text
    assert f"As of run {run.name}: complete. `tables/runs.csv` and `tables/runs_missing.csv` list" in text


def test_the_note_on_kosovo_goes_with_the_data(release):
    assert "Security Council resolution 1244" in (release / "README.md").read_text(encoding="utf-8")
    assert "Security Council resolution 1244" in (release / "vocabularies" / "places.csv").read_text(encoding="utf-8")


def test_options_and_exit_codes_are_documented():
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    printed = scrapy("publish", "--help").decode()
    options = set(re.findall(r"^  (--[a-z-]+)", printed, re.MULTILINE)) - {"--logfile", "--nolog", "--profile"}
    own = {"--version", "--incomplete", "--metadata-only", "--no-bom"}
    assert own <= options
    assert [] == [name for name in sorted(own) if f"| `{name}" not in page]
    codes = ["0", "2", "3", "5", "75", "130"]
    assert codes == re.findall(r"^  (\d+) +", printed, re.MULTILINE)
    assert codes == re.findall(r"(?:codes:|·) (\d+) ", page.replace("\n", " "))


def test_every_file_of_a_release_is_documented(release):
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    known = ("tables/news_", "tables/stories_", "vocabularies/")
    names = [path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()]
    assert [] == [name for name in names if f"`{name}`" not in page and not name.startswith(known)]


def test_json_schema_holds_for_every_item(release):
    jsonschema = pytest.importorskip("jsonschema", reason=MISSING.format("jsonschema"))
    schema = json.loads((release / "schema.json").read_bytes())
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for line in (release / "news.jsonl").read_text(encoding="utf-8").splitlines():
        assert [] == [error.message for error in validator.iter_errors(json.loads(line))]
    record = json.loads(line)
    for wrong in (
        {"version": "1"},
        {"publication_date": "yesterday"},
        {"warc": {**record["warc"], "offset": None}},
        {"geographic_scope": [{"raw": "Peru", "id": "604", "label": "Peru", "type": "country"}]},
    ):
        assert not validator.is_valid({**record, **wrong}), wrong
    del record["title"]
    assert not validator.is_valid(record)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("frictionless", ["validate", "datapackage.json"]),
        ("cffconvert", ["--validate", "--infile", "CITATION.cff"]),
        ("mlcroissant", ["validate", "--jsonld", "croissant.json"]),
        ("datasette", ["news.sqlite", "--metadata", "datasette.yaml", "--get", "/news/news/7756~40es"]),
        ("datasette", ["news.sqlite", "--metadata", "datasette.yaml", "--get", "/news/search?word=migrants"]),
    ],
)
def test_validators_of_others_find_nothing(release, tool, words):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed: pip install {tool}, in an environment of its own")
    done = subprocess.run([tool, *words], cwd=release, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert 0 == done.returncode, done.stdout[-3000:].decode()


def test_libreoffice_reads_the_cells_as_they_are(release, tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not installed")
    words = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to"]
    # Comma, double quote, UTF-8, all columns as text: https://wiki.openoffice.org/wiki/Documentation/DevGuide/Spreadsheets/Filter_Options
    filters = ["fods", "--infilter=CSV:44,34,76,1,,0,false,true", "--outdir", str(tmp_path), str(release / "news.csv")]
    subprocess.run([*words, *filters], check=True, capture_output=True, timeout=300)
    sheet = (tmp_path / "news.fods").read_text(encoding="utf-8")
    assert "table:formula" not in sheet
    titles = [json.loads(line)["title"] for line in (release / "news.jsonl").read_text("utf-8").splitlines()]
    unescaped = sheet.replace("&apos;", "'").replace("&quot;", '"').replace("&amp;", "&")
    assert [] == [title for title in titles if f"<text:p>{title}</text:p>" not in unescaped]


def test_the_searches_of_the_card_find_what_they_say(release):
    card = (release / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Search\n(.*?)^## ", card, re.MULTILINE | re.DOTALL)[1]
    queries = re.search(r"```sql\n(.*?)```", section, re.DOTALL)[1].split(";\n")
    python = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    # The demo's texts of each language, by what stands in all forms of the word; not all of the words occur.
    roots = {"en": "migrant", "es": "migracion", "ar": "مهاجر", "ru": "мигрант", "zh": "移民"}
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        answers = [{key for key, _ in db.execute(query)} for query in queries if query]
        assert 6 == len(answers)
        texts = db.execute("SELECT id, title || ' ' || coalesce(summary, '') || ' ' || body_text FROM news").fetchall()
    said = {name: {key for key, text in texts if root in text.lower()} for name, root in roots.items()}
    for name, answer in zip(("en", "fr", "es", "ar", "ru", "zh"), answers, strict=True):
        assert name not in ("en", "ar", "ru", "zh") or said[name] == answer != set()
    printed = subprocess.run(
        [sys.executable, "-c", python], cwd=release, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
    ).stdout.decode()
    assert said["en"] == {key for (key,) in ast.literal_eval(printed)}
