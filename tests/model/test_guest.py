"""The guest against real Linux: which LISN is whose IPI, and what a spoilt tree does to it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spapr_lint.model import Aborted, Machine, Refused, boot, info_pic
from spapr_lint.model.fdt import Fdt, FdtNode, fdt_setprop, fdt_subnode
from spapr_lint.model.guest import (
    Guest,
    bring_up,
    lost_ipis,
    plug,
    send_ipi,
    take_down,
    take_interrupts,
    unplug,
)
from spapr_lint.model.guest_xive import XiveDriver

sys.path.insert(0, str(Path(__file__).parent))
from machines import machine

DATA = Path(__file__).parent / "data"
BOOTS: list[dict[str, Any]] = json.loads((DATA / "guest-ipis.json").read_text())
BASE = "-M pseries,ic-mode=xive,vsmt=8 -cpu power9 -smp 4"


def calls(guest: Guest) -> list[list[int]]:
    assert isinstance(guest.driver, XiveDriver)
    return [list(call) for call in guest.driver.calls]


def replay(row: dict[str, Any]) -> Guest:
    """Boot, then do what was done to the real guest, as the recording's name says."""
    name, version = row["name"], row["name"].split("-")[1].removeprefix("q")
    guest = boot(
        machine(f"{row['machine']} --qemu {version}"),
        xive="xiveoff" not in name,
        maxcpus=1 if "maxcpus1" in name else None,
    )
    if "offline" in name:
        take_down(guest, 1)
        take_down(guest, 2)
        bring_up(guest, 2)
        bring_up(guest, 1)
    elif "hotplug" in name:
        plug(guest, 3)
        plug(guest, 2)
    elif "unplug" in name:
        plug(guest, 3)
        if len(row["hcall_ipi_cfg"]) == 4:
            unplug(guest, 3)
    elif "maxcpus1" in name:
        bring_up(guest, 1)
    return guest


@pytest.mark.parametrize("row", BOOTS, ids=lambda row: row["name"])
def test_the_same_lisn_for_each_cpu(row: dict[str, Any]) -> None:
    if "changed device tree" in row["machine"]:
        assert SPOILT.get(row["name"]) is not None
        return
    guest = replay(row)
    first = {cpu: lisn for cpu, lisn in guest.ipi_of_cpu.items() if str(cpu) in row["ipi_of_cpu"]}
    if "offline" in row["name"]:
        assert guest.ipi_of_cpu == {0: 0, 1: 2, 2: 1, 3: 3}
    else:
        assert first == {int(cpu): lisn for cpu, lisn in row["ipi_of_cpu"].items()}
    for cpu, server in guest.hard_id.items():
        if row["hard_id"][str(cpu)] or cpu == 0:
            assert row["hard_id"][str(cpu)] == server
    if row.get("hcall_ipi_cfg") and "numa2" not in row["name"]:
        assert calls(guest) == row["hcall_ipi_cfg"]
    assert not lost_ipis(guest)


def ranges(*cells: int) -> Callable[[FdtNode], None]:
    def edit(root: FdtNode) -> None:
        node = fdt_subnode(root, "interrupt-controller")
        assert node is not None
        fdt_setprop(Fdt(), node, "ibm,xive-lisn-ranges", list(cells))

    return edit


def no_ranges(root: FdtNode) -> None:
    node = fdt_subnode(root, "interrupt-controller")
    assert node is not None
    del node.properties["ibm,xive-lisn-ranges"]


def sizes(*cells: int) -> Callable[[FdtNode], None]:
    def edit(root: FdtNode) -> None:
        node = fdt_subnode(root, "interrupt-controller")
        assert node is not None
        fdt_setprop(Fdt(), node, "ibm,xive-eq-sizes", list(cells))

    return edit


def priorities(*cells: int) -> Callable[[FdtNode], None]:
    return lambda root: fdt_setprop(Fdt(), root, "ibm,plat-res-int-priorities", list(cells))


def server9(root: FdtNode) -> None:
    cpus = fdt_subnode(root, "cpus")
    assert cpus is not None
    node = next(node for name, node in cpus.children.items() if name.endswith("@8"))
    fdt_setprop(Fdt(), node, "ibm,ppc-interrupt-server#s", [9])


SPOILT: dict[str, Callable[[FdtNode], None]] = {
    "60-inject-baseline": lambda _root: None,
    "61-inject-range-0x10-4": ranges(0x10, 4),
    "62-inject-range-0-2-too-short": ranges(0, 2),
    "63-inject-range-unclaimed-0x20": ranges(0x20, 4),
    "64-inject-range-0x1e-8-half-unclaimed": ranges(0x1E, 8),
    "65-inject-two-ranges": ranges(0, 2, 0x10, 4),
    "66-inject-two-ranges-spill": ranges(0, 8, 0x10, 2),
    "67-inject-duplicate-ranges": ranges(0, 2, 0, 2),
    "68-inject-no-lisn-ranges": no_ranges,
    "69-inject-odd-lisn-ranges": ranges(0),
    "70-inject-range-overlaps-xirq": ranges(0x1000, 4),
    "71-inject-server9": server9,
    "72-inject-prio-none": priorities(0, 0xFF),
    "73-inject-prio-0-only": priorities(1, 0xFE),
    "74-inject-eq-sizes-12-21-24": sizes(12, 21, 24),
    "75-inject-eq-sizes-12-16-21": sizes(12, 16, 21),
    "76-inject-zero-count": ranges(0, 0),
}


def spoilt() -> list[dict[str, Any]]:
    text = (DATA / "guest-on-wrong-trees.txt").read_text()
    decoder, rows, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        row, at = decoder.raw_decode(text, at)
        rows.append(row)
    return rows


def said(messages: list[str]) -> list[str]:
    """What the XIVE driver said; a repeated range is put into the list it is already in."""
    kept = [line for line in messages if line.startswith("xive: ")]
    return sorted(set(kept))


@pytest.mark.parametrize("row", spoilt(), ids=lambda row: row["name"])
def test_a_spoilt_tree(row: dict[str, Any]) -> None:
    edit = SPOILT[row["name"]]

    def change(tree: Fdt) -> None:
        edit(tree.root)

    guest = boot(machine(f"{BASE} -m 1G"), edit=change)
    assert said(guest.messages) == said(row["messages"])
    dead = any("Kernel panic" in line or "Oops" in line for line in row["messages"])
    if not dead:
        assert guest.ipi_of_cpu == {int(cpu): lisn for cpu, lisn in row["ipi_of_cpu"].items()}
        brought = re.search(r"Brought up 1 node, (\d+) CPU", " ".join(row["messages"]))
        assert len(guest.online) == (int(brought.group(1)) if brought else 1)
    elif "overlaps" not in row["name"]:
        assert guest.panic is not None


def test_duplicate_ranges_lead_ipis_astray() -> None:
    guest = boot(machine(BASE), edit=lambda tree: ranges(0, 2, 0, 2)(tree.root))
    assert lost_ipis(guest)


def test_one_ipi_each_of_many_cpus() -> None:
    for words in ("ic-mode=xive", "ic-mode=xics", "ic-mode=dual,vsmt=8"):
        guest = boot(machine(f"-M pseries,{words} -smp 64"))
        assert len(guest.online) == 64
        assert not lost_ipis(guest)


@pytest.mark.parametrize("more", ["", " --kvm"])
@pytest.mark.parametrize("mode", ["xics", "xive", "dual"])
def test_many_ipis_at_once(mode: str, more: str) -> None:
    guest = boot(machine(f"-M pseries,ic-mode={mode},vsmt=4 -smp 3{more}"))
    for target in (0, 1, 2, 1):
        send_ipi(guest, target)
    # XICS knows one request for each CPU; XIVE's Q bit keeps one more event.
    assert take_interrupts(guest) == {0: 1, 1: 1 if mode == "xics" else 2, 2: 1}
    assert take_interrupts(guest) == {}


FIRST = "H_INT_SET_SOURCE_CONFIG lisn=0x1 target=8 prio=6 failed -1"


@pytest.mark.parametrize(
    ("variant", "words", "outcome"),
    [
        ("as_shipped", "-smp 4", "boots"),
        ("as_shipped", "-smp 4 --kvm", "boots"),
        ("as_shipped", "-smp 1,maxcpus=512", "boots"),
        ("as_shipped", "-smp 1,maxcpus=513", "IRQ 4096 is not free"),
        ("as_shipped", "-smp 1,maxcpus=1025", "spapr_xive_claim_irq: Assertion"),
        ("nr_ipis", "-smp 4", "boots"),
        ("nr_ipis", "-smp 4 --kvm", "boots"),
        ("nr_ipis", "-smp 1,maxcpus=513", "boots"),
        ("nr_ipis", "-smp 1,maxcpus=4096", "boots"),
        ("ends_by_cpus", "-smp 1", "boots"),
        ("ends_by_cpus", "-smp 2", "h_int_get_queue_info: Assertion `end_idx < xive->nr_ends'"),
        ("ends_by_cpus", "-smp 4", "h_int_get_queue_info: Assertion `end_idx < xive->nr_ends'"),
        ("ipi_by_vcpu_id", "-smp 4", "boots"),
        ("ipi_by_vcpu_id", "-smp 4 --kvm", FIRST),
    ],
)
def test_what_each_design_does(variant: str, words: str, outcome: str) -> None:
    options = f"-M pseries,ic-mode=xive,vsmt=8 {words} --variant {variant}"
    if outcome not in ("boots", FIRST):
        with pytest.raises((Refused, Aborted)) as end:
            boot(machine(options))
        assert end.value.message.startswith(outcome)
        return
    guest = boot(machine(options))
    if outcome == "boots":
        assert guest.online == sorted(guest.hard_id)
        assert not lost_ipis(guest)
    else:
        assert any(outcome in message for message in guest.messages)
        assert guest.online == [0]


def test_the_reviewed_fix_names_the_guest_ranges() -> None:
    shipped, fixed = (
        boot(machine(f"{BASE} --variant {variant}")) for variant in ("as_shipped", "nr_ipis")
    )
    assert "xive: Using IRQ range [0-1f]" in shipped.messages
    assert "xive: Using IRQ range [0-3]" in fixed.messages


def test_info_pic_after_an_ipi() -> None:
    guest = boot(machine(BASE))
    send_ipi(guest, 1)
    pic = info_pic(guest.machine)
    assert re.search(r"00000001 MSI P-    00000010   8/6      1/16384 @\w+ \^1 \[ .*80000010", pic)
    assert "00000008 MSI -Q  M 00000000" in pic


def test_a_machine_without_xive_takes_xics() -> None:
    guest = boot(Machine(machine("-M pseries-3.0 -cpu power8 -smp 2 --qemu 7.2").options))
    assert guest.mode == "xics"
    assert not lost_ipis(guest)
