"""C files as outlines and as IR: from the cache where nothing they depend on has changed.

A translation depends on the file, on which of its functions are wanted, and on
what it asked of the declarations in view; the answers are compared, so that a
change elsewhere that it never asked about costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from spapr_lint import c, lowered, processes
from spapr_lint.c.facts import Facts
from spapr_lint.c.index import maker
from spapr_lint.cache import Cache, digest
from spapr_lint.lowered import Failure, Lowered, Progress
from spapr_lint.python import ParseError, lower
from spapr_lint.tree import Tree

_Item = tuple[str, str, bytes] | None
"""A file: key, path, content; None: what the headers of all files declare."""
_KEPT_TREES = 16 << 20  # bytes of text; the trees of more would fill the memory


class Wanted(NamedTuple):
    """What is wanted of a file: names of functions, and of a header's macros; None for all."""

    unit: c.Unit
    functions: frozenset[str] | None
    macros: frozenset[str] | None


class Made(NamedTuple):
    """One translated file: its Python, the C line of each line, what is missing, its IR."""

    text: str
    lines: tuple[int, ...]
    untranslated: tuple[tuple[int, str], ...]
    code: Lowered | Failure


def outlines(
    files: Sequence[tuple[str, bytes]],
    store: Cache,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[c.Unit]:
    """C files (path, content) as `c.Unit`, in their order."""
    return _outlines(files, store, jobs, progress, None)[0]


def outline(store: Cache, path: str, content: bytes) -> c.Unit:
    """One C file as `c.Unit`."""
    return outlines([(path, content)], store, jobs=1)[0]


def read(
    tree: Tree,
    files: Sequence[tuple[str, bytes]],
    store: Cache,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[list[c.Unit], dict[str, Facts]]:
    """As `outlines`; and what headers declare, if there was a process to read them meanwhile."""
    return _outlines(files, store, jobs, progress, tree)


def _outlines(
    files: Sequence[tuple[str, bytes]],
    store: Cache,
    jobs: int | None,
    progress: Progress | None,
    tree: Tree | None,
) -> tuple[list[c.Unit], dict[str, Facts]]:
    keys = [digest("c-outline", maker(), path, content) for path, content in files]
    found = [store.get(key) for key in keys]
    dirty = [number for number, known in enumerate(found) if known is None]
    items: list[_Item] = [(keys[number], *files[number]) for number in dirty]
    sizes = [len(files[number][1]) // 4 for number in dirty]
    ahead = tree is not None and processes.count(sizes, jobs) > 1
    if ahead:
        # The largest item goes to another process, so that the trees stay in this one.
        items.append(None)
        sizes.append(max(sum(sizes) // 2, *sizes) + 1)
    here: dict[str, c.Unit] = {}
    keep = sum(len(files[number][1]) for number in dirty) <= _KEPT_TREES
    work = partial(_outline, store, here if keep else None, tree, files)
    made = processes.each(work, items, sizes, jobs, _advance(progress, "parsing"))
    headers = {path: Facts(*facts) for path, facts in made.pop()} if ahead else {}
    for number, data in zip(dirty, made, strict=True):
        found[number] = data
    units = [
        here.get(file[0]) or c.Unit.of(*file, data) for file, data in zip(files, found, strict=True)
    ]
    return units, headers


def _outline(
    store: Cache,
    here: dict[str, c.Unit] | None,
    tree: Tree | None,
    files: Sequence[tuple[str, bytes]],
    item: _Item,
) -> tuple[Any, ...]:
    """What is kept of a file; in ``here`` the file with its tree, for this process to go on."""
    if item is None:
        assert tree is not None
        found = c.headers(tree, files, store)
        return tuple([(name, tuple(facts)) for name, facts in found.items()])
    key, path, content = item
    unit = c.parse(path, content)
    if here is not None:
        here[path] = unit
    made = unit.outline()
    store.put(key, made)
    return made


def translations(
    files: Sequence[Wanted],
    declared: c.Declarations,
    store: Cache,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Made]:
    """The wanted functions of files as Python and IR, in the order of the files."""
    keys = [_key(wanted) for wanted in files]
    found = [_known(store.get(key), declared) for key in keys]
    dirty = [number for number, known in enumerate(found) if known is None]
    made = processes.each(
        partial(_made, store, declared),
        [(keys[number], files[number]) for number in dirty],
        [_size(files[number]) for number in dirty],
        jobs,
        _advance(progress, "translating"),
    )
    for number, data in zip(dirty, made, strict=True):
        found[number] = data
    return [_unpacked(data, key) for key, data in zip(keys, found, strict=True)]


def kept(store: Cache, key: str) -> Lowered | None:
    """The IR of a file that was translated before, if the cache still has it."""
    data = store.get(key)
    made = None if data is None else lowered.result(data[2][3], key)
    return made if isinstance(made, Lowered) else None


def _key(wanted: Wanted) -> str:
    parts = [maker(), lowered.maker(), wanted.unit.path]
    for names in (wanted.functions, wanted.macros):
        parts += ["all"] if names is None else [f"{len(names)}", *sorted(names)]
    return digest("c", wanted.unit.raw, *parts)


def _size(wanted: Wanted) -> int:
    """The bytes of a file that are translated."""
    return sum(
        span.end_byte - span.start_byte
        for span in wanted.unit.functions
        if wanted.functions is None or span.name in wanted.functions
    )


def _known(kept: Any, declared: c.Declarations) -> Any:
    """A translation that was kept, if it would come out the same today."""
    if kept is None:
        return None
    asked, signature, data = kept
    return data if declared.signature(asked) == signature else None


def _made(store: Cache, declared: c.Declarations, item: tuple[str, Wanted]) -> Any:
    """The plain form of a translation."""
    key, wanted = item
    asked = (wanted.unit, declared, wanted.functions, wanted.macros)
    made = c.translate(*asked)
    code: tuple[Any, ...]
    try:
        try:
            code = lowered.taken_apart(lower(made.text))
        except ParseError:  # one construct that we do not know must not cost the whole file
            made = c.translate(*asked, careful=True)
            code = lowered.taken_apart(lower(made.text))
    except ParseError as error:
        code = (error.message, error.line, error.column)
    data = (made.text, made.lines, tuple([tuple(one) for one in made.untranslated]), code)
    store.put(key, (made.asked, declared.signature(made.asked), data))
    return data


def _unpacked(data: Any, key: str) -> Made:
    text, lines, untranslated, code = data
    return Made(text, lines, untranslated, lowered.result(code, key))


def _advance(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    return None if progress is None else partial(progress, what)
