"""docs/tutorial.md does what it says, and prints what it shows."""

from tests.tutorial import PAGE, played, steady


def test_every_command_of_the_tutorial_prints_what_the_page_shows(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    assert 10 < page.count("\n$ ")
    assert steady(played(page, tmp_path)) == steady(page), "run: python -m tests.tutorial"
