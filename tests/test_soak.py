"""A small soak: `make soak` is a longer one. Nothing may be missing, other, or without its evidence."""

import json

from tests.crawling import FEWER
from tests.harvesting import IN_TWO
from tests.soak.lives import planned
from tests.soak.soaking import Soak, differences, soak
from tests.soak.weather import KINDS, Weather

BRISK = tuple(kind for kind in KINDS if kind not in ("stall", "429", "503"))
"""Faults that nobody has to wait for."""


def test_faults_and_kills_change_nothing_of_the_outcome(tmp_path):
    kinds = ("kill", "clock")
    few = (word for name, value in FEWER.items() for word in ("-s", f"{name}={value}"))
    found = soak(
        tmp_path, nodes=2, kills=2, seed=5, most=2, kinds=kinds, flags=(*IN_TWO, *few), faults=BRISK, days=1, spread=1
    )
    assert [] == found.differences
    assert {*kinds} == {*found.troubles}
    assert found.faults.total() > 10
    assert found.items == found.lines > 5
    # And it would have seen it.
    data = tmp_path / "soaked"
    file = data / "items" / "news.jsonl"
    first, *rest = file.read_text(encoding="utf-8").splitlines()
    line = json.loads(first)
    line["title"], line["warc"]["offset"] = "Another", line["warc"]["offset"] + 1
    file.write_text("\n".join([json.dumps(line), *rest, ""]), encoding="utf-8")
    told = " ".join(differences(tmp_path / "calm", data, Soak(1)))
    for words in ("missing: ", "too many, or other: ", "archive-verify: ", " cites ", "is not what was stored"):
        assert words in told


def test_a_seed_says_what_happens():
    kinds = ("kill", "term", "full")
    assert planned(7, 9, 50, kinds) == planned(7, 9, 50, kinds) != planned(8, 9, 50, kinds)
    assert [3, 3, 3] == [sum(life.kind == kind for life in planned(7, 9, 50, kinds)) for kind in kinds]
    one, same, other = Weather(1), Weather(1), Weather(2)
    met = []
    for weather in (one, same, other):
        weather.is_bad = True
        met.append([weather.next(f"/{n}") for n in range(60)])
    assert met[0] == met[1] != met[2]
    assert [None] * 3 == [one.next("/1") for _ in range(9)][-3:], "an address has an end of its faults"
