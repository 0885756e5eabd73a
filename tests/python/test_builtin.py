"""The running Python's parser: same IR as libcst's, libcst where it cannot serve."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.python import ParseError, Position, decode, lower, positions
from spapr_lint.python.front import (
    annotation,
    builtin_proved,
    checksum,
    lower_builtin,
    lower_exact,
    lower_standard,
)
from spapr_lint.python.prepare import prepare
from spapr_lint.python.probe import BUILTIN_EXPECTED, BUILTIN_PROBE
from spapr_lint.python.source import Source, Unreadable
from tests.python.helpers import corpus

SAME = [
    "f(a, k=b, *c, d=e, **g)",
    "f(*a, *b, k=1, **c, **d)",
    "a[1,]; a[(1,)]; a[1:2, 3]; a[::]; a[b, *c]",
    "'a' 'b'; x = 'a' 'b' r'\\c' u'd'; y = b'a' b'\\xff'; z = '' ''",
    "x = f''; y = f'a' 'b'; z = 'a' f'b{c}' 'd' f'{e}' f'' 'f'; f'g'",
    "x = f'{a!r:>{b}{c}}' f'{{{d}}}' rf'\\n{e}\\t'",
    "x = f'a=' f'b={c}'",
    "(a and b) and c; a and (b and c); a or b and c or d; not a or b",
    "a < b == c is not d not in e",
    "-1 ** -2; a - (b - c) - d; a @ b // c << d; ~a",
    "x = 1j; y = 0x1F + 1_000 + 0o17 + 1e3 + 10 ** 100; z = ...",
    "lambda a, /, b=1, *c, d=2, e, **g: (yield a)",
    "[x for x in y for z in x if a if b]; {x: y for x, (y, *z) in w}; {a async for a in b}",
    "(y := 1); [a := b for c in d]",
    "del a, b.c; del (d, e); del [f, g]",
    "import a.b.c, d.e as f; from . import g; from ..h import i as j; from k import *",
    "x: (int) = 1",
    "x: 'a.b[\"c\"]' = 1; y: Annotated[int, 'server.bound']; z: a.b [ c , d ] | None",
    "def f(a: int, b: (str), *c: (list[int]), d: lambda: 1 = 2, **e: f(g, h = 1)) -> (a): pass",
    "def f(a: int if b else c, b: not d, c: 'x' 'y', d: b'x', e: [int,], g: (a, b,)): pass",
    "def f(a: Literal[-1, 1.5, 0x10], b: a[\n  b,  # why\n  c], c: '''x''', d: r'y') -> x[\n y]: 1",
    "def f(a:\n  int, b: \\\n  str) -> \\\n  c: pass",
    "async def f():\n  async with a as b, c: await d\n  async for e in g: yield\n  else: return",
    "class A(B, *C, k=D, **E):\n  'doc'\n  x: int\n  def f(self, a=x): return super().f(a)",
    "@a\n@b.c(1)\nclass A: pass\n@d\ndef f(): 'doc'; ...; 1; b'x'",
    "if a: b\nelif c: d\nelif e: f\nelse:\n  if g: h\n  else: i",
    "if a: b\nelse:\n  if c: d\n  e",
    "try: a\nexcept b as c: d\nexcept (e, f): g\nexcept: h\nelse: i\nfinally: j",
    "try: a\nexcept* b as c: d",
    "for a, *b in c: continue\nelse: break_\nwhile a: break\nelse: d",
    "match a, *b:\n  case {'k': v, **r}: x\n  case A(b, c=D()) | [*_, 1] | -1+2j | None: y\n"
    "  case (a, *b) as c if c: z\n  case x.y | 'a' 'b' | _: w",
    "def f():\n  def g(): return late\n  late = 1\n  global h; h = late\n  return [h for i in g()]",
    "é = 'ü'; x: 'ä'.ö['ß', é]",
    "def f(ä: ö [ ü ], b: '日' , c: x. y): 'ü'",
    "x = '\\d'; y = '\\N{BULLET}\\u1234\\x41\\101'; z = 'a\\\nb'",
    "assert a, b; raise c from d; raise\nassert (e)",
]


@pytest.mark.parametrize("text", SAME, ids=lambda text: text[:30])
def test_same_ir(text: str) -> None:
    text = text if text.startswith(("async", "@")) else f"{text}\n"
    expected = lower_standard(text)
    assert lower_exact(text) == expected
    try:
        assert lower_builtin(text) == expected
    except Unreadable:
        assert any(sign in text for sign in (": (", "> (", ":\n", "\\\n"))
    assert lower(text) == expected


def test_probe_lowers_to_what_is_expected() -> None:
    assert checksum(lower_standard(BUILTIN_PROBE)) == BUILTIN_EXPECTED
    assert builtin_proved()


@pytest.mark.parametrize("path", corpus(9, 4), ids=lambda path: path.stem)
def test_same_ir_over_the_library(path: Path) -> None:
    text = prepare(decode(path.read_bytes()))
    assert lower(text) == lower_exact(text)


def test_most_files_need_no_libcst() -> None:
    served = []
    for path in corpus(23):
        try:
            lower_builtin(prepare(decode(path.read_bytes())))
            served.append(True)
        except Unreadable:
            served.append(False)
    assert sum(served) > 0.9 * len(served)


@pytest.mark.parametrize(
    "text",
    ["x = f'{a=}'\n", "x = f'{a = !s}' f'b'\n", "x: (int)\n", "def f() -> (a): pass\n"],
)
def test_what_the_tree_does_not_tell(text: str) -> None:
    with pytest.raises(Unreadable):
        lower_builtin(text)
    assert lower(text) == lower_standard(text)


NAMES = st.sampled_from(["int", "a.b", "é", "'x'", '"y"', "1", "None", "...", "-1", "f(x)", "(a)"])
TYPES = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, st.lists(inner, min_size=1)).map(lambda t: f"{t[0]}[{' , '.join(t[1])}]"),
        st.tuples(inner, inner).map(" | ".join),
        st.lists(inner).map(lambda parts: f"[{', '.join(parts)}]"),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"x[{one},]"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) if ({t[1]}) else b"),
    ),
    max_leaves=6,
)


@given(TYPES)
def test_any_annotation(text: str) -> None:
    module = f"def f(a: {text}, *b: {text}) -> {text}: pass\nx: {text} = 1\n"
    assert lower(module) == lower_standard(module)


def test_no_warning_gets_out_and_the_filters_stay() -> None:
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        lower("x = '\\d' is 1\n")
    assert not seen
    threads = [threading.Thread(target=lower, args=("x = '\\d'\n" * 50,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_what_only_python_reads_has_places() -> None:
    text = "é = 1\n(x): int = f(y)\n"
    with pytest.raises(ParseError):
        lower_exact(text)
    module = lower(text)
    statement = module.body[1]
    assert positions(text, [statement[3][-1], statement[-1]]) == {
        statement[3][-1]: Position(2, 12, 2, 16),
        statement[-1]: Position(2, 1, 2, 16),
    }


def test_deep_and_odd_texts_end_in_an_answer() -> None:
    for text in ("x = " + "a." * 900 + "b\n", "x = " + "-" * 900 + "1\n"):
        assert set(positions(text, range(lower(text).sites))) <= set(range(1000))
    for text in ("(" * 300, "a\0b", "\ud800", "x = '\ud800'\n", "\ufeffx\n", "x\r\ry\f\n"):
        outcomes: list[object] = []
        for way in (lower, lambda one: lower_exact(prepare(one))):
            try:
                outcomes.append(way(text))
            except ParseError as error:
                outcomes.append(error.args)
        assert outcomes[0] == outcomes[1]


def test_simple_annotations_need_no_parser() -> None:
    def parsed(text: str) -> str:
        raise AssertionError(text)

    import ast

    for text in ("int", "a.b", "Ptr[ X ]", "Array[Ptr[T], '3']", "A | None", "Callable[..., int]"):
        tree = ast.parse(f"x: {text}").body[0]
        assert isinstance(tree, ast.AnnAssign)
        assert Source(f"x: {text}", parsed).annotation(tree.annotation) == annotation(text)
