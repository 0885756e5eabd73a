"""QEMU 7.2's own C, translated and run, against the program that Debian built from it.

``SPAPR_LINT_QEMU_TREE`` names the source, as in the gate's tests.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from spapr_lint.runtime.errors import Aborted, Exited
from spapr_lint.runtime.program import Program
from spapr_lint.runtime.run import program
from spapr_lint.tree import DiskTree, MemoryTree
from spapr_lint.validate.c_experiment import evaluate_c
from spapr_lint.validate.c_machine import CMachine
from spapr_lint.validate.c_source import CSource
from spapr_lint.validate.command import main
from spapr_lint.validate.experiment import evaluate
from spapr_lint.validate.grid import Limits, Point, grid
from spapr_lint.validate.invariants import FAILED, NOT_RUN, PASSED

TREE = os.environ.get("SPAPR_LINT_QEMU_TREE", "")
QEMU = shutil.which("qemu-system-ppc64")
pytestmark = pytest.mark.skipif(
    not os.path.isfile(os.path.join(TREE, "hw/ppc/spapr_irq.c")),
    reason="SPAPR_LINT_QEMU_TREE names no source tree of QEMU 7.2",
)
needs_qemu = pytest.mark.skipif(QEMU is None, reason="qemu-system-ppc64 is not installed")
SIZES = ((1, 1), (4, 4), (2, 8), (8, 16))
OF_CPUS = ("reg", "ibm,ppc-interrupt-server#s", "ibm,ppc-interrupt-gserver#s", "ibm,my-drc-index")


@functools.cache
def shipped() -> Program:
    return program(CSource(DiskTree(TREE)))


def points() -> list[Point]:
    found = [
        Point(now, most, 1, vsmt, mode, False, "pseries-7.2")
        for mode, (now, most), vsmt in itertools.product(
            ("xive", "xics", "dual"), SIZES, (None, 1, 8, 100)
        )
    ]
    found += [Point(3, 5, 1, None, "dual", False, f"pseries-{v}") for v in ("4.1", "4.2", "6.2")]
    return [*found, Point(1, 512, vsmt=8, machine="pseries-7.2")]


Nodes = dict[str, dict[str, bytes]]


def unflattened(blob: bytes) -> Nodes:
    """The nodes of a flattened device tree by path."""
    structure, strings = struct.unpack(">2I", blob[8:16])
    at = structure
    path: list[str] = []
    found: Nodes = {}
    while True:
        (token,) = struct.unpack(">I", blob[at : at + 4])
        at += 4
        if token == 1:
            end = blob.index(b"\0", at)
            path.append(blob[at:end].decode())
            at = (end + 4) & ~3
            found["/".join(path) or "/"] = {}
        elif token == 2:
            path.pop()
        elif token == 3:
            size, name = struct.unpack(">2I", blob[at : at + 8])
            key = blob[strings + name : blob.index(b"\0", strings + name)].decode()
            found["/".join(path) or "/"][key] = blob[at + 8 : at + 8 + size]
            at = (at + 8 + size + 3) & ~3
        elif token == 9:
            return found


def of_program(point: Point, folder: Path) -> tuple[int, str, Nodes]:
    """What the real program does with a machine: status, words, tree."""
    target = folder / "machine.dtb"
    words = point.words()
    words[1] += f",dumpdtb={target}"
    words += ["-nodefaults", "-display", "none", "-S"]
    done = subprocess.run([str(QEMU), *words], capture_output=True, text=True, timeout=60)
    nodes = unflattened(target.read_bytes()) if target.exists() else {}
    target.unlink(missing_ok=True)
    return done.returncode, done.stderr, nodes


def of_interrupts(nodes: Nodes) -> Nodes:
    """What interrupts are about: the controller, the reserved priorities, each CPU's numbers."""
    kept: Nodes = {}
    for path, properties in nodes.items():
        if path.startswith("/interrupt-controller"):
            kept[path] = properties
        elif path.startswith("/cpus/"):
            kept[path] = {name: properties.get(name, b"") for name in OF_CPUS}
    kept["/"] = {k: v for k, v in nodes["/"].items() if k == "ibm,plat-res-int-priorities"}
    return kept


def of_c(point: Point) -> Nodes:
    tree = CMachine(shipped(), point).tree()
    return of_interrupts({path: node.properties for path, node in tree.items()})


@needs_qemu
def test_every_machine_as_the_program_has_it(tmp_path: Path) -> None:
    every = points()
    assert len(every) >= 48
    for point in every:
        status, said, nodes = of_program(point, tmp_path)
        assert nodes, (point, status, said)
        assert of_c(point) == of_interrupts(nodes), str(point)


@needs_qemu
def test_machines_that_the_program_refuses(tmp_path: Path) -> None:
    refused = [
        (Point(1, 513, vsmt=8), Exited),
        (Point(1, 513, vsmt=8, ic_mode="dual"), Exited),
        (Point(1, 1025, vsmt=8), Aborted),
        (Point(4, 4, threads=4), Exited),
        (Point(2, 2, threads=2, vsmt=1), Exited),
    ]
    for point, kind in refused:
        status, said, _ = of_program(point, tmp_path)
        with pytest.raises(kind) as caught:
            CMachine(shipped(), point)
        assert caught.value.message.split(": ", 1)[-1] in said
        assert (status, kind) in ((1, Exited), (-6, Aborted))


def test_what_kvm_refuses_is_no_fault() -> None:
    for point in (Point(1, 2049, kvm=True), Point(1, 4096, ic_mode="xics", kvm=True)):
        refused = evaluate_c(point, shipped()).refused
        assert refused == evaluate(point, None).refused
        assert refused is not None
        assert "hotpluggable" in refused


def test_the_live_fault_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    few = ["--vsmt", "8", "--ic-mode", "xive", "--no-kvm", "-j", "1"]
    assert main([TREE, "--smp", "1,maxcpus=513", *few]) == 1
    told = capsys.readouterr().out
    assert "smallest machine: -M pseries,ic-mode=xive,vsmt=8" in told
    assert "-smp 1,threads=1,maxcpus=513" in told
    assert "IRQ 4096 is not free" in told
    assert main([TREE, "--smp", "1,maxcpus=512", *few]) == 0
    assert main([TREE, "--smp", "1,maxcpus=1025", *few]) == 1
    told = capsys.readouterr().out
    assert "Assertion `lisn < xive->nr_irqs' failed" in told
    assert "did nothing: " in told


def test_as_shipped_under_kvm() -> None:
    sparse = evaluate_c(Point(4, 8, 4, 8, kvm=True), shipped())
    for name in ("kvm-sources-boot", "kvm-sources-plug", "kvm-nr-servers", "ipis-boot"):
        assert sparse.answers[name].state == PASSED, sparse.answers[name]
    assert sparse.answers["ipis-plug"].state == PASSED
    assert sparse.answers["ipis-migration"].state == PASSED
    assert dict(sparse.stubs)["cpu_reset"] > 0


@pytest.mark.parametrize("kvm", [False, True])
def test_both_modes_after_each_other(kvm: bool) -> None:
    answers = evaluate_c(Point(2, 4, vsmt=8, ic_mode="dual", kvm=kvm), shipped()).answers
    for name in ("ipis-boot", "ipis-plug", "ipis-reset", "ipis-switch", "no-abort"):
        assert answers[name].state == PASSED, (name, answers[name])


def test_the_reference_model_says_the_same_of_every_rule() -> None:
    few = grid("quick", Limits())[::5] + grid("full", Limits(kvm=True))[::151]
    run = 0
    for point in few:
        mine, its = evaluate_c(point, shipped()), evaluate(point, None)
        if mine.refused is not None and "more than 1 thread/core" in mine.refused:
            continue  # TCG of 7.2; the model is of a later QEMU
        assert mine.refused == its.refused, str(point)
        for name, answer in mine.answers.items():
            assert answer.state == its.answers[name].state, (str(point), name, answer)
        run += mine.refused is None
    assert run > 20


def test_a_tree_in_each_format(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    few = ["--smp", "1,maxcpus=2", "--vsmt", "2", "--machine", "pseries-6.2", "-j", "1"]
    assert main([TREE, *few, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["subject"], told["machines"]) == (1, TREE, 6)
    assert all(rule["state"] == PASSED for rule in told["invariants"])
    assert told["stubs"]["cpu_reset"] > 0
    target = tmp_path / "out.html"
    assert main([TREE, *few, "--kvm", "--ic-mode", "xive", "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.count("<rect") > 10
    assert "ipis-migration" in page
    options = ["--grid", "full", "--ic-mode", "xics", "--no-kvm", "--smp", "1", "--vsmt", "1"]
    assert main([TREE, *options, "--format", "svg", "--output", str(target)]) == 0
    assert ET.parse(target).getroot().tag.endswith("svg")


# ---- the reviewed fix, on the same source: anchors of a few words, text of our own


def changed(*, ends_by_cpus: bool) -> dict[str, bytes]:
    """Both versions of the series: IPIs and range by the number of vCPUs; then ENDs as well."""
    irq = (Path(TREE) / "hw/ppc/spapr_irq.c").read_text()
    xive = (Path(TREE) / "hw/intc/spapr_xive.c").read_text()
    most = "MACHINE(spapr)->smp.max_cpus"
    irq = once(irq, "i < nr_servers; ++i", f"i < {most}; ++i")
    if ends_by_cpus:
        irq = once(irq, '"nr-ends", nr_servers << 3', f'"nr-ends", {most} << 3')
    cell = "cpu_to_be32(MACHINE(qdev_get_machine())->smp.max_cpus)"
    anchor = "cpu_to_be32(SPAPR_IRQ_IPI + nr_servers)"
    xive = once(xive, anchor, cell)
    return {"hw/ppc/spapr_irq.c": irq.encode(), "hw/intc/spapr_xive.c": xive.encode()}


def fixed(*, ends_by_cpus: bool) -> Program:
    """The tree with one of the versions."""
    return program(CSource(MemoryTree(changed(ends_by_cpus=ends_by_cpus), DiskTree(TREE))))


def once(text: str, anchor: str, new: str) -> str:
    assert text.count(anchor) == 1, anchor
    return text.replace(anchor, new)


def test_the_first_version_of_the_fix() -> None:
    made = fixed(ends_by_cpus=False)
    for point in (Point(4, 4, vsmt=8), Point(1, 513, vsmt=8), Point(1, 4096)):
        answers = evaluate_c(point, made).answers
        assert [n for n, a in answers.items() if a.state == FAILED] == [], str(point)
        assert answers["ipis-boot"].state == PASSED


def test_the_second_version_of_the_fix_aborts_the_bring_up() -> None:
    made = fixed(ends_by_cpus=True)
    answers = evaluate_c(Point(2, 2, vsmt=2), made).answers
    assert answers["ends-exist"].state == FAILED
    assert answers["ipis-boot"].state == NOT_RUN
    assert "h_int_get_queue_info: Assertion" in answers["no-abort"].detail
    assert "end_idx < xive->nr_ends" in answers["no-abort"].detail
    dense = evaluate_c(Point(2, 2), made).answers
    assert dense["ends-exist"].state == PASSED
    assert dense["ipis-boot"].state == PASSED


def test_the_command_names_the_smallest_machine_of_the_second_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("include", "hw/ppc", "hw/intc", "hw/cpu", "target/ppc", "linux-headers"):
        shutil.copytree(Path(TREE) / folder, tmp_path / folder)
    for path, content in changed(ends_by_cpus=True).items():
        (tmp_path / path).write_bytes(content)
    options = ["--vsmt", "8", "--smp", "4", "--ic-mode", "xive", "--no-kvm", "-j", "1"]
    assert main([str(tmp_path), *options]) == 1
    told = capsys.readouterr().out
    failing = [line.split()[1] for line in told.splitlines() if line.startswith("FAIL")]
    assert failing == ["ends-exist", "no-abort"]
    at, words = told.index("FAIL no-abort"), "-M pseries,ic-mode=xive,vsmt=2 -cpu power9 -smp 1,"
    assert f"smallest machine: {words}threads=1,maxcpus=2\n" in told[at:]
    assert "h_int_get_queue_info: Assertion `end_idx < xive->nr_ends' failed" in told[at:]


MUTANTS = {
    "one LISN too many": (
        "hw/intc/spapr_xive.c",
        ("cpu_to_be32(SPAPR_IRQ_IPI + nr_servers)", "cpu_to_be32(SPAPR_IRQ_IPI + nr_servers + 1)"),
        Point(2, 2),
        "range-claimed",
    ),
    "a target that is another server": (
        "hw/intc/spapr_xive.c",
        ("*out_end_idx = (cpu->vcpu_id << 3) + prio", "*out_end_idx = prio"),
        Point(2, 2),
        "ipis-boot",
    ),
    "a vCPU connected to KVM's XICS by another number": (
        "hw/intc/xics_kvm.c",
        ("kernel_xics_fd, vcpu_id)", "kernel_xics_fd, cs->cpu_index)"),
        Point(2, 2, vsmt=2, ic_mode="xics", kvm=True),
        "ipis-boot",
    ),
    "a server bound without VSMT": (
        "hw/ppc/spapr.c",
        ("max_cpus * spapr->vsmt", "max_cpus"),
        Point(2, 4, vsmt=8),
        "ends-exist",
    ),
}


MOVED = {
    "no EAS travels": ("hw/intc/spapr_xive.c", "VMSTATE_UINT64(w, XiveEAS),", "dual", False),
    "END without its target": (
        "hw/intc/spapr_xive.c",
        "VMSTATE_UINT32(w6, XiveEND),",
        "xive",
        False,
    ),
    "no P and Q": (
        "hw/intc/xive.c",
        "VMSTATE_VBUFFER_UINT32(status, XiveSource, 1, NULL, nr_irqs),",
        "xive",
        True,
    ),
    "no thread context": ("hw/intc/xive.c", "VMSTATE_BUFFER(regs, XiveTCTX),", "dual", False),
    "no XIRR": ("hw/intc/xics.c", "VMSTATE_UINT32(xirr, ICPState),", "xics", False),
}


@pytest.mark.parametrize("name", MOVED)
def test_what_does_not_travel_is_missed(name: str) -> None:
    path, anchor, mode, kvm = MOVED[name]
    text = once((Path(TREE) / path).read_text(), anchor, "")
    made = program(CSource(MemoryTree({path: text.encode()}, DiskTree(TREE))))
    answers = evaluate_c(Point(2, 3, vsmt=4, ic_mode=mode, kvm=kvm), made).answers
    assert [n for n, a in answers.items() if a.state == FAILED] == ["ipis-migration"]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_put_into_the_c_is_found(name: str) -> None:
    path, (anchor, new), point, rule = MUTANTS[name]
    text = once((Path(TREE) / path).read_text(), anchor, new)
    made = program(CSource(MemoryTree({path: text.encode()}, DiskTree(TREE))))
    answers = evaluate_c(point, made).answers
    assert answers[rule].state == FAILED, {n: a for n, a in answers.items() if a.state == FAILED}
