"""The faults of QEMU's history and the code that looks like them, in small programs of our own.

Each keeps the shape of the way (a return value, a slot, a property, a loop), none the text.
"""

from __future__ import annotations

import textwrap

import pytest

import spapr_lint
from spapr_lint.tree import MemoryTree


def found(text: str, name: str = "shape.py") -> list[tuple[int, str]]:
    tree = MemoryTree({name: textwrap.dedent(text).encode()})
    report = spapr_lint.check((name,), tree=tree, cache=False, jobs=1)
    return sorted({(finding.line, finding.rule) for finding in report.findings})


FAULTS = {
    "vcpu id as source number, through a local": (
        """\
        def reset_one(xive, ipi, state):
            kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_SOURCE, ipi, state, True)

        def reset_cpu(xive, cs):
            number = kvm_arch_vcpu_id(cs)
            reset_one(xive, number, 0)
        """,
        [(2, "SPL102")],
    ),
    "loop over the event table asks for CPUs": (
        """\
        class SpaprXive:
            nr_irqs: int

        def source_is_there(xive: SpaprXive, number):
            return kvm_cpu_is_enabled(number)

        def save(xive: SpaprXive):
            for i in range(xive.nr_irqs):
                if source_is_there(xive, i):
                    pass
        """,
        [(5, "SPL103")],
    ),
    "a backend's handler hands the machine's number to the controller": (
        """\
        class SpaprIrq:
            pass

        class ICSState:
            offset: int

        def set_irq_of_xics(opaque, number, val):
            ics_set_irq(opaque.ics, number, val)

        xics = SpaprIrq()
        xics.set_irq = set_irq_of_xics
        """,
        [(8, "SPL105")],
    ),
    "external interrupts as the size of the whole space": (
        """\
        class SpaprXive:
            nr_irqs: int

        def size(xive: SpaprXive, number):
            qdev_prop_set_uint32(xive, "nr-irqs", number)

        def create(spapr):
            size(spapr.xive, SPAPR_NR_XIRQS)
        """,
        [(5, "SPL205")],
    ),
    "getter that is a CPU index in one branch": (
        """\
        def spapr_get_vcpu_id(cpu):
            cs = cpu.parent
            if kvm_enabled():
                return kvm_arch_vcpu_id(cs)
            return cs.cpu_index
        """,
        [(5, "SPL104")],
    ),
    "server ranges by the CPUs at boot": (
        """\
        def skeleton(fdt):
            ranges = [0, cpu_to_be32(smp_cpus)]
            fdt_property(fdt, "ibm,interrupt-server-ranges", ranges, 8)
        """,
        [(2, "SPL201")],
    ),
    "server ranges by the possible CPUs": (
        """\
        def skeleton(fdt):
            ranges = [0, cpu_to_be32(max_cpus)]
            fdt_property(fdt, "ibm,interrupt-server-ranges", ranges, 8)
        """,
        [(2, "SPL201")],
    ),
    "LISN range by servers, through a slot": (
        """\
        class SpaprInterruptControllerClass:
            pass

        def dt_of_xive(intc, number, fdt):
            cells = [cpu_to_be32(SPAPR_IRQ_IPI), cpu_to_be32(SPAPR_IRQ_IPI + number)]
            fdt_setprop(fdt, 1, "ibm,xive-lisn-ranges", cells, 8)

        sicc = SpaprInterruptControllerClass()
        sicc.dt = dt_of_xive

        def irq_dt(spapr, number, fdt):
            sicc.dt(spapr.active_intc, number, fdt)

        def build(spapr, fdt):
            irq_dt(spapr, spapr_max_server_number(spapr), fdt)
        """,
        [(5, "SPL101"), (5, "SPL203")],
    ),
    "IPIs claimed up to the server bound": (
        """\
        class SpaprInterruptControllerClass:
            pass

        def init(spapr, sicc: SpaprInterruptControllerClass):
            bound = spapr_max_server_number(spapr)
            qdev_prop_set_uint32(spapr.dev, "nr-ends", bound << 3)
            for i in range(bound):
                sicc.claim_irq(spapr.xive, SPAPR_IRQ_IPI + i, False)
        """,
        [(8, "SPL102")],
    ),
    "ENDs by the number of CPUs": (
        """\
        def init(spapr, ms, dev):
            n = ms.smp.max_cpus
            qdev_prop_set_uint32(dev, "nr-ends", n << 3)
        """,
        [(3, "SPL201")],
    ),
    "the same, with the argument order of old": (
        """\
        def init(spapr, ms, dev):
            object_property_set_int(dev, ms.smp.max_cpus << 3, "nr-ends", None)
        """,
        [(2, "SPL201")],
    ),
}

HARMLESS = {
    "the defining formula": """\
        def spapr_vcpu_id(spapr, cpu_index):
            threads = smp_threads
            return (cpu_index // threads) * spapr.vsmt + cpu_index % threads

        def set_id(spapr, cs, cpu):
            cpu.vcpu_id = spapr_vcpu_id(spapr, cs.cpu_index)
        """,
    "the bound of servers": """\
        def spapr_max_server_number(spapr, ms):
            return DIV_ROUND_UP(ms.smp.max_cpus * spapr.vsmt, smp_threads)

        def connect(xive, spapr, ms):
            nr = Ref(spapr_max_server_number(spapr, ms))
            kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_CTRL, KVM_DEV_XIVE_NR_SERVERS, nr, True)
        """,
    "END of a CPU and back": """\
        def end_of(cpu, prio):
            return (cpu.vcpu_id << 3) + prio

        def server_of(xive, cpu):
            return spapr_find_cpu(end_of(cpu, 3) >> 3)
        """,
    "NVT of a CPU and back": """\
        def nvt_of(cpu):
            return SPAPR_XIVE_NVT_BASE + cpu.vcpu_id

        def server_of(cpu):
            return spapr_find_cpu(nvt_of(cpu) - SPAPR_XIVE_NVT_BASE)
        """,
    "offset taken off and put on": """\
        class ICSState:
            offset: int
            nr_irqs: int

        def set_irq(ics: ICSState, spapr):
            irq = spapr_irq_find(spapr, 1, False)
            ics_set_irq(ics, irq - ics.offset, 1)

        def save(ics: ICSState):
            for i in range(ics.nr_irqs):
                kvm_device_access(3, KVM_DEV_XICS_GRP_SOURCES, i + ics.offset, None, True)
        """,
    "one name for a bitmap index and the interrupt made of it": """\
        def alloc(spapr, num):
            irq = bitmap_find(spapr.map, num)
            bitmap_set(spapr.map, irq, num)
            irq = irq + SPAPR_IRQ_MSI
            return irq

        def use(spapr):
            spapr_irq_claim(spapr, alloc(spapr, 1), False)
        """,
    "a vector from the first interrupt": """\
        class SpaprPciMsi:
            first_irq: int

        def number(msi: SpaprPciMsi, spapr, vector):
            spapr_irq_free(spapr, msi.first_irq + vector, 1)
        """,
    "the reviewed repair": """\
        class SpaprInterruptControllerClass:
            pass

        def init(spapr, ms, sicc: SpaprInterruptControllerClass, dev):
            qdev_prop_set_uint32(dev, "nr-ipis", ms.smp.max_cpus)
            qdev_prop_set_uint32(dev, "nr-ends", spapr_max_server_number(spapr) << 3)
            for i in range(ms.smp.max_cpus):
                sicc.claim_irq(spapr.xive, SPAPR_IRQ_IPI + i, False)
        """,
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str) -> None:
    text, expected = FAULTS[name]
    assert found(text) == expected


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless(name: str) -> None:
    assert found(HARMLESS[name]) == []
