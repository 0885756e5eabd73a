"""``eval`` and ``exec`` of text that is known: read, lowered and run where the call stands.

What the text does is said to happen at the call's own place; functions that it
defines become functions of the module at hand.
"""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Module, Unreachable
from spapr_lint.flow.natives import textual
from spapr_lint.flow.natives.common import given, objects, text
from spapr_lint.flow.objects import ANY, Object
from spapr_lint.flow.values import NONE, NOTHING, UNKNOWN, Value, constant, join
from spapr_lint.python import ParseError, lower
from spapr_lint.surface import surfaces

_LONGEST = 4096
_DEEPEST = 4  # texts that run texts


def eval_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``eval(text, globals, locals)``."""
    code = _code(m, a, g, site)
    if code is None or len(code) != 1 or code[0][0] != ir.EXPRESSION:
        return join(textual.mixed(m, a, Arguments([given(g, 0)]), site, None), UNKNOWN)
    inner, _ = _scope(m, a, g, site)
    node = code[0][1]
    result: Value = m.ex[node[0]](m, inner, node)
    return result


def exec_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``exec(text, globals, locals)``: what it binds is in the dict that it is given."""
    code = _code(m, a, g, site)
    if code is None:
        return NONE
    inner, into = _scope(m, a, g, site)
    namespace = inner.module.namespace
    before = dict(namespace.slots)
    goes = m.tables.block(m, inner, code)
    for target in into:
        for name, value in list(namespace.slots.items()):
            if name.__class__ is str and before.get(name) is not value:
                containers.store_item(m, a, target, constant(name), value, weak=len(into) > 1)
    if not goes:
        raise Unreachable
    return NONE


def _code(m: Machine, a: Activation, g: Arguments, site: int) -> ir.Block | None:
    """The statements of a text that is known; None if it is not, or is no Python."""
    source = text(given(g, 0))
    if source is None or len(source) > _LONGEST or a.depth > m.limits.depth - _DEEPEST:
        return None
    key = ("text", a.module.index, site, source)
    if key not in m.memo:
        m.memo[key] = _lowered(a.module, source, site)
    found: ir.Block | None = m.memo[key]
    return found


def _lowered(module: Module, source: str, site: int) -> ir.Block | None:
    try:
        code = lower(source.strip() + "\n")
    except ParseError:
        return None
    offsets = (len(module.ir.functions), len(module.ir.classes))

    def moved(node: Any) -> Any:
        """The node, at the place of the call, its functions and classes numbered anew."""
        if node.__class__ is not tuple:
            return node
        parts = [moved(part) for part in node]
        if parts and parts[0].__class__ is int and len(parts) > 1:
            if parts[0] in (ir.DEFINE, ir.FUNCTION):
                parts[1] += offsets[0]
            elif parts[0] == ir.CLASS:
                parts[1] += offsets[1]
            if parts[-1].__class__ is int:
                parts[-1] = site
        return tuple(parts)

    functions = [
        one._replace(
            parameters=tuple(
                [p._replace(default=moved(p.default), site=site) for p in one.parameters]
            ),
            code=ir.Code(moved(one.body)),
            target=moved(one.target),
            owner=None if one.owner is None else one.owner + offsets[1],
            site=site,
        )
        for one in code.functions
    ]
    classes = [
        one._replace(body=moved(one.body), target=moved(one.target), site=site)
        for one in code.classes
    ]
    module.ir = module.ir._replace(
        functions=(*module.ir.functions, *functions), classes=(*module.ir.classes, *classes)
    )
    *inside, _ = surfaces(code)
    module.surfaces = (*module.surfaces[:-1], *inside, module.surfaces[-1])
    body: ir.Block = moved(code.body)
    return body


def _scope(m: Machine, a: Activation, g: Arguments, site: int) -> tuple[Activation, list[Object]]:
    """Where the text runs, and the dicts in which what it binds is found afterwards."""
    spaces = [space for i in (1, 2) for space in objects(given(g, i), "dict", "namespace")]
    module = a.module
    if spaces or a.function is not None or a.klass is not None:
        module = Module(a.module.index, a.module.name, a.module.path, a.module.ir, "python")
        module.state = "done"
        module.stars = a.module.stars
        slots = module.namespace.slots
        if not spaces:
            slots.update(a.module.namespace.slots)
            slots.update(_locals(a))
        for space in spaces:
            slots.update(_contents(space))
    inner = Activation(module, None, a.depth + 1)
    inner.name = a.name
    inner.mark = m.journal.mark()
    a.touch = 0
    return inner, [space for space in spaces[-1:] if space.shape == "dict"]


def _locals(a: Activation) -> dict[Any, Value]:
    found = {name: value for name, value in a.env.items() if name.__class__ is str}
    for name, cell in a.cells.items():
        value = cell.slots.get("value")
        if value is not None:
            found[name] = value
    return found


def _contents(space: Object) -> dict[Any, Value]:
    if space.shape == "namespace":
        return {k: v for k, v in space.extra.slots.items() if k.__class__ is str}
    anything = space.slots.get(ANY, NOTHING)
    return {
        key[2]: value if anything is NOTHING else join(value, anything)
        for key, value in containers.items_of(space)
        if key[1] == "str"
    }
