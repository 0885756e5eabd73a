"""Loading C: which functions are translated, and what the interpreter gets of them.

The unit is the function: those that hold a word of the packs, and those that
reach or are reached by one, become Python; the rest of a file is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spapr_lint import c
from spapr_lint.context import ModuleIn, Reading
from spapr_lint.findings import Unseen
from spapr_lint.packs import Pack
from spapr_lint.python import ParseError, lower
from spapr_lint.python.words import WordScanner
from spapr_lint.relevance import Relevance
from spapr_lint.sources import SourceFile, excluded, language_of

_NUMBER = re.compile(r"\(?(0x[0-9a-fA-F]+|0|[1-9][0-9]*)[uUlL]*\)?")
_Named = Mapping[str, Sequence[tuple[str, str]]]


def load_c(reading: Reading, pack: Pack, options: Any) -> None:
    """Parse, choose, translate and lower the C files of a run."""
    selected = [p for p in reading.selection.files if language_of(p) == "c"]
    units = _parse(reading, selected)
    if not units:
        return
    words = pack.words | pack.sink_words
    if options.scope == "project":
        units.update(_parse(reading, _context(reading, units, words, options)))
    declarations = c.declarations(reading.tree, list(units.values()))
    for unit in c.inline_units(reading.tree, declarations, units):
        units.setdefault(unit.path, unit)
    families = {path: _families(unit, pack) for path, unit in units.items()}
    relevance = Relevance(pack, declarations)
    relevant = {path: relevance.words(unit, families[path]) for path, unit in units.items()}
    chosen = dict.fromkeys(units) if options.all_functions else choose(units, relevant)
    reading.loaded.structs = declarations.structs
    reading.loaded.casts = declarations.casts
    reading.loaded.numbers = _numbers(declarations)
    for path, wanted in sorted(chosen.items()):
        _add(reading, units[path], declarations, wanted, families[path])


def _parse(reading: Reading, paths: Iterable[str]) -> dict[str, c.Unit]:
    units = {}
    for path in paths:
        content = reading.content(path)
        if content is None:
            continue
        units[path] = c.parse(path, content)
        reading.files += 1
    return units


def _context(
    reading: Reading, units: Mapping[str, c.Unit], words: frozenset[str], options: Any
) -> list[str]:
    """Files beside the headers that the selected ones include, if they hold a word."""
    folders = {path.rpartition("/")[0] for path in units}
    scanner = WordScanner(words)
    found = []
    for path in reading.tree.paths():
        if not path.endswith(".c") or path in units or excluded(path, options.exclude):
            continue
        if path.rpartition("/")[0] not in folders:
            continue
        content = reading.content(path)
        if content is not None and scanner.matches(content):
            found.append(path)
    return found


def _numbers(declared: c.Declarations) -> dict[str, int]:
    """The macros of all headers that are plain numbers."""
    found: dict[str, int] = {}
    for facts in declared.headers.values():
        for name, (parameters, body, _) in facts.macros.items():
            match = _NUMBER.fullmatch(body.strip()) if parameters is None else None
            if match is not None:
                found.setdefault(name, int(match[1], 0) if match[1] != "0" else 0)
    return found


def _families(unit: c.Unit, pack: Pack) -> frozenset[str]:
    """The machine families that a file speaks of."""
    identifiers = frozenset(word for function in unit.functions for word in function.words)
    return pack.families_of(frozenset(unit.includes), identifiers | unit.definitions)


def choose(
    units: Mapping[str, c.Unit], relevant: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str] | None]:
    """By file the functions to translate; files without any are left out."""
    named: dict[str, list[tuple[str, str]]] = {}
    used: dict[tuple[str, str], frozenset[str]] = {}
    for path, unit in units.items():
        for function in unit.functions:
            named.setdefault(function.name, []).append((path, function.name))
            used[(path, function.name)] = function.words
    start = {key for key, held in used.items() if not relevant[key[0]].isdisjoint(held)}
    callers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    callees: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key, held in used.items():
        for word in held:
            for target in _visible(named.get(word, ()), key[0]):
                callees.setdefault(key, []).append(target)
                callers.setdefault(target, []).append(key)
    reached = _closure(start, callers) | _closure(start, callees)
    found: dict[str, set[str]] = {}
    for path, name in reached:
        found.setdefault(path, set()).add(name)
    return {path: frozenset(names) for path, names in found.items()}


def _visible(targets: Sequence[tuple[str, str]], path: str) -> Sequence[tuple[str, str]]:
    """A function of the same file hides those of others."""
    own = [target for target in targets if target[0] == path]
    return own or targets


def _closure(
    start: set[tuple[str, str]], edges: Mapping[tuple[str, str], Sequence[tuple[str, str]]]
) -> set[tuple[str, str]]:
    found = set(start)
    pending = sorted(start)
    while pending:
        for target in edges.get(pending.pop(), ()):
            if target not in found:
                found.add(target)
                pending.append(target)
    return found


def _add(
    reading: Reading,
    unit: c.Unit,
    declarations: c.Declarations,
    wanted: frozenset[str] | None,
    families: frozenset[str],
) -> None:
    """Translate and lower one file."""
    path = unit.path
    translated = c.translate(unit, declarations, wanted)
    loaded = reading.loaded
    shown = loaded.display(path)
    reading.untranslated.extend(
        Unseen(shown, unseen.line, unseen.what) for unseen in translated.untranslated
    )
    try:
        code = lower(translated.text)
    except ParseError as error:
        line = translated.lines[min(error.line, len(translated.lines)) - 1]
        reading.fail(path, line, 1, f"could not be translated: {error.message}")
        return
    content = reading.content(path) or b""
    text = c.decode(content)
    static = {function.name for function in unit.functions if function.static}
    header = path.endswith(".h")
    bound = [f.name for f in code.functions if f.target is not None and "." not in f.qualname]
    exported = [name for name in bound if header or name not in static]
    if header:
        exported.extend(unit.definitions)
    loaded.modules.append(ModuleIn(f"{path}", path, code, "c", families, tuple(exported)))
    loaded.sources.append(SourceFile(shown, text, translated.text, translated.lines))
    if path in reading.selection.files:
        loaded.keep(path, text)
