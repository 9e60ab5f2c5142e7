"""The layout of ``--help``: paragraphs fit the terminal, and lists and examples stay as written."""

from __future__ import annotations

import argparse
import textwrap


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps the paragraphs of a description; indented lines, which are lists and examples, are unchanged."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        filled: list[str] = []
        paragraph: list[str] = []
        for line in (*text.splitlines(), ""):
            if line and not line.startswith(" "):
                paragraph.append(line)
                continue
            filled += textwrap.wrap(" ".join(paragraph), width)
            paragraph = []
            filled.append(line)
        return "\n".join(indent + line for line in filled[:-1])
