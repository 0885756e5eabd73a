"""Which Python files reach which by imports, by a look at their texts.

It decides what is parsed at all, so it may say too much and never too little.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from spapr_lint.sources import module_name

_IMPORT = re.compile(rb"import\b")
_FROM = re.compile(rb"\bfrom[ \t]*(\.*)[ \t]*([\w.]*)[ \t]*\Z")
_LISTED = re.compile(rb"[ \t]*(\([^)]*|[^#\n\\]*(?:\\\r?\n[^#\n\\]*)*)")
_NAMES = re.compile(rb"[\w.]+")
_AT_RUN_TIME = (b"import_module", b"__import__")

Edges = dict[str, set[str]]


def reached(contents: Mapping[str, bytes], package: str, words: set[str]) -> set[str]:
    """Files with words, all that imports them, and all that those import.

    ``package`` is the dotted name of the package whose folder is the root, if it is one.
    """
    names = {module_name(path, package): path for path in contents}
    endings: Edges = {}
    folders: Edges = {}
    for name, path in names.items():
        endings.setdefault(name.rpartition(".")[2], set()).add(path)
        folders.setdefault(posixpath.dirname(path), set()).add(path)
    imports: Edges = {}
    importers: Edges = {}
    for path, content in contents.items():
        found = _imports(path, content, names, package)
        if any(word in content for word in _AT_RUN_TIME):
            found |= _named(content, endings) | folders.get(posixpath.dirname(path), set())
        found.discard(path)
        imports[path] = found
        for target in found:
            importers.setdefault(target, set()).add(path)
    return _closure(_closure(words, importers), imports)


def _closure(start: set[str], edges: Edges) -> set[str]:
    found = set(start)
    pending = sorted(start)
    while pending:
        for target in edges.get(pending.pop(), ()):
            if target not in found:
                found.add(target)
                pending.append(target)
    return found


def statements(content: bytes) -> Iterator[tuple[int, str, list[str]]]:
    """What import statements name: dots before it, a module, and names out of it.

    Of ``import a.b, c`` the module is empty.
    """
    for match in _IMPORT.finditer(content):
        start = match.start()
        before = content[content.rfind(b"\n", 0, start) + 1 : start]
        if before and (before[-1:].isalnum() or before.endswith(b"_")):
            continue
        origin = _FROM.search(before)
        end = match.end()
        listed = _LISTED.match(content, end)
        if listed is None or (origin is None and content[end : end + 1] not in (b" ", b"\t")):
            continue
        said = [word.decode("utf-8", "replace") for word in _NAMES.findall(listed[1])]
        if origin is None:
            yield 0, "", said
        else:
            yield len(origin[1]), origin[2].decode("utf-8", "replace"), said


def _imports(path: str, content: bytes, names: Mapping[str, str], top: str) -> set[str]:
    """The files of the project that one imports."""
    folders = [*top.split("."), *posixpath.dirname(path).split("/")]
    package = [part for part in folders if part]
    wanted: dict[str, None] = {}
    for dots, module, listed in statements(content):
        origin = module
        if dots:
            above = package[: len(package) - dots + 1]
            origin = ".".join([*above, module] if module else above)
            wanted[origin] = None
        elif module:
            wanted[module] = None
        wanted.update(dict.fromkeys([f"{origin}.{word}" if origin else word for word in listed]))
    found: set[str] = set()
    around = [".".join([*package[:depth], ""]) for depth in range(len(package) + 1)]
    for name in wanted:
        for prefix in around:
            _add(found, f"{prefix}{name}", names)
    return found


def _add(found: set[str], name: str, names: Mapping[str, str]) -> None:
    """The module, and the packages that are run before it."""
    while name:
        path = names.get(name)
        if path is not None:
            found.add(path)
        name = name.rpartition(".")[0]


def _named(content: bytes, endings: Edges) -> set[str]:
    """The files that an import at run time may mean: those whose names stand in the text."""
    words = {word.decode("utf-8", "replace") for word in re.findall(rb"\w+", content)}
    return set().union(*[endings[word] for word in words & endings.keys()])
