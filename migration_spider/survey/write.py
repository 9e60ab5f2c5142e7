"""Puts a survey into the folder of its run: ``survey.json``, ``survey.html``, ``survey/01.html`` and so on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from archive.disk import replacing
from migration_spider.report.write import json_text
from migration_spider.survey.html import page
from migration_spider.survey.model import Survey


def write_survey(folder: Path, survey: Survey, stills: Mapping[str, str]) -> None:
    """Write all files; each appears whole or not at all. Raises OSError."""
    texts = {**stills, "survey.json": json_text(dict(survey)), "survey.html": page(survey)}
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as stream:
            stream.write(text.encode("utf-8", "replace"))
