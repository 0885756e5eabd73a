"""What declared tables are indexed by, where it is not a subscript that says so.

``t.get(i)``, ``t.pop(i)``, ``del t[i]`` and ``i in t`` ask for an index as ``t[i]`` does;
``t.items()``, ``t.keys()`` and ``enumerate(t)`` give one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spapr_lint import ir
from spapr_lint.flow import containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import Object, Wrapper
from spapr_lint.flow.values import DECLARED, NOTHING, UNKNOWN, Fact, Link, Value, join, reference
from spapr_lint.packs import Table

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy

_ASK = frozenset(("get", "pop", "setdefault"))
_ASK_SET = frozenset(("add", "discard", "remove"))
_GIVE = frozenset(("items", "keys", "enumerate"))
WORDS = _ASK | _ASK_SET | _GIVE
_PLACES = (ir.ATTR, ir.NAME, ir.GLOBAL, ir.FREE)


def _named(policy: Policy, node: ir.Node) -> bool:
    """Whether an expression is named like a declared table."""
    return node[0] in _PLACES and (node[2] if node[0] == ir.ATTR else node[1]) in policy.tables


def asked(
    policy: Policy, m: Machine, a: Activation, n: ir.Node, receiver: Value, given: Arguments
) -> None:
    """Check the key that a method of a table is asked for."""
    function, word = n[1], n[1][2]
    if word not in WORDS or not given.positional or not _named(policy, function[1]):
        return
    held = [ref.shape for ref in receiver.refs if ref.__class__ is Object]
    if word in _ASK or (word in _ASK_SET and "list" not in held):
        policy.subscript(m, a, function[1], receiver, given.positional[0], n[2][0], n[-1])


def tested(
    policy: Policy, m: Machine, a: Activation, item: Value, node: ir.Node, table: Value, at: ir.Node
) -> None:
    """Check what ``item in table`` looks for; in a list it is no index."""
    if item.facts and _named(policy, at) and all(_keyed(ref) for ref in table.refs):
        policy.subscript(m, a, at, table, item, node, node[-1])


def _keyed(ref: object) -> bool:
    return isinstance(ref, Object) and ref.shape in ("dict", "set")


def given(
    policy: Policy, m: Machine, a: Activation, n: ir.Node, receiver: Value | None, result: Value
) -> Value:
    """The result of ``t.items()``, ``t.keys()``, ``enumerate(t)``: with the kind of the index."""
    function = n[1]
    if receiver is None:
        if len(n[2]) != 1 or not _named(policy, n[2][0]):
            return result
        table, plain, word = n[2][0], result, "enumerate"
    else:
        table, plain, word = function[1], receiver, function[2]
        if word == "enumerate" or not _named(policy, table):
            return result
    fact = _index(policy, m, a, table, n[-1])
    if fact is None or not all(isinstance(ref, (Object, Wrapper)) for ref in plain.refs):
        return result  # a Wrapper: what a dataclass says its field starts with
    if word == "enumerate":
        return _numbered(m, a, result, fact, n[-1])
    if any(ref.__class__ is Object and ref.shape in ("list", "tuple") for ref in plain.refs):
        return result
    return _with_keys(m, a, plain, fact, word, n[-1])


def _index(policy: Policy, m: Machine, a: Activation, table: ir.Node, site: int) -> Fact | None:
    """The one kind that a table's index is of; none of a list that the pack calls otherwise."""
    name = table[2] if table[0] == ir.ATTR else table[1]
    found = [
        each
        for each in policy.declared_tables(m, a, table, name)
        if isinstance(each, Table) and each.index.role
    ]
    if len({each.index for each in found}) != 1:
        return None
    place = (a.module.index, site)
    kind = found[0].index
    return Fact(kind, place, DECLARED, Link(*place, f"index of {name}[] is {kind}", None))


def _keyed_by(key: Value, fact: Fact) -> Value:
    """A key, of the declared kind unless it is known to be of another."""
    if any(each.kind.role for each in key.facts):
        return key
    return Value((*key.facts, fact), key.refs, key.constants, key.open or not key.constants)


def _with_keys(m: Machine, a: Activation, table: Value, fact: Fact, word: str, site: int) -> Value:
    rows = containers.pairs(m, table) or [(UNKNOWN, UNKNOWN)]
    made = m.allocate("list", None, a.module.index, site)
    items = []
    for key, value in rows:
        item = _keyed_by(key, fact)
        if word == "items":
            row = m.allocate("tuple", None, a.module.index, site)
            containers.fill(m, row, [item, value], True)
            item = reference(row)
        items.append(item)
    exact = len(table.refs) == 1 and not table.open and _exact(table)
    containers.fill(m, made, items, exact)
    return reference(made)


def _exact(table: Value) -> bool:
    return all(containers.known_items(ref)[1] for ref in table.refs if isinstance(ref, Object))


def _numbered(m: Machine, a: Activation, result: Value, fact: Fact, site: int) -> Value:
    """What ``enumerate`` gave, the numbers being indexes of the table."""
    from spapr_lint.flow import iterables

    items, exact = iterables.iterate(m, a, result, site)
    if exact:
        return result
    value = NOTHING
    for item in items:
        for ref in item.refs:
            if isinstance(ref, Object) and ref.shape == "tuple":
                parts = containers.known_items(ref)[0]
                value = join(value, parts[1]) if len(parts) == 2 else value
    row = m.allocate("tuple", None, a.module.index, site)
    index = Value((fact,), open=True)
    containers.fill(m, row, [index, UNKNOWN if value is NOTHING else value], True)
    made = m.allocate("list", None, a.module.index, site)
    containers.fill(m, made, [reference(row)], False)
    return reference(made)
