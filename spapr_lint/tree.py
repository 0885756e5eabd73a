"""Where source text comes from: a folder, a revision, an editor's buffer over one of them.

Everything below the doors reads files through a `Tree`, so that the same code
checks a disk, a git revision and a patched tree that exists nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Protocol


class Tree(Protocol):
    """Files by path.  Paths are relative to the tree's root, with ``/`` between parts."""

    def paths(self) -> Iterator[str]:
        """All files of the tree, sorted, without following links to folders."""
        ...

    def read(self, path: str) -> bytes:
        """The file's content.  Raises `OSError` if there is none or it cannot be read."""
        ...

    def exists(self, path: str) -> bool:
        """Whether `read` has something to read."""
        ...


class DiskTree:
    """The files below a folder; dot folders and symbolic links to folders are left out.

    Folders are listed once, when that is first asked: a tree is for one run.  ``closed`` has
    those that could not be, each with the reason.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.closed: list[tuple[str, str]] = []

    def paths(self) -> Iterator[str]:
        yield from self._listed

    @cached_property
    def _listed(self) -> list[str]:
        return sorted(self._walk(self.root, ""))

    def _walk(self, folder: str, prefix: str) -> Iterator[str]:
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            self.closed.append((prefix.rstrip("/") or ".", error.strerror or "cannot be read"))
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    yield from self._walk(entry.path, f"{prefix}{entry.name}/")
            elif _is_file(entry):
                yield prefix + entry.name

    def read(self, path: str) -> bytes:
        with open(os.path.join(self.root, path), "rb") as file:
            return file.read()

    def exists(self, path: str) -> bool:
        return os.path.isfile(os.path.join(self.root, path))


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether a folder's entry is a file; a link that may not be followed is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


class MemoryTree:
    """Files held in memory, over another tree or over nothing.

    A value of None hides the file of the tree below.
    """

    def __init__(self, files: Mapping[str, bytes | None], below: Tree | None = None) -> None:
        self._files = dict(files)
        self._below = below
        self.root: str | None = getattr(below, "root", None)
        self.closed: list[tuple[str, str]] = getattr(below, "closed", [])

    def paths(self) -> Iterator[str]:
        names = set(self._below.paths()) if self._below is not None else set()
        for path, content in self._files.items():
            if content is None:
                names.discard(path)
            else:
                names.add(path)
        yield from sorted(names)

    def read(self, path: str) -> bytes:
        if path in self._files:
            content = self._files[path]
            if content is None:
                raise FileNotFoundError(path)
            return content
        if self._below is None:
            raise FileNotFoundError(path)
        return self._below.read(path)

    def exists(self, path: str) -> bool:
        if path in self._files:
            return self._files[path] is not None
        return self._below is not None and self._below.exists(path)
