"""What a large Python tree costs: cold, warm, after an edit, in time and memory.

Usage: python tests/benchmarks/bench_large.py [LINES]

The corpus is the standard library and whatever packages are installed, with a word
of the policy pack put into every file, so that nothing is skipped (asserted).  All
times are of whole processes (wall); libcst's bare parse of the same files, with the
collector off and over the same number of processes, is the unit where one is given.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from bench_check import PACK, ROOT

PARSE = """
import gc, os, sys
import libcst
paths = sorted(open(sys.argv[1]).read().split("\\n"), key=os.path.getsize)
jobs = int(sys.argv[2])
children = []
for number in range(jobs):
    pid = os.fork()
    if not pid:
        gc.disable()
        for path in paths[number::jobs]:
            try:
                libcst.parse_module(open(path, encoding="utf-8").read())
            except Exception:
                pass
        os._exit(0)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
"""
ONE = "import libcst, sys; libcst.parse_module(open(sys.argv[1]).read())"


def corpus(folder: Path, lines: int) -> list[Path]:
    """Copies Python files, with one word of the pack in each, until there are enough."""
    copied: list[Path] = []
    total = 0
    for base in ("stdlib", "purelib"):
        library = Path(sysconfig.get_paths()[base])
        for source in sorted(library.rglob("*.py")):
            parts = source.relative_to(library).parts
            if base == "stdlib" and {"site-packages", "test", "tests"} & set(parts):
                continue
            try:
                text = source.read_text(encoding="utf-8")
                compile(text, "", "exec", dont_inherit=True)
            except (ValueError, SyntaxError):
                continue
            target = folder.joinpath("corpus", base, *parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"{text}\n# bench_source\n", encoding="utf-8")
            copied.append(target)
            total += text.count("\n")
            if total >= lines:
                print(f"{len(copied)} files, {total} lines")
                return copied
    print(f"{len(copied)} files, {total} lines")
    return copied


class Bench:
    """Runs of one checkout on one corpus."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def run(self, *command: str) -> tuple[float, float]:
        """Seconds of a Python process, and the peak of its memory in MB."""
        start = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", *command],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
        )
        assert child.stderr is not None
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise SystemExit(f"{command}: {errors.decode()[-2000:]}")
        return time.perf_counter() - start, usage.ru_maxrss / 1024

    def check(self, jobs: int) -> tuple[float, float]:
        """A check of the whole corpus."""
        pack = str(self.folder / "pack.toml")
        options = ("--no-default-packs", "--pack", pack, "-j", str(jobs), "--root", "corpus")
        return self.run("-m", "spapr_lint", "check", *options, "corpus")

    def forget(self) -> None:
        """Remove the cache."""
        shutil.rmtree(self.folder / "cache", ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Print one line a measure."""
    lines = int(arguments[0]) if arguments else 500_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = corpus(folder, lines)
        (folder / "files").write_text("\n".join(map(str, files)))
        (folder / "pack.toml").write_text(PACK)
        bench = Bench(folder)
        for jobs in (1, 2):
            parse, _ = bench.run("-c", PARSE, "files", str(jobs))
            bench.forget()
            cold, memory = bench.check(jobs)
            print(
                f"cold, {jobs} process(es): {cold:.1f} s, bare parse {parse:.1f} s,"
                f" x{cold / parse:.2f} (limit x1.15); peak {memory:.0f} MB (limit 400)"
            )
        time.sleep(2.5)  # an answer given too soon after a change is not remembered
        bench.check(2)
        warm = min(bench.check(2)[0] for _ in range(3))
        print(f"warm, nothing changed: {warm:.2f} s (limit 0.5)")
        middle = min(files, key=lambda path: abs(path.read_text().count("\n") - 900))
        unit = min(bench.run("-c", ONE, str(middle))[0] for _ in range(3))
        edits = []
        for number in range(3):
            middle.write_text(
                f"{middle.read_text()}\n\ndef bench_{number}():\n    return {number}\n"
            )
            edits.append(bench.check(2)[0])
        print(
            f"warm, one file of 900 lines changed: {min(edits):.2f} s,"
            f" x{min(edits) / unit:.2f} of import libcst and parse it (limit x1.3)"
        )
    print(f"largest child: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
