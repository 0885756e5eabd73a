"""Answers given before, for as long as nothing that they depend on has changed.

For doors that are opened often and mostly on the same files: what changed is
told from sizes, times and inodes, as git's index does.  A stored answer whose
bytes are damaged, or that was stored too soon after a change, is no answer.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from spapr_lint.cache import folder_of

_KEPT = 64
_RACY_SECONDS = 2.0
_MAGIC = b"spapr-lint answer 1\n"
Stamp = tuple[str, int, int, int, int]
"""A file: its path, size, time of change of content and of inode in ns, and inode."""


def stamps(folder: str, suffixes: tuple[str, ...]) -> Iterator[Stamp]:
    """All files below a folder whose names end so, dot folders and linked folders left out."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from stamps(entry.path, suffixes)
        elif entry.name.endswith(suffixes):
            yield stamp(entry.path)


def stamp(path: str) -> Stamp:
    """One file; zeros if it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return path, 0, 0, 0, 0
    return path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def tool_state(packs: Sequence[str]) -> list[Stamp]:
    """The tool's own files and the packs', shipped ones among them."""
    here = os.path.dirname(__file__)
    state = list(stamps(here, (".py",)))
    for pack in (*packs, os.path.join(here, "rules"), os.path.join(os.path.dirname(here), "rules")):
        state += stamps(pack, (".toml", ".md")) if os.path.isdir(pack) else [stamp(pack)]
    return state


def recall(root: str, question: str, state: Sequence[Stamp]) -> object:
    """The answer to a question about files below ``root``, or None."""
    try:
        with open(_file(root, question), "rb") as file:
            content = file.read()
        payload = content[len(_MAGIC) + 4 :]
        check = zlib.crc32(payload).to_bytes(4, "big")
        if content[: len(_MAGIC) + 4] != _MAGIC + check:
            return None
        asked, known, answer = marshal.loads(payload)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return answer if (asked, known) == (_asked(question), tuple(state)) else None


def remember(root: str, question: str, state: Sequence[Stamp], answer: Any) -> None:
    """Store an answer that `marshal` can write; a cache that cannot be written is none."""
    newest = max((max(changed, moved) for _, _, changed, moved, _ in state), default=0)
    if time.time_ns() - newest < _RACY_SECONDS * 1e9:
        return
    payload = marshal.dumps((_asked(question), tuple(state), answer))
    content = _MAGIC + zlib.crc32(payload).to_bytes(4, "big") + payload
    file = _file(root, question)
    temporary = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.write(content)
        os.replace(temporary, file)
        _prune(os.path.dirname(file))
    except OSError:
        return


def _asked(question: str) -> str:
    return f"{question}\n{sys.version}"


def _file(root: str, question: str) -> str:
    what = zlib.crc32(question.encode("utf-8", "surrogateescape"))
    return os.path.join(folder_of(root), f"answer-{what:08x}")


def _prune(folder: str) -> None:
    files = [entry for entry in os.scandir(folder) if entry.name.startswith("answer-")]
    files.sort(key=lambda entry: entry.stat().st_mtime_ns)
    for entry in files[: max(0, len(files) - _KEPT)]:
        os.unlink(entry.path)
