"""What could take for ever is cut short, says so, and still finds what flows."""

from __future__ import annotations

import time
from typing import Any

import pytest

from spapr_lint.check import check
from spapr_lint.findings import Report
from spapr_lint.flow import scope, solve
from spapr_lint.tree import MemoryTree

SECONDS = 30  # of processor time, on a machine that may be loaded; each needs about one


def followed(text: str, pack: str) -> Report:
    tree = MemoryTree({"program.py": text.encode()})
    start = time.process_time()
    report = check(["program.py"], tree=tree, packs=[pack], default_packs=False, cache=False)
    assert time.process_time() - start < SECONDS
    return report


def doubling(depth: int) -> str:
    lines = ["def f0(x):", "    x.append(1)", "    return x"]
    for n in range(1, depth):
        lines += [f"def f{n}(x):", f"    f{n - 1}(x)", f"    return f{n - 1}(x)"]
    return "\n".join([*lines, f"sink(f{depth - 1}([source()])[0])", ""])


def nested(depth: int, loop: str) -> str:
    lines = ["def f():", "    s = source()", "    x = []"]
    lines += ["    " * (n + 1) + loop.format(n) for n in range(depth)]
    inner = "    " * (depth + 1)
    return "\n".join([*lines, inner + "x.append(s)", inner + "s = x[0]", "    sink(s)", "f()", ""])


def test_calls_that_double_with_each_level(pack: str) -> None:
    report = followed(doubling(40), pack)
    assert len(report.findings) == 1
    assert any("followed exactly" in unseen.what for unseen in report.ledger.limits_hit)


@pytest.mark.parametrize(
    "loop", ["for i{} in range(12):", "for i{} in choice():", "while choice():"]
)
def test_nested_loops(loop: str, pack: str) -> None:
    assert len(followed(nested(8, loop), pack).findings) == 1


def test_loops_become_stable(pack: str) -> None:
    """A turn that binds what the head holds leaves the head as it is."""
    report = followed(
        "def f(items):\n"
        "    a = source()\n"
        "    for item in items:\n"
        "        a = other(item)\n"
        "        if choice():\n"
        "            continue\n"
        "        b = more(a)\n"
        "    sink(a)\n",
        pack,
    )
    assert len(report.findings) == 1
    assert not report.ledger.limits_hit


def test_a_loop_that_is_cut_short_goes_on_in_general(pack: str) -> None:
    """What the last element gives arrives, although the turns are not all followed one by one."""
    items = ", ".join(["'x'"] * 38)
    text = (
        "def f():\n"
        f"    for a in [{items}, source()]:\n"
        + "".join("    " * (n + 2) + f"for i{n} in [1, 2, 3, 4, 5, 6, 7, 8]:\n" for n in range(4))
        + "    " * 6
        + "b = a\n"
        "    sink(b)\n"
        "f()\n"
    )
    assert len(followed(text, pack).findings) == 1


def test_generators_that_recur_into_one_another(pack: str) -> None:
    count = 10
    text = "".join(
        f"def g{n}(x):\n"
        + "".join(f"    if choice():\n        yield from g{m}(x)\n" for m in range(count))
        + "    yield x\n"
        for n in range(count)
    )
    report = followed(text + "for each in g0(source()):\n    sink(each)\n", pack)
    assert len(report.findings) == 1
    assert report.ledger.limits_hit


def test_what_is_too_large_is_looked_into_once(pack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that read what the next one writes would be run again and again."""
    monkeypatch.setattr(scope, "TOTAL", 500)
    runs: dict[str, int] = {}
    run = solve._run_root

    def counted(m: Any, root: Any) -> None:
        name = root.closure.function.name
        runs[name] = runs.get(name, 0) + 1
        run(m, root)

    monkeypatch.setattr(solve, "_run_root", counted)
    methods = "".join(
        f"    def m{n}(self):\n        self.a{n} = self.a{n + 1} or source()\n" for n in range(300)
    )
    report = followed(f"class C:\n{methods}    def end(self):\n        sink(self.a299)\n", pack)
    assert any("too large" in unseen.what for unseen in report.ledger.limits_hit)
    assert len(runs) > 200
    assert sum(runs.values()) < 1.2 * len(runs)


def test_functions_of_text_that_is_run_are_counted_like_others(
    pack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come while the program runs, before it turns out to be a costly one."""
    monkeypatch.setattr(scope, "BUDGET", 50)
    made = "def a():\\n    return source()\\ndef b():\\n    return a()\\ndef c():\\n    pass\\n"
    calls = "".join(f"def f{n}(x):\n    return x\nf{n}({n})\n" for n in range(60))
    report = followed(f'exec("{made}")\n{calls}sink(b())\n', pack)
    assert len(report.findings) == 1
    assert any("merged" in unseen.what for unseen in report.ledger.limits_hit)
