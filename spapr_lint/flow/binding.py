"""Binding: what assignment, unpacking and ``del`` do to variables, fields and items."""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import (
    attributes,
    blessings,
    calls,
    containers,
    gates,
    iterables,
    slices,
    streams,
)
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.objects import External, Object
from spapr_lint.flow.values import NOTHING, UNKNOWN, Value, constant, join, reference


def bind(
    m: Machine, a: Activation, target: ir.Node, value: Value, site: int, source: Any = None
) -> None:
    """Assign a value to a target."""
    op = target[0]
    if m.policy.guards and op not in (ir.DISPLAY, ir.STAR):
        value = blessings.owned(value)
    if a.gates and op in (ir.ATTR, ir.ITEM):
        gates.stored(a, target)
    if op == ir.NAME:
        name = target[1]
        if value.facts:
            value = value.step(a.module.index, site, "")
        if a.function is None and a.klass is not None:
            a.env[name] = value
            m.journal.write(a.klass.members.slots, name, value)
            return
        cell = a.cells.get(name)
        if cell is not None:
            touch(a, cell)
            m.journal.write(cell.slots, "value", value)
        else:
            a.env[name] = value
    elif op == ir.GLOBAL:
        if value.facts:
            value = value.step(a.module.index, site, "")
        namespace = a.module.namespace
        a.touch = 0
        if a.function is not None or target[1] in namespace.slots:
            m.global_changed(a.module.index, target[1])
        m.program.global_written(m, a, namespace, target[1], value)
        m.journal.write(namespace.slots, target[1], value)
    elif op == ir.FREE:
        cell = a.cells.get(target[1])
        if cell is not None:
            touch(a, cell)
            m.journal.write(cell.slots, "value", value.step(a.module.index, site, ""))
    elif op == ir.ATTR:
        owner = m.ex[target[1][0]](m, a, target[1])
        if value.refs and target[2] in m.policy.tables:
            m.policy.table_store(m, a, target, value, site)
        attributes.store(m, a, owner, target[2], value.step(a.module.index, site, ""), site, target)
    elif op == ir.ITEM:
        _store_item(m, a, target, value, site, source)
    elif op == ir.DISPLAY:
        _unpack(m, a, target, value, site)
    elif op == ir.STAR:
        bind(m, a, target[1], value, site)


def _store_item(
    m: Machine, a: Activation, target: ir.Node, value: Value, site: int, source: Any
) -> None:
    owner = m.ex[target[1][0]](m, a, target[1])
    key_node = target[2]
    if key_node[0] == ir.SLICE:
        bounds = [None if part is None else m.ex[part[0]](m, a, part) for part in key_node[1:4]]
        slices.store_slice(m, a, owner, bounds, value, site)
        return
    key = m.ex[key_node[0]](m, a, key_node)
    if key.facts:
        m.policy.sized(m, a, owner, key, key_node[-1])
    if m.policy.tables:
        m.policy.subscript(m, a, target[1], owner, key, key_node, site)
    if m.policy.properties:
        m.policy.item_store(m, a, key, value, source or target, site)
    if m.policy.parameter_sinks:
        m.policy.parameter_store(m, a, target[1], key, value, site)
    value = value.step(a.module.index, site, "")
    if calls.call_special(m, a, owner, "__setitem__", [key, value], site) is not None:
        return
    for ref in owner.refs:
        if ref.__class__ is Object:
            touch(a, ref)
            containers.store_item(m, a, ref, key, value, weak=len(owner.refs) > 1)
        elif ref.__class__ is External:
            m.tables.external_store(m, a, ref.name, key, value)


def _unpack(m: Machine, a: Activation, target: ir.Node, value: Value, site: int) -> None:
    elements = target[2]
    star = next((i for i, e in enumerate(elements) if e[0] == ir.STAR), None)
    columns = _columns(m, a, value, len(elements), site) if star is None else None
    items, exact = iterables.iterate(m, a, value, site) if columns is None else (columns, True)
    if not exact:
        anything = containers.element_of(items) if items else UNKNOWN
        for element in elements:
            if element[0] == ir.STAR:
                made = m.allocate("list", None, a.module.index, site)
                containers.fill(m, made, items, False)
                bind(m, a, element[1], reference(made), site)
            else:
                bind(m, a, element, anything, site)
        return
    if star is None:
        for element, item in zip(elements, items, strict=False):
            bind(m, a, element, item, site)
        return
    after = len(elements) - star - 1
    for element, item in zip(elements[:star], items, strict=False):
        bind(m, a, element, item, site)
    made = m.allocate("list", None, a.module.index, site)
    containers.fill(m, made, items[star : len(items) - after], True)
    bind(m, a, elements[star][1], reference(made), site)
    if after:
        for element, item in zip(elements[star + 1 :], items[-after:], strict=False):
            bind(m, a, element, item, site)


def _columns(m: Machine, a: Activation, value: Value, count: int, site: int) -> list[Value] | None:
    """What each target gets of a value of several possibilities, or of unknown length.

    Positions are kept; a number cannot be unpacked, nor what has another length.  None where
    there is but one possibility and all of it is known, or a text may be meant.
    """
    if not any(_positions(ref) for ref in value.refs) or any(
        isinstance(each, (str, bytes)) for each in value.constants
    ):
        return None
    columns = [NOTHING] * count
    for ref in value.refs:
        row = _row(m, a, ref, count, site)
        if len(row) == count:
            columns = [join(column, item) for column, item in zip(columns, row, strict=True)]
    if value.open:
        facts = m.policy.surviving(value.facts)
        columns = [join(column, Value(facts, open=True)) for column in columns]
    return None if NOTHING in columns else columns


def _row(m: Machine, a: Activation, ref: Any, count: int, site: int) -> list[Value]:
    """What one object gives to so many targets; of another length if it cannot."""
    if _positions(ref) and ref.shape != "iterator" and containers.length(ref) is None:
        touch(a, ref)
        return [containers.own_item(m, a, ref, constant(i), site) for i in range(count)]
    known = streams.placed(ref) if ref.__class__ is Object else ()
    items, exact = iterables.iterate(m, a, reference(ref), site)
    row = items if exact else [containers.element_of(items)] * count
    row[: len(known)] = known[:count]
    return row


def _positions(ref: Any) -> bool:
    """Whether it is a plain list or tuple, whose elements have places."""
    if ref.__class__ is not Object:
        return False
    return (ref.shape in containers.SEQUENCES and ref.type is None) or bool(streams.placed(ref))


def delete(m: Machine, a: Activation, target: ir.Node) -> None:
    """``del target``."""
    op = target[0]
    if op == ir.NAME and target[1] not in a.cells:
        a.env.pop(target[1], None)
    elif op == ir.GLOBAL:
        m.global_changed(a.module.index, target[1])
        m.journal.write(a.module.namespace.slots, target[1], None)
    elif op == ir.ATTR:
        owner = m.ex[target[1][0]](m, a, target[1])
        attributes.delete(m, a, owner, target[2], target[-1])
    elif op == ir.ITEM:
        owner = m.ex[target[1][0]](m, a, target[1])
        if target[2][0] == ir.SLICE:
            bounds = [
                None if part is None else m.ex[part[0]](m, a, part) for part in target[2][1:4]
            ]
            empty = m.allocate("list", None, a.module.index, target[-1])
            containers.fill(m, empty, [], True)
            slices.store_slice(m, a, owner, bounds, reference(empty), target[-1])
            return
        key = m.ex[target[2][0]](m, a, target[2])
        if m.policy.tables:
            m.policy.subscript(m, a, target[1], owner, key, target[2], target[-1])
        if calls.call_special(m, a, owner, "__delitem__", [key], target[-1]) is None:
            for ref in owner.refs:
                if ref.__class__ is Object:
                    containers.delete_item(m, a, ref, key, weak=len(owner.refs) > 1)
                elif ref.__class__ is External:
                    m.tables.external_store(m, a, ref.name, key, None)
    elif op == ir.DISPLAY:
        for element in target[2]:
            delete(m, a, element)
