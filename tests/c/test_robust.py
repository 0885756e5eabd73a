"""Anything may be in a file that ends in .c; the answer is Python, quickly, every time."""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Callable
from pathlib import Path

import libcst
import pytest
from c_programs import Program
from hypothesis import example, given
from hypothesis import strategies as st

from spapr_lint.c import Translated, declarations, parse, translate
from spapr_lint.tree import MemoryTree

Translator = Callable[..., Translated]
MAPPING = (Path(__file__).parent / "mapping.txt").read_bytes()
PIECES = st.sampled_from(
    [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        ",",
        "#",
        "\n",
        '"',
        "'",
        "\\",
        "/*",
        "*/",
        "//",
        "#if",
        "#ifdef#else",
        "#endif",
        "#define",
        "int",
        "struct",
        "case",
        "default",
        "if",
        "else",
        "for",
        "while",
        "do",
        "switch",
        "return",
        "goto",
        "x:",
        "x",
        "y",
        "f(",
        "->",
        ".",
        "=",
        "==",
        "&&",
        "||",
        "!",
        "~",
        "&",
        "*",
        "+",
        "-",
        "++",
        "--",
        "?",
        ":",
        "...",
        "0x1",
        "08",
        "1.5",
        "'a'",
        '"s"',
        "g_autofree",
        "type_init(x)",
        "QLIST_FOREACH(a,",
        "b,",
        "c)",
        "typedef",
        "enum",
        "sizeof",
        "(T",
        "*)",
        "##",
        "__attribute__((x))",
        "\\\n",
        "\r\n",
        "\t",
        "\x00",
        "\x01",
        "é",
    ]
)


def check(raw: bytes) -> Translated:
    tree = MemoryTree({"a.c": raw})
    unit = parse("a.c", raw)
    made = translate(unit, declarations(tree, [unit]))
    ast.parse(made.text)
    assert len(made.lines) == made.text.count("\n")
    last = raw.count(b"\n") + 1
    assert all(1 <= line <= last for line in made.lines)
    return made


@given(st.lists(PIECES, max_size=60))
@example(["++", "struct", '"s"'])
@example(["5", "++", ";"])
@example(["void f()", "{", "f()", "--", ";", "}"])
def test_token_soup(pieces: list[str]) -> None:
    check(" ".join(pieces).encode())


@given(st.binary(max_size=300))
def test_bytes(raw: bytes) -> None:
    check(raw)


@given(st.data())
def test_mutated_programs(data: st.DataObject) -> None:
    """Lines of the mapping's rows cut, doubled and swapped, bytes overwritten."""
    start = data.draw(st.integers(0, len(MAPPING) - 1500))
    raw = bytearray(MAPPING[start : start + 1500])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        what = data.draw(st.integers(0, 3))
        if what == 0:
            del raw[at : at + data.draw(st.integers(1, 40))]
        elif what == 1:
            raw[at:at] = data.draw(PIECES).encode()
        elif what == 2:
            raw[at] = data.draw(st.integers(0, 255))
        else:
            raw[at:at] = raw[at : at + 60]
        if not raw:
            raw = bytearray(b";")
    check(bytes(raw))


@pytest.mark.parametrize("seed", range(25))
def test_made_programs_are_python_for_libcst(seed: int) -> None:
    made = check(Program(seed).function("f")[0].encode())
    libcst.parse_module(made.text)
    assert not made.untranslated


def test_cut_anywhere() -> None:
    text = Program(3).function("f")[0] + Program(4).function("g")[0]
    for end in range(0, len(text), 17):
        check(text[:end].encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\0\0\0",
        b"\xff\xfe\x00int x;",
        b"int x;",
        b"/* never closed",
        b'"never closed',
        b"#define",
        b"#if 1",
        b"x = y[1];",
        b"int f(void) { T *= d = m->e; }",
        b"#else\n#endif\n",
        b"int f(void) {",
        b"}}}}",
        b"((((",
        b"int f(void) { return 1; }\r\nint g(void) { return 2; }\r\n",
        b"int f(void)\r{ return 1; }\r",
        'int f(void) { g("é"); /* é */ return 1; }'.encode(),
        'int f(void) { g("é"); /* é */ return 1; }'.encode("latin-1"),
        b"int f(void) { return " + b"(" * 5000 + b"1" + b")" * 5000 + b"; }",
        b"int f(void) { return " + b"+".join([b"1"] * 5000) + b"; }",
        b"int f(void) {" + b"{" * 3000 + b"}" * 3000 + b"}",
        b"void f(void) { " + b"if (a) b(); else " * 2000 + b"c(); }",
        b"#define A A A\n#define B(x) B(x) x ## x\nint f(void) { return A + B(1); }",
        b"#define X0(a) a a\n"
        + b"".join(b"#define X%d(a) X%d(a) X%d(a) ## a\n" % (n, n - 1, n - 1) for n in range(1, 30))
        + b"int f(void) { X29(1); }",
    ],
)
def test_odd_files(raw: bytes) -> None:
    began = time.monotonic()
    check(raw)
    assert time.monotonic() - began < 20


def test_crlf_is_as_lf(c: Translator) -> None:
    text = "#define N \\\n    3\nint f(int a) /* x */\n{\n    return a +\n        N;\n}\n"
    one, two = c(text), c(text.replace("\n", "\r\n"))
    assert one.text == two.text
    assert one.lines == two.lines


def test_a_large_file_in_time() -> None:
    functions = "".join(Program(n).function(f"f{n}")[0] for n in range(40))
    text = "\n".join(functions.replace(" f", f" f{copy}_") for copy in range(10))
    began = time.monotonic()
    check(text.encode())
    assert time.monotonic() - began < 60


def test_a_careful_look_finds_nothing_in_what_is_python_anyway() -> None:
    raw = "".join(Program(n).function(f"f{n}")[0] for n in range(20)).encode()
    unit = parse("hw/x.c", raw)
    declared = declarations(MemoryTree({"hw/x.c": raw}), [unit])
    assert translate(unit, declared, careful=True) == translate(unit, declared)


def test_same_text_twice() -> None:
    raw = "".join(Program(n).function(f"f{n}")[0] for n in range(20)).encode()
    assert check(raw) == check(raw)
    shuffled = [Program(n).function(f"f{n}")[0] for n in range(20)]
    random.Random(1).shuffle(shuffled)
    again = check("".join(shuffled).encode())
    assert sorted(again.functions) == sorted(check(raw).functions)
