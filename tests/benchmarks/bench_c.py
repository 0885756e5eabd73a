"""How fast C becomes Python, against bare tree-sitter on the same text in the same run.

Run it as ``python tests/benchmarks/bench_c.py [FOLDER]``; without a folder of C
it makes about 100,000 lines of its own.  It prints lines a second of each stage
(processor time, one process) and the ratio to bare parsing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "c")]

from c_programs import Program  # noqa: E402

from spapr_lint.c import Unit, declarations, parse, translate  # noqa: E402
from spapr_lint.c.nodes import parse_tree  # noqa: E402
from spapr_lint.tree import DiskTree, MemoryTree, Tree  # noqa: E402


def made(lines: int) -> MemoryTree:
    """A tree of functions that nobody wrote; many of them are the same."""
    functions = [Program(seed).function("f")[0] for seed in range(200)]
    files: dict[str, bytes | None] = {}
    count = 0
    while count < lines:
        parts = [
            text.replace(" f(", f" f{number}_{len(files)}(")
            for number, text in enumerate(functions)
        ]
        content = "".join(parts)
        files[f"hw/made{len(files)}.c"] = content.encode()
        count += content.count("\n")
    return MemoryTree(files)


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main(arguments: list[str]) -> int:
    tree: Tree = DiskTree(arguments[0]) if arguments else made(100_000)
    texts = {path: tree.read(path) for path in tree.paths() if path.endswith(".c")}
    lines = sum(text.count(b"\n") for text in texts.values())
    units: list[Unit] = []
    bare = parsing = writing = 0.0
    for path, text in texts.items():
        bare += timed(lambda text=text: parse_tree(text))  # type: ignore[misc]
        parsing += timed(lambda path=path, text=text: units.append(parse(path, text)))  # type: ignore[misc]
    known = declarations(tree, units)
    for unit in units:
        writing += timed(lambda unit=unit: translate(unit, known))  # type: ignore[misc]
    total = parsing + writing
    print(f"{len(texts)} files, {lines} lines of C")
    print(f"bare tree-sitter    {lines / bare:10,.0f} lines/s")
    print(f"mask and parse      {lines / parsing:10,.0f} lines/s")
    print(f"translate           {lines / writing:10,.0f} lines/s")
    print(f"text to Python      {lines / total:10,.0f} lines/s (wanted: 20,000)")
    print(f"ratio to bare parse {total / bare:10.1f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
