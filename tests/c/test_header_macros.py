"""Macros of headers are followed as functions are."""

from __future__ import annotations

import pytest

from spapr_lint import check
from spapr_lint.tree import MemoryTree

SOURCE = """\
#include "hw/board.h"
void dt(SpaprMachineState *s, void *fdt, int node)
{
    uint32_t ranges[] = { 0, cpu_to_be32(%s) };
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", ranges, sizeof(ranges));
}
"""


def _rules(header: str, expression: str) -> list[str]:
    tree = MemoryTree(
        {
            "hw/ppc/a.c": (SOURCE % expression).encode(),
            "include/hw/board.h": b"typedef struct { int n; } SpaprMachineState;\n"
            + header.encode(),
        }
    )
    return [finding.rule for finding in check(["hw/ppc/a.c"], tree=tree).findings]


@pytest.mark.parametrize(
    ("header", "expression"),
    [
        ("#define BOUND(s) spapr_max_server_number(s)\n", "BOUND(s)"),
        ("#define INNER(m) spapr_max_server_number(m)\n#define OUTER(x) INNER(x)\n", "OUTER(s)"),
        ("#define TWICE(server) ((server) + 0)\n", "TWICE(spapr_max_server_number(s))"),
        ("#define BOUND spapr_max_server_number(s)\n", "BOUND"),
    ],
)
def test_a_number_comes_through_a_macro(header: str, expression: str) -> None:
    assert _rules(header, expression) == ["SPL101"]


@pytest.mark.parametrize(
    ("header", "expression"),
    [
        ("#define BOUND(s) 8\n", "BOUND(s)"),
        ("#define FIRST(a, b) (a)\n", "FIRST(4, spapr_max_server_number(s))"),
        ("#define OTHER(spapr_max_server_number) spapr_max_server_number\n", "OTHER(4)"),
    ],
)
def test_no_number_comes_through_a_macro_that_drops_it(header: str, expression: str) -> None:
    assert _rules(header, expression) == []
