"""The call graph against PyCG's micro-benchmark, where its checkout can be had."""

from __future__ import annotations

import os
from pathlib import Path

import pycg_benchmark
import pytest

CHECKOUT = os.environ.get("SPAPR_LINT_PYCG", "")
SNIPPETS = 119
WITHOUT_SURPLUS = 113  # PyCG itself: 113
WITHOUT_MISSING = 115  # PyCG itself: 109


def test_edges_of_a_graph() -> None:
    graph = {"main": ["main.f", "<builtin>.len"], "main.f": []}
    assert pycg_benchmark.edges(graph) == {("main", "main.f"), ("main", "<builtin>.len")}


@pytest.mark.skipif(not CHECKOUT, reason="SPAPR_LINT_PYCG names no checkout of vitsalis/PyCG")
def test_benchmark() -> None:
    results = [pycg_benchmark.compare(s) for s in pycg_benchmark.snippets(Path(CHECKOUT))]
    surplus = {result.name: sorted(result.surplus) for result in results if result.surplus}
    missing = {result.name: sorted(result.missing) for result in results if result.missing}
    assert len(results) == SNIPPETS
    assert len(results) - len(surplus) >= WITHOUT_SURPLUS, surplus
    assert len(results) - len(missing) >= WITHOUT_MISSING, missing


SOURCE = """
def outer(f):
    return lambda x: f(x)

class A:
    def __init__(self):
        self.text = "a".upper()

class B(A):
    @staticmethod
    def run():
        return (lambda: 1)() + (lambda: len("a"))()

outer(len)(B().text)
B.run()
try:
    raise ValueError
except ValueError:
    raise KeyError("k")
"""


def test_names(tmp_path: Path) -> None:
    """Lambdas are numbered by scope, inherited constructors stand where they are written."""
    from spapr_lint.callgraphs import callgraph

    (tmp_path / "main.py").write_text(SOURCE)
    graph = callgraph([str(tmp_path / "main.py")], str(tmp_path))
    called = {name: callees for name, callees in graph.items() if callees}
    assert called == {
        "main": [
            "<builtin>.KeyError",
            "main.A.__init__",
            "main.B.run",
            "main.outer",
            "main.outer.<lambda1>",
        ],
        "main.A.__init__": ["<**PyStr**>.upper"],
        "main.B.run": ["main.B.run.<lambda1>", "main.B.run.<lambda2>"],
        "main.B.run.<lambda2>": ["<builtin>.len"],
        "main.outer.<lambda1>": ["<builtin>.len"],
    }


OUTSIDE = """
from ext import Client, Base, make

class Own(Base):
    def run(self):
        self.inherited()

def apply(f):
    return f()

client = Client()
apply(client.fetch)
client.session().get("x")
Own().run()
map([1], apply)
"""


def test_what_comes_from_outside_keeps_its_dotted_name(tmp_path: Path) -> None:
    from spapr_lint.callgraphs import callgraph

    (tmp_path / "main.py").write_text(OUTSIDE)
    graph = callgraph([str(tmp_path / "main.py")], str(tmp_path))
    called = {name: callees for name, callees in graph.items() if callees}
    assert called == {
        "main": [
            "<builtin>.map",
            "ext.Base.__init__",
            "ext.Client",
            "ext.Client.session",
            "ext.Client.session.get",
            "main.Own.run",
            "main.apply",
        ],
        "main.Own.run": ["ext.Base.inherited"],
        "main.apply": ["ext.Client.fetch"],
    }


ITERATOR = """
class Count:
    def __init__(self, last):
        self.last = last
        self.at = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at < self.last:
            self.at += 1
            return self.at
        raise stop()

def stop():
    return StopIteration()

for i in Count(100):
    pass
"""


def test_an_iterator_longer_than_what_is_followed_still_ends(tmp_path: Path) -> None:
    from spapr_lint.callgraphs import callgraph

    (tmp_path / "main.py").write_text(ITERATOR)
    graph = callgraph([str(tmp_path / "main.py")], str(tmp_path))
    assert graph["main.Count.__next__"] == ["main.stop"]


def test_names_count_from_the_root_though_it_is_a_package(tmp_path: Path) -> None:
    from spapr_lint.callgraphs import callgraph

    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "main.py").write_text("from inner import f\nf()\n")
    (tmp_path / "inner.py").write_text("def f(): pass\n")
    files = [str(path) for path in tmp_path.glob("*.py")]
    assert callgraph(files, str(tmp_path))["main"] == ["inner.f"]
