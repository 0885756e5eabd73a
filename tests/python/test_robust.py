"""Bad input: one clear error with a place, never a crash, a hang or a wrong answer."""

from __future__ import annotations

import ast
import codecs
import pickle
import random
import sys
import threading
import time
import tokenize
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spapr_lint.python import DecodeError, ParseError, decode, lower, positions
from spapr_lint.python.constants import string_value, value_or_none
from spapr_lint.python.front import lower_standard
from spapr_lint.python.prepare import MAX_BRACKETS, prepare
from spapr_lint.python.probe import PROBE
from tests.python.helpers import corpus, sites


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a = 1\n", "a = 1\n"),
        ("é".encode(), "é"),
        (codecs.BOM_UTF8 + b"a", "a"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\na", "# coding: utf-8\na"),
        (b"# -*- coding: latin-1 -*-\n'\xe9'", "# -*- coding: latin-1 -*-\n'é'"),
        (b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"a = 1\n# coding: latin-1\n'\xc3\xa9'", "a = 1\n# coding: latin-1\n'é'"),
        (b"\r# coding: latin-1\r'\xe9'", "\r# coding: latin-1\r'é'"),
        (b"a\r\nb\rc\n", "a\r\nb\rc\n"),
        (b"", ""),
    ],
)
def test_decode(content: bytes, text: str | None) -> None:
    assert decode(content) == text if text is not None else decode(content).endswith("'€'")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"a\n\n'\xff'\n", 3, "0xff is not utf-8"),
        (b"a\r\r'\xff'\n", 3, "0xff is not utf-8"),
        (b"# coding: nothing\n", 1, "unknown encoding: nothing"),
        (b"\n# coding: rot13\n", 2, "not an encoding of text"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", 1, "contradicts"),
        (b"# coding: ascii\n\xc3\xa9", 2, "is not ascii"),
        (b"# coding: utf-16\nabc", 1, "utf-16"),
        (b"# coding: undefined\nabc", 1, "undefined"),
    ],
)
def test_decode_errors(content: bytes, line: int, words: str) -> None:
    with pytest.raises(DecodeError, match=words) as error:
        decode(content)
    assert error.value.line == line
    assert "\n" not in error.value.message


@pytest.mark.parametrize("path", corpus(20, 2), ids=lambda path: path.stem)
def test_decode_as_python_does(path: Path) -> None:
    with tokenize.open(path) as file:
        expected = file.read()
    assert decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n") == expected


def test_errors_keep_their_facts() -> None:
    for error in (ParseError(3, 4, "what"), DecodeError(3, "what")):
        again = pickle.loads(pickle.dumps(error))
        assert again.args == error.args
        assert "line 3" in str(again)
        with pytest.raises(AttributeError):
            error.line = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = (\n", None),
        ("a\n  b\n", None),
        ("def f():\n", None),
        ("a = 1\nb c\n", 2),
        ("\0", None),
        ("a = '\ud800'\n", None),
        ("x = 'abc\n", None),
        ("if a:\n\tb\n        c\n", None),
        ("a\0b = 1\n", None),
    ],
)
def test_syntax_errors(text: str, line: int | None) -> None:
    with pytest.raises(ParseError) as error:
        lower(text)
    assert 1 <= error.value.line <= text.count("\n") + 1
    assert error.value.column >= 1
    assert error.value.message
    assert "\n" not in error.value.message
    assert line in (None, error.value.line)
    with pytest.raises(ParseError) as other:
        positions(text, [0])
    assert other.value.line == error.value.line


@pytest.mark.parametrize(
    "text",
    [
        "\x0ca = 1\n\x0c\nb = 2\n",
        "if a:\r\n\tb\r\n",
        "if a:\r  b\r",
        "a = \\\n  1",
        "\ufeffa = 1\n",
    ],
)
def test_odd_but_right(text: str) -> None:
    module = lower(text)
    assert module.body
    assert set(positions(text, sites(module))) == set(sites(module))


DEEP = {
    "brackets": lambda n: "x = " + "(" * n + ")" * n,
    "open brackets": lambda n: "[" * n,
    "mixed": lambda n: "(a, {[" * n,
    "sum": lambda n: "x = a" + "+a" * n,
    "sum in lines": lambda n: "x = (a" + "\n + a" * n + ")",
    "minus": lambda n: "-" * n + "1",
    "not": lambda n: "not " * n + "1",
    "attributes": lambda n: "x" + ".a" * n,
    "calls": lambda n: "x" + "(1, 2)" * n,
    "subscripts": lambda n: "x" + "[1, 2]" * n,
    "lambda": lambda n: "lambda: " * n + "1",
    "choice": lambda n: "a if b else " * n + "c",
    "elif": lambda n: "if a: pass\n" + "elif a: pass\n" * n,
    "power": lambda n: "a ** " * n + "b",
    "and": lambda n: "a and " * n + "b",
    "pattern": lambda n: "match x:\n case " + "[" * n + "]" * n + ": pass",
    "class pattern": lambda n: "match x:\n case " + "A(b=" * n + "1" + ")" * n + ": pass",
    "dict": lambda n: "x = " + "{1: " * n,
    "def": lambda n: "".join(" " * i + "def f():\n" for i in range(min(n, 300))) + " " * 300 + "x",
}


@pytest.mark.parametrize("kind", DEEP)
def test_nested_too_deeply(kind: str) -> None:
    start = time.process_time()
    with pytest.raises(ParseError) as error:
        lower(DEEP[kind](30_000) + "\n")
    assert time.process_time() - start < 5
    if kind != "def":
        assert error.value.message == "nested too deeply"


@pytest.mark.parametrize("kind", DEEP)
def test_no_deeper_than_people_write(kind: str) -> None:
    text = DEEP[kind](12 if "pattern" in kind else 60) + "\n"
    try:
        ast.parse(text)
    except SyntaxError:
        return
    assert lower(text).body


def test_many_are_not_deep() -> None:
    many = 20_000
    for text in (
        "x = [" + "1, " * many + "]\n",
        "x = {" + "('a', 1): -1,\n" * 3000 + "}\n",
        "a + b * c\n" * 3000,
        "x = (" + "'a + (b'\n" * 1500 + ")\n",
        "def f():\n" + " a = b + c(1)[2] - d.e\n" * 3000,
        "if a: pass\nelif b: pass\n" * 1500,
        "a < " * 3000 + "b\n",
        "x = '" + "(" * many + "'\n",
        "#" + "(" * many + "\n",
    ):
        assert prepare(text) == text


def test_brackets_up_to_the_limit() -> None:
    inside = MAX_BRACKETS - 1
    assert prepare("(" * inside + ")" * inside + "\n")
    with pytest.raises(ParseError):
        prepare("(" * (inside + 1) + ")" * (inside + 1) + "\n")


def test_names_are_folded_and_strings_are_not() -> None:
    wide = "\uff4e\uff52"
    text = f"{wide} = '{wide}'  # {wide}\n"
    assert prepare(text) == f"nr = '{wide}'  # {wide}\n"
    module = lower(text)
    assert module.body[0][1][0][1] == "nr"
    assert module.body[0][2][1] == wide


def test_deep_caller_is_an_error_or_an_answer() -> None:
    def descend(depth: int) -> object:
        if depth:
            return descend(depth - 1)
        try:
            return lower("x = " + "(" * 90 + "a" + ")" * 90 + "\n")
        except ParseError as error:
            return error.message

    here = len(__import__("inspect").stack())
    for room in (60, 120, 400):
        try:
            found = descend(sys.getrecursionlimit() - here - room)
        except RecursionError:
            continue
        assert found == lower("x = " + "(" * 90 + "a" + ")" * 90 + "\n") or found == (
            "nested too deeply"
        )


def test_file_of_fifty_megabytes() -> None:
    start = time.process_time()
    with pytest.raises(ParseError, match=r"too large to be parsed: 50,000,000 characters"):
        lower("a = 1\n" * 8_333_333 + "b\n")
    assert time.process_time() - start < 2


def test_giant_file() -> None:
    text = "".join(
        f"def f{number}(a, b):\n    return g(a + {number}, b)\n" for number in range(3000)
    )
    module = lower(text)
    assert len(module.functions) == 3000
    with pytest.raises(ParseError):
        lower("# " + "é" * 1_000_000 + "\n(")


TOKENS = (
    "a b c f x ( ) [ ] { } , : ; . = + - * ** / // % @ & | ^ ~ < > == != := -> 1 0x1f 1.5 2j 'q' "
    '"w" b\'z\' f\'{a}\' """t""" if else elif for in while try except finally with as def class '
    "return yield await async lambda not and or is None True global nonlocal import from del "
    "assert raise pass break continue match case type print * # \\"
).split(" ")


@given(
    st.lists(
        st.one_of(st.sampled_from(TOKENS), st.sampled_from(["\n", "\n  ", "\n    ", "\t"])),
        max_size=30,
    )
)
@settings(max_examples=400, deadline=None)
def test_any_tokens_are_an_error_or_an_answer(tokens: list[str]) -> None:
    _same_both_ways(" ".join(tokens) + "\n")


def _same_both_ways(text: str) -> None:
    try:
        module = lower(text)
    except ParseError as error:
        args = error.args
        with pytest.raises(ParseError) as other:
            lower_standard(prepare(text))
        assert other.value.args == args
        return
    assert module == lower_standard(prepare(text))
    found = sites(module)
    assert len(found) == len(set(found))
    assert set(positions(text, found)) == set(found)


LINES = [line for line in PROBE.split("\n") if line.strip()]


@given(
    st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=12),
    st.integers(0, 400),
    st.sampled_from(["", "(", ")", "'", "\n", " ", ":", "\\", "é", "\0", "\t", "f'{", "#"]),
)
@settings(max_examples=300, deadline=None)
def test_mutated_programs_are_an_error_or_an_answer(
    chosen: list[int], place: int, put: str
) -> None:
    text = "\n".join(LINES[one] for one in chosen) + "\n"
    place %= len(text)
    _same_both_ways(text[:place] + put + text[place + 1 :])


@pytest.mark.parametrize("seed", range(6))
def test_mutated_files_are_an_error_or_an_answer(seed: int) -> None:
    rng = random.Random(seed)
    path = rng.choice([path for path in corpus(7) if path.stat().st_size < 12_000])
    lines = decode(path.read_bytes()).split("\n")
    for _ in range(rng.randint(0, 3)):
        first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[first], lines[second] = lines[second], lines[first].replace(" ", "  ", 1)
    _same_both_ways("\n".join(lines))


PIECES = [*"abnrtvfx01789N{}uU\\'\" é", "\\\\", "\\x4", "\\u0041", "\\N{EN DASH}", "\\\n"]
LITERAL = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(
    LITERAL, st.sampled_from(["'", '"', "'''", '"""']), st.sampled_from(["", "r", "b", "Rb", "u"])
)
@settings(max_examples=800, deadline=None)
def test_strings_are_what_python_makes_of_them(text: str, quote: str, prefix: str) -> None:
    token = prefix + quote + text + quote
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(token, mode="eval").body
        except (SyntaxError, ValueError):
            return
    if not isinstance(tree, ast.Constant) or ast.get_source_segment(token, tree) != token:
        return
    lines = iter([*token.splitlines(True), ""])
    tokens = tokenize.generate_tokens(lines.__next__)
    if sum(one.type == tokenize.STRING for one in tokens) == 1:
        assert value_or_none(string_value, token) == tree.value


def test_threads_together() -> None:
    texts = [decode(path.read_bytes()) for path in corpus(140)]
    expected = [lower(text) for text in texts]
    wrong: list[int] = []

    def work() -> None:
        for index, text in enumerate(texts):
            if lower(text) != expected[index]:
                wrong.append(index)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
