"""Dates as the portal and its sources print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_spider.normalize.date_order import order_told, reads_both_ways
from migration_spider.normalize.dates import parse_date, read_date
from migration_spider.normalize.months import any_language, months, weekdays

DAY = "2021-12-17"


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("2021-12-17", "en", DAY),
        ("2021-12-17T12:00:00Z", "en", DAY),
        ("2021/12/17", "en", DAY),
        ("2021. 12. 17.", "en", DAY),
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
        ("04/04/2022", "en", "2022-04-04"),
        ("13.09.2022", "de", "2022-09-13"),
        ("03.04.2022", "en", "2022-04-03"),
        ("17/12/2021 - 14:30", "fr", DAY),
        # Drupal's own formats, where the weekday fits both readings or there is none.
        ("Wed, 05/09/2018 - 12:00", "en", "2018-05-09"),
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


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("03/04/2022", "es", "2022-04-03"),
        ("03/04/2022", "fr", "2022-04-03"),
        ("03/04/2022", "en-US", "2022-03-04"),
        ("03/04/2022", "en-GB", "2022-04-03"),
        ("03-04-2022", "fr", "2022-04-03"),
        ("mer, 05/09/2018 - 12:00", "fr", "2018-09-05"),
    ],
)
def test_what_the_language_alone_tells_is_marked(raw, language, expected):
    assert (expected, "date-order-assumed") == parse_date(raw, None, language)
    assert "language" == read_date(raw, None, language).told_by


@pytest.mark.parametrize("language", ["en", "es", "en-US", "zh-hant"])
def test_a_person_knows_better_than_the_site_the_page_and_the_language(language):
    for order, expected in ((True, "2022-04-03"), (False, "2022-03-04")):
        others = {"site_day_first": not order, "seen_day_first": not order}
        assert (expected, None) == parse_date("03/04/2022", None, language, day_first=order)
        assert (expected, None, "setting") == read_date("03/04/2022", None, language, day_first=order, **others)


@pytest.mark.parametrize("language", ["en", "es", "en-US", "zh-hant"])
def test_the_site_knows_better_than_the_page_and_the_language(language):
    for order, expected in ((True, "2022-04-03"), (False, "2022-03-04")):
        known = {"site_day_first": order, "seen_day_first": not order}
        assert (expected, None, "site") == read_date("03/04/2022", None, language, **known)


@pytest.mark.parametrize(
    ("raw", "stamp", "expected"),
    [
        ("Sun, 03/04/2022", None, "weekday"),
        ("03/04/2022", "2022-03-04T12:00:00Z", "stamp"),
        ("13/04/2022", None, None),
        ("04/04/2022", None, None),
        ("03.04.2022", None, None),
        ("3 April 2022", None, None),
        ("2022-04-03", None, None),
        ("03/04/2022 12:00", None, "site"),
    ],
)
def test_the_site_is_asked_only_where_nothing_beside_the_date_tells(raw, stamp, expected):
    assert expected == read_date(raw, stamp, "en", site_day_first=True).told_by
    assert (expected == "site") == reads_both_ways(raw, stamp)


@pytest.mark.parametrize(
    ("raw", "stamp", "expected"),
    [
        ("17/12/2021", None, True),
        ("12/17/2021", None, False),
        ("12-17-2021 - 10:30", None, False),
        ("١٧/١٢/٢٠٢١", None, True),
        ("Fri, 12/17/2021 - 14:30", None, False),
        ("Fri, 03/04/2022", None, False),
        ("Sun, 03/04/2022", None, True),
        ("Wed, 05/09/2018", None, None),
        ("Mon, 03/04/2022", None, None),
        ("03/04/2022", "2022-03-04T12:00:00Z", False),
        # Midnight of the site's time zone, stamped in UTC.
        ("03/04/2022", "2022-04-02T22:00:00Z", True),
        ("03/04/2022", "2022-08-02T22:00:00Z", None),
        ("03/04/2022", None, None),
        ("04/04/2022", "2022-04-04T12:00:00Z", None),
        ("31/02/2021", None, None),
        ("32/01/2021", None, None),
        ("17.12.2021", None, None),
        ("17 December 2021", None, None),
        ("17/12/2021 - 19/12/2021", None, None),
        ("2021-12-17", None, None),
        ("", "2021-12-17", None),
    ],
)
def test_what_a_date_by_itself_tells_of_the_order(raw, stamp, expected):
    assert expected is order_told(raw, stamp)


def test_a_stamp_beside_midnight_tells_the_order():
    assert ("2022-03-04", None) == parse_date("03/04/2022", "2022-03-03T22:00:00Z", "es")
    assert ("2022-04-03", None) == parse_date("03/04/2022", "2022-04-02T22:00:00Z", "en")


def test_no_month_name_means_two_months():
    assert {name for table in months().values() for name in table} == set(any_language())
    assert all(set(table.values()) == set(range(1, 13)) for table in months().values())


# What the sources were met to print: a year in one form each, whatever a new version of CLDR prefers.
YEARS = {
    "en": ["january february march april may june july august september october november december",
           "jan feb mar apr may jun jul aug sept oct nov dec", "jan feb mar apr may jun jul aug sep oct nov dec"],
    "fr": ["janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
           "janv fevr mars avr mai juin juil aout sept oct nov dec", "jan fev mars avr mai juin juil aou sept oct nov dec"],
    "es": ["enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
           "ene feb mar abr may jun jul ago sep oct nov dic", "ene feb mar abr may jun jul ago setiembre oct nov dic",
           "ene feb mar abr may jun jul ago set oct nov dic", "ene feb mar abr may jun jul ago sept oct nov dic"],
    "pt": ["janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
           "jan fev mar abr mai jun jul ago set out nov dez"],
    "de": ["januar februar marz april mai juni juli august september oktober november dezember",
           "janner feber marz april mai juni juli august september oktober november dezember",
           "jan feb mrz apr mai jun jul aug sep okt nov dez", "jan feb mrz apr mai jun jul aug sept okt nov dez"],
    "ru": ["января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
           "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
           "янв фев мар апр мая июн июл авг сен окт ноя дек", "янв февр март апр май июн июл авг сент окт нояб дек"],
    "zh": ["一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"],
    "ar": ["يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
           "يناير فبراير مارس ابريل مايو يونيه يوليه اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
           "كانون_الثاني شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين_الاول تشرين_الثاني كانون_الاول",
           "جانفي فيفري مارس افريل ماي جوان جويلية اوت سبتمبر اكتوبر نوفمبر ديسمبر",
           "يناير فبراير مارس ابريل ماي يونيو يوليوز غشت شتنبر اكتوبر نونبر دجنبر"],
}  # fmt: skip

# Monday to Sunday.
WEEKS = [
    "monday tuesday wednesday thursday friday saturday sunday", "mon tue wed thu fri sat sun", "mon tues wed thurs fri sat sun",
    "mon tues wed thur fri sat sun", "lundi mardi mercredi jeudi vendredi samedi dimanche", "lun mardi mer jeu ven sam dim",
    "lunes martes miercoles jueves viernes sabado domingo", "lun martes mie jue vie sab dom",
    "segunda-feira terca-feira quarta-feira quinta-feira sexta-feira sabado domingo", "seg ter qua qui sex sab dom",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag", "mo di mi do fr sa so",
    "понедельник вторник среда четверг пятница суббота воскресенье", "пн вт ср чт пт сб вс",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日", "周一 周二 周三 周四 周五 周六 周日", "週一 週二 週三 週四 週五 週六 週日",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期天", "الاثنين الثلاثاء الاربعاء الخميس الجمعة السبت الاحد",
    "الاثنان الثلاثاء الاربعاء الخميس الجمعة السبت الاحد", "اثنين ثلاثاء اربعاء خميس جمعة سبت احد",
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "year"), [(language, year) for language, years in YEARS.items() for year in years]
)
def test_names_of_months(language, year):
    names = [name.replace("_", " ") for name in year.split()]
    assert [*range(1, 13)] == [months()[language].get(name) for name in names]


def test_no_month_has_a_name_of_another_language():
    known = {
        language: {name.replace("_", " ") for year in years for name in year.split()}
        for language, years in YEARS.items()
    }
    assert known == {language: set(table) for language, table in months().items()}


@pytest.mark.parametrize("week", WEEKS)
def test_names_of_weekdays(week):
    assert [*range(7)] == [weekdays().get(name) for name in week.split()]


@given(st.dates(), st.sampled_from(sorted(months())), st.data())
def test_every_spelling_of_a_month_gives_the_day_back(day, language, data):
    day = day.replace(year=1950 + day.year % 150) if (day.month, day.day) != (2, 29) else day.replace(year=2020)
    names = [name for name, number in months()[language].items() if number == day.month]
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
