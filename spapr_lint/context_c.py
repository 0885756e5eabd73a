"""Loading C: which functions are translated, and what the interpreter gets of them.

The unit is the function: those that hold a word of the packs, and those that
reach or are reached by one, become Python; the rest of a file is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from spapr_lint import c
from spapr_lint.c.facts import Facts
from spapr_lint.context import ModuleIn, Reading, tops
from spapr_lint.findings import Unseen
from spapr_lint.lowered import Failure
from spapr_lint.macros import Macros
from spapr_lint.packs import Pack
from spapr_lint.python.words import WordScanner
from spapr_lint.relevance import Relevance
from spapr_lint.sources import SourceFile, excluded, language_of
from spapr_lint.translated import Made, Wanted, outline, outlines, read, translations

_WORDS = re.compile(rb"[A-Za-z_]\w*")
_NUMBER = re.compile(r"\(?(0x[0-9a-fA-F]+|0|[1-9][0-9]*)[uUlL]*\)?")


def load_c(reading: Reading, pack: Pack, options: Any) -> None:
    """Parse, choose, translate and lower the C files of a run."""
    selected = [p for p in reading.selection.files if language_of(p) == "c"]
    units, headers = _parse(reading, selected, options)
    if not units:
        return
    if options.scope == "project":
        more, others = _parse(reading, _context(reading, units, pack, options), options)
        units.update(more)
        headers.update(others)
    declarations = c.declarations(
        reading.tree, list(units.values()), cache=reading.store, headers=headers
    )
    outline_all = partial(outlines, store=reading.store, jobs=options.jobs)
    for unit in c.inline_units(reading.tree, declarations, units, outline_all):
        units.setdefault(unit.path, unit)
    relevance = Relevance(pack, declarations)
    files = {path: _file(unit, pack, relevance) for path, unit in units.items()}
    macros = Macros(units.values(), declarations)
    chosen = dict.fromkeys(files) if options.all_functions else choose(files, macros)
    from_headers = macros.by_header(_used(files, chosen, macros))
    for path in from_headers:
        content = reading.content(path) if path not in files else None
        if content is not None:
            files[path] = _file(outline(reading.store, path, content), pack, relevance)
        if path in files:
            chosen.setdefault(path, frozenset())
    reading.loaded.structs = declarations.structs
    reading.loaded.casts = declarations.casts
    reading.loaded.numbers = _numbers(declarations)
    reading.loaded.declared = declarations.identity
    wanted = [
        Wanted(files[path].unit, names, _macros_of(path, selected, from_headers))
        for path, names in sorted(chosen.items())
    ]
    made = translations(wanted, declarations, reading.store, options.jobs, options.progress)
    for asked, one in zip(wanted, made, strict=True):
        _add(reading, files[asked.unit.path], one)


class File(NamedTuple):
    """One C file: of which machine families it speaks, which types it sees, what matters in it.

    ``words`` matter wherever they stand, ``fields`` where they can be one.
    """

    unit: c.Unit
    families: frozenset[str]
    words: frozenset[str]
    fields: frozenset[str]
    types: frozenset[str]


def _file(unit: c.Unit, pack: Pack, relevance: Relevance) -> File:
    families = _families(unit, pack)
    types = relevance.types(unit)
    if pack.is_foreign(families):
        return File(unit, families, frozenset(), frozenset(), types)
    return File(unit, families, relevance.always, relevance.fields(types, families), types)


def _parse(
    reading: Reading, paths: Iterable[str], options: Any
) -> tuple[dict[str, c.Unit], dict[str, Facts]]:
    """Files by path; and what headers declare, as far as they were read on the way."""
    contents = [(path, reading.content(path)) for path in paths]
    files = [(path, content) for path, content in contents if content is not None]
    reading.files += len(files)
    units, headers = read(reading.tree, files, reading.store, options.jobs, options.progress)
    return {unit.path: unit for unit in units}, headers


def _context(reading: Reading, units: Mapping[str, c.Unit], pack: Pack, options: Any) -> list[str]:
    """Files beside the headers that the selected ones include, if they hold a word."""
    sources = [path for path in reading.tree.paths() if path.endswith(".c")]
    folders = {path.rpartition("/")[0] for path in units}
    families = {path: _families(unit, pack) for path, unit in units.items()}
    ours = [units[path] for path, some in families.items() if some and not pack.is_foreign(some)]
    folders |= _users(reading, ours, {path.rpartition("/")[0] for path in sources} - folders)
    scanner = WordScanner(pack.words | pack.sink_words)
    found = []
    for path in sources:
        if path in units or excluded(path, options.exclude):
            continue
        if path.rpartition("/")[0] not in folders:
            continue
        content = reading.content(path)
        if content is not None and scanner.matches(content):
            found.append(path)
    return found


def _users(reading: Reading, units: Iterable[c.Unit], folders: set[str]) -> set[str]:
    """Those of some folders whose files may call what the units define.

    A caller includes the header that declares it; ``include/hw/ppc/x.h`` is how QEMU places the
    headers of ``hw/ppc``.
    """
    defined: dict[str, set[bytes]] = {}
    for unit in units:
        names = {function.name.encode() for function in unit.functions if not function.static}
        for header in unit.includes:
            if header.rpartition("/")[0] in folders:
                defined.setdefault(header, set()).update(names)
    found: set[str] = set()
    for header, names in sorted(defined.items()):
        folder = header.rpartition("/")[0]
        if folder not in found and reading.tree.exists(f"include/{header}"):
            content = reading.content(f"include/{header}") or b""
            if not names.isdisjoint(_WORDS.findall(content)):
                found.add(folder)
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
    identifiers = unit.definitions.union(*[function.words for function in unit.functions])
    return pack.families_of(frozenset(unit.includes), identifiers)


def _used(
    files: Mapping[str, File], chosen: Mapping[str, frozenset[str] | None], macros: Macros
) -> frozenset[str]:
    """All words of the functions to translate, and what the macros among them stand for."""
    found: set[str] = set()
    for path, names in chosen.items():
        for function in files[path].unit.functions:
            if names is None or function.name in names:
                found |= function.words
    return macros.held(frozenset(found))


def _macros_of(
    path: str, selected: Sequence[str], from_headers: Mapping[str, set[str]]
) -> frozenset[str] | None:
    """The macros that are wanted of a file: all of what is checked, few of a header."""
    if path in selected or not path.endswith(".h"):
        return None
    return frozenset(from_headers.get(path, ()))


def choose(files: Mapping[str, File], macros: Macros) -> dict[str, frozenset[str] | None]:
    """By file the functions to translate; files without any are left out."""
    named: dict[str, list[tuple[str, str]]] = {}
    used: dict[tuple[str, str], frozenset[str]] = {}
    start: set[tuple[str, str]] = set()
    for path, file in files.items():
        for function in file.unit.functions:
            named.setdefault(function.name, []).append((path, function.name))
            held = used[(path, function.name)] = macros.held(function.words)
            fields = function.fields | (held - function.words)
            if not (file.words.isdisjoint(held) and file.fields.isdisjoint(fields)):
                start.add((path, function.name))
    callers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    callees: dict[tuple[str, str], list[tuple[str, str]]] = {}
    names = frozenset(named)
    for key, held in used.items():
        for word in held & names:
            for target in _visible(named[word], key[0]):
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


def _add(reading: Reading, file: File, made: Made) -> None:
    """Take in one file's translation."""
    unit = file.unit
    path = unit.path
    loaded = reading.loaded
    shown = loaded.display(path)
    reading.untranslated.extend(Unseen(shown, line, what) for line, what in made.untranslated)
    if isinstance(made.code, Failure):
        line = made.lines[min(made.code.line, len(made.lines)) - 1]
        reading.fail(path, line, 1, f"could not be translated: {made.code.message}")
        return
    content = reading.content(path) or b""
    text = c.decode(content)
    static = {function.name for function in unit.functions if function.static}
    header = path.endswith(".h")
    code = made.code.code
    functions = code.functions
    bound = [f.name for f in functions if f.target is not None and "." not in f.qualname]
    exported = [name for name in bound if header or name not in static]
    if header:
        exported.extend(sorted(unit.definitions))
    loaded.modules.append(
        ModuleIn(
            path,
            path,
            code,
            "c",
            file.families,
            tuple(exported),
            made.code.digest,
            made.code.surfaces,
            file.words,
            file.fields,
            file.types,
            key=made.code.key,
        )
    )
    loaded.sources.append(SourceFile(shown, text, made.text, tops(code), made.lines, loaded.store))
    if path in reading.selection.files:
        loaded.keep(path, text)
