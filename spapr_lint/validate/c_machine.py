"""A pseries machine built by a QEMU tree's own C, translated: its interrupts, CPUs and tree.

The steps are those of spapr_machine_init() that interrupts depend on, in its order; what lies
between them (memory, firmware, PCI, VIO) is not run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from spapr_lint.model.constants import KVM_MAX_VCPUS
from spapr_lint.runtime.check import field_name
from spapr_lint.runtime.devicetree import DeviceTree, Node
from spapr_lint.runtime.errors import Exited, Faulted
from spapr_lint.runtime.kernel import cpu_record
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Ref, find, root
from spapr_lint.runtime.program import Program
from spapr_lint.runtime.run import Run
from spapr_lint.validate.grid import Point

PHANDLE: Final = 0x1111
CPU_TYPE: Final = "power9_v2.0-powerpc64-cpu"
_VERSION = re.compile(r"pseries-(\d+)\.(\d+)-machine\Z")


class Facts(NamedTuple):
    """What a machine shows: ids of its vCPUs, claimed LISNs, the size of the END table."""

    vcpu_ids: tuple[int, ...]
    claimed: frozenset[int] | None
    nr_ends: int | None
    nr_servers: int


def machine_type(run: Run, wanted: str) -> str:
    """The QOM type of ``pseries`` (the newest) or ``pseries-7.2``.  Raises `Exited`."""
    if wanted != "pseries":
        name = f"{wanted}-machine"
        if not run.qom.known(name):
            raise Exited(f"unsupported machine type\nUse -machine help: {wanted}")
        return name
    found = [(m, name) for name in run.qom.infos if (m := _VERSION.fullmatch(name))]
    if not found:
        raise Faulted("the tree has no pseries machine")
    return max(found, key=lambda pair: tuple(map(int, pair[0].groups())))[1]


class CMachine:
    """One machine.  Raises `spapr_lint.runtime.errors.Stopped` as the C stops.

    ``cores`` are plugged before it starts, as ``-device`` does, in this order.  ``base`` is how
    many of the devices' sections of migration come before the machine's own.
    """

    def __init__(self, program: Program, point: Point, cores: Sequence[int] = ()) -> None:
        self.point = point
        self.plugged: list[int] = []
        self.base = 0
        self.run = Run(program, kvm=point.kvm)
        self.run.start()
        self.fatal = self.run.link.natives["error_fatal"]
        self.link = self.run.link
        self.machine: Any = None
        self.ms: Any = None
        self.spapr: Any = None
        self.link.run(self._new)
        self.link.run(self._init)
        for core_id in cores:
            self.plug(core_id, hot=False)
        self.reset()

    def _new(self) -> None:
        run, point = self.run, self.point
        self.machine = run.qom.new(machine_type(run, point.machine))
        self.ms = find(self.machine, run.qom.record("MachineState"))
        self.spapr = find(self.machine, run.qom.record("SpaprMachineState"))
        run.devices.machine = self.ms
        self.link.variables["current_machine"] = self.ms
        smp = self.ms.smp
        smp.cpus, smp.max_cpus, smp.threads = point.cpus, point.maxcpus, point.threads
        smp.cores = point.maxcpus // point.threads
        for name in ("sockets", "dies", "clusters"):
            if name in type(smp)._fields:
                setattr(smp, name, 1)
        self.ms.cpu_type = Text(CPU_TYPE)
        self.ms.ram_size = 512 << 20
        if point.vsmt is not None:
            run.properties.set(self.machine, "vsmt", point.vsmt, self.fatal)
        run.properties.set(self.machine, "ic-mode", point.ic_mode, self.fatal)
        self._limits()

    def _limits(self) -> None:
        """What -smp and KVM refuse (hw/core/machine-smp.c, accel/kvm/kvm-all.c kvm_init())."""
        cls = find(self.run.qom.of(self.machine).record, self.run.qom.record("MachineClass"))
        if self.point.maxcpus > cls.max_cpus:
            name = self.run.qom.of(self.machine).name.removesuffix("-machine")
            raise Exited(
                f"Invalid SMP CPUs {self.point.maxcpus}. The max CPUs supported by machine "
                f"'{name}' is {cls.max_cpus}"
            )

        for what, count in (("SMP", self.point.cpus), ("hotpluggable", self.point.maxcpus)):
            if self.point.kvm and count > KVM_MAX_VCPUS:
                raise Exited(
                    f"Number of {what} cpus requested ({count}) exceeds the maximum cpus "
                    f"supported by KVM ({KVM_MAX_VCPUS})"
                )

    def _init(self) -> None:
        call, spapr = self.run.call, self.spapr
        call("spapr_set_vsmt_mode", spapr, self.fatal)
        call("spapr_irq_init", spapr, self.fatal)
        spapr.ov5 = call("spapr_ovec_new")
        spapr.ov5_cas = call("spapr_ovec_new")
        offered = ["OV5_FORM1_AFFINITY", "OV5_DRCONF_MEMORY", "OV5_DRMEM_V2"]
        offered += ["OV5_XIVE_EXPLOIT"] if self.point.ic_mode != "xics" else []
        for name in offered:
            call("spapr_ovec_set", spapr.ov5, self.constant(name))
        call("spapr_init_cpus", spapr)
        call("spapr_events_init", spapr)
        self.base = len(self.run.devices.sections)

    # ---- what happens to it

    def reset(self) -> None:
        """System reset: every handler, then the interrupt controller that CAS chose."""
        self.link.run(self.run.devices.reset_all)
        if self.has("spapr_drc_reset_all"):
            self.run.call("spapr_drc_reset_all", self.spapr)
        self.run.call("spapr_irq_reset", self.spapr, self.fatal)

    def choose(self, xive: bool) -> None:
        """CAS: the guest's choice takes effect with the reset that follows it."""
        bit = self.constant("OV5_XIVE_EXPLOIT")
        name = "spapr_ovec_set" if xive else "spapr_ovec_clear"
        self.run.call(name, self.spapr.ov5_cas, bit)
        self.reset()

    def plug(self, core_id: int, hot: bool = True) -> None:
        """``device_add`` of a core, or if not ``hot`` ``-device``."""
        self.link.run(lambda: self._plug(core_id, hot))
        self.plugged.append(core_id)

    def _plug(self, core_id: int, hot: bool) -> None:
        run = self.run
        name = run.call("spapr_get_cpu_core_type", self.ms.cpu_type)
        core = run.qom.new(name)
        find(core, run.qom.record("DeviceState")).hotplugged = hot
        local = Ref(None)
        run.properties.set(core, "core-id", core_id, local)
        run.properties.set(core, "nr-threads", self.point.threads, local)
        if local.v is None:
            run.devices.realize(core, None, local)
        if local.v is not None:
            raise Exited(local.v._message, local.v._place)

    def unplug(self, core_id: int) -> None:
        """What happens to a core when the guest has given it back: its connector releases it."""
        server = int(self.run.call("spapr_vcpu_id", self.spapr, core_id))
        drc = self.run.call("spapr_drc_by_id", self.constant("TYPE_SPAPR_DRC_CPU"), server)
        name = "spapr_drc_unplug_request"
        self.run.call(name if self.has(name) else "spapr_drc_detach", drc)
        self.plugged = [known for known in self.plugged if known != core_id]

    # ---- what it shows

    def has(self, name: str) -> bool:
        """Whether the tree defines a function."""
        program = self.link.program
        return any(name in program.module(path).items for path in program.source.links)

    def constant(self, name: str) -> Any:
        """A constant of the tree."""
        return self.link.resolve(self.run.qom.home, name)[0]

    def cpus(self) -> list[Any]:
        """The CPUs that are there, as records of the CPU, by vCPU id."""
        kind = self.run.qom.record(cpu_record(self.run.qom))
        found = [find(root(cs), kind) for cs in self.run.board.cpus]
        return sorted(found, key=lambda cpu: int(cpu.vcpu_id))

    def facts(self) -> Facts:
        """The numbers that the rules are about."""
        xive = self.xive()
        ids = tuple(int(cpu.vcpu_id) for cpu in self.cpus())
        servers = int(self.run.call("spapr_max_server_number", self.spapr))
        if xive is None:
            return Facts(ids, None, None, servers)
        return Facts(ids, self.link.run(lambda: self._claimed(xive)), int(xive.nr_ends), servers)

    def xive(self) -> Any:
        """The machine's XIVE, None without one."""
        return self.spapr.xive if "xive" in type(self.spapr)._fields else None

    def _claimed(self, xive: Any) -> frozenset[int]:
        valid = self.link.resolve(self.run.qom.home, "cpu_to_be64")[0](self.constant("EAS_VALID"))
        items = xive.eat._items
        return frozenset(n for n, eas in enumerate(items) if eas is not None and eas.w & valid)

    def tree(self) -> dict[str, Node]:
        """The device tree's nodes that are built here, by path."""
        fdt = DeviceTree()
        servers = self.run.call("spapr_max_server_number", self.spapr)
        self.run.call("spapr_irq_dt", self.spapr, servers, fdt, PHANDLE)
        self._cpu_nodes(fdt)
        return fdt.paths()

    def _cpu_nodes(self, fdt: DeviceTree) -> None:
        """spapr_dt_cpus() since 5.0, spapr_populate_cpus_dt_node() before."""
        for name in ("spapr_dt_cpus", "spapr_populate_cpus_dt_node"):
            if self.has(name):
                self.run.call(name, fdt, self.spapr)
                return
        raise Faulted("the tree has no function that builds the nodes of CPUs")


def cells(node: Node | None, name: str) -> list[int] | None:
    """A property's cells, None without it."""
    raw = node.properties.get(name) if node is not None else None
    if raw is None or len(raw) % 4:
        return None
    return [int.from_bytes(raw[at : at + 4], "big") for at in range(0, len(raw), 4)]


def controller(nodes: dict[str, Node]) -> Node | None:
    """The interrupt controller's node."""
    return next((n for path, n in nodes.items() if path.startswith("/interrupt-controller")), None)


__all__ = ["CMachine", "Facts", "cells", "controller", "field_name"]
