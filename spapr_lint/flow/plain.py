"""Values as Python's own, as far as they are known: so that Python itself compares them."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import containers
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import Value

_DEEP = 4


class Undecided(Exception):
    """A comparison asks for something that is not known."""


class _Unknown:
    """Stands for a value that is not known: whoever compares it finds out."""

    __slots__ = ()

    def _compare(self, other: object) -> bool:
        raise Undecided

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compare
    __hash__ = object.__hash__


def of(value: Value, depth: int = _DEEP) -> Any:
    """The constant, tuple or list that the value is; what is not known of it is undecided."""
    if value.exact():
        return value.constants[0] if not value.facts else _Unknown()
    ref = value.refs[0] if len(value.refs) == 1 else None
    if ref.__class__ is not Object or value.open or value.constants or not depth:
        return _Unknown()
    if ref.shape not in containers.SEQUENCES or ref.many or ref.type is not None:
        return _Unknown()
    parts, exact = containers.known_items(ref)
    if not exact:
        return _Unknown()
    held = [of(part, depth - 1) for part in parts]
    return tuple(held) if ref.shape == "tuple" else held
