"""What shows that a page is not whole, and what only looks so."""

import pytest

from migration_spider.responses.broken import Shape, shape_of

HEAD = '<!DOCTYPE html>\n<html lang="en"><head><title>Ferries</title></head><body><div class="page"><main>'
TEXT = "<article><h1>Ferries</h1><p>The ferry leaves at noon.</p><p>It is back at six.</p></article>"
FOOT = "</main><footer><p>The harbour</p></footer></div>"
WHOLE = HEAD + TEXT + FOOT + "</body></html>"


@pytest.mark.parametrize(
    "page",
    [
        WHOLE,
        WHOLE.upper(),
        WHOLE.replace("</body>", ""),
        WHOLE.replace("</html>", ""),
        WHOLE + "\n<!-- 0.2 seconds, from the cache -->\n<script>count('</div><p>')</script><img src='/pixel'>",
        WHOLE.replace("at noon", "at noon. <code>&lt;/html&gt;</code>"),
    ],
)
def test_a_whole_page(page):
    assert shape_of(page) == Shape(True)


@pytest.mark.parametrize("page", ["", "<p>A part for a script.</p>", '{"a": "b"}', "<div>x</div></body>"])
def test_what_is_no_document_has_no_shape(page):
    assert shape_of(page) is None


def test_wherever_it_breaks_off_its_end_is_missing():
    for place in range(HEAD.index("<html") + 20, WHOLE.index("</body")):
        shape = shape_of(WHOLE[:place])
        assert shape is not None
        assert not shape.ends, WHOLE[:place]
        # Between two parts of the page nothing is open.
        assert shape.is_open or WHOLE[:place].endswith(("</div>", "<head>", "</head>", "<body>", "</title>")), WHOLE[
            :place
        ]


def test_an_end_inside_of_the_page_is_none():
    pasted = TEXT.replace("It is", "</body></html> It is")
    assert shape_of(HEAD + pasted + FOOT + "</body></html>") == Shape(True)
    assert shape_of(HEAD + pasted + "<p>And so") == Shape(False, is_open=True)


@pytest.mark.parametrize(
    "page",
    [
        WHOLE.replace("</body></html>", ""),
        "<!DOCTYPE html><title>Ferries</title><p>The ferry leaves at noon.<ul><li>At one<li>At two</ul><p>Late",
        WHOLE.replace("</body></html>", "<script>go()</script>\n\n"),
    ],
)
def test_authors_may_leave_the_end_out(page):
    assert shape_of(page) == Shape(False)


FATAL = "<br />\n<b>Fatal error</b>:  Allowed memory size of 9 bytes exhausted in <b>/srv/a.php</b> on line <b>7</b><br />\n"


@pytest.mark.parametrize(
    "error",
    [
        FATAL,
        FATAL[:40],
        (
            "\nFatal error: Uncaught Error: Call to undefined function f() in /srv/a.php:3\nStack trace:\n#0 {main}\n"
            "  thrown in /srv/a.php on line 3\n"
        ),
        "PHP Parse error:  syntax error, unexpected end of file in /srv/a.php on line 3",
        "The website encountered an unexpected error. Please try again later.",
        (
            'The website encountered an unexpected error. Try again later.<br><br><em class="placeholder">Error</em>: Call to'
            ' a member function f() on null in <em class="placeholder">A\\b-&gt;c()</em> (line <em>3</em>).'
        ),
        "El sitio web encontró un error inesperado. Vuelva a intentarlo.",
        "Uncaught PHP Exception Drupal\\Core\\Database\\DatabaseExceptionWrapper",
        "PDOException: SQLSTATE[HY000] [2006] MySQL server has gone away in f() (line 3 of /srv/a.inc).",
        "Out of memory",
    ],
)
def test_a_fatal_error_is_the_last_thing_that_is_said(error):
    for page in (HEAD + TEXT[:60], WHOLE):
        shape = shape_of(page + error)
        assert shape is not None
        assert "fatal" == shape.error, page + error


@pytest.mark.parametrize(
    "error",
    [
        FATAL,
        FATAL.replace("Fatal error", "Warning"),
        "\nWarning: file_get_contents(http://x): failed to open stream in C:\\www\\a.php on line 3\n",
        (
            '<em class="placeholder">Warning</em>: Invalid argument in <em class="placeholder">f()</em> (line <em'
            ' class="placeholder">3</em> of <em class="placeholder">/srv/a.inc</em>).'
        ),
        "<!-- esi error: no answer of /part -->",
        "[an error occurred while processing this directive]",
        "<html><head><title>503</title></head><body><h1>Error 503 Backend fetch failed</h1><p>Guru Meditation:</p></body>",
        "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.18.0</center>",
        "<h1>Uncaught exception thrown in shutdown function.</h1><p>PDOException: gone</p><hr />",
    ],
)
def test_an_error_in_the_middle(error):
    page = WHOLE.replace("<p>It is", f"<div>{error}</div><p>It is")
    assert shape_of(page) == Shape(True, error="error")
    for sample in ("pre", "code", "blockquote", "script"):
        shown = WHOLE.replace("<p>It is", f"<{sample}>{error}</{sample}><p>It is")
        assert shape_of(shown) == Shape(True)


@pytest.mark.parametrize("level", ["Notice", "Deprecated", "Strict Standards"])
def test_a_notice_is_less(level):
    page = WHOLE.replace("<p>It is", FATAL.replace("Fatal error", level) + "<p>It is")
    assert shape_of(page) == Shape(True, error="notice")


@pytest.mark.parametrize(
    "words",
    [
        "<p>Fatal error: that is what the screen said, and then out of memory.</p>",
        "<p><b>Warning</b>: the pier in <b>the north</b> is closed.</p>",
        "<p>The website encountered an unexpected error. Please try again later. So it said for a day.</p>",
        "<p>MySQL server has gone away, SQLSTATE[HY000], Uncaught exception: words of the trade.</p>",
        "<h1>502 ways to the harbour</h1><h2>Guru meditation</h2>",
        "<!-- esi: part of the page --><!-- no errors -->",
    ],
)
def test_pages_about_errors_are_whole(words):
    assert shape_of(WHOLE.replace("<p>It is", words + "<p>It is")) == Shape(True)
    # Also where the site never prints an end.
    assert shape_of(WHOLE.replace("<p>It is", words + "<p>It is").replace("</body></html>", "")) == Shape(False)


@pytest.mark.parametrize(
    "piece",
    ["<!-- ", "<script>", "<!-- esi ", "<b>warning</b>: ", "<", "<h1> ", "</html>", "<pre>[an error occurred while "],
)
def test_whatever_is_never_closed_is_looked_for_once(piece):
    # Were it looked for again from each of them, this would take minutes.
    assert shape_of("<!DOCTYPE html>" + piece * 60_000) is not None
