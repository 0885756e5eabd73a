"""Puts a run together: one program, one machine's worth of everything that it calls.

`Run` is what users of the runtime make; `program` makes the part that many runs share.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Final

from spapr_lint.runtime.board import Board
from spapr_lint.runtime.compiled import Kept
from spapr_lint.runtime.devices import Devices
from spapr_lint.runtime.devicetree import device_tree
from spapr_lint.runtime.errors import Faulted
from spapr_lint.runtime.helpers import helpers
from spapr_lint.runtime.kernel import Kernel
from spapr_lint.runtime.layout import Field, RecordType
from spapr_lint.runtime.libc import libc
from spapr_lint.runtime.link import STEPS, Link
from spapr_lint.runtime.memory import record
from spapr_lint.runtime.program import FLOATS, POINTER, Program, Source
from spapr_lint.runtime.properties import PROPERTY, Properties
from spapr_lint.runtime.qom import Qom
from spapr_lint.runtime.queues import queue_types, queues
from spapr_lint.runtime.reports import Reports
from spapr_lint.runtime.stubs import NO_OPS, trace_maker
from spapr_lint.runtime.types import INTEGERS, VOID, UnknownType

CONFIG: Final[Mapping[str, Any]] = {
    "CONFIG_KVM": True,
    "CONFIG_TCG": True,
    "CONFIG_LINUX": True,
    "CONFIG_SOFTMMU": True,
    "CONFIG_PSERIES": True,
    "TARGET_PPC64": True,
    "TARGET_PPC": True,
    "NEED_CPU_H": True,
    "CONFIG_USER_ONLY": False,
    "__linux__": True,
}

_TIME: Final = "sec min hour mday mon year wday yday isdst"


def program(
    source: Source, config: Mapping[str, Any] | None = None, kept: Kept | None = None
) -> Program:
    """What all runs of a tree share: its items, types and compiled code, which ``kept`` keeps."""
    native = {
        "void": VOID,
        **FLOATS,
        **queue_types(),
        "Property": PROPERTY,
        "VMStateField": record("VMStateField", [Field("name", POINTER)]),
        "CpuInstanceProperties": _cpu_properties(),
        "tm": record("tm", [Field(f"tm_{name}", INTEGERS["int"]) for name in _TIME.split()]),
        "Error": UnknownType("Error"),
        "FILE": UnknownType("FILE"),
    }
    made = Program(source, {**CONFIG, **(config or {})}, native, kept)
    constants = Link(made)
    constants.natives.update({**libc(constants), **helpers(constants)})
    made.evaluate = constants.evaluate
    return made


def _cpu_properties() -> RecordType:
    """``CpuInstanceProperties``, which QEMU generates from qapi/machine.json."""
    levels = ("node", "drawer", "book", "socket", "die", "cluster", "module", "core", "thread")
    fields = []
    for level in levels:
        fields.append(Field(f"has_{level}_id", INTEGERS["bool"]))
        fields.append(Field(f"{level}_id", INTEGERS["int64_t"]))
    return record("CpuInstanceProperties", fields)


class Run:
    """One run of a program: everything that C calls and the runtime gives.

    ``kvm`` is ``-accel kvm``.  ``steps`` bounds the run, see `spapr_lint.runtime.link.STEPS`.
    Raises nothing by itself; `Link.call` raises `Stopped`.
    """

    def __init__(self, shared: Program, *, kvm: bool = False, steps: int = STEPS) -> None:
        self.link = Link(shared, steps)
        links = shared.source.links
        home = links[0] if links else ""
        self.reports = Reports(self.link)
        self.link.own.update(self.reports.own())
        self.qom = Qom(self.link, home)
        self.properties = Properties(self.link, self.qom, self.reports)
        self.devices = Devices(self.link, self.qom, self.properties, self.reports)
        self.kernel = Kernel(self.link, self.qom, self.reports, kvm)
        self.board = Board(self.link, self.qom, self.devices, self.kernel, self.reports)
        natives = self.link.natives
        natives.update(libc(self.link))
        natives.update(helpers(self.link))
        natives.update(queues())
        natives.update(device_tree(self.link))
        for part in (
            self.reports,
            self.qom,
            self.properties,
            self.devices,
            self.kernel,
            self.board,
        ):
            natives.update(part.names())
        natives.update({name: self.link.stub(name, value) for name, value in NO_OPS.items()})
        self.link.makers.append(trace_maker(self.link))

    def start(self) -> None:
        """Register the types of all linked files."""
        self.link.run(self._register)

    def _register(self) -> None:
        shared = self.link.program
        for path in shared.source.links:
            for item in shared.module(path).calls:
                if item.name in ("type_init", "DEFINE_TYPES") and shared.active(item):
                    call = item.node
                    assert isinstance(call, ast.Expr)
                    self.link.evaluate(path, call.value)

    def call(self, name: str, *given: Any) -> Any:
        """Call a C function of the program by name, wherever it is, static or not."""
        for path in self.link.program.source.links:
            if name in self.link.program.module(path).items:
                return self.link.call(name, *given, path=path)
        raise Faulted(f"the program has no function {name}()")
