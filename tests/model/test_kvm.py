"""KVM's device against the real one, call by call, and QEMU's calls against the recorded ones."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from spapr_lint.model import Refused
from spapr_lint.model.errors import (
    E2BIG,
    EBUSY,
    EEXIST,
    EFAULT,
    EINVAL,
    ENOENT,
    ENXIO,
    EPERM,
)
from spapr_lint.model.kvm import (
    KVM_CAP_IRQ_XICS,
    KVM_CAP_PPC_IRQ_XIVE,
    KVM_CAP_PPC_SMT,
    KVM_DEV_TYPE_XICS,
    KVM_DEV_TYPE_XIVE,
    KVM_DEV_XICS_GRP_CTRL,
    KVM_DEV_XICS_GRP_SOURCES,
    KVM_DEV_XICS_NR_SERVERS,
    KVM_DEV_XIVE_EQ_SYNC,
    KVM_DEV_XIVE_GRP_CTRL,
    KVM_DEV_XIVE_GRP_EQ_CONFIG,
    KVM_DEV_XIVE_GRP_SOURCE,
    KVM_DEV_XIVE_GRP_SOURCE_CONFIG,
    KVM_DEV_XIVE_GRP_SOURCE_SYNC,
    KVM_DEV_XIVE_NR_SERVERS,
    KVM_DEV_XIVE_RESET,
    KvmDevice,
    KvmEq,
    KvmVcpu,
    KvmVm,
    kvm_create_device,
    kvm_create_vcpu,
    kvm_vcpu_enable_cap,
    kvm_vm_enable_cap,
)
from spapr_lint.model.kvm_device import has_attr, kvm_esb_load, kvm_set_attr

sys.path.insert(0, str(Path(__file__).parent))
from machines import machine

DATA = Path(__file__).parent / "data"
NAMES = {
    0: "OK",
    **{
        -number: f"-{name}"
        for name, number in {
            "EPERM": EPERM,
            "ENOENT": ENOENT,
            "ENXIO": ENXIO,
            "E2BIG": E2BIG,
            "EFAULT": EFAULT,
            "EBUSY": EBUSY,
            "EEXIST": EEXIST,
            "EINVAL": EINVAL,
        }.items()
    },
}


def recorded() -> list[str]:
    """The real kernel's answers, without its console's own lines."""
    lines = (DATA / "kvm-xive.txt").read_text().splitlines()
    return [re.sub(r"\s+<==.*", "", line) for line in lines if not line.startswith(("[", "@@@"))]


class Probe:
    """Asks the model what was asked of the kernel, and writes the answers down the same way."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.vm = KvmVm()
        self.vcpus: dict[int, KvmVcpu] = {}
        self.device: KvmDevice = KvmDevice(self.vm, KVM_DEV_TYPE_XIVE)

    def say(self, what: str, code: int, *, arrow: bool = True) -> None:
        self.lines.append(f"{what}{' ->' if arrow else ''} {NAMES[code]}")

    def fresh(self, kind: int = KVM_DEV_TYPE_XIVE, smt: int | None = 8) -> None:
        self.vm = KvmVm()
        self.vcpus = {}
        if smt is not None:
            code = kvm_vm_enable_cap(self.vm, KVM_CAP_PPC_SMT, smt)
            self.say(f"KVM_CAP_PPC_SMT vsmt={smt}", code)
        device = kvm_create_device(self.vm, kind)
        assert isinstance(device, KvmDevice)
        device.mapped = lambda address, _length: address < 0x40000000
        self.device = device

    def create(self, vcpu_id: int) -> int:
        vcpu = kvm_create_vcpu(self.vm, vcpu_id)
        if isinstance(vcpu, KvmVcpu):
            self.vcpus[vcpu_id] = vcpu
            return 0
        return vcpu

    def connect(self, vcpu_id: int, server: int) -> int:
        kind = self.device.kind
        cap = KVM_CAP_PPC_IRQ_XIVE if kind == KVM_DEV_TYPE_XIVE else KVM_CAP_IRQ_XICS
        return kvm_vcpu_enable_cap(self.vcpus[vcpu_id], cap, 0, self.device, server)

    def set(self, group: str, attr: int, value: object) -> int:
        return kvm_set_attr(self.device, group, attr, value)

    def control(self, attr: int, value: object = None) -> int:
        return self.set(KVM_DEV_XIVE_GRP_CTRL, attr, value)

    def servers(self, what: str, value: object) -> None:
        self.say(f"NR_SERVERS {what}", self.control(KVM_DEV_XIVE_NR_SERVERS, value))

    def source(self, irq: int) -> int:
        return self.set(KVM_DEV_XIVE_GRP_SOURCE, irq, 0)

    def aim(self, irq: int, server: int, prio: int, *, masked: bool = False) -> int:
        word = prio | server << 3 | int(masked) << 32 | (irq + 0x10) << 33
        return self.set(KVM_DEV_XIVE_GRP_SOURCE_CONFIG, irq, word)

    def queue(
        self, server: int, prio: int = 6, flags: int = 1, qshift: int = 16, qaddr: int = 0x100000
    ) -> int:
        eq = KvmEq(flags, qshift, qaddr, 1, 0)
        return self.set(KVM_DEV_XIVE_GRP_EQ_CONFIG, prio | server << 3, eq)


def ask_about_the_machine(probe: Probe) -> None:
    for smt in (1, 2, 4, 8, 16, 3):
        probe.say(f"KVM_CAP_PPC_SMT vsmt={smt}", kvm_vm_enable_cap(probe.vm, KVM_CAP_PPC_SMT, smt))
    probe.fresh()
    again = kvm_create_device(probe.vm, KVM_DEV_TYPE_XIVE)
    assert isinstance(again, int)
    probe.say("second CREATE_DEVICE XIVE", again)
    for value in (0, 1, 4, 32, 2048, 2049, 16384, 16385):
        probe.servers(str(value), value)
    probe.servers("bad ptr", None)
    has = [
        has_attr(probe.device, KVM_DEV_XIVE_GRP_CTRL, KVM_DEV_XIVE_NR_SERVERS),
        has_attr(probe.device, KVM_DEV_XIVE_GRP_SOURCE, 0),
        has_attr(probe.device, KVM_DEV_XIVE_GRP_SOURCE, 0xFFFFF),
        has_attr(probe.device, KVM_DEV_XIVE_GRP_SOURCE, 0x100000),
        has_attr(probe.device, "99", 0),
    ]
    what = ("NR_SERVERS", "SOURCE 0", "SOURCE 0xfffff", "SOURCE 0x100000", "group 99")
    probe.lines.append(
        "; ".join(f"HAS {name} {NAMES[code]}" for name, code in zip(what, has, strict=True))
    )
    probe.servers("32", 32)


def ask_about_connecting(probe: Probe) -> None:
    for server in (0, 8, 16, 24):
        probe.create(server)
        probe.say(f"vcpu id {server} connect server {server}", probe.connect(server, server))
    probe.servers("after connect", 32)
    probe.say("reconnect vcpu0", probe.connect(0, 0))
    probe.create(40)
    probe.say("vcpu id 40 connect server 40 (>= nr_servers 32)", probe.connect(40, 40))
    probe.say("  vcpu id 40 connect server 8 (duplicate VP)", probe.connect(40, 8))
    probe.say("  vcpu id 40 connect server 3 (free, server != vcpu id)", probe.connect(40, 3))
    other = kvm_vcpu_enable_cap(probe.vcpus[40], KVM_CAP_PPC_IRQ_XIVE, 0, object(), 48)
    probe.say("connect with non-device fd", other)
    for vcpu_id in (8, 16383, 16384):
        probe.say(f"CREATE_VCPU {vcpu_id}", probe.create(vcpu_id))


def ask_about_sources_and_queues(probe: Probe) -> None:
    for irq in (0, 0xFFF, 0x1000, 0x1FFF, 0xFFFFF, 0x100000, 0x7FFFFFFF, (1 << 64) - 1):
        probe.say(f"SOURCE {irq:#x}", probe.source(irq))
    codes = [NAMES[probe.source(irq)] for irq in (8, 16, 24)]
    probe.lines.append("SOURCE 8 -> {}  16 -> {}  24 -> {}".format(*codes))
    probe.lines.append("MEM -> OK")
    probe.say("CFG lisn 0 -> server 0 prio 6 before EQ config", probe.aim(0, 0, 6))
    probe.say("EQ server 0 prio 6 qshift 16", probe.queue(0))
    probe.say("EQ server 8 prio 6 qshift 16", probe.queue(8, qaddr=0x110000))
    probe.say("EQ server 1 (no such vcpu)", probe.queue(1))
    probe.say("EQ server 0 prio 7", probe.queue(0, prio=7))
    probe.say("EQ server 16 flags 0", probe.queue(16, flags=0))
    for qshift in (12, 16, 21, 24):
        probe.say(f"EQ server 16 qshift {qshift}", probe.queue(16, qshift=qshift, qaddr=0))
    probe.say("EQ server 16 misaligned", probe.queue(16, qaddr=0x128000))
    probe.say("EQ server 16 unmapped gpa", probe.queue(16, qaddr=0x40000000))
    probe.say("EQ server 16 reset (qshift 0)", probe.queue(16, qshift=0))
    probe.say("CFG lisn 0 -> server 0 prio 6", probe.aim(0, 0, 6))
    probe.say("CFG lisn 8 -> server 8 prio 6", probe.aim(8, 8, 6))
    never = "CFG lisn 1 -> server 8 prio 6 (source 1 never created; block 0 exists)"
    probe.say(never, probe.aim(1, 8, 6))
    probe.say("CFG lisn 0x2000 (block never created)", probe.aim(0x2000, 8, 6))
    probe.say("CFG lisn 0 -> server 1 (no such server)", probe.aim(0, 1, 6))
    probe.say("CFG lisn 0 -> server 0 prio 7", probe.aim(0, 0, 7))
    probe.say("CFG lisn 0 masked, server 1", probe.aim(0, 1, 6, masked=True))
    sync = [NAMES[probe.set(KVM_DEV_XIVE_GRP_SOURCE_SYNC, lisn, None)] for lisn in (0, 1, 0x2000)]
    probe.lines.append("SYNC lisn 0 -> {}  lisn 1 -> {}  lisn 0x2000 -> {}".format(*sync))
    probe.lines.append("mmap ESB OK")
    for lisn in (0, 8, 1, 6144):
        value = kvm_esb_load(probe.device, lisn, 0x800)
        probe.lines.append(f"ESB load GET lisn={lisn} -> {'SIGBUS' if value is None else value}")
    probe.lines.append(
        f"now SOURCE 1 -> {NAMES[probe.source(1)]}; "
        f"CFG lisn 1 -> server 8 -> {NAMES[probe.aim(1, 8, 6)]}"
    )
    probe.say("CFG lisn 16 -> server 24 (connected, no EQ at prio 6)", probe.aim(16, 24, 6))
    reset, sync_all, bogus = (
        NAMES[probe.control(attr)] for attr in (KVM_DEV_XIVE_RESET, KVM_DEV_XIVE_EQ_SYNC, 99)
    )
    probe.lines.append(f"CTRL RESET -> {reset} EQ_SYNC -> {sync_all} bogus ctrl -> {bogus}")
    probe.say("CFG lisn 0 after RESET", probe.aim(0, 0, 6))


def ask_about_strides(probe: Probe) -> None:
    probe.fresh()
    code = probe.control(KVM_DEV_XIVE_NR_SERVERS, 4)
    probe.say("E: vsmt=8 NR_SERVERS 4 (=maxcpus)", code)
    for server in (0, 8, 16, 24):
        probe.create(server)
        probe.say(f"  connect server {server}", probe.connect(server, server))
    probe.fresh(smt=None)
    probe.lines.append("F: no KVM_CAP_PPC_SMT")
    for server in (0, 8, 16, 24):
        probe.create(server)
        probe.say(f"  connect server {server}", probe.connect(server, server))
    probe.say("CREATE_VCPU 2048", probe.create(2048))
    probe.fresh()
    probe.lines.append("G: packing, vsmt=8, default nr_servers")
    for server in (0, 2048, 4096, 8192, 16376):
        probe.create(server)
        probe.say(f"  id {server} connect", probe.connect(server, server))
    for vcpu_id in (4, 1):
        probe.say(f"CREATE_VCPU {vcpu_id}", probe.create(vcpu_id))


def ask_about_xics(probe: Probe) -> None:
    probe.fresh(KVM_DEV_TYPE_XICS)
    probe.lines.append("H: CREATE_DEVICE XICS -> OK")
    for value in (32, 16385):
        code = probe.set(KVM_DEV_XICS_GRP_CTRL, KVM_DEV_XICS_NR_SERVERS, value)
        probe.say(f"  NR_SERVERS {value}", code)
    for server in (0, 8, 16):
        probe.create(server)
        probe.say(f"  IRQ_XICS connect server {server}", probe.connect(server, server))
    for irq in (0, 0xF, 0x10, 0x1000, 0xFFFFF, 0x100000):
        code = probe.set(KVM_DEV_XICS_GRP_SOURCES, irq, 0)
        probe.say(f"  XICS SOURCE {irq:#x} server 0", code)
    code = probe.set(KVM_DEV_XICS_GRP_SOURCES, 0x1000, 1)
    probe.say("  XICS SOURCE 0x1000 server 1 (absent)", code)


def test_every_answer_of_the_real_kernel() -> None:
    probe = Probe()
    ask_about_the_machine(probe)
    ask_about_connecting(probe)
    ask_about_sources_and_queues(probe)
    ask_about_strides(probe)
    ask_about_xics(probe)
    theirs = [line for line in recorded() if not line.startswith(("API", "KVMXIVE", "time"))]
    assert [re.sub(r" (?=OK|-E)", " ", line) for line in probe.lines] == theirs


def sessions() -> dict[str, list[str]]:
    """QEMU's calls by command line."""
    found: dict[str, list[str]] = {}
    for line in (DATA / "kvm-ioctls.txt").read_text().splitlines():
        if line.startswith("## "):
            found[line.split("kernel, ", 1)[1]] = []
        elif line.startswith("ioctl "):
            list(found.values())[-1].append(line.removeprefix("ioctl "))
    return found


@pytest.mark.parametrize("words", [words for words, calls in sessions().items() if calls])
def test_the_calls_of_real_qemu(words: str) -> None:
    # The recording program asked for the kernel's controller, so that dual looks at it twice.
    options = f"-M pseries,kernel-irqchip=on -M {words} -cpu power9 --kvm --qemu 7.2"
    spapr = machine(options).spapr
    assert spapr.kvm is not None
    assert spapr.kvm.log == sessions()[words]


def test_nr_servers_beyond_the_kernel() -> None:
    words = "-M pseries,ic-mode=xics,vsmt=16{} --kvm -smp 1,maxcpus=1025"
    with pytest.raises(Refused, match="kernel_irqchip requested but unavailable"):
        machine(words.format(",kernel-irqchip=on"))
    fallen_back = machine(words.format(""))
    assert fallen_back.spapr.ics is not None
    assert fallen_back.spapr.ics.fd is None
    assert any("unavailable" in warning for warning in fallen_back.spapr.warnings)


def test_too_many_cpus_for_the_kernel() -> None:
    with pytest.raises(Refused, match=r"requested \(2049\) exceeds the maximum"):
        machine("-M pseries --kvm -smp 1,maxcpus=2049")
