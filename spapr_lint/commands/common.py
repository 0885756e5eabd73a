"""What the commands share: running click, settings, writing output, progress.

Files are written beside their place and moved there whole, so that Ctrl-C
leaves the old file or the new one.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from spapr_lint import __version__
from spapr_lint.config import FAIL_ON, Config, load_config
from spapr_lint.errors import UserError
from spapr_lint.report import FORMATS, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spapr_lint.packs import Pack

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""

_Option = TypeVar("_Option", bound=Callable[..., object])
_PATIENCE = 0.5
_NEWLINE = re.compile(r"\r\n|\r|\n")


def run(command: click.Command, argv: Sequence[str], name: str) -> int:
    """Run a click command and return its exit code; wrong use is a `UserError` of one line."""
    try:
        with command.make_context(f"spapr-lint {name}", list(argv)) as context:
            result = command.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        raise UserError(f"it takes a command (see spapr-lint {name} --help)") from error
    except click.ClickException as error:
        raise UserError(f"{error.format_message()} (see spapr-lint {name} --help)") from error
    return result if isinstance(result, int) else 0


def output_options(function: _Option) -> _Option:
    """``--format`` and ``--output``, wherever findings are printed."""
    shape = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How to write findings down.",
    )
    return shape(target_option(function))


def target_option(function: _Option) -> _Option:
    """``--output``."""
    option = click.option(
        "--output", type=click.Path(), metavar="FILE", help="Write there, not to standard output."
    )
    return option(function)


def pack_options(function: _Option) -> _Option:
    """``--pack`` and ``--no-default-packs``."""
    more = click.option(
        "--pack",
        "packs",
        multiple=True,
        type=click.Path(),
        help="A pack to add: a file or a folder. May be repeated.",
    )
    fewer = click.option("--no-default-packs", is_flag=True, help="Leave the shipped packs out.")
    return more(fewer(function))


def fail_option(function: _Option) -> _Option:
    """``--fail-on``."""
    option = click.option(
        "--fail-on",
        type=click.Choice(FAIL_ON),
        help="What makes exit code 1. [default: error]",
    )
    return option(function)


PATH = click.Path(readable=False)
"""A file or folder that is looked at: what cannot be read is for `existing`, or the ledger."""


def existing(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths, if all are there.  Raises `UserError` that names the first that is not.

    A file that cannot be read is there; a pipe or a device is nothing to check, since what is
    shown of a file is read again.
    """
    for path in paths:
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            link = f" (a link to {os.readlink(path)})" if os.path.islink(path) else ""
            raise UserError(f"no such file or folder: {path}{link}") from None
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise UserError(f"{path}: {said}") from None
        if stat.S_ISDIR(mode) and not os.access(path, os.R_OK | os.X_OK):
            raise UserError(f"{path}: this folder cannot be read")
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise UserError(
                f"{path} is neither a file nor a folder; - is standard input, and "
                "--stdin-display-name says what that is"
            )
    return tuple(paths)


def settings(paths: Sequence[str]) -> Config:
    """The project's settings for what is to be checked, found from the first path."""
    return load_config(paths[0] if paths and paths[0] != "-" else os.getcwd())


def load_rules(packs: Sequence[str], config: Config, no_default: bool) -> Pack:
    """The packs that a command works with: the shipped, the project's, those named."""
    from spapr_lint.packs import load_packs

    return load_packs([*config.packs, *packs], default=not no_default)


def require_codes(codes: Iterable[str], rules: Callable[[], Pack]) -> None:
    """Refuse codes that no rule has or begins with: a slip would silence all or nothing.

    The rules are loaded only if there is a code to look for.  Raises `UserError`.
    """
    asked = dict.fromkeys(codes)
    known = rules().rules if asked else {}
    for code in asked:
        if not any(rule.startswith(code) for rule in known):
            raise UserError(f"no rule has the code {code} or begins so; see spapr-lint rules list")


class Sources:
    """Source lines by path, read at most once, for excerpts."""

    def __init__(self, overlay: Mapping[str, bytes] | None = None) -> None:
        self._overlay = dict(overlay or {})
        self._lines: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str | None:
        """Line ``number``, from 1, without its end; None where there is none."""
        if path not in self._lines:
            self._lines[path] = _NEWLINE.split(self._text(path))
        lines = self._lines[path]
        return lines[number - 1] if 1 <= number <= len(lines) else None

    def _text(self, path: str) -> str:
        from spapr_lint.python import DecodeError, decode

        content = self._overlay.get(path)
        if content is None:
            try:
                with open(path, "rb") as file:
                    content = file.read()
            except (OSError, ValueError):
                return ""
        try:
            return decode(content)
        except DecodeError:
            return content.decode("latin-1")


def view(form: str, output: str | None, rules: Pack | None, sources: Sources, fail_on: str) -> View:
    """How this run's report is shown: colours only for text that goes to a terminal."""
    color = form == "text" and output is None and sys.stdout.isatty()
    return View(
        version=__version__,
        rules=rules.rules if rules is not None else {},
        line=sources.line,
        color=color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        fail_on=fail_on,
    )


def emit(text: str, output: str | None) -> None:
    """Write to standard output, or whole into a file."""
    content = text.encode("utf-8", "surrogateescape")
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_whole(output, content)


def write_whole(path: str, content: bytes) -> None:
    """Write a file so that it is never seen half written.  Raises `UserError` if it cannot be."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as pipe:
                pipe.write(content)
            return
        _replace(os.path.realpath(path), content)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def _replace(path: str, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".spapr-lint-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


class _Meter:
    """A bar on standard error that appears only once a run is long enough to wonder."""

    def __init__(self) -> None:
        self._due = time.monotonic() + _PATIENCE
        self._close: Callable[[], None] | None = None
        self._update: Progress | None = None

    def show(self, what: str, done: int, total: int) -> None:
        if self._update is None:
            if time.monotonic() < self._due:
                return
            self._open()
        if self._update is not None:
            self._update(what, done, total)

    def close(self) -> None:
        if self._close is not None:
            self._close()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        task = bar.add_task("", total=None)
        bar.start()
        self._close = bar.stop
        self._update = lambda what, done, total: bar.update(
            task, completed=done, total=total or None, description=what
        )


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Something to report progress to while standard error is a terminal, else None."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    meter = _Meter()
    try:
        yield meter.show
    finally:
        meter.close()
