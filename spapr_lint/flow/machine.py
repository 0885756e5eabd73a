"""The state of one run of the interpreter, and what all its parts ask of it.

The parts (`expressions`, `statements`, `calls`, `attributes`, `containers`,
`natives`) are functions that take the `Machine` and the `Activation` at hand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow.margins import Margins
from spapr_lint.flow.objects import (
    Change,
    ClassRef,
    Closure,
    Journal,
    ModuleRef,
    Native,
    Object,
    alike,
)
from spapr_lint.flow.values import Value, join
from spapr_lint.surface import Surface

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy
    from spapr_lint.flow.program import Program
    from spapr_lint.flow.scope import Scope
    from spapr_lint.flow.tables import Tables

Env = dict[Any, Value]  # by variable, or ("field", symbol, name) for what was written here
Changes = dict[tuple[int, Any], Change]


PASSED_BY = "passed by"


class Unreachable(Exception):
    """Control does not come back from the expression at hand."""


class Module:
    """A module of the program: its IR, and its namespace once it has run."""

    __slots__ = (
        "families",
        "fields",
        "index",
        "ir",
        "language",
        "name",
        "namespace",
        "package",
        "path",
        "ref",
        "speaks",
        "state",
        "starred",
        "stars",
        "surfaces",
        "types",
        "words",
    )

    def __init__(self, index: int, name: str, path: str, code: ir.Module, language: str) -> None:
        self.index = index
        self.name = name
        self.path = path
        self.ir = code
        self.language = language
        self.namespace = Object("module", name, 0, (index, 0))
        self.ref = ModuleRef(index, name, self.namespace)
        self.package = path.endswith("__init__.py")
        # Of each function, and last of no function.
        self.surfaces: tuple[Surface, ...] = ()
        # Of a C file, what can matter in it: packs' words, their fields, types.  None: all.
        self.words: frozenset[str] | None = None
        self.fields: frozenset[str] | None = None
        self.types: frozenset[str] | None = None
        self.state = "new"
        # Whether it speaks of what the packs are about: else a mere field's name says nothing.
        self.speaks = True
        self.families: frozenset[str] = frozenset()
        self.stars: list[Object] = []
        self.starred = False  # whether it has names from a module that is not in view


class Loop:
    """Where ``break`` and ``continue`` of the loop at hand leave their states."""

    __slots__ = ("breaks", "continues", "mark")

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.breaks: list[tuple[Env, Changes]] = []
        self.continues: list[tuple[Env, Changes]] = []


class Final:
    """What waits for a ``finally``: ways out of its ``try``, with the states on leaving."""

    __slots__ = ("exits", "loop", "mark")

    def __init__(self, mark: int, loop: Loop | None) -> None:
        self.mark = mark
        self.loop = loop
        self.exits: list[tuple[str, Value, Env, Changes]] = []


class Collector:
    """What is raised inside a ``try``, with the states in which it is raised."""

    __slots__ = ("activation", "mark", "states", "undefined")

    def __init__(self, activation: Activation | None, mark: int) -> None:
        self.activation = activation
        self.mark = mark
        self.states: list[tuple[Value, Env, Changes]] = []
        self.undefined = False  # whether a handler waits for a name that is not defined


class Gate:
    """A condition's variable after an ``if``, and others as (merged, where true, where false)."""

    __slots__ = ("subject", "variables")

    def __init__(self, subject: Value, variables: dict[Any, tuple[Value, Value, Value]]) -> None:
        self.subject = subject
        self.variables = variables


class Activation:
    """One evaluation of one function (or module or class body)."""

    __slots__ = (
        "branch",
        "cells",
        "closure",
        "depth",
        "env",
        "finals",
        "function",
        "gates",
        "klass",
        "loop",
        "mark",
        "module",
        "name",
        "on_yield",
        "result",
        "returns",
        "sends",
        "start",
        "stop",
        "stopped",
        "touch",
        "uncertain",
        "uncertain_yields",
        "wanted",
        "yields",
    )

    def __init__(self, module: Module, function: ir.Function | None, depth: int) -> None:
        self.module = module
        self.function = function
        self.depth = depth
        self.closure: Closure | None = None
        self.name = ""
        self.env: Env = {}
        self.cells: dict[str, Object] = {}
        self.klass: ClassRef | None = None
        self.returns: list[tuple[Value, Changes]] = []
        self.result: Value | None = None
        self.mark = 0
        self.branch = 0
        self.loop: Loop | None = None
        self.yields: list[Value] | None = None
        self.uncertain = 0
        self.uncertain_yields = 0
        self.sends: dict[Any, Value] = {}
        self.wanted: int | None = None
        self.stopped = False
        self.stop: Changes = {}  # what differs where a generator has given all that is wanted
        self.finals: list[Final] = []
        self.on_yield: Callable[[Value], None] | None = None
        self.gates: dict[Any, Gate] = {}  # by variable and question: see `gates`
        self.start = 0
        self.touch = 0


Evaluator = Callable[["Machine", Activation, ir.Node], Value]
Executor = Callable[["Machine", Activation, ir.Node], bool]


class Limits:
    """How far the interpreter goes before it says in the ledger that it stopped."""

    __slots__ = ("contexts", "depth", "exact_steps", "loop", "root_steps", "unroll")

    def __init__(self) -> None:
        self.depth = 48
        self.contexts = 24
        self.loop = 6
        self.unroll = 40
        self.exact_steps = 8_000  # statements and calls from one root; then calls are merged
        self.root_steps = 20_000  # the same; then functions are not entered any more


class Machine:
    """One run: the program, the pack's words, the state, what was found."""

    def __init__(
        self,
        program: Program,
        policy: Policy,
        tables: Tables,
        limits: Limits | None = None,
    ) -> None:
        self.program = program
        self.policy = policy
        self.tables = tables
        self.ex: list[Evaluator] = tables.expressions
        self.st: list[Executor] = tables.statements
        self.limits = limits or Limits()
        self.journal = Journal()
        self.births = 1
        self.oldest = 0  # what was born later was made in the run of the root at hand
        self.collectors: list[Collector] = [Collector(None, 0)]
        self.stack: list[Any] = []
        self.steps = 0
        self.edges: dict[str, dict[str, None]] = {}
        self.unresolved: dict[tuple[int, int], None] = {}
        self.limits_hit: dict[tuple[str, int, int], None] = {}
        self.symbols: dict[tuple[str, str], Object] = {}
        self.cells: dict[tuple[str, str], Value] = {}
        self.epoch = 0
        self.raised = 0
        self.visits: dict[tuple[int, int], int] = {}
        self.volatile: set[tuple[int, str]] = set()
        self.root: Any = None
        self.evaluated: dict[tuple[int, int], None] = {}
        self.memo: dict[Any, Any] = {}
        self.contexts: dict[tuple[int, int], int] = {}
        self.recursion: dict[Any, Any] = {}
        self.reading: dict[tuple[Any, Any], None] = {}
        self.versions: dict[tuple[Any, Any], int] = {}
        self.coarse = False
        self.exact: frozenset[int] = frozenset()
        self.ever_exact: frozenset[int] = frozenset()
        self.total_exact = 0
        self.scope: Scope | None = None
        self.total = 0
        self.margins = Margins()
        self.leaks = 0
        self.looping = 0
        self.loop_objects: dict[tuple[int, int, str], Object] = {}
        self.parked: list[Any] = []  # threads and tasks that wait for what is not there yet
        self.turns: list[bool] = []  # of each that runs now, whether it came to wait

    # --- objects -------------------------------------------------------------

    def allocate(self, shape: str, type_: Any, module: int, site: int, extra: Any = None) -> Object:
        """A new object of the program."""
        if self.looping and shape != "cell":
            place = (module, site, shape)
            made = self.loop_objects.get(place)
            if made is not None and extra is None:
                made.many = True
                return made
            self.births += 1
            made = self.loop_objects[place] = Object(shape, type_, self.births, place[:2], extra)
            return made
        self.births += 1
        return Object(shape, type_, self.births, (module, site), extra)

    def opaque(self, a: Activation, site: int, type_: Any = None, name: str = "") -> Value:
        """The result of something unknown: an object that remembers what is put into it.

        ``name`` is the dotted name of what made it, where that is known.
        """
        made = self.allocate("opaque", type_, a.module.index, site)
        if name and made.extra is None and a.module.language == "python":
            made.extra = sys.intern(name)
        return Value(refs=(made,), open=True)

    def symbol(self, type_: str, tag: str) -> Object:
        """The instance of a named type that stands for all that come from outside."""
        key = (type_, tag)
        found = self.symbols.get(key)
        if found is None:
            found = self.symbols[key] = Object("symbol", type_, 0, (0, 0), tag)
        return found

    def instance_symbol(self, klass: ClassRef) -> Object:
        """The instance of a class that stands for all that come from outside."""
        key = (f"{klass.module}:{klass.index}", "")
        found = self.symbols.get(key)
        if found is None:
            found = self.symbols[key] = Object("symbol", klass, 0, (0, 0), "")
        return found

    # --- raising -------------------------------------------------------------

    def raise_value(self, value: Value) -> None:
        """Record that ``value`` is raised in the present state."""
        self.raised += 1
        collector = self.collectors[-1]
        if collector.activation is None or len(collector.states) > 64:
            return
        changes = self.journal.changes(collector.mark)
        collector.states.append((value, dict(collector.activation.env), changes))

    # --- field cells: what any instance of a type may hold ---------------------

    def read_cell(self, type_: str, name: str) -> Value | None:
        """All that was written to a field of a type; None if nothing was."""
        key = (type_, name)
        self.reading[key] = None
        return self.cells.get(key)

    def write_cell(self, type_: str, name: str, value: Value) -> None:
        """Let a field of a type hold one more value."""
        if not value.facts and not value.refs and not value.constants:
            return
        key = (type_, name)
        old = self.cells.get(key)
        if old is None:
            self.cells[key] = value
        else:
            if old.open and not old.constants and value.constants:
                # Any constant is meant already; else it would hold few and too many in turns.
                value = Value(value.facts, value.refs, (), True, value.form, value.mark)
            new = join(old, _news(old, value))
            if new is old or new.key() == old.key():
                return
            self.cells[key] = new
        self.epoch += 1
        self.versions[key] = self.epoch

    def global_changed(self, module: int, name: str) -> None:
        """A variable of a module is bound anew: what read it is not remembered any more."""
        key = (module, name)
        if key not in self.volatile:
            self.volatile.add(key)
            self.epoch += 1
            self.versions[key] = self.epoch

    def still(self, memory: Any) -> bool:
        """Whether what a remembered run read of fields is still what they hold."""
        if memory.epoch != self.epoch:
            versions = self.versions
            for key in memory.cells:
                if versions.get(key, 0) > memory.epoch:
                    return False
        self.reading.update(memory.cells)
        return True

    def pass_by(self, function: tuple[int, int]) -> None:
        """Note that a function is not entered, since nothing that matters is known to be in it."""
        self.reading[(PASSED_BY, function)] = None

    def wake(self, function: tuple[int, int]) -> None:
        """Let those run again that passed by a function which gives something that matters."""
        key = (PASSED_BY, function)
        if key not in self.versions:
            self.epoch += 1
            self.versions[key] = self.epoch

    # --- the ledger ----------------------------------------------------------

    def limit(self, what: str, module: int, site: int) -> None:
        """Say that a bound was reached at a place."""
        self.limits_hit[(what, module, site)] = None

    def edge(self, a: Activation, callee: str) -> None:
        """Record that the function at hand calls another."""
        known = self.edges.get(a.name)
        if known is None:
            known = self.edges[a.name] = {}
        known[callee] = None


_SAME_PLACE = 3  # objects of one place that a field holds before another must tell something new


def _stood_for(ref: Any, known: tuple[Any, ...]) -> bool:
    """Whether what a field holds stands for an object, too.

    Each run of a function makes its objects anew; without this a field would never be stable.
    """
    if any(alike(ref, each) for each in known):
        return True
    if ref.__class__ is Native and ref.data.__class__ is Object:  # a method of a list or a dict
        return _stood_for(ref.data, tuple([e.data for e in known if _same_method(e, ref)]))
    if ref.__class__ is not Object:
        return False
    same = [
        each
        for each in known
        if each.__class__ is Object and each.site == ref.site and each.shape == ref.shape
    ]
    if len(same) < _SAME_PLACE:
        return False
    if ref.shape == "instance":  # what its fields hold is kept by its type
        return True
    told = set().union(*[_numbers(each) for each in same])
    return _numbers(ref) <= told


def _same_method(one: Any, two: Native) -> bool:
    return one.__class__ is Native and one.name == two.name and one.call is two.call


def _numbers(held: Object, depth: int = 2) -> set[Any]:
    """The facts in an object and in what it holds."""
    found: set[Any] = set()
    for value in held.slots.values():
        found.update(fact.key for fact in value.facts)
        for ref in value.refs if depth else ():
            if ref.__class__ is Object:
                found |= _numbers(ref, depth - 1)
    return found


def _news(old: Value, value: Value) -> Value:
    """The value without objects that one of the same place and contents stands for already."""
    if not value.refs or not old.refs or value.refs is old.refs:
        return value
    refs = tuple([ref for ref in value.refs if not _stood_for(ref, old.refs)])
    if len(refs) == len(value.refs):
        return value
    return Value(value.facts, refs, value.constants, value.open, value.form)


def touch(a: Activation, target: Object) -> None:
    """Note that the activation looked at or changed an object, by its age."""
    if 0 < target.birth < a.touch:
        a.touch = target.birth
