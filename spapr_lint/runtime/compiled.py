"""Compiled items of a file, kept between runs by the text that they were made from.

What the compiler was told of types by name is kept with each; an item whose types mean something
else today is compiled again.  A cache holds code, as Python's own does: it is the user's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from types import CodeType
from typing import Any, NamedTuple, Protocol

from spapr_lint.cache import digest, made_by


class Kept(Protocol):
    """Where things are kept between runs: `spapr_lint.cache.Cache`."""

    def get(self, key: str) -> Any: ...
    def put(self, key: str, value: Any) -> None: ...


class Compiled(NamedTuple):
    """An item ready to run, the texts that it needs, whether records are defined inside it.

    ``asked`` says by name what the rewriter was told of types, see `word`.
    """

    code: CodeType
    texts: dict[str, str]
    records: bool
    asked: dict[str, str]


class Shelf:
    """The items of one file, by line and name."""

    def __init__(self, kept: Kept | None, path: str, text: str, lines: Sequence[int]) -> None:
        self._kept = kept
        self._new = False
        self._key = ""
        self._items: dict[str, tuple[Any, ...]] = {}
        if kept is not None:
            numbers = ",".join(map(str, lines))
            self._key = digest("c-code", maker(), path, text, numbers)
            self._items = kept.get(self._key) or {}

    def get(self, name: str, told: Callable[[str], str]) -> Compiled | None:
        """The item, if ``told`` says of its types what it said when it was compiled."""
        found = self._items.get(name)
        if found is None:
            return None
        made = Compiled(*found)
        return made if all(told(each) == word for each, word in made.asked.items()) else None

    def put(self, name: str, made: Compiled) -> None:
        """Remember an item, for this process until `keep`."""
        if self._kept is not None:
            self._items[name] = tuple(made)
            self._new = True

    def keep(self) -> None:
        """Write down what is new."""
        if self._new and self._kept is not None:
            self._kept.put(self._key, self._items)
            self._new = False


def word(kind: Any) -> str:
    """What a rewriter is told of a type, as a word: an integer's name, a record, nothing."""
    if kind is None:
        return ""
    return "record" if kind is True else str(kind.name)


@cache
def maker() -> str:
    """What compiled items depend on apart from the translated text."""
    return made_by([os.path.dirname(__file__)], [])
