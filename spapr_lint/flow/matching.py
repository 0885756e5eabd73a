"""``match``: whether a pattern fits a value, and what it binds.

The answer is True, False, or None for perhaps; targets are bound in any case.
"""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import arithmetic, attributes, binding, classes, containers, iterables
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import ClassRef, Native, Object
from spapr_lint.flow.values import UNKNOWN, Value, constant, join_all, reference, truth, unlabelled

_SELF_CAPTURING = ("int", "str", "float", "bool", "bytes", "list", "tuple", "dict", "set")


def match(m: Machine, a: Activation, pattern: ir.Node, value: Value) -> bool | None:
    """Match ``value`` against ``pattern``."""
    return _MATCHERS[pattern[0]](m, a, pattern, value)  # type: ignore[no-any-return]


def _value(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    wanted = m.ex[p[1][0]](m, a, p[1])
    op = "is" if p[1][0] == ir.CONST and p[1][1] in (None, True, False) else "=="
    return truth(arithmetic.compare(m, a, op, value, wanted, p[-1]))


def _capture(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    if p[1] is not None:
        binding.bind(m, a, p[1], value, p[-1])
    return True


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _sequence(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    patterns = p[1]
    fits: list[bool | None] = []
    sequences = [r for r in value.refs if isinstance(r, Object) and r.shape in ("list", "tuple")]
    if not sequences:
        possible = value.open or any(
            isinstance(r, Object) and r.shape != "dict" for r in value.refs
        )
        if not possible:
            return False
    if len(sequences) != len(value.refs) or value.open or value.constants:
        fits.append(None)
    narrowed = Value(refs=tuple(sequences)) if sequences else value
    items, exact = iterables.iterate(m, a, narrowed, p[-1])
    star = next((i for i, q in enumerate(patterns) if q[0] == ir.P_STAR), None)
    if not exact:
        anything = containers.element_of(items)
        for each in patterns:
            fits.append(match(m, a, each, anything))
        fits.append(None)
        return _all(fits)
    if star is None:
        if len(items) != len(patterns):
            return False
        fits.extend(match(m, a, q, item) for q, item in zip(patterns, items, strict=True))
        return _all(fits)
    after = len(patterns) - star - 1
    if len(items) < len(patterns) - 1:
        return False
    for each, item in zip(patterns[:star], items, strict=False):
        fits.append(match(m, a, each, item))
    rest = m.allocate("list", None, a.module.index, p[-1])
    containers.fill(m, rest, items[star : len(items) - after], True)
    _capture(m, a, patterns[star], reference(rest))
    if after:
        for each, item in zip(patterns[star + 1 :], items[-after:], strict=True):
            fits.append(match(m, a, each, item))
    return _all(fits)


def _star(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    return _capture(m, a, p, value)


def _mapping(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    _, keys, patterns, rest, site = p
    dicts = [r for r in value.refs if isinstance(r, Object) and r.shape == "dict"]
    if not dicts and not value.open:
        return False
    fits: list[bool | None] = []
    if len(dicts) != len(value.refs) or value.open or value.constants:
        fits.append(None)
    narrowed = Value(refs=tuple(dicts)) if dicts else value
    for key_node, pattern in zip(keys, patterns, strict=True):
        key = m.ex[key_node[0]](m, a, key_node)
        if dicts:
            known = truth(m.tables.contains(m, a, key, narrowed, False))
            if known is False:
                return False
            fits.append(known)
        fits.append(match(m, a, pattern, containers.get_item(m, a, narrowed, key, site)))
    if rest is not None:
        made = m.allocate("dict", None, a.module.index, site)
        containers.fill(m, made, [], True)
        containers.update(m, a, made, narrowed)
        for key_node in keys:
            containers.delete_item(m, a, made, m.ex[key_node[0]](m, a, key_node))
        binding.bind(m, a, rest, reference(made), site)
    return _all(fits)


def _class(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    _, class_node, patterns, keywords, site = p
    wanted = m.ex[class_node[0]](m, a, class_node)
    fits: list[bool | None] = []
    kept: list[Any] = []
    for ref in value.refs:
        answer = _is_instance(ref, wanted)
        if answer is not False:
            kept.append(ref)
        fits.append(answer)
    constants = []
    for item in value.constants:
        answer = any(isinstance(r, Native) and r.name == type(item).__name__ for r in wanted.refs)
        fits.append(answer)
        if answer:
            constants.append(item)
    if value.open:
        fits.append(None)
    if not kept and not constants and not value.open:
        return False
    narrowed = Value(value.facts, tuple(kept), tuple(constants), value.open and not kept)
    overall: list[bool | None] = [True if set(fits) == {True} else None]
    names = _match_args(m, a, wanted, site)
    for position, pattern in enumerate(patterns):
        if position == 0 and any(
            isinstance(r, Native) and r.name in _SELF_CAPTURING for r in wanted.refs
        ):
            overall.append(match(m, a, pattern, narrowed))
            continue
        field = names[position] if position < len(names) else None
        part = UNKNOWN if field is None else attributes.get(m, a, narrowed, field, site)
        overall.append(match(m, a, pattern, part))
    for name, pattern in keywords:
        part = attributes.get(m, a, narrowed, name, site)
        overall.append(match(m, a, pattern, part))
    return _all(overall)


def _is_instance(ref: Any, wanted: Value) -> bool | None:
    klass = classes.class_of(ref)
    for each in wanted.refs:
        if isinstance(each, ClassRef):
            if klass is not None and each in klass.mro:
                return True
        elif isinstance(each, Native):
            shape = ref.shape if isinstance(ref, Object) else ""
            if each.name == shape or (klass is not None and klass.native == each.name):
                return True
        else:
            return None
    return None if klass is not None and klass.unknown_base else False


def _match_args(m: Machine, a: Activation, wanted: Value, site: int) -> list[str]:
    for each in wanted.refs:
        if not isinstance(each, ClassRef):
            continue
        declared = classes.lookup(each, "__match_args__")
        if declared is not None:
            items, _ = iterables.iterate(m, a, declared, site)
            return [str(item.constants[0]) for item in items if item.exact()]
        return [name for name, _ in classes._fields(each)]
    return []


def _or(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    answer: bool | None = False
    bound: list[dict[Any, Value]] = []
    before = a.env
    for pattern in p[1]:
        a.env = dict(before)
        fits = match(m, a, pattern, value)
        if fits is False:
            continue
        bound.append(a.env)
        answer = None if answer is not True else True
        if fits is True:
            answer = True
            break
    a.env = before
    for env in bound:
        for name, item in env.items():
            others = [other[name] for other in bound if name in other]
            a.env[name] = join_all(others) if len(others) > 1 else item
    return answer


def _as(m: Machine, a: Activation, p: ir.Node, value: Value) -> bool | None:
    fits = match(m, a, p[1], value)
    binding.bind(m, a, p[2], matched(p[1], value), p[-1])
    return fits


def matched(pattern: ir.Node, value: Value) -> Value:
    """What fits the pattern: what equals a constant of the program carries no label any more."""
    if value.facts and _constant(pattern):
        return value.with_facts(unlabelled(value.facts))
    return value


def _constant(pattern: ir.Node) -> bool:
    if pattern[0] == ir.P_OR:
        return all(_constant(each) for each in pattern[1])
    return bool(pattern[0] == ir.P_VALUE and pattern[1][0] == ir.CONST)


_MATCHERS: dict[int, Any] = {
    ir.P_VALUE: _value,
    ir.P_CAPTURE: _capture,
    ir.P_SEQUENCE: _sequence,
    ir.P_STAR: _star,
    ir.P_MAPPING: _mapping,
    ir.P_CLASS: _class,
    ir.P_OR: _or,
    ir.P_AS: _as,
}

__all__ = ["constant", "match"]
