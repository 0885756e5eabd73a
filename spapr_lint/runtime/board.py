"""What a pseries machine stands on: CPUs that are not emulated, hypercalls and RTAS by number.

The processor itself (registers, MMU, instructions) is not here; a CPU has its place in the list
of CPUs, its interrupt inputs and, under KVM, its vCPU.
"""

from __future__ import annotations

from typing import Any, Final

from spapr_lint.runtime.check import field_name
from spapr_lint.runtime.devices import Devices, Line
from spapr_lint.runtime.errors import Stopped
from spapr_lint.runtime.kernel import Kernel, cpu_record
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import LIMIT, Text
from spapr_lint.runtime.memory import Array, FieldRef, Ref, array, find, root
from spapr_lint.runtime.program import POINTER
from spapr_lint.runtime.properties import Accessors
from spapr_lint.runtime.qom import Base, Qom, TypeClass
from spapr_lint.runtime.queues import HEAD, queue_types
from spapr_lint.runtime.reports import Reports
from spapr_lint.runtime.text import text_of
from spapr_lint.runtime.views import bytes_of, put_bytes

_SUFFIX: Final = "-powerpc64-cpu"
# The compatibility levels of a family (target/ppc/cpu_init.c): macro names of PCR bits, PVR.
_FAMILIES: Final[dict[str, tuple[str, int, tuple[str, ...]]]] = {
    "power8": ("POWER8", 0x004D0200, ("2_07", "2_06", "2_05")),
    "power9": ("POWER9", 0x004E1202, ("3_00", "2_07", "2_06", "2_05")),
    "power10": ("POWER10", 0x00801200, ("3_10", "3_00", "2_07", "2_06", "2_05")),
}
# qapi/run-state.json; a machine here is always running
_STATES: Final = tuple(
    """DEBUG INMIGRATE INTERNAL_ERROR IO_ERROR PAUSED POSTMIGRATE PRELAUNCH FINISH_MIGRATE
    RESTORE_VM RUNNING SAVE_VM SHUTDOWN SUSPENDED WATCHDOG GUEST_PANICKED COLO""".split()
)


class Board:
    """CPUs, hypercalls and RTAS calls of one machine."""

    def __init__(
        self, link: Link, qom: Qom, devices: Devices, kernel: Kernel, reports: Reports
    ) -> None:
        self.link, self.qom, self.devices = link, qom, devices
        self.kernel, self.reports = kernel, reports
        self.cpus: list[Any] = []
        self.hypercalls: dict[int, Any] = {}
        self.rtas: dict[int, tuple[str, Any]] = {}
        self.inputs: dict[Any, dict[int, Line]] = {}
        self.memory = Memory()
        head = queue_types()["QTAILQ_HEAD"]()
        head.__dict__[HEAD] = self.cpus
        link.variables.update(qemu_loglevel=0, current_cpu=None, cpus=head, cpus_queue=head)
        qom.bases["powerpc64-cpu"] = Base(
            "cpu", cpu_record(qom), "PowerPCCPUClass", self.init_cpu, self.init_class
        )
        qom.bases["machine"] = qom.bases["machine"]._replace(init=self.init_machine)
        qom.bases["cpu-core"] = qom.bases["cpu-core"]._replace(init=self.init_core)
        qom.families.append(self.family)

    def names(self) -> dict[str, Any]:
        return {
            "CPU_FOREACH": lambda: list(self.cpus),
            "CPU_FOREACH_SAFE": lambda: list(self.cpus),
            "CPU_NEXT": self.next_cpu,
            "qemu_get_cpu": lambda i: next((c for c in self.cpus if c.cpu_index == i), None),
            "spapr_register_hypercall": self.register_hypercall,
            "spapr_rtas_register": self.register_rtas,
            "qdev_get_gpio_in": self.input,
            "qdev_get_gpio_in_named": lambda dev, _name, number: self.input(dev, number),
            "qdev_init_gpio_in": lambda *given: self.link.keep("gpio", *given),
            "cpu_reset": self.reset_cpu,
            "cpu_ppc_set_vhyp": self.set_vhyp,
            "RUN_ON_CPU_HOST_PTR": lambda pointer: self._data(host_ptr=pointer),
            "RUN_ON_CPU_HOST_INT": lambda value: self._data(host_int=value),
            "RUN_ON_CPU_HOST_ULONG": lambda value: self._data(host_ulong=value),
            "RUN_ON_CPU_TARGET_PTR": lambda value: self._data(target_ptr=value),
            **{f"RUN_STATE_{name}": number for number, name in enumerate(_STATES)},
            "runstate_check": lambda state: int(state == _STATES.index("RUNNING")),
            "runstate_is_running": lambda: 1,
            **self.memory.names(),
        }

    def _data(self, **value: Any) -> Any:
        kind = self.qom.record("run_on_cpu_data")
        return kind(**{field_name(name): item for name, item in value.items()})

    # ---- types

    def family(self, name: str) -> Base | None:
        """The types of CPU models, which target/ppc/cpu-models.c generates."""
        if not name.endswith(_SUFFIX):
            return None
        return Base("powerpc64-cpu", None, "PowerPCCPUClass", None, self.init_model)

    def init_machine(self, thing: Any) -> None:
        machine = find(root(thing), self.qom.record("MachineState"))
        for name, kind in (("nvdimms_state", "NVDIMMState"), ("numa_state", "NumaState")):
            found = self.link.program.type_named(self.qom.home, kind)
            if name in type(machine)._fields and isinstance(found, RecordType):
                setattr(machine, name, found())

    def init_core(self, thing: Any) -> None:
        """The properties of hw/cpu/core.c, in a tree where it is not linked."""
        if "cpu-core" in self.qom.infos:
            return
        core = find(root(thing), self.qom.record("CPUCore"))
        machine = find(root(self.devices.machine), self.qom.record("MachineState"))
        core.nr_threads = machine.smp.threads
        for name, field in (("core-id", "core_id"), ("nr-threads", "nr_threads")):
            pointer = FieldRef(core, field)
            root(thing)._qom.properties[name] = Accessors("pointer", None, None, pointer)

    def init_class(self, made: TypeClass) -> None:
        cls = find(made.record, self.qom.record("DeviceClass"))
        cls.realize = self.realize_cpu
        cls.unrealize = self.unrealize_cpu

    def init_model(self, made: TypeClass) -> None:
        """What the class of a CPU model says of its family, as far as it matters here."""
        cls = find(made.record, self.qom.record("DeviceClass"))
        pcc = find(made.record, self.qom.record("PowerPCCPUClass"))
        stem = made.name.removesuffix(_SUFFIX).partition("_")[0]
        family = _FAMILIES.get(stem.rstrip("envl+") if stem not in _FAMILIES else stem)
        if family is None:
            return
        title, pvr, levels = family
        cls.fw_name = Text(f"PowerPC,{title}")
        pcc.pvr = pvr
        supported = 0
        for level in levels:
            try:
                supported |= self.link.resolve("target/ppc/compat.c", f"PCR_COMPAT_{level}")[0]
            except Stopped:
                continue
        pcc.pcr_supported = supported

    def init_cpu(self, thing: Any) -> None:
        """The interrupt inputs that a CPU has and the bus they are on."""
        cpu = find(root(thing), self.qom.record(cpu_record(self.qom)))
        env = cpu.env
        cs = find(root(thing), self.qom.record("CPUState"))
        off = Accessors("pointer", None, None, FieldRef(cs, "start_powered_off"))
        root(thing)._qom.properties["start-powered-off"] = off
        inputs = array(POINTER, None, 32)
        inputs._items[:] = [Line(None, None, number) for number in range(32)]
        if "irq_inputs" in type(env)._fields:
            if isinstance(env.irq_inputs, Array):
                env.irq_inputs._fill(inputs)
            else:
                env.irq_inputs = inputs
        options = self.link.program.type_named(self.qom.home, "PPCHash64Options")
        if isinstance(options, RecordType) and "hash64_opts" in type(cpu)._fields:
            cpu.hash64_opts = options()
        newer = "power9" in self.qom.of(thing).name or "power10" in self.qom.of(thing).name
        name = "PPC_FLAGS_INPUT_POWER9" if newer else "PPC_FLAGS_INPUT_POWER7"
        env.bus_model = self.link.resolve("target/ppc/compat.c", name)[0]

    def input(self, dev: Any, number: int) -> Any:
        thing = root(dev)
        kind = self.qom.record(cpu_record(self.qom))
        cpu = find(thing, kind)
        if cpu is not None and "irq_inputs" in type(cpu.env)._fields:
            return cpu.env.irq_inputs[number]
        lines = self.inputs.setdefault(thing, {})
        return lines.setdefault(number, Line(None, None, number))

    def lines(self, dev: Any) -> list[Line]:
        """A CPU's interrupt inputs that something is connected to."""
        thing = root(dev)
        cpu = find(thing, self.qom.record(cpu_record(self.qom)))
        lines = list(self.inputs.get(thing, {}).values())
        if cpu is not None and "irq_inputs" in type(cpu.env)._fields:
            lines += [line for line in cpu.env.irq_inputs._items if line is not None]
        return lines

    def raised(self, dev: Any) -> bool:
        """Whether one of a device's interrupt inputs is up."""
        return any(line._level for line in self.lines(dev))

    def reset_cpu(self, cs: Any) -> None:
        """``cpu_reset``: the interrupt inputs go down; registers there are none."""
        self.link.stubs["cpu_reset"] += 1
        for line in self.lines(cs) if cs is not None else ():
            line._level = 0

    # ---- CPUs

    def realize_cpu(self, dev: Any, errp: Any) -> None:
        """A CPU joins the list; under KVM its vCPU is made."""
        cs = find(root(dev), self.qom.record("CPUState"))
        machine = find(root(self.devices.machine), self.qom.record("MachineState"))
        cs.nr_threads = machine.smp.threads
        if self.kernel.enabled:
            ret = self.kernel.create_vcpu(cs)
            if ret < 0:
                number = self.kernel.vcpu_id(cs)
                form = f"kvm_init_vcpu: kvm_get_vcpu failed ({number})"
                self.reports.setg_errno(errp, -ret, Text(form))
                return
        self.cpus.append(cs)

    def unrealize_cpu(self, dev: Any) -> None:
        cs = find(root(dev), self.qom.record("CPUState"))
        if self.kernel.enabled:
            self.kernel.park_vcpu(cs)
        self.cpus[:] = [known for known in self.cpus if known is not cs]

    def next_cpu(self, cs: Any) -> Any:
        at = next(i for i, known in enumerate(self.cpus) if known is cs)
        return self.cpus[at + 1] if at + 1 < len(self.cpus) else None

    def set_vhyp(self, cpu: Any, vhyp: Any) -> None:
        cpu.vhyp = vhyp

    # ---- hypercalls

    def register_hypercall(self, opcode: int, function: Any) -> None:
        self.hypercalls[int(opcode)] = function

    def register_rtas(self, token: int, name: Any, function: Any) -> None:
        self.rtas[int(token)] = ("" if name is None else text_of(name), function)


class Memory:
    """The guest's memory: what was written, by page; the rest is zero."""

    def __init__(self, size: int = 512 << 20) -> None:
        self.size = size
        self.pages: dict[int, bytearray] = {}

    def names(self) -> dict[str, Any]:
        def word(size: int) -> Any:
            return lambda _space, address, *_rest: int.from_bytes(self.read(address, size), "big")

        def put(size: int) -> Any:
            def stored(_space: Any, address: int, value: int, *_rest: Any) -> int:
                self.write(address, (int(value) & ((1 << size * 8) - 1)).to_bytes(size, "big"))
                return 0

            return stored

        return {
            "address_space_memory": _GUEST,
            "dma_memory_read": self.load, "dma_memory_write": self.store,
            "address_space_read": lambda s, a, _attrs, p, size: self.load(s, a, p, size),
            "address_space_write": lambda s, a, _attrs, p, size: self.store(s, a, p, size),
            "address_space_map": self.map, "address_space_unmap": lambda *_given: None,
            "cpu_physical_memory_read": lambda a, p, size: self.load(None, a, p, size),
            "cpu_physical_memory_write": lambda a, p, size: self.store(None, a, p, size),
            "MEMTXATTRS_UNSPECIFIED": _GUEST, "MEMTX_OK": 0,
            "ldl_be_dma": word(4), "stl_be_dma": put(4), "ldl_be_phys": word(4),
            "stl_be_phys": put(4), "ldq_be_phys": word(8), "stq_be_phys": put(8),
        }  # fmt: skip

    def load(self, _space: Any, address: int, to: Any, size: int, *_attrs: Any) -> int:
        """``dma_memory_read``: 0, or MEMTX_ERROR beyond the memory or for 16 MiB at once."""
        if not 0 <= address <= self.size - size or size > LIMIT:
            return 1
        if isinstance(to, Ref):
            to.v = int.from_bytes(self.read(address, size), "little")
        else:
            put_bytes(to, self.read(address, size))
        return 0

    def store(self, _space: Any, address: int, source: Any, size: int, *_attrs: Any) -> int:
        """``dma_memory_write``: 0, or MEMTX_ERROR beyond the memory."""
        if not 0 <= address <= self.size - size:
            return 1
        self.write(address, bytes_of(source, size))
        return 0

    def map(self, _space: Any, address: int, length: Any, *_rest: Any) -> Any:
        """``address_space_map``: how much of it there is; what is mapped is only compared."""
        length.v = max(0, min(int(length.v), self.size - int(address)))
        return _GUEST if length.v else None

    def read(self, address: int, size: int) -> bytes:
        """Bytes of guest memory."""
        parts = []
        while size > 0:
            start = address & 4095
            parts.append(self.pages.get(address >> 12, _EMPTY)[start : start + size])
            address, size = address + len(parts[-1]), size - len(parts[-1])
        return b"".join(parts)

    def write(self, address: int, raw: bytes) -> None:
        """Store bytes into guest memory."""
        while raw:
            start = address & 4095
            part = raw[: 4096 - start]
            page = self.pages.setdefault(address >> 12, bytearray(4096))
            page[start : start + len(part)] = part
            address, raw = address + len(part), raw[len(part) :]


class _Guest:
    """The guest's memory as a pointer that nobody follows."""

    __slots__ = ()


_EMPTY: Final = bytes(4096)
_GUEST: Final = _Guest()
