"""What a number means, and what arithmetic does to that meaning.

`spaces` has the words and their relations, `patterns` declared conversions, `algebra` operators.
Pure and memoised, because the interpreter asks for every operator that it meets.
"""

from spapr_lint.kinds.algebra import ZERO_BASE, Algebra, Clash, Derived
from spapr_lint.kinds.patterns import Pattern, Rewrite, Term, kinds_in
from spapr_lint.kinds.spaces import ROLES, Kind, Relations, Space, parse_kind

__all__ = [
    "ROLES",
    "ZERO_BASE",
    "Algebra",
    "Clash",
    "Derived",
    "Kind",
    "Pattern",
    "Relations",
    "Rewrite",
    "Space",
    "Term",
    "kinds_in",
    "parse_kind",
]
