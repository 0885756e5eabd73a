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
    pytest.importorskip("spapr_lint.check")
    results = [pycg_benchmark.compare(s) for s in pycg_benchmark.snippets(Path(CHECKOUT))]
    surplus = {result.name: sorted(result.surplus) for result in results if result.surplus}
    missing = {result.name: sorted(result.missing) for result in results if result.missing}
    assert len(results) == SNIPPETS
    assert len(results) - len(surplus) >= WITHOUT_SURPLUS, surplus
    assert len(results) - len(missing) >= WITHOUT_MISSING, missing
