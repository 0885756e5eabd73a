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
    """The packs' words by file; ``always`` are those that matter in all."""

    def __init__(self, pack: Pack, declared: c.Declarations) -> None:
        self._pack = pack
        self._headers: Mapping[str, Any] = declared.headers
        self._types = {
            path: frozenset((*facts.records, *facts.typedefs))
            for path, facts in declared.headers.items()
        }
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(self._headers):
            parts = path.split("/")
            for start in range(len(parts)):
                self._by_name.setdefault("/".join(parts[start:]), []).append(path)
        entries: list[_Entry] = [*pack.producers, *pack.sinks, *pack.tables]
        self._bound = [
            (entry.field, entry.owner, entry.family)
            for entry in entries
            if entry.field is not None and (entry.owner or entry.family)
        ]
        free = {word for entry in entries for word in _unbound(entry)}
        self.always = (pack.words | pack.sink_words) - ({word for word, _, _ in self._bound} - free)

    def fields(self, seen: frozenset[str], families: frozenset[str]) -> frozenset[str]:
        """The words that matter as fields, in a file that sees some types."""
        return frozenset(
            word
            for word, owner, family in self._bound
            if (owner is None or owner in seen) and (family is None or family in families)
        )

    def types(self, unit: c.Unit) -> frozenset[str]:
        """The types that are declared in a file and in all that it includes."""
        types = {*unit.facts.records, *unit.facts.typedefs}
        found: set[str] = set()
        pending = list(unit.includes)
        while pending:
            for path in self._by_name.get(pending.pop(), ()):
                if path not in found:
                    found.add(path)
                    types |= self._types[path]
                    pending.extend(self._headers[path].includes)
        return frozenset(types)


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
