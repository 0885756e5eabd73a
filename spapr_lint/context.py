"""What is loaded for a run: the files asked for, and those that a way may pass through.

A file that cannot matter is not parsed: it holds no word of the packs, and no
chain of imports leads from one that does through it to another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from spapr_lint import imports, ir, lowered
from spapr_lint.cache import Cache, digest, folder_of
from spapr_lint.findings import Finding, Ledger, Step, Unseen, Way
from spapr_lint.packs import Pack, own_words
from spapr_lint.python import decode
from spapr_lint.python.words import WordScanner
from spapr_lint.sources import (
    LARGEST,
    Selection,
    SourceFile,
    excluded,
    language_of,
    module_name,
    package_of,
)
from spapr_lint.surface import Surface
from spapr_lint.tree import Tree


class ModuleIn(NamedTuple):
    """One module for the interpreter."""

    name: str
    path: str
    code: ir.Module
    language: str
    families: frozenset[str]
    exported: tuple[str, ...]
    digest: str = ""
    surfaces: tuple[Surface, ...] | None = None
    words: frozenset[str] | None = None
    fields: frozenset[str] | None = None
    types: frozenset[str] | None = None
    speaks: bool = True
    key: str = ""


class Loaded:
    """Everything that was read for a run."""

    def __init__(
        self, selected: Sequence[str], display: Callable[[str], str], store: Cache
    ) -> None:
        self.selected = selected
        self.display = display
        self.modules: list[ModuleIn] = []
        self.sources: list[SourceFile] = []
        self.structs: Mapping[str, Mapping[str, str]] = {}
        self.casts: Mapping[str, str] = {}
        self.numbers: Mapping[str, int] = {}
        self.declared = ""
        self.store = store
        self.broken: list[Finding] = []
        self.ledger = Ledger()
        self._texts: dict[str, str] = {}

    def identity(self) -> str:
        """A digest of all that the interpreter gets to see, apart from the packs."""
        parts = [self.declared]
        for module in self.modules:
            parts += [module.name, module.path, module.digest, module.language]
            parts += [" ".join(sorted(module.families)), " ".join(module.exported)]
            parts.append(str(module.speaks))
        return digest(*parts)

    def texts(self) -> Mapping[str, str]:
        """Texts of the files asked for, by the name under which they are reported."""
        return self._texts

    def keep(self, path: str, text: str) -> None:
        """Remember the text of a file whose comments count."""
        self._texts[self.display(path)] = text


class Reading:
    """The state of loading: what was read, what went wrong."""

    def __init__(self, tree: Tree, selection: Selection, loaded: Loaded) -> None:
        self.store = loaded.store
        self.tree = tree
        self.selection = selection
        self.loaded = loaded
        self.contents: dict[str, bytes] = {}
        self.speaking: set[str] = set()
        self.unseen: list[Unseen] = []
        self.untranslated: list[Unseen] = []
        self.files = 0
        self.package = package_of(tree)

    def content(self, path: str) -> bytes | None:
        """A file's bytes; None, and a line in the ledger, if there are none to be had."""
        known = self.contents.get(path)
        if known is not None:
            return known
        try:
            content = self.tree.read(path)
        except OSError as error:
            self.fail(path, 1, 1, error.strerror or "cannot be read")
            return None
        if len(content) > LARGEST:
            self.fail(path, 1, 1, f"larger than {LARGEST >> 20} MB")
            return None
        self.contents[path] = content
        return content

    def fail(self, path: str, line: int, column: int, message: str) -> None:
        """A file that cannot be looked into: SPL903 if it was asked for by name."""
        shown = self.loaded.display(path)
        if Unseen(shown, line, message) in self.unseen:
            return  # asked for again
        self.unseen.append(Unseen(shown, line, message))
        if path in self.selection.named or path in self.selection.files:
            severity = "error" if path in self.selection.named else "warning"
            step = Step(shown, line, column, "", message)
            self.loaded.broken.append(
                Finding(
                    rule="SPL903",
                    message=f"not checked: {message}",
                    path=shown,
                    line=line,
                    column=column,
                    end_line=line,
                    end_column=column,
                    severity=severity,
                    wanted="",
                    got="",
                    ways=(Way(step, (step,), "declared"),),
                )
            )


def load(
    tree: Tree, selection: Selection, pack: Pack, options: Any, display: Callable[[str], str]
) -> Loaded:
    """Read, decide and parse."""
    loaded = Loaded(selection.files, display, _store(tree, options))
    reading = Reading(tree, selection, loaded)
    _load_python(reading, _python_files(reading, pack, options), pack, options)
    if any(language_of(path) == "c" for path in selection.files):
        from spapr_lint.context_c import load_c

        load_c(reading, pack, options)
    for folder, why in getattr(tree, "closed", ()):
        reading.unseen.append(Unseen(display(folder), 1, f"folder: {why}"))
    loaded.ledger = Ledger(
        files=reading.files,
        not_parsed=tuple(reading.unseen),
        not_translated=tuple(reading.untranslated),
    )
    return loaded


def _store(tree: Tree, options: Any) -> Cache:
    """Where what is made of files is kept between runs."""
    if isinstance(options.cache, Cache):
        return options.cache
    root = options.cache_root or getattr(tree, "root", None)
    return Cache(folder_of(os.path.realpath(root)) if options.cache and root else None)


def _load_python(reading: Reading, paths: Sequence[str], pack: Pack, options: Any) -> None:
    contents = [(path, reading.content(path)) for path in paths]
    files = [(path, content) for path, content in contents if content is not None]
    codes = lowered.modules(files, reading.store, options.jobs, options.progress)
    for (path, content), code in zip(files, codes, strict=True):
        if isinstance(code, lowered.Failure):
            reading.fail(path, code.line, code.column, code.message)
        else:
            _add_python(reading, path, content, code, pack)


def _add_python(
    reading: Reading, path: str, content: bytes, made: lowered.Lowered, pack: Pack
) -> None:
    reading.files += 1
    loaded = reading.loaded
    families = pack.families_of((), _identifiers(content)) if pack.families else frozenset()
    name = module_name(path, reading.package)
    loaded.modules.append(
        ModuleIn(
            name,
            path,
            made.code,
            "python",
            families,
            (),
            made.digest,
            made.surfaces,
            speaks=path in reading.speaking,
            key=made.key,
        )
    )
    text = decode(content)
    loaded.sources.append(
        SourceFile(loaded.display(path), text, text, tops(made.code), store=loaded.store)
    )
    if path in reading.selection.files:
        loaded.keep(path, text)


def tops(code: ir.Module) -> list[int]:
    """The sites of a module's statements, for `SourceFile`."""
    return [statement[-1] for statement in code.body]


def _identifiers(content: bytes) -> frozenset[str]:
    return frozenset(
        word.decode("ascii", "replace") for word in re.findall(rb"[A-Za-z_]\w*", content)
    )


def _python_files(reading: Reading, pack: Pack, options: Any) -> list[str]:
    """The Python files to parse, in order of path."""
    selected = [p for p in reading.selection.files if language_of(p) == "python"]
    if not selected:
        return []
    everything = list(selected)
    if options.scope == "project":
        known = set(selected)
        everything += [
            path
            for path in reading.tree.paths()
            if language_of(path) == "python"
            and path not in known
            and not excluded(path, options.exclude)
        ]
    scanner = WordScanner(own_words(pack))
    words = {}
    for path in everything:
        content = reading.content(path)
        if content is not None and scanner.matches(content):
            words[path] = content
    reading.speaking = set()
    if words:
        contents = {path: reading.contents.get(path, b"") for path in everything}
        reading.speaking = imports.reached(contents, reading.package, set(words))
    if not options.prefilter:
        return sorted(everything)
    if not words:
        _silenced(reading, selected)
    return sorted(reading.speaking)


def _silenced(reading: Reading, selected: Sequence[str]) -> None:
    """Suppressions in files without a word of the pack still count as such."""
    for path in selected:
        content = reading.contents.get(path)
        if content is not None and b"SPL" in content:
            reading.loaded.keep(path, content.decode("utf-8", "replace"))
