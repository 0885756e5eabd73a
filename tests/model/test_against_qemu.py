"""The model against the real program: every recorded row, and a live one where it is installed.

The rows were measured on Debian's QEMU 7.2, 10.0 and 11.1, stopped at reset (see data/).
"""

from __future__ import annotations

import functools
import itertools
import json
import lzma
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spapr_lint.model import Aborted, Machine, Refused, dt, info_pic, parse_options
from spapr_lint.model.versions import KNOWN

sys.path.insert(0, str(Path(__file__).parent))
from measured import command_lines, digest, live, table

DATA = Path(__file__).parent / "data"
QEMU = shutil.which("qemu-system-ppc64")
# What depends on how much the machine at hand has, not on the interrupts.
HOST_LIMITS = ("NOSPACE", "failed to allocate")


@functools.cache
def rows() -> list[dict[str, Any]]:
    with lzma.open(DATA / "dt-matrix.json.xz") as file:
        loaded: list[dict[str, Any]] = json.load(file)
    return loaded


def messages(row: dict[str, Any]) -> list[str]:
    """QEMU's words without the build path and line of an assertion."""
    return [re.sub(r"^\S+?:\d+: ", "", message) for message in row.get("messages", [])]


def run(argv: list[str]) -> tuple[int, list[str], Machine | None]:
    try:
        machine = Machine(parse_options(argv))
    except (Refused, Aborted) as end:
        said = [f"warning: {warning}" for warning in end.warnings] + end.message.split("\n")
        return (1 if isinstance(end, Refused) else -6), said, None
    return 0, [f"warning: {warning}" for warning in machine.spapr.warnings], machine


def differences(row: dict[str, Any]) -> list[str]:
    """What the model says otherwise than the program did."""
    status, said, machine = run([*row["args"].split(), "--qemu", row["qemu"]])
    if (status, said) != (row["rc"], messages(row)):
        return [f"{status} {said} instead of {row['rc']} {messages(row)}"]
    if machine is None:
        return []
    tree, pic = dt(machine), info_pic(machine)
    numbers = [int(nr, 16) for nr in re.findall(r"^ +([0-9a-f]+) (?:MSI|LSI)", pic, re.M)]
    spapr = machine.spapr
    pairs = {
        "ibm,xive-lisn-ranges": (tree.get("ibm,xive-lisn-ranges"), row.get("lisn_ranges")),
        "server ranges": (tree.get("ibm,interrupt-server-ranges"), row.get("server_ranges")),
        "queue sizes": (tree.get("ibm,xive-eq-sizes"), row.get("eq_sizes")),
        "priorities": (
            tree.get("ibm,plat-res-int-priorities"),
            row.get("plat_res_int_priorities"),
        ),
        "nr_ends": (tree.get("nr_ends"), row.get("xive_nr_ends")),
        "nr_irqs": (spapr.xive and spapr.xive.nr_irqs, row.get("xive_nr_irqs")),
        "vsmt": (spapr.vsmt, row["qom_vsmt"]),
        "ic-mode": (spapr.irq, row["qom_ic_mode"]),
        "cpus": (list(tree["cpus"].values()), list(row["cpus"].values())),
        "external irqs": ([nr for nr in numbers if nr >= 0x1000], row["pic"]["xirqs"]),
    }
    if "valid_ipis" in row["pic"]:
        pairs["claimed IPIs"] = (tree["claimed_ipis"], row["pic"]["valid_ipis"])
    return [
        f"{name}: {ours} != {theirs}" for name, (ours, theirs) in pairs.items() if ours != theirs
    ]


@pytest.mark.parametrize("qemu", [version for version in KNOWN if version != "5.2"])
def test_every_recorded_machine(qemu: str) -> None:
    chosen = [row for row in rows() if row["qemu"] == qemu]
    wrong = {row["args"]: found for row in chosen if (found := differences(row))}
    assert not wrong
    assert chosen or qemu == "10.0.13"


def test_the_comparison_can_fail() -> None:
    row = next(row for row in rows() if row.get("lisn_ranges") == [0, 64])
    assert differences({**row, "lisn_ranges": [0, 8]})
    assert differences({**row, "rc": 1})
    assert differences({**row, "cpus": {}})


LIVE = [
    "-M pseries-7.2,ic-mode=xive,vsmt=8 -cpu power9 -smp 3,maxcpus=5",
    "-M pseries-4.1,ic-mode=dual -cpu power9 -smp 2",
    "-M pseries-3.0 -cpu power8 -smp 4,maxcpus=8",
    "-M pseries-2.12-sxxm -cpu power8 -smp 2",
    "-M pseries-7.2,vsmt=8,ic-mode=xive -cpu power9 -smp 1,maxcpus=512",
    "-M pseries-7.2,vsmt=8,ic-mode=xive -cpu power9 -smp 1,maxcpus=513",
    "-M pseries-7.2,vsmt=8,ic-mode=dual -cpu power9 -smp 1,maxcpus=1025",
    "-M pseries-7.2,vsmt=17,ic-mode=xive -cpu power9 -smp 1,maxcpus=241",
    "-M pseries-7.2,vsmt=2147483648 -cpu power9 -smp 2",
    "-M pseries-7.2,ic-mode=bad -smp 2",
    "-M pseries-7.2,foo=1 -smp 2",
    "-M pseries-9.9",
    "-M pseries,vsmt=abc",
    "-M pseries,vsmt=-1",
    "-M pseries,vsmt=4294967296",
    "-M pseries -smp 2,maxcpus=1",
    "-M pseries -smp 5000",
    "-M pseries -smp -1",
    "-M pseries -smp 1,dies=2",
    "-M pseries -smp 1,books=2",
    "-M pseries -smp 3,cores=2",
    "-M pseries -smp abc",
    "-M pseries-6.1 -smp 4,maxcpus=8,cores=2",
    "-M pseries-2.6 -smp 2,maxcpus=4",
    "-M pseries,max-cpu-compat=power8 -cpu power7",
    "-M pseries,max-cpu-compat=power8,ic-mode=xive -cpu power9",
    "-M pseries,max-cpu-compat=power3",
    "-M pseries -cpu nonsense",
    "-M pseries -cpu power11",
    "-M pseries -bogus",
]


@pytest.mark.skipif(QEMU is None, reason="qemu-system-ppc64 is not installed")
@pytest.mark.parametrize("words", LIVE)
def test_a_live_machine(words: str) -> None:
    assert QEMU is not None
    status, said, output = live(QEMU, words)
    ours, words_of_ours, machine = run([*words.split(), "--qemu", "7.2"])
    assert (ours, words_of_ours) == (status, said)
    if machine is not None:
        assert table(info_pic(machine)) == table(output)


@functools.cache
def command_rows() -> list[dict[str, Any]]:
    with lzma.open(DATA / "command-lines.json.xz") as file:
        loaded: list[dict[str, Any]] = json.load(file)
    return loaded


def answer(row: dict[str, Any]) -> tuple[int, list[str], str | None]:
    """What the model says to a recorded command line."""
    status, said, machine = run([*row["args"].split(), "--qemu", row["qemu"]])
    return status, said, None if machine is None else digest(info_pic(machine))


@pytest.mark.parametrize("qemu", KNOWN)
def test_every_recorded_command_line(qemu: str) -> None:
    chosen = [row for row in command_rows() if row["qemu"] == qemu]
    assert len(chosen) > 350
    wrong = {
        row["args"]: (row, found)
        for row in chosen
        if (found := answer(row)) != (row["rc"], row["messages"], row.get("pic"))
    }
    assert not wrong


@pytest.mark.skipif(QEMU is None, reason="qemu-system-ppc64 is not installed")
def test_other_command_lines_live() -> None:
    assert QEMU is not None
    said = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"version (\d+\.\d+)", said)
    assert version is not None
    wrong = {}
    for words in itertools.islice(command_lines(2020, version[1]), 25):
        status, messages, pic = live(QEMU, words)
        if any(limit in message for message in messages for limit in HOST_LIMITS):
            continue
        told = (status, messages, digest(pic) if status == 0 else None)
        if answer({"qemu": version[1], "args": words}) != told:
            wrong[words] = told
    assert not wrong
