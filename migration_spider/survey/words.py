"""What a survey says, in sentences: the same on the page and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from migration_spider.monitors import COMPLETE, INCOMPLETE, REFUSED
from migration_spider.report.text import duration, number, plural, short
from migration_spider.survey.content import rows_of
from migration_spider.survey.model import DateOrder, Field, Listing, PageType, Sample, Source, Survey
from migration_spider.survey.proposals import as_line, as_option
from migration_spider.survey.samples import meaning
from migration_spider.survey.still_marks import anchor, colour

__all__ = ["anchor", "as_line", "as_option", "colour", "meaning"]

MEANINGS = {
    0: "news was found",
    3: "no news was found",
    4: "the site refused or could not be reached",
    1: "internal error",
    5: "the archive could not be written",
}
"""Exit code -> in words; see docs/survey.md."""

TOLD_BY = {
    "type": "the content type in the theme's classes",
    "address": "the address",
    "labels": "the labels of its block",
    "named": "a listing of news that names it",
    "pager": "a pager",
    "rows": "rows of teasers",
    "text": "its text, with links to other pages beside it",
    "nothing": "nothing",
}

VERDICTS = {
    "news": "news",
    "mixed": "news and other pages",
    "other": "other pages",
    "unknown": "not known: no row was read",
}

FIELDS = {
    "title": "Title",
    "publication_date": "Publication date",
    "summary": "Summary",
    "body_text": "Text",
    "attachments": "Files",
    "images": "Pictures",
    "language": "Language",
    "node_id": "Node",
    "translations": "Translations",
    "gcm_objectives": "GCM objectives",
    "metadata": "",
}
"""Item field -> heading, where its name is none."""


def headline(survey: Survey) -> str:
    """The outcome in one line."""
    code = survey["outcome"]["exit_code"]
    if code == COMPLETE:
        return f"News was found: {plural(items(survey), 'item')} in {plural(len(news_languages(survey)), 'language')}"
    if code == INCOMPLETE:
        return "No news was found"
    if code == REFUSED:
        return "The site does not let us in" if survey["access"]["blocked"] else "The site refused, or did not answer"
    return f"The survey failed: {MEANINGS.get(code, f'exit code {code}')}"


def lead(survey: Survey, where: str) -> str:
    """What to do with it, in a sentence or two. ``where``: what shows the sample items."""
    code, samples = survey["outcome"]["exit_code"], survey["samples"]
    if code == COMPLETE:
        doubts = sum(doubtful(one) > 0 for one in samples)
        told = f"{plural(doubts, 'item has', 'items have')} fields that were not understood. " if doubts else ""
        count = plural(len(samples), "sample item")
        return (
            f"{where} shows {count}, each beside its archived page. {told}"
            "Check that they were read correctly, then run the commands at the end."
        )
    if code == REFUSED and survey["access"]["blocked"]:
        return f"The site was asked as “{short(survey['run']['user_agent'])}”: its operators can let that in."
    if code == INCOMPLETE:
        return (
            f"{plural(pages(survey), 'page')} were read, and none was taken for news. "
            "Below is what they were taken for, and why."
        )
    return "Nothing of the site was read." if not pages(survey) else "What was read until then is below."


def pages(survey: Survey) -> int:
    """How many pages were read."""
    return sum(one["count"] for one in survey["types"])


def items(survey: Survey) -> int:
    """How many items were read."""
    return sum(one["news"] for one in survey["languages"])


def news_languages(survey: Survey) -> list[str]:
    """Languages in which news was read."""
    return [one["language"] for one in survey["languages"] if one["news"]]


def figures(survey: Survey) -> list[tuple[str, str]]:
    """(what, how much) of the first line of numbers."""
    labels = [one for one in survey["labels"] if one["label"]]
    return [
        ("requests", number(survey["run"]["requests"])),
        ("pages read", number(pages(survey))),
        ("items", number(items(survey))),
        ("languages of news", number(len(news_languages(survey)))),
        ("listings of news", number(sum(one["verdict"] == "news" for one in survey["listings"]))),
        ("labels", number(len(labels))),
        ("unknown labels", number(sum(not one["is_known"] for one in labels))),
    ]


def doubtful(sample: Sample) -> int:
    """How many of its fields were not understood."""
    return sum(not one["is_read"] for one in sample["fields"])


def field(one: Field) -> str:
    """Heading of a field."""
    return heading(one["field"])


def heading(name: str) -> str:
    """How the item field ``name`` is called."""
    return FIELDS.get(name, name.replace("_", " ").capitalize())


def told_by(one: PageType) -> str:
    """How pages were told apart, and how many of them are no items of their own."""
    told = [f"{TOLD_BY.get(how, how)} ({number(n)})" for how, n in one["told_by"].items()]
    if one["kind"] == "news" and (others := one["count"] - one["items"]):
        told.append(f"{number(others)} of them without an item: the text of another language, or a second address")
    return "; ".join(told)


def share(one: Listing) -> str:
    """``5 of 6``."""
    return f"{number(one['news'])} of {number(one['read'])}" if one["read"] else "–"


def total(one: Listing) -> str:
    """How many rows it has, as far as it is known."""
    is_known = one["total"] is not None or rows_of(one) == one["rows"]
    return ("" if is_known else "about ") + number(rows_of(one))


def source(one: Source) -> str:
    """What became of a sitemap or feed."""
    if one["status"] is None:
        return "not asked for"
    if one["status"] != 200:
        return f"answers {one['status']}"
    return f"names {plural(one['named'], 'page')}" + (f"; {short(one['problem'])}" if one["problem"] else "")


def robots(survey: Survey) -> str:
    """What robots.txt says to us."""
    found = survey["robots"]
    if found["status"] is None:
        return "no answer"
    if found["status"] != 200:
        return f"answers {found['status']}: everything is allowed"
    said = (
        f"{plural(len(found['rules']), 'rule')} for {short(found['agent'] or '')}"
        if found["agent"]
        else "no rule for us"
    )
    if found["crawl_delay"]:
        said += f"; asks for {duration(found['crawl_delay'])} between requests"
    return said


def jsonapi(survey: Survey) -> str:
    """What Drupal's interface for programs answered."""
    found = survey["jsonapi"]
    if found["status"] is None:
        return "not asked for, or no answer"
    return "open: it answers with JSON" if found["is_open"] else f"not open: answers {found['status']}"


def order(one: DateOrder) -> str:
    """Which number of a date comes first."""
    if one["day_first"] is None:
        return "the order of dates in numbers is not settled"
    return (
        "the day comes first: 03/04/2022 is 3 April"
        if one["day_first"]
        else "the month comes first: 03/04/2022 is 4 March"
    )


def more(left: int) -> str:
    """What stands in place of entries that are left out; nothing when none is."""
    return f"and {number(left)} more, in survey.json" if left > 0 else ""


def statuses(found: Mapping[str, int]) -> str:
    """``200: 40, 404: 3``."""
    return ", ".join(f"{status}: {number(count)}" for status, count in found.items()) or "none"
