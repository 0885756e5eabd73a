"""How time grows with a program's size, shape by shape: a table, and a plot as SVG.

Usage: python tests/benchmarks/bench_growth.py [--plot growth.svg] [--share 1.0] [SHAPE…]

Time may grow as n log n, or a limit bites and stands in the ledger.  Processor time of one
process, without a cache; ``--share`` makes all sizes smaller.  Exit code 1 where it grows faster.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from growth import SHAPES, Point, excess, measure  # noqa: E402 -- found by the line above

PACK = Path(__file__).resolve().parents[1] / "truth" / "packs" / "copies.toml"
PARTS = (8, 4, 2, 1)  # of the largest size
ALLOWED = 1.6  # times n log n: noise of a shared machine
WIDTH, HEIGHT, EDGE = 900, 620, 60


def main() -> int:
    """Measures, prints and plots; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", type=Path, default=Path("growth.svg"))
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("shapes", nargs="*")
    options = parser.parse_args()
    measured: dict[str, list[Point]] = {}
    worst = 0.0
    measure(SHAPES[0], 10, str(PACK))  # imports and tables are no growth
    print(f"{'shape':16} " + " ".join(f"{'size   s':>14}" for _ in PARTS) + "   /n log n")
    for shape in SHAPES:
        name = shape.make.__name__
        if options.shapes and name not in options.shapes:
            continue
        sizes = [max(8, int(shape.largest * options.share) // part) for part in PARTS]
        points = [measure(shape, size, str(PACK)) for size in sizes]
        measured[name] = points
        over = excess(points)
        limited = points[-1].limited
        worst = max(worst, 0.0 if limited and points[-1].seconds < 30 else over)
        cells = " ".join(f"{point.size:7}{point.seconds:7.2f}" for point in points)
        print(f"{name:16} {cells}   {over:6.2f}{'  limit told' if limited else ''}", flush=True)
    options.plot.write_text(plot(measured))
    print(f"worst {worst:.2f} x n log n (at most {ALLOWED}); plot in {options.plot}")
    return int(worst > ALLOWED)


def plot(measured: Mapping[str, Sequence[Point]]) -> str:
    """Time over size as a picture, both on scales of powers of ten; n log n is dashed."""
    sizes = [point.size for points in measured.values() for point in points]
    times = [max(point.seconds, 1e-3) for points in measured.values() for point in points]
    left, right = math.log10(min(sizes)), math.log10(max(sizes))
    low, high = math.log10(min(times)), math.log10(max(times))

    def place(size: float, seconds: float) -> str:
        x = EDGE + (math.log10(size) - left) / (right - left or 1) * (WIDTH - 3 * EDGE)
        y = (math.log10(max(seconds, 1e-3)) - low) / (high - low or 1) * (HEIGHT - 2 * EDGE)
        return f"{x:.1f},{HEIGHT - EDGE - y:.1f}"

    first, last = min(sizes), max(sizes)
    fair = [(n, min(times) * n * math.log(n) / (first * math.log(first))) for n in (first, last)]
    shown = [f'<polyline points="{" ".join(place(*each) for each in fair)}" {_pen("#999", True)}/>']
    for number, (name, points) in enumerate(measured.items()):
        colour = f"hsl({number * 360 // len(measured)},70%,40%)"
        line = " ".join(place(point.size, point.seconds) for point in points)
        shown.append(f'<polyline points="{line}" {_pen(colour)}/>')
        x, y = line.rpartition(" ")[2].split(",")
        shown.append(f'<text x="{float(x) + 4:.1f}" y="{y}" fill="{colour}">{name}</text>')
    for power in range(math.ceil(left), math.floor(right) + 1):
        x, _ = place(10**power, 1).split(",")
        shown.append(f'<text x="{x}" y="{HEIGHT - EDGE / 2}">{10**power}</text>')
    for power in range(math.ceil(low), math.floor(high) + 1):
        _, y = place(1, 10.0**power).split(",")
        shown.append(f'<text x="4" y="{y}">{10.0**power:g} s</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
    return head + 'font-family="sans-serif" font-size="11">\n' + "\n".join(shown) + "\n</svg>\n"


def _pen(colour: str, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="6 4"' if dashed else ""
    return f'fill="none" stroke="{colour}" stroke-width="1.5"{dashes}'


if __name__ == "__main__":
    sys.exit(main())
