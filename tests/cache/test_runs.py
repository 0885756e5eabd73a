"""Runs with a cache say what runs without one say, after every sort of edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spapr_lint import check
from spapr_lint.findings import Report

HEADER = """\
typedef struct SpaprMachineState { int nr; } SpaprMachineState;
typedef struct PowerPCCPU { int vcpu_id; } PowerPCCPU;
int spapr_max_server_number(SpaprMachineState *s);
int _FDT(int x);
int fdt_setprop(void *fdt, int node, const char *name, const void *v, int n);
#define FIRST 0
#define BOUND(s) spapr_max_server_number(s)
"""
SOURCE = """\
#include "spapr.h"
void dt(SpaprMachineState *s, uint32_t n, void *fdt, int node)
{
    uint32_t ranges[] = { cpu_to_be32(FIRST), cpu_to_be32(n) };
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", ranges, sizeof(ranges));
}
"""
CALLER = """\
#include "spapr.h"
void build(SpaprMachineState *s, void *fdt)
{
    dt(s, BOUND(s), fdt, 0);
}
"""
PYTHON = """\
from helper import count
def build(fdt, spapr):
    ranges = [cpu_to_be32(0), cpu_to_be32(count(spapr))]
    fdt_setprop(fdt, 0, "ibm,xive-lisn-ranges", ranges)
"""
HELPER = "def count(spapr):\n    return spapr_max_server_number(spapr)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    files = {
        "spapr.h": HEADER,
        "dt.c": SOURCE,
        "build.c": CALLER,
        "model.py": PYTHON,
        "helper.py": HELPER,
    }
    for name, text in files.items():
        (root / name).write_text(text)
    return root


def both(root: Path) -> Report:
    """The report, with the cache that is there and without any."""
    warm = check([root])
    assert warm == check([root], cache=False)
    return warm


def rules(report: Report) -> list[tuple[str, int, str]]:
    return [(Path(f.path).name, f.line, f.rule) for f in report.findings]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_nothing_changed(tree: Path) -> None:
    first = both(tree)
    assert ("dt.c", 4, "SPL101") in rules(first)
    assert both(tree) == first


def test_a_body_elsewhere_changed(tree: Path) -> None:
    both(tree)
    edit(tree / "build.c", "BOUND(s)", "4")
    assert "dt.c" not in {path for path, _, _ in rules(both(tree))}


def test_lines_moved(tree: Path) -> None:
    both(tree)
    edit(tree / "dt.c", "void dt", "\n\nvoid dt")
    assert ("dt.c", 6, "SPL101") in rules(both(tree))


def test_a_macro_of_a_header_changed(tree: Path) -> None:
    both(tree)
    edit(tree / "spapr.h", "BOUND(s) spapr_max_server_number(s)", "BOUND(s) 4")
    assert "dt.c" not in {path for path, _, _ in rules(both(tree))}


def test_an_edit_that_says_nothing_new_costs_no_run(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = both(tree)
    with monkeypatch.context() as patch:
        # Whoever interprets now shows that nothing was kept.
        patch.setattr("spapr_lint.flow.solve.solve", None)
        edit(tree / "dt.c", "void dt", "/* a comment */\n\nvoid dt")
        (tree / "other.c").write_text("int other(void)\n{\n    return 1;\n}\n")
        edit(tree / "helper.py", "    return", "    # a comment\n    return")
        after = check([tree])
    assert [(path, line) for path, line, _ in rules(after)] == [("dt.c", 6), ("model.py", 3)]
    assert after.ledger.unresolved_calls == before.ledger.unresolved_calls
    assert both(tree) == after


def test_a_file_came_and_went(tree: Path) -> None:
    before = both(tree)
    (tree / "more.c").write_text(CALLER.replace("build", "again"))
    both(tree)
    (tree / "more.c").unlink()
    assert both(tree) == before


def test_a_python_helper_changed(tree: Path) -> None:
    assert ("model.py", 3, "SPL101") in rules(both(tree))
    edit(tree / "helper.py", "spapr_max_server_number(spapr)", "7")
    assert "model.py" not in {path for path, _, _ in rules(both(tree))}


def test_a_file_that_cannot_be_parsed_stays_so_until_it_is_mended(tree: Path) -> None:
    text = (tree / "helper.py").read_text()
    (tree / "helper.py").write_text("def count(:\n    spapr_max_server_number(spapr)\n")
    assert both(tree) == both(tree)
    assert both(tree).ledger.not_parsed
    (tree / "helper.py").write_text(text)
    assert not both(tree).ledger.not_parsed


def test_every_file_of_the_cache_damaged(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = check([tree])
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert files
    for number, file in enumerate(files):
        content = file.read_bytes()
        file.write_bytes((content[: len(content) // 2], b"", b"\0" * 99)[number % 3])
    assert check([tree]) == before


def test_a_tree_that_moved_has_a_cache_of_its_own(tree: Path, tmp_path: Path) -> None:
    first = rules(both(tree))
    moved = tmp_path / "moved"
    shutil.move(tree, moved)
    assert rules(both(moved)) == first


def test_processes_make_no_difference(tree: Path) -> None:
    text = (tree / "dt.c").read_text()
    for number in range(40):
        more = "\n".join(f"int f{number}_{n}(int x) {{ return x + {n}; }}" for n in range(400))
        (tree / f"dt{number}.c").write_text(text.replace("dt(", f"dt{number}(") + more)
    one = check([tree], cache=False, all_functions=True, jobs=1)
    two = check([tree], cache=False, all_functions=True, jobs=2)
    assert one == two
