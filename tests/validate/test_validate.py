"""The sweep: each design's verdict, its smallest machines, and how the answer is told."""

from __future__ import annotations

import functools
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from spapr_lint.validate.command import main
from spapr_lint.validate.experiment import evaluate
from spapr_lint.validate.grid import Limits, Point, grid, size_of, smaller
from spapr_lint.validate.invariants import FAILED, NAMES, NOT_RUN, PASSED
from spapr_lint.validate.sweep import Sweep, sweep


@functools.cache
def quick(subject: str) -> Sweep:
    return sweep(subject, grid("quick", Limits()), jobs=1)


def failing(result: Sweep) -> dict[str, str]:
    """The smallest machine of each rule that fails."""
    return {
        verdict.invariant.name: str(verdict.smallest.point)
        for verdict in result.verdicts
        if verdict.smallest is not None
    }


MACHINE = "-M pseries,ic-mode=xive{} -cpu power9 -smp {}{}"
COLLISION = MACHINE.format(",vsmt=8", "1,threads=1,maxcpus=513", "")
ABORT = MACHINE.format(",vsmt=8", "1,threads=1,maxcpus=1025", "")
SPARSE = MACHINE.format(",vsmt=2", "2,threads=1,maxcpus=2", " --kvm")
PLUGGED = MACHINE.format("", "1,threads=1,maxcpus=3", " --kvm")
TABLE = MACHINE.format(",vsmt=2", "1,threads=1,maxcpus=2", "")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("nr_ipis", {}),
        ("as_shipped", {"range-claimed": COLLISION, "no-abort": ABORT}),
        ("ends_by_cpus", {"ends-exist": TABLE, "no-abort": TABLE}),
        (
            "ipi_by_vcpu_id",
            {
                "range-claimed": COLLISION,
                "no-abort": ABORT,
                "kvm-sources-boot": SPARSE,
                "kvm-sources-plug": PLUGGED,
                "ipis-boot": SPARSE,
                "ipis-plug": PLUGGED,
                "ipis-reset": PLUGGED,
            },
        ),
    ],
)
def test_the_story_of_each_design(subject: str, expected: dict[str, str]) -> None:
    assert failing(quick(subject)) == expected


def test_every_rule_is_run_somewhere() -> None:
    assert len(quick("nr_ipis").outcomes) >= 48
    for verdict in quick("nr_ipis").verdicts:
        assert verdict.state == PASSED
        assert verdict.passed > 0


def test_the_full_grid_is_large_and_has_no_machine_twice() -> None:
    points = grid("full", Limits())
    assert len(points) >= 2000
    assert len(set(points)) == len(points)


def test_what_was_not_run_is_never_passed() -> None:
    without_kvm = evaluate(Point(2, 2), None).answers
    assert without_kvm["kvm-sources-boot"].state == NOT_RUN
    assert without_kvm["kvm-nr-servers"].state == NOT_RUN
    assert without_kvm["ipis-plug"].state == NOT_RUN
    assert without_kvm["server-ranges"].state == NOT_RUN
    xics = evaluate(Point(2, 4, ic_mode="xics"), None).answers
    assert xics["range-claimed"].state == NOT_RUN
    assert xics["server-ranges"].state == PASSED
    dead = evaluate(Point(1, 1025, vsmt=8), None).answers
    assert {name for name in NAMES if dead[name].state == PASSED} == set()
    assert dead["no-abort"].state == FAILED


def test_a_machine_that_breaks_no_rule_is_refused_not_failed() -> None:
    outcome = evaluate(Point(2, 2, threads=2, vsmt=1), None)
    assert outcome.refused == "Cannot support VSMT mode 1 because it must be >= threads/core (2)"
    assert outcome.answers == {}


def test_steps_of_shrinking_get_smaller() -> None:
    start = Point(8, 64, threads=4, vsmt=8, ic_mode="dual", kvm=True)
    point: Point | None = start
    last = start
    while point is not None:
        last = point
        for step in smaller(point):
            assert step.cpus % step.threads == step.maxcpus % step.threads == 0
            assert step.threads <= step.cpus <= step.maxcpus
        point = next((step for step in smaller(point) if size_of(step) < size_of(last)), None)
    assert last == Point(1, 1)


def test_processes_change_nothing() -> None:
    points = grid("quick", Limits())[:60]
    assert sweep("ends_by_cpus", points, jobs=1) == sweep("ends_by_cpus", points, jobs=2)


USERS = """
from spapr_lint.model.variants import nr_ipis
from spapr_lint.model.fdt import fdt_setprop
from spapr_lint.model.spapr_xive import spapr_xive_dt_node


def spapr_xive_dt(xive, nr_servers, fdt, phandle):
    node = spapr_xive_dt_node(xive, fdt, phandle)
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", [0, xive.nr_ipis {change}])


def spapr_xive_class_init(sicc):
    design = nr_ipis.spapr_xive_class_init(sicc)
    sicc.dt = spapr_xive_dt
    return design
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("", set()),
        ("+ 1", {"range-claimed"}),
        ("- 1", {"range-holds-cpus", "range-cells", "ipis-boot"}),
    ],
)
def test_a_users_own_design(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, expected: set[str]
) -> None:
    module = tmp_path / "mine.py"
    module.write_text(USERS.format(change=change))
    smp = ["--smp", "2,maxcpus=2", "--no-kvm", "--ic-mode", "xive", "--format", "json", "-j", "1"]
    status = main([str(module), *smp])
    single = main([str(module), "--smp", "1", *smp[2:]])
    told = capsys.readouterr()
    assert "running the code of" in told.err
    first = json.JSONDecoder().raw_decode(told.out)[0]
    failed = {item["name"] for item in first["invariants"] if item["state"] == FAILED}
    assert failed == expected - ({"range-cells"} if change == "- 1" else set())
    assert status == int(bool(expected))
    assert single == int(bool(expected))


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["/nowhere/mine.py"],
        ["--smp", "0"],
        ["--smp", "two"],
        ["--grid", "huge"],
        ["--vsmt", "1", "--smp", "2,threads=2"],
    ],
)
def test_wrong_use(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().err


def test_a_folder_that_is_no_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--smp", "1", "-j", "1"]) == 2
    assert "no QEMU tree, hw/ppc/spapr.c is missing" in capsys.readouterr().err


def test_a_broken_module_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "mine.py"
    module.write_text("import nothing_of_that_name\n")
    assert main([str(module), "--smp", "1", "-j", "1"]) == 2
    assert "nothing_of_that_name" in capsys.readouterr().err


def test_json_and_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = ["as_shipped", "--smp", "1,maxcpus=513", "--vsmt", "8", "--vsmt", "1", "-j", "1"]
    assert main([*few, "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["version"] == 1
    assert [item["name"] for item in data["invariants"]] == list(NAMES)
    claimed = next(item for item in data["invariants"] if item["name"] == "range-claimed")
    assert claimed["failed"] == len(claimed["failures"]) == 4
    assert claimed["smallest"]["machine"] == COLLISION
    for form in ("svg", "html"):
        path = tmp_path / f"picture.{form}"
        assert main([*few, "--format", form, "--output", str(path)]) == 1
        text = path.read_text()
        assert "range-claimed" in text
        assert "#c0392b" in text
    ET.parse(tmp_path / "picture.svg")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["picture.html", "picture.svg"]


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nr-ipis", "--smp", "2", "-j", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("nr_ipis: ")
    assert [line.split()[1] for line in lines[1:]] == list(NAMES)
