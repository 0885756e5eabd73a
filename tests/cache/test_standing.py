"""An outcome that still stands after an edit is what a run without a memory comes to."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spapr_lint import check
from spapr_lint.findings import Report
from spapr_lint.flow import analysis, scope
from tests.flow.support import PACK

MANY = scope.LARGE // 2 + 20
FLOWS = """\
class Box:
    def __init__(self, held):
        self.held = held

    def spare(self, x):
        return x

    def take(self):
        return lambda: self.held

def give(n=1):
    return source()

def take(value):
    def inner():
        sink(value)
    inner()

def run():
    take(give())
"""
USES = """\
from a import *
from a import give, Box

BOX = Box(give())
sink(BOX.take()())

def through(x=BOX):
    for turn in range(3):
        x.later = give()
    sink(x.later)
"""
C_HEAD = """\
typedef struct SpaprMachineState { int nr; int limit; } SpaprMachineState;
int spapr_max_server_number(SpaprMachineState *s);
int fdt_setprop(void *fdt, int node, const char *name, const void *v, int n);
static void dt(SpaprMachineState *s, uint32_t n, void *fdt, int node)
{
    uint32_t ranges[] = { cpu_to_be32(0), cpu_to_be32(n) };
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", ranges, sizeof(ranges));
}
void build(SpaprMachineState *s, void *fdt)
{
    s->limit = spapr_max_server_number(s);
    dt(s, s->limit, fdt, 0);
}
"""


def filler(number: int) -> str:
    return f"def fill_{number}(x):\n    y = x + {number}\n    return other_{number}(y)\n\n"


def c_filler(number: int) -> str:
    asked = "spapr_max_server_number(s)" if number % 3 == 0 else "s->nr"
    return f"int c_fill_{number}(SpaprMachineState *s)\n{{\n    return {asked} == {number};\n}}\n"


def program(root: Path) -> None:
    """More functions than a program may have in which all are looked into, in two languages."""
    fillers = "".join(filler(number) for number in range(MANY))
    (root / "a.py").write_text(fillers + FLOWS)
    (root / "b.py").write_text(USES + fillers.replace("fill_", "full_"))
    (root / "c.c").write_text(C_HEAD + "".join(c_filler(number) for number in range(2 * MANY)))
    (root / "pyproject.toml").write_text("")
    (root / "pack.toml").write_text(PACK)


def said(root: Path, cache: bool = True) -> tuple[Report, Report]:
    python = check(
        [root / "a.py", root / "b.py"],
        packs=[root / "pack.toml"],
        default_packs=False,
        cache=cache,
        jobs=1,
    )
    return python, check([root / "c.c"], cache=cache, jobs=1)


def unmoved(text: str, number: int) -> str:
    return f"{text}# {number}\n"


def more_inside(text: str, number: int) -> str:
    """A function that nothing marked comes to does more."""
    return re.sub(rf"(    y = x \+ {number}\n)", r"\1    y = (y, [y])\n    if y: pass\n", text)


def speaks(text: str, number: int) -> str:
    return text.replace(f"    y = x + {number}\n", "    y = give()\n    sink(y)\n")


def imports(text: str, number: int) -> str:
    return text.replace(f"    y = x + {number}\n", "    import a\n    y = a.run\n")


def new_function(text: str, number: int) -> str:
    return text.replace(
        f"def fill_{number}(", f"def fresh_{number}(x, y=1):\n    return x\n\ndef fill_{number}("
    )


def at_the_end(text: str, number: int) -> str:
    return f"{text}\ndef last_{number}():\n    return [{number}]\n"


def what_others_call(text: str, number: int) -> str:
    return f"{text}\ndef other_{number}(x):\n    return x\n"


def another_of_that_name(text: str, number: int) -> str:
    return f"{text}\ndef take(value):\n    return {number}\n"


def told(text: str, number: int) -> str:
    return text.replace("take(give())", f"take({number})")


def method(text: str, number: int) -> str:
    return text.replace("        return x\n", f"        return [x, {number}]\n")


def gone(text: str, number: int) -> str:
    return text.replace(filler(number), "")


def run_at_once(text: str, number: int) -> str:
    return f"{text}\nsink(fill_{number}(1))\n"


EDITS = (
    unmoved,
    more_inside,
    speaks,
    imports,
    new_function,
    at_the_end,
    what_others_call,
    another_of_that_name,
    told,
    method,
    gone,
    run_at_once,
)
C_EDITS: tuple[Callable[[str, int], str], ...] = (
    lambda text, n: f"{text}/* {n} */\n",
    lambda text, n: text.replace(f"== {n};", f"== {n} + s->nr;"),
    lambda text, n: text.replace(f"s->nr == {n};", f"spapr_max_server_number(s) == {n};"),
    lambda text, n: text.replace(f"== {n};", f"== {n} + s->limit;"),
    lambda text, n: text.replace("    dt(s, s->limit", f"    trace({n});\n    dt(s, s->limit"),
    lambda text, n: f"{text}int newer_{n}(int x)\n{{\n    return x;\n}}\n",
    lambda text, n: text.replace(
        f"int c_fill_{n}(", f"int older_{n}(int x)\n{{\n    return x;\n}}\nint c_fill_{n}("
    ),
)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_edits_one_after_another(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        root = Path(name) / "tree"
        root.mkdir()
        patch.setenv("XDG_CACHE_HOME", f"{name}/cache")
        program(root)
        said(root)
        for _ in range(4):
            number = data.draw(st.integers(0, MANY - 1))
            place, edits = data.draw(
                st.sampled_from([("a.py", EDITS), ("b.py", EDITS), ("c.c", C_EDITS)])
            )
            file = root / place
            file.write_text(data.draw(st.sampled_from(edits))(file.read_text(), number))
            assert said(root) == said(root, cache=False)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that has been checked; whoever interprets it again fails."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "tree"
    root.mkdir()
    program(root)
    python, c = said(root)
    assert [f.rule for f in python.findings] == ["SPL109"] * 3
    assert [f.rule for f in c.findings] == ["SPL101"]

    def again(*_: object) -> None:
        raise AssertionError("interpreted again")

    monkeypatch.setattr(analysis, "follow", again)
    return root


@pytest.mark.parametrize("edit", [unmoved, more_inside, new_function, at_the_end, method])
def test_what_nothing_depends_on_is_not_interpreted(
    tree: Path, edit: Callable[[str, int], str]
) -> None:
    before = said(tree)[0].findings
    file = tree / "a.py"
    file.write_text(edit(file.read_text(), 7))
    after = said(tree)[0].findings
    moved = file.read_text().count("\n") - len(FLOWS.splitlines()) - 4 * MANY
    assert {f.line for f in before} <= {f.line for f in after} | {f.line - moved for f in after}
    assert len(after) == len(before)


@pytest.mark.parametrize("edit", [speaks, what_others_call, told, gone, run_at_once])
def test_what_may_matter_is_interpreted(tree: Path, edit: Callable[[str, int], str]) -> None:
    file = tree / "a.py"
    file.write_text(edit(file.read_text(), 7))
    with pytest.raises(AssertionError, match="interpreted again"):
        said(tree)


def test_c_functions_that_were_not_read_may_change(tree: Path) -> None:
    file = tree / "c.c"
    file.write_text(file.read_text().replace("s->nr == 7;", "s->nr == 7 + 1;"))
    said(tree)
