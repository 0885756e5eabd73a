"""The text behind a tree of the running Python's parser, which keeps only places in it.

Few things need it: annotations, which the IR holds as text, and numbers that have
no value in it.  What cannot be told apart from the tree alone raises `Unreadable`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_NEWLINE = re.compile(r"\r\n?|\n")
# What an f-string says of itself (``{x=}``) is a part of its text in the tree.
_TELLS_ITSELF = re.compile(r"=\s*[}!:#]")
_TOKEN = re.compile(
    r"\s*(?:(\.\.\.|[.\[\]|,])|([^\W\d]\w*|\d+\b|'[^'\"\\\n]*'|\"[^'\"\\\n]*\")(?!['\"]))"
)
_WORDS = frozenset(
    "and or not if else lambda await in is for yield from async".split()  # have spaces of their own
)


class Unreadable(Exception):
    """Something that this parser does not tell exactly."""


class Source:
    """A module's text; ``parsed`` gives the text of an annotation that is not simple."""

    __slots__ = ("_known", "_lines", "_parsed", "_tells", "_text")

    def __init__(self, text: str, parsed: Callable[[str], str]) -> None:
        self._text = text
        self._parsed = parsed
        self._lines: list[str] = []
        self._known: dict[str, str] = {}
        self._tells: bool | None = None

    def tells(self) -> bool:
        """Whether an f-string in the text may say its own expressions."""
        if self._tells is None:
            self._tells = _TELLS_ITSELF.search(self._text) is not None
        return self._tells

    def annotation(self, node: Any) -> str:
        """The text of an annotation, as `annotations.text_of` renders it."""
        before = self._upto(node.lineno, node.col_offset).rstrip()
        if before[-1:] not in (":", ">"):  # a parenthesis, or it begins on another line
            raise Unreadable("annotation")
        name = getattr(node, "id", None)
        if name is not None:
            return str(name)
        text = self.slice(node)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = _simple(text) or self._parsed(text)
        return known

    def slice(self, node: Any) -> str:
        """The text of a node."""
        first: int = node.lineno
        last: int = node.end_lineno
        start = len(self._upto(first, node.col_offset))
        end = len(self._upto(last, node.end_col_offset))
        if first == last:
            return self._lines[first - 1][start:end]
        rows = self._lines[first - 1 : last]
        rows[-1] = rows[-1][:end]
        rows[0] = rows[0][start:]
        return "\n".join(rows)

    def span(self, node: Any) -> tuple[int, int, int, int]:
        """Line and column of a node's beginning and end, in characters from 1."""
        start = len(self._upto(node.lineno, node.col_offset))
        end = len(self._upto(node.end_lineno, node.end_col_offset))
        return node.lineno, start + 1, node.end_lineno, end + 1

    def row(self, line: int) -> str:
        """A line, from 1."""
        if not self._lines:
            self._lines = _NEWLINE.split(self._text)
        return self._lines[line - 1]

    def _upto(self, line: int, column: int) -> str:
        """The beginning of a line, up to a column in bytes."""
        row = self.row(line)
        if row.isascii():
            return row[:column]
        return row.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass")


def _simple(text: str) -> str | None:
    """The text of names, numbers, strings, dots and brackets without its white space."""
    found: list[str] = []
    at, word = 0, False
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        mark, name = token.groups()
        if name is None:
            if mark == "]" and found[-1] == ",":
                return None
            found.append(mark)
        elif word or name in _WORDS:
            return None
        else:
            found.append(f'"{name[1:-1]}"' if name[0] == "'" else name)
        word = name is not None
        at = token.end()
    return "".join(found)
