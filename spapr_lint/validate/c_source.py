"""A QEMU tree as the runtime wants it: translated files by path, names by the files that have them.

The runtime imports nothing of the C front end; this is the door between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from spapr_lint.c import Declarations, Unit, declarations, decode, parse, translate
from spapr_lint.c.index import maker
from spapr_lint.cache import Cache, digest
from spapr_lint.translated import outlines
from spapr_lint.tree import Tree

LINKS: Final = (
    "hw/ppc/spapr.c",
    "hw/ppc/spapr_irq.c",
    "hw/ppc/spapr_events.c",
    "hw/ppc/spapr_cpu_core.c",
    "hw/ppc/spapr_ovec.c",
    "hw/ppc/spapr_drc.c",
    "hw/intc/spapr_xive.c",
    "hw/intc/spapr_xive_kvm.c",
    "hw/intc/xive.c",
    "hw/intc/xics.c",
    "hw/intc/xics_spapr.c",
    "hw/intc/xics_kvm.c",
    "hw/ppc/fdt.c",
    "hw/cpu/core.c",
    "target/ppc/compat.c",
)
# What else the linked files are compiled with, though none of them says so itself.
_HEADERS: Final = b"""
#include "cpu.h"
#include "target/ppc/cpu.h"
#include "target/ppc/cpu-qom.h"
#include "target/ppc/mmu-hash64.h"
#include "hw/core/cpu.h"
#include "hw/cpu/core.h"
#include "hw/boards.h"
#include "hw/hotplug.h"
#include "hw/resettable.h"
#include "migration/vmstate.h"
#include "hw/vmstate-if.h"
#include "hw/sysbus.h"
#include "linux/kvm.h"
#include "asm/kvm.h"
"""
_FORWARD: Final = re.compile(r"^\s*typedef\s+(?:struct|union)\s+\w+\s+(\w+)\s*;", re.M)


class CSource:
    """The files of ``links`` that the tree has, and every header that they reach.

    ``cache`` keeps outlines and translations by what they were made from.
    """

    def __init__(
        self,
        tree: Tree,
        links: Sequence[str] = LINKS,
        cache: Cache | None = None,
    ) -> None:
        self.tree = tree
        self.cache = cache or Cache(None)
        there = [(path, tree.read(path)) for path in links if tree.exists(path)]
        self.units: dict[str, Unit] = {
            unit.path: unit for unit in outlines(there, self.cache, jobs=1)
        }
        more = parse("hw/ppc/spapr-lint-all.c", _HEADERS)
        self.declared: Declarations = declarations(tree, [*self.units.values(), more], cache=cache)
        self.homes: dict[str, list[str]] = {}
        self.statics: dict[str, frozenset[str]] = {}
        self._named: frozenset[str] | None = None
        self._index()

    def _index(self) -> None:
        for path, unit in self.units.items():
            if path.endswith(".c"):
                self.statics[path] = frozenset(f.name for f in unit.functions if f.static)
            self._add(path, unit.facts)
        for path, facts in self.declared.headers.items():
            self._add(path, facts)

    def _add(self, path: str, facts: Any) -> None:
        tables = (facts.records, facts.typedefs, facts.macros, facts.constants)
        for table in tables:
            for name in table:
                self.homes.setdefault(name, []).append(path)
        for name in facts.owned:
            places = self.homes.setdefault(name, [])
            if path not in places:
                places.append(path)

    @property
    def links(self) -> Sequence[str]:
        return tuple(self.units)

    @property
    def casts(self) -> Mapping[str, str]:
        return self.declared.casts

    def text(self, path: str) -> tuple[str, Sequence[int]]:
        unit = self.units.get(path)
        raw = unit.raw if unit is not None else self.tree.read(path)
        key = digest("c-run", maker(), path, raw)
        known = self.cache.get(key)
        if known is not None and self.declared.signature(known[0]) == known[1]:
            return known[2], known[3]
        if unit is None:
            unit = self.units[path] = parse(path, raw)
        made = translate(unit, self.declared)
        signature = self.declared.signature(made.asked)
        self.cache.put(key, (made.asked, signature, made.text, made.lines))
        return made.text, made.lines

    def line(self, path: str, number: int) -> str:
        rows = decode(self.tree.read(path)).split("\n")
        return rows[number - 1].strip() if 0 < number <= len(rows) else ""

    def places(self, name: str) -> Sequence[str]:
        found: Sequence[str] = self.homes.get(name, ())
        return found

    def is_static(self, path: str, name: str) -> bool:
        return name in self.statics.get(path, ())

    def alias(self, name: str) -> str:
        # OBJECT_DECLARE_CPU_TYPE declares the first as another name of the second
        return "ArchCPU" if name == "PowerPCCPU" and "ArchCPU" in self.homes else ""

    def is_typedef(self, name: str) -> bool:
        return name in self.declared.types or bool(self.alias(name)) or name in self._forward()

    def _forward(self) -> frozenset[str]:
        """Types that are named and not defined: interfaces, what other subsystems keep private."""
        if self._named is None:
            found: set[str] = set()
            for path in self.declared.headers:
                found.update(_FORWARD.findall(decode(self.tree.read(path))))
            self._named = frozenset(found)
        return self._named

    def is_macro(self, name: str) -> bool:
        return name in self.declared.macros

    def is_declared(self, name: str) -> bool:
        return name in self.declared.prototypes
