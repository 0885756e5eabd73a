"""What was made of a content before, kept by everything that it was made from.

A key is a digest of all that a thing depends on, so nothing in here grows old:
it is right, or it is not found.  Files are replaced as a whole and carry a
checksum; one that is damaged, cut short or of another version is not found.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

_MAGIC: Final = b"spapr-lint made 1\n"
_SHELVES: Final = 16
LARGEST: Final = 512 * 1024 * 1024
"""Bytes that the cache of one root may take up."""


def folder_of(root: str) -> str:
    """The folder of a root's caches, below ``$XDG_CACHE_HOME``."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "spapr-lint", f"{zlib.crc32(os.fsencode(root)):08x}")


def digest(*parts: bytes | str) -> str:
    """A name for some contents, in hexadecimal; order and borders of parts count."""
    from hashlib import blake2b  # not for those who only ask where the cache is

    made = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(b"%d:" % len(data))
        made.update(data)
    return made.hexdigest()


class Cache:
    """A store of plain data (what `marshal` can write) below one folder, or none at all.

    A folder that cannot be written is read only; nothing is ever raised.  With ``near``
    values of so many bytes are also kept in memory, for one run after another.
    """

    def __init__(self, folder: str | None, largest: int = LARGEST, near: int = 0) -> None:
        self._folder = folder
        self._room = near
        self._near: dict[str, Any] = {}
        self._writable = folder is not None
        self._largest = largest
        self._full: set[str] = set()

    def get(self, key: str) -> Any:
        """What was stored under a key, or None."""
        if self._folder is None:
            return None
        if key in self._near:
            return self._near[key]
        content = self._content(key)
        return None if content is None else self._kept(key, read(content), len(content))

    def all(self, key: str) -> list[Any]:
        """What was stored under a key that is used again: here last, and by anybody last."""
        content = self._content(key)
        here, there = self._near.get(key), None if content is None else read(content)
        found = [here] if here == there else [here, there]
        return [value for value in found if value is not None]

    def _content(self, key: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            with open(self._file(key), "rb") as file:
                return file.read()
        except OSError:
            return None

    def put(self, key: str, value: Any) -> None:
        """Store a value; a cache that cannot be written stays as it is."""
        if not self._writable:
            return
        file = self._file(key)
        temporary = f"{file}.{os.getpid()}"
        content = written(value)
        self._near.pop(key, None)
        self._kept(key, value, len(content))
        try:
            self._make_room(os.path.dirname(file))
            with open(temporary, "wb") as stream:
                stream.write(content)
            os.replace(temporary, file)
        except OSError:
            self._writable = False

    def _kept(self, key: str, value: Any, size: int) -> Any:
        """The value, kept in memory while there is room."""
        if size <= self._room and value is not None:
            self._room -= size
            self._near[key] = value
        return value

    def _file(self, key: str) -> str:
        return os.path.join(str(self._folder), f"made-{key[0]}", key[1:])

    def _make_room(self, shelf: str) -> None:
        """Once a run and shelf: what was not written for longest goes if there is too much."""
        if shelf in self._full:
            return
        self._full.add(shelf)
        os.makedirs(shelf, exist_ok=True)
        with os.scandir(shelf) as entries:
            files = [(e.stat().st_mtime_ns, e.stat().st_size, e.path) for e in entries]
        room = self._largest // _SHELVES - sum(size for _, size, _ in files)
        for _, size, path in sorted(files) if room < 0 else ():
            if room >= 0:
                return
            os.unlink(path)
            room += size


def written(value: Any) -> bytes:
    """A value as bytes that `read` believes."""
    payload = marshal.dumps(value)
    return _MAGIC + zlib.crc32(payload).to_bytes(4, "big") + payload


def read(content: bytes) -> Any:
    """The value of what `written` gave; None if the bytes are not whole."""
    start = len(_MAGIC) + 4
    payload = memoryview(content)[start:]
    if content[:start] != _MAGIC + zlib.crc32(payload).to_bytes(4, "big"):
        return None
    try:
        return marshal.loads(payload)
    except (ValueError, EOFError, TypeError):
        return None


def made_by(here: Sequence[str], packages: Iterable[str]) -> str:
    """A digest of the interpreter, of files of ours (or folders of them) and of other packages.

    Files are told apart by size and time of change, so that an edit of the tool
    counts at once.
    """
    from importlib.util import find_spec

    parts = [sys.version, sys.implementation.cache_tag or ""]
    for place in here:
        parts.extend(_files(place))
    for name in packages:
        spec = find_spec(name)
        origin = spec.origin if spec is not None else None
        parts.append(name)
        if origin is not None:
            parts.extend(_files(os.path.dirname(origin)))
    return digest(*parts)


def _files(place: str) -> list[str]:
    try:
        with os.scandir(place) as entries:
            found = [(e.name, e.stat()) for e in entries if e.is_file()]
    except NotADirectoryError:
        found = [(place, os.stat(place))]
    except OSError:
        return [place]
    return sorted(f"{name} {at.st_size} {at.st_mtime_ns}" for name, at in found)
