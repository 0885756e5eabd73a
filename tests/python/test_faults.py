"""What is said of a text that is no Python is what Python says."""

from __future__ import annotations

import pytest

from spapr_lint.python import ParseError, decode, lower
from spapr_lint.python.faults import told


def _error(text: str) -> ParseError:
    with pytest.raises(ParseError) as caught:
        lower(decode(text.encode()))
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\ndef f(:\n    pass\n",
        "a\nb\nc = = 1\nd\n",
        "x = (1,\n",
        "if x\n    y\n",
        "x = 'abc\n",
        "  y\nx\n",
    ],
)
def test_place_and_message_are_pythons(text: str) -> None:
    error = told(text, _error(text))
    with pytest.raises(SyntaxError) as caught:
        compile(text, "x", "exec")
    assert (error.line, error.column) == (caught.value.lineno, caught.value.offset)
    assert error.message == caught.value.msg
    assert "error at" not in error.message


def test_what_is_no_matter_of_syntax_stays() -> None:
    error = ParseError(3, 4, "nested too deeply")
    assert told("def f(:\n", error) is error


def test_what_python_takes_keeps_the_parsers_words_without_a_second_place() -> None:
    error = ParseError(2, 1, "parser error: error at 3:0: expected one of NAME")
    said = told("x = 1\n", error)
    assert (said.line, said.column, said.message) == (2, 1, "expected one of NAME")


def test_a_zero_byte_is_told() -> None:
    text = "x = 1\0\n"
    assert told(text, _error(text)).message
