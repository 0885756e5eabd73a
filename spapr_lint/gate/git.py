"""Git, called so that nothing the examined repository says is ever executed.

No hook, filter, textconv, external diff, fsmonitor, pager or fetch runs, and
whatever is written goes to a temporary index and object store that is removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from spapr_lint.errors import UserError

# Repository configuration that makes git run, fetch or convert something, or
# write outside of the temporary store (split and shared indexes, maintenance).
_SAFE_CONFIG = (
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.splitIndex=false",
    "index.sparse=false",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.bigFileThreshold=512m",
    "core.pager=cat",
    "core.editor=false",
    "core.sshCommand=false",
    "core.askPass=",
    "credential.helper=",
    "diff.external=",
    f"diff.orderFile={os.devnull}",
    "log.showSignature=false",
    "gpg.program=false",
    "submodule.recurse=false",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
)
_SAFE_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "LC_ALL": "C",
}
# What a hook's environment says about where the repository is; all else named GIT_* is dropped.
_LOCATING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)


class GitError(UserError):
    """Git refused, in one line: what was asked for and what git said."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository, with a temporary index and object store over its own.

    ``top`` is the work tree's top folder, None in a bare repository; ``index``
    is the user's own index, which is only read; ``folder`` is the temporary
    folder that holds everything written.
    """

    git_dir: str
    top: str | None
    index: str
    shallow: bool
    folder: str
    environment: Mapping[str, str]

    def run(
        self, *arguments: str, stdin: bytes = b"", index: str | None = None, cwd: str | None = None
    ) -> bytes:
        """Run git and return what it prints.  Raises `GitError` with git's first complaint."""
        code, out, err = self.attempt(*arguments, stdin=stdin, index=index, cwd=cwd)
        if code != 0:
            raise GitError(f"git {arguments[0]}: {_complaint(err, code)}")
        return out

    def attempt(
        self, *arguments: str, stdin: bytes = b"", index: str | None = None, cwd: str | None = None
    ) -> tuple[int, bytes, bytes]:
        """Run git and return exit code, output and complaints."""
        environment = dict(self.environment)
        if index is not None:
            environment["GIT_INDEX_FILE"] = index
        if cwd is not None:
            environment["GIT_WORK_TREE"] = cwd
        done = _spawn(command(*arguments), cwd or self.empty, environment, stdin)
        return done.returncode, done.stdout, done.stderr

    @property
    def empty(self) -> str:
        """An empty folder: git's work tree, so that it never looks at the user's."""
        return os.path.join(self.folder, "empty")

    def resolve(self, name: str) -> str:
        """The object id of a commit.  Raises `GitError` if there is none of that name."""
        code, out, _ = self.attempt(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        if code != 0:
            cut = ", and the clone is shallow: git fetch --unshallow" if self.shallow else ""
            raise GitError(f"{printable(name)}: no such commit in this repository{cut}")
        return out.decode().strip()

    def tree_of(self, commit: str) -> str:
        """The tree's object id of a commit's (or tree's) object id."""
        return self.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()

    def scratch_index(self, name: str = "index") -> str:
        """The path of a temporary index of that name."""
        return os.path.join(self.folder, name)


def command(*arguments: str) -> list[str]:
    """Git's command line with everything switched off that a repository could switch on."""
    options = [word for setting in _SAFE_CONFIG for word in ("-c", setting)]
    return ["git", "--no-pager", *options, *arguments]


@contextlib.contextmanager
def opened(path: str | None = None) -> Iterator[Repository]:
    """The repository around ``path`` (default: around the current folder).

    Its temporary folder is removed at the end, also when interrupted or
    terminated.  Raises `GitError` if there is no repository, or if git does not
    trust it (``safe.directory``).
    """
    with _terminable(), _temporary_folder() as folder:
        yield _discover(path, folder)


def _discover(path: str | None, folder: str) -> Repository:
    os.mkdir(os.path.join(folder, "empty"))
    os.mkdir(os.path.join(folder, "objects"))
    trusted = os.path.join(folder, "config")
    with open(trusted, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(_trusted_folders())
    outer = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    outer |= _SAFE_ENVIRONMENT | {"GIT_CONFIG_GLOBAL": trusted}
    # A folder named on purpose wins over what a hook's environment says.
    located = {} if path is not None else _present(_LOCATING)
    where = path if path is not None else os.getcwd()
    ask = _Asker(where, outer | located)
    git_dir = ask("--absolute-git-dir")
    objects = os.path.join(where, ask("--git-path", "objects"))
    alternates = located.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    environment = outer | {
        "GIT_DIR": git_dir,
        "GIT_WORK_TREE": os.path.join(folder, "empty"),
        "GIT_INDEX_FILE": os.path.join(folder, "index"),
        "GIT_OBJECT_DIRECTORY": os.path.join(folder, "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(
            part for part in (_quoted(objects), alternates) if part
        ),
    }
    return Repository(
        git_dir=git_dir,
        top=_top(ask),
        index=os.path.join(where, ask("--git-path", "index")),
        shallow=ask("--is-shallow-repository") == "true",
        folder=folder,
        environment=environment,
    )


def _top(ask: _Asker) -> str | None:
    """The work tree's top folder; None in a bare repository, and within ``.git``."""
    if ask("--is-bare-repository") == "true":
        return None
    try:
        return ask("--show-toplevel")
    except GitError:
        return None


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks ``git rev-parse`` one question at a time: an answer may hold newlines."""

    where: str
    environment: Mapping[str, str]

    def __call__(self, *question: str) -> str:
        try:
            done = _spawn(command("rev-parse", *question), self.where, self.environment, b"")
        except (FileNotFoundError, NotADirectoryError):
            raise GitError(f"{printable(self.where)}: no such folder") from None
        if done.returncode != 0:
            complaint = _complaint(done.stderr, done.returncode)
            raise GitError(f"{printable(self.where)}: {complaint}")
        return os.fsdecode(done.stdout.removesuffix(b"\n"))


def _trusted_folders() -> str:
    """The user's own ``safe.directory`` settings, as a configuration file with nothing else.

    The rest of the user's and the system's configuration stays out: it may name
    programs, and the answer must not depend on it.
    """
    done = _spawn(
        ["git", "config", "--show-scope", "-z", "--get-all", "safe.directory"],
        os.sep,
        {name: value for name, value in os.environ.items() if name not in _LOCATING},
        b"",
    )
    parts = os.fsdecode(done.stdout).split("\0")
    values = [
        value
        for scope, value in zip(parts[0::2], parts[1::2], strict=False)
        if scope in ("system", "global", "command")
    ]
    lines = [f"\tdirectory = {_config_value(value)}\n" for value in values]
    return "[safe]\n" + "".join(lines) if lines else ""


def _config_value(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _quoted(path: str) -> str:
    """A path as a list of object folders holds it: quoted where it could be misread."""
    if ":" in path or path.startswith('"'):
        escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return path


def _present(names: Sequence[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def _spawn(
    words: Sequence[str], cwd: str, environment: Mapping[str, str], stdin: bytes
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            words, cwd=cwd, env=dict(environment), input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        if error.filename == "git":
            raise GitError("git is not installed, or not on the PATH") from None
        raise


def _complaint(err: bytes, code: int) -> str:
    """Git's own words, one line: the first that is no hint and no warning."""
    lines = [line.strip() for line in err.decode("utf-8", "replace").splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("hint:", "warning:"))] or lines
    if not told:
        return f"failed with exit code {code}"
    first = told[0].removeprefix("fatal: ").removeprefix("error: ")
    if "dubious ownership" in first:
        return f"{first}; trust it with: git config --global --add safe.directory FOLDER"
    return printable(first)


def printable(text: str) -> str:
    """The text with whatever a terminal could misread spelled out."""
    return text if text.isprintable() else ascii(text)[1:-1]


@contextlib.contextmanager
def _temporary_folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="spapr-lint-gate-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let a polite end (``SIGTERM``, ``SIGHUP``) unwind the stack, so that nothing stays behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGHUP)
    # A handler that somebody else has set is his, and is left alone.
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


@contextlib.contextmanager
def created() -> Iterator[Repository]:
    """An empty temporary repository, for what comes without one."""
    with _terminable(), _temporary_folder() as folder:
        home = os.path.join(folder, "repository")
        outer = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        outer |= _SAFE_ENVIRONMENT | {"GIT_CONFIG_GLOBAL": os.devnull}
        done = _spawn(
            command("init", "-q", "--bare", "--template=", "-b", "main", home), folder, outer, b""
        )
        if done.returncode != 0:
            raise GitError(f"git init: {_complaint(done.stderr, done.returncode)}")
        yield _discover(home, folder)
