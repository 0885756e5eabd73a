"""The device tree as a blob, the command, and the options: what goes in and what comes out."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.model import Aborted, Machine, Refused, Usage, boot, dt, dtb, dts, parse_options
from spapr_lint.model.command import main
from spapr_lint.model.fdt import FdtNode
from spapr_lint.model.guest import lost_ipis
from spapr_lint.model.spapr import spapr_build_fdt
from spapr_lint.model.vsmt import spapr_max_server_number, spapr_vcpu_id

sys.path.insert(0, str(Path(__file__).parent))
from machines import machine

WORDS = "-M pseries,ic-mode=xive,vsmt=8 -cpu power9 -smp 3,maxcpus=4"


def test_the_json_of_the_design() -> None:
    assert dt(machine(WORDS)) == {
        "servers": [0, 8, 16],
        "ibm,xive-lisn-ranges": [0, 32],
        "ibm,xive-eq-sizes": [16],
        "ibm,plat-res-int-priorities": [7, 248],
        "claimed_ipis": 32,
        "nr_ends": 256,
        "cpus": {
            str(server): {"reg": server, "servers": [server], "gservers": [server, 0]}
            for server in (0, 8, 16)
        },
    }
    dual = "-M pseries,ic-mode=dual,vsmt=8 -smp 2,maxcpus=4"
    before, after = dt(machine(dual)), dt(machine(f"{dual} --cas xive"))
    assert before["ibm,interrupt-server-ranges"] == after["ibm,xive-lisn-ranges"] == [0, 32]
    assert "ibm,xive-lisn-ranges" not in before
    assert "ibm,interrupt-server-ranges" not in after
    xics = dt(machine("-M pseries,ic-mode=xics -smp 2"))
    assert "nr_ends" not in xics
    assert "claimed_ipis" not in xics


def test_the_blob_says_what_the_tree_says() -> None:
    libfdt = pytest.importorskip("libfdt")
    m = machine(WORDS)
    blob = libfdt.Fdt(dtb(m))

    def same(node: FdtNode, offset: int) -> None:
        for name, value in node.properties.items():
            assert bytes(blob.getprop(offset, name)) == value
        for name, child in node.children.items():
            same(child, blob.subnode_offset(offset, name))

    same(spapr_build_fdt(m.spapr).root, 0)
    assert blob.getprop(blob.path_offset("/cpus/PowerPC,POWER9@8"), "reg").as_uint32() == 8


@pytest.mark.skipif(shutil.which("dtc") is None, reason="dtc is not installed")
def test_dtc_reads_the_source_text() -> None:
    done = subprocess.run(
        ["dtc", "-I", "dts", "-O", "dts", "-q"],
        input=dts(machine(WORDS)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ibm,xive-lisn-ranges = <0x00 0x20>;" in done.stdout


def test_command(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    assert main(["dt", *WORDS.split()]) == 0
    assert json.loads(capsysbinary.readouterr().out) == dt(machine(WORDS))
    blob = tmp_path / "tree.dtb"
    if pytest.importorskip("libfdt"):
        assert main(["dt", "--format", "dtb", "--output", str(blob), *WORDS.split()]) == 0
        assert blob.read_bytes() == dtb(machine(WORDS))
    assert main(["boot", *WORDS.split()]) == 0
    assert b"CPU 2: online, server 16, IPI is LISN 0x2" in capsysbinary.readouterr().out
    assert main(["boot", "--format=json", "--xive-off", *WORDS.split()]) == 0
    assert json.loads(capsysbinary.readouterr().out)["mode"] == "xive"
    assert main(["info", *WORDS.split()]) == 0
    assert b"irqchip: emulated" in capsysbinary.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("dt -M pseries,ic-mode=xive,vsmt=8 -cpu power9 -smp 1,maxcpus=513", 1, "IRQ 4096 is not"),
        ("dt -M pseries,vsmt=8 -cpu power9 -smp 1,maxcpus=1025", 134, "spapr_xive_claim_irq: Asse"),
        ("dt --variant nonsense", 2, "as_shipped"),
        ("dt --qemu nonsense", 2, "--qemu"),
        ("dt --cas nonsense", 2, "--cas"),
        ("dt --format text", 2, "--format"),
        ("paint", 2, "paint"),
        ("dt -bogus", 1, "-bogus: invalid option"),
        ("dt -smp", 1, "-smp: requires an argument"),
    ],
)
def test_exit_status(
    words: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == status
    assert said in capsys.readouterr().err


def test_other_options_of_qemu_are_taken() -> None:
    words = (
        "-nodefaults -display none -m 4G -machine pseries,accel=kvm:tcg -M vsmt=8 -smp cpus=2 "
        "-device spapr-vscsi -kernel vmlinux -append console=hvc0 -serial mon:stdio -S disk.img"
    )
    options = parse_options(words.split())
    assert (options.vsmt, options.smp.cpus, options.kvm) == (8, 2, True)
    assert options.ram_size == 4 << 30
    assert parse_options(["--enable-kvm"]).kvm
    assert parse_options(["-accel", "tcg", "-accel", "kvm"]).kvm
    assert not parse_options(["-accel", "tcg"]).kvm


TEXT = st.text("abcdefghijklmnopqrstuvwxyz0123456789=,.-", max_size=12)
WORD = st.one_of(
    st.sampled_from(["-M", "-machine", "-smp", "-cpu", "-m", "--kvm", "--cas", "--qemu", "-S"]),
    st.sampled_from(["pseries", "pseries,vsmt=8", "1,maxcpus=9", "threads=2", "power9", "xive"]),
    TEXT,
)


@given(st.lists(WORD, max_size=6))
def test_any_command_line_is_answered(words: list[str]) -> None:
    with contextlib.suppress(Refused, Aborted, Usage):
        Machine(parse_options(words)._replace(ram_size=1 << 28))


@given(st.sampled_from([1, 2, 4, 8]), st.integers(0, 60), st.integers(1, 40))
def test_server_numbers(threads: int, more: int, cores: int) -> None:
    """Numbers are all different, rise with the index, and stay below the bound."""
    vsmt, count = threads + more, cores * threads
    m = machine(f"-M pseries,ic-mode=xics,vsmt={vsmt} -smp {count},threads={threads}")
    servers = [spapr_vcpu_id(m.spapr, index) for index in range(count)]
    assert servers == sorted(set(servers))
    assert servers[-1] < spapr_max_server_number(m.spapr)
    assert spapr_max_server_number(m.spapr) == vsmt * cores
    assert dt(m)["servers"] == servers


def test_speed() -> None:
    """4 CPUs boot in 5 ms, 1,024 take an IPI each in a second; the best of a few runs counts."""

    def best(words: str, runs: int) -> float:
        times = []
        for _run in range(runs):
            start = time.process_time()
            guest = boot(machine(words))
            assert not lost_ipis(guest)
            times.append(time.process_time() - start)
        return min(times)

    assert best("-M pseries,ic-mode=xive,vsmt=8 -smp 4", 5) <= 0.005
    assert best("-M pseries,ic-mode=xive -smp 1024", 2) <= 1.0


def test_output_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "tree.json"
    target.write_text("old")
    target.chmod(0o640)

    def interrupted(self: Path, other: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            main(["dt", "--output", str(target), *WORDS.split()])
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["tree.json"]
    assert main(["dt", "--output", str(target), *WORDS.split()]) == 0
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_text().startswith("{")
    assert main(["dt", "--output", str(tmp_path / "no" / "where"), *WORDS.split()]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_warnings_come_before_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dt", *"-M pseries -smp 2,maxcpus=0,sockets=3 --qemu 7.2".split()]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("qemu-system-ppc64: warning: Deprecated CPU topology")
    assert lines[1].startswith("qemu-system-ppc64: Invalid CPU topology")
