"""Which modules belong together: by imports, or because C links them.

What a small group of modules does is followed exactly, however many groups a
tree holds: nothing that happens in one can be seen in another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spapr_lint import ir

if TYPE_CHECKING:
    from spapr_lint.flow.machine import Module
    from spapr_lint.flow.program import Program


def small(program: Program, large: int, speaking: frozenset[int]) -> frozenset[int]:
    """The modules of all groups that have no more than ``large`` functions.

    Of a group without a module of ``speaking``, those in which a number of some
    kind can come to be, there is nothing to follow.
    """
    leader = list(range(len(program.modules)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for module in program.modules:
        for name in _imported(program, module):
            other = program.find(name, module)
            while other is None and "." in name:
                name = name.rpartition(".")[0]
                other = program.find(name, module)
            if other is not None:
                leader[find(other.index)] = find(module.index)
    sizes: dict[int, int] = {}
    for module in program.modules:
        group = find(module.index) if module.language == "python" else -1
        sizes[group] = sizes.get(group, 0) + len(module.ir.functions)
    spoken = {find(index) for index in speaking}
    return frozenset(
        module.index
        for module in program.modules
        if module.language == "python"
        and sizes[find(module.index)] <= large
        and find(module.index) in spoken
    )


def _imported(program: Program, module: Module) -> list[str]:
    """The dotted names that a module imports, anywhere in it."""
    names: list[str] = []
    for node in [node for surface in module.surfaces for node in surface.imports]:
        if node[0] == ir.IMPORT:
            names.extend(dotted for dotted, _, _ in node[1])
        else:
            base = program.absolute(module, node[1] or "", node[2])[0]
            names.append(base)
            names.extend(f"{base}.{name}" for name, _ in node[3] or ())
    return names
