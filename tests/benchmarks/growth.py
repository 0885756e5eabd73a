"""Programs of a shape and a size, for asking how time grows: see `bench_growth`.

Each maker gives the text of a module of about ``size`` lines (or items) in which a marked
value goes from ``source()`` to ``sink()``, through as much as the shape can have.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from spapr_lint import check
from spapr_lint.tree import MemoryTree

HEAD = "from recorder import choice, sink, source\n"
LEAST = 0.05  # seconds: what is quicker says nothing of how it grows


def chain(size: int) -> str:
    """Functions that hand a value on, one to the next."""
    calls = (f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(size))
    return "".join(calls) + f"def f{size}(x):\n    return x\nsink(f0(source()))\n"


def long_chain(size: int) -> str:
    """Variables that take a value from one to the next."""
    return "x0 = source()\n" + "".join(f"x{n + 1} = x{n}\n" for n in range(size)) + f"sink(x{size})"


def diamonds(size: int) -> str:
    """Branches that part and join, again and again."""
    part = "if choice():\n    x = f(x)\nelse:\n    y = x\n    x = y\n"
    return "def f(x):\n    return x\nx = source()\n" + part * size + "sink(x)\n"


def call_diamonds(size: int) -> str:
    """Functions that each call two others, which call the same two."""
    calls = (f"def f{n}(x):\n    return f{n + 1}(x) or f{n + 2}(x)\n" for n in range(size))
    ends = f"def f{size}(x):\n    return x\ndef f{size + 1}(x):\n    return 0\n"
    return "".join(calls) + ends + "sink(f0(source()))\n"


def recursion(size: int) -> str:
    """A recursion whose depth is a number."""
    return (
        "def down(n, x):\n    if n == 0:\n        return x\n    return down(n - 1, x)\n"
        f"sink(down({size}, source()))\n"
    )


def component(size: int) -> str:
    """Functions that all call one another in a ring, with short cuts."""
    lines = []
    for n in range(size):
        near, far = (n + 1) % size, (n * 7 + 3) % size
        lines.append(f"def f{n}(x):\n    if choice():\n        return f{near}(x)\n")
        lines.append(f"    if choice():\n        return f{far}(x)\n    return x\n")
    return "".join(lines) + "sink(f0(source()))\n"


def dispatch(size: int) -> str:
    """One call that may reach any of many classes' methods."""
    classes = (
        f"class C{n}(Base):\n    def m(self, x):\n        return {'x' if n % 2 else '0'}\n"
        for n in range(size)
    )
    made = ", ".join(f"C{n}()" for n in range(size))
    use = f"for c in [{made}]:\n    sink(c.m(source()))\n"
    return "class Base:\n    pass\n" + "".join(classes) + use


def table(size: int) -> str:
    """A table of functions, one of which is called."""
    functions = "".join(f"def f{n}(x):\n    return x\n" for n in range(size))
    listed = ", ".join(f"'k{n}': f{n}" for n in range(size))
    return functions + f"t = {{{listed}}}\nk = 'k%d' % int(choice())\nsink(t[k](source()))\n"


def literal(size: int) -> str:
    """One giant list and one giant dict."""
    listed = ", ".join(["0"] * size)
    keyed = ", ".join(f"{n}: 'v'" for n in range(size))
    return f"a = [{listed}, source()]\nd = {{{keyed}}}\nsink(a[-1])\nsink(d[7])\n"


def nested_literal(size: int) -> str:
    """Rows of a table as literals, as data in programs often is."""
    rows = "".join(f"    ({n}, 'name{n}', [{n}, {n + 1}]),\n" for n in range(size))
    return f"t = [\n{rows}    (0, source(), []),\n]\nfor n, name, rest in t:\n    sink(name)\n"


def long_function(size: int) -> str:
    """One function of very many statements."""
    body = "".join(f"    v{n % 50} = [x, {n}]\n    x = v{n % 50}[0]\n" for n in range(size // 2))
    return f"def f(x):\n{body}    return x\nsink(f(source()))\n"


def long_class(size: int) -> str:
    """One class of very many methods that write its fields."""
    methods = "".join(
        f"    def m{n}(self, x):\n        self.a{n} = x\n        return self.a{n}\n"
        for n in range(size)
    )
    return f"class C:\n{methods}c = C()\nsink(c.m{size - 1}(source()))\nsink(c.a0)\n"


def field_chain(size: int) -> str:
    """Methods that nobody calls, each of which reads the field that the next one writes."""
    methods = "".join(
        f"    def m{n}(self):\n        self.a{n} = self.a{n + 1} or {n}\n" for n in range(size)
    )
    ends = f"    def start(self):\n        self.a{size} = source()\n"
    return f"class C:\n{methods}{ends}    def end(self):\n        sink(self.a0)\n"


def loops(size: int) -> str:
    """Loops one after the other, each over what the one before filled."""
    part = "b = []\nfor i in a:\n    if choice():\n        b.append(i)\na = b\n"
    return "a = [source()]\n" + part * size + "for i in a:\n    sink(i)\n"


def nested_calls(size: int) -> str:
    """Sums and calls within one expression."""
    return f"x = {' + '.join(['source()'] * size)}\nsink(x)\n"


def globals_written(size: int) -> str:
    """Functions that all write one global and read another."""
    functions = "".join(
        f"def f{n}(x):\n    global g{n}\n    g{n} = x\n    return g{(n + 1) % size}\n"
        for n in range(size)
    )
    zero = "".join(f"g{n} = 0\n" for n in range(size))
    calls = "".join(f"f{n}(source())\n" for n in range(0, size, 2))
    return zero + functions + calls + "sink(g1)\nsink(g0)\n"


class Shape(NamedTuple):
    """A shape of program, with the largest size that the benchmark asks for."""

    make: Callable[[int], str]
    largest: int


SHAPES = (
    Shape(chain, 4000),
    Shape(long_chain, 10000),
    Shape(diamonds, 2000),
    Shape(call_diamonds, 2000),
    Shape(recursion, 4000),
    Shape(component, 5000),
    Shape(dispatch, 1000),
    Shape(table, 4000),
    Shape(literal, 50000),
    Shape(nested_literal, 10000),
    Shape(long_function, 10000),
    Shape(long_class, 4000),
    Shape(field_chain, 4000),
    Shape(loops, 1000),
    Shape(nested_calls, 4000),
    Shape(globals_written, 2000),
)


class Point(NamedTuple):
    """What one program cost: seconds of processor time; and whether a limit is in the ledger."""

    size: int
    seconds: float
    limited: bool
    findings: int


def measure(shape: Shape, size: int, pack: str) -> Point:
    """Check one program of a shape."""
    tree = MemoryTree({"grown.py": (HEAD + shape.make(size)).encode()})
    start = time.process_time()
    report = check(["grown.py"], packs=[pack], default_packs=False, cache=False, tree=tree, jobs=1)
    seconds = time.process_time() - start
    return Point(size, seconds, bool(report.ledger.limits_hit), len(report.findings))


def excess(points: Iterable[Point]) -> float:
    """By how much the time grows faster than n log n, from the first size that counts to the last.

    1 is exactly n log n; below is slower growth.
    """
    counted = [point for point in points if point.seconds >= LEAST]
    if len(counted) < 2:
        return 0.0
    first, last = counted[0], counted[-1]
    fair = last.size * math.log(last.size) / (first.size * math.log(first.size))
    return last.seconds / first.seconds / fair
