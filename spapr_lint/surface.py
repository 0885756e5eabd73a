"""What is known of a function without a look at what it does: words, imports, what it fills.

Whoever asks no more than this of a function does not depend on its body.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from spapr_lint.ir import (
    ASSIGN,
    ATTR,
    CALL,
    CHOOSE,
    DECLARE,
    DEFINE,
    FREE,
    FROM,
    FUNCTION,
    GLOBAL,
    IMPORT,
    NAME,
    Block,
    Module,
    Node,
)


class Surface(NamedTuple):
    """Of some code, and but for ``imports`` and ``fills`` of the functions in it, too.

    ``names`` are the words of variables, ``fields`` all others, those of fields
    among them.  ``imports`` are its IMPORT and FROM, ``fills`` what may put a
    function into a field: ASSIGN to an ATTR and DECLARE, and CALL with keywords.
    """

    fields: frozenset[str]
    names: frozenset[str]
    imports: Block = ()
    fills: Block = ()


def surfaces(module: Module) -> tuple[Surface, ...]:
    """The surface of each function; last that of no function, the bodies of classes included."""
    found: dict[int, Surface] = {}
    for index in range(len(module.functions) - 1, -1, -1):  # inner ones come after outer ones
        found[index] = _surface(module.functions[index].body, module, found)
    bodies = (module.body, *[one.body for one in module.classes])
    top = _surface(bodies, module, None)
    return (*[found[index] for index in range(len(module.functions))], top)


def _surface(body: Block, module: Module, known: dict[int, Surface] | None) -> Surface:
    """The surface of a block; with ``known`` also the words of the functions that it makes."""
    fields: set[str] = set()
    names: set[str] = set()
    kept: list[Node] = []
    pending: list[Any] = [body]
    made: list[int] = []
    while pending:
        node = pending.pop()
        held = fields
        if node and node[0].__class__ is int:
            if node[0] in (NAME, FREE, GLOBAL):
                held = names
            elif node[0] in _KEPT:
                kept.append(node)
            elif node[0] in (DEFINE, FUNCTION) and node[1].__class__ is int:
                made.append(node[1])
        for part in node:
            if part.__class__ is tuple:
                pending.append(part)
            elif part.__class__ is str:
                held.add(part)
    for index in made if known is not None else ():
        inner = known.get(index) if known is not None else None
        if inner is None and index < len(module.functions):
            inner = _surface(module.functions[index].body, module, known)
        if inner is not None:
            fields |= inner.fields
            names |= inner.names
    imports = [node for node in kept if node[0] in (IMPORT, FROM)]
    return Surface(frozenset(fields), frozenset(names), _sorted(imports), _sorted(_fills(kept)))


_KEPT = frozenset((IMPORT, FROM, ASSIGN, DECLARE, CALL))


def _sorted(nodes: list[Node]) -> Block:
    """Nodes in the order of the text."""
    return tuple(sorted(nodes, key=lambda node: int(node[-1])))


def _fills(nodes: list[Node]) -> list[Node]:
    """Those of ASSIGN, CALL and DECLARE that tell what is put into fields."""
    found = [node for node in nodes if _is_fill(node)]
    owners = {
        target[1][1]
        for node in found
        if node[0] == ASSIGN
        for target in node[1]
        if target[0] == ATTR and target[1][0] in (NAME, GLOBAL)
    }
    typed = [
        node
        for node in nodes
        if node[0] == DECLARE and node[1][0] in (NAME, GLOBAL) and node[1][1] in owners
    ]
    return found + typed


def _is_fill(node: Node) -> bool:
    if node[0] == ASSIGN:
        return any(target[0] == ATTR for target in node[1]) and bool(functions_of(node[2]))
    return node[0] == CALL and any(name is not None and functions_of(v) for name, v in node[3])


def functions_of(value: Any) -> list[str]:
    """The names of functions that an expression may be."""
    if value.__class__ is not tuple or not value:
        return []
    if value[0] in (GLOBAL, NAME):
        return [value[1]]
    if value[0] == CHOOSE:
        return functions_of(value[2]) + functions_of(value[3])
    return []
