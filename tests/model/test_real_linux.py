"""The guest model against a real kernel under TCG: which LISN it takes for each CPU's IPI.

Needs qemu-system-ppc64 and a ppc64el vmlinux, such as Debian's linux-image-powerpc64le holds; its
path is in SPAPR_LINT_VMLINUX.  No root file system: the kernel brings its CPUs up, then panics.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spapr_lint.model import boot
from spapr_lint.model.guest_xive import XiveDriver

sys.path.insert(0, str(Path(__file__).parent))
from machines import machine

QEMU = shutil.which("qemu-system-ppc64")
KERNEL = os.environ.get("SPAPR_LINT_VMLINUX")

pytestmark = [
    pytest.mark.skipif(QEMU is None, reason="qemu-system-ppc64 is not installed"),
    pytest.mark.skipif(
        not KERNEL or not Path(KERNEL).is_file(),
        reason="SPAPR_LINT_VMLINUX names no kernel for ppc64el",
    ),
]


def real_calls(words: str, log: Path) -> list[list[int]]:
    """(LISN, target, priority, EISN) of each H_INT_SET_SOURCE_CONFIG for an IPI."""
    assert QEMU is not None
    assert KERNEL is not None
    quiet = ["-m", "1G", "-nodefaults", "-display", "none", "-vga", "none", "-no-reboot"]
    trace = ["-trace", "spapr_xive_set_source_config", "-D", str(log)]
    kernel = ["-kernel", KERNEL, "-append", "panic=-1", "-serial", "null"]
    subprocess.run(
        [QEMU, *words.split(), *quiet, *trace, *kernel],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )
    shape = r"lisn=0x(\w+) target=0x(\w+) priority=0x(\w+) eisn=0x(\w+)"
    found = [[int(word, 16) for word in match] for match in re.findall(shape, log.read_text())]
    return [call for call in found if call[0] < 0x1000]


@pytest.mark.parametrize(
    "words",
    [
        "-M pseries-7.2,ic-mode=xive,vsmt=8,x-vof=on -cpu power9 -smp 4",
        "-M pseries-7.2,ic-mode=dual,vsmt=4,x-vof=on -cpu power9 -smp 3,maxcpus=5",
    ],
)
def test_the_same_lisns(words: str, tmp_path: Path) -> None:
    guest = boot(machine(words))
    assert isinstance(guest.driver, XiveDriver)
    assert [list(call) for call in guest.driver.calls] == real_calls(words, tmp_path / "trace")
