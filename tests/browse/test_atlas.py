"""The outlines of the map, and what makes them."""

import json
import math
import re

import pytest

from migration_spider.browse.atlas import atlas, make
from migration_spider.vocabularies.data import load

PATH = re.compile(r"(M\d+ \d+l-?\d+[ -]\d+([ -]-?\d+)*z)*")


def test_every_country_of_the_vocabulary_is_on_the_map_but_antarctica():
    countries = {term["id"] for term in load("places")["terms"] if term["type"] == "country"}
    world = atlas()
    assert countries - {"010"} == world.places.keys()
    for outline in world.places.values():
        assert PATH.fullmatch(outline.path)
        assert 0 <= outline.x <= world.width
        assert 0 <= outline.y <= world.height


@pytest.mark.parametrize(
    ("place", "east", "north"),
    [("404", 38, 0.5), ("254", -53, 4), ("732", -14, 24.5), ("804", 31.5, 49), ("XKX", 20.9, 42.6), ("840", -99, 40)],
)
def test_places_are_where_they_are(place, east, north):
    x, y = make.project(east, north)
    assert math.dist((x, y), (atlas().places[place].x, atlas().places[place].y)) < 30


def test_land_is_parted_by_codes_and_not_by_who_holds_it():
    places = atlas().places
    assert 1 == places["732"].path.count("M")
    assert places["732"].area > 800
    assert 1 == places["706"].path.count("M"), "no border inside Somalia"
    crimea = make.project(34.2, 45.2)
    assert _is_inside(crimea, places["804"].path)
    assert not _is_inside(crimea, places["643"].path)
    assert _is_inside(make.project(-15.5, 23), places["732"].path)
    assert not _is_inside(make.project(-15.5, 23), places["504"].path)


def _is_inside(point, path):
    x, y = point
    inside = False
    for ring in re.findall(r"M(\d+) (\d+)l([^z]*)z", path):
        points = [(int(ring[0]), int(ring[1]))]
        steps = [int(step) for step in re.findall(r"-?\d+", ring[2])]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def test_equal_areas_are_equal_on_the_map():
    def area(west, south, east, north, parts=20):
        side = [
            *((west + (east - west) * at / parts, south) for at in range(parts)),
            *((east, south + (north - south) * at / parts) for at in range(parts)),
            *((east - (east - west) * at / parts, north) for at in range(parts)),
            *((west, north - (north - south) * at / parts) for at in range(parts)),
        ]
        return make.area_of([make.project(*point) for point in side])

    def on_globe(south, north):
        return math.sin(math.radians(north)) - math.sin(math.radians(south))

    shares = [area(10, south, 40, south + 10) / on_globe(south, south + 10) for south in (-50, 0, 30, 70)]
    assert all(math.isclose(shares[0], share, rel_tol=0.005) for share in shares)


def test_an_island_on_the_cut_stays_in_one_piece():
    island = make.unfolded([(-167.8, 53.0), (-169.1, 53.0), (-169.1, 53.4), (-167.8, 53.0)])
    xs = [make.project(*point)[0] for point in island]
    assert max(xs) - min(xs) < 20


def test_what_is_left_out_of_a_line_hardly_shows():
    line = [(0.0, 0.0), (10.0, 0.1), (20.0, 0.0), (30.0, 25.0), (40.0, 0.0), (50.0, 0.0)]
    assert [(0.0, 0.0), (20.0, 0.0), (30.0, 25.0), (40.0, 0.0), (50.0, 0.0)] == make.thin(line, finest=3.0)
    assert line == make.thin(line, finest=0.0)


def test_the_maker_joins_what_belongs_together_and_parts_what_does_not(tmp_path):
    # A coast that two areas share at (0, 20): the north is 504; the south is parted by a wall, of which 732 has the east.
    arcs = [
        [[10, 28], [0, -8], [-8, 0]],  # 0: the wall, from the corner of the border to the sea
        [[2, 20], [0, 8], [0, 5], [8, 0], [0, -5]],  # 1: the coast and the other borders of 504
        [[10, 28], [5, 0], [0, -10], [-13, 0], [0, 2]],  # 2: the other borders of 732
        [[30, 0], [4, 0]],  # 3: between an area without number and the rest of 706
        [[34, 0], [0, 6], [-4, 0], [0, -6]],  # 4: 706 without it
        [[30, 0], [0, -6], [4, 0], [0, 6]],  # 5: the other borders of the area without number
    ]

    def area(rings, name, number=None):
        return {"type": "Polygon", "arcs": [rings], "properties": {"name": name}} | ({"id": number} if number else {})

    geometries = [
        area([0, 1], "Morocco", "504"),
        area([2, ~0], "W. Sahara", "732"),
        area([3, 4], "Somalia", "706"),
        area([~3, 5], "Somaliland"),
    ]
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": arcs,
        "objects": {"countries": {"geometries": geometries}},
    }
    (tmp_path / "in.json").write_text(json.dumps(topology))
    given = ["--source", "none", "--date", "2026-01-01", "--out", str(tmp_path / "out.json"), str(tmp_path / "in.json")]
    assert 0 == make.main(given)
    places = json.loads((tmp_path / "out.json").read_text())["places"]
    assert _is_inside(make.project(5, 24), places["732"]["path"])
    assert not _is_inside(make.project(5, 24), places["504"]["path"])
    assert _is_inside(make.project(5, 30), places["504"]["path"])
    assert 1 == places["706"]["path"].count("M")
    assert _is_inside(make.project(32, 3), places["706"]["path"])
    assert _is_inside(make.project(32, -3), places["706"]["path"])
    assert make.POINTS.keys() <= places.keys()
