"""Python files as IR: from the cache where the content is known, else lowered, over processes."""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

from spapr_lint import ir, processes
from spapr_lint.cache import Cache, digest, made_by
from spapr_lint.python import DecodeError, ParseError, decode, lower
from spapr_lint.surface import Surface, surfaces

Progress = Callable[[str, int, int], None]


class Failure(NamedTuple):
    """Why a file has no IR: line and column from 1."""

    line: int
    column: int
    message: str


class Lowered(NamedTuple):
    """A file's IR, the surfaces of its functions, a digest of the IR, and where it is kept."""

    code: ir.Module
    surfaces: tuple[Surface, ...]
    digest: str
    key: str = ""


@cache
def maker() -> str:
    """What the IR of a content depends on apart from the content."""
    home = os.path.dirname(__file__)
    names = ("python", "ir.py", "surface.py", "lowered.py", "translated.py")
    places = [os.path.join(home, name) for name in names]
    return made_by(places, ["libcst"])


def modules(
    files: Sequence[tuple[str, bytes]],
    store: Cache,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Lowered | Failure]:
    """The IR of Python files (path, content), in their order."""
    keys = [digest("python", maker(), content) for _, content in files]
    found = [store.get(key) for key in keys]
    dirty = [number for number, known in enumerate(found) if known is None]
    made = processes.each(
        partial(_made, store),
        [(keys[number], files[number][1]) for number in dirty],
        [len(files[number][1]) for number in dirty],
        jobs,
        None if progress is None else partial(progress, "parsing"),
    )
    for number, data in zip(dirty, made, strict=True):
        found[number] = data
    return [result(data, key) for key, data in zip(keys, found, strict=True)]


def kept(store: Cache, key: str) -> Lowered | None:
    """The IR of a file that was lowered before, if the cache still has it."""
    data = store.get(key)
    made = None if data is None else result(data, key)
    return made if isinstance(made, Lowered) else None


def _made(store: Cache, item: tuple[str, bytes]) -> ir.Node:
    """The plain form of a file's IR, or of its failure."""
    key, content = item
    data: ir.Node
    try:
        data = taken_apart(lower(decode(content)))
    except DecodeError as error:
        data = (error.message, error.line, 1)
    except ParseError as error:
        from spapr_lint.python.faults import told

        said = told(decode(content), error)
        data = (said.message, said.line, said.column)
    store.put(key, data)
    return data


def taken_apart(code: ir.Module) -> ir.Node:
    """IR and its surfaces as plain data; `result` takes it."""
    # Version 2 writes equal things equally, whoever shares them.
    identity = digest(marshal.dumps(ir.plain(code), 2))
    return ("", *ir.packed(code), tuple([tuple(one) for one in surfaces(code)]), identity)


def result(data: ir.Node, key: str = "") -> Lowered | Failure:
    """The IR or the failure (message, line, column) that was taken apart."""
    message, *rest = data
    if message:
        return Failure(rest[0], rest[1], message)
    *code, outside, identity = rest
    listed = tuple([Surface(*one) for one in outside])
    return Lowered(ir.module(tuple(code)), listed, identity, key)
