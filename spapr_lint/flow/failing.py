"""Operations that certainly raise, as ``None.x`` or an index past the end, or certainly do not.

Only what is known to the last bit counts: objects that were made in the function
at hand and went to nobody else, and only where a ``try`` of that function waits.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from typing import Any

from spapr_lint import ir
from spapr_lint.flow import calls, classes, containers, plain
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.objects import ANY, ESCAPED, Object
from spapr_lint.flow.values import Value

_OF_MODULES = ("__file__", "__name__", "__path__", "__doc__", "__spec__", "__loader__")
DIVISIONS = ("/", "//", "%")
_SMALL: dict[str, Callable[[Any, Any], Any]] = {  # of these no result is much larger
    "+": operator.add,
    "-": operator.sub,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_HARMLESS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "len": len,
    "print": lambda *values: None,
}


def awaited(m: Machine, a: Activation) -> bool:
    """Whether a ``try`` of the function at hand waits for what is raised here."""
    return m.collectors[-1].activation is a and not m.looping


def fail(m: Machine, a: Activation, name: str, site: int, about: Value | None = None) -> None:
    """Raise one of Python's own exceptions: control does not come back."""
    arguments = Arguments([] if about is None else [about])
    m.raise_value(calls.dispatch(m, a, m.tables.builtins[name], arguments, site))
    raise Unreachable


def maybe(m: Machine, a: Activation, name: str, site: int, about: Value) -> None:
    """One of Python's own exceptions may be raised, and says what it is about."""
    m.raise_value(calls.dispatch(m, a, m.tables.builtins[name], Arguments([about]), site))


def item(m: Machine, a: Activation, base: Value, key: Value, site: int) -> None:
    """``base[key]``, if it certainly fails."""
    if len(base.refs) != 1 or base.open or base.constants:
        return
    ref: Any = base.refs[0]
    if ref.__class__ is not Object or not _own(a, ref):
        return
    if ref.shape == "dict" and ref.extra is None and ref.truth() is False:
        fail(m, a, "KeyError", site, key)
    if not key.exact():
        if key.facts and key.open and ref.shape == "dict" and ref.extra is None:
            maybe(m, a, "KeyError", site, key)
        return
    index = key.constants[0]
    if ref.shape == "dict":
        if ref.extra is None and ANY not in ref.slots and not key.facts:
            found, _ = containers.find(m, a, ref, key)
            if containers.length(ref) is not None and not found.refs and not found.constants:
                if not found.open and not found.facts:
                    fail(m, a, "KeyError", site, key)
    elif ref.shape in containers.SEQUENCES and index.__class__ is int:
        size = containers.length(ref)
        if size is not None and not -size <= index < size:
            fail(m, a, "IndexError", site)


def _own(a: Activation, ref: Object) -> bool:
    """Whether only the function at hand can have changed an object."""
    if ref.many or ref.birth <= a.start or ESCAPED in ref.slots:
        return False
    return classes.class_of(ref) is None


def name(m: Machine, a: Activation, word: str, site: int) -> None:
    """A variable of the module at hand that nothing has bound: what runs first is known there."""
    module = a.module
    if a.function is not None or module.starred or not m.collectors[-1].undefined:
        return  # elsewhere a name is taken for one that was left out of what is in view
    if awaited(m, a) and not hasattr(builtins, word) and "*" not in module.namespace.slots:
        if word not in _OF_MODULES:
            fail(m, a, "NameError", site)


def attribute(m: Machine, a: Activation, base: Value, site: int) -> None:
    """``base.name``, if the base is certainly None."""
    if base.constants == (None,) and base.exact() and not base.facts:
        fail(m, a, "AttributeError", site)


def harmless(m: Machine, a: Activation, n: ir.Node) -> bool:
    """Whether a statement certainly raises nothing, as Python itself finds out."""
    if n[0] == ir.ASSIGN:
        targets, value = n[1], n[2]
    elif n[0] == ir.EXPRESSION:
        targets, value = (), n[1]
    else:
        return False
    if any(target[0] != ir.NAME for target in targets):
        return False
    try:
        _compute(m, a, value)
    except Exception:
        return False
    return True


def _compute(m: Machine, a: Activation, n: ir.Node) -> Any:
    """What an expression comes to; raises what Python does, or where that is not known."""
    op = n[0]
    if op == ir.CONST:
        return n[1]
    if op == ir.NAME and n[1] not in a.cells:
        return plain.of(a.env[n[1]])
    if op == ir.BINARY and n[1] in _SMALL:
        return _SMALL[n[1]](_compute(m, a, n[2]), _compute(m, a, n[3]))
    if op == ir.ITEM and n[2][0] != ir.SLICE:
        return _compute(m, a, n[1])[_compute(m, a, n[2])]
    if op == ir.CALL and n[1][0] == ir.GLOBAL and not n[3]:
        if n[1][1] not in a.module.namespace.slots:
            return _HARMLESS[n[1][1]](*[_compute(m, a, argument) for argument in n[2]])
    raise plain.Undecided


def division(m: Machine, a: Activation, right: Value, site: int) -> None:
    """``x / right``, if that is zero."""
    if right.exact() and right.constants[0].__class__ in (int, float):
        if not right.constants[0] and not right.facts:
            fail(m, a, "ZeroDivisionError", site)


def conversion(m: Machine, a: Activation, name: str, value: Value, site: int) -> None:
    """``int("x")``."""
    if name in ("int", "float") and value.exact() and isinstance(value.constants[0], str):
        try:
            (int if name == "int" else float)(value.constants[0])
        except ValueError:
            fail(m, a, "ValueError", site)
    elif name in ("int", "float") and value.open:
        labels = m.policy.surviving(value.facts)
        if labels:  # the text of the exception says what could not be converted
            maybe(m, a, "ValueError", site, Value(labels, open=True))
