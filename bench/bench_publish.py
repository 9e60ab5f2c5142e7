"""What a release costs for each item: CPU of each step, the most memory held, bytes on the disk; at two sizes.

    python -m bench.bench_publish [--items 2000 8000] [--show]

Items are made up: stories of about 7 KB a line in six languages and their scripts, every tenth with an earlier version,
one in a hundred gone. Each size is published twice, the second time beside a release of which one item in fifty was
another. Printed: the steps of both, and the cost of an item at each size beside that at the first. ``--show`` times
``scrapy show`` too: the first call, which makes the index, then by id, by address, and for what is not there.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.dataset.lines import dump
from migration_spider.vocabularies.data import load

ROOT = Path(__file__).parents[1]
SITE = "https://example.org"
LETTERS = {
    "en": "abcdefghijklmnoprstuvwy",
    "fr": "abcdefghijlmnopqrstuvéèç",
    "es": "abcdefghijlmnopqrstuvñáí",
    "ar": "ابتثجحخدذرزسشصضطعغفقكلمنهوي",
    "ru": "абвгдежзиклмнопрстуфхцчшщыьэюя",
    "zh-hant": "移民工人邊境安全返回家庭報告辦公室網絡夥伴權利計劃國際組織難區域會議婦女兒童發展",
}
VOCABULARY = 20_000
"""Words of a language; some are far more frequent than others, as in any text."""

LENGTH = 1900
"""Bytes of a text, which stands in a line twice."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_publish")
    parser.add_argument("--items", type=int, nargs="+", default=[2000, 8000], help="sizes")
    parser.add_argument("--data", type=Path, help="where to work, and leave what was made (default: nowhere)")
    parser.add_argument("--show", action="store_true", help="time scrapy show too")
    arguments = parser.parse_args()
    first: dict[str, float] = {}
    print(f"{'items':>8}  {'step':34}{'CPU s':>8}{'ms/item':>9}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.items:
            data = (arguments.data or Path(folder)) / str(size)
            (data / "items").mkdir(parents=True)
            for name, seed in (("first release", 0), ("second release", 1)):
                write(data / "items" / "news.jsonl", size, seed)
                found = measured(data, str(seed + 1))
                for step, seconds in [*found["steps"].items(), (name, sum(found["steps"].values()))]:
                    each = 1000 * seconds / size
                    ratio = each / first.setdefault(f"{name} {step}", each or 1)
                    print(f"{size:>8}  {step:34}{seconds:>8.2f}{each:>9.3f}{ratio:>7.2f}", flush=True)
                print(
                    f"{size:>8}  {found['memory'] / 1e6:.0f} MB of memory, {found['bytes'] / size:,.0f} bytes/item on "
                    f"the disk, {(data / 'items' / 'news.jsonl').stat().st_size / size:,.0f} in items/", flush=True
                )  # fmt: skip
            if arguments.show:
                show(data)


def measured(data: Path, version: str) -> dict[str, Any]:
    """CPU seconds of each step, most memory, bytes of the release: of a process of its own."""
    code = f"from bench.bench_publish import run; run({str(data)!r}, {version!r})"
    words = [sys.executable, "-c", code]
    found: dict[str, Any] = json.loads(subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout)
    return found


def run(data: str, version: str) -> None:
    """Publish and print the costs as JSON."""
    from archive.dataset import publish
    from migration_spider.publish import dataset

    steps: dict[str, float] = {}
    last = ["Start", 0.0]

    def tell(step: str, done: int, total: int) -> None:
        if step != last[0]:
            now = _cpu()
            steps[last[0]] = steps.get(last[0], 0) + now - last[1]
            last[:] = [step, now]

    folder = Path(data)
    release = publish(
        dataset(SITE), folder / "items" / "news.jsonl", folder / "dataset", version=version, progress=tell
    )
    tell("", 0, 0)
    size = sum(path.stat().st_size for path in release.path.rglob("*") if path.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"steps": steps, "memory": memory, "bytes": size}))


def show(data: Path) -> None:
    """CPU of ``scrapy show``, and of Scrapy alone."""
    asked = (["version"], ["show", "100@en"], ["show", "100@en"], ["show", f"{SITE}/fr/node/100"], ["show", "100@xx"])
    for words in asked:
        before = _cpu(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "scrapy", *words, "-s", f"DATA_DIR={data}"], cwd=ROOT, capture_output=True
        )
        print(f"{'scrapy ' + ' '.join(words):44}{_cpu(resource.RUSAGE_CHILDREN) - before:>8.2f}", flush=True)


def _cpu(whose: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def write(path: Path, size: int, seed: int) -> None:
    """``size`` items as JSON lines; with another ``seed`` one in fifty is another."""
    with path.open("wb") as stream:
        for line in lines(size, seed):
            stream.write(dump(line))


def lines(size: int, seed: int) -> Iterator[dict[str, Any]]:
    """The lines: items, earlier versions, tombstones."""
    places, objectives, themes = (load(name)["terms"] for name in ("places", "gcm_objectives", "cross_cutting_themes"))
    languages = list(LETTERS)
    words = {language: _words(letters) for language, letters in LETTERS.items()}
    for number in range(size):
        node, language = 100 + number // len(languages), languages[number % len(languages)]
        chance = random.Random(number if number % 50 else f"{number} {seed}")  # noqa: S311
        item = _item(node, language, words[language], chance, places, objectives, themes)
        if number % 10 == 0:
            yield {**item, "title": "before"}
            item["version"] = 2
        yield item
        if number % 100 == 99:
            gone = {"reason": "gone", "status": 404, "confirmed": 2}
            names = ("id", "node_id", "url", "language", "title", "first_seen", "last_changed", "fetched_at", "run_id")
            yield {
                **{name: item[name] for name in names},
                "version": item["version"] + 1,
                "extractor": item["extractor"],
                "warc": item["warc"],
                "tombstone": gone,
            }


def _words(letters: str) -> list[str]:
    chance = random.Random(letters)  # noqa: S311
    return ["".join(chance.choices(letters, k=chance.randrange(2, 11))) for _ in range(VOCABULARY)]


def _url(node: int, language: str) -> str:
    return f"{SITE}{'' if language == 'en' else f'/{language}'}/node/{node}"


def _item(
    node: int, language: str, words: list[str], chance: random.Random, *terms: list[dict[str, Any]]
) -> dict[str, Any]:
    text = _text(words, chance)
    body = " ".join(text)
    url = _url(node, language)
    day = f"20{chance.randrange(18, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    chosen = [[_term(one, language) for one in chance.sample(some, chance.randrange(0, 4))] for some in terms]
    printed = [
        {"label": label, "values": [{"text": term["raw"], "url": f"{SITE}/taxonomy/{term['id']}"} for term in some]}
        for label, some in zip(("Geographic Scope", "GCM Objectives", "Cross-cutting theme"), chosen, strict=True)
    ]
    time = f"{day}T10:00:00Z"
    return {
        "id": f"{node}@{language}",
        "node_id": node,
        "url": url,
        "canonical_url": url,
        "language": language,
        "content_language": language,
        "is_fallback": False,
        "translations": {other: _url(node, other) for other in LETTERS if other != language},
        "title": " ".join(text[:9]).replace("\n", ""),
        "summary": " ".join(text[:30]).replace("\n", ""),
        "body_text": body,
        "body_html": "<p>" + body.replace("\n\n", "</p>\n<p>") + "</p>",
        "publication_date": day,
        "publication_date_raw": day,
        "material_type": [{"raw": "News", "id": "news", "label": "News"}],
        "target_audience": [],
        "source_publisher": [{"raw": "IOM", "id": "iom", "label": "International Organization for Migration"}],
        "other_source_publisher": [{"raw": "Harbour City Council", "id": None, "label": None}],
        "geographic_scope": chosen[0],
        "working_group": [],
        "regional_review_process": [],
        "gcm_objectives": [{name: term[name] for name in ("raw", "id", "label")} for term in chosen[1]],
        "cross_cutting_themes": [{name: term[name] for name in ("raw", "id", "label")} for term in chosen[2]],
        "metadata": [{"label": "Date of Publication", "values": [{"text": day, "url": None}]}, *printed],
        "attachments": [
            {
                "url": f"{SITE}/files/{node}.pdf",
                "filename": f"{node}.pdf",
                "title": "Report",
                "media_type": "application/pdf",
                "size": 4410,
                "sha256": f"{node:064x}",
            }
        ],
        "images": [{"url": f"{url}.png", "alt": "People around a table"}],
        "problems": ["label-unknown"] if chance.random() < 0.1 else [],
        "content_sha256": f"{chance.getrandbits(256):064x}",
        "version": 1,
        **dict.fromkeys(("first_seen", "last_changed", "fetched_at"), time),
        "run_id": "20240101T000000Z-aaaaaa",
        "extractor": "migration-spider 0.1.0",
        "warc": _evidence(node, url, day, chance),
    }


def _text(words: list[str], chance: random.Random) -> list[str]:
    text, size = [], 0
    while size < LENGTH:
        word = words[int(VOCABULARY * chance.random() ** 4)]
        text.append(word + "\n\n" if size and chance.random() < 0.02 else word)
        size += len(word.encode()) + 1
    return text


def _evidence(node: int, url: str, day: str, chance: random.Random) -> dict[str, Any]:
    return {
        "file": "migrationnetwork-20240101000000000-00000-host.warc.gz",
        "offset": node * 7000,
        "length": 6100,
        "record_id": f"<urn:uuid:{chance.getrandbits(128):032x}>",
        "target_uri": url,
        "date": f"{day}T10:00:00.000000Z",
        "payload_digest": "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    }


def _term(term: dict[str, Any], language: str) -> dict[str, Any]:
    label = term["label"]
    found = {"raw": label.get(language, label["en"]), "id": term["id"], "label": label["en"]}
    return {**found, "type": term.get("type", "country"), "iso3": term.get("iso3")}


if __name__ == "__main__":
    main()
