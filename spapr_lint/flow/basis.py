"""What the outcome of a run rests on: which functions were read, and why the rest was not.

An edit of a function that was not read, and would not be, changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from spapr_lint.flow.machine import Machine


class Basis(NamedTuple):
    """Of a large program, in which only what matters is looked into (see `scope`).

    ``read`` holds by module the indexes of the functions that were read, ``exact`` the
    modules that were followed exactly, ``names`` those of all fields, variables and
    functions in which a number of some kind was seen: who says one of them matters.
    So many further statements on all top levels as ``spare`` says come to no bound, and so many
    in a module as ``spares`` does.
    """

    read: tuple[tuple[int, ...], ...]
    exact: tuple[int, ...]
    names: tuple[str, ...]
    spare: int
    spares: tuple[int, ...]


def basis(m: Machine) -> Basis | None:
    """The basis of a run that has ended; None if everything was looked into."""
    if m.scope is None or not m.scope.from_start:
        return None
    read = tuple(
        [
            tuple([n for n, function in enumerate(module.ir.functions) if function.code.was_read])
            for module in m.program.modules
        ]
    )
    names = tuple(sorted({name for _, name in m.scope.known}))
    spares = tuple([m.margins.modules.get(n, 0) - 1 for n in range(len(m.program.modules))])
    return Basis(read, tuple(sorted(m.ever_exact)), names, m.margins.whole - 1, spares)
