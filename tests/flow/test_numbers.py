"""Numbers on their way through code, with the shipped pack: each class of fault, and what is right.

A line that ends in ``# SPLnnn`` is one finding of that code; no other line has any.
"""

from __future__ import annotations

import re
import textwrap

import pytest

from spapr_lint.check import check
from spapr_lint.tree import MemoryTree

TWO_PLACES = """
def ics_valid_irq(ics: ICSState, nr):
    return ics.offset <= nr < ics.offset + ics.nr_irqs

def valid(ics: ICSState, dev: SpaprVioDevice):
    if ics.offset <= dev.irq < ics.offset + dev.irq:  # SPL302
        return True
    spapr_qirq(ics, ics.offset + ics.offset)  # SPL302
    spapr_qirq(ics, ics.offset + ics.nr_irqs - 1)
    spapr_qirq(ics, (ics.offset + dev.irq) // 2)
    spapr_qirq(ics, dev.irq + SPAPR_IRQ_MSI - ics.offset)
    for irq in range(SPAPR_IRQ_IPI, SPAPR_XIRQ_BASE):
        spapr_qirq(ics, irq)

def claim(ics: ICSState, smp: CpuTopology):
    for i in range(smp.max_cpus):
        spapr_xive_irq_claim(ics, SPAPR_IRQ_IPI + i)
        spapr_xive_irq_claim(ics, i + i)  # SPL102
        lower = i + i < smp.max_cpus
"""
RANGES = """
def claim(ics: ICSState, smp: CpuTopology, xive: SpaprXive):
    xive.nr_irqs = ics.nr_irqs + SPAPR_XIRQ_BASE
    xive.nr_irqs = smp.max_cpus + SPAPR_XIRQ_BASE  # SPL205
    xive.nr_irqs = SPAPR_IRQ_IPI + smp.max_cpus
    for i in range(ics.nr_irqs):
        spapr_xive_irq_claim(xive, ics.offset + i)
        spapr_xive_irq_claim(xive, SPAPR_IRQ_IPI + i)  # SPL105
    for i in range(ics.offset):
        spapr_xive_irq_claim(xive, i)
        ics_irq_free(ics, i)  # SPL105
    for srcno in range(ics.nr_irqs):
        ics_irq_free(ics, srcno)
        ics_irq_free(ics, ics.offset)  # SPL105

def compare(ics: ICSState, dev: SpaprVioDevice, xive: SpaprXive):
    if dev.irq < ics.nr_irqs:  # SPL301
        return 1
    if dev.irq - ics.offset < ics.nr_irqs:
        return 2
    return dev.irq < xive.nr_ipis

def nothing(xive: SpaprXive):
    for lisn in range(SPAPR_XIRQ_BASE, SPAPR_XIRQ_BASE):  # SPL203
        pass
    for lisn in range(SPAPR_XIRQ_BASE, xive.nr_irqs):
        spapr_xive_irq_claim(xive, lisn)
"""
SCALED = """
U32 = 0xFFFFFFFF

def sizes(xive: SpaprXive, spapr, smp: CpuTopology):
    xive.nr_ends = spapr_max_server_number(spapr) << 3
    xive.nr_ends = SPAPR_XIRQ_BASE << 3  # SPL103
    xive.nr_ends = xive.nr_irqs * 8  # SPL103
    xive.nr_ends = something(spapr) << 3

def masks(cpu: PowerPCCPU, eas: XiveEAS, spapr):
    spapr_find_cpu(cpu.vcpu_id & U32, spapr)
    spapr_find_cpu(eas.end_idx & U32, spapr)  # SPL106
    spapr_find_cpu(eas.end_idx >> 3 & U32, spapr)

def packed(xive: SpaprXive, eas: XiveEAS, cpu: PowerPCCPU, priority, errp):
    group = KVM_DEV_XIVE_GRP_EQ_CONFIG
    kvm_device_access(xive.fd, group, priority | cpu.vcpu_id << 3, None, True, errp)
    index = priority | eas.end_idx << 3  # nothing is wrong yet
    kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_EQ_CONFIG, index, None, True, errp)  # SPL106
"""
TABLES = """
class Entry:
    pass

def keys(xive: SpaprXive, spapr: SpaprMachineState, cpu: PowerPCCPU):
    for end_idx, end in sorted(xive.endt.items()):
        spapr_xive_end_to_target(0, end_idx)
        spapr_xive_irq_claim(xive, end_idx)  # SPL106
    for lisn, eas in enumerate(xive.eat):
        spapr_xive_irq_claim(xive, lisn)
        spapr_find_cpu(lisn, spapr)  # SPL103
    for vcpu_id in spapr.cpus.keys():
        spapr_find_cpu(vcpu_id, spapr)
    for lisn, eas in enumerate(other(xive)):
        spapr_find_cpu(lisn, spapr)

def asked(spapr: SpaprMachineState, cpu: PowerPCCPU, other):
    spapr.cpus.get(cpu.vcpu_id)
    spapr.cpus.get(cpu.cs.cpu_index)  # SPL104
    other.get(cpu.cs.cpu_index)
    del spapr.cpus[cpu.vcpu_id]
    del spapr.cpus[cpu.cs.cpu_index]  # SPL104
    if cpu.cs.cpu_index in spapr.kvm_enabled_cpus:  # SPL104
        return 1
    return cpu.vcpu_id in spapr.kvm_enabled_cpus

def sized(xive: SpaprXive):
    xive.eat = [Entry()] * xive.nr_irqs
    xive.eat = [Entry()] * 16
    xive.eat = [Entry()] * xive.nr_ends  # SPL204
"""
FIELDS = """
def target(xive: SpaprXive, eas: XiveEAS, cpu: PowerPCCPU, text):
    for lisn, eas in enumerate(xive.eat):
        eas = eas._replace(end_idx=eas.end_idx, masked=False)
        eas = eas._replace(end_idx=lisn)  # SPL106
        eas = eas._replace(end_idx=cpu.vcpu_id << 3)
        eas = eas._replace(end_idx=lisn & 0xFFFFFF)  # SPL106
    return text.replace("end_idx", "x")
"""
POSITIONS = """
def h_int_set_source_config(cpu, spapr, opcode, args):
    flags, lisn, target = args[:3]
    spapr_find_cpu(target, spapr)
    spapr_find_cpu(lisn, spapr)  # SPL103
    first, second = args[1:3]
    spapr_find_cpu(first, spapr)  # SPL103
    spapr_find_cpu(second, spapr)
    flags, lisn, target, prio = [arg & 0xFFFFFFFF for arg in args]
    spapr_find_cpu(lisn, spapr)  # SPL103
    spapr_find_cpu(target, spapr)
    rest = args[some(cpu):]
    spapr_find_cpu(rest[0], spapr)

def rtas_set_xive(spapr, args):
    nr, server, priority = (arg & 0xFFFFFFFF for arg in args)
    spapr_find_cpu(nr, spapr)  # SPL103
    spapr_find_cpu(server, spapr)
    numbers = (arg for arg in args)
    next(numbers)
    server, priority = numbers
    spapr_find_cpu(server, spapr)

def find(cpu: PowerPCCPU, flag):
    if flag:
        return -3
    return 0, cpu.vcpu_id << 3

def use(cpu: PowerPCCPU, spapr, flag):
    found = find(cpu, flag)
    if isinstance(found, int):
        return
    block, end_idx = found
    spapr_find_cpu(end_idx, spapr)  # SPL106
    spapr_find_cpu(block, spapr)
"""
CORES = """
def realize(smp: CpuTopology, cs: CPUState):
    for core_id in range(0, smp.cpus, smp.threads):
        for i in range(smp.threads):
            cs.cpu_index = core_id + i
    for first in range(0, smp.max_cpus, smp.threads):
        for i in range(smp.threads):
            cs.cpu_index = first + i
            cs.cpu_index = first + smp.max_cpus  # SPL202
"""
PROGRAMS = {
    "cores": CORES,
    "two places added": TWO_PLACES,
    "ranges": RANGES,
    "scaled and masked": SCALED,
    "tables": TABLES,
    "fields": FIELDS,
    "positions": POSITIONS,
}


# QEMU's structs, as a model has them; after the text, whose lines count.
TYPES = ("ICSState", "SpaprXive", "SpaprMachineState", "SpaprVioDevice", "CpuTopology")
TYPES += ("PowerPCCPU", "XiveEAS", "CPUState")


def found(text: str) -> list[tuple[int, str]]:
    """Line and code of each finding."""
    text += "".join(f"class {name}: pass\n" for name in TYPES)
    text += "SPAPR_IRQ_IPI = 0\nSPAPR_XIRQ_BASE = 0x1000\n"
    report = check(["numbers.py"], tree=MemoryTree({"numbers.py": text.encode()}), cache=False)
    return sorted({(finding.line, finding.rule) for finding in report.findings})


def expected(text: str) -> list[tuple[int, str]]:
    """Line and code of each comment."""
    comments = (re.search(r"# (SPL\d+)$", line) for line in text.splitlines())
    return [(n, match[1]) for n, match in enumerate(comments, 1) if match]


@pytest.mark.parametrize("name", PROGRAMS)
def test_numbers(name: str) -> None:
    text = textwrap.dedent(PROGRAMS[name])
    assert found(text) == expected(text)
