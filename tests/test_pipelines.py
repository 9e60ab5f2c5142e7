"""What the pipelines add to the pure functions: settings reach them."""

import pytest
from scrapy.utils.test import get_crawler

from migration_spider.items import Entry, NewsItem, Value
from migration_spider.pipelines import NormalizePipeline


@pytest.mark.parametrize(
    ("setting", "day", "problems"),
    [
        (None, None, ["date-ambiguous"]),
        (True, "2022-04-03", []),
        ("False", "2022-03-04", []),
    ],
)
def test_the_order_of_numeric_dates_is_a_setting(setting, day, problems):
    crawler = get_crawler(settings_dict={"MIGRATION_DAY_FIRST": setting})
    item = NewsItem(
        url="http://portal.example/a",
        language="en",
        body_text="A page.",
        metadata=[Entry(label="Date of publication", values=[Value(text="03/04/2022")])],
    )
    NormalizePipeline(crawler).process_item(item)
    assert (day, problems) == (item.publication_date, item.problems)
    assert (crawler.stats.get_value("migration/field/publication_date/missing", 0)) == (day is None)
