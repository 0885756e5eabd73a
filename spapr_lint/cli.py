"""The command line: picks the command, and turns what goes wrong into an exit code.

Each command is a small module of `spapr_lint.commands` or its own package,
imported only when it is called; without a command's name, `check` is meant.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from spapr_lint import __version__
from spapr_lint.errors import UserError


class Door(NamedTuple):
    """A command: its name, the module whose ``main(argv) -> int`` it is, one line of help."""

    name: str
    module: str
    help: str


DOORS = (
    Door("check", "spapr_lint.commands.check", "Find confused numbers in Python and C (default)"),
    Door("translate", "spapr_lint.commands.translate", "Turn QEMU's C into Python and a line map"),
    Door("gate", "spapr_lint.commands.gate", "Say what a patch series adds, cures and carries"),
    Door("validate", "spapr_lint.validate.command", "Run it over machines, against invariants"),
    Door("model", "spapr_lint.model.command", "Ask the reference model: dt, boot, info"),
    Door("fix", "spapr_lint.fix.command", "Offer certified repairs"),
    Door("explain", "spapr_lint.commands.explain", "Explain a code: why, and how to mend it"),
    Door("rules", "spapr_lint.commands.rules", "List the rules, or run their examples"),
    Door("why", "spapr_lint.commands.why", "Tell what a value is, and by which way it came"),
    Door("why-not", "spapr_lint.commands.why_not", "Tell where the way from here to there ends"),
    Door("callgraph", "spapr_lint.commands.callgraph", "Print who calls whom"),
)
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code of DESIGN section 5, 130 after Ctrl-C."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is None and arguments[:1] == ["check"]:
        gc.disable()  # the process ends after it: no need to look for what could be freed
    try:
        code = _dispatch(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()  # what cannot be written is said here, not on Python's way out
        return code
    except UserError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return _PIPE_CLOSED
    except OSError as error:
        _forget_output()
        what = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        return _refuse(f"{what}{error.strerror or error}")
    except Exception as error:
        if os.environ.get("SPAPR_LINT_TRACEBACK"):
            raise
        return _refuse(_bug(error))


def _bug(error: Exception) -> str:
    """One line on what should not have happened, with the place that a report needs."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = ""
    if where is not None:
        file = where.tb_frame.f_code.co_filename
        place = f" at {os.path.basename(os.path.dirname(file))}/{os.path.basename(file)}"
        place += f":{where.tb_lineno}"
    name = type(error).__name__
    more = "SPAPR_LINT_TRACEBACK=1 shows the way there"
    return f"this is a bug of spapr-lint, please report it: {name}: {error}{place}; {more}"


def _forget_output() -> None:
    """Close what nobody reads or what is full, so that leaving does not complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    if first == "--version":
        print(f"spapr-lint {__version__}")
        return 0
    if first in ("--help", "-h"):
        print(_usage())
        return 0
    door = next((door for door in DOORS if door.name == first and _is_built(door)), None)
    if door is None:
        _expect_path(first)
        return _command(DOORS[0])(arguments)
    return _command(door)(arguments[1:])


def _command(door: Door) -> Callable[[list[str]], int]:
    command: Callable[[list[str]], int] = import_module(door.module).main
    return command


def _expect_path(word: str) -> None:
    """Refuse a word that is meant as a command and is none, rather than look for such a file."""
    if not re.fullmatch(r"[a-z][a-z_-]*", word) or os.path.lexists(word):
        return
    import difflib

    near = difflib.get_close_matches(word, [door.name for door in DOORS if _is_built(door)], 1)
    hint = f"; did you mean {near[0]}?" if near else " (see spapr-lint --help)"
    raise UserError(f"'{word}' is neither a command nor a file or folder{hint}")


def _is_built(door: Door) -> bool:
    try:
        return find_spec(door.module) is not None
    except ModuleNotFoundError:
        return False


def _usage() -> str:
    doors = [door for door in DOORS if _is_built(door)]
    width = max(len(door.name) for door in doors)
    rows = [f"  {door.name.ljust(width)}  {door.help}" for door in doors]
    return "\n".join(
        [
            "Usage: spapr-lint [COMMAND] [OPTIONS] [PATH]...",
            "",
            "Finds confused interrupt number spaces in QEMU's sPAPR code and models of it.",
            "",
            "Commands:",
            *rows,
            "",
            "spapr-lint COMMAND --help tells a command's options, --version the version.",
        ]
    )


def _refuse(message: str) -> int:
    line = " ".join(message.split())
    print(f"spapr-lint: error: {line}", file=sys.stderr)
    return 2
