"""The light nodes: same IR as libcst's own, nothing left behind, seen by no one."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from pathlib import Path

import libcst
import pytest

from spapr_lint.python import ParseError, decode, lower
from spapr_lint.python.front import accelerator, checksum, lower_standard
from spapr_lint.python.light import EMPTY, FIELDS, NODES, SWITCH
from spapr_lint.python.probe import EXPECTED, PROBE
from tests.python.helpers import corpus


def _run(code: str, **environment: str) -> str:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PYTHONPATH": root, "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_probe_lowers_to_what_is_expected() -> None:
    assert checksum(lower_standard(PROBE)) == EXPECTED, (
        "the lowering changed: write it into probe.py"
    )


def test_light_nodes_are_in_use() -> None:
    assert accelerator() is not None


def _node_types(tree: object) -> set[str]:
    found = set()
    rest: list[object] = [tree]
    while rest:
        one = rest.pop()
        if isinstance(one, libcst.CSTNode):
            found.add(type(one).__name__)
            rest += one.children
    return found


def test_probe_holds_every_node_type() -> None:
    newest = {
        "LazyImport",
        "LazyImportFrom",
        "StarredDictComp",
        "TemplatedString",
        "TemplatedStringExpression",
        "TemplatedStringText",
    }
    assert {*NODES.split(), *FIELDS} - newest <= _node_types(libcst.parse_module(PROBE))


def test_every_node_type_of_libcst_is_known() -> None:
    known = {*NODES.split(), *FIELDS, *EMPTY.split()}
    abstract = {"CSTNode", "MatchPattern", "MatchSequence"}
    found = {
        name
        for name, one in vars(libcst).items()
        if isinstance(one, type) and issubclass(one, libcst.CSTNode) and not name.startswith("Base")
    }
    assert found - abstract <= known


@pytest.mark.parametrize("path", corpus(16, 5), ids=lambda path: path.stem)
def test_same_ir_as_with_the_nodes_of_libcst(path: Path) -> None:
    text = decode(path.read_bytes())
    assert lower(text) == lower_standard(text)


@pytest.mark.parametrize(
    "text",
    [
        'x = t"a{b:>{c}}d{{"\n',
        "lazy import a.b\nlazy from a import b\n",
        "x = {**a for a in b}\ny = [*a for a in b]\n",
    ],
)
def test_newest_syntax_where_libcst_has_it(text: str) -> None:
    try:
        expected = lower_standard(text)
    except ParseError:
        pytest.skip("this libcst is older than the syntax")
    assert lower(text) == expected


def test_syntax_error_is_the_same() -> None:
    for text in ("x = (\ny\n", "def f(:\n pass\n", "a b\n", "\tx\n  y\n", "x = 'a\n"):
        with pytest.raises(ParseError) as ours:
            lower(text)
        with pytest.raises(ParseError) as theirs:
            lower_standard(text)
        assert ours.value.args == theirs.value.args
        assert "\n" not in ours.value.message


def test_libcst_is_not_imported() -> None:
    code = (
        "import sys; from spapr_lint.python import lower; lower('f(x)\\n');"
        "print([name for name in sys.modules if name.startswith('libcst')])"
    )
    assert _run(code) == "[]"


def test_libcst_works_afterwards_and_before() -> None:
    code = (
        "from spapr_lint.python import lower\n"
        "try: lower('f(\\n')\n"
        "except Exception as error: print(type(error).__name__)\n"
        "lower('f(x)\\n')\n"
        "import libcst, libcst.native, sys\n"
        "assert sys.modules['libcst'] is libcst\n"
        "lower('f(x)\\n')\n"
        "print(libcst.parse_module('f(x)').body[0].body[0].value.func.value)\n"
    )
    assert _run(code) == "ParseError\nf"


def test_switch_turns_it_off() -> None:
    code = (
        "import sys; from spapr_lint.python import lower; lower('f(x)\\n');"
        "print('libcst' in sys.modules)"
    )
    assert _run(code, **{SWITCH: "1"}) == "True"
    assert _run(code, **{SWITCH: "0"}) == "False"


def test_wrong_probe_means_libcst_itself() -> None:
    code = (
        "import sys, spapr_lint.python.front as front; front.EXPECTED = 1;"
        "assert front.lower('f(x)\\n').body; print('libcst' in sys.modules)"
    )
    assert _run(code) == "True"


def test_no_other_thread_sees_the_stand_in() -> None:
    text = PROBE.replace("from __future__ import annotations\n", "") * 4
    stop = threading.Event()
    wrong: list[object] = []

    def look() -> None:
        while not stop.is_set():
            if sys.modules.get("libcst") is not libcst:
                wrong.append(sys.modules.get("libcst"))

    def work() -> None:
        for _ in range(3):
            lower(text)
            with pytest.raises(ParseError):
                lower(text + "\n(")

    def collecting(phase: str, info: dict[str, int]) -> None:
        """Python that runs in the middle of C code, as tools that watch the collector do."""

    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.callbacks.append(collecting)
    gc.set_threshold(50)
    threads = [threading.Thread(target=work) for _ in range(3)]
    watcher = threading.Thread(target=look)
    try:
        watcher.start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stop.set()
        watcher.join()
        sys.setswitchinterval(interval)
        gc.callbacks.remove(collecting)
        gc.set_threshold(*threshold)
    assert not wrong
    assert sys.modules["libcst"] is libcst
