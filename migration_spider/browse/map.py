"""The world map of the stories: countries and areas by M49 code, each a link to its stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migration_spider.browse import charts
from migration_spider.browse.atlas import Outline, atlas
from migration_spider.browse.charts import Mark

SMALL = 60
"""Square units of the map; a smaller place is hard to hit with a finger, so it has a dot."""

ROOM = 1700
"""Square units that a number needs inside a country."""


@dataclass(frozen=True, slots=True)
class Area:
    """A country or area with stories."""

    mark: Mark
    outline: Outline

    @property
    def is_small(self) -> bool:
        return self.outline.area < SMALL

    @property
    def has_room(self) -> bool:
        return self.outline.area >= ROOM * max(len(str(self.mark.count)) - 1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """A shade of the map and the counts that it means."""

    shade: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class WorldMap:
    """The data of the map."""

    width: int
    height: int
    grid: str
    land: str
    """All countries without stories, in one path."""

    dots: Sequence[Outline]
    """Small places without stories."""

    areas: Sequence[Area]
    """By name."""

    legend: Sequence[Step]


def world_map(marks: Mapping[str, Mark]) -> WorldMap:
    """Return the map of ``marks``, by M49 code; codes that are not on the map are left out."""
    world = atlas()
    counts = {place: mark for place, mark in marks.items() if mark.count and place in world.places}
    limits = charts.steps(mark.count for mark in counts.values())
    shown = dict(zip(counts, charts.shaded(counts.values(), limits), strict=True))
    empty = [outline for place, outline in world.places.items() if place not in shown]
    areas = [Area(mark, world.places[place]) for place, mark in shown.items()]
    return WorldMap(
        width=world.width,
        height=world.height,
        grid=world.grid,
        land=world.rest + "".join(outline.path for outline in empty),
        dots=[outline for outline in empty if not outline.path],
        areas=sorted(areas, key=lambda area: area.mark.label),
        legend=[Step(number, low, high) for number, (low, high) in enumerate(limits, 1)],
    )
