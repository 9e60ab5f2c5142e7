"""Dates as the portal and its sources print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_spider.normalize.dates import parse_date
from migration_spider.normalize.months import ANY_LANGUAGE, MONTHS

DAY = "2021-12-17"


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("2021-12-17", "en", DAY),
        ("2021-12-17T12:00:00Z", "en", DAY),
        ("2021/12/17", "en", DAY),
        ("17 December 2021", "en", DAY),
        ("17 december 2021", "en", DAY),
        ("17 Dec 2021", "en", DAY),
        ("17 Dec. 2021", "en", DAY),
        ("17-Dec-2021", "en", DAY),
        ("17th of December 2021", "en", DAY),
        ("December 17, 2021", "en", DAY),
        ("December 17th, 2021", "en", DAY),
        ("Dec 17, 2021", "en", DAY),
        ("December 17 2021", "en", DAY),
        ("2021 December 17", "en", DAY),
        ("Friday, 17 December 2021", "en", DAY),
        ("Fri, 17 Dec 2021", "en", DAY),
        ("Fri, 12/17/2021 - 14:30", "en", DAY),
        ("Friday, December 17, 2021 - 14:30", "en", DAY),
        ("17 December 2021, 09:05", "en", DAY),
        ("17 December 2021 at 9:05 a.m.", "en", DAY),
        ("17 December 2021 09:05:00 UTC", "en", DAY),
        ("17 December 2021 (Friday)", "en", DAY),
        ("17\u00a0December\u00a02021", "en", DAY),
        ("01 Jun 2023", "en", "2023-06-01"),
        ("Sep 13, 2022", "en", "2022-09-13"),
        ("Sept. 13, 2022", "en", "2022-09-13"),
        ("May 1, 2022", "en", "2022-05-01"),
        ("29 February 2020", "en", "2020-02-29"),
        ("17 Diciembre 2021", "es", DAY),
        ("17 de diciembre de 2021", "es", DAY),
        ("17 de Diciembre del 2021", "es", DAY),
        ("viernes, 17 de diciembre de 2021", "es", DAY),
        ("Viernes, Diciembre 17, 2021 - 14:30", "es", DAY),
        ("17 dic. 2021", "es", DAY),
        ("1º de marzo de 2022", "es", "2022-03-01"),
        ("13 de setiembre de 2022", "es", "2022-09-13"),
        ("17 décembre 2021", "fr", DAY),
        ("17 Décembre 2021", "fr", DAY),
        ("vendredi 17 décembre 2021", "fr", DAY),
        ("le 17 décembre 2021", "fr", DAY),
        ("17 décembre 2021 à 14h30", "fr", DAY),
        ("17 déc. 2021", "fr", DAY),
        ("1er mars 2022", "fr", "2022-03-01"),
        ("1er août 2022", "fr", "2022-08-01"),
        ("17 de dezembro de 2021", "pt", DAY),
        ("1 de março de 2022", "pt", "2022-03-01"),
        ("17. Dezember 2021", "de", DAY),
        ("Freitag, 17. Dezember 2021, 14:30 Uhr", "de", DAY),
        ("1. März 2022", "de", "2022-03-01"),
        ("17 декабря 2021", "ru", DAY),
        ("17 декабря 2021 г.", "ru", DAY),
        ("17 декабря 2021 года", "ru", DAY),
        ("пятница, 17 декабря 2021", "ru", DAY),
        ("1 мая 2022", "ru", "2022-05-01"),
        ("17 дек. 2021", "ru", DAY),
        ("17 ديسمبر 2021", "ar", DAY),
        ("١٧ ديسمبر ٢٠٢١", "ar", DAY),
        ("17 كانون الأول 2021", "ar", DAY),
        ("17 كانون الأول/ديسمبر 2021", "ar", DAY),
        ("الجمعة، 17 ديسمبر 2021", "ar", DAY),
        ("3 كانون الثاني/يناير 2022", "ar", "2022-01-03"),
        ("1 أغسطس 2022", "ar", "2022-08-01"),
        ("2021年12月17日", "zh-hant", DAY),
        ("2021 年 12 月 17 日", "zh-hans", DAY),
        ("2021年12月17日星期五", "zh", DAY),
        ("二〇二一年十二月十七日", "zh", DAY),
        ("17 十二月 2021", "zh-hant", DAY),
        ("十二月 17, 2021", "zh-hant", DAY),
        ("二〇二二年三月二十日", "zh", "2022-03-20"),
        ("17 12月 2021", "zh-hant", DAY),
        ("جمعة, 17 ديسمبر 2021", "ar", DAY),
        # Left in another language than the page's.
        ("17 December 2021", "es", DAY),
        ("17 décembre 2021", "ru", DAY),
        ("17 Diciembre 2021", None, DAY),
        # Numbers: by impossibility, then by language.
        ("13/09/2022", "en", "2022-09-13"),
        ("09/13/2022", "en", "2022-09-13"),
        ("09/13/2022", "es", "2022-09-13"),
        ("03/04/2022", "es", "2022-04-03"),
        ("03/04/2022", "fr", "2022-04-03"),
        ("03/04/2022", "en-US", "2022-03-04"),
        ("03/04/2022", "en-GB", "2022-04-03"),
        ("03-04-2022", "fr", "2022-04-03"),
        ("04/04/2022", "en", "2022-04-04"),
        ("13.09.2022", "de", "2022-09-13"),
        ("03.04.2022", "en", "2022-04-03"),
        ("17/12/2021 - 14:30", "fr", DAY),
        # Drupal's own formats, where the weekday fits both readings or there is none.
        ("Wed, 05/09/2018 - 12:00", "en", "2018-05-09"),
        ("mer, 05/09/2018 - 12:00", "fr", "2018-09-05"),
        ("Wed, 05/09/2018 - 12:00", "fr", "2018-05-09"),
        ("05/09/2018 - 12:00", "en", "2018-05-09"),
        ("15 aoû 2018", "fr", "2018-08-15"),
    ],
)
def test_a_full_date_is_read(raw, language, expected):
    assert parse_date(raw, None, language) == (expected, None)


@pytest.mark.parametrize(
    ("raw", "language", "problem"),
    [
        ("03/04/2022", "en", "date-ambiguous"),
        ("03/04/2022 12:00", "en", "date-ambiguous"),
        ("Wed, 05/09/2018", "en", "date-ambiguous"),
        ("03/04/2022", None, "date-ambiguous"),
        ("03/04/22", "fr", "date-ambiguous"),
        ("December 2021", "en", "date-incomplete"),
        ("décembre 2021", "fr", "date-incomplete"),
        ("diciembre de 2021", "es", "date-incomplete"),
        ("декабрь 2021", "ru", "date-incomplete"),
        ("ديسمبر 2021", "ar", "date-incomplete"),
        ("2021年12月", "zh", "date-incomplete"),
        ("2021年", "zh", "date-incomplete"),
        ("12月17日", "zh", "date-incomplete"),
        ("2021年12月17日~19日", "zh", "date-range"),
        ("2021年12月17日至19日", "zh", "date-range"),
        ("2021", "en", "date-incomplete"),
        ("2021-12", "en", "date-incomplete"),
        ("12/2021", "fr", "date-incomplete"),
        ("27 February", "en", "date-incomplete"),
        ("(18/03)", "en", "date-incomplete"),
        ("12-14 December 2021", "en", "date-range"),
        ("12 – 14 December 2021", "en", "date-range"),
        ("12 to 14 December 2021", "en", "date-range"),
        ("December 12-14, 2021", "en", "date-range"),
        ("30 November - 2 December 2021", "en", "date-range"),
        ("30 November 2021 – 2 January 2022", "en", "date-range"),
        ("du 12 au 14 décembre 2021", "fr", "date-range"),
        ("del 12 al 14 de diciembre de 2021", "es", "date-range"),
        ("с 12 по 14 декабря 2021", "ru", "date-range"),
        ("2020 - Present", "en", "date-range"),
        ("2021-12-17 - 2021-12-19", "en", "date-range"),
        ("31 February 2021", "en", "date-unparsed"),
        ("2021-13-01", "en", "date-unparsed"),
        ("32/01/2021", "en", "date-unparsed"),
        ("29 February 2021", "en", "date-unparsed"),
        ("17 Smarch 2021", "en", "date-unparsed"),
        ("17 December 0021", "en", "date-unparsed"),
        ("17 كانون الأول/يناير 2021", "ar", "date-unparsed"),
        ("soon", "en", "date-unparsed"),
        ("General Public", "en", "date-unparsed"),
        (", -", "en", "date-unparsed"),
    ],
)
def test_no_single_day_is_never_one(raw, language, problem):
    assert parse_date(raw, None, language) == (None, problem)


@pytest.mark.parametrize(
    ("raw", "stamp", "language", "expected"),
    [
        ("17 December 2021", "2021-12-17T12:00:00Z", "en", (DAY, None)),
        ("17 December 2021", "2021-12-17", "en", (DAY, None)),
        ("", "2021-12-17T12:00:00Z", "en", (DAY, None)),
        ("", "2021-12-17T00:00:00Z", "en", (DAY, None)),
        ("", "2021-12-17T00:00:00+14:00", "en", (DAY, None)),
        ("", "2021-12-17T23:30:00-11:00", "en", (DAY, None)),
        ("el mes pasado", "2021-12-17T12:00:00Z", "es", (DAY, None)),
        # Midnight of the site's time zone, stamped in UTC: the day before.
        ("17 December 2021", "2021-12-16T23:00:00Z", "en", (DAY, None)),
        ("17 décembre 2021", "2021-12-16T22:00:00+00:00", "fr", (DAY, None)),
        ("16 December 2021", "2021-12-17T01:00:00Z", "en", ("2021-12-16", None)),
        # The stamp tells which reading of a numeric date was meant.
        ("03/04/2022", "2022-03-04T12:00:00Z", "es", ("2022-03-04", None)),
        ("03/04/2022", "2022-03-04T12:00:00Z", "en", ("2022-03-04", None)),
        # Midnight in Kolkata, in Samoa and in Hawaii.
        ("17 December 2021", "2021-12-16T18:30:00Z", "en", (DAY, None)),
        ("17 December 2021", "2021-12-16T11:00:00Z", "en", (DAY, None)),
        ("17 December 2021", "2021-12-18T10:00:00Z", "en", (DAY, None)),
        # What no time zone explains: the machine-readable one, marked.
        ("18 December 2021", "2021-12-17T09:00:00Z", "en", (DAY, "date-conflict")),
        ("16 December 2021", "2021-12-17T13:00:00Z", "en", (DAY, "date-conflict")),
        ("18 December 2021", "2021-12-17T12:00:00Z", "en", (DAY, "date-conflict")),
        ("17 November 2021", "2021-12-17T12:00:00Z", "en", (DAY, "date-conflict")),
        # A stamp that is no date is no stamp.
        ("17 December 2021", "yesterday", "en", (DAY, None)),
        ("17 December 2021", "2021-02-31T12:00:00Z", "en", (DAY, None)),
        ("", "2021-12", "en", (None, "date-incomplete")),
        ("", "", "en", (None, None)),
        ("", None, "en", (None, None)),
        (" \u00a0", None, None, (None, None)),
    ],
)
def test_the_stamp_of_a_time_element_keeps_its_day(raw, stamp, language, expected):
    assert parse_date(raw, stamp, language) == expected


def test_a_site_can_say_the_order_of_numeric_dates():
    assert parse_date("03/04/2022", None, "en", day_first=True) == ("2022-04-03", None)
    assert parse_date("03/04/2022", None, "en", day_first=False) == ("2022-03-04", None)
    assert parse_date("03/04/2022", None, "es", day_first=False) == ("2022-04-03", None)


def test_no_month_name_means_two_months():
    assert {name for table in MONTHS.values() for name in table} == set(ANY_LANGUAGE)
    assert all(set(table.values()) == set(range(1, 13)) for table in MONTHS.values())


@given(st.dates(), st.sampled_from(sorted(MONTHS)), st.data())
def test_every_spelling_of_a_month_gives_the_day_back(day, language, data):
    day = day.replace(year=1950 + day.year % 150) if (day.month, day.day) != (2, 29) else day.replace(year=2020)
    names = [name for name, number in MONTHS[language].items() if number == day.month]
    raw = f"{day.day} {data.draw(st.sampled_from(names))} {day.year}"
    assert parse_date(raw, None, language) == (day.isoformat(), None)


@given(st.text(max_size=60), st.none() | st.text(max_size=30), st.sampled_from(["en", "fr", "ar", "zh-hant", "", None]))
def test_any_text_gives_a_day_or_a_problem_or_nothing(raw, stamp, language):
    day, problem = parse_date(raw, stamp, language)
    assert day is None or len(day) == 10
    assert day or problem or not raw.strip() or not any(c.isalnum() for c in raw)


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("Fri, 03/04/2022 - 12:00", "en", "2022-03-04"),
        ("Sun, 03/04/2022", "en", "2022-04-03"),
        ("Vie, 03/04/2022 - 12:00", "es", "2022-03-04"),
        ("ven 04/03/2022", "fr", "2022-03-04"),
        ("mar, 03/01/2022", "fr", "2022-03-01"),
        ("mar, 01/03/2022", "es", "2022-03-01"),
        ("星期五 04/03/2022", "zh-hant", "2022-03-04"),
    ],
)
def test_the_weekday_says_which_number_is_the_day(raw, language, expected):
    assert (expected, None) == parse_date(raw, None, language)


def test_a_weekday_that_fits_no_reading_says_nothing():
    assert (None, "date-ambiguous") == parse_date("Mon, 03/04/2022", None, "en")


@pytest.mark.parametrize(("language", "seen"), [("en", True), ("en", False), ("es", False), ("ru", True)])
def test_the_other_dates_of_the_page_go_before_its_language(language, seen):
    expected = "2022-04-03" if seen else "2022-03-04"
    assert (expected, None) == parse_date("03/04/2022", None, language, seen_day_first=seen)
