"""Positions against libcst's own provider, and against what a person would point at."""

from __future__ import annotations

from pathlib import Path

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from spapr_lint import ir
from spapr_lint.python import Position, decode, lower, positions
from spapr_lint.python.front import parse
from spapr_lint.python.positions import _nodes_of
from spapr_lint.python.probe import PROBE
from tests.python.helpers import corpus, module_nodes, sites


def _by_provider(text: str, wanted: list[int]) -> dict[int, Position]:
    wrapper = MetadataWrapper(parse(text), unsafe_skip_copy=True)
    ranges = wrapper.resolve(PositionProvider)
    found = {}
    for site, node in _nodes_of(wrapper.module, frozenset(wanted)).items():
        one = ranges[node]
        found[site] = Position(
            one.start.line, one.start.column + 1, one.end.line, one.end.column + 1
        )
    return found


@pytest.mark.parametrize("path", corpus(60, 7), ids=lambda path: path.stem)
def test_positions_are_those_of_the_provider(path: Path) -> None:
    text = decode(path.read_bytes())
    wanted = sites(lower(text))
    found = positions(text, wanted)
    assert found == _by_provider(text, wanted)
    assert set(found) == set(wanted)


def test_positions_of_every_kind_of_node() -> None:
    wanted = sites(lower(PROBE))
    found = positions(PROBE, wanted)
    assert found == _by_provider(PROBE, wanted)
    assert set(found) == set(wanted)


def _shown(text: str, position: Position) -> str:
    lines = text.split("\n")
    assert position.line == position.end_line
    return lines[position.line - 1][position.column - 1 : position.end_column - 1]


def test_what_a_person_would_point_at() -> None:
    text = "@d\ndef föö(ä, *b):\n\treturn (x.y(ä)[1])  # é\nk = lambda: 0\n"
    module = lower(text)
    function, other = module.functions
    wanted = {node[-1]: node[0] for node in module_nodes(module)}
    found = positions(text, sites(module))
    shown = {
        wanted[site]: _shown(text, found[site]) for site in wanted if wanted[site] != ir.DEFINE
    }
    assert shown[ir.CALL] == "x.y(ä)"
    assert shown[ir.ATTR] == "x.y"
    assert shown[ir.ITEM] == "x.y(ä)[1]"
    assert shown[ir.ASSIGN] == "k = lambda: 0"
    assert shown[ir.FUNCTION] == "lambda: 0"
    assert _shown(text, found[function.site]) == "föö"
    assert [_shown(text, found[one.site]) for one in function.parameters] == ["ä", "b"]
    assert _shown(text, found[other.site]) == "lambda: 0"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark(newline: str, mark: str) -> None:
    text = mark + newline.join(["if a:", "    b(c)", "else:", "\td(e)", ""])
    module = lower(text)
    calls = [node[-1] for node in module_nodes(module) if node[0] == ir.CALL]
    found = positions(text, calls)
    assert [found[site] for site in calls] == [Position(2, 5, 2, 9), Position(4, 2, 4, 6)]


def test_only_what_is_asked_for() -> None:
    assert positions("a = b\n", []) == {}
    assert list(positions("a = b\n", [0, 999])) == [0]
    assert libcst is not None
