"""Several C files of one tree: their declarations, the headers whose functions they call."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from spapr_lint.c.facts import Facts
from spapr_lint.c.index import Declarations, Kept, closure
from spapr_lint.c.parsing import Unit, parse
from spapr_lint.c.translation import Missing, translate
from spapr_lint.tree import Tree


def declarations(
    tree: Tree,
    units: Iterable[Unit],
    *,
    cache: Kept | None = None,
    headers: Mapping[str, Facts] | None = None,
) -> Declarations:
    """What some files and all that they include declare.

    Headers are looked for in the file's own folder, and in ``include/``,
    ``linux-headers/``, ``target/ppc/`` and the top of every folder above it; one
    that is not there is left out.  ``cache`` keeps what a header declares by its
    content; ``headers`` are those that were read already (`headers`).
    """
    return closure(tree, [(unit.path, unit.facts) for unit in units], cache, headers)


_NAME = re.compile(r"[A-Za-z_]\w*")


def _parse_all(files: Sequence[tuple[str, bytes]]) -> list[Unit]:
    return [parse(path, text) for path, text in files]


def inline_units(
    tree: Tree,
    declared: Declarations,
    units: Mapping[str, Unit],
    read: Callable[[Sequence[tuple[str, bytes]]], Sequence[Unit]] = _parse_all,
) -> tuple[Unit, ...]:
    """The headers that define functions which some files use, directly or through each other.

    A use is a word in a function, or in the body of a macro that is used.
    ``read`` makes units of headers' paths and texts.
    """
    bodies, homes = _macros_and_homes(declared, units)
    found: dict[str, Unit | None] = {}
    seen: set[str] = set()
    pending = {word for unit in units.values() for span in unit.functions for word in span.words}
    while pending:
        seen |= pending
        fresh = {
            name
            for word in pending
            for body in bodies.get(word, ())
            for name in _NAME.findall(body)
        }
        places = {path for word in pending for path in homes.get(word, ())}
        _read(tree, sorted(places.difference(found)), read, found)
        for path in places:
            header = found[path]
            for span in header.functions if header is not None else ():
                if span.name in pending:
                    fresh.update(span.words)
        pending = fresh - seen
    return tuple(unit for _, unit in sorted(found.items()) if unit is not None)


def _macros_and_homes(
    declared: Declarations, units: Mapping[str, Unit]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The bodies of macros, and the headers in which functions are defined, by name."""
    homes: dict[str, list[str]] = {}
    bodies: dict[str, list[str]] = {}
    for unit in units.values():
        for name, (_, body, _) in unit.facts.macros.items():
            bodies.setdefault(name, []).append(body)
    for path, facts in declared.headers.items():
        for name, (_, body, _) in facts.macros.items():
            bodies.setdefault(name, []).append(body)
        if path not in units:
            for name in facts.owned:
                if name in facts.functions:
                    homes.setdefault(name, []).append(path)
    return bodies, homes


def _read(
    tree: Tree,
    paths: Sequence[str],
    read: Callable[[Sequence[tuple[str, bytes]]], Sequence[Unit]],
    into: dict[str, Unit | None],
) -> None:
    """Read headers; None for one that cannot be read."""
    files: list[tuple[str, bytes]] = []
    for path in paths:
        into[path] = None
        with suppress(OSError):
            files.append((path, tree.read(path)))
    into.update((unit.path, unit) for unit in read(files))


class Module(NamedTuple):
    """One translated file: its Python, its line map, what is missing (C line, what)."""

    path: str
    text: str
    map: tuple[dict[str, object], ...]
    untranslated: tuple[Missing, ...]


def translate_paths(tree: Tree, paths: Collection[str]) -> list[Module]:
    """Translate some files; each sees what all of them and their headers declare.

    The map has one entry a Python line: ``{"py": 12, "c_file": "a.c", "c": 34}``,
    lines from 1.  Raises `OSError` for a file that cannot be read.
    """
    units = [parse(path, tree.read(path)) for path in paths]
    declared = declarations(tree, units)
    modules = []
    for unit in units:
        made = translate(unit, declared)
        lines = tuple(
            {"py": number, "c_file": unit.path, "c": line}
            for number, line in enumerate(made.lines, 1)
        )
        modules.append(Module(unit.path, made.text, lines, made.untranslated))
    return modules
