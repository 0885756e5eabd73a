"""What QEMU releases do differently, for those of which the recorded rows tell little.

Expectations were read from the source of each release, not from the model.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spapr_lint.model import Refused, Usage, dt, parse_options

sys.path.insert(0, str(Path(__file__).parent))
from machines import machine

HIERARCHY = "Invalid CPU topology: product of the hierarchy must match maxcpus: "


@pytest.mark.parametrize(
    ("qemu", "words", "message"),
    [
        # QEMU 5.2: hw/core/machine.c smp_parse(), softmmu/vl.c, max_cpus of hw/ppc/spapr.c.
        (
            "5.2",
            "-smp 8,threads=3",
            "Invalid CPU topology: sockets (2) * cores (1) * threads (3) != maxcpus (8)",
        ),
        (
            "5.2",
            "-smp 1,sockets=2,cores=2,threads=1",
            "Invalid CPU topology: sockets (2) * cores (2) * threads (1) != maxcpus (1)",
        ),
        ("5.2", "-smp 4,maxcpus=2", "maxcpus must be equal to or greater than smp"),
        ("5.2", "-smp 1,maxcpus=0", "maxcpus must be equal to or greater than smp"),
        (
            "5.2",
            "-smp 9,sockets=2,cores=2,threads=2",
            "cpu topology: sockets (2) * cores (2) * threads (2) < smp_cpus (9)",
        ),
        (
            "5.2",
            "-smp 1,maxcpus=1025",
            "Invalid SMP CPUs 1025. The max CPUs supported by machine 'pseries-5.2' is 1024",
        ),
        ("5.2", "-smp 1,maxcpus=1024 -M vsmt=8,ic-mode=xive", "IRQ 4096 is not free"),
        (
            "5.2",
            "-smp 3,threads=2,maxcpus=4",
            "TCG cannot support more than 1 thread/core on a pseries machine",
        ),
        # QEMU 5.2 looks at -smp before it looks at ic-mode, later ones the other way round.
        ("5.2", "-M pseries-3.0,ic-mode=xive -smp 4,maxcpus=2", "maxcpus must be equal"),
        ("7.2", "-M pseries-3.0,ic-mode=xive -smp 4,maxcpus=2", "This machine only uses the leg"),
        ("7.2", "-M pseries-6.1 -smp 4,maxcpus=8,cores=3", f"{HIERARCHY}sockets (2) * cores (3)"),
        ("7.2", "-M pseries-6.2 -smp 4,maxcpus=8,cores=3", f"{HIERARCHY}sockets (2) * cores (3)"),
        ("7.2", "-M pseries-6.1 -smp 8,threads=3", f"{HIERARCHY}sockets (2) * cores (1)"),
        ("7.2", "-M pseries-6.2 -smp 8,threads=3", f"{HIERARCHY}sockets (1) * cores (2)"),
        ("7.2", "-M pseries-8.0", "unsupported machine type"),
        ("11.1.3", "-M pseries-5.1", "unsupported machine type"),
        ("10.0.13", "-M pseries-2.12", "unsupported machine type"),
        ("10.0.2", "-smp 1,dies=2", "dies > 1 not supported by this machine's CPU topology"),
        ("10.0.2", "-cpu power7 -smp 4,threads=4", "TCG only supports SMT on POWER8 or newer"),
    ],
)
def test_words_of_refusal(qemu: str, words: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        machine(f"{words} --qemu {qemu}")
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    ("qemu", "name", "vsmt", "mode"),
    [
        ("5.2", "pseries-2.12", 8, "legacy"),
        ("5.2", "pseries-3.1", 8, "xics"),
        ("5.2", "pseries-4.0", 8, "xics"),
        ("5.2", "pseries-4.1", 8, "dual"),
        ("5.2", "pseries-4.2", 1, "dual"),
        ("5.2", "pseries", 1, "dual"),
        ("10.0.13", "pseries-3.0", 8, "legacy"),
        ("11.1.3", "pseries", 1, "dual"),
    ],
)
def test_defaults_of_machine_versions(qemu: str, name: str, vsmt: int, mode: str) -> None:
    spapr = machine(f"-M {name} -cpu power9 -smp 2 --qemu {qemu}").spapr
    assert (spapr.vsmt, spapr.irq) == (vsmt, mode)


def test_old_compatibility_shows_fewer_threads() -> None:
    words = "-M pseries,max-cpu-compat=power7 -cpu power8 -smp 8,threads=8 --qemu 10.0.2"
    assert dt(machine(words + " --kvm"))["cpus"]["0"]["servers"] == [0, 1, 2, 3]
    with pytest.raises(Refused, match="TCG only supports SMT on POWER8 or newer CPUs"):
        machine(words)
    # Measured: a POWER9 has 4 threads, but QEMU shows as many as the machine has.
    words = "-M pseries,max-cpu-compat=power9 -cpu power10 -smp 8,threads=8 --qemu 10.0.2"
    assert dt(machine(words))["cpus"]["0"]["servers"] == list(range(8))


def test_the_newest_release_is_meant() -> None:
    assert parse_options([]).release.version == (11, 1, 3)
    assert parse_options([]).machine.name == "pseries-11.1"
    with pytest.raises(Usage):
        parse_options(["--qemu", "seven"])
