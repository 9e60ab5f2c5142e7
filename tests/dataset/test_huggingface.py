"""What the header of the card tells the library `datasets`: names, files and the type of every field."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest

from archive.dataset import parquet as parquet_module
from archive.dataset import publish
from tests.dataset.records import dataset, note, tombstone, write

TAG = {"raw": "W", "id": "011", "label": "West"}
LONG = "Words of the towns. " * 50_000
RECORDS = [
    # More than the library looks at to guess types, and a field that has no value in it.
    *(note(f"{number:03}", text=LONG, links={"fr": "/f"} if number else {}) for number in range(14)),
    note("100", day="2024-01-02", tags=[TAG], links={"en": "/e"}, problems=["bad"]),
    note("100", day="2024-01-02", tags=[TAG], links={"es": "/e"}, version=2),
    {**tombstone("013", 2), "warc": {"file": "b.warc.gz", "offset": 7}},
]


@pytest.fixture(scope="module", params=["parquet", "lines"])
def release(request, tmp_path_factory):
    if request.param == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[publish-checks]'")
    folder = tmp_path_factory.mktemp("hub")
    items = write(folder / "notes.jsonl", *RECORDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_module, "installed", lambda: request.param == "parquet")
        return publish(dataset(), items, folder / "dataset").path


def header(release):
    """Configuration -> (its file, its features)."""
    text = (release / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    files = {json.loads(name): json.loads(path) for name, path in re.findall(r"name: (.*)\n  data_files: (.*)\n", text)}
    features = {}
    for part in text.partition("dataset_info:\n")[2].split("- config_name: ")[1:]:
        lines = part.splitlines()
        features[json.loads(lines[0])] = [json.loads(line.removeprefix("  - ")) for line in lines[2:]]
    assert list(files) == list(features)
    return {name: (files[name], features[name]) for name in files}


def test_each_file_has_the_features_that_it_holds(release):
    found = header(release)
    suffix = "parquet" if (release / "notes.parquet").exists() else "jsonl"
    assert [("notes", f"notes.{suffix}"), ("history", f"history.{suffix}")] == [
        (name, path) for name, (path, _) in found.items()
    ]
    features = {one["name"]: one for one in found["notes"][1]}
    assert list(note("a")) == list(features)
    assert ("date32", "int64", "bool") == tuple(features[name]["dtype"] for name in ("day", "number", "done"))
    assert "string" == features["problems"]["list"]
    assert ["raw", "id", "label"] == [one["name"] for one in features["tags"]["list"]]
    assert "list" in features["block"]["list"][1]
    pairs = [one["name"] for one in features["links"].get("list") or features["links"]["struct"]]
    assert (["language", "address"] if suffix == "parquet" else ["en", "es", "fr"]) == pairs
    assert ["reason", "status", "confirmed"] == [one["name"] for one in found["history"][1][-1]["struct"]]


def test_the_library_loads_each_by_its_name(release, tmp_path):
    if not importlib.util.find_spec("datasets"):
        pytest.skip("datasets is not installed: pip install datasets, in an environment of its own")
    code = (
        "import json, sys, datasets\n"
        "names = datasets.get_dataset_config_names(sys.argv[1])\n"
        "rows = {name: datasets.load_dataset(sys.argv[1], name, split='train') for name in names}\n"
        "print(json.dumps({name: [len(one), one[-1]['id']] for name, one in rows.items()}))\n"
    )
    environment = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PYTHONPATH": ":".join(sys.path), "PATH": ""}
    words = [sys.executable, "-c", code, str(release)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr[-3000:]
    count = len((release / "history.jsonl").read_bytes().splitlines())
    assert {"notes": [14, "100"], "history": [count, "013"]} == json.loads(done.stdout)


def test_an_empty_history_is_not_offered(tmp_path):
    release = publish(dataset(), write(tmp_path / "notes.jsonl", note("a")), tmp_path / "dataset").path
    assert ["notes"] == list(header(release))
