"""``os.environ``: what the program itself puts there, it finds there."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import calls, containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives import textual
from spapr_lint.flow.natives.common import Call, given
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import NONE, NOTHING, Value, join

NAME = "os.environ"
_KEY = (NAME, "")


def external_store(m: Machine, a: Activation, name: str, key: Value, value: Value | None) -> None:
    """``name[key] = value`` of something outside of the program, or without a value ``del``."""
    if name == NAME and value is not None:
        store(m, a, key, value)
    elif name == NAME:
        delete(m, a, key)


def store(m: Machine, a: Activation, key: Value, value: Value) -> None:
    """``os.environ[key] = value``."""
    held = m.symbols.get(_KEY)
    if held is None:  # as old as can be: it was there before the program
        held = m.symbols[_KEY] = Object("dict", None, 0, (0, 0))
    a.touch = 0
    containers.store_item(m, a, held, key, value)


def delete(m: Machine, a: Activation, key: Value) -> None:
    """``del os.environ[key]``."""
    held = m.symbols.get(_KEY)
    if held is not None:
        a.touch = 0
        containers.delete_item(m, a, held, key)


def read(m: Machine, a: Activation, key: Value) -> Value:
    """What the program put under a key; nothing if it did not."""
    held = m.symbols.get(_KEY)
    a.touch = 0
    return NOTHING if held is None or not held.slots else _known(m, a, held, key)


def _known(m: Machine, a: Activation, held: Object, key: Value) -> Value:
    value = containers.find(m, a, held, key)[0]
    return value if value.facts or value.refs or value.constants else NOTHING


def _get(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``os.environ.get(key, default)``, ``os.getenv``; ``data``: its name."""
    key = given(g, 0, "key")
    value = read(m, a, key)
    if data.endswith("pop"):
        delete(m, a, key)
    if value is not NOTHING:
        return value
    calls.escape(m, g)
    made = m.opaque(a, site, name=data)
    labels = textual.mixed(m, a, g, site, None).facts if m.policy.hands_on else ()
    return calls.labelled(m, made, labels) if labels else made


def _set_default(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``os.environ.setdefault(key, value)``."""
    key, default = given(g, 0, "key"), given(g, 1, "value")
    value = read(m, a, key)
    if value is NOTHING:
        store(m, a, key, default)
    return join(value, default)


def _update(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``os.environ.update(mapping)``."""
    for key, value in containers.pairs(m, given(g, 0)):
        store(m, a, key, value)
    return NONE


TABLE: dict[str, tuple[Call, Any]] = {
    **{name: (_get, name) for name in ("os.getenv", "os.environ.get", "os.environ.pop")},
    "os.environ.setdefault": (_set_default, None),
    "os.environ.update": (_update, None),
}
