"""Which C is read beside what is checked: its folder's, and that of whoever may call it."""

from __future__ import annotations

from spapr_lint import check
from spapr_lint.tree import MemoryTree

CALLED = """\
#include "hw/ppc/spapr_irq.h"

void spapr_xive_dt(SpaprInterruptController *intc, uint32_t nr, void *fdt, int node)
{
    uint32_t ranges[] = {
        cpu_to_be32(0),
        cpu_to_be32(nr),
    };

    _FDT(fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", ranges, sizeof(ranges)));
}
"""
CALLER = """\
#include "hw/ppc/spapr_irq.h"

void spapr_dt(SpaprMachineState *spapr, void *fdt, int node)
{
    spapr_xive_dt(NULL, spapr_max_server_number(spapr), fdt, node);
}
"""
HEADER = "void spapr_xive_dt(SpaprInterruptController *intc, uint32_t nr, void *fdt, int node);\n"
FILES = {
    "include/hw/ppc/spapr_irq.h": HEADER,
    "hw/intc/called.c": CALLED,
    "hw/ppc/caller.c": CALLER,
}


def _found(files: dict[str, str], *paths: str) -> list[tuple[str, str]]:
    tree = MemoryTree({name: text.encode() for name, text in files.items()})
    return [(f.path, f.rule) for f in check(paths, tree=tree, cache=False).findings]


def test_a_caller_in_the_folder_of_the_header_is_read() -> None:
    assert ("hw/intc/called.c", "SPL101") in _found(FILES, "hw/intc/called.c")
    assert _found(FILES, "hw/intc/called.c") == _found(FILES, ".")


def test_a_header_that_declares_none_of_it_leads_nowhere() -> None:
    files = {**FILES, "include/hw/ppc/spapr_irq.h": "void other(void);\n"}
    assert ("hw/intc/called.c", "SPL101") not in _found(files, "hw/intc/called.c")
    files = {**FILES, "hw/intc/called.c": CALLED.replace("void spapr", "static void spapr", 1)}
    assert ("hw/intc/called.c", "SPL101") not in _found(files, "hw/intc/called.c")
