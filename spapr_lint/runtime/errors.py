"""The ways in which translated C ends, each with what a user needs: a name and a place in C.

None of them is an error of the tool: the C faulted, gave up, or asked for what is not there.
"""

from __future__ import annotations


class Stopped(Exception):
    """The run of a machine ended.  ``message`` says why; ``place`` is ``path:line`` of the C."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Faulted(Stopped):
    """What a C program must not do: NULL followed, an array left, an unset variable read."""


class Aborted(Stopped):
    """abort(), a failed assertion, error_abort."""


class Exited(Stopped):
    """exit(), error_fatal; ``message`` is the last thing said."""


class UnknownExternal(Stopped):
    """A name that neither the linked files nor the runtime have; ``name`` is it."""

    def __init__(self, name: str, place: str = "", message: str = "") -> None:
        super().__init__(message or f"unknown external {name}", place)
        self.name = name


class OutOfBounds(Stopped):
    """The bound on steps, memory or the size of a number was reached."""


class Refused(Stopped):
    """Translated code holds what translated code never does; it was not run."""


class Property(Stopped):
    """A property that the object has not, or a value that it cannot have."""
