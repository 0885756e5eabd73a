"""Whatever is fed to `check`, it answers: no crash, no hang, the same answer twice.

``SPAPR_LINT_FUZZ=10000`` sets how many programs of each sort are tried (a few by default),
``SPAPR_LINT_FUZZ_FROM`` the first seed; a failing test names the seed.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fuzz_programs as fuzz
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spapr_lint.tree import MemoryTree

HERE = Path(__file__).resolve().parent
TRUTH = HERE.parent / "truth"
PACK = TRUTH / "packs" / "copies.toml"
PROGRAMS = sorted((TRUTH / "programs").rglob("*.py"))
BUDGET = int(os.environ.get("SPAPR_LINT_FUZZ", "25"))
FIRST = int(os.environ.get("SPAPR_LINT_FUZZ_FROM", "0"))
SEEDS = range(FIRST, FIRST + BUDGET)
SECONDS = 60  # of processor time, for one program of at most a few hundred lines
C_SEED = (HERE / "seed.c").read_text()


@contextlib.contextmanager
def limit(what: str) -> Iterator[None]:
    """Raises TimeoutError inside what takes longer than `SECONDS`."""

    def ring(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"{what}: more than {SECONDS} s")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def checked(files: dict[str, bytes], paths: list[str] | None = None, **options: Any) -> Any:
    """The report on files in memory, by the truth programs' pack."""
    module = importlib.import_module("spapr_lint.check")
    options = {"packs": [str(PACK)], "default_packs": False, "cache": False} | options
    with limit("check"):
        return module.check(paths or sorted(files), tree=MemoryTree(files), **options)


def base(seed: int) -> str:
    """A truth program, another one for each seed."""
    return PROGRAMS[seed % len(PROGRAMS)].read_text()


@pytest.mark.parametrize("seed", SEEDS)
def test_made_programs(seed: int) -> None:
    files = {"fuzz.py": fuzz.program(seed).encode()}
    assert checked(files) == checked(files)


@pytest.mark.parametrize("seed", SEEDS)
def test_mutated_programs(seed: int) -> None:
    files = {"fuzz.py": fuzz.mutate(base(seed), seed).encode()}
    assert checked(files) == checked(files)


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_text(seed: int) -> None:
    files = {"fuzz.py": fuzz.damage(base(seed), seed)}
    assert checked(files) == checked(files)


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_c(seed: int) -> None:
    files = {"hw/ppc/fuzz.c": fuzz.damage(C_SEED, seed)}
    options: dict[str, Any] = {"packs": [], "default_packs": True}
    assert checked(files, **options) == checked(files, **options)


@pytest.mark.parametrize("seed", SEEDS[:: max(1, BUDGET // 10)])
def test_order_of_files(seed: int) -> None:
    files = {f"part{n}.py": fuzz.program(seed * 7 + n, 60).encode() for n in range(4)}
    files["main.py"] = b"from part0 import *\nfrom part1 import f\nimport part2, part3\nsink(f)\n"
    backwards = dict(reversed(files.items()))
    expected = checked(files)
    assert checked(backwards, sorted(files, reverse=True)) == expected
    assert checked(files, ["main.py", *sorted(files)]) == expected


@pytest.mark.parametrize("seed", SEEDS[:: max(1, BUDGET // 10)])
def test_without_prefilter(seed: int) -> None:
    files = {f"part{n}.py": fuzz.program(seed * 11 + n, 60).encode() for n in range(2)}
    assert checked(files, prefilter=False).findings == checked(files).findings


@pytest.mark.parametrize("seed", SEEDS[:: max(1, BUDGET // 5)])
def test_cache(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cold, warm, after an edit, and with a cache cut short: as without one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    files = {f"part{n}.py": fuzz.program(seed * 13 + n, 60).encode() for n in range(2)}
    edited = files | {"part0.py": fuzz.mutate(files["part0.py"].decode(), seed).encode()}
    for some in (files, files, edited, files):
        assert checked(some, cache=True) == checked(some)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert checked(files, cache=True) == checked(files)


@settings(
    max_examples=BUDGET, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes(content: bytes) -> None:
    checked({"fuzz.py": b"source()\nsink(" + content})
    checked({"fuzz.c": b"int f(void) { return spapr_max_server_number(" + content}, packs=[])


DEEP = 3000


@pytest.mark.parametrize(
    "text",
    [
        "(" * DEEP + "source()" + ")" * DEEP,
        "a = " + "-" * DEEP + "1\nsink(source())",
        "a = " + "[" * 90 + "source()" + "]" * 90 + "\nsink(a" + "[0]" * 90 + ")",
        "sink(source()" + " + 1" * DEEP + ")",
        "x = source()\n" + "x = f(x)\n" * DEEP + "sink(x)",
        "".join("    " * n + "if choice():\n" for n in range(90)) + "    " * 90 + "sink(source())",
        "def f(x):\n    return f(f(x))\nsink(f(source()))",
        "a = []\na.append(a)\nsink(a[0][0])\nb = {}\nb['b'] = b\nsink(b['b']['b'])",
        "class A(A): pass\nclass B(C): pass\nclass C(B): pass\nsink(A().x)\nsink(B().x)",
        "f = lambda: f()\nsink(f())\ng = lambda *a: g(*a, *a)\nsink(g(source()))",
        "x = [" + "source(), " * 20000 + "]\nsink(x[7])",
        "from . import *\nfrom .fuzz import *\nimport fuzz\nsink(fuzz.sink(fuzz.source()))",
        "\n".join(f"def f{n}(x): return f{n + 1}(x) or f{n + 2}(x)" for n in range(400)),
    ],
    ids=lambda text: text[:18].replace("\n", " "),
)
def test_deep_and_cyclic(text: str) -> None:
    files = {"fuzz.py": b"from recorder import sink, source, choice\n" + text.encode()}
    assert checked(files) == checked(files)
