"""The pack, as the interpreter asks it: what a name gives, what a place wants.

Built once per run from a `Pack`: dictionaries by the words in the code.  Kinds
that arrive where they are not wanted are handed to `arrivals`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from spapr_lint import ir
from spapr_lint.flow import blessings, calling, declared, properties
from spapr_lint.flow.annotations import Annotation, parse
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.arrivals import Arrivals
from spapr_lint.flow.machine import Activation, Env, Machine, Module
from spapr_lint.flow.objects import LENGTH, ClassRef, Closure, Object
from spapr_lint.flow.passed import Passed
from spapr_lint.flow.values import (
    DECLARED,
    NAMED,
    UNKNOWN,
    Fact,
    Link,
    Value,
    reference,
)
from spapr_lint.kinds import Clash, Kind
from spapr_lint.packs import Pack, Producer, PropertyDeclaration, Sink, Table


def by(items: Any, key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Items by a key of theirs; those without are left out."""
    found: dict[Any, list[Any]] = {}
    for item in items:
        value = key(item)
        if value is not None:
            found.setdefault(value, []).append(item)
    return found


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


class Policy:
    """One pack, indexed."""

    def __init__(self, pack: Pack, named: bool = False) -> None:
        self.pack = pack
        self.algebra = pack.algebra
        self.arrivals = Arrivals(pack)
        self.interfaces = Passed()
        self._annotations: dict[str, Annotation] = {}
        self.carried = {space.name for space in pack.spaces.values() if space.through_arithmetic}
        # Whether what is not in view hands such labels on.
        self.hands_on = bool(self.carried)
        self.labels = frozenset(s.name for s in pack.spaces.values() if s.algebra == "label")
        self._index_producers(pack.producers)
        self._index_sinks(pack.sinks)
        self.tables = by(pack.tables, lambda t: t.field)
        for sink in pack.sinks:
            if sink.subscript is not None:
                self.tables.setdefault(last(sink.subscript), []).append(sink)
        self.fields = frozenset(self.field_producers) | frozenset(self.field_sinks)
        self.throughs = {item.call: item for item in pack.throughs}
        self.dt_calls = by(pack.dt_calls, lambda d: d.call)
        self.property_calls = by(pack.property_calls, lambda p: p.call)
        self.call_conversions = by(pack.conversions, lambda c: c.call)
        self.operators = calling.operators(pack)
        self.device_types = {t.name: t.struct for t in pack.types if t.struct != "*"}
        self.type_prefixes = [t.name.removesuffix("*") for t in pack.types if t.struct == "*"]
        self._declarations: dict[str, list[PropertyDeclaration]] = {}
        self.registrations = by(pack.registrations, lambda r: r.call)
        self.foreign = frozenset(f.name for f in pack.families if f.foreign)
        self.guards = bool(pack.guards)
        self.guarding = blessings.Guards(pack.guards)
        self.producer_words = pack.words
        self.named: dict[str, list[Any]] = by(pack.named, lambda n: n.name) if named else {}
        self.names: frozenset[str] = (
            frozenset(self.name_producers) | frozenset(self.constants) | frozenset(self.named)
        )
        self.call_words = frozenset(
            last(word)
            for table in (
                self.call_producers,
                self.method_producers,
                self.call_sinks,
                self.method_sinks,
                self.throughs,
                self.dt_calls,
                self.property_calls,
                self.call_conversions,
                self.registrations,
                self.operators,
            )
            for word in table
        )

    def _index_producers(self, producers: tuple[Producer, ...]) -> None:
        plain = [p for p in producers if p.parameter is None]
        self.call_producers = by(plain, lambda p: last(p.call) if p.call else None)
        self.method_producers = by(plain, lambda p: p.method)
        self.slot_producers = by(plain, lambda p: p.slot)
        self.field_producers = by(plain, lambda p: p.field)
        self.name_producers = by(plain, lambda p: p.name)
        self.constants = by(plain, lambda p: p.constant)
        self.literals = by(plain, lambda p: p.literal)
        self.property_producers = by(plain, lambda p: p.property)
        inside = [p for p in producers if p.parameter is not None]
        self.parameter_producers = by(
            inside, lambda p: None if p.slot else (p.function or p.call or "*")
        )
        self.slot_parameters = by(inside, lambda p: p.slot)

    def _index_sinks(self, sinks: tuple[Sink, ...]) -> None:
        self.call_sinks = by(sinks, lambda s: last(s.call) if s.call else None)
        self.method_sinks = by(sinks, lambda s: s.method)
        self.slot_sinks = by(sinks, lambda s: s.slot if s.argument is not None else None)
        self.slot_words = frozenset(self.slot_sinks) | frozenset(self.slot_producers)
        self.field_sinks = by(sinks, lambda s: s.field)
        self.properties = by(sinks, lambda s: s.property)
        self.device_properties = by(sinks, lambda s: s.device_property)
        self.returns = by(sinks, lambda s: s.returns)
        self.slot_returns = by(sinks, lambda s: s.slot if s.argument is None else None)
        self.parameter_sinks = by(sinks, lambda s: s.parameter and (s.function or "*"))

    def declarations(self, word: str) -> list[PropertyDeclaration]:
        """What a call by this name declares of device properties."""
        found = self._declarations.get(word)
        if found is None:
            found = self._declarations[word] = [
                d
                for d in self.pack.property_declarations
                if word == d.call or (d.call.endswith("*") and word.startswith(d.call[:-1]))
            ]
        return found

    # --- facts -----------------------------------------------------------------

    def applies(self, item: Any, module: Module) -> bool:
        """Whether a declaration is about the machine family of a file."""
        family = item.family
        if family is None:
            return self.foreign.isdisjoint(module.families)
        if family in module.families:
            return True
        return not module.families and module.language != "c"

    def fits(self, item: Any, a: Activation) -> bool:
        """Whether a declaration is about this file and this function."""
        within = item.within
        if within is not None and within != _function(a):
            return False
        return self.applies(item, a.module)

    def united(self, sinks: list[Sink]) -> list[Sink]:
        """Sinks for one place as one: what pleases any of the families is right."""
        if len(sinks) < 2:
            return sinks
        wants = tuple(dict.fromkeys(kind for sink in sinks for kind in sink.wants))
        forbids = tuple(dict.fromkeys(kind for sink in sinks for kind in sink.forbids))
        return [replace(sinks[0], wants=wants, forbids=forbids)]

    def declare(self, a: Activation, kind: Kind, site: int, note: str) -> Fact:
        """A declared fact that starts here."""
        place = (a.module.index, site)
        return Fact(kind, place, DECLARED, Link(a.module.index, site, note, None))

    def give(
        self, a: Activation, producers: list[Any], value: Value, site: int, what: str
    ) -> Value:
        """The value as the producers that apply declare it; unchanged if they disagree."""
        kinds = {p.gives: p for p in producers if self.fits(p, a)}
        if not kinds:
            return value
        affine = [kind for kind in kinds if kind.role]
        facts = [f for f in value.facts if not f.kind.role] if affine else list(value.facts)
        if len(affine) <= 1:
            for kind in kinds:
                facts.append(self.declare(a, kind, site, f"{what} is {kind}"))
        keep_open = value.open or not (value.constants or value.refs)
        return Value(tuple(facts), value.refs, value.constants, keep_open)

    def wanting(self, kind: Kind) -> Sink:
        """A sink that wants one kind."""
        return Sink(wants=(kind,))

    def surviving(self, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        """The labels among the facts that survive operators and formatting."""
        return tuple([fact for fact in facts if fact.kind.space in self.carried])

    def name(self, m: Machine, a: Activation, value: Value, n: ir.Node) -> Value:
        """What the name of a variable or constant gives."""
        word = n[1]
        producers = self.name_producers.get(word)
        if producers and (n[0] != ir.GLOBAL or a.module.language != "c" or not value.refs):
            return self.give(a, producers, value, n[-1], word)
        producers = self.constants.get(word)
        if producers and n[0] == ir.GLOBAL:
            return self.give(a, producers, value, n[-1], word)
        hints = self.named.get(word)
        if hints and not value.facts:
            place = (a.module.index, n[-1])
            facts = []
            for hint in hints:
                link = Link(*place, f"{word} is named like {hint.gives}", None)
                facts.append(Fact(hint.gives, place, NAMED, link))
            return Value(tuple(facts[:1]), value.refs, value.constants, value.open)
        return value

    def literal(self, m: Machine, a: Activation, value: Value, n: ir.Node) -> Value:
        """What a literal gives."""
        producers = self.literals.get(n[1])
        if not producers:
            return value
        return self.give(a, producers, value, n[-1], repr(n[1]))

    # --- fields ----------------------------------------------------------------

    def owners(self, m: Machine, owner: Value) -> set[str] | None:
        """The names of the types that an object may be of; None if they are not known."""
        names: set[str] = set()
        for ref in owner.refs:
            if ref.__class__ is Object and ref.type is not None:
                names |= m.program.type_names(ref.type)
            elif ref.__class__ is ClassRef:
                names |= m.program.type_names(ref)
        return names or None

    def field(
        self, m: Machine, a: Activation, owner: Value, name: str, value: Value, site: int
    ) -> Value:
        """What reading a field gives."""
        producers = self.field_producers.get(name)
        if not producers:
            return value
        if not self.foreign.isdisjoint(a.module.families):
            # What others keep in the field is none of this machine's numbers.
            return value.with_facts(tuple([f for f in value.facts if not f.kind.role]))
        owners = self.owners(m, owner)
        fitting = [p for p in producers if owned(p, owners)]
        if owners is None and not a.module.speaks:
            fitting = [p for p in fitting if p.owner is None]
        if owners is None and len({(p.gives) for p in fitting if self.fits(p, a)}) > 1:
            return value
        return self.give(a, fitting, value, site, _field_name(fitting, name))

    def field_store(
        self, m: Machine, a: Activation, owner: Value, name: str, value: Value, site: int
    ) -> None:
        """Check what is stored in a field."""
        sinks = self.field_sinks.get(name)
        if not sinks or (not value.facts and value.form is None):
            return
        owners = self.owners(m, owner)
        fitting = [s for s in sinks if owned(s, owners) and self.fits(s, a)]
        if owners is None and len({s.wants for s in fitting}) > 1:
            return
        for sink in self.united(fitting):
            self.arrivals.check(m, a, value, sink, site, f"stored in {_field_name([sink], name)}")

    def replaced(
        self, m: Machine, a: Activation, owner: Value, arguments: Arguments, site: int
    ) -> None:
        """Check what ``owner._replace(field=value)`` puts into fields."""
        for name, value in arguments.keywords.items():
            if name in self.field_sinks:
                self.field_store(m, a, owner, name, value, site)

    def table_store(
        self, m: Machine, a: Activation, target: ir.Node, value: Value, site: int
    ) -> None:
        """Check what a new table was sized by, against what it is declared to be indexed by."""
        sizes = [ref.slots.get(LENGTH) for ref in value.refs if ref.__class__ is Object]
        facts = [fact for size in sizes if size is not None for fact in size.facts]
        for table in self.declared_tables(m, a, target, target[2]) if facts else ():
            for fact in facts if isinstance(table, Table) else ():
                member = self.algebra.members(fact.kind)
                if member is not None and self.algebra.judge(member, (table.index,)) == "space":
                    wanted = self.algebra.length(table.index)
                    what = f"size of {target[2]}[]"
                    self.arrivals.add(a, (a.module.index, site), "SPL204", fact, wanted, what)

    def sized(self, m: Machine, a: Activation, base: Value, index: Value, site: int) -> None:
        """Check an index against what the table's size counts."""
        for ref in base.refs:
            size = ref.slots.get(LENGTH) if ref.__class__ is Object else None
            for fact in size.facts if size is not None else ():
                member = self.algebra.members(fact.kind)
                if member is not None:
                    what = f"index of a table that {fact.kind} sizes"
                    self.arrivals.beyond(m, a, index, member, site, what)

    def subscript(
        self,
        m: Machine,
        a: Activation,
        target: ir.Node,
        base: Value,
        index: Value,
        key: ir.Node,
        site: int,
    ) -> None:
        """Check what a table is indexed with."""
        if not index.facts or target[0] not in (ir.ATTR, ir.NAME, ir.GLOBAL, ir.FREE):
            return
        name = target[2] if target[0] == ir.ATTR else target[1]
        for table in self.declared_tables(m, a, target, name):
            self.arrivals.index(m, a, index, table, name, key[-1])

    def declared_tables(self, m: Machine, a: Activation, target: ir.Node, name: str) -> list[Any]:
        """The tables that an expression of that name may be."""
        tables = [t for t in self.tables.get(name, ()) if self.applies(t, a.module)]
        if any(table.owner is not None for table in tables):
            tables = self._tables_of(m, a, target, tables)
        return tables

    def _tables_of(
        self, m: Machine, a: Activation, target: ir.Node, tables: list[Any]
    ) -> list[Any]:
        """The tables that a field may be by its owner's type.

        C names every type: an owner without one (memory whose size says nothing) is of no
        declared type, or each struct with a field of that name would hold the table.
        """
        if target[0] != ir.ATTR:
            return [table for table in tables if table.owner is None]
        owners = self.owners(m, m.ex[target[1][0]](m, a, target[1]))
        if owners is None and a.module.language == "c":
            owners = set()
        return [table for table in tables if owned(table, owners)]

    # --- functions -------------------------------------------------------------

    def parameters(self, m: Machine, closure: Closure, env: Env) -> Env:
        """Parameters as annotations, slots and the pack declare them."""
        return declared.parameters(self, m, closure, env)

    def parameter_store(self, *arguments: Any) -> None:
        """Check what a function stores in an element of a parameter."""
        declared.parameter_store(self, *arguments)

    def declared(
        self, m: Machine, a: Activation, annotation: str, value: Value, n: ir.Node
    ) -> Value:
        """A value as the annotation of its variable declares it."""
        return declared.variable(self, m, a, annotation, value, n)

    def annotation(self, text: str) -> Annotation:
        """An annotation, read once."""
        found = self._annotations.get(text)
        if found is None:
            found = self._annotations[text] = parse(text, self.pack)
        return found

    def returned(self, m: Machine, a: Activation, value: Value, n: ir.Node) -> None:
        """Check what a function returns."""
        if a.function is None:
            return
        sinks = [s for s in self.returns.get(a.function.name, ()) if self.fits(s, a)]
        if a.closure is not None and self.slot_returns:
            for owner, slot in m.program.slots_of(a.closure):
                for sink in self.slot_returns.get(slot, ()):
                    if owner in (None, sink.owner) and self.fits(sink, a):
                        sinks.append(sink)
        for sink in self.united(sinks):
            if value.facts or value.form is not None:
                what = f"returned by {a.function.name}()"
                self.arrivals.check(m, a, value, sink, n[1][-1] if n[1] else n[-1], what)

    def result(self, m: Machine, a: Activation, closure: Closure, site: int) -> Value:
        """What a function that is not looked into returns: something of the type it declares."""
        text = closure.function.returns
        type_ = None if text is None else self.annotation(text).type
        if type_ is not None:
            symbol = m.program.symbol(m, m.program.modules[closure.module], type_)
            if symbol is not None:
                return Value(refs=(symbol,))
        return m.opaque(a, site)

    def class_defined(self, m: Machine, klass: ClassRef) -> None:
        """A class of the program exists now."""
        m.program.classes_by_name.setdefault(klass.name.rpartition(".")[2], klass)

    # --- meeting points ----------------------------------------------------------

    def clash(
        self, m: Machine, a: Activation, clash: Clash, left: Value, right: Value, site: int
    ) -> None:
        """Arithmetic that no conversion allows."""
        self.arrivals.clash(m, a, clash, left, right, site, "SPL302")

    def comparison(
        self, m: Machine, a: Activation, op: str, left: Value, right: Value, site: int
    ) -> None:
        """Both sides of a comparison carry kinds."""
        kinds = (
            frozenset([f.kind for f in left.facts]),
            frozenset([f.kind for f in right.facts]),
        )
        for clash in self.algebra.compare(op, *kinds):
            self.arrivals.compared(m, a, clash, left, right, site)

    def members(self, m: Machine, a: Activation, start: Value, stop: Value, site: int) -> Value:
        """What ``for i in range(start, stop)`` gives for ``i``."""
        if start.exact() and stop.exact() and start.constants == stop.constants:
            self._never(m, a, stop, site)
        facts: dict[Any, Fact] = {}
        counted = start.exact() and start.constants[0] == 0
        for fact in stop.facts:
            kind = self.algebra.members(fact.kind)
            if kind is not None and (counted or fact.kind.role in ("bound", "last")):
                new = fact.become(kind, a.module.index, site, f"loop up to {fact.kind}")
                facts.setdefault(new.key, new)
        if start.facts and not any(fact.kind.role in ("id", "base") for fact in stop.facts):
            facts = {}
        if not facts:
            for fact in start.facts:
                kind = self.algebra.members(fact.kind) or fact.kind
                facts.setdefault(fact.key, fact.step(a.module.index, site, ""))
        return Value(tuple(facts.values()), open=True)

    def _never(self, m: Machine, a: Activation, stop: Value, site: int) -> None:
        """A loop up to the base it starts at does nothing: how many there are was meant."""
        for fact in stop.facts:
            if fact.kind.role == "base":
                wanted = Sink(wants=(Kind(fact.kind.space, "count"),))
                self.arrivals.check(m, a, stop, wanted, site, "end of a range that starts there")

    def length(self, m: Machine, a: Activation, value: Value, site: int) -> Value:
        """``len(value)`` of a table that was made of a size: that size; nothing of others."""
        sizes = [ref.slots.get(LENGTH) for ref in value.refs if ref.__class__ is Object]
        if not sizes or value.open or len(sizes) != len(value.refs) or None in sizes:
            return UNKNOWN
        found: dict[Any, Fact] = {}
        for size in sizes:
            for fact in size.facts if size is not None else ():
                found.setdefault(fact.key, fact.step(a.module.index, site, "length of the table"))
        return Value(tuple(found.values()), open=True)

    def checked(
        self,
        m: Machine,
        a: Activation,
        callee: Value,
        receiver: Value | None,
        arguments: Arguments,
        result: Value,
        n: ir.Node | None,
        site: int,
    ) -> Value:
        """The result of a call, with what it says of its arguments if it is a guard."""
        text = "" if n is None else calling.dotted(n[1])
        names = calling.names_of(m, callee)
        if text:
            names.add(text)
        nodes = [] if n is None else list(n[2])
        return blessings.of_call(self, a, names, nodes, arguments, receiver, result, site)

    def item_store(
        self, m: Machine, a: Activation, key: Value, value: Value, node: Any, site: int
    ) -> None:
        """``node["property"] = cells``."""
        properties.item_store(self, m, a, key, value, site)

    def call(self, *arguments: Any) -> Value:
        """A call whose name the pack knows."""
        return calling.call(self, *arguments)

    def slot_call(self, *arguments: Any) -> Any:
        """A call through a slot that the pack knows."""
        return calling.slot_call(self, *arguments)


def owned(item: Any, owners: set[str] | None) -> bool:
    """Whether a declaration about a field is about these types."""
    return item.owner is None or owners is None or item.owner in owners


def _field_name(items: list[Any], name: str) -> str:
    owner = next((item.owner for item in items if item.owner), None)
    return f"{owner}.{name}" if owner else name


def _function(a: Activation) -> str:
    return a.function.name if a.function is not None else ""


__all__ = ["Policy", "reference"]
