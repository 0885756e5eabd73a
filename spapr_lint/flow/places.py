"""Which slots of a container a key or an index names."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import containers
from spapr_lint.flow.objects import Object, item_key
from spapr_lint.flow.values import Value


def key_of(value: Value) -> Any:
    """The slot that a value names as a key, None if that is not known."""
    if not value.exact():
        if (
            len(value.refs) == 1
            and not value.constants
            and not value.open
            and value.refs[0].__class__ is Object
            and value.refs[0].shape in ("instance", "tuple")
        ):
            ref: Any = value.refs[0]
            if ref.shape == "tuple":
                parts, exact = containers.known_items(ref)
                if exact and all(part.exact() for part in parts):
                    return ("item", "tuple", tuple([part.constants[0] for part in parts]))
                return None
            return None if ref.many else ("item", "object", ref)
        return None
    try:
        hash(value.constants[0])
    except TypeError:
        return None
    return item_key(value.constants[0])


def keys_of(value: Value) -> list[Any] | None:
    """All keys that a value may be, None if not all are known."""
    if value.open:
        return None
    keys = []
    for item in value.constants:
        keys.append(key_of(Value(constants=(item,))))
    for ref in value.refs:
        keys.append(key_of(Value(refs=(ref,))))
    return None if None in keys or not keys else keys


def negative(key: Any) -> bool:
    """Whether a key is an index from the end."""
    return bool(key[1] == "int" and key[2] < 0)


def from_end(ref: Object, keys: list[Any]) -> list[Any]:
    """Negative indexes of a sequence that may have several lengths, counted from its start."""
    several = containers.sizes(ref) or ()
    found: list[Any] = []
    for key in keys:
        if key[1] == "int" and key[2] < 0 and several:
            found.extend(("item", "int", n + key[2]) for n in several)
        else:
            found.append(key)
    return found
