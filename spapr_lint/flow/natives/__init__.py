"""What Python's builtins, the methods of its types and its library do, as exact as can be.

`BUILTINS` holds the builtin functions and types by name; the functions here are
what `flow.tables` hands to the machine.
"""

from __future__ import annotations

import builtins
from typing import Any

from spapr_lint.flow.natives import (
    constructors,
    encoding,
    evaluation,
    functional,
    iteration,
    reflection,
    textual,
)
from spapr_lint.flow.natives.common import Call, native
from spapr_lint.flow.natives.concurrency import take_turns
from spapr_lint.flow.natives.constructors import property_part
from spapr_lint.flow.natives.environment import external_store
from spapr_lint.flow.natives.external import external, external_member
from spapr_lint.flow.natives.members import (
    base_method,
    class_method,
    iterate_other,
    native_member,
    object_method,
    subscript_other,
)
from spapr_lint.flow.natives.numbers import divmod_, pow_
from spapr_lint.flow.natives.reflection import view_of as namespace_of
from spapr_lint.flow.natives.sequences import binary as container_binary
from spapr_lint.flow.natives.sequences import contains
from spapr_lint.flow.natives.stacks import enter as entered
from spapr_lint.flow.natives.stacks import leave as left
from spapr_lint.flow.natives.text import constant_method, open_method
from spapr_lint.flow.objects import Native
from spapr_lint.flow.values import Value, reference

_FUNCTIONS: dict[str, tuple[Call, Any]] = {
    "list": (constructors.sequence, "list"),
    "tuple": (constructors.sequence, "tuple"),
    "set": (constructors.sequence, "set"),
    "frozenset": (constructors.sequence, "set"),
    "dict": (constructors.dict_, None),
    "bool": (constructors.bool_, None),
    "property": (constructors.wrapper, "property"),
    "staticmethod": (constructors.wrapper, "staticmethod"),
    "classmethod": (constructors.wrapper, "classmethod"),
    "slice": (constructors.slice_, None),
    "zip": (iteration.zip_, None),
    "enumerate": (iteration.enumerate_, None),
    "reversed": (iteration.reversed_, None),
    "sorted": (iteration.sorted_, None),
    "min": (iteration.extreme, "min"),
    "max": (iteration.extreme, "max"),
    "map": (iteration.map_, None),
    "filter": (iteration.filter_, True),
    "any": (iteration.quantifier, True),
    "all": (iteration.quantifier, False),
    "sum": (iteration.sum_, None),
    "len": (iteration.len_, None),
    "iter": (iteration.iter_, None),
    "aiter": (iteration.iter_, None),
    "next": (iteration.next_, None),
    "anext": (iteration.next_, None),
    "range": (iteration.range_, None),
    "getattr": (reflection.getattr_, None),
    "setattr": (reflection.setattr_, None),
    "hasattr": (reflection.hasattr_, None),
    "delattr": (reflection.delattr_, None),
    "type": (reflection.type_, None),
    "isinstance": (reflection.isinstance_, None),
    "issubclass": (reflection.issubclass_, None),
    "callable": (reflection.callable_, None),
    "super": (reflection.super_, None),
    "vars": (reflection.vars_, None),
    "globals": (reflection.globals_, None),
    "locals": (reflection.locals_, None),
    "dir": (reflection.dir_, None),
    "__import__": (reflection.import_, False),
    "print": (textual.print_, None),
    "breakpoint": (reflection.nothing, None),
    "divmod": (divmod_, None),
    "pow": (pow_, None),
    **{
        name: (constructors.convert, name)
        for name in (
            [
                "int",
                "float",
                "str",
                "repr",
                "ascii",
                "bytes",
                "chr",
                "ord",
                "abs",
                "round",
                "hex",
                "oct",
                "bin",
                "format",
                "complex",
                "hash",
            ]
        )
    },
    **dict.fromkeys(
        ["input", "id", "help"],
        (reflection.unknown, None),
    ),
    "open": (textual.open_, None),
    "eval": (evaluation.eval_, None),
    "exec": (evaluation.exec_, None),
    "compile": (functional.IDENTITY, None),
    "bytearray": (constructors.byte_array, None),
    "memoryview": (encoding.view, None),
    "object": (reflection.plain_object, None),
}


def _all() -> dict[str, Value]:
    found = {name: native(name, call, data) for name, (call, data) in _FUNCTIONS.items()}
    for name in constructors.exceptions():
        found[name] = reference(Native(name, constructors.raiser(name), "exception"))
    for name in dir(builtins):
        if name not in found and not name.startswith("_"):
            if name not in ("True", "False", "None", "Ellipsis", "NotImplemented"):
                found[name] = native(name, reflection.unknown)
    return found


BUILTINS: dict[str, Value] = _all()

__all__ = [
    "BUILTINS",
    "base_method",
    "class_method",
    "constant_method",
    "container_binary",
    "contains",
    "entered",
    "external",
    "external_member",
    "external_store",
    "iterate_other",
    "left",
    "namespace_of",
    "native_member",
    "object_method",
    "open_method",
    "property_part",
    "subscript_other",
    "take_turns",
]
