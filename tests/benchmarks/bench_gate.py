"""What the gate costs, against one cold check of the same files.

Run it: ``SPAPR_LINT_QEMU_TREE=… python tests/benchmarks/bench_gate.py [PATCHES] [FOLDER…]``.
It copies the folders (default: hw/ppc, hw/intc, include/hw/ppc) of a QEMU tree into a
repository, makes that many one-line patches, and prints times in seconds and their ratios.
Every other patch adds a call to a function, the rest add comments.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
FOLDERS = ("hw/ppc", "hw/intc", "include/hw/ppc")
# What is promised: 20 patches in at most three cold checks, a staged line in at most a second.
SERIES_LIMIT, STAGED_LIMIT = 3.0, 1.0


def git(folder: Path, *words: str) -> None:
    """Git with an author, quietly."""
    author = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def run(folder: Path, *words: str) -> None:
    """The command, as a user calls it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "spapr_lint", *words, "--output", os.devnull]
    done = subprocess.run(command, cwd=folder / "repo", env=environment, check=False)
    assert done.returncode in (0, 1), done.returncode


def patched(text: bytes, number: int) -> bytes:
    """A C file with one line more: a call at the end of some function, or a comment."""
    ends = text.split(b"\n}\n")
    if number % 2 == 0 or len(ends) < 2:
        return text + b"/* patch %d */\n" % number
    middle = len(ends) // 2
    ends[middle - 1] += b"\n    trace_patch(%d);" % number
    return b"\n}\n".join(ends)


def prepared(tree: Path, folders: tuple[str, ...], patches: int, target: Path) -> Path:
    """A repository with these folders, and patches that each add a line to some C file."""
    for name in folders:
        shutil.copytree(tree / name, target / name)
    git(target, "init", "-q")
    git(target, "add", "-A")
    git(target, "commit", "-q", "-m", "base")
    files = sorted(target.rglob("spapr*.c")) or sorted(target.rglob("*.c"))
    for number in range(patches):
        file = files[number % len(files)]
        file.write_bytes(patched(file.read_bytes(), number))
        git(target, "commit", "-q", "-a", "-m", f"patch {number}")
    return files[0]


def main() -> int:
    """Print the table; 1 if a promise is broken."""
    tree = os.environ.get("SPAPR_LINT_QEMU_TREE", "")
    if not os.path.isdir(os.path.join(tree, "hw/ppc")):
        print("SPAPR_LINT_QEMU_TREE names no source tree of QEMU")
        return 2
    patches = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    folders = tuple(sys.argv[2:]) or FOLDERS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = prepared(Path(tree), folders, patches, folder / "repo")
        cold = seconds(lambda: run(folder, "check", "--no-cache", "."))
        series = seconds(lambda: run(folder, "gate", f"HEAD~{patches}..HEAD"))
        time.sleep(2.5)  # what was changed less than two seconds ago is not remembered
        run(folder, "gate", "--staged", "--old")
        first.write_bytes(first.read_bytes() + b"/* one line */\n")
        git(folder / "repo", "add", "-A")
        staged = seconds(lambda: run(folder, "gate", "--staged"))
        again = seconds(lambda: run(folder, "gate", "--staged"))
    print(f"cold check                     {cold:8.2f} s")
    print(f"gate, {patches:3d} patches              {series:8.2f} s  {series / cold:6.2f} x cold")
    print(f"gate --staged, one line, warm  {staged:8.2f} s  limit {STAGED_LIMIT} s")
    print(f"gate --staged, again           {again:8.2f} s")
    return 0 if series <= SERIES_LIMIT * cold and staged <= STAGED_LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
