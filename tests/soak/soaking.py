"""One soak: a site harvested undisturbed and in all weathers, and what is not the same in the end."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from archive import read_record
from archive.cdxj.files import WarcFile
from archive.verify import Verification
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN
from tests.soak import lives
from tests.soak.lives import Life, Running, planned
from tests.soak.weather import KINDS as FAULTS
from tests.soak.weather import StormyPortal, Weather

logger = logging.getLogger(__name__)

SETTINGS = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_TIMEOUT": 5,
    "MIGRATION_SLOWDOWN_DELAY": 0.01,
    "MIGRATION_TOMBSTONE_CONFIRMATIONS": 1,
    "MIGRATION_REVISIT": OFTEN,
    # Many files, and many moments at which one is finished.
    "ARCHIVE_MAX_FILE_SIZE": 400_000,
    "ARCHIVE_FSYNC_INTERVAL": 0.05,
}
TIMELESS = ("first_seen", "last_changed", "fetched_at", "run_id", "warc")
"""What differs from run to run: times, run ids, and where the evidence stands."""

NAMED = ("http-encoding", "truncated-whole", "record-lost", "http-raw")
"""Notes of archive-verify that are the weather's: what was cut on the wire or in the file, and says so."""


@dataclass
class Soak:
    """What was done, and what came of it."""

    seed: int
    requests: int = 0
    bytes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    """Kind of `weather.KINDS` -> answers spoiled."""
    troubles: Counter[str] = field(default_factory=Counter)
    """Kind of `lives.KINDS` -> runs upon which it came."""
    codes: Counter[int] = field(default_factory=Counter)
    """Exit code -> runs that ended so."""
    items: int = 0
    lines: int = 0
    archived: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)

    def table(self) -> str:
        """All of it, a row each."""
        rows = [
            ("requests answered", self.requests),
            ("bytes of bodies sent", self.bytes),
            ("runs", self.codes.total()),
            *((f"  exit code {code}", n) for code, n in sorted(self.codes.items())),
            ("faults on the wire", self.faults.total()),
            *((f"  {kind}", n) for kind, n in sorted(self.faults.items())),
            ("troubles of the machine", self.troubles.total()),
            *((f"  {lives.WORDS[kind]}", n) for kind, n in sorted(self.troubles.items())),
            ("lines of items", self.lines),
            ("items", self.items),
            ("bytes of the archive", self.archived),
            *((f"  noted: {code}", n) for code, n in sorted(self.notes.items())),
            ("seconds", round(self.seconds)),
            ("differences", len(self.differences)),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}} {n:>12,}" for name, n in rows)


def soak(
    folder: Path,
    *,
    disk: Path | None = None,
    nodes: int = 150,
    kills: int = 24,
    seed: int = 1,
    percent: int = 20,
    most: int = 4,
    kinds: tuple[str, ...] = tuple(lives.KINDS),
    faults: tuple[str, ...] = tuple(FAULTS),
    flags: tuple[str, ...] = (),
    days: int = 2,
    spread: int = 2,
    minutes: float = 60,
) -> Soak:
    """Harvest the demo portal on ``days``, with edits in between, undisturbed and disturbed.

    Args:
        folder: empty; for the data of the undisturbed runs.
        disk: for the data of the others, empty (without: ``folder``).
        nodes: stories of the portal, of which each has up to six languages.
        kills: runs that something comes upon.
        percent: of the answers that are spoiled.
        most: times that one address is.
        kinds: of the troubles (`lives.KINDS`).
        faults: on the wire (`weather.KINDS`).
        flags: further words of ``scrapy harvest``.
        spread: troubles come as far apart, as if a run had to be so many times as long as an undisturbed one.
        minutes: after which what is left of the troubles is left out.
    """
    result = Soak(seed)
    calm, soaked = folder / "calm", (disk or folder) / "soaked"
    soaked.mkdir(parents=True)
    weather = Weather(seed, percent, most, faults)
    with StormyPortal(weather, nodes) as portal:

        def words(data: Path) -> list[str]:
            found = ["harvest", "-a", f"site={portal.url}", "-s", f"DATA_DIR={data}", *flags]
            return [*found, *(word for name, value in SETTINGS.items() for word in ("-s", f"{name}={value}"))]

        for day in range(days):
            if day:
                _edit(portal)
            weather.is_bad = False
            before = weather.asked.total()
            result.differences += _ended(Running(words(calm), None, calm), (0,), "the undisturbed run")
            asked = weather.asked.total() - before
            weather.asked.clear()
            weather.is_bad = True
            some = kills // days + (day < kills % days)
            plan = planned(seed * 100 + day, some, max(8, spread * asked // max(1, some)), kinds)
            until = result.began + 60 * minutes * (day + 1) / days
            for life in _lives(plan, until, result):
                if not _live(life, words(soaked), soaked, weather, result):
                    break
            result.requests += weather.asked.total()
            weather.asked.clear()
    result.bytes, result.faults = weather.bytes, weather.met
    result.differences += differences(calm, soaked, result)
    result.seconds = time.monotonic() - result.began
    return result


MOST_QUIET = 40
"""Runs without trouble after which a harvest in bad weather should have come to its end."""


def _lives(plan: list[Life], until: float, result: Soak) -> Iterator[Life | None]:
    for life in plan:
        if time.monotonic() < until:
            yield life
    for _ in range(MOST_QUIET):
        yield None
    result.differences.append(f"no run was complete in {MOST_QUIET} without trouble")


def _live(life: Life | None, words: list[str], data: Path, weather: Weather, result: Soak) -> bool:
    """One run; whether there has to be another."""
    run = Running(words, life, data)
    if life:
        weather.at = weather.asked.total() + life.after, run.trouble
    codes = lives.KINDS[life.kind] if life else lives.ENDS_ITSELF
    result.differences += _ended(run, codes, f"{life}", result)
    weather.at = None
    if life and run.came:
        result.troubles[life.kind] += 1
    what = f"{lives.WORDS[life.kind]} at request {life.after}" if life and run.came else "no trouble"
    logger.info("%4d s: %s: exit code %d", time.monotonic() - result.began, what, run.process.returncode)
    if run.second not in (None, 75):
        result.differences.append(f"a second run ended with {run.second}")
    result.differences += _uncited(data)
    return life is not None or run.process.returncode != 0


def _ended(run: Running, codes: tuple[int, ...], name: str, result: Soak | None = None) -> Iterator[str]:
    """What is wrong with how a run ended."""
    code, said = run.end()
    if result:
        result.codes[code] += 1
    if code not in codes:
        yield f"{name}: exit code {code}: {said[-3000:]}"
    if "Traceback" in said:
        yield f"{name}: {said[-6000:]}"
    if code >= 0 and not said.strip():
        yield f"{name}: exit code {code} without a word"


def _uncited(data: Path) -> Iterator[str]:
    """Lines that cite what does not prove them. The last one may be cut off by the kill, and is none yet."""
    file = data / "items" / "news.jsonl"
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    for line in (json.loads(line) for line in lines if line.endswith(b"\n")):
        where = line["warc"]
        path = data / "warc" / where["file"]
        path = path if path.exists() else path.with_name(f"{path.name}.open")
        try:
            record = read_record(path, where["offset"], where["length"])
        except Exception as error:  # noqa: BLE001  (whatever it is, it is told)
            yield f"{line['id']} cites {where}: {error!r}"
            continue
        cited = where["record_id"], where["target_uri"]
        if record.type != "response" or cited != (record.record_id, record.target_uri):
            yield f"{line['id']} cites {where}, which is {record.record_id} of {record.target_uri}"


def _timeless(data: Path) -> Counter[str]:
    lines = []
    for line in items(data):
        kept = {name: value for name, value in line.items() if name not in TIMELESS}
        lines.append(json.dumps(kept, sort_keys=True, ensure_ascii=False))
    return Counter(lines)


def differences(calm: Path, soaked: Path, result: Soak) -> Iterator[str]:
    """What the two have not in common, and what is not proved by the archive of the second."""
    wanted, found = _timeless(calm), _timeless(soaked)
    for line in (wanted - found).elements():
        yield f"missing: {line[:400]}"
    for line in (found - wanted).elements():
        yield f"too many, or other: {line[:400]}"
    if not wanted:
        yield "there is no item at all"
    result.lines, result.items = found.total(), len({line["id"] for line in items(soaked)})
    for path in (soaked / "warc").glob("*.open"):
        yield f"{path.name} was never finished"
    files = [WarcFile(path) for path in sorted((soaked / "warc").glob("*.warc.gz"))]
    result.archived = sum(path.stat().st_size for path in (soaked / "warc").glob("*.warc.gz"))
    checking = Verification(files, items=[soaked / "items" / "news.jsonl"], is_whole=True)
    for fault in checking.run():
        if fault.code in NAMED:
            result.notes[fault.code] += 1
        else:
            yield f"archive-verify: {fault}"
    yield from _uncited(soaked)
    again = calm.with_name("again.jsonl")
    again.unlink(missing_ok=True)
    scrapy("reparse", "--output", again, data=soaked)
    if _digest(again) != _digest(soaked / "items" / "news.jsonl"):
        yield "what the archive says again is not what was stored"


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _edit(portal: StormyPortal) -> None:
    """A day at the site: stories come, change, move, and go."""
    nids = sorted({int(str(row["nid"])) for row in portal.truth()})
    portal.editor.delete(nids[0])
    portal.editor.delete(nids[1])
    portal.editor.edit(nids[2], "en")
    portal.editor.retitle(nids[3], "en", "What the harbour learned")
    portal.editor.add(languages=("en", "fr"), attachment=True)
