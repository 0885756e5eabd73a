"""What the summaries of natives share: reading arguments, making objects, uncertain calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint.flow import calls, containers, streams
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.objects import Native, Object
from spapr_lint.flow.values import NONE, NOTHING, UNKNOWN, Value, join, reference

Call = Callable[[Machine, Activation, Arguments, int, Any], Value]


def native(name: str, call: Call, data: Any = None) -> Value:
    """A native function as a value."""
    return reference(Native(name, call, data))


def given(arguments: Arguments, position: int, name: str = "") -> Value:
    """One argument, unknown if it is not given."""
    value = arguments.get(position, name)
    return UNKNOWN if value is None else value


def make(
    m: Machine, a: Activation, shape: str, items: list[Value], site: int, exact: bool = True
) -> Value:
    """A new list, tuple or set."""
    made = m.allocate(shape, None, a.module.index, site)
    containers.fill(m, made, items, exact)
    return reference(made)


def make_dict(m: Machine, a: Activation, site: int, type_: Any = None, extra: Any = None) -> Object:
    """A new, empty dict."""
    made = m.allocate("dict", type_, a.module.index, site, extra)
    containers.fill(m, made, [], True)
    return made


def iterator(m: Machine, a: Activation, items: list[Value], exact: bool, site: int) -> Value:
    """A new iterator over items that are known now."""
    return streams.make(m, a, streams.Stream(items, exact), site)


def whole(value: Value) -> int | None:
    """The value as an int, if it is one for certain."""
    if value.exact() and isinstance(value.constants[0], int):
        number: int = value.constants[0]
        return number
    return None


def text(value: Value) -> str | None:
    """The value as a string, if it is one for certain."""
    if value.exact() and isinstance(value.constants[0], str):
        found: str = value.constants[0]
        return found
    return None


def texts(value: Value) -> list[str] | None:
    """All strings that the value may be, None if it may be something else."""
    if value.open or value.refs or not value.constants:
        return None
    found = [item for item in value.constants if isinstance(item, str)]
    return found if len(found) == len(value.constants) else None


def objects(value: Value, *shapes: str) -> list[Object]:
    """The objects that the value may be, of the given shapes if any are."""
    found = [ref for ref in value.refs if isinstance(ref, Object)]
    return [ref for ref in found if ref.shape in shapes] if shapes else found


def call(m: Machine, a: Activation, function: Value, values: list[Value], site: int) -> Value:
    """Call a function with positional arguments."""
    result = calls.dispatch(m, a, function, Arguments(values), site)
    if m.policy.guards:
        result = m.policy.checked(m, a, function, None, Arguments(values), result, None, site)
    return result


def perhaps(m: Machine, a: Activation, action: Callable[[], Value]) -> Value:
    """Do something that may also not be done: what it changes may also be as before."""
    mark = m.journal.mark()
    a.branch += 1
    a.uncertain += 1
    try:
        result = action()
    except Unreachable:
        m.journal.undo(mark)
        return NOTHING
    finally:
        a.branch -= 1
        a.uncertain -= 1
    changes = m.journal.undo(mark)
    m.journal.merge([changes, {}])
    return result


def each(
    m: Machine, a: Activation, function: Value, rows: list[list[Value]], exact: bool, site: int
) -> list[Value]:
    """Call a function on each row of arguments; on any of them if their number is not known."""
    if exact:
        return [call(m, a, function, row, site) for row in rows]
    return [perhaps(m, a, lambda row=row: call(m, a, function, row, site)) for row in rows]  # type: ignore[misc]


def or_else(value: Value | None, default: Value | None) -> Value:
    """The value joined with a default that may take its place."""
    if value is None or value is NOTHING:
        return NONE if default is None else default
    return value if default is None else join(value, default)
