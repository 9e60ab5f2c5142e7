"""Reads the data files of this package; README.md says where each comes from."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

FILES = {
    "material_type": "material_types",
    "target_audience": "target_audiences",
    "source_publisher": "publishers",
    "geographic_scope": "places",
    "working_group": "working_groups",
    "regional_review_process": "regional_reviews",
    "gcm_objectives": "gcm_objectives",
    "cross_cutting_themes": "cross_cutting_themes",
}
"""Item field -> name of the data file; ``other_source_publisher`` is free text and has none."""


@cache
def load(name: str) -> dict[str, Any]:
    """The parsed file ``<name>.json`` of this package; read once. Callers must not change it.

    Raises:
        FileNotFoundError: there is no such vocabulary.
    """
    data: dict[str, Any] = json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return data
