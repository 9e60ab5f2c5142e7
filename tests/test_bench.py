"""The arithmetic of the benchmark suite, and the page that is made of its results. What it measures is not tested."""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import chart, page
from bench.__main__ import write
from bench.child import FailedError, run
from bench.joined import joined, main
from bench.rounds import Contender, Subject, Summary, aligned, measure, ratios, summary, table
from bench.targets import TARGETS, outcomes
from tests.crawling import ROOT


def rounds(**figures):
    """Lists of figures -> one dictionary for each round."""
    return [dict(zip(figures, values, strict=True)) for values in zip(*figures.values(), strict=True)]


def contender(left_out="", command="scrapy crawl", **figures):
    return {"command": command, "rounds": rounds(**figures) if figures else [], "left_out": left_out}


def results(**subjects):
    machine = {"processor": "P", "cores": 2, "memory": 8e9, "system": "Linux", "python": "3.11.7", "load": [0.5]}
    return {
        "began": "2026-11-26T20:00:00+00:00", "commit": "abc", "portal": "the demo portal", "addresses": 9,
        "machine": machine, "left_out": {}, "subjects": subjects,
    }  # fmt: skip


CRAWL = {
    "title": "A whole crawl", "method": "How.", "base": "targeted spider", "columns": ["cpu", "rss"],
    "contenders": {
        "ours": contender(cpu=[9.0, 10.0, 12.0], rss=[2e8, 2e8, 2e8], items=[5, 5, 5]),
        "targeted spider": contender(cpu=[10.0, 10.0, 10.0], rss=[1e8, 1e8, 1e8], items=[5, 5, 5]),
        "wpull": contender("wpull: Error: no\nmore"),
    },
}  # fmt: skip


def test_median_and_range():
    assert Summary(3, 1, 9) == summary([9, 1, 3])
    assert Summary(2.5, 1, 4) == summary([4, 1, 2, 3])
    with pytest.raises(ValueError, match="no round"):
        summary([])


def test_ratios_are_those_of_the_same_round():
    # The machine was twice as slow in the second round: that falls on both, and changes no ratio.
    assert Summary(2, 2, 2) == ratios(rounds(cpu=[4, 8]), rounds(cpu=[2, 4]), "cpu")
    assert Summary(1.5, 1, 2) == ratios(rounds(cpu=[4, 4]), rounds(cpu=[2, 4]), "cpu")


@pytest.mark.parametrize("to", [[], rounds(wall=[1, 2]), rounds(cpu=[0, 1])])
def test_no_ratio_to_nothing(to):
    assert ratios(rounds(cpu=[4, 8]), to, "cpu") is None


def test_a_command_does_not_hold_what_the_suite_holds(tmp_path):
    held = bytes(1) * 200_000_000
    used = run([sys.executable, "-c", "sum(range(10**6))"], tmp_path, tmp_path / "log")
    assert used.rss < len(held) / 2
    assert used.cpu > 0


def test_what_a_command_starts_counts_too(tmp_path):
    inner = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x=bytes(1)*150_000_000'])"
    assert run([sys.executable, "-c", inner], tmp_path, tmp_path / "log").rss > 150_000_000


def test_a_command_that_fails_says_why(tmp_path):
    with pytest.raises(FailedError, match="ended with 3\nno ferry"):
        run([sys.executable, "-c", "print('no ferry'); raise SystemExit(3)"], tmp_path, tmp_path / "log")
    assert run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, tmp_path / "log", codes=(3,)).rss > 0
    with pytest.raises(FailedError, match="no-such-command"):
        run(["no-such-command"], tmp_path, tmp_path / "log", codes=(0, 1))


def test_table():
    assert [
        ["", "CPU s", "RSS MB", "items", "ratio of CPU", "range"],
        ["ours", "10.00", "200", "5", "1.00", "0.90 to 1.20"],
        ["targeted spider", "10.00", "100", "5", "1.00", "1.00 to 1.00"],
        ["wpull", "", "", "", "left out", ""],
    ] == table(CRAWL)
    assert "a    bc\nxyz   d" == aligned([["a", "bc"], ["xyz", "d"]])


def test_targets():
    met = {one.target.text: (one.is_met, one.found) for one in outcomes(results(crawl=CRAWL))}
    assert (True, Summary(1.0, 0.9, 1.2)) == met["whole crawl: CPU of the targeted spider, no archive"]
    assert (False, Summary(2, 2, 2)) == met["whole crawl: memory of the targeted spider"]
    assert (None, None) == met["whole crawl: CPU of a stock CrawlSpider"]


def test_a_target_that_is_a_least_and_one_that_is_a_figure():
    index = {"contenders": {"ours": contender(cpu=[2.0]), "cdxj-indexer": contender(cpu=[5.0])}}
    reparse = {"contenders": {"ours": contender(rate=[300.0])}}
    met = {one.target.text: one for one in outcomes(results(index=index, reparse=reparse)) if one.found}
    assert [(2.5, False), (300.0, True)] == sorted((one.found.median, one.is_met) for one in met.values())


def test_targets_name_what_is_measured():
    """A contender of another name would leave a target unmeasured for ever."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bench" / "subjects").glob("*.py"))
    for target in TARGETS:
        assert f'"{target.subject}"' in sources
        for name in (target.of, target.to):
            assert name.rpartition(", ")[0] in sources or name in sources


@pytest.fixture
def bench(tmp_path):
    """Measures contenders that do nothing but give a figure, or fail."""
    order = []

    def once(name, fails):
        def figure(folder):
            order.append(name)
            if fails:
                raise FailedError("it ended with 1")
            return {"cpu": 1.0}

        return Contender(name, measure=figure, peer=name)

    def run(count, *names, fails=(), left_out=()):
        subject = Subject("s", "S", "", [once(name, name in fails) for name in names], names[0])
        return measure(subject, count, tmp_path, dict.fromkeys(left_out, "not installed"), lambda text: None), order

    return run


def test_rounds_are_interleaved_and_begin_with_another_each(bench):
    found, order = bench(2, "a", "b", "c")
    assert ["a", "b", "c", "b", "c", "a"] == order
    assert {"a": 2, "b": 2, "c": 2} == {name: len(one.rounds) for name, one in found.items()}


def test_what_fails_is_left_out_with_what_it_said(bench):
    found, order = bench(2, "a", "b", "c", fails="b", left_out="c")
    assert ["a", "b", "a"] == order
    assert {"a": "", "b": "it ended with 1", "c": "c: not installed"} == {
        name: one.left_out for name, one in found.items()
    }


def test_what_is_found_is_kept_after_each_measurement(tmp_path):
    subject = Subject("s", "S", "", [Contender(name, measure=lambda _: {"cpu": 1.0}) for name in "ab"], "a")
    kept = []
    measure(subject, 2, tmp_path, {}, print, lambda found: kept.append([len(it.rounds) for it in found.values()]))
    assert [[1, 0], [1, 1], [1, 2], [2, 2]] == kept


def test_page():
    text = f"by hand\n{page.BEGIN}\nold\n{page.END}\nby hand too\n"
    made = page.replaced(text, page.page(results(crawl=CRAWL), "2026-11-26.json"))
    assert made.startswith(f"by hand\n{page.BEGIN}\n")
    assert made.endswith(f"{page.END}\nby hand too\n")
    assert "old" not in made
    assert "| ours | 10.00 | 200 | 5 | 1.00 | 0.90 to 1.20 |" in made
    assert "| whole crawl: memory of the targeted spider | <= 1.3 | 2.00 | 2.00 to 2.00 | **missed** |" in made
    assert "- wpull: wpull: Error: no\n" in made
    assert made == page.replaced(made, page.page(results(crawl=CRAWL), "2026-11-26.json"))
    with pytest.raises(ValueError, match="the page has no"):
        page.replaced("by hand", "")


def test_picture():
    svg = page.picture(results(crawl=CRAWL))
    root = ET.fromstring(svg)  # noqa: S314 - our own
    bars = [one for one in root.iter() if one.get("class") in {"ours", "peer"}]
    assert [("ours", 358.0), ("peer", 358.0)] == [(one.get("class"), float(one.get("width"))) for one in bars]
    assert "390" == root.get("width")
    assert all(float(one.get("x")) + float(one.get("width")) <= 390 for one in bars)
    assert "prefers-color-scheme: dark" in svg
    assert chart.colours().count("--c1:") == 2


def test_the_page_in_the_docs_is_that_of_the_last_results():
    files = sorted((ROOT / "bench" / "results").glob("*.json"))
    if not files:
        pytest.skip("there are no results yet")
    told = json.loads(files[-1].read_text(encoding="utf-8"))
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.replaced(text, page.page(told, Path(files[-1]).name)) == text
    assert page.picture(told) == page.PICTURE.read_text(encoding="utf-8")


def run_of(when, **subjects):
    """The results of a run, each contender with what it says of its run."""
    found = results(**{name: {**CRAWL, "contenders": them} for name, them in subjects.items()})
    for one in found["subjects"].values():
        for it in one["contenders"].values():
            it |= {"began": when, "commit": f"of {when}", "load": 0.5}
    return {**found, "began": when, "peers": {when: {}}, "left_out": {f"peer of {when}": "no"}}


def test_runs_are_joined_contender_by_contender():
    first = run_of(
        "first", crawl={"a": contender(cpu=[1.0]), "b": contender(cpu=[2.0]), "c": contender("old")}, wacz={}
    )
    then = run_of("then", crawl={"c": contender(cpu=[3.0]), "b": contender("fails"), "a": contender(cpu=[4.0])})
    both = joined(first, then)
    assert ["crawl", "wacz"] == [*both["subjects"]]
    told = {name: (it["began"], it["rounds"]) for name, it in both["subjects"]["crawl"]["contenders"].items()}
    assert {"c": ("then", [{"cpu": 3.0}]), "a": ("then", [{"cpu": 4.0}]), "b": ("first", [{"cpu": 2.0}])} == told
    assert "then" == both["began"]
    assert {"first", "then"} == both["peers"].keys()
    assert {"peer of first", "peer of then"} == both["left_out"].keys()


def test_they_stand_in_the_order_of_the_subject():
    first, then = run_of("first", s={"a": contender(), "c": contender()}), run_of("then", s={"b": contender()})
    then["subjects"]["s"] |= {"order": ["a", "b", "c"], "bases": {"b": "a"}}
    both = joined(first, then)
    assert ["a", "b", "c"] == [*both["subjects"]["s"]["contenders"]]
    # A run of smaller sizes names some of them.
    last = run_of("last", s={"c": contender(cpu=[1.0])})
    last["subjects"]["s"] |= {"order": ["c", "d"], "bases": {"c": "c"}}
    both = joined(both, last)["subjects"]["s"]
    assert (["a", "b", "c"], ["a", "b", "c", "d"]) == ([*both["contenders"]], both["order"])
    assert {"b": "a", "c": "c"} == both["bases"]


def test_results_are_put_into_the_file_that_is_there_without_folders_of_this_machine(tmp_path):
    file = tmp_path / "results" / "day.json"
    command = f"{ROOT}/.venv/bin/scrapy /scratch-x/d"
    write(file, run_of("first", crawl={"a": contender(cpu=[1.0], command=command)}), "/scratch-x")
    write(file, run_of("then", crawl={"b": contender(cpu=[2.0])}), "/scratch-y")
    told = json.loads(file.read_text(encoding="utf-8"))["subjects"]["crawl"]["contenders"]
    assert ["scrapy crawl", ".venv/bin/scrapy SCRATCH/d"] == [it["command"] for it in told.values()]


def test_files_are_joined_into_one_whose_machine_stays(tmp_path, monkeypatch):
    files = [tmp_path / name for name in ("first", "then")]
    for file in files:
        run = run_of(file.name, crawl={file.name: contender(cpu=[1.0])})
        file.write_text(json.dumps({**run, "versions": {}}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["joined", *map(str, files)])
    main()
    told = json.loads(files[0].read_text(encoding="utf-8"))
    assert ("first", ["first", "then"]) == (told["began"], sorted(told["subjects"]["crawl"]["contenders"]))


def test_page_tells_what_another_run_measured():
    parts = {"ours": contender(cpu=[1.0], rss=[1]), "targeted spider": contender(cpu=[2.0], rss=[1])}
    both = joined(run_of("first", crawl=parts, wacz=parts), run_of("then", crawl={"ours": contender(cpu=[3.0])}))
    made = page.page(both, "day.json")
    assert "\n\nMeasured at first, commit `of first`, load 0.5: targeted spider.\n" in made
    assert "\n\nMeasured at first, commit `of first`, load 0.5.\n" in made
    assert 2 == made.count("`of first`")


def test_a_ratio_may_be_to_another_contender():
    one = {**CRAWL, "bases": {"ours": "ours"}}
    assert ["ours", "10.00", "200", "5", "1.00", "1.00 to 1.00"] == table(one)[1]
    assert ["targeted spider", "10.00", "100", "5", "1.00", "1.00 to 1.00"] == table(one)[2]
