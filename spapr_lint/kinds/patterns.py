"""Operands, and the declared conversions that an expression may match.

Patterns match modulo commutation and spelling: ``|`` for ``+``, ``<< n`` for ``* 2**n``,
``>> n`` and ``/`` for ``//``, ``& (2**n - 1)`` for ``% 2**n``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from spapr_lint.kinds.spaces import Kind, Relations

# A declared expression: a kind, a literal, a wildcard (a name: any
# neutral number), or (operator, left, right).
Pattern: TypeAlias = "Kind | int | str | tuple[str, Pattern, Pattern]"


class Term(NamedTuple):
    """An operand: the kinds it may be of, its value if known, and how it was computed.

    ``form`` is (operator, left, right) while the value is still an unreduced expression, so that
    a declared conversion of several operators can be recognised; the caller bounds its depth.
    """

    kinds: frozenset[Kind]
    literal: int | None = None
    form: tuple[str, Term, Term] | None = None


class Rewrite(NamedTuple):
    """A declared conversion: what matches ``pattern`` is of kind ``to``; ``text`` is for traces."""

    pattern: Pattern
    to: Kind
    text: str


class Shape(NamedTuple):
    """An operator with its operands in the one spelling that patterns are compared in."""

    operator: str
    left: Term
    right: Term


def _plain(operator: str, right: int | None) -> tuple[str, int | None]:
    """The spelling of an operator that all its equals share, and its right literal."""
    if operator == "|":
        return "+", right
    if operator == "/":
        return "//", right
    if operator in ("<<", ">>") and right is not None and 0 <= right < 64:
        return ("*" if operator == "<<" else "//"), 1 << right
    if operator == "&" and right is not None and right > 0 and right & (right + 1) == 0:
        return "%", right + 1
    return _NAMES.get(operator, operator), right


_NAMES = {"MIN": "min", "MAX": "max"}


def shape(operator: str, left: Term, right: Term) -> Shape:
    if operator == "&" and left.literal is not None and right.literal is None:
        left, right = right, left
    name, literal = _plain(operator, right.literal)
    if literal != right.literal:
        right = Term(right.kinds, literal, None)
    return Shape(name, left, right)


def normal(pattern: Pattern) -> Pattern:
    """A pattern in the spelling of `shape`."""
    if isinstance(pattern, Kind | int | str):
        return pattern
    operator, left, right = pattern
    left, right = normal(left), normal(right)
    if operator == "&" and isinstance(left, int):
        left, right = right, left
    name, literal = _plain(operator, right if isinstance(right, int) else None)
    return name, left, right if literal is None else literal


def kinds_in(pattern: Pattern) -> Iterable[Kind]:
    """The kinds that a pattern mentions."""
    if isinstance(pattern, Kind):
        yield pattern
    elif not isinstance(pattern, int | str):
        yield from kinds_in(pattern[1])
        yield from kinds_in(pattern[2])


class Matcher:
    """The declared conversions of a pack, found by operator."""

    def __init__(self, relations: Relations, rewrites: Iterable[Rewrite]) -> None:
        self._relations = relations
        self._flat: dict[str, list[Rewrite]] = {}
        self._nested: dict[str, list[Rewrite]] = {}
        for rewrite in rewrites:
            pattern = normal(rewrite.pattern)
            if not isinstance(pattern, Kind | int | str):
                flat = all(isinstance(part, Kind | int | str) for part in pattern)
                table = self._flat if flat else self._nested
                table.setdefault(pattern[0], []).append(rewrite._replace(pattern=pattern))

    def find(self, shape: Shape, *, nested: bool) -> tuple[Rewrite, ...]:
        """The conversions that match, those naming the very spaces before their equals.

        ``nested`` asks for the conversions of several operators, else for those of one.
        """
        rewrites = (self._nested if nested else self._flat).get(shape.operator, ())
        for exact in (True, False) if rewrites else ():
            found = tuple(one for one in rewrites if self._fits(one.pattern, shape, exact))
            if found:
                return found
        return ()

    def scaled(self, whole: Shape, wanted: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """The kinds that conversions of one operator and this literal make into one of these."""
        literal = whole.right.literal
        return tuple(
            one.pattern[1]
            for one in self._flat.get(whole.operator, ())
            if isinstance(one.pattern, tuple)
            and not isinstance(one.pattern, Kind)
            and literal is not None
            and one.pattern[2] == literal
            and isinstance(one.pattern[1], Kind)
            and one.to in wanted
        )

    def factor(self, stride: Kind, factor: Kind) -> bool:
        """Whether ids are declared to be multiplied by ``stride``, but never ``factor``."""
        declared = any(_beside(stride, None, one.pattern) for one in self._flat.get("*", ()))
        patterns = [one.pattern for table in self._nested.values() for one in table]
        return declared and not any(_beside(stride, factor, one) for one in patterns)

    def _fits(self, pattern: Pattern, shape: Shape, exact: bool) -> bool:
        if isinstance(pattern, Kind | int | str) or pattern[0] != shape.operator:
            return False
        orders = [(pattern[1], pattern[2])]
        if shape.operator in ("+", "*"):
            orders.append((pattern[2], pattern[1]))
        return any(
            self._matches(one, shape.left, exact) and self._matches(two, shape.right, exact)
            for one, two in orders
        )

    def _matches(self, pattern: Pattern, term: Term, exact: bool) -> bool:
        if isinstance(pattern, Kind):
            if exact:
                return pattern in term.kinds
            return any(pattern in self._relations.stands_for(kind) for kind in term.kinds)
        if isinstance(pattern, int):
            return term.literal == pattern
        if isinstance(pattern, str):
            return not term.kinds
        return term.form is not None and self._fits(pattern, shape(*term.form), exact)


def _beside(stride: Kind, factor: Kind | None, pattern: Pattern) -> bool:
    """Whether a pattern somewhere multiplies ``stride`` (by ``factor``, if that is given)."""
    if isinstance(pattern, Kind | int | str):
        return False
    operator, *parts = pattern
    if operator == "*" and stride in parts and (factor is None or factor in parts):
        return True
    return any(_beside(stride, factor, part) for part in parts)
