"""spapr-lint on itself: its variants have the faults they are there for, the rest has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.doors.run import ROOT, lint

FOUND = re.compile(r"^(\S+):(\d+):\d+: (SPL\d+) ", re.MULTILINE)
PACKAGE = ROOT / "spapr_lint"
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py")))
INTENDED = {
    ("as_shipped.py", "SPL101"): '"ibm,xive-lisn-ranges"',
    ("as_shipped.py", "SPL203"): '"ibm,xive-lisn-ranges"',
    ("as_shipped.py", "SPL102"): "claim_irq()",
    ("ipi_by_vcpu_id.py", "SPL102"): "kvm_device_access()",
    ("ipi_by_vcpu_id.py", "SPL103"): "kvm_cpu_is_enabled()",
    ("ends_by_cpus.py", "SPL201"): '"nr-ends"',
}


def _readme_command() -> list[str]:
    """The check that the README runs on what is shipped."""
    found = re.search(r"^\.venv/bin/spapr-lint (check .*)$", (ROOT / "README.md").read_text(), re.M)
    assert found is not None
    return found[1].split()


def test_the_readme_s_command_finds_the_intended_and_nothing_else(tmp_path: Path) -> None:
    done = lint(*_readme_command(), cwd=ROOT, XDG_CACHE_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "")
    heads = {
        (Path(match[1]).name, match[3]): done.stdout[match.start() :].split("\n", 1)[0]
        for match in FOUND.finditer(done.stdout)
    }
    assert heads.keys() == INTENDED.keys()
    assert len(FOUND.findall(done.stdout)) == len(INTENDED)
    for found, head in heads.items():
        assert INTENDED[found] in head


@pytest.mark.parametrize("room", [name for name in ROOMS if name != "model"])
def test_the_rest_of_the_package_has_none(room: str, tmp_path: Path) -> None:
    place = f"spapr_lint/{room}"
    words = ("check", "--no-prefilter", "--root", place, place)
    done = lint(*words, cwd=ROOT, XDG_CACHE_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No findings in ")
    assert not done.stdout.startswith("No findings in 0 files")


def test_the_files_on_top_of_the_package_have_none(tmp_path: Path) -> None:
    top = sorted(f"spapr_lint/{path.name}" for path in PACKAGE.glob("*.py"))
    done = lint("check", "--scope", "file", *top, cwd=ROOT, XDG_CACHE_HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No findings in ")
