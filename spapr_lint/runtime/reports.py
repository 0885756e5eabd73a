"""QEMU's Error API: errors by pointer, the fatal ones, what is said to the user.

Source: QEMU include/qapi/error.h and util/error.c.
"""

from __future__ import annotations

import sys
from typing import Any

from spapr_lint.runtime.errors import Aborted, Exited, Faulted
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.memory import Ref
from spapr_lint.runtime.text import formatted


class CError:
    """A QEMU ``Error``: its message and the hint after it."""

    __slots__ = ("_message", "_hint", "_place")

    def __init__(self, message: str, place: str) -> None:
        self._message, self._hint, self._place = message, "", place


class Fatal(Ref):
    """``error_fatal`` and ``error_abort``: what is stored there ends the program."""

    __slots__ = ("_abort",)

    def __init__(self, abort: bool) -> None:
        super().__init__(None)
        self._abort = abort


class Guard(Ref):
    """What ``ERRP_GUARD`` puts in the place of NULL and ``error_fatal``."""

    __slots__ = ("_outer",)

    def __init__(self, outer: Any) -> None:
        super().__init__(None)
        self._outer = outer


class Reports:
    """The functions of the Error API over one run."""

    def __init__(self, link: Link) -> None:
        self.link = link

    def names(self) -> dict[str, Any]:
        said = ("error_report", "warn_report", "info_report", "error_printf", "warn_report_once")
        return {
            "error_abort": Fatal(True),
            "error_fatal": Fatal(False),
            "error_setg": self.setg,
            "error_setg_errno": self.setg_errno,
            "error_set": lambda errp, _kind, form, *given: self.setg(errp, form, *given),
            "error_propagate": self.propagate,
            "error_propagate_prepend": self.propagate_prepend,
            "error_prepend": self.prepend,
            "error_append_hint": self.hint,
            "error_get_pretty": lambda error: error._message,
            "error_copy": lambda error: CError(error._message, error._place),
            "error_free": lambda _error: None,
            "error_free_or_abort": lambda errp: setattr(errp, "v", None),
            "ERRP_GUARD": self.guard,
            **{name: self.sayer(name) for name in said},
            **{name: self.error_sayer(name) for name in ("warn_report_err", "error_report_err")},
        }

    def own(self) -> dict[str, Any]:
        """What rewritten code calls."""
        return {"release!": self.release}

    def set(self, errp: Any, error: CError) -> None:
        """Store an error where ``errp`` points."""
        if isinstance(errp, Fatal):
            self.link.said.append(error._message)
            if errp._abort:
                raise Aborted(f"Unexpected error: {error._message}", error._place)
            raise Exited(error._message, error._place)
        if errp is not None:
            if errp.v is not None:
                raise Aborted("error_setv: Assertion `*errp == NULL' failed.", self.link.place())
            errp.v = error

    def setg(self, errp: Any, form: Any, *given: Any) -> None:
        if errp is not None:
            self.set(errp, CError(formatted(form, given), self.link.place()))

    def setg_errno(self, errp: Any, number: int, form: Any, *given: Any) -> None:
        if errp is not None:
            text = formatted(form, given) + (f": errno {abs(number)}" if number else "")
            self.set(errp, CError(text, self.link.place()))

    def propagate(self, errp: Any, error: Any) -> None:
        if error is None:
            return
        if not isinstance(error, CError):
            raise Faulted(f"no error: {error!r}")
        if errp is None or isinstance(errp, Fatal) or errp.v is None:
            self.set(errp, error)

    def propagate_prepend(self, errp: Any, error: Any, form: Any, *given: Any) -> None:
        if error is not None:
            error._message = formatted(form, given) + error._message
        self.propagate(errp, error)

    def prepend(self, errp: Any, form: Any, *given: Any) -> None:
        if errp is not None and errp.v is not None:
            errp.v._message = formatted(form, given) + errp.v._message

    def hint(self, errp: Any, form: Any, *given: Any) -> None:
        if errp is not None and errp.v is not None:
            errp.v._hint += formatted(form, given)

    def guard(self, errp: Any) -> Any:
        return Guard(errp) if errp is None or isinstance(errp, Fatal) else errp

    def release(self, errp: Any) -> None:
        """The end of a function with ``ERRP_GUARD``, if it ends by itself."""
        if isinstance(errp, Guard) and sys.exc_info()[0] is None:
            self.propagate(errp._outer, errp.v)

    def sayer(self, name: str) -> Any:
        def say(form: Any, *given: Any) -> bool:
            prefix = "warning: " if name.startswith("warn") else ""
            self.link.said.append(prefix + formatted(form, given))
            return True

        return say

    def error_sayer(self, name: str) -> Any:
        def say(error: Any) -> None:
            prefix = "warning: " if name.startswith("warn") else ""
            self.link.said.append(prefix + error._message)

        return say
