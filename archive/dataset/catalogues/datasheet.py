"""``DATASHEET.md``: a datasheet for users of web archives, filled with measured facts.

The order of the parts is that of Gebru and others, *Datasheets for Datasets* (2021); the questions about seeds, scope,
robots.txt, software and what is missing are those of the *Datasheets for Web Archives Toolkit* (British Library and
E. Maemura, 2024). The wording is our own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archive.dataset.about import About
from archive.dataset.card import table
from archive.dataset.catalogues.citation import citation
from archive.dataset.collection import Pace, Visit
from archive.dataset.markdown import plain, seen

NOT_STATED = "Not stated."
LATEST = 20
"""So many runs are told one by one."""


def datasheet(about: About) -> str:
    """The datasheet as Markdown."""
    dataset, edition = about.dataset, about.edition
    parts = [
        f"# Datasheet: {plain(dataset.title)}",
        (
            f"Version `{edition.version}`, as of {edition.created}. The parts are those of *Datasheets for Datasets* "
            "(Gebru and others, 2021), with the questions that the *Datasheets for Web Archives Toolkit* (British "
            "Library and E. Maemura, 2024) adds. The numbers come from the records, and from what each run recorded."
        ),
    ]
    for heading, answers in (
        ("Motivation", _motivation(about)),
        ("Composition", _composition(about)),
        ("Collection", _collection(about)),
        ("Processing", _processing(about)),
        ("Uses", _uses(about)),
        ("Distribution", _distribution(about)),
        ("Maintenance", _maintenance(about)),
    ):
        parts.append(f"## {heading}")
        for question, answer in answers:
            parts += [f"**{question}**", answer or NOT_STATED]
    return "\n\n".join(parts) + "\n"


def _motivation(about: About) -> Iterator[tuple[str, str]]:
    steward = about.stewardship
    yield "Why was the dataset made?", about.dataset.collection.purpose
    made = "; ".join(_author(about)) if steward.authors else f"{about.dataset.compiler}; no person is named."
    published = f" Made available by {plain(steward.publisher)}." if steward.publisher else ""
    yield "Who made it, and who makes it available?", made + published
    yield "Who paid for it?", plain(steward.funder)


def _author(about: About) -> Iterator[str]:
    for author in about.authors:
        orcid = f" (<https://orcid.org/{author.orcid}>)" if author.orcid else ""
        yield plain(author.called) + orcid + (f", {plain(author.affiliation)}" if author.affiliation else "")


def _composition(about: About) -> Iterator[tuple[str, str]]:
    dataset, summary, edition = about.dataset, about.summary, about.edition
    texts = f"The texts ({_codes(dataset.texts)}) are left out of this release." if _is_without_texts(about) else ""
    yield "What is one record?", _joined(dataset.collection.unit or plain(dataset.abstract), texts)
    dates = f" Their dates run from {summary.first} to {summary.last}." if summary.first else ""
    counted = summary.values.get(dataset.language or "", Counter())
    languages = ", ".join(f"{plain(code)} {count}" for code, count in sorted(counted.items()) if code)
    yield "How many are there?", f"{summary.said}.{dates}" + (f" By language: {languages}." if languages else "")
    named = [f"`tables/{name}.csv`" for name in ("runs", "runs_missing") if _has(about, name)]
    runs = f" {' and '.join(named)} list each run and each address that was left out, with the reason." if named else ""
    yield "Is it complete, or a sample?", f"{plain(edition.whole)}.{runs}"
    gone = f"{_records(edition.withdrawn)} gone from the source and in `tables/withdrawn.csv`."
    yield "What is missing?", _joined(texts, _empty(about), gone)
    yield "What could not be read?", _problems(about)
    yield "Which errors, duplicates and uncertainties are known?", dataset.collection.noise
    yield "Does it depend on anything outside?", _outside(about)
    yield "Is it about persons, or confidential?", dataset.collection.people


def _has(about: About, table: str) -> bool:
    return table in {one.name for one in about.tables}


def _is_without_texts(about: About) -> bool:
    return bool(about.dataset.texts) and not about.edition.texts


def _outside(about: About) -> str:
    said = ["The archived responses (WARC) that each record names are not in this release."]
    if _has(about, "warc_files"):
        said.append("`tables/warc_files.csv` names their files with the digests.")
    if about.packages:
        has = "has" if len(about.packages) == 1 else "have"
        digest = " (digest: `tables/packages.csv`)" if _has(about, "packages") else ""
        said.append(f"{_codes(map(_code, about.packages))} {has} all of them{digest}.")
    if named := [f"`tables/{about.dataset.name}_{field}.csv`" for field in about.dataset.added]:
        said.append(
            f"Files that records offer are not in it either: see {', '.join(named)} for their addresses, and for the "
            "digest and the place in the archive of each that was fetched."
        )
    said.append("Files that are named only by their address, such as images, may have changed since.")
    return " ".join(said)


def _empty(about: About) -> str:
    _, rows = about.summary.coverage()
    # That nothing was wrong with a record is no lack, and where it comes from is not said by the page.
    others = {about.dataset.problems, *about.dataset.provenance}
    named = [f"`{name}` {missing}" for name, _, missing, *_ in rows if missing and name not in others]
    if not named:
        return "Every record has a value in every field."
    return f"Records without a value, by field: {', '.join(named)}. `tables/coverage.csv` has shares."


def _problems(about: About) -> str:
    problems = about.summary.problems
    if not problems:
        return "No record has a problem."
    counts = sorted(problems.items(), key=lambda pair: (-pair[1], pair[0]))
    named = ", ".join(f"`{_code(code)}` {count}" for code, count in counts)
    return f"Records by problem: {named}. README.md says what they mean."


def _collection(about: About) -> Iterator[tuple[str, str]]:
    how, visits = about.dataset.collection, about.dataset.collection.visits
    yield "Where did the collection start?", "\n".join(f"- <{_code(seed)}>" for seed in how.seeds)
    whole = f"{plain(about.edition.whole)}."
    yield "What was collected, and what was left out on purpose?", _joined(how.scope, whole) if how.scope else ""
    yield "With what software?", f"{about.dataset.compiler}. Each record names the version that read it."
    yield "When?", _when(visits)
    yield (
        "How was the source treated, and was robots.txt obeyed?",
        _joined(_pace(visits), how.politeness, _robots(visits)),
    )
    yield "How much was requested, and what was answered?", _answers(visits)
    yield (
        "Who took part?",
        "A program. No person selected pages, and nobody was paid per page.",
    )


def _when(visits: Sequence[Visit]) -> str:
    times = sorted(time for visit in visits for time in (visit.started, visit.ended) if time)
    if not times:
        return "No run is on record; each record has the time of its capture."
    if len(visits) == 1:
        begun, ended = visits[0].started or "at a time not known", visits[0].ended or "at a time not known"
        return f"In one run, begun {begun}, ended {ended}."
    return f"In {len(visits)} runs, from {times[0]} to {times[-1]}."


def _pace(visits: Sequence[Visit]) -> str:
    """What was set for the runs, each setting with the runs that had it, and the pace that came of it."""
    if not visits:
        return ""
    counts = Counter(_set(visit.pace) for visit in visits)
    told = "; ".join(f"{text} ({_count(count, 'run')})" for text, count in counts.items())
    said = f"Settings of the runs, as recorded: {told}."
    if rates := sorted(rate for visit in visits if (rate := visit.rate) is not None):
        ends = dict.fromkeys((_number(rates[0]), _number(rates[-1])))
        rest = f"; of {_count(len(visits) - len(rates), 'run')} not recorded" if len(rates) < len(visits) else ""
        return f"{said} Measured: {' to '.join(ends)} requests a second{rest}."
    return f"{said} The pace was not recorded."


def _set(pace: Pace | None) -> str:
    if pace is None:
        return "not recorded"
    slower = "slower if the source is slow" if pace.throttled else "no slower if the source is slow"
    robots = "robots.txt obeyed" if pace.obeys_robots else "robots.txt not obeyed"
    requests = f"at most {_count(pace.concurrency, 'request')} at a time with {pace.delay:g} s between requests"
    return f"{requests}, {slower}, {robots}"


def _number(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.2g}"


def _robots(visits: Sequence[Visit]) -> str:
    counts = sum((Counter(visit.robots) for visit in visits), Counter())
    if not counts:
        return ""
    return f"Answers to requests for robots.txt, by status: {_statuses(counts)}."


def _answers(visits: Sequence[Visit]) -> str:
    if not visits:
        return "Nothing was recorded."
    noted = [visit for visit in visits if visit.requests is not None]
    statuses = sum((Counter(visit.statuses) for visit in noted), Counter())
    requests, received = sum(visit.requests or 0 for visit in noted), sum(visit.received for visit in noted)
    unanswered, files = sum(visit.unanswered for visit in noted), sum(visit.files for visit in noted)
    said = (
        f"{_count(requests, 'request')} in all: {_statuses(statuses)}; {unanswered} without an answer. "
        f"{_count(received, 'byte')} came, archived in {_count(files, 'file')}."
    )
    if len(noted) < len(visits):
        said += f" Of {_count(len(visits) - len(noted), 'run')} the numbers are not recorded."
    latest = visits[-LATEST:]
    if len(latest) < len(visits):
        said += f" The latest {LATEST} of {len(visits)} runs:"
    head = (
        "run", "began", "ended", "exit code", "requests", "answers by status", "no answer", "bytes", "requests a second"
    )  # fmt: skip
    return said + "\n\n" + table(head, [_row(one) for one in latest])


def _row(one: Visit) -> tuple[str, ...]:
    """A run in the table of the latest."""
    asked: tuple[str, ...] = ("not recorded",) * 4
    if one.requests is not None:
        asked = (str(one.requests), _statuses(one.statuses), str(one.unanswered), str(one.received))
    return (
        f"`{_code(one.run_id)}`",
        one.started or "not known",
        one.ended or "not known",
        "none" if one.exit_code is None else str(one.exit_code),
        *asked,
        "not recorded" if one.rate is None else _number(one.rate),
    )


def _processing(about: About) -> Iterator[tuple[str, str]]:
    yield "How were the pages processed?", about.dataset.collection.processing
    yield (
        "Are the original pages kept?",
        (
            "Yes, byte for byte in WARC files. Each record names file, offset, length, record id and digest of the "
            "response that it was read from."
        ),
    )
    yield (
        "Which values are in no vocabulary?",
        _unknown(about),
    )


def _unknown(about: About) -> str:
    counts = {name: count for name, count in about.summary.unrecognised.items() if count}
    if not counts:
        return "Every value that belongs to a vocabulary is in it."
    named = ", ".join(f"`{name}` {count}" for name, count in sorted(counts.items()))
    return f"Values without a code, kept as printed: {named}."


def _uses(about: About) -> Iterator[tuple[str, str]]:
    yield "What is it good for?", about.dataset.collection.uses
    yield "What should it not be used for?", about.dataset.collection.not_for


def _distribution(about: About) -> Iterator[tuple[str, str]]:
    size = _count(sum(one.size for one in about.resources), "byte")
    suffixes = sorted({one.path.rpartition(".")[2] for one in about.resources})
    files = _count(len(about.resources), "file")
    yield "In what form?", f"{files} ({', '.join(suffixes)}), {size}; README.md lists them."
    yield "On what terms?", f"{about.rights} [{about.dataset.rights_title}]({about.dataset.rights_url})"
    yield "Where is it, and how is it cited?", plain(citation(about))


def _maintenance(about: About) -> Iterator[tuple[str, str]]:
    steward, edition = about.stewardship, about.edition
    yield "Who answers questions?", f"<{steward.contact}>" if steward.contact else ""
    yield "How often is it updated?", steward.frequency
    before = f"since version `{edition.previous}`" if edition.previous else "as the first release"
    changed = ", ".join(f"{edition.changed[kind]} {kind}" for kind in ("added", "changed", "removed"))
    yield (
        "How are changes and withdrawals announced?",
        (
            f"{changed} {before}: `CHANGES.jsonl`. Every version that was found is in the release. Items that are "
            "gone from the source are listed with the archived answer that proves it."
        ),
    )
    yield "Are earlier versions kept?", "A release is never changed or overwritten; each has a version and checksums."


def _statuses(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {plain(status)}" for status, count in sorted(counts.items())) or "none"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _records(count: int) -> str:
    return f"{_count(count, 'record')} {'is' if count == 1 else 'are'}"


def _joined(*said: str) -> str:
    return " ".join(filter(None, said))


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _code(text: str) -> str:
    """``text`` between back quotes or angle brackets."""
    return seen(text).replace("`", "'").replace("<", "%3C").replace(">", "%3E")
