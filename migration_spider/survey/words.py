"""The sentences of a survey, used both by its page and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from migration_spider.monitors import COMPLETE, INCOMPLETE, REFUSED
from migration_spider.report.text import duration, number, plural, short
from migration_spider.sampling import MOST
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
"""Exit code -> its meaning; see docs/survey.md."""

TOLD_BY = {
    "type": "the content type in the theme's classes",
    "address": "the address",
    "labels": "the labels of its block",
    "named": "a listing of news that links to it",
    "pager": "a pager",
    "rows": "rows of teasers",
    "text": "its text, with links to other pages",
    "nothing": "nothing",
}

VERDICTS = {
    "news": "news",
    "mixed": "news and other pages",
    "other": "other pages",
    "unknown": "unknown: no row was read",
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
"""Item field -> heading, if the name of the field is not suitable."""


def headline(survey: Survey) -> str:
    """The outcome in one line."""
    code = survey["outcome"]["exit_code"]
    if code == COMPLETE:
        return f"News was found: {plural(items(survey), 'item')} in {plural(len(news_languages(survey)), 'language')}"
    if code == INCOMPLETE:
        return "No news was found"
    if code == REFUSED:
        return "The site blocks this program" if survey["access"]["blocked"] else "The site refused or did not answer"
    return f"The survey failed: {MEANINGS.get(code, f'exit code {code}')}"


def lead(survey: Survey, where: str) -> str:
    """What to do next, in one or two sentences. ``where``: the page that shows the sample items."""
    code, samples = survey["outcome"]["exit_code"], survey["samples"]
    if code == COMPLETE:
        doubts = sum(doubtful(sample) > 0 for sample in samples)
        warning = f"{plural(doubts, 'item has', 'items have')} fields that were not understood. " if doubts else ""
        shown = plural(len(samples), "sample item, next to its", "sample items, each next to its")
        they = "it was" if len(samples) == 1 else "they were"
        return (
            f"{where} shows {shown} archived page. {warning}"
            f"Check that {they} read correctly, then run the commands at the end."
        )
    if code == REFUSED and survey["access"]["blocked"]:
        return f"Ask the operators of the site to allow the user agent “{short(survey['run']['user_agent'])}”."
    if code == INCOMPLETE:
        most = survey["run"]["max_requests"]
        few = f"With more than {number(most)} requests (--max-requests) it may find some. " if most < MOST else ""
        return (
            f"{plural(pages(survey), 'page was', 'pages were')} read, and none is news. {few}"
            "The types of pages below show how they were recognized."
        )
    return "No page was read." if not pages(survey) else "The pages read until then are below."


def pages(survey: Survey) -> int:
    """Number of pages that were read."""
    return sum(page_type["count"] for page_type in survey["types"])


def items(survey: Survey) -> int:
    """Number of items that were read."""
    return sum(language["news"] for language in survey["languages"])


def news_languages(survey: Survey) -> list[str]:
    """Languages in which news was read."""
    return [language["language"] for language in survey["languages"] if language["news"]]


def figures(survey: Survey) -> list[tuple[str, str]]:
    """(name, value) of each number at the top."""
    labels = [label for label in survey["labels"] if label["label"]]
    counts = (
        (survey["run"]["requests"], "request", "requests"),
        (pages(survey), "page read", "pages read"),
        (items(survey), "item", "items"),
        (len(news_languages(survey)), "language of news", "languages of news"),
        (sum(listing["verdict"] == "news" for listing in survey["listings"]), "listing of news", "listings of news"),
        (len(labels), "label", "labels"),
        (sum(not label["is_known"] for label in labels), "unknown label", "unknown labels"),
    )
    return [(singular if count == 1 else several, number(count)) for count, singular, several in counts]


def doubtful(sample: Sample) -> int:
    """Number of its fields that were not understood."""
    return sum(not field["is_read"] for field in sample["fields"])


def field(sample_field: Field) -> str:
    """Heading of a field."""
    return heading(sample_field["field"])


def heading(name: str) -> str:
    """Heading of the item field ``name``."""
    return FIELDS.get(name, name.replace("_", " ").capitalize())


def told_by(page_type: PageType) -> str:
    """How pages of this type were recognized, and how many of them are not items."""
    parts = [f"{TOLD_BY.get(how, how)} ({number(n)})" for how, n in page_type["told_by"].items()]
    if page_type["kind"] == "news" and (others := page_type["count"] - page_type["items"]):
        parts.append(f"{number(others)} of them are not items: the text of another language, or a second address")
    return "; ".join(parts)


def share(listing: Listing) -> str:
    """``5 of 6``."""
    return f"{number(listing['news'])} of {number(listing['read'])}" if listing["read"] else "–"


def read(listing: Listing) -> str:
    """``news: 5 of 6 rows read``."""
    return (
        f"news: {number(listing['news'])} of {plural(listing['read'], 'row')} read"
        if listing["read"]
        else "no row read"
    )


def total(listing: Listing) -> str:
    """The number of its rows, exact or estimated."""
    is_known = listing["total"] is not None or rows_of(listing) == listing["rows"]
    return ("" if is_known else "about ") + number(rows_of(listing))


def source(sitemap: Source) -> str:
    """The result of a sitemap or feed."""
    if sitemap["status"] is None:
        return "not requested"
    if sitemap["status"] != 200:
        return f"status {sitemap['status']}"
    return f"names {plural(sitemap['named'], 'page')}" + (
        f"; {short(sitemap['problem'])}" if sitemap["problem"] else ""
    )


def robots(survey: Survey) -> str:
    """The rules of robots.txt for this program."""
    found = survey["robots"]
    if found["status"] is None:
        return "no answer"
    if found["status"] != 200:
        return f"status {found['status']}: everything is allowed"
    rules = (
        f"{plural(len(found['rules']), 'rule')} for {short(found['agent'] or '')}"
        if found["agent"]
        else "no rule for this program"
    )
    if found["crawl_delay"]:
        rules += f"; {duration(found['crawl_delay'])} between requests"
    return rules


def jsonapi(survey: Survey) -> str:
    """The response of Drupal's JSON:API."""
    found = survey["jsonapi"]
    if found["status"] is None:
        return "not requested, or no answer"
    return "open: it returned JSON" if found["is_open"] else f"not open: status {found['status']}"


def order(date_order: DateOrder) -> str:
    """Which number of a date comes first."""
    if date_order["day_first"] is None:
        return "the order of day and month in numeric dates is not known"
    return (
        "the day comes first: 03/04/2022 is 3 April"
        if date_order["day_first"]
        else "the month comes first: 03/04/2022 is 4 March"
    )


def more(left: int) -> str:
    """The line for entries that are left out; empty if there are none."""
    return f"and {number(left)} more, in survey.json" if left > 0 else ""


def statuses(found: Mapping[str, int]) -> str:
    """``200: 40, 404: 3``."""
    return ", ".join(f"{status}: {number(count)}" for status, count in found.items()) or "none"
