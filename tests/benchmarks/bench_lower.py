"""What the Python front end costs, against the bare parse that nobody can avoid.

Run it: ``python tests/benchmarks/bench_lower.py [STEP]``.  Every variant is timed on every
STEP-th file of the standard library, in changing order, in one run; a line gives
the median over the files of the ratio to `libcst.parse_module` with the garbage
collector off, and the ratio of the sums.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import libcst

from spapr_lint.python import decode, lower, positions
from spapr_lint.python.front import accelerator, builtin_proved, lower_exact, lower_standard
from spapr_lint.python.prepare import prepare
from spapr_lint.python.words import WordScanner

# What is promised: the median ratio may not be larger.
LIMITS = {"lower, libcst's nodes": 1.10, "lower, light nodes": 0.85, "lower": 0.30}
WORDS = frozenset(
    {"nr_servers", "lisn", "ibm,xive-lisn-ranges", *(f"spapr_{n}" for n in range(300))}
)
ROUNDS = 3


def texts(step: int) -> list[str]:
    """Every ``step``-th file of the standard library, without its tests."""
    root = Path(sysconfig.get_paths()["stdlib"])
    paths = [
        path
        for path in sorted(root.rglob("*.py"))
        if not {"test", "tests", "lib2to3", "site-packages"} & set(path.relative_to(root).parts)
    ]
    return [decode(path.read_bytes()) for path in paths[::step]]


def variants() -> dict[str, Callable[[str], object]]:
    """What is timed, by name; the first is the measure of the others."""
    scanner = WordScanner(WORDS)
    return {
        "libcst.parse_module": libcst.parse_module,
        "lower, libcst's nodes": lower_standard,
        "lower, light nodes": lower_exact,
        "lower": lower,
        "positions of one site": lambda text: positions(text, [0]),
        "prepare": prepare,
        "words": lambda text: scanner.matches(text.encode()),
        "identifiers": lambda text: scanner.identifiers(text.encode()),
    }


def measure(contents: list[str]) -> dict[str, list[float]]:
    """Seconds of processor time for each variant and text, the best of some rounds."""
    timed = variants()
    order = list(timed)
    result: dict[str, list[float]] = {name: [] for name in order}
    for text in contents:
        best = dict.fromkeys(order, float("inf"))
        for _ in range(ROUNDS):
            random.shuffle(order)
            for name in order:
                start = time.process_time()
                made = timed[name](text)
                del made
                best[name] = min(best[name], time.process_time() - start)
        for name, seconds in best.items():
            result[name].append(seconds)
    return result


def main(step: int) -> int:
    """Print the table; 1 if a promise is not kept."""
    contents = [text for text in texts(step) if len(text) > 1000]
    size = sum(map(len, contents))
    assert accelerator() is not None, "the light nodes are not in use"
    assert builtin_proved(), "the running Python's parser is not in use"
    gc.disable()
    result = measure(contents)
    base = next(iter(result.values()))
    print(f"{len(contents)} files, {sum(text.count(chr(10)) for text in contents):,} lines")
    kept = True
    for name, seconds in result.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, base, strict=True))
        limit = LIMITS.get(name)
        broken = limit is not None and ratio > limit
        kept = kept and not broken
        note = f"  (limit {limit:.2f}{', BROKEN' if broken else ''})" if limit else ""
        speed = size / sum(seconds) / 1e6
        print(
            f"{name:24} ratio {ratio:6.3f}  of sums {sum(seconds) / sum(base):6.3f}"
            f"  {speed:7.2f} MB/s{note}"
        )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6))
