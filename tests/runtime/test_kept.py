"""What is kept between runs: the same results, and nothing that means something else today."""

from __future__ import annotations

from pathlib import Path

import pytest

from spapr_lint.cache import Cache
from spapr_lint.runtime.program import Program
from spapr_lint.runtime.run import Run, program
from spapr_lint.tree import MemoryTree
from spapr_lint.validate import c_source
from spapr_lint.validate.c_source import CSource

TEXT = """
#include "demo.h"
static const char *const names[] = { "a", "bc" };
width_t f(width_t n)
{
    struct Inner { uint8_t low; int high; } inner = { .low = n, .high = names[1][1] };
    return inner.low + inner.high + n;
}
"""
HEADER = "typedef uint16_t width_t;\n"


def made(store: Cache, header: str = HEADER, text: str = TEXT) -> Program:
    tree = MemoryTree({"hw/demo.c": text.encode(), "include/demo.h": header.encode()})
    return program(CSource(tree, ("hw/demo.c",), store), kept=store)


def result(shared: Program) -> int:
    value = Run(shared).call("f", 0x1234)
    shared.keep()
    return int(value)


def test_a_second_run_translates_and_compiles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Cache(str(tmp_path))
    first = result(made(store))
    assert first == 0x1234 + 0x34 + ord("c")

    def not_again(*_given: object) -> None:
        raise AssertionError("it was kept")

    monkeypatch.setattr(c_source, "translate", not_again)
    monkeypatch.setattr(Program, "_compiled", not_again)
    again = made(Cache(str(tmp_path)))
    assert result(again) == first
    with pytest.raises(AssertionError, match="it was kept"):
        result(made(Cache(str(tmp_path)), text=TEXT + "\n"))


def test_a_type_that_changed_in_a_header_counts(tmp_path: Path) -> None:
    store = Cache(str(tmp_path))
    result(made(store))
    narrow = result(made(store, HEADER.replace("16", "8")))
    assert narrow == (0x34 + 0x34 + ord("c")) & 0xFF
    assert result(made(store)) == 0x1234 + 0x34 + ord("c")


def test_nothing_is_written_without_a_place() -> None:
    assert result(made(Cache(None))) == 0x1234 + 0x34 + ord("c")
