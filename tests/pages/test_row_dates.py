"""What of a row of a listing says when its page was published."""

import pytest

from tests.pages.page import SITE, listing


def row(number, inside):
    return f"<div class='views-row'><h3><a href='/{number}'>Story {number} of the towns</a></h3>{inside}</div>"


def dates(*rows):
    return [one.date for one in listing("".join(rows)).rows]


@pytest.mark.parametrize(
    "day", ["Oct,22,2013", "May 3rd, 2019", "May 3,2019", "01-Jun-2023", "9 May 2021", "9 mai 2021", "2021-05-09"]
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
        ("All that was decided on September 8, 2025", None),
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
