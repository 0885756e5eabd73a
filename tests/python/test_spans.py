"""Places that the running Python's parser tells: those of libcst, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spapr_lint.python import Position, decode, lower, positions
from spapr_lint.python.builtin import parse
from spapr_lint.python.chunks import _chunks, positions_within
from spapr_lint.python.front import annotation
from spapr_lint.python.probe import BUILTIN_PROBE
from spapr_lint.python.source import Source, Unreadable
from spapr_lint.python.spans import spans
from tests.python.helpers import corpus

ODD = """\
x = (a, b), (c), (d,)
y = (a), (b)
z = ((a), (b))
f(*a, *(b, c), **d)[e, f:g](h for h in i)
e[(f, g)] = e[(f), g] = e[f, (g)] = e[(f), (g)] = e[f,]
class A(*b, c=d): pass
if a: pass
elif b: pass
elif c: pass
else: pass
j = 1 + 2 + 3 - (4) if (yield) else lambda é, *ü: (é, ü)
async \\
  def n(o: (int), p=(1)): return o
t = (
    a,
    b,
)
"""


def _served(text: str) -> tuple[int, int]:
    """How many statements the quick way serves, of how many; all that it says is compared."""
    module = lower(text)
    expected = positions(text, range(module.sites))
    chunks = _chunks(text, [statement[-1] for statement in module.body])
    assert chunks is not None
    source = Source(text, annotation)
    served = 0
    for chunk in chunks:
        sites = range(chunk.first, chunk.last + 1)
        try:
            near = spans(source, chunk.statements, frozenset(s - chunk.first for s in sites))
        except Unreadable:
            continue
        served += 1
        found = {site + chunk.first: Position(*span) for site, span in near.items()}
        assert found == {site: expected[site] for site in found}
        assert len(found) * 2 > len(sites)
    return served, len(chunks)


@pytest.mark.parametrize("path", corpus(40, 11), ids=lambda path: path.stem)
def test_places_are_those_of_libcst(path: Path) -> None:
    _served(decode(path.read_bytes()))


@pytest.mark.parametrize("text", [ODD, BUILTIN_PROBE], ids=["odd", "probe"])
def test_places_of_every_kind_of_node(text: str) -> None:
    served, _ = _served(text)
    assert served > 2


def test_most_statements_need_no_libcst() -> None:
    counts = [_served(decode(path.read_bytes())) for path in corpus(200, 5)]
    assert sum(served for served, _ in counts) > 0.8 * sum(of for _, of in counts)


def test_every_statement_alone_is_found_within_the_whole() -> None:
    module = lower(ODD)
    tops = [statement[-1] for statement in module.body]
    sites = range(module.sites)
    assert positions_within(ODD, sites, tops) == positions(ODD, sites)
    for site in sites:
        assert positions_within(ODD, [site], tops) == positions(ODD, [site])


def test_libcst_is_not_asked_where_it_is_not_needed() -> None:
    code = (
        "import sys\n"
        "from spapr_lint.python.chunks import positions_within\n"
        "print(positions_within('a = b(c)\\n', [0, 1], [3]), 'libcst' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith(" False\n")


def test_parse_reads_what_is_compared() -> None:
    assert len(parse(ODD).body) == len(lower(ODD).body)
