"""One look over the IR before it runs: who fills which slot, who calls whom by name.

What is collected does not depend on the flow of values, so that it is complete
before the first function is interpreted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow.annotations import Annotation
from spapr_lint.flow.machine import Module
from spapr_lint.flow.program import Program
from spapr_lint.packs import PropertyDeclaration
from spapr_lint.surface import functions_of

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy


def survey(program: Program, policy: Policy, everything: bool = True) -> None:
    """Fill the program's tables of slots and device properties.

    Without ``everything`` Python is looked at only if the pack knows slots at all.
    """
    wanted = (
        frozenset(policy.slot_parameters)
        | frozenset(policy.slot_returns)
        | frozenset(policy.slot_words)
    )
    functions = {f.name for module in program.modules for f in module.ir.functions}
    words = {name for module in program.modules for one in module.surfaces for name in one.names}
    declaring = {word for word in words if policy.declarations(word)}
    for module in program.modules:
        if module.language == "python" and not wanted and not everything:
            continue
        blocks = [module.ir.body]
        for function, surface in zip(module.ir.functions, module.surfaces, strict=False):
            whole = not declaring.isdisjoint(surface.names)
            blocks.append(function.body if whole else surface.fills)
        for block in blocks:
            if not _block(program, policy, module, block, wanted).isdisjoint(functions):
                program.assigning.setdefault(module.index, []).append(block)


def _block(
    program: Program, policy: Policy, module: Module, block: ir.Block, wanted: frozenset[str]
) -> set[str]:
    """Take in a block; the names of what it puts into fields."""
    put: set[str] = set()
    types: dict[str, str | None] = {}
    pending: list[Any] = list(reversed(block))
    while pending:
        node = pending.pop()
        if node.__class__ is not tuple or not node:
            continue
        op = node[0]
        if op == ir.ASSIGN:
            for target in node[1]:
                put.update(_fills(program, module, target, node[2], types, wanted))
        elif op == ir.DECLARE:
            note: Annotation = policy.annotation(node[2])
            if node[1][0] in (ir.NAME, ir.GLOBAL):
                types[node[1][1]] = note.type
        elif op == ir.CALL:
            _initializer(program, module, node, wanted)
            if node[1][0] == ir.GLOBAL:
                for declaration in policy.declarations(node[1][1]):
                    _property(program, node, declaration)
        pending.extend(reversed([part for part in node if part.__class__ is tuple]))
    return put


def _fills(
    program: Program,
    module: Module,
    target: ir.Node,
    value: ir.Node,
    types: dict[str, str | None],
    wanted: frozenset[str],
) -> list[str]:
    if target[0] != ir.ATTR:
        return []
    names = functions_of(value)
    owner = None
    if target[1][0] in (ir.NAME, ir.GLOBAL):
        owner = types.get(target[1][1])
    for name in names:
        program.fillers.setdefault(target[2], {}).setdefault(name, set()).add(owner)
    if not names or target[2] not in wanted:
        return names
    for name in names:
        _record(program, module, name, owner, target[2])
    return names


def _record(program: Program, module: Module, name: str, owner: str | None, slot: str) -> None:
    for key in ((-1, name), (module.index, name)):
        program.slots.setdefault(key, {})[(owner, slot)] = None


def _initializer(program: Program, module: Module, node: ir.Node, wanted: frozenset[str]) -> None:
    """``T(slot=function)``."""
    if node[1][0] != ir.GLOBAL:
        return
    for keyword, value in node[3]:
        if keyword is None:
            continue
        for name in functions_of(value):
            program.fillers.setdefault(keyword, {}).setdefault(name, set()).add(node[1][1])
            if keyword in wanted:
                _record(program, module, name, node[1][1], keyword)


def _property(program: Program, node: ir.Node, declaration: PropertyDeclaration) -> None:
    """A call that declares a property, as every device does."""
    places = (declaration.name, declaration.owner, declaration.field)
    if max(places) >= len(node[2]):
        return
    name, owner, field = (_word(node[2][place]) for place in places)
    if name and owner and field:
        program.property_table.setdefault(name, {})[(owner, field)] = None


def _word(node: ir.Node) -> str:
    if node[0] == ir.CONST and isinstance(node[1], str):
        return node[1]
    if node[0] in (ir.GLOBAL, ir.NAME):
        return str(node[1])
    return ""
