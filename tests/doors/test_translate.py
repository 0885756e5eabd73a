"""`spapr-lint translate`, `callgraph` and `rules test` as commands."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from tests.doors.run import BAD, BAD_C, PACK, lint, project

RULE = """\
# SPL700: a marked value in a sink
severity: error
message: {got} goes into {what}

It must not.

## Fix
Mend it.

## References
- this test

## Invalid
```python invalid lines=LINE
value = source()
sink(value)
```

## Valid
```python valid
sink(1)
```
"""


def test_one_file_goes_to_standard_output(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"hw/a.c": BAD_C})
    done = lint("translate", "hw/a.c", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    names = {n.name for n in ast.walk(ast.parse(done.stdout)) if isinstance(n, ast.FunctionDef)}
    assert {"used", "all"} <= names


def test_a_folder_is_written_with_a_map_of_every_line(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"hw/a.c": BAD_C, "hw/b.h": "#define N 3\n"})
    assert lint("translate", "hw", "-o", "out", cwd=work).returncode == 0
    text = (work / "out/hw/a.c.py").read_text().splitlines()
    rows = json.loads((work / "out/hw/a.c.py.map.json").read_text())
    by_line = {row["py"]: row["c"] for row in rows}
    (call,) = (n for n, line in enumerate(text, 1) if "sink(value)" in line)
    assert by_line[call] == 6
    assert {row["c_file"] for row in rows} == {"hw/a.c"}
    assert (work / "out/hw/b.h.py").exists()


def test_wrong_use_is_told(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"hw/a.c": BAD_C, "hw/b.c": BAD_C, "x/y.py": BAD})
    assert "2 files need -o DIR" in lint("translate", "hw", cwd=work).stderr
    assert "no C file" in lint("translate", "x", cwd=work).stderr
    assert lint("translate", "none.c", cwd=work).returncode == 2


def test_what_is_not_translated_is_told_and_strict_fails(tmp_path: Path) -> None:
    text = 'void f(void)\n{\n    asm volatile("x" : : : "memory");\n}\n'
    work = project(tmp_path / "work", {"a.c": text})
    done = lint("translate", "--strict", "a.c", cwd=work)
    assert done.returncode == 3
    assert done.stderr.startswith("a.c:3: not translated: ")


def test_the_call_graph_is_printed(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"m.py": BAD})
    graph = json.loads(lint("callgraph", "m.py", "--format", "json", cwd=work).stdout)
    assert graph["m"] == ["m.made", "m.used"]
    assert "m -> m.made\n" in lint("callgraph", "m.py", cwd=work).stdout


def test_examples_of_a_pack_are_run(tmp_path: Path) -> None:
    rule = RULE.replace("LINE", "2")
    own = PACK.replace("SPL109", "SPL700")
    work = project(tmp_path / "work", {"mine/pack.toml": own, "mine/SPL700.md": rule})
    (work / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    done = lint("rules", "test", "mine", cwd=work)
    assert (done.returncode, done.stdout) == (0, "2 examples of 1 rule, 0 wrong.\n")
    (work / "mine/SPL700.md").write_text(rule.replace("lines=2", "lines=1"))
    done = lint("rules", "test", "mine", cwd=work)
    assert done.returncode == 1
    told, _ = done.stdout.splitlines()
    assert told.endswith("SPL700 wants SPL700 at line 1, found SPL700 at line 2")
