"""The program: its modules by name, its types, what fills which slot.

Names are resolved as Python resolves them between modules, and as C's linkage
does between translated files.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow import c_runtime
from spapr_lint.flow.annotations import Annotation
from spapr_lint.flow.machine import Activation, Machine, Module
from spapr_lint.flow.objects import ClassRef, Closure, External, ModuleRef, Native, Object
from spapr_lint.flow.values import MAX_REFS, UNKNOWN, Value, constant, join, reference

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy

Structs = Mapping[str, Mapping[str, str]]


class Program:
    """Modules in view, in the order in which they were added."""

    def __init__(
        self,
        policy: Policy,
        structs: Structs | None = None,
        casts: Mapping[str, str] | None = None,
        numbers: Mapping[str, int] | None = None,
    ) -> None:
        self.policy = policy
        self.modules: list[Module] = []
        self.by_name: dict[str, Module] = {}
        self.structs: Structs = structs or {}
        self.casts: Mapping[str, str] = casts or {}
        self.numbers: Mapping[str, int] = numbers or {}
        self.classes_by_name: dict[str, ClassRef] = {}
        self.linked: dict[str, list[int]] = {}
        self.slots: dict[tuple[int, str], dict[tuple[str | None, str], None]] = {}
        self.property_table: dict[str, dict[tuple[str, str], None]] = {}
        self.known: dict[str, list[Closure]] = {}
        self.fillers: dict[str, dict[str, set[str | None]]] = {}
        # By function, for each parameter: what the pack says of it, and of what it holds.
        self.parameter_producers: dict[tuple[int, int], list[tuple[list[Any], list[Any]]]] = {}
        self._structs: dict[str, bool] = {}
        # By module the blocks that put a function into a field, as far as the survey looked.
        self.assigning: dict[int, list[ir.Block]] = {}
        self.written: set[tuple[int, str]] = set()
        self._ancestors: dict[str, frozenset[str]] = {}
        self._fixed: dict[str, Value | None] = {}

    def add(self, name: str, path: str, code: ir.Module, language: str) -> Module:
        """Add a module; the first of two with one name keeps it."""
        module = Module(len(self.modules), name, path, code, language)
        self.modules.append(module)
        self.by_name.setdefault(name, module)
        return module

    def link(self, name: str, module: Module) -> None:
        """Make a name of a translated file visible in all of them."""
        self.linked.setdefault(name, []).append(module.index)

    # --- Python modules ----------------------------------------------------------

    def find(self, dotted: str, near: Module | None = None) -> Module | None:
        """A module by its dotted name, as the importing one would find it.

        Which folder a program runs in is not known: the root, else the nearest one above.
        """
        found = self.by_name.get(dotted)
        ours = dotted.partition(".")[0] not in sys.stdlib_module_names
        folder = near.name if near is not None and ours else ""
        while found is None and "." in folder:
            folder = folder.rpartition(".")[0]
            found = self.by_name.get(f"{folder}.{dotted}")
        return found

    def absolute(self, module: Module, dotted: str, level: int) -> tuple[str, Module]:
        """The full name that a ``from`` statement means, and who asks."""
        if not level:
            return dotted, module
        parts = module.name.split(".")
        keep = len(parts) - level + (1 if module.package else 0)
        base = parts[: max(keep, 0)]
        return ".".join([*base, dotted] if dotted else base), module

    def module_value(self, m: Machine, a: Activation, dotted: str) -> Value:
        """The module, run if it is in view and has not been yet."""
        found = self.find(dotted, a.module)
        if found is None:
            return reference(External(dotted))
        parts = found.name.split(".")
        for count in range(1, len(parts)):
            package = self.by_name.get(".".join(parts[:count]))
            if package is not None:
                m.tables.run_module(m, package)
        m.tables.run_module(m, found)
        return reference(found.ref)

    def imported(self, m: Machine, a: Activation, base: tuple[str, Module], name: str) -> Value:
        """``from base import name``."""
        dotted, asking = base
        found = self.find(dotted, asking)
        if found is None:
            inner = self.find(f"{dotted}.{name}" if dotted else name, asking)
            if inner is not None:
                m.tables.run_module(m, inner)
                return reference(inner.ref)
            return m.tables.external_member(m, dotted, name)
        m.tables.run_module(m, found)
        return self.member(m, a, found.ref, name)

    def exported(
        self, m: Machine, a: Activation, base: tuple[str, Module]
    ) -> list[tuple[str, Value]]:
        """What ``from base import *`` binds."""
        found = self.find(*base)
        if found is None:
            a.module.starred = True
            return []
        m.tables.run_module(m, found)
        a.module.starred |= found.starred
        slots = found.namespace.slots
        listed = slots.get("__all__")
        if listed is not None:
            names = []
            for ref in listed.refs:
                if isinstance(ref, Object):
                    for key, item in ref.slots.items():
                        if key.__class__ is tuple and key[0] == "item" and item.exact():
                            names.append(item.constants[0])
            return [(name, self.member(m, a, found.ref, name)) for name in names]
        return [(n, v) for n, v in list(slots.items()) if isinstance(n, str) and n[:1] != "_"]

    def member(self, m: Machine, a: Activation, ref: ModuleRef, name: str) -> Value:
        """``module.name``."""
        value = ref.namespace.slots.get(name)
        if (ref.index, name) in self.written:
            held = m.read_cell(f"module:{ref.index}", name)
            if held is not None and m.root is not None:
                value = held if value is None else join(value, held)
        if value is not None:
            return value
        inner = self.by_name.get(f"{ref.name}.{name}")
        if inner is not None:
            m.tables.run_module(m, inner)
            return reference(inner.ref)
        hook = ref.namespace.slots.get("__getattr__")
        if hook is not None:
            return UNKNOWN
        if name == "__name__":
            return Value(constants=(ref.name,))
        return reference(External(f"{ref.name}.{name}"))

    def undefined(self, m: Machine, a: Activation, name: str, site: int) -> Value:
        """A name that nothing in view binds."""
        if name == "__name__":
            return Value(constants=("__main__",), open=False)
        if name == "__file__":
            return UNKNOWN
        return reference(External(name))

    def global_written(
        self, m: Machine, a: Activation, namespace: Object, name: str, value: Value
    ) -> None:
        """A function binds a variable of the module."""
        if a.function is not None:
            self.written.add((a.module.index, name))
            m.write_cell(f"module:{a.module.index}", name, value)

    # --- translated C --------------------------------------------------------------

    def linkage(self, m: Machine, module: Module, name: str) -> Value | None:
        """What a translated file means by a name that it does not define."""
        value: Value | None
        if name in self._fixed:
            value = self._fixed[name]
        else:
            value = self._fixed[name] = self._of_language(m, name)
        if value is not None:
            return value
        for index in self.linked.get(name, ()):
            value = self.modules[index].namespace.slots.get(name)
            if value is not None:
                return value
        number = self.numbers.get(name)
        return None if number is None else constant(number)

    def _of_language(self, m: Machine, name: str) -> Value | None:
        """What a name means in every translated file: of the runtime, a cast, a struct."""
        value: Value | None = m.tables.c_builtins.get(name)
        if value is not None:
            return value
        type_ = self.casts.get(name)
        if type_ is not None:
            return reference(Native(name, c_runtime.cast, type_))
        if name in self.structs:
            return reference(Native(name, c_runtime.construct, name))
        return None

    # --- types -----------------------------------------------------------------------

    def type_name(self, type_: Any) -> str:
        """The name under which the fields of a type are kept."""
        if type_.__class__ is ClassRef:
            return f"{type_.module}:{type_.name}"
        return str(type_)

    def type_names(self, type_: Any) -> frozenset[str]:
        """The names of a type and of those that it extends."""
        if type_.__class__ is ClassRef:
            return frozenset(each.name.rpartition(".")[2] for each in type_.mro)
        return self.ancestors(str(type_))

    def ancestors(self, name: str) -> frozenset[str]:
        """A struct and the structs that are its first member, from within outwards."""
        known = self._ancestors.get(name)
        if known is None:
            found = {name}
            each = name
            while True:
                fields = self.structs.get(each)
                first = next(iter(fields.items()), None) if fields else None
                if first is None or first[1] in found or first[1] not in self.structs:
                    break
                each = first[1]
                found.add(each)
            known = self._ancestors[name] = frozenset(found)
        return known

    def symbol(self, m: Machine, module: Module, name: str) -> Object | None:
        """The instance from outside of a type that is in view."""
        if module.language == "c":
            known = self._structs.get(name)
            if known is None:
                known = self._structs[name] = name in self.structs
            return m.symbol(name, "") if known else None
        bound = module.namespace.slots.get(name.partition(".")[0])
        klass = None
        if bound is not None:
            klass = next((r for r in bound.refs if isinstance(r, ClassRef)), None)
        if klass is None and "." not in name:
            klass = self.classes_by_name.get(name)
        return None if klass is None else m.instance_symbol(klass)

    def filling(self, name: str, owners: set[str] | None) -> Value:
        """Any of the functions that are stored in a field of that name somewhere.

        Where one is stored in one of these types, other types' are none of them.
        """
        refs: dict[Closure, None] = {}
        stored = self.fillers.get(name, {})
        fitting = (owners or set()) | {None}
        if all((owners or set()).isdisjoint(types) for types in stored.values()):
            fitting = set().union(*stored.values())
        for function in [f for f, types in stored.items() if not fitting.isdisjoint(types)]:
            for closure in self.known.get(function, ()):
                refs[closure] = None
        return Value(refs=tuple(refs)[:MAX_REFS])

    def made_type(self, node: ir.Node) -> str | None:
        """The type of what a call makes, if one of its arguments names a type to make."""
        for argument in node[2]:
            word = argument[1] if argument[0] in (ir.GLOBAL, ir.CONST) else None
            if word.__class__ is not str:
                continue
            type_ = self.policy.device_types.get(word)
            for prefix in self.policy.type_prefixes if type_ not in self.structs else ():
                if word.startswith(prefix):
                    type_ = self.casts.get(word.removeprefix(prefix), type_)
            if type_ is not None:
                return type_
        return None

    def field_value(self, m: Machine, type_: Any, name: str) -> Value | None:
        """What the declaration of a field says of its value."""
        if type_.__class__ is ClassRef:
            for klass in type_.mro:
                text = klass.annotations.get(name)
                if text is not None:
                    return self._declared(m, self.modules[klass.module], text)
            return None
        text = self.structs.get(str(type_), {}).get(name)
        if text is None:
            return None
        note: Annotation = self.policy.annotation(_element(text))
        if note.type is not None and note.type in self.structs:
            return reference(m.symbol(note.type, ""))
        return None

    def type_stored(self, type_: Any, name: str, value: Value) -> None:
        """New memory that is stored in a field is of the type that the field declares."""
        made = [ref for ref in value.refs if ref.__class__ is Object and ref.shape == "opaque"]
        if not made or type_.__class__ is not str:
            return
        text = self.structs.get(type_, {}).get(name)
        declared = None if text is None else self.policy.annotation(_element(text)).type
        if declared is not None and declared in self.structs:
            for ref in made:
                if isinstance(ref, Object) and ref.type is None:
                    ref.type = declared

    def _declared(self, m: Machine, module: Module, text: str) -> Value | None:
        note: Annotation = self.policy.annotation(text)
        if note.type is None:
            return None
        symbol = self.symbol(m, module, note.type)
        return None if symbol is None else reference(symbol)

    # --- slots and properties ------------------------------------------------------------

    def slots_of(self, closure: Closure) -> list[tuple[str | None, str]]:
        """The method slots that a function fills: (type, slot)."""
        found = self.slots.get((-1, closure.function.name), {})
        if self.modules[closure.module].language == "python":
            found = self.slots.get((closure.module, closure.function.name), found)
        return list(found)

    def parameter_types(self, closure: Closure) -> set[str]:
        """The names of the types of a function's parameters."""
        names: set[str] = set()
        for parameter in closure.function.parameters:
            if parameter.annotation is not None:
                type_ = self.policy.annotation(parameter.annotation).type
                if type_ is not None:
                    names.add(type_)
        if isinstance(closure.owner, ClassRef):
            names.add(closure.owner.name)
        return names

    def property_fields(self, name: str, owners: set[str] | None) -> list[tuple[str, str]]:
        """The fields that a device property sets, of the types that it may be set on."""
        found = self.property_table.get(name, {})
        return [each for each in found if owners is None or each[0] in owners]


def _element(text: str) -> str:
    """The text of an array's element type."""
    while text.startswith("Array["):
        text = text[6:].rpartition(",")[0] or text[6:].removesuffix("]")
    return text
