"""Just enough of C in Python to run what the translation writes, for the tests' own programs."""

from __future__ import annotations
import __future__

from collections.abc import Callable, Iterator
from typing import Any

from spapr_lint.c.types import INTEGERS

NULL = None


class Int:
    """An integer type: a conversion to its range."""

    def __init__(self, name: str, bits: int, signed: bool) -> None:
        self.name, self.bits, self.signed = name, bits, signed

    def __call__(self, value: Any = 0) -> Any:
        if value is None or not isinstance(value, int):
            return value
        if self.bits == 1:
            return bool(value)
        value &= (1 << self.bits) - 1
        return value - (1 << self.bits) if self.signed and value >> (self.bits - 1) else value


class Ref:
    """A scalar with an address."""

    def __init__(self, v: Any = None) -> None:
        self.v = v


class Array:
    """An array or a pointer into one."""

    def __init__(self, items: list[Any], kind: Any = None, at: int = 0) -> None:
        self.items, self.kind, self.at = items, kind, at

    def __getitem__(self, index: int) -> Any:
        assert 0 <= self.at + index < len(self.items)
        return self.items[self.at + index]

    def __setitem__(self, index: int, value: Any) -> None:
        assert 0 <= self.at + index < len(self.items)
        self.items[self.at + index] = self.kind(value) if self.kind else value

    @property
    def v(self) -> Any:
        return self[0]

    @v.setter
    def v(self, value: Any) -> None:
        self[0] = value

    def __sub__(self, other: Array) -> int:
        return self.at - other.at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Array) and (self.items, self.at) == (other.items, other.at)

    def __hash__(self) -> int:
        return id(self.items)


def ptr(array: Any, index: int) -> Array:
    if isinstance(array, str):
        array = Array([ord(char) for char in array] + [0])
    return Array(array.items, array.kind, array.at + index)


def array(kind: Any, items: Any = None, n: Any = None) -> Array:
    if isinstance(n, tuple):
        return Array([array(kind, n=n[1] if len(n) == 2 else n[1:]) for _ in range(n[0])])
    if isinstance(items, dict):
        flat: dict[int, Any] = {}
        for key, value in items.items():
            flat.update((k, value) for k in (key if isinstance(key, range) else [key]))
        items = [flat.get(k, 0) for k in range(max(flat) + 1)]
    if isinstance(items, str):
        items = [ord(char) for char in items] + [0]
    made = [kind(item) for item in items or ()]
    made += [kind(0)] * ((n or 0) - len(made))
    return Array(made, kind)


def cdiv(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def cmod(a: int, b: int) -> int:
    return a - b * cdiv(a, b)


def crange(low: int, high: int) -> range:
    return range(low, high + 1)


def switch(value: int) -> Iterator[Callable[..., bool]]:
    matched = False

    def case(*labels: Any, unless: Any = None) -> bool:
        nonlocal matched
        if not labels:
            matched = matched or not _among(value, unless or ())
        else:
            matched = matched or _among(value, labels)
        return matched

    yield case


def _among(value: int, labels: Any) -> bool:
    return any(value in label if isinstance(label, range) else value == label for label in labels)


def step(owner: Any, place: Any, by: int, before: bool) -> int:
    old = getattr(owner, place) if isinstance(place, str) else owner[place]
    set_(owner, place, old + by)
    new = getattr(owner, place) if isinstance(place, str) else owner[place]
    return new if before else old


def set_(owner: Any, place: Any, value: Any) -> Any:
    if isinstance(place, str):
        setattr(owner, place, value)
    else:
        owner[place] = value
    return value


def untranslated(what: str) -> None:
    raise AssertionError(what)


def cfunc(function: Callable[..., Any], types: dict[str, Int]) -> Callable[..., Any]:
    """Arguments and result converted to the types that the annotations name."""
    notes = dict(function.__annotations__)
    returns = types.get(notes.pop("return", ""), lambda value: value)
    code = function.__code__
    listed = code.co_varnames[: code.co_argcount]
    kinds = [types.get(notes.get(name, ""), lambda value: value) for name in listed]

    def call(*given: Any) -> Any:
        return returns(function(*(kind(x) for kind, x in zip(kinds, given, strict=False))))

    return call


def run(text: str, names: dict[str, Any] | None = None) -> dict[str, Any]:
    """The functions and variables that a translated module defines, ready to be called."""
    types = {name: Int(name, width.bits, width.signed) for name, width in INTEGERS.items()}
    for bits in (8, 16, 32, 64):
        types[f"u{bits}"] = types[f"uint{bits}_t"]
        types[f"s{bits}"] = types[f"int{bits}_t"]
    space: dict[str, Any] = {
        **types,
        "NULL": NULL,
        "Ref": Ref,
        "ptr": ptr,
        "array": array,
        "cdiv": cdiv,
        "cmod": cmod,
        "crange": crange,
        "switch": switch,
        "set_": set_,
        "postinc": lambda owner, place, by: step(owner, place, by, False),
        "preinc": lambda owner, place, by: step(owner, place, by, True),
        "UNTRANSLATED": untranslated,
        "ARRAY_SIZE": lambda a: len(a.items),
        "defined": lambda name: False,
        **(names or {}),
    }
    flag = __future__.annotations.compiler_flag
    exec(compile(text, "translated", "exec", flag, True), space)
    for name, value in list(space.items()):
        if type(value) is type(run) and value.__code__.co_filename == "translated":
            space[name] = cfunc(value, types)
    return space
