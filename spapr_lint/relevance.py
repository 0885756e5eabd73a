"""Which words of the packs can matter in which C file.

A field counts only where its struct is declared in what the file includes, and
what is said of one machine family only in that family's files; so `irq` means
nothing in an interrupt controller of another machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spapr_lint import c
from spapr_lint.packs import Pack, Producer, Sink, Table

_Entry = Producer | Sink | Table


class Relevance:
    """The packs' words by file."""

    def __init__(self, pack: Pack, declared: c.Declarations) -> None:
        self._pack = pack
        self._headers: Mapping[str, Any] = declared.headers
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(self._headers):
            parts = path.split("/")
            for start in range(len(parts)):
                self._by_name.setdefault("/".join(parts[start:]), []).append(path)
        self._always = pack.words | pack.sink_words
        self._bound: list[tuple[str, str | None, str | None]] = []
        entries: list[_Entry] = [*pack.producers, *pack.sinks, *pack.tables]
        for entry in entries:
            word = entry.field
            if word is not None and (entry.owner or entry.family):
                self._bound.append((word, entry.owner, entry.family))
        free = {word for entry in entries for word in _unbound(entry)}
        self._always = frozenset(
            word for word in self._always if word in free or word not in self._words_bound()
        )

    def _words_bound(self) -> frozenset[str]:
        return frozenset(word for word, _, _ in self._bound)

    def words(self, unit: c.Unit, families: frozenset[str]) -> frozenset[str]:
        """The words that can matter in a file."""
        seen = self._types(unit)
        return self._always | {
            word
            for word, owner, family in self._bound
            if (owner is None or owner in seen) and (family is None or family in families)
        }

    def _types(self, unit: c.Unit) -> set[str]:
        """The types that are declared in a file and in all that it includes."""
        types = {*unit.facts.records, *unit.facts.typedefs}
        found: set[str] = set()
        pending = list(unit.includes)
        while pending:
            for path in self._by_name.get(pending.pop(), ()):
                if path not in found:
                    found.add(path)
                    facts = self._headers[path]
                    types.update(facts.records)
                    types.update(facts.typedefs)
                    pending.extend(facts.includes)
        return types


def _unbound(entry: _Entry) -> Iterable[str]:
    """The words of an entry that is about any file."""
    if isinstance(entry, Table):
        if not entry.owner and not entry.family:
            yield entry.field
        return
    if entry.field is not None and not entry.owner and not entry.family:
        yield entry.field
    names: list[str | None] = [entry.call, entry.method, entry.slot]
    if isinstance(entry, Producer):
        names += [entry.name, entry.constant, entry.property, entry.function, entry.parameter]
    else:
        names += [entry.property, entry.device_property, entry.returns, entry.subscript]
    for name in names:
        if name is not None:
            yield name.rpartition(".")[2]
