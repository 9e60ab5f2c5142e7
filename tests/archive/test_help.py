"""The layout of ``--help``."""

import argparse

from archive.commands.help import HelpFormatter

TEXT = """\
A sentence that is longer than the line of a narrow terminal, written by hand
in lines of another length. One more.

codes:
  0    an entry of a list that is longer than the line of a terminal stays on its line
  75   another

The last paragraph."""


def test_a_paragraph_fills_the_lines_of_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "62")
    parser = argparse.ArgumentParser(
        "tool", description=TEXT, epilog="examples:\n  tool a\n  tool b", formatter_class=HelpFormatter, add_help=False
    )

    assert parser.format_help().split("\n\n", 1)[1] == (
        "A sentence that is longer than the line of a narrow\n"
        "terminal, written by hand in lines of another length. One\n"
        "more.\n"
        "\n"
        "codes:\n"
        "  0    an entry of a list that is longer than the line of a terminal stays on its line\n"
        "  75   another\n"
        "\n"
        "The last paragraph.\n"
        "\n"
        "examples:\n"
        "  tool a\n"
        "  tool b\n"
    )
