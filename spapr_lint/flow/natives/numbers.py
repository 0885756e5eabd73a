"""Builtins that are operators under another name: ``pow`` and ``divmod``."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import arithmetic
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives.common import given, make
from spapr_lint.flow.values import Value


def pow_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``pow(x, y)`` and ``pow(x, y, modulus)``."""
    result = arithmetic.binary(m, a, "**", given(g, 0), given(g, 1), site)
    if len(g.positional) > 2:
        return arithmetic.binary(m, a, "%", result, g.positional[2], site)
    return result


def divmod_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``divmod(x, y)``."""
    parts = [arithmetic.binary(m, a, op, given(g, 0), given(g, 1), site) for op in ("//", "%")]
    return make(m, a, "tuple", parts, site)
