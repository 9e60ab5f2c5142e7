"""The outlines of the world map. README.md gives their source, and `make` writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Outline:
    """A place on the map."""

    path: str
    """SVG path data; empty for a place that is too small for a shape."""

    x: int
    y: int
    """The middle of its largest part."""

    area: int
    """Square units of its largest part."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """The map, in units from its upper left corner."""

    width: int
    height: int
    grid: str
    """SVG path data of the lines of longitude and latitude."""

    rest: str
    """Land that belongs to no place of the vocabulary."""

    places: Mapping[str, Outline]
    """Id of a country or area in the vocabulary ``places`` -> its outline."""


@cache
def atlas() -> Atlas:
    """The map; read once."""
    document = json.loads(files(__package__).joinpath("outlines.json").read_text(encoding="utf-8"))
    places = {place: Outline(**outline) for place, outline in document["places"].items()}
    return Atlas(document["width"], document["height"], document["grid"], document["rest"], places)
