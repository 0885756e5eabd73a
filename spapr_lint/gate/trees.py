"""Source trees that git holds: a revision, the index, the work tree with all changes.

Objects are read raw, by id, through one long-lived ``git cat-file --batch``;
no checkout happens, no filter or end-of-line conversion applies.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import shutil
import stat
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import IO, NamedTuple

from spapr_lint.gate.git import GitError, Repository, command, printable

_CACHED_BYTES = 64 << 20
_LINK_DEPTH = 10
_LINK = 0o120000
_SUBMODULE = 0o160000

# What a finding can lie in or come from; everything else is never read.
MATTERS = (".py", ".pyi", ".c", ".h", ".inc", ".toml", ".cfg")


def matters(path: str) -> bool:
    """Whether a change of this file can change what is found."""
    return path.endswith(MATTERS)


class Objects:
    """Reads objects by id.  Safe to use from threads, and in a forked or spawned process."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cached = 0

    def __reduce__(self) -> tuple[type[Objects], tuple[Repository]]:
        return Objects, (self.repository,)

    def read(self, oid: str) -> bytes:
        """The object's content.  Raises `GitError` if it is not there (partial clone)."""
        with self._lock:
            if oid in self._cache:
                self._cache.move_to_end(oid)
                return self._cache[oid]
            content = self._ask(oid)
            self._keep(oid, content)
            return content

    def close(self) -> None:
        """End the helper process."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        process.wait()

    def _keep(self, oid: str, content: bytes) -> None:
        self._cache[oid] = content
        self._cached += len(content)
        while self._cached > _CACHED_BYTES and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached -= len(dropped)

    def _ask(self, oid: str) -> bytes:
        stdin, stdout = self._streams()
        try:
            stdin.write(f"{oid}\n".encode())
            stdin.flush()
            header = stdout.readline().split()
        except (OSError, ValueError) as error:
            self._stop()
            raise GitError(f"git cat-file: {error}") from None
        if len(header) != 3 or not header[2].isdigit():
            raise GitError(f"object {oid} is not in this repository (a shallow or partial clone?)")
        size = int(header[2])
        content = stdout.read(size + 1)
        if len(content) != size + 1:
            self._stop()
            raise GitError(f"git cat-file: object {oid} ends early")
        return content[:-1]

    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        # A forked child must not share its parent's pipe: answers would be mixed up.
        if self._process is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                command("cat-file", "--batch"),
                cwd=self.repository.empty,
                env=dict(self.repository.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


class Entry(NamedTuple):
    """A file of a tree: its mode (symbolic links and submodules included) and object id."""

    mode: int
    oid: str


class GitTree:
    """The files of one git tree, as a `spapr_lint.tree.Tree`.

    Symbolic links are followed within the tree when read, but not listed: what
    they lead to is listed where it is.  Submodules hold no files here.
    Names that are no UTF-8 are spelled with surrogates, as `os.fsdecode` does.
    """

    def __init__(self, objects: Objects, oid: str) -> None:
        self.oid = oid
        self._objects = objects
        listing = objects.repository.run("ls-tree", "-r", "-z", "--full-tree", oid)
        self.entries: Mapping[str, Entry] = dict(_entries(listing))

    def __reduce__(self) -> tuple[type[GitTree], tuple[Objects, str]]:
        return GitTree, (self._objects, self.oid)

    def paths(self) -> Iterator[str]:
        """All plain files, sorted."""
        yield from sorted(
            path for path, entry in self.entries.items() if stat.S_IFMT(entry.mode) == stat.S_IFREG
        )

    def read(self, path: str) -> bytes:
        """The file's content as committed.  Raises `OSError` if there is none.

        Raises `GitError` if git should have it and has not (a partial clone):
        to go on without it would be to see less and call it clean.
        """
        entry = self._resolve(path)
        if entry is None:
            raise FileNotFoundError(path)
        return self._objects.read(entry.oid)

    def exists(self, path: str) -> bool:
        """Whether `read` has something to read."""
        return self._resolve(path) is not None

    def identity(self, path: str) -> str | None:
        """What changes exactly when the content changes: the blob's object id."""
        entry = self._resolve(path)
        return None if entry is None else entry.oid

    def _resolve(self, path: str, depth: int = _LINK_DEPTH) -> Entry | None:
        entry = self.entries.get(path)
        if entry is None:
            return self._through_folder_link(path, depth)
        if entry.mode == _SUBMODULE:
            return None
        if entry.mode != _LINK:
            return entry
        return self._follow(path, "", depth)

    def _through_folder_link(self, path: str, depth: int) -> Entry | None:
        folder, rest = posixpath.dirname(path), posixpath.basename(path)
        while folder:
            entry = self.entries.get(folder)
            if entry is not None:
                return self._follow(folder, rest, depth) if entry.mode == _LINK else None
            rest = posixpath.join(posixpath.basename(folder), rest)
            folder = posixpath.dirname(folder)
        return None

    def _follow(self, link: str, rest: str, depth: int) -> Entry | None:
        if depth == 0:
            return None
        try:
            target = os.fsdecode(self._objects.read(self.entries[link].oid))
        except GitError:
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(link), target, rest))
        if path.startswith(("/", "../")) or path in ("..", "."):
            return None
        return self._resolve(path, depth - 1)


def _entries(listing: bytes) -> Iterator[tuple[str, Entry]]:
    for line in listing.split(b"\0"):
        if line:
            meta, _, name = line.partition(b"\t")
            mode, _kind, oid = meta.split()
            yield os.fsdecode(name), Entry(int(mode, 8), oid.decode())


def index_tree(repository: Repository) -> str:
    """The tree that the user's index stands for, as an object id in the temporary store.

    Raises `GitError` if the index holds conflicts.
    """
    index = _index_copy(repository, "staged")
    code, out, err = repository.attempt("write-tree", index=index)
    if code != 0:
        unmerged = repository.run("ls-files", "-u", "-z", index=index)
        if unmerged:
            name = os.fsdecode(unmerged.split(b"\0")[0].partition(b"\t")[2])
            raise GitError(f"{printable(name)}: not merged yet; resolve the conflict first")
        raise GitError(f"git write-tree: {err.decode('utf-8', 'replace').strip()}")
    return out.decode().strip()


def work_tree(repository: Repository) -> str:
    """The tree that the files on the disk stand for, as an object id in the temporary store.

    Tracked files that `matters` names, and untracked ones that are not ignored.
    Files are hashed here: git itself would run the repository's filters to
    compare them.  A file that differs from the index only by CRLF is unchanged.
    """
    if repository.top is None:
        raise GitError(f"{printable(repository.git_dir)}: no work tree here (a bare repository?)")
    index = _index_copy(repository, "worktree")
    wanted = b"".join((*_tracked(repository, index), *_untracked(repository, index)))
    repository.run("update-index", "-z", "--add", "--index-info", stdin=wanted, index=index)
    return repository.run("write-tree", index=index).decode().strip()


def _tracked(repository: Repository, index: str) -> Iterator[bytes]:
    listing = repository.run("ls-files", "-s", "-t", "-z", index=index)
    for line in listing.split(b"\0"):
        meta, _, name = line.partition(b"\t")
        path = os.fsdecode(name)
        if line and matters(path):
            tag, mode, oid, stage = meta.decode().split()
            if stage != "0":
                raise GitError(f"{printable(path)}: not merged yet; resolve the conflict first")
            # A sparse checkout leaves files out of the work tree; they are not deleted.
            if tag != "S":
                yield _changed(repository, path, int(mode, 8), oid)


def _untracked(repository: Repository, index: str) -> Iterator[bytes]:
    listing = repository.run(
        "ls-files", "--others", "--exclude-standard", "-z", index=index, cwd=repository.top
    )
    for name in listing.split(b"\0"):
        path = os.fsdecode(name)
        if path and matters(path):
            yield _changed(repository, path, 0, "")


def _index_copy(repository: Repository, name: str) -> str:
    index = repository.scratch_index(name)
    try:
        shutil.copyfile(repository.index, index)
    except FileNotFoundError:
        repository.run("read-tree", "--empty", index=index)
    except OSError as error:
        raise GitError(f"{printable(repository.index)}: {error.strerror}") from None
    return index


def _changed(repository: Repository, path: str, mode: int, oid: str) -> bytes:
    """A line for ``update-index --index-info`` if the disk differs from the index."""
    if mode == _SUBMODULE:
        return b""
    found = _on_disk(repository, path)
    if found is None:
        gone = oid and b"0 %s\t%s\0" % (b"0" * len(oid), os.fsencode(path))
        return gone or b""
    new_mode, content = found
    if oid and _same(oid, content):
        return b""
    if oid and b"\r\n" in content and _same(oid, unix := content.replace(b"\r\n", b"\n")):
        return b""
    if oid and b"\r\n" in content and b"\r\n" not in repository.run("cat-file", "blob", oid):
        content = unix
    blob = repository.run("hash-object", "-w", "--stdin", "--no-filters", stdin=content)
    return b"%o %s\t%s\0" % (new_mode, blob.strip(), os.fsencode(path))


def _on_disk(repository: Repository, path: str) -> tuple[int, bytes] | None:
    """Mode and content of a file of the work tree, not through a linked folder."""
    assert repository.top is not None
    full = os.path.join(repository.top, path)
    parent = os.path.dirname(full)
    expected = os.path.normpath(
        os.path.join(os.path.realpath(repository.top), os.path.dirname(path))
    )
    try:
        if os.path.realpath(parent) != expected:
            return None
        mode = os.lstat(full).st_mode
        if stat.S_ISLNK(mode):
            return _LINK, os.fsencode(os.readlink(full))
        if not stat.S_ISREG(mode):
            return None
        with open(full, "rb") as file:
            return 0o100755 if mode & 0o100 else 0o100644, file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise GitError(f"{printable(path)}: {error.strerror}") from None


def _same(oid: str, content: bytes) -> bool:
    algorithm = hashlib.sha1 if len(oid) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest() == oid
