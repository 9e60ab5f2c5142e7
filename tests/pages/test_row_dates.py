"""What of a row of a listing says when its page was published."""

import pytest

from tests.pages.page import SITE, listing


def row(number, inside):
    return f"<div class='views-row'><h3><a href='/{number}'>Story {number} of the towns</a></h3>{inside}</div>"


def dates(*rows):
    return [one.date for one in listing("".join(rows)).rows]


@pytest.mark.parametrize(
    "day",
    [
        "Oct,22,2013",
        "May 3rd, 2019",
        "May 3,2019",
        "01-Jun-2023",
        "9 May 2021",
        "9 mai 2021",
        "2021-05-09",
        "1 أيار/مايو 2020",
        "31 كانون الثاني/يناير 2020",
        "2021년 5월 12일",
        "2021年5月12日",
    ],
)
def test_ways_to_print_a_day(day):
    assert [day, day] == dates(*(row(n, f"<p>{day}</p>") for n in range(2)))


def test_a_time_beside_the_date_makes_it_no_less_a_date():
    span = "<i>9 Jan 2017 (All day)</i> to <i>13 Jan 2017 (All day)</i>"
    topic = "<b>Ann</b> » May 3, 2019 - 7:25pm <b>Bob</b><br>June 14, 2019 - 7:25pm"
    assert ["9 Jan 2017", "May 3, 2019"] == dates(row(1, span), row(2, topic))


def test_short_lines_of_a_long_paragraph_say_when_the_row_is_of():
    lines = "<p><b>Posted:</b> <i>6/25/2026</i><br>Ferry of the towns against pier,<br>Order that the <i>pier is mended, 05-29-2026</i></p>"
    prose = "<p>The towns met on <b>5 May 2020</b> for two days and then agreed on this:<br>one shared list</p>"
    assert ["6/25/2026", None] == dates(row(1, lines), row(2, prose))


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("August 4, 2022", "August 4, 2022"),
        ("March 3, 2022 - Adjourned", "March 3, 2022"),
        ("Ferry against pier (September 8, 2025)", "September 8, 2025"),
        ("Friday, August 4, 2022", "August 4, 2022"),
        ("02/24/22 - 4 p.m.", "02/24/22"),
        ("All that was decided on September 8, 2025", None),
        ("Planet of piers, March 3, 2015", None),
    ],
)
def test_a_title_that_has_the_date(title, day):
    assert [day] * 2 == dates(*(f"<div class='views-row'><h3><a href='/{n}'>{title}</a></h3></div>" for n in range(2)))


def test_several_rows_in_one_line_of_a_table_have_its_date():
    files = "<ul><li><a href='/{0}a'>Minutes of it {0}</a></li><li><a href='/{0}b'>20{0}-06-05 Plan</a></li></ul>"
    line = "<tr><td><time>1{0} May 2018</time></td><td>A meeting of all of the ferry towns at their harbours</td><td>{1}</td></tr>"
    table = "".join(line.format(n, files.format(n)) for n in range(5, 8))
    found = [(one.url, one.date) for one in listing(f"<table>{table}</table>").rows]
    assert [(f"{SITE}/{n}{part}", f"1{n} May 2018") for n in range(5, 8) for part in "ab"] == found


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("<p>02/24/22</p>", "02/24/22"),
        ("<p><b>Published:</b> 2.21.14 - 11:05pm</p>", "2.21.14"),
        ("<p>Release 2.3.10 of it</p><p>2.3.10</p>", None),
        ("<p>1/2/14 of the towns that met there</p>", None),
        ("<b>On air:</b> <p><span class='date-display-single'>9.27.13</span></p>", "9.27.13"),
    ],
)
def test_a_year_with_two_digits(said, day):
    assert [day] == dates(row(1, said))


def test_the_ending_of_a_number_in_an_element_of_its_own():
    assert ["21st May, 2014", "June 3rd, 2014"] == dates(
        row(1, "<div>21<sup>st</sup> May, 2014</div>"), row(2, "<div>June 3<sup>rd</sup>, 2014</div>")
    )


def test_the_day_of_writing_is_told_before_that_of_a_meeting():
    told = "<i>on Wed, 02/13/2013 - 23:15</i><p>A meeting of all of the ferry towns at the harbour</p><p>Tuesday, February 19, 2013<br>Pier 7</p>"
    assert ["02/13/2013"] == dates(row(1, told))


def test_a_line_that_names_a_day_is_no_date():
    pages = "<p>page 1: the name of this paper<br>page 2: a call of 28.09.1991 to all<br>page 3: what was said</p>"
    assert [None] == dates(row(1, pages))


def test_a_title_that_is_read_aloud_again_is_no_date():
    title = "Minutes of all of the ferry towns, 18.09.1991"
    again = f"<a href='/1'>More<i class='visually-hidden'> about {title}</i></a>"
    assert [None] == dates(f"<div class='views-row'><h3><a href='/1'>{title}</a></h3>{again}</div>")


def test_a_long_line_by_whom_and_when():
    line = "<div class='node-submitted'>Submitted by Ann on Mon, 05/21/2012 - 16:09, last updated Tue, 05/22/2012 - 20:14</div>"
    assert ["05/21/2012"] * 2 == dates(*(row(n, f"<p>Boats.</p>{line}") for n in range(2)))
    assert [None] * 2 == dates(*(row(n, line.replace("node-submitted", "told")) for n in range(2)))
