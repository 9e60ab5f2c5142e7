"""The recipes of the documentation: their changes, applied to a copy of the project, do what the pages say."""

import json
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

from tests.crawling import ENVIRONMENT, ROOT, SCRAPY

TESTS = ("tests/normalize/test_block.py", "tests/normalize/test_terms.py", "tests/vocabularies/test_data.py")
"""Those that go through all fields."""
PARTS = (
    "migration_spider",
    "archive",
    "docs",
    "tests/pages",
    "tests/__init__.py",
    "tests/normalize/blocks.py",
    *TESTS,
    "scrapy.cfg",
    "pyproject.toml",
)
TEXT = "The harbour office kept the lights on for the whole night, and the volunteers took turns at the radio desk."
PAGE = f"""<html lang="en"><head><link rel="canonical" href="http://portal.example/node/7"></head><body><main>
<article data-history-node-id="7" class="node node--type-news"><h1>Ferry towns agree</h1>
<div class="field field--name-body"><p>{TEXT}</p></div>
<div class="field"><div class="field__label">Date of publication</div><div class="field__item">3 May 2021</div></div>
<div class="field"><div class="field__label">Series</div><div class="field__item">Data bulletins</div></div>
</article></main></body></html>"""

AFTER = """
import re
from dataclasses import fields
from pathlib import Path
import pytest
from parsel import Selector
from archive.dataset.schema import record_fields, record_schema
from migration_spider.items import NewsItem
from migration_spider.normalize.block import normalize_block
from migration_spider.pages import page_for
from migration_spider.publish import dataset
from tests.pages import test_roles

page = page_for("http://portal.example/node/7", Selector(Path("page.html").read_text()))
(term,) = normalize_block(page.metadata, "en").fields["series"]
assert ("Data bulletins", "data-bulletin", "Data bulletin") == (term.raw, term.id, term.label), term
described = record_fields(record_schema(dataset("http://portal.example")))
assert "Series that the item appeared in." in {one.description for one in described}
table = re.findall(r"^\\| `(\\w+)` \\|", Path("docs/data-format.md").read_text().split("## Tombstones")[0], re.MULTILINE)
assert [one.name for one in fields(NewsItem)] == table
assert "counts the words of the text" in test_roles.LINES
test_roles.test_there_is_no_case_too_many()
with pytest.MonkeyPatch.context() as patch:
    test_roles.test_every_entry_on_lines_is_needed("TOLD", patch)
"""


def changes(page):
    """The changes that a page of docs/how-to tells to make, as patches."""
    found = re.findall(r"^ *```diff\n(.*?)^ *```$", (ROOT / "docs" / "how-to" / page).read_text("utf-8"), re.M | re.S)
    # A line of context that is empty has lost its indentation, and with it the space of the patch.
    return ["".join(f"{line or ' '}\n" for line in textwrap.dedent(one).splitlines()) for one in found]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The parts of the project that are needed, without the changes."""
    copy = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        (copy / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, copy / part)
    (copy / "page.html").write_text(PAGE, encoding="utf-8")
    return copy


def run(words, copy, **how):
    environment = {**ENVIRONMENT, "PYTHONPATH": str(copy)}
    return subprocess.run(words, cwd=copy, env=environment, capture_output=True, text=True, check=False, **how)


def test_the_recipes_make_a_field_and_a_shape(copy):
    for page, count in (("add-a-field.md", 4), ("page-shape.md", 2)):
        assert count == len(changes(page))
        for patch in changes(page):
            done = run(["git", "apply", "-"], copy, input=patch)
            assert 0 == done.returncode, f"{page}: {done.stderr}\n{patch}"
    done = run([sys.executable, "-c", AFTER], copy)
    assert 0 == done.returncode, done.stderr
    done = run(
        [sys.executable, "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS], copy
    )
    assert 0 == done.returncode, done.stdout


TERMS = """
from migration_spider.vocabularies import label_field, lookup
press, podcast = lookup("material_type", "Press note"), lookup("material_type", "Podcast")
assert ("press-release", "podcast", "material_type") == (press.id, podcast.id, label_field("Format")), (press, podcast)
"""


def test_the_examples_of_a_term_and_a_label_work_as_they_stand(copy):
    """A term with just the keys of the example, too."""
    vocabularies = copy / "migration_spider" / "vocabularies"
    text = (copy / "docs" / "how-to" / "vocabulary-term.md").read_text("utf-8")
    alias, term, label = re.findall(r"^ +\| [^|]+ \| [^|]+ \| `(.*)` \|$", text, re.MULTILINE)
    materials = json.loads((vocabularies / "material_types.json").read_text("utf-8"))
    (press,) = (one for one in materials["terms"] if one["id"] == "press-release")
    press["aliases"] += json.loads(f"{{{alias}}}")["aliases"]
    materials["terms"].append(json.loads(term))
    (vocabularies / "material_types.json").write_text(json.dumps(materials), "utf-8")
    labels = json.loads((vocabularies / "labels.json").read_text("utf-8"))
    labels["kinds"]["news"].append(json.loads(label))
    (vocabularies / "labels.json").write_text(json.dumps(labels), "utf-8")
    done = run([sys.executable, "-c", TERMS], copy)
    assert 0 == done.returncode, done.stderr


def test_a_page_becomes_a_case(copy):
    """With the very words of the page, but for the page that is saved."""
    (command,) = re.findall(r"^ +(scrapy savepage .*)$", (ROOT / "docs" / "how-to" / "page-shape.md").read_text(), re.M)
    words = command.replace("7756@es", "page.html").split()
    done = run([*SCRAPY, *words[1:]], copy)
    assert 0 == done.returncode, done.stderr
    case = copy / "tests" / "pages" / "news" / "boxes-in-the-text"
    assert ["capture.json", "expected.json", "page.html"] == sorted(file.name for file in case.iterdir())
    assert TEXT in (case / "expected.json").read_text(encoding="utf-8")
