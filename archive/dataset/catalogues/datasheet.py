"""Writes ``DATASHEET.md``: a datasheet for users of web archives, with measured facts.

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
"""Number of runs that are listed individually."""


def datasheet(about: About) -> str:
    """Return the datasheet as Markdown."""
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
    authors = "; ".join(_author(about)) if steward.authors else f"{about.dataset.compiler}; no person is named."
    published = f" Made available by {plain(steward.publisher)}." if steward.publisher else ""
    yield "Who made it, and who makes it available?", authors + published
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
    by_language = summary.values.get(dataset.language or "", Counter())
    languages = ", ".join(f"{plain(code)} {count}" for code, count in sorted(by_language.items()) if code)
    yield "How many are there?", f"{summary.counts_text}.{dates}" + (f" By language: {languages}." if languages else "")
    run_tables = [f"`tables/{name}.csv`" for name in ("runs", "runs_missing") if _has(about, name)]
    runs = (
        f" {' and '.join(run_tables)} list each run and each address that was left out, with the reason."
        if run_tables
        else ""
    )
    yield "Is it complete, or a sample?", f"{plain(edition.whole)}.{runs}"
    gone = f"{_records(edition.withdrawn)} gone from the source and in `tables/withdrawn.csv`."
    yield "What is missing?", _joined(texts, _empty(about), gone)
    yield "What could not be read?", _problems(about)
    yield "Which errors, duplicates and uncertainties are known?", dataset.collection.noise
    yield "Does it depend on anything outside?", _outside(about)
    yield "Is it about persons, or confidential?", dataset.collection.people


def _has(about: About, table: str) -> bool:
    return table in {existing.name for existing in about.tables}


def _is_without_texts(about: About) -> bool:
    return bool(about.dataset.texts) and not about.edition.texts


def _outside(about: About) -> str:
    sentences = ["The archived responses (WARC) that each record names are not in this release."]
    if _has(about, "warc_files"):
        sentences.append("`tables/warc_files.csv` names their files with the digests.")
    if about.packages:
        has = "has" if len(about.packages) == 1 else "have"
        digest = " (digest: `tables/packages.csv`)" if _has(about, "packages") else ""
        sentences.append(f"{_codes(map(_code, about.packages))} {has} all of them{digest}.")
    if tables := [f"`tables/{about.dataset.name}_{field}.csv`" for field in about.dataset.added]:
        sentences.append(
            f"Files that records offer are not in it either: see {', '.join(tables)} for their addresses, and for the "
            "digest and the place in the archive of each that was fetched."
        )
    sentences.append("Files that are named only by their address, such as images, may have changed since.")
    return " ".join(sentences)


def _empty(about: About) -> str:
    _, rows = about.summary.coverage()
    # Records without problems lack nothing, and the provenance is not read from the page.
    others = {about.dataset.problems, *about.dataset.provenance}
    counts = [f"`{name}` {missing}" for name, _, missing, *_ in rows if missing and name not in others]
    if not counts:
        return "Every record has a value in every field."
    return f"Records without a value, by field: {', '.join(counts)}. `tables/coverage.csv` has shares."


def _problems(about: About) -> str:
    problems = about.summary.problems
    if not problems:
        return "No record has a problem."
    counts = sorted(problems.items(), key=lambda pair: (-pair[1], pair[0]))
    listed = ", ".join(f"`{_code(code)}` {count}" for code, count in counts)
    return f"Records by problem: {listed}. README.md says what they mean."


def _collection(about: About) -> Iterator[tuple[str, str]]:
    collection, visits = about.dataset.collection, about.dataset.collection.visits
    yield "Where did the collection start?", "\n".join(f"- <{_code(seed)}>" for seed in collection.seeds)
    completeness = f"{plain(about.edition.whole)}."
    yield (
        "What was collected, and what was left out on purpose?",
        _joined(collection.scope, completeness) if collection.scope else "",
    )
    yield "With what software?", f"{about.dataset.compiler}. Each record names the version that read it."
    yield "When?", _when(visits)
    yield (
        "How was the source treated, and was robots.txt obeyed?",
        _joined(_pace(visits), collection.politeness, _robots(visits)),
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
    """Return the settings of the runs, each with the number of runs that had it, and the measured pace."""
    if not visits:
        return ""
    counts = Counter(_set(visit.pace) for visit in visits)
    settings = "; ".join(f"{text} ({_count(count, 'run')})" for text, count in counts.items())
    sentence = f"Settings of the runs, as recorded: {settings}."
    if rates := sorted(rate for visit in visits if (rate := visit.rate) is not None):
        ends = dict.fromkeys((_number(rates[0]), _number(rates[-1])))
        rest = f"; of {_count(len(visits) - len(rates), 'run')} not recorded" if len(rates) < len(visits) else ""
        return f"{sentence} Measured: {' to '.join(ends)} requests a second{rest}."
    return f"{sentence} The pace was not recorded."


def _set(pace: Pace | None) -> str:
    if pace is None:
        return "not recorded"
    throttling = "slower if the source is slow" if pace.throttled else "no slower if the source is slow"
    robots = "robots.txt obeyed" if pace.obeys_robots else "robots.txt not obeyed"
    requests = f"at most {_count(pace.concurrency, 'request')} at a time with {pace.delay:g} s between requests"
    return f"{requests}, {throttling}, {robots}"


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
    recorded = [visit for visit in visits if visit.requests is not None]
    statuses = sum((Counter(visit.statuses) for visit in recorded), Counter())
    requests, received = sum(visit.requests or 0 for visit in recorded), sum(visit.received for visit in recorded)
    unanswered, files = sum(visit.unanswered for visit in recorded), sum(visit.files for visit in recorded)
    text = (
        f"{_count(requests, 'request')} in all: {_statuses(statuses)}; {unanswered} without an answer. "
        f"{_count(received, 'byte')} came, archived in {_count(files, 'file')}."
    )
    if len(recorded) < len(visits):
        text += f" Of {_count(len(visits) - len(recorded), 'run')} the numbers are not recorded."
    latest = visits[-LATEST:]
    if len(latest) < len(visits):
        text += f" The latest {LATEST} of {len(visits)} runs:"
    head = (
        "run", "began", "ended", "exit code", "requests", "answers by status", "no answer", "bytes", "requests a second"
    )  # fmt: skip
    return text + "\n\n" + table(head, [_row(visit) for visit in latest])


def _row(visit: Visit) -> tuple[str, ...]:
    """Return the row of a run."""
    counts: tuple[str, ...] = ("not recorded",) * 4
    if visit.requests is not None:
        counts = (str(visit.requests), _statuses(visit.statuses), str(visit.unanswered), str(visit.received))
    return (
        f"`{_code(visit.run_id)}`",
        visit.started or "not known",
        visit.ended or "not known",
        "none" if visit.exit_code is None else str(visit.exit_code),
        *counts,
        "not recorded" if visit.rate is None else _number(visit.rate),
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
    counts = {name: count for name, count in about.summary.unrecognized.items() if count}
    if not counts:
        return "Every value that belongs to a vocabulary is in it."
    listed = ", ".join(f"`{name}` {count}" for name, count in sorted(counts.items()))
    return f"Values without a code, kept as printed: {listed}."


def _uses(about: About) -> Iterator[tuple[str, str]]:
    yield "What is it good for?", about.dataset.collection.uses
    yield "What should it not be used for?", about.dataset.collection.not_for


def _distribution(about: About) -> Iterator[tuple[str, str]]:
    size = _count(sum(resource.size for resource in about.resources), "byte")
    suffixes = sorted({resource.path.rpartition(".")[2] for resource in about.resources})
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


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _code(text: str) -> str:
    """Return ``text`` escaped for use between back quotes or angle brackets."""
    return seen(text).replace("`", "'").replace("<", "%3C").replace(">", "%3E")
