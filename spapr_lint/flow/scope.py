"""What of a large program is looked into: what can see a number of some kind.

A function matters if it holds a word by which the packs recognise a producer;
if it names one that was seen to give such a number away; or if it reads a field
or a variable in which such a number was seen.  Everything else is only entered
when a caller hands such a number to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from spapr_lint.flow.machine import Machine, Module
from spapr_lint.flow.objects import Closure, Object
from spapr_lint.flow.values import Value

if TYPE_CHECKING:
    from spapr_lint.flow.program import Program

LARGE = 200  # functions; below, everything is looked into
GROUP = 80  # the same, for one of many groups of modules that have nothing to do with each other
BUDGET = 40_000  # statements; a program that needs more is treated as a large one
EXACT = 6_000  # statements in the small groups of a large tree, which are followed exactly
TOTAL = 300_000  # statements and calls in all; functions looked into later get `LEAST`, once
LEAST = 300
TOP_LEVEL = 500  # of one module, in which its body enters whatever it calls
TOP_LEVELS = 60_000  # the same, of all modules
FINE = 500  # of one module, in which calls with objects of other contents are told apart
STEPS = 8_000  # from one function of a large program that nothing calls
_DEEP = 2

Key = tuple[int, int]
Holder = tuple[str, str]
"""A field by owner and name; a variable by "" and name."""


class Scope:
    """The functions of a program that matter, by place."""

    def __init__(self, program: Program, words: frozenset[str], from_start: bool = True) -> None:
        self._program = program
        self.from_start = from_start
        self._declared: dict[Key, bool] = {}
        self._words: dict[Key, frozenset[str]] = {}
        self._fields: dict[Key, frozenset[str]] = {}
        self._named: dict[str, list[Key]] = {}
        for module in program.modules:
            for index, function in enumerate(module.ir.functions):
                key = (module.index, index)
                surface = module.surfaces[index]
                self._fields[key] = surface.fields
                self._words[key] = surface.fields | surface.names
                self._named.setdefault(function.name, []).append(key)
                if function.owner is not None and function.name == "__init__":
                    name = module.ir.classes[function.owner].name
                    self._named.setdefault(name, []).append(key)
        self._users: dict[str, list[Key]] = {}
        for key, held in self._words.items():
            for word in held:
                self._users.setdefault(word, []).append(key)
        self._names = {key: [] for key in self._words}  # type: dict[Key, list[str]]
        for name, keys in self._named.items():
            for key in keys:
                self._names[key].append(name)
        self.relevant: set[Key] = set()
        self._exported: set[Key] = set()
        self.known: set[Holder] = set()
        for module in program.modules:
            self._start(module, words)

    def _start(self, module: Module, words: frozenset[str]) -> None:
        """Whoever holds a word by which a producer is known matters from the start."""
        fields = words if module.fields is None else words & module.fields
        words = words if module.words is None else words & module.words
        for index in range(len(module.ir.functions)):
            key = (module.index, index)
            if not (words.isdisjoint(self._words[key]) and fields.isdisjoint(self._fields[key])):
                self.relevant.add(key)

    def widen(self, holders: set[Holder]) -> bool:
        """Let all users of some fields and variables matter too; whether that is news."""
        fresh = holders - self.known
        self.known |= fresh
        before = len(self.relevant)
        for owner, word in fresh:
            for key in self._users.get(word, ()):
                if not owner or (self._knows(key[0], owner) and word in self._fields[key]):
                    self.relevant.add(key)
        return len(self.relevant) > before

    def _knows(self, module: int, owner: str) -> bool:
        """Whether a module can speak of the fields of a type."""
        types = self._program.modules[module].types
        return types is None or owner not in self._program.structs or owner in types

    def speaking(self, words: frozenset[str], literals: Iterable[object]) -> frozenset[int]:
        """The modules in which a number of some kind can come to be."""
        if any(not isinstance(literal, str) for literal in literals):
            return frozenset(module.index for module in self._program.modules)
        found = {module for module, _ in self.relevant}
        for module in self._program.modules:
            top = module.surfaces[-1]
            if not (words.isdisjoint(top.fields) and words.isdisjoint(top.names)):
                found.add(module.index)
        return frozenset(found)

    def export(self, key: Key) -> None:
        """A function gives such a number to whoever calls it: its callers matter too."""
        if key not in self._exported:
            self._exported.add(key)
            self.widen({("", name) for name in self._names.get(key, ())})

    def matters(self, closure: Closure) -> bool:
        """Whether a function is looked into whatever it is called with."""
        key = (closure.module, closure.index)
        found = self._declared.get(key)
        if found is None:
            found = self._declared[key] = self._is_declared(closure)
        return found or key in self.relevant

    def _is_declared(self, closure: Closure) -> bool:
        """Whether a kind is declared of a parameter or a local: its name may be no pack's word."""
        policy = self._program.policy
        if closure.function.name in policy.parameter_producers:
            return True
        if any(slot in policy.slot_parameters for _, slot in self._program.slots_of(closure)):
            return True
        notes = [parameter.annotation or "" for parameter in closure.function.parameters]
        notes.extend(self._words.get((closure.module, closure.index), ()))
        return any("Annotated[" in note for note in notes)


def carries(value: Value, depth: int = _DEEP) -> bool:
    """Whether a value, or what it holds, is a number of some kind."""
    if value.facts:
        return True
    if depth:
        for ref in value.refs:
            if ref.__class__ is Object:
                for held in ref.slots.values():
                    if (held.facts or held.refs) and carries(held, depth - 1):
                        return True
            elif ref.__class__ is Closure and ref.cells:
                for cell in ref.cells.values():
                    held_in = cell.slots.get("value")
                    if held_in is not None and held_in.facts:
                        return True
    return False


def handed(closure: Closure, arguments: Iterable[Value]) -> bool:
    """Whether a number of some kind comes into a call: as an argument, or closed over."""
    held = [cell.slots["value"] for cell in closure.cells.values() if "value" in cell.slots]
    return any(carries(value) for value in (*arguments, *held))


def leave_unsure(values: Iterable[Value], depth: int = _DEEP) -> None:
    """What is handed to a function that is not looked into may hold something else after it."""
    for value in values:
        for ref in value.refs:
            if ref.__class__ is Object and ref.birth and not ref.unsure:
                ref.unsure = True
                if depth:
                    leave_unsure(ref.slots.values(), depth - 1)


def fact_holders(m: Machine) -> set[Holder]:
    """The fields and variables in which a number of some kind was seen."""
    holders = {
        ("" if owner.startswith("module:") else owner, name)
        for (owner, name), value in m.cells.items()
        if carries(value, 1)
    }
    for module in m.program.modules:
        for name, value in module.namespace.slots.items():
            if name.__class__ is str and carries(value):
                holders.add(("", name))
    return holders
