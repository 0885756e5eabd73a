"""One test for each row of the mapping from C to Python; the rows are in mapping.txt."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import libcst
import pytest

from spapr_lint.c import Translated


class Row(NamedTuple):
    name: str
    c: str
    python: str
    missing: tuple[str, ...]


def rows() -> dict[str, Row]:
    text = (Path(__file__).parent / "mapping.txt").read_text()
    found = {}
    for section in re.split(r"(?m)^=== ", text)[1:]:
        name, _, rest = section.partition("\n")
        c, _, answer = rest.partition("\n---")
        python = "\n".join(line for line in answer.split("\n") if not line.startswith("!! "))
        missing = tuple(re.findall(r"(?m)^!! (.*)$", answer))
        found[name] = Row(name, c, python.strip("\n"), missing)
    return found


ROWS = rows()
HEADER = ROWS.pop("header").c


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str, c: Callable[..., Translated]) -> None:
    row = ROWS[name]
    made = c('#include "demo.h"\n' + row.c, {"include/demo.h": HEADER})
    text = made.text.replace('# #include "demo.h"\n', "").strip("\n")
    assert text == row.python
    assert tuple(f"{line - 1}: {what}" for line, what in made.untranslated) == row.missing


@pytest.mark.parametrize("name", ROWS)
def test_row_is_python(name: str, c: Callable[..., Translated]) -> None:
    made = c('#include "demo.h"\n' + ROWS[name].c, {"include/demo.h": HEADER})
    ast.parse(made.text)
    libcst.parse_module(made.text)
    assert len(made.lines) == made.text.count("\n")
    assert all(1 <= line <= ROWS[name].c.count("\n") + 3 for line in made.lines)


def test_there_are_enough_rows() -> None:
    assert len(ROWS) >= 80
