"""A stranger's questions, answered with the lines of the card alone, on a small release that has the answers."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from archive.dataset import publish
from migration_spider import examples
from migration_spider.items import Attachment, Evidence, NewsItem, Place, Term, to_record
from migration_spider.publish import dataset
from tests.crawling import ROOT

MISSING = "{} is not installed: pip install -e '.[publish-checks]'"
JORDAN = Place(raw="Jordan", id="400", label="Jordan", type="country", iso3="JOR")
WEST_ASIA = Place(raw="Western Asia", id="145", label="Western Asia", type="subregion")
PERU = Place(raw="Peru", id="604", label="Peru", type="country", iso3="PER")
EIGHT = Term(raw="8 - Save lives", id="8", label="Save lives")
EIGHTEEN = Term(raw="18 - Skills", id="18", label="Skills")
STATEMENT = Term(raw="Statement", id="statement", label="Statement")
NEWS = Term(raw="News", id="news", label="News")
IOM = Term(raw="IOM", id="iom", label="International Organization for Migration")
ILO = Term(raw="ILO", id="ilo", label="International Labour Organization")
REPORT = Attachment(
    url="http://portal.example/report.pdf",
    filename="report.pdf",
    media_type="application/pdf",
    size=1200,
    sha256="a" * 64,
)
# Of a page whose own block does not name the objective: the story does.
THIRD = Attachment(url="http://portal.example/third.pdf", filename="third.pdf")
OTHER = Attachment(url="http://portal.example/other.pdf", filename="other.pdf")


def line(node, language, **fields):
    evidence = Evidence(
        file="a.warc.gz",
        offset=node,
        length=9,
        record_id=f"<urn:uuid:{node}>",
        target_uri="http://portal.example/",
        date="2024-05-01T12:00:00Z",
        payload_digest="sha256:00",
    )
    said = {
        "id": f"{node}@{language}",
        "node_id": node,
        "url": f"http://portal.example/{language}/{node}",
        "language": language,
        "content_language": language,
        "title": f"Title {node} {language}",
        "content_sha256": f"{node}{language}{fields.get('version', 1)}",
        "warc": evidence,
        **dict.fromkeys(("first_seen", "last_changed", "fetched_at"), "2024-05-01T12:00:00Z"),
    }
    return to_record(NewsItem(**{**said, **fields}))


WEST = {"publication_date": "2022-03-04", "gcm_objectives": [EIGHT], "geographic_scope": [JORDAN]}
IOM_SAYS = {"material_type": [STATEMENT], "source_publisher": [IOM, ILO]}
BEFORE = [
    line(1, "en", **WEST, attachments=[REPORT]),
    line(1, "fr", **WEST, attachments=[REPORT]),
    line(1, "ar", **WEST),
    # Only one of its languages names the objective; the story is of the first date.
    line(2, "en", publication_date="2023-01-02", geographic_scope=[WEST_ASIA], gcm_objectives=[EIGHT, EIGHTEEN]),
    line(
        2,
        "es",
        publication_date="2023-01-03",
        geographic_scope=[WEST_ASIA],
        gcm_objectives=[EIGHTEEN],
        attachments=[THIRD],
    ),
    line(3, "en", publication_date="2022-01-01", gcm_objectives=[EIGHTEEN], geographic_scope=[JORDAN]),
    line(4, "en", publication_date="2022-01-01", gcm_objectives=[EIGHT], geographic_scope=[PERU], attachments=[OTHER]),
    line(5, "es", **IOM_SAYS),
    line(5, "fr", **IOM_SAYS),
    line(6, "es", **IOM_SAYS),
    line(6, "fr", **IOM_SAYS, is_fallback=True, content_language="es"),
    line(7, "es", material_type=[STATEMENT], source_publisher=[ILO]),
    line(8, "es", material_type=[NEWS], source_publisher=[IOM]),
    line(9, "en", **IOM_SAYS),
    line(9, "es", **IOM_SAYS, is_fallback=True, content_language="en"),
    line(11, "en", body_text="A migrant is at the harbour."),
    line(11, "fr", body_text="Les droits des migrantes."),
    line(11, "es", body_text="El trabajo del migrante."),
    line(11, "ru", body_text="Помощь мигрантам в порту."),
    line(11, "ar", body_text="حقوق المهاجرين"),
    line(11, "zh-Hant", body_text="国际移民日"),
    line(12, "en", body_text="The harbour opens at dawn."),
]
AFTER = [
    *BEFORE,
    line(8, "es", material_type=[STATEMENT], source_publisher=[ILO], title="Another", version=2),
    line(10, "en"),
    {
        **{name: BEFORE[5][name] for name in ("id", "node_id", "url", "language", "title")},
        "version": 2,
        "tombstone": {"reason": "gone", "status": 404, "confirmed": 2},
        **{
            name: BEFORE[5][name]
            for name in ("first_seen", "last_changed", "fetched_at", "run_id", "extractor", "warc")
        },
    },
]
YEARS = {"2022": (1, 3), "2023": (1, 2)}
"""Year -> stories, items on objective 8 in Western Asia."""
VERSIONS = [("5@es", "http://portal.example/fr/5"), ("6@es", None)]
FILES = {
    "http://portal.example/other.pdf": None,
    "http://portal.example/report.pdf": "a" * 64,
    "http://portal.example/third.pdf": None,
}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    described = dataset("http://portal.example")
    for version, lines in (("1", BEFORE), ("2", AFTER)):
        text = "".join(json.dumps(one) + "\n" for one in lines)
        (folder / "news.jsonl").write_text(text, encoding="utf-8")
        made = publish(described, folder / "news.jsonl", folder / "dataset", version=version)
    return made.path


def code(release, question, tool):
    """The block of ``tool`` below ``question`` in the card of the release."""
    card = (release / "README.md").read_text(encoding="utf-8")
    below = card.partition(f"\n### {question}\n")[2].partition("\n#")[0]
    return re.search(rf"^{tool}[^\n]*:\n\n```\w+\n(.*?)```$", below, re.MULTILINE | re.DOTALL)[1]


def ran(release, question, tool, monkeypatch):
    """What the Python lines call ``found``."""
    monkeypatch.chdir(release)
    names = {}
    exec(compile(code(release, question, tool), "README.md", "exec"), names)  # noqa: S102 - the project's own
    if "db" in names:
        names["db"].close()
    return names["found"]


def sql(release, question):
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        return db.execute(code(release, question, "SQLite")).fetchall()


def duck(release, question, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason=MISSING.format("duckdb"))
    pytest.importorskip("pyarrow", reason=MISSING.format("pyarrow"))
    monkeypatch.chdir(release)
    with duckdb.connect() as db:
        return db.sql(code(release, question, "DuckDB")).fetchall()


def rows_of(frame):
    return [tuple(None if value in ("", None) or value != value else value for value in row) for row in frame]


def test_an_objective_in_a_region_by_year_in_sqlite(release):
    assert YEARS == {year: (stories, items) for year, stories, items in sql(release, examples.OBJECTIVE)}


def test_an_objective_in_a_region_by_year_in_pandas(release, monkeypatch, capsys):
    pytest.importorskip("pandas", reason=MISSING.format("pandas"))
    found = ran(release, examples.OBJECTIVE, "pandas", monkeypatch)
    assert YEARS == {year: (1, int(count)) for year, count in zip(found["year"], found["items"], strict=True)}
    assert re.search(r"^2022 +1 +3$", capsys.readouterr().out, re.MULTILINE)


def test_an_objective_in_a_region_by_year_in_duckdb(release, monkeypatch):
    found = duck(release, examples.OBJECTIVE, monkeypatch)
    assert YEARS == {str(year): (stories, int(items)) for year, stories, items in found}


def test_an_objective_in_a_region_by_year_in_r(release):
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is not installed")
    words = ["Rscript", "-e", code(release, examples.OBJECTIVE, "R")]
    printed = subprocess.run(words, cwd=release, capture_output=True, text=True, check=True).stdout
    years, counts = printed.split("\n")[1:3]
    expected = {year: stories for year, (stories, _) in YEARS.items()}
    assert expected == dict(zip(years.split(), map(int, counts.split()), strict=True))


def test_statements_with_their_translations_in_sqlite(release):
    assert VERSIONS == [(one[0], one[4]) for one in sql(release, examples.STATEMENTS)]


def test_statements_with_their_translations_in_pandas(release, monkeypatch):
    pytest.importorskip("pandas", reason=MISSING.format("pandas"))
    found = ran(release, examples.STATEMENTS, "pandas", monkeypatch)
    assert VERSIONS == rows_of(zip(found["id"], found["url_fr"], strict=True))


def test_what_changed_in_python(release, monkeypatch, capsys):
    found = ran(release, examples.CHANGES, "Python", monkeypatch)
    assert [("changed", "8@es"), ("added", "10@en"), ("removed", "3@en")] == [
        (one["change"], one["id"]) for one in found
    ]
    assert ["title", "material_type", "source_publisher"] == found[0]["fields"]
    printed = capsys.readouterr().out
    assert "'from': 'Title 8 es', 'to': 'Another'" in printed
    assert "'removed': [{'raw': 'News', 'id': 'news', 'label': 'News'}]" in printed
    assert "removed 3@en Title 3 en gone" in printed


def test_what_changed_in_duckdb(release, monkeypatch):
    found = duck(release, examples.CHANGES, monkeypatch)
    assert ["8@es", "8@es", "8@es", "10@en", "3@en"] == [one[1] for one in found]
    assert {"field": "title", "from": "Title 8 es", "to": "Another"} == json.loads(found[0][4])


IN_SIX = ["11@ar", "11@en", "11@es", "11@fr", "11@ru", "11@zh-Hant"]


def test_words_in_six_languages_in_sqlite(release):
    assert IN_SIX == [one[0] for one in sql(release, examples.SEARCH)]


def test_words_in_six_languages_in_python(release, monkeypatch):
    assert IN_SIX == [one[0] for one in ran(release, examples.SEARCH, "Python", monkeypatch)]


def test_files_of_a_selection_in_sqlite(release):
    assert FILES == {one[0]: one[4] for one in sql(release, examples.FILES)}


def test_files_of_a_selection_in_pandas(release, monkeypatch):
    pytest.importorskip("pandas", reason=MISSING.format("pandas"))
    found = ran(release, examples.FILES, "pandas", monkeypatch)
    assert sorted(FILES.items()) == sorted(rows_of(zip(found["url"], found["sha256"], strict=True)))


def test_files_of_a_selection_in_the_shell(release):
    query = re.search(r'news.sqlite "(.*?)" \| scrapy files', code(release, examples.FILES, "Shell"), re.DOTALL)[1]
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        assert set(FILES.values()) == {digest for (digest,) in db.execute(query)}


def test_each_example_stands_in_the_docs_and_is_short():
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    for one in examples.EXAMPLES:
        below = page.partition(f"\n### {one.question}\n")[2].partition("\n### ")[0]
        assert f"{one.tool}:\n\n```{one.language}\n{one.code.strip()}\n```" in below, (one.question, one.tool)
        lines = [line for line in one.code.strip().splitlines() if "import " not in line]
        assert 6 >= len(lines), one.tool


def test_the_table_of_translations_names_the_items(release):
    with (release / "tables" / "news_translations.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = {(row["news_id"], row["language"]): row["id"] for row in csv.DictReader(stream)}
    assert ("5@fr", "6@es", None) == (found["5@es", "fr"], found["6@fr", "es"], found.get(("6@es", "fr")))


def test_each_line_of_the_files_fits_its_schema(release):
    jsonschema = pytest.importorskip("jsonschema", reason=MISSING.format("jsonschema"))
    for name, schema in (("news", "schema"), ("stories", "stories.schema"), ("history", "history.schema")):
        form = json.loads((release / f"{schema}.json").read_bytes())
        validator = jsonschema.Draft202012Validator(form, format_checker=jsonschema.FormatChecker())
        lines = [json.loads(line) for line in (release / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [] == [error.message for line in lines for error in validator.iter_errors(line)]
        assert lines
