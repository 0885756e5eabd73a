"""C's macros as the functions that they are to a number: what they name, where they stand.

A producer in the body of a macro is a producer in every function that uses it,
and a number handed to a macro of a header goes on inside of that header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from spapr_lint import c
from spapr_lint.c.names import kept

_NAME = re.compile(r"[A-Za-z_]\w*")
_NUMBER = re.compile(r"\(?-?(?:0x[0-9a-fA-F]+|\d+)[uUlL]*\)?")
_NOTHING: frozenset[str] = frozenset()


class Macros:
    """The macros of some files and of all headers in view."""

    def __init__(self, units: Iterable[c.Unit], declared: c.Declarations) -> None:
        self._bodies: dict[str, list[tuple[str | None, str]]] = {}
        self._homes: dict[str, list[str]] = {}
        self._words: dict[str, frozenset[str]] = {}
        places: list[tuple[str, Mapping[str, tuple[str | None, str, int]]]] = [
            (unit.path, unit.facts.macros) for unit in units
        ]
        seen = {path for path, _ in places}
        places += [(p, f.macros) for p, f in sorted(declared.headers.items()) if p not in seen]
        for path, macros in places:
            for name, (parameters, body, _) in macros.items():
                if body and not kept(name) and not _NUMBER.fullmatch(body):
                    self._bodies.setdefault(name, []).append((parameters, body))
                    self._homes.setdefault(name, []).append(path)

    def held(self, words: frozenset[str]) -> frozenset[str]:
        """Words of a function, and all that the macros among them stand for."""
        return words.union(*[self.words(word) for word in words if word in self._bodies])

    def words(self, name: str) -> frozenset[str]:
        """The names in a macro's body, and in those of the macros that it uses."""
        found = self._words.get(name)
        if found is None:
            found = self._words[name] = self._closure(name)
        return found

    def _closure(self, name: str) -> frozenset[str]:
        found: set[str] = set()
        pending = [name]
        seen = {name}
        while pending:
            for parameters, body in self._bodies.get(pending.pop(), ()):
                own = set(_NAME.findall(body)).difference((parameters or "").split(","))
                found |= own
                pending.extend(own - seen)
                seen |= own
        return frozenset(found)

    def by_header(self, words: frozenset[str]) -> dict[str, set[str]]:
        """Of the macros among some words those that stand in headers, by header."""
        found: dict[str, set[str]] = {}
        for word in sorted(words):
            for path in self._homes.get(word, ()):
                if path.endswith(".h"):
                    found.setdefault(path, set()).add(word)
        return found
