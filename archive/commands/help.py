"""The layout of ``--help``: paragraphs fit the terminal, and lists and examples stay as written."""

from __future__ import annotations

import argparse
import textwrap


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps the lines of a description that begin at the margin; indented lines are lists and examples."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = (line if line.startswith(" ") else textwrap.fill(line, width) for line in text.splitlines())
        return "\n".join(indent + line for line in "\n".join(lines).splitlines())
