"""C that means harm: it reaches no file, no socket, nothing of Python, and always ends."""

from __future__ import annotations

import ast
import builtins
import contextlib
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.runtime.check import ALLOWED, OF_PYTHON, check, field_name
from spapr_lint.runtime.errors import OutOfBounds, Refused, Stopped
from spapr_lint.runtime.run import Run
from spapr_lint.validate.c_subject import bounded

Runner = Callable[..., Run]

REACHING = [
    'return open("/etc/passwd", 0);',
    'return __import__("os").system("id");',
    'return eval("1");',
    'return exec("import os");',
    'return getattr("", "x");',
    "return globals();",
    "return __builtins__;",
    "return f.__globals__;",
    "return f.__code__;",
    'return "".__class__.__mro__[1].__subclasses__();',
    'return "{0.__class__}".format(f);',
    'return "x".format_map(f);',
    "return tick.__self__;",
    "return compile;",
    "return breakpoint();",
    "return input();",
    "return type(1);",
    "return object.mro();",
    "return socket(2, 1, 0);",
    'return fopen("/etc/passwd", "r");',
    "return ext._link;",
    "return ext._link.program;",
    "return array.__init__;",
    "return print.__self__;",
    "return Ref.__init__;",
    "return g_malloc0(8)._items;",
    "return sizeof(int).__class__;",
    'return g_strdup("x").encode();',
    "return error_fatal._abort;",
    "return system;",
]


@pytest.mark.parametrize("body", REACHING)
def test_nothing_of_python_is_reached(
    c: Runner, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touched(*_given: object, **_named: object) -> None:
        raise AssertionError("something of Python's was reached")

    run = c(f"void *f(void)\n{{\n    {body}\n}}\n")
    run.link.program.module("hw/demo.c")
    run.link.program.source.line("hw/demo.c", 1)
    for name in ("open", "eval", "exec", "__import__", "input", "breakpoint", "getattr"):
        if name in ("open", "input", "breakpoint"):
            monkeypatch.setattr(builtins, name, touched)
    monkeypatch.setattr(os, "system", touched)
    monkeypatch.setattr(socket, "socket", touched)
    with pytest.raises(Stopped):
        run.call("f")


ENDLESS = [
    "for (;;) { }",
    "while (1) { f(); }",
    "f();",
    "do { n++; } while (n < 3 || 1);",
    "again: goto again;",
    "uint64_t *p = g_malloc0(1ull << 40); return p[0];",
    "for (;;) { g_malloc0(1 << 20); }",
    "return n << 1000000000;",
    "return (n + 1) << (1ull << 40);",
    'char *s = g_strdup_printf("%999999999d", 1); return s[0];',
    'char *s = g_strdup_printf("%*d", 999999999, 1); return s[0];',
    'char *s = "xxxxxxxxxxxx"; for (;;) { s = g_strconcat(s, s, s, s, NULL); } return 0;',
    "int a[1 << 30]; return a[5];",
    "uint8_t a[4]; memset(a, 0, 1ull << 40); return 0;",
    "uint8_t a[4], b[4]; memcpy(a, b, 1ull << 40); return 0;",
]


@pytest.mark.parametrize("body", ENDLESS)
def test_every_run_ends(c: Runner, body: str) -> None:
    run = c(f"int f(void)\n{{\n    int n = 1;\n    {body}\n    return n;\n}}\n", steps=200_000)
    start = time.process_time()
    with pytest.raises(Stopped):
        run.call("f")
    assert time.process_time() - start < 20


def test_numbers_stay_bounded(c: Runner) -> None:
    squares = "#define SQ(x) ((x) * (x))\n"
    body = "SQ(" * 24 + "n" + ")" * 24
    run = c(squares + f"int f(typeof(1) n)\n{{\n    return SQ(SQ(SQ(SQ(n)))) + 0 * ({body});\n}}\n")
    with contextlib.suppress(Stopped):
        run.call("f", 0x7FFFFFFF)


def test_a_worker_can_write_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    child = os.fork()
    if not child:
        bounded()
        try:
            target.write_bytes(b"x" * 100)
            bytearray(8 << 30)
        except (OSError, MemoryError):
            os._exit(7)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (7, -25)
    assert not target.exists() or target.read_bytes() == b""


STORING = [
    "uint8_t.bits = 64;",
    "uint8_t.high = 1 << 20;",
    "Ref.v = 5;",
    "Pair.a = 5;",
    "void_.size = 2;",
    "array.count = 1;",
    "sizeof.count = 1;",
]


@pytest.mark.parametrize("body", STORING)
def test_nothing_that_runs_share_is_changed(c: Runner, body: str) -> None:
    text = "typedef struct Pair { int a; } Pair;\n"
    run = c(text + f"int f(void)\n{{\n    Pair p;\n    {body}\n    return p.a;\n}}\n")
    with contextlib.suppress(Stopped):
        run.call("f")
    again = c(text + "uint8_t f(int n)\n{\n    Pair p = { };\n    return n + p.a;\n}\n")
    assert again.call("f", 300) == 44
    assert Run(run.link.program).link.run(lambda: run.qom.record("Pair")().a) == 0


FORBIDDEN = [
    "import os",
    "from os import system",
    "x = lambda: 1",
    "x = [i for i in y]",
    "x = {i for i in y}",
    "x = (i for i in y)",
    "class X: pass",
    "try:\n    x = 1\nfinally:\n    y = 2",
    "raise x",
    "with x: pass",
    "async def f(): pass",
    "x = f'{y}'",
    "x = y ** 9",
    "x = y @ z",
    "x = b'abc'",
    "del x",
    "x = __builtins__",
    "__name__ = 1",
    "def f(x=1): pass",
    "@f\ndef g(): pass",
    "f(**x)",
    "def f(): yield 1",
    "match x:\n    case 1: pass",
    "x = y[1:2]",
]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_what_translated_code_never_holds(text: str) -> None:
    with pytest.raises(Refused):
        check(ast.parse(text).body[0])


@given(st.sampled_from(sorted(OF_PYTHON)))
def test_no_attribute_of_python_is_a_field(name: str) -> None:
    for thing in ("", 1, None, [], (), {}, range(1), 1.0, check, ALLOWED, type, Run):
        assert not hasattr(thing, field_name(name))


def test_a_field_called_as_an_attribute_of_python_is_a_field(c: Runner) -> None:
    text = """
typedef struct S { int format; int __class__; int count; int v; } S;
int f(void)
{
    S s = { .format = 3, .count = 4 };
    S *p = &s;
    s.__class__ = 5;
    p->v = 6;
    return s.format * 1000 + s.count * 100 + p->__class__ * 10 + s.v;
}
"""
    assert c(text).call("f") == 3456


def test_out_of_bounds_says_where(c: Runner) -> None:
    with pytest.raises(OutOfBounds) as caught:
        c("void f(void)\n{\n    for (;;) {\n    }\n}\n", steps=1000).call("f")
    assert caught.value.message == "too many steps"
    assert caught.value.place.startswith("hw/demo.c:")
