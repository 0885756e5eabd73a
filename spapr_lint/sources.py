"""Files as they are read: which ones are checked, which are context, what is in them.

A `SourceFile` keeps the text that a person wrote and, for C, the Python that was
made of it, so that a site can be shown where it stands.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatch
from functools import cached_property
from typing import cast

from spapr_lint import lowered
from spapr_lint.cache import Cache, digest
from spapr_lint.errors import UserError
from spapr_lint.flow.report import Place
from spapr_lint.tree import Tree

PYTHON = (".py", ".pyi", ".pyw")
C = (".c", ".h")
_NEWLINE = re.compile(r"\r\n|\r|\n")
LARGEST = 16 * 1024 * 1024


def language_of(path: str) -> str:
    """``python``, ``c``, or empty for a file that is not checked."""
    if path.endswith(PYTHON):
        return "python"
    if path.endswith(C):
        return "c"
    return ""


class SourceFile:
    """One file: its text in lines, and how sites of its IR are placed in it.

    ``tops`` are the sites of the module's statements.  ``lines`` maps a line of
    the translated text (from 1) to a line of C, and is empty for Python.
    """

    def __init__(
        self,
        display: str,
        text: str,
        code: str,
        tops: Sequence[int],
        lines: Sequence[int] = (),
        store: Cache | None = None,
    ) -> None:
        self.display = display
        self.code = code
        self.lines = lines
        self._tops = tops
        self._store = store or Cache(None)
        self._written = text

    @cached_property
    def _shown(self) -> Sequence[str]:
        return _NEWLINE.split(self._written)

    def places(self, sites: Iterable[int]) -> Mapping[int, Place]:
        """Places of sites, found by parsing what holds them once more."""
        wanted = list(sites)
        found = self._positions(wanted)
        result = {}
        for site in wanted:
            position = found.get(site)
            if position is None:
                result[site] = Place(self.display, 1, 1, 1, 1, self._text(1))
            elif self.lines:
                result[site] = self._in_c(position[0], position[2], self._word(position))
            else:
                result[site] = Place(self.display, *position, self._text(position[0]))
        return result

    def shown(self, line: int) -> str:
        """A line, from 1, of the text that a person reads; empty where there is none."""
        return self._shown[line - 1] if 0 < line <= len(self._shown) else ""

    def _positions(self, sites: Sequence[int]) -> Mapping[int, tuple[int, int, int, int]]:
        """Places in the code, from the cache if they were asked for before."""
        key = digest("places", lowered.maker(), self.code, repr(sorted(sites)))
        known = self._store.get(key)
        if known is None:
            from spapr_lint.python.chunks import positions_within

            found = positions_within(self.code, sites, self._tops)
            known = {site: tuple(position) for site, position in found.items()}
            self._store.put(key, known)
        return cast("Mapping[int, tuple[int, int, int, int]]", known)

    def _text(self, line: int) -> str:
        return self._shown[line - 1].strip() if 0 < line <= len(self._shown) else ""

    def _word(self, position: tuple[int, int, int, int]) -> str:
        """The first word of a place in the translated text."""
        line, column, end_line, end_column = position
        rows = self.code.split("\n")
        row = rows[line - 1] if line <= len(rows) else ""
        piece = row[column - 1 : end_column - 1 if line == end_line else None]
        word = ""
        for letter in piece:
            if not (letter.isalnum() or letter == "_"):
                break
            word += letter
        return word

    def _in_c(self, line: int, end_line: int, word: str) -> Place:
        first = self._c_line(line)
        last = max(first, self._c_line(end_line))
        if last - first > 20:
            last = first
        row = self._shown[first - 1] if first <= len(self._shown) else ""
        column = row.find(word) + 1 if word else 0
        if column < 1:
            column = len(row) - len(row.lstrip()) + 1
        end = self._shown[last - 1].rstrip() if last <= len(self._shown) else ""
        return Place(self.display, first, column, last, len(end) + 1, self._text(first))

    def _c_line(self, line: int) -> int:
        if not self.lines:
            return line
        return self.lines[min(line, len(self.lines)) - 1] or 1


def seen_from_here(base: str) -> Callable[[str], str]:
    """Paths of a tree as they are seen from the working directory."""
    here = os.getcwd()
    return lambda path: path if base == here else os.path.relpath(os.path.join(base, path), here)


def package_of(tree: Tree) -> str:
    """The dotted name of the package whose folder is the tree's root, empty if it is none."""
    root = getattr(tree, "root", None)
    parts: list[str] = []
    while root is not None and os.path.isfile(os.path.join(root, "__init__.py")):
        root, name = os.path.split(root)
        parts.insert(0, name)
    return ".".join(parts)


def module_name(path: str, package: str = "") -> str:
    """The dotted name by which a file is imported, below the package of the root."""
    if package:
        inner = module_name(path)
        return package if inner == "__init__" else f"{package}.{inner}"
    stem = path.rpartition(".")[0]
    parts = [part for part in stem.split("/") if part]
    if parts and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) or "__init__"


class Selection:
    """Which files of a tree are checked: those named, those in the folders named."""

    def __init__(self, files: Sequence[str], named: frozenset[str]) -> None:
        self.files = files
        self.named = named


def select(tree: Tree, paths: Sequence[str], exclude: Sequence[str]) -> Selection:
    """The files that ``paths``, relative to the tree's root, stand for.

    Raises `UserError` for a path that is not there.
    """
    named: set[str] = set()
    folders: list[str] = []
    for path in paths:
        path = os.path.normpath(path).replace(os.sep, "/")
        if path == ".":
            folders.append("")
        elif tree.exists(path):
            if not excluded(path, exclude):
                named.add(path)
        else:
            folders.append(path.rstrip("/") + "/")
    files = set(named)
    if folders:
        matched = set()
        for path in tree.paths():
            for folder in folders:
                if path.startswith(folder):
                    matched.add(folder)
                    if language_of(path) and not excluded(path, exclude):
                        files.add(path)
        for folder in folders:
            if folder and folder not in matched and not _is_folder(tree, folder):
                raise UserError(f"no such file or folder: {folder.rstrip('/')}")
    return Selection(sorted(files), frozenset(named))


def _is_folder(tree: Tree, folder: str) -> bool:
    root = getattr(tree, "root", None)
    return root is not None and os.path.isdir(os.path.join(root, folder))


def excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path, or a folder that it is in, matches a pattern."""
    parts = path.split("/")
    prefixes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(
        fnmatch(prefix, pattern.rstrip("/")) or fnmatch(part, pattern)
        for pattern in patterns
        for prefix, part in zip(prefixes, parts, strict=True)
    )
