"""Writes ``outlines.json``: ``python -m migration_spider.browse.atlas.make countries-50m.json``.

The input is TopoJSON (github.com/topojson/topojson-specification, section 2) of Natural Earth, from the npm package
``world-atlas``. Borders are arcs that neighbours share, so a simplified arc is simplified for both. README.md says
where the file comes from. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

Point = tuple[float, float]
Ring = list[Point]

CUT = -168.4
"""Degrees east where the map is cut open: the Bering Strait, between the Diomede Islands and the mainland of Alaska."""

SOUTH, NORTH = -57.0, 84.0
"""Degrees of latitude that are drawn."""

WIDTH = 2000
"""Width of the drawing in units."""

FINEST = 3.0
"""Square units; a point whose triangle with its neighbours is smaller is left out."""

SPECK = 12.0
"""Square units; a smaller island is left out, unless it is the largest of its place."""

_NAMED = {"Kosovo": "XKX", "N. Cyprus": "196", "Somaliland": "706"}
"""Areas without a number in the source -> place; those of no code of their own in M49 belong to the country of M49."""


class Part(NamedTuple):
    """What belongs to another place in M49 than in the source, which draws who holds it, or lumps what is far away."""

    of: str
    """Number or name of that area in the source."""

    west: float
    south: float
    east: float
    north: float


PARTS = {
    "162": Part("Indian Ocean Ter.", 105, -11, 106, -10),  # Christmas Island
    "166": Part("Indian Ocean Ter.", 96, -13, 98, -11),  # Cocos (Keeling) Islands
    "175": Part("250", 44, -14, 46, -12),  # Mayotte
    "254": Part("250", -55, 1, -51, 7),  # French Guiana
    "312": Part("250", -62, 15.7, -60.8, 16.8),  # Guadeloupe
    "474": Part("250", -61.5, 14, -60.5, 15.2),  # Martinique
    "535": Part("528", -69, 11.5, -62, 18),  # Bonaire, Sint Eustatius and Saba
    "638": Part("250", 55, -22, 56, -20),  # Réunion
    "744": Part("578", -10, 70.5, 34, 82),  # Svalbard and Jan Mayen Islands
    "772": Part("554", -173, -10, -171, -8),  # Tokelau
    "804": Part("643", 32, 44, 37, 46.5),  # Ukraine: Crimea
}

POINTS = {
    "074": (3.4, -54.4),  # Bouvet Island
    "162": (105.6, -10.5),
    "166": (96.8, -12.2),
    "292": (-5.35, 36.14),  # Gibraltar
    "535": (-68.27, 12.18),
    "581": (-166.6, 19.3),  # United States Minor Outlying Islands: Wake, the one farthest from others
    "772": (-171.8, -9.2),
    "798": (179.2, -8.5),  # Tuvalu
}
"""Place -> degrees east and north, for places too small for the source: they are dots."""

_MOROCCO, _WESTERN_SAHARA = "504", "732"

NOT_DRAWN = {"010"}
"""Antarctica."""


def project(east: float, north: float) -> Point:
    """Project degrees to units from the left and from the top, with the equal-area projection Equal Earth.

    Formulas (1) and (2) and coefficients: B. Šavrič, T. Patterson, B. Jenny, "The Equal Earth map projection",
    International Journal of Geographical Information Science 33 (2019), 454 to 465.
    """
    scale = WIDTH / (2 * _raw(180.0, 0.0)[0])
    x, y = _raw(east - CUT - 180, north)
    return WIDTH / 2 + scale * x, scale * (_raw(0, NORTH)[1] - y)


def _raw(turned: float, north: float) -> Point:
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(north)))
    squared, sixth = theta**2, theta**6
    spread = 9 * a4 * theta**8 + 7 * a3 * sixth + 3 * a2 * squared + a1
    x = 2 * math.sqrt(3) * math.radians(turned) * math.cos(theta) / (3 * spread)
    return x, theta * (a1 + a2 * squared + sixth * (a3 + a4 * squared))


def unfolded(arc: Ring) -> Ring:
    """``arc`` with continuous degrees from a first point east of the cut, so that an island on the cut is one piece."""
    east = CUT + (arc[0][0] - CUT) % 360
    ring: Ring = []
    for degrees, north in arc:
        east += (degrees - east + 180) % 360 - 180
        ring.append((east, north))
    return ring


def read_arcs(topology: dict[str, Any]) -> list[Ring]:
    """The arcs in degrees east and north."""
    (x_scale, y_scale), (x_first, y_first) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        ring: Ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            ring.append((x * x_scale + x_first, y * y_scale + y_first))
        arcs.append(ring)
    return arcs


def stitch(numbers: Iterable[int], arcs: Sequence[Ring]) -> Ring:
    """Join arcs to a ring; ``~number`` is the arc backwards, and the last point of an arc is the first of the next."""
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def thin(points: Ring, finest: float = FINEST) -> Ring:
    """``points`` without the least important ones: M. Visvalingam and J. D. Whyatt, Cartographic Journal 30 (1993)."""
    before = list(range(-1, len(points) - 1))
    after = list(range(1, len(points) + 1))
    areas = {at: _triangle(points[at - 1], points[at], points[at + 1]) for at in range(1, len(points) - 1)}
    queue = [(area, at) for at, area in areas.items()]
    heapq.heapify(queue)
    while queue:
        area, at = heapq.heappop(queue)
        if areas.get(at) != area:
            continue
        if area >= finest:
            break
        del areas[at]
        previous, following = before[at], after[at]
        after[previous], before[following] = following, previous
        for near in (previous, following):
            if near in areas:
                areas[near] = max(area, _triangle(points[before[near]], points[near], points[after[near]]))
                heapq.heappush(queue, (areas[near], near))
    return [point for at, point in enumerate(points) if at in areas or at in (0, len(points) - 1)]


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def area_of(ring: Ring) -> float:
    """The area in square units, always positive."""
    return abs(sum(x * b - a * y for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def middle_of(ring: Ring) -> Point:
    """The centroid of a ring."""
    double = sum(x * b - a * y for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1], strict=True))
    if not double:
        return ring[0]
    x = sum((x + a) * (x * b - a * y) for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1], strict=True))
    y = sum((y + b) * (x * b - a * y) for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1], strict=True))
    return x / (3 * double), y / (3 * double)


def path(rings: Iterable[Ring]) -> str:
    """SVG path data (SVG 2, section 9.3) in integer units: the start of each ring, and its steps."""
    out = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        steps = [(a - x, b - y) for (x, y), (a, b) in pairwise(points) if (a, b) != (x, y)]
        text = " ".join(f"{dx} {dy}" for dx, dy in steps[:-1]).replace(" -", "-")
        if len(steps) > 2:
            out.append(f"M{points[0][0]} {points[0][1]}l{text}z")
    return "".join(out)


def owner(geometry: dict[str, Any], degrees: Ring) -> str:
    """The place that a ring belongs to; empty for an area without a place in M49."""
    name = geometry["properties"]["name"]
    number = geometry.get("id") or name
    east, north = middle_of(degrees)
    for place, part in PARTS.items():
        if part.of == number and part.west <= east <= part.east and part.south <= north <= part.north:
            return place
    return str(geometry.get("id") or _NAMED.get(name, ""))


def parted(topology: dict[str, Any], arcs: list[Ring]) -> None:
    """Draw Western Sahara as in M49: in the source it ends at the sand wall, and its coast belongs to Morocco.

    The arc of the wall begins at the same point as the border in M49, which follows that parallel to the sea.
    """
    by_id = {geometry.get("id"): geometry for geometry in topology["objects"]["countries"]["geometries"]}
    north, south = by_id[_MOROCCO]["arcs"][0], by_id[_WESTERN_SAHARA]["arcs"][0]
    wall = next(number for number in north if ~number in south)
    coast = north[(north.index(wall) + 1) % len(north)]
    corner = arcs[wall][0]
    shore = arcs[coast]
    at = next(at for at, (_, latitude) in enumerate(shore) if latitude >= corner[1])
    first = len(arcs)
    arcs += [[corner, shore[at]], shore[: at + 1], shore[at:]]
    north[north.index(wall)], north[north.index(coast)] = first, first + 2
    south[south.index(~wall)] = ~first
    south.insert(south.index(~first), first + 1)


def dissolved(rings: Iterable[Sequence[int]], arcs: Sequence[Ring]) -> list[list[int]]:
    """``rings`` of one place, as numbers of arcs, without the borders between them."""
    closed, loose = [], []
    inner = {number for ring in rings for number in ring}
    inner = {number for number in inner if ~number in inner}
    for ring in rings:
        if inner.isdisjoint(ring):
            closed.append(list(ring))
        else:
            loose += [number for number in ring if number not in inner]
    while loose:
        ring = [loose.pop()]
        while (end := _ends(ring[-1], arcs)[1]) != _ends(ring[0], arcs)[0]:
            following = next(number for number in loose if _ends(number, arcs)[0] == end)
            loose.remove(following)
            ring.append(following)
        closed.append(ring)
    return closed


def _ends(number: int, arcs: Sequence[Ring]) -> tuple[Point, Point]:
    arc = arcs[number] if number >= 0 else arcs[~number]
    return (arc[0], arc[-1]) if number >= 0 else (arc[-1], arc[0])


def rings_of(topology: dict[str, Any]) -> dict[str, list[tuple[Ring, Ring]]]:
    """Place -> its rings on the map, largest first: (with all points, thinned)."""
    arcs = read_arcs(topology)
    parted(topology, arcs)
    full = [[project(*point) for point in unfolded(arc)] for arc in arcs]
    thinned = [thin(arc) for arc in full]
    of_place: dict[str, list[list[int]]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            of_place[owner(geometry, stitch(polygon[0], arcs))] += polygon
    rings_by_place: dict[str, list[tuple[Ring, Ring]]] = {}
    for place in sorted(of_place.keys() - NOT_DRAWN):
        rings = dissolved(of_place[place], arcs)
        drawn = [(stitch(ring, full), stitch(ring, thinned)) for ring in rings]
        rings_by_place[place] = sorted(drawn, key=lambda ring: -area_of(ring[0]))
    return rings_by_place


def places_of(topology: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], str]:
    """Place -> its `Outline`, and the path of the areas without a place."""
    places: dict[str, dict[str, Any]] = {}
    rest = ""
    for place, rings in rings_of(topology).items():
        drawn = [ring for number, (full, ring) in enumerate(rings) if not number or area_of(full) >= SPECK]
        if not place:
            rest = path(drawn)
            continue
        x, y = middle_of(rings[0][0])
        places[place] = {"path": path(drawn), "x": round(x), "y": round(y), "area": round(area_of(rings[0][0]))}
    for place, (east, north) in POINTS.items():
        x, y = project(*unfolded([(east, north)])[0])
        places.setdefault(place, {"path": "", "x": round(x), "y": round(y), "area": 0})
    return dict(sorted(places.items())), rest


def grid() -> str:
    """The path of the lines of longitude and latitude, every 30 degrees."""
    lines = []
    for east in range(-150, 181, 30):
        lines.append([project(CUT + (east - CUT) % 360, north) for north in _steps(SOUTH, NORTH, 10)])
    for north in range(-30, 61, 30):
        lines.append([project(CUT + turned, north) for turned in (0, 360)])
    return "".join(
        f"M{round(line[0][0])} {round(line[0][1])}L" + " ".join(f"{round(x)} {round(y)}" for x, y in line[1:])
        for line in lines
    )


def _steps(first: float, last: float, step: float) -> list[float]:
    return [first + step * number for number in range(math.ceil((last - first) / step))] + [last]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write ``outlines.json`` beside this file. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topology", type=Path, help="countries-50m.json of the npm package world-atlas")
    parser.add_argument("--source", required=True, help="name and version of the package, and of Natural Earth")
    parser.add_argument("--date", required=True, help="date of the download, YYYY-MM-DD")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).with_name("outlines.json"), help="default: %(default)s"
    )
    given = parser.parse_args(arguments)
    places, rest = places_of(json.loads(given.topology.read_text(encoding="utf-8")))
    head = {
        "source": given.source,
        "date": given.date,
        "licence": "Natural Earth is in the public domain",
        "projection": f"Equal Earth, central meridian {CUT + 180:.1f} degrees east",
        "width": WIDTH,
        "height": round(project(0, SOUTH)[1]),
        "grid": grid(),
        "rest": rest,
    }
    lines = [f"{json.dumps(place)}: {json.dumps(drawn, separators=(',', ':'))}" for place, drawn in places.items()]
    text = json.dumps(head, indent=0)[:-2] + ',\n"places": {\n' + ",\n".join(lines) + "\n}\n}\n"
    given.out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(places)} places, {len(text)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
