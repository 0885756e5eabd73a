"""``import`` and ``from … import``: modules of the program run once, when first imported."""

from __future__ import annotations

from spapr_lint import ir
from spapr_lint.flow import binding
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.values import Value


def import_(m: Machine, a: Activation, n: ir.Node) -> bool:
    """``import a.b as c``."""
    for dotted, bound, whole in n[1]:
        value = m.program.module_value(m, a, dotted)
        if not whole:
            value = m.program.module_value(m, a, dotted.partition(".")[0])
        bind_name(m, a, bound, value, n[2])
    return True


def from_(m: Machine, a: Activation, n: ir.Node) -> bool:
    """``from a import b as c`` and ``from a import *``."""
    _, dotted, level, names, site = n
    base = m.program.absolute(a.module, dotted, level)
    if names is None:
        for name, value in m.program.exported(m, a, base):
            bind_name(m, a, name, value, site)
        return True
    for name, bound in names:
        bind_name(m, a, bound, m.program.imported(m, a, base, name), site)
    return True


def bind_name(m: Machine, a: Activation, name: str, value: Value, site: int) -> None:
    """Bind a name as the statement's scope binds it."""
    if a.function is None and a.klass is None:
        m.journal.write(a.module.namespace.slots, name, value)
        return
    function = a.function
    if function is not None and name not in function.variables:
        op = ir.FREE if name in a.cells else ir.GLOBAL
        binding.bind(m, a, (op, name, site), value, site)
        return
    binding.bind(m, a, (ir.NAME, name, site), value, site)
