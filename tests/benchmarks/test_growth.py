"""Time grows no faster than n log n, in short; `bench_growth` measures it at full size."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import bench_growth
from growth import SHAPES, Point, Shape, excess, measure

TRIES = 3  # of which the quickest counts: machines are shared
ALLOWED = 3.0  # times n log n; what is quadratic has 8 or more from a tenth on


def quickest(shape: Shape, size: int) -> Point:
    points = [measure(shape, size, str(bench_growth.PACK)) for _ in range(TRIES)]
    return min(points, key=lambda point: point.seconds)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.make.__name__)
def test_growth(shape: Shape) -> None:
    small, large = quickest(shape, shape.largest // 160), quickest(shape, shape.largest // 16)
    assert excess([small._replace(seconds=max(small.seconds, 0.05)), large]) < ALLOWED


def test_faster_growth_is_noticed() -> None:
    square = [Point(size, size * size / 1e4, False, 1) for size in (100, 1000)]
    assert excess(square) > ALLOWED
    assert excess([Point(100, 1.0, False, 1), Point(1000, 11.0, False, 1)]) < ALLOWED


def test_the_plot_is_a_picture() -> None:
    points = [Point(10, 0.1, False, 1), Point(100, 1.3, False, 1)]
    text = bench_growth.plot({"chain": points, "loops": points})
    assert len(ElementTree.fromstring(text).findall("{*}polyline")) == 3
