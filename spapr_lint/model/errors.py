"""How a modelled machine says no.

QEMU passes an ``Error **`` down and lets the caller decide; the model does the same with
`Error`, and its doors turn the outcome into `Refused` (exit 1) or `Aborted` (exit 134).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

# Linux error numbers that QEMU and KVM return negated (include/uapi/asm-generic/errno-base.h).
EPERM = 1
ENOENT = 2
ENXIO = 6
E2BIG = 7
EBUSY = 16
EEXIST = 17
EINVAL = 22
EFAULT = 14
ENOSPC = 28
EBADF = 9


class Refused(Exception):
    """The machine is refused with QEMU's own words; the process would exit with 1.

    ``warnings`` are those that QEMU printed before.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.warnings: tuple[str, ...] = ()


class Aborted(Exception):
    """The process dies; the message is ``function: Assertion ... failed.``, without path or line.

    Exit status 134 (SIGABRT), as a shell sees it.  ``warnings`` are those that QEMU printed before.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Error:
    """QEMU's ``Error **errp``: empty until `error_setg`, first error wins (util/error.c)."""

    message: str | None = None
    hints: list[str] = field(default_factory=list)


def error_setg(errp: Error, message: str) -> None:
    """Set the error.  Setting it twice is a bug of the caller, as in QEMU."""
    if errp.message is not None:
        g_assert_not_reached("error_setv")
    errp.message = message


def error_append_hint(errp: Error, hint: str) -> None:
    """Add a line for the user, printed after the message."""
    errp.hints.append(hint)


def error_exit(errp: Error) -> None:
    """What ``&error_fatal`` does: leave with the message if there is one."""
    if errp.message is not None:
        raise Refused("\n".join([errp.message, *errp.hints]))


def abort(message: str) -> NoReturn:
    """Die as ``abort()`` does, with the last line on standard error."""
    raise Aborted(message)


def qemu_assert(condition: bool, function: str, text: str) -> None:
    """C's ``assert()``: ``text`` is the condition as QEMU spells it."""
    if not condition:
        abort(f"{function}: Assertion `{text}' failed.")


def g_assert(condition: bool, function: str, text: str) -> None:
    """GLib's ``g_assert()``, whose message is worded differently."""
    if not condition:
        abort(f"{function}: assertion failed: ({text})")


def g_assert_not_reached(function: str) -> NoReturn:
    """GLib's ``g_assert_not_reached()``."""
    abort(f"{function}: code should not be reached")
