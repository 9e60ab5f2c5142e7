"""What the pipelines add to the pure functions: settings reach them, and so do items of every kind."""

from dataclasses import asdict, make_dataclass
from types import SimpleNamespace

import pytest
import scrapy
from pydantic import BaseModel
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler

from migration_spider.config import Config
from migration_spider.exceptions import NotWantedError
from migration_spider.finish import keep_dates
from migration_spider.items import Entry, Evidence, NewsItem, Term, Value, to_record
from migration_spider.ledger import UNSETTLED
from migration_spider.middlewares.bounds import BoundsMiddleware
from migration_spider.pipelines import FinishPipeline, NormalizePipeline, SelectPipeline
from migration_spider.run import Run
from migration_spider.site_profile import LEAST
from migration_spider.spiders import options
from migration_spider.spiders.scope import Scope


def crawler_with(**settings):
    """A crawler whose spider has its run."""
    crawler, config = get_crawler(), Config.of(settings)
    crawler.spider = SimpleNamespace(run=Run(crawler, options.read({}, config), config))
    return crawler


def dated(text, n=1, language="en"):
    """An item with a date of publication."""
    return NewsItem(
        url=f"http://portal.example/{language}/{n}",
        node_id=n,
        language=language,
        body_text="A page.",
        metadata=[Entry(label="Date of publication", values=[Value(text=text)])],
    )


def test_a_date_that_reads_both_ways_waits_for_those_of_other_pages(tmp_path):
    crawler = crawler_with(DATA_DIR=str(tmp_path))
    run, pipeline = crawler.spider.run, NormalizePipeline(crawler)
    run.dates.is_walking = True
    waiting = dated("03/04/2022")
    with pytest.raises(DropItem):
        pipeline.process_item(waiting)
    assert ("held", None, []) == (run.ledger.fates[waiting.url].code, waiting.publication_date, waiting.problems)
    run.ledger.name(waiting.url, "sitemap")
    assert [waiting.url] == [url for url, _, fate in run.ledger.missing() if fate.code in UNSETTLED]
    for n in range(2, 2 + LEAST):
        pipeline.process_item(dated("12/17/2021", n))
    assert [waiting] == run.dates.release()
    pipeline.process_item(waiting)
    assert ("2022-03-04", [], run.dates.site.digest) == (
        waiting.publication_date,
        waiting.problems,
        waiting.site_profile,
    )
    assert 1 == run.counted("dates/held")
    keep_dates(run)
    assert "en: month-first" == run.counted("dates/settled")


@pytest.mark.parametrize(
    ("language", "day", "problem"), [("en", None, "date-ambiguous"), ("fr", "2022-04-03", "date-order-assumed")]
)
def test_what_is_never_settled_is_null_or_assumed(tmp_path, language, day, problem):
    crawler = crawler_with(DATA_DIR=str(tmp_path))
    run, pipeline = crawler.spider.run, NormalizePipeline(crawler)
    run.dates.is_walking = True
    item = dated("03/04/2022", language=language)
    with pytest.raises(DropItem):
        pipeline.process_item(item)
    (item,) = run.dates.release()
    pipeline.process_item(item)
    assert (day, [problem], None) == (item.publication_date, item.problems, item.site_profile)


def test_with_the_setting_nothing_waits(tmp_path):
    crawler = crawler_with(DATA_DIR=str(tmp_path), MIGRATION_DAY_FIRST=True)
    crawler.spider.run.dates.is_walking = True
    item = dated("03/04/2022")
    NormalizePipeline(crawler).process_item(item)
    assert ("2022-04-03", None) == (item.publication_date, item.site_profile)


def test_another_order_than_before_is_told(tmp_path, caplog):
    for text, numbers in (("17/12/2021", range(8)), ("12/17/2021", range(8, 168))):
        crawler = crawler_with(DATA_DIR=str(tmp_path))
        run, pipeline = crawler.spider.run, NormalizePipeline(crawler)
        for n in numbers:
            pipeline.process_item(dated(text, n))
        keep_dates(run)
    assert "en: day-first -> month-first" == run.counted("dates/changed")
    assert "in another order than before: en: day-first -> month-first; used from the next run on" in caplog.text


def test_what_waits_counts_as_taken(tmp_path):
    crawler = crawler_with(DATA_DIR=str(tmp_path))
    run = crawler.spider.run
    crawler.spider.scope = Scope("http://portal.example", ["en"], ["en"], [])
    run.options = options.read({"max_items": "2"}, run.config)
    bounds = BoundsMiddleware(crawler)
    request = scrapy.Request("http://portal.example/a", cb_kwargs={"found": "listing"})
    run.count("taken")
    bounds.process_request(request)
    run.dates.held["http://portal.example/b"] = dated("03/04/2022")
    with pytest.raises(NotWantedError, match="max_items"):
        bounds.process_request(request)


@pytest.mark.parametrize(
    ("setting", "day", "problems"),
    [
        (None, None, ["date-ambiguous"]),
        (True, "2022-04-03", []),
        ("False", "2022-03-04", []),
    ],
)
def test_the_order_of_numeric_dates_is_a_setting(setting, day, problems):
    crawler = crawler_with(MIGRATION_DAY_FIRST=setting)
    item = NewsItem(
        url="http://portal.example/a",
        language="en",
        body_text="A page.",
        metadata=[Entry(label="Date of publication", values=[Value(text="03/04/2022")])],
    )
    NormalizePipeline(crawler).process_item(item)
    assert (day, problems) == (item.publication_date, item.problems)
    assert (crawler.stats.get_value("migration/field/publication_date/missing", 0)) == (day is None)


def test_what_no_vocabulary_knows_is_counted():
    crawler, term = crawler_with(), Value(text="Zzyzx")
    labels = [Entry(label="Material type", values=[term]), Entry(label="Zzyzx", values=[term])]
    item = NewsItem(url="http://portal.example/a", language="en", metadata=labels)
    NormalizePipeline(crawler).process_item(item)
    counts = {name: n for name, n in crawler.spider.run.facts.items() if "unrec" in name or "unknown" in name}
    assert {"migration/unrecognized/material_type": 1, "migration/unknown_label": 1} == counts


@pytest.mark.parametrize("thing", [None, "text", 7, ["list"], object()])
@pytest.mark.parametrize("pipeline", [NormalizePipeline, SelectPipeline, FinishPipeline])
def test_what_is_no_item_is_a_clear_type_error(pipeline, thing):
    with pytest.raises(TypeError, match=f"is not an item: the spider yields a {type(thing).__name__}$"):
        pipeline(crawler_with()).process_item(thing)


def test_an_item_of_another_kind_is_named_where_ours_is_needed():
    with pytest.raises(TypeError, match="expected a NewsItem, got a dict"):
        NormalizePipeline(crawler_with()).process_item({"url": "u"})


class Model(BaseModel):
    """An item of another project."""

    url: str
    warc: Evidence
    terms: list[Term]


def test_every_kind_of_item_has_the_same_record():
    warc = Evidence(file="f", offset=1, length=2, record_id="r", target_uri="u", date="d", payload_digest="p")
    fields = {"url": "u", "warc": warc, "terms": [Term(raw="a"), Term(raw="b", id="1", label="B")]}
    expected = {"url": "u", "warc": asdict(warc), "terms": [asdict(term) for term in fields["terms"]]}
    kind = make_dataclass("Kind", ["url", "warc", "terms"])
    for item in (fields, Model(**fields), kind(**fields), FieldsItem(fields)):
        assert expected == to_record(item)


class FieldsItem(scrapy.Item):
    """An item of Scrapy's own kind."""

    url = scrapy.Field()
    warc = scrapy.Field()
    terms = scrapy.Field()


def test_a_record_has_the_fields_of_the_item_without_what_only_helps_reading():
    value = Value(text="t", url="u", datetime="2024-01-01", day_first=True)
    item = NewsItem(url="u", metadata=[Entry(label="l", values=[value], field_name="title")], translations={"fr": "v"})
    expected = asdict(item) | {"metadata": [{"label": "l", "values": [{"text": "t", "url": "u"}]}]}
    assert list(expected.items()) == list(to_record(item).items())
    assert to_record(item)["problems"] is not item.problems
