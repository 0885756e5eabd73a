"""What operators make of kinds: the affine algebra.

Declared conversions come first, then the general rules (base + id -> id, id - id -> distance,
last + 1 -> bound, …); a foreign space survives an addition on its way to the sink.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from spapr_lint.kinds.patterns import Matcher, Rewrite, Shape, Term, shape
from spapr_lint.kinds.spaces import MEMBERS, PLACES, SIZES, Kind, Relations, Space

ZERO_BASE = " (the base is 0)"
_MEMO_LIMIT = 1 << 16


class Derived(NamedTuple):
    """A kind that an operation gives, and from which operand it comes.

    ``sides`` is ``left``, ``right`` or ``both``; ``note`` says the rule for the trace, or is
    empty.  It ends in `ZERO_BASE` for an end whose base is known to be 0, which is as good as
    the count: a warning, not an error.
    """

    kind: Kind
    sides: str
    note: str = ""


class Clash(NamedTuple):
    """Two kinds that the operation ``what`` must not bring together (SPL301, SPL302)."""

    left: Kind
    right: Kind
    what: str


Answer = tuple[tuple[Derived, ...], tuple[Clash, ...]]
_NOTHING: Answer = ((), ())
# What is left of a number when one of the same space is subtracted.
_DIFFERENCES: dict[tuple[str, str], str] = {
    **{(one, two): "distance" for one in PLACES for two in PLACES},
    **{(one, two): "count" for one in ("end", "bound") for two in ("id", "base")},
    ("end", "count"): "base",
    ("ordinal", "ordinal"): "distance",
    ("sum", "sum"): "distance",
    **{("sum", one): "id" for one in ("id", "base", "last")},
}


class Algebra:
    """What operators make of kinds, for one set of spaces and declared conversions.

    Built once per pack and never changed; the memo tables only save work.
    """

    def __init__(self, spaces: Mapping[str, Space], rewrites: Iterable[Rewrite] = ()) -> None:
        self.relations = Relations(spaces)
        self._rewrites = tuple(rewrites)
        self._matcher = Matcher(self.relations, self._rewrites)
        self._binary: dict[tuple[str, Term, Term], Answer] = {}
        self._compared: dict[tuple[frozenset[Kind], frozenset[Kind]], tuple[Clash, ...]] = {}

    def with_space(self, space: Space) -> Algebra:
        """The same algebra with one more space."""
        return Algebra({**self.relations.spaces, space.name: space}, self._rewrites)

    def binary(self, op: str, left: Term, right: Term) -> Answer:
        """Kinds of ``left op right`` and the kinds that must not meet there.

        ``op`` is Python's operator, or ``DIV_ROUND_UP``, ``min``, ``max``.  Operands without
        kinds are neutral: they add nothing and, under ``+`` and ``-``, remove nothing.
        """
        if not (left.kinds or right.kinds or left.form or right.form):
            return _NOTHING
        key = (op, left, right)
        answer = self._binary.get(key)
        if answer is None:
            if len(self._binary) >= _MEMO_LIMIT:
                self._binary.clear()
            answer = self._binary[key] = self._find_binary(op, left, right)
        return answer

    def _find_binary(self, op: str, left: Term, right: Term) -> Answer:
        labels = tuple(
            Derived(kind, side)
            for side, term in (("left", left), ("right", right))
            for kind in sorted(term.kinds)
            if not kind.role and self.relations.carried(kind)
        )
        whole = shape(op, _numbers(left), _numbers(right))
        declared = self._declared(whole, nested=True)
        if declared:
            return labels + declared, ()
        if whole.operator in ("min", "max"):
            derived, clashes = self._join(whole)
            return labels + derived, clashes
        found: dict[Derived, None] = {}
        clashing: dict[Clash, None] = {}
        for one in sorted(whole.left.kinds) or (None,):
            for two in sorted(whole.right.kinds) or (None,):
                derived, clashes = self._single(op, whole, one, two)
                found.update(dict.fromkeys(derived))
                clashing.update(dict.fromkeys(clashes))
        return labels + tuple(found), tuple(clashing)

    def _single(self, op: str, whole: Shape, one: Kind | None, two: Kind | None) -> Answer:
        """One kind at most on each side: declared conversions before the general rules."""
        single = Shape(
            whole.operator,
            Term(frozenset((one,) if one else ()), whole.left.literal),
            Term(frozenset((two,) if two else ()), whole.right.literal),
        )
        declared = self._declared(single, nested=False)
        if declared:
            return declared, ()
        if whole.operator in ("+", "-"):
            return self._affine(op, single, one, two)
        return self._scaled(op, single, one, two)

    def _declared(self, whole: Shape, *, nested: bool) -> tuple[Derived, ...]:
        found = self._matcher.find(whole, nested=nested)
        sides = _sides(whole) if found else ""
        return tuple(dict.fromkeys(Derived(one.to, sides, one.text) for one in found))

    def _join(self, whole: Shape) -> Answer:
        derived = [Derived(kind, "left") for kind in sorted(whole.left.kinds)]
        derived += [Derived(kind, "right") for kind in sorted(whole.right.kinds - whole.left.kinds)]
        return tuple(derived), self.compare(whole.operator, whole.left.kinds, whole.right.kinds)

    def _scaled(self, op: str, whole: Shape, one: Kind | None, two: Kind | None) -> Answer:
        """``*``, ``//``, ``%`` and the rest: the kind is lost, but for doing nothing at all."""
        literal = whole.right.literal
        if one and (
            (literal == 1 and whole.operator in ("*", "//")) or self._uncut(op, whole, one)
        ):
            return (Derived(one, "left"),), ()
        if two and op == "*" and whole.left.literal == 1:
            return (Derived(two, "right"),), ()
        if one and one.role == "sum" and (whole.operator, literal) == ("//", 2):
            middle = Kind(one.space, "id")
            return (Derived(middle, "left", f"{one} // 2 -> {middle}"),), ()
        if one is None or two is None:
            return _NOTHING
        if whole.operator in ("//", "%") and one.role in ("id", "base") and two.role == "stride":
            return (), (Clash(one, two, op),)
        if whole.operator == "*" and self._wrong_factor(one, two):
            return (), (Clash(one, two, op),)
        return _NOTHING

    def _uncut(self, op: str, whole: Shape, kind: Kind) -> bool:
        """Whether a mask is as wide as the space's numbers, so that it changes none."""
        literal = whole.right.literal
        wide = 1 << (self.relations.bits(kind.space) or 31)
        return op == "&" and whole.operator == "%" and literal is not None and literal >= wide

    def _wrong_factor(self, one: Kind, two: Kind) -> bool:
        """Whether an id is multiplied by the stride of another space's ids."""
        if one.role == "stride":
            one, two = two, one
        return one.role in MEMBERS and two.role == "stride" and self._matcher.factor(two, one)

    def _affine(self, op: str, whole: Shape, one: Kind | None, two: Kind | None) -> Answer:
        if one is None or two is None:
            # A number minus an id is no id: only what is added once stays in its space.
            if one is None and whole.operator == "-":
                return _NOTHING
            kind = one or two
            literal = whole.right.literal if one else whole.left.literal
            return self._with_neutral(op, kind, literal, "left" if one else "right"), ()
        clashing = one.role in PLACES and two.role in PLACES and not self.relations.joined(one, two)
        clashes = (Clash(one, two, op),) if clashing else ()
        if whole.operator == "-":
            return self._difference(one, two), clashes
        if op == "|" and "base" not in (one.role, two.role):
            return (), clashes
        if self._starts(two, one):
            found = self._sum(two, one, whole.right.literal, op)
            return tuple(_swapped(derived) for derived in found), clashes
        return self._sum(one, two, whole.left.literal, op), clashes

    def _with_neutral(
        self, op: str, kind: Kind | None, literal: int | None, side: str
    ) -> tuple[Derived, ...]:
        """A kinded number and a neutral one: last + 1 -> bound, bound - 1 -> last, else kept."""
        if kind is None or (op == "|" and kind.role != "base" and literal != 0):
            return ()
        role = kind.role
        if literal == 1 and op == "+" and role == "last":
            role = "bound"
        elif literal == 1 and op == "-" and role in ("bound", "end"):
            role = "last"
        elif literal == 1 and op == "-" and role == "count" and self.relations.dense(kind.space):
            role = "last"
        note = "" if role == kind.role else f"{kind} {op} 1 -> {kind.space}.{role}"
        return (Derived(Kind(kind.space, role), side, note),)

    def _starts(self, two: Kind, one: Kind) -> bool:
        """Whether in ``one + two`` it is ``two`` from which is counted."""
        if two.role not in ("base", "id"):
            return False
        if one.role == two.role:
            inner = self.relations.inner(one.space, two.space)
            return inner or (two < one and not self.relations.inner(two.space, one.space))
        return one.role != "base"

    def _sum(self, start: Kind, step: Kind, value: int | None, op: str) -> tuple[Derived, ...]:
        """``start + step``: a base or id and what is added to it."""
        if start.role not in ("base", "id"):
            return self._sizes(start, step)
        space = self._home(start)
        note = f"{start} {op} {step} -> {space}."
        if self._two_places(start, step, space, value):
            return (Derived(Kind(space, "sum"), "both", note + "sum"),)
        mine = self._belongs(step, start, space)
        if step.role in SIZES:
            zero = ZERO_BASE if start.role == "base" and value == 0 else ""
            end = Derived(Kind(space, "end"), "both" if mine else "left", note + "end" + zero)
            return (end,) if mine else (end, Derived(step, "right"))
        if step.role in ("ordinal", "distance", "stride"):
            first = Derived(Kind(space, "id"), "left", note + "id")
            sibling = not mine and self.relations.inner(step.space, space)
            return (first, Derived(step, "right")) if sibling else (first,)
        if mine:
            role = step.role if step.role in ("last", "end") else "id"
            return (Derived(Kind(space, role), "both", note + role),)
        return Derived(Kind(space, "id"), "left"), Derived(step, "right")

    def _home(self, kind: Kind) -> str:
        """The space of which a place is a number: the outer one where a sub-range starts."""
        outer = self.relations.outer(kind.space) if kind.role == "base" else ()
        return outer[0] if outer else kind.space

    def _two_places(self, start: Kind, step: Kind, space: str, value: int | None) -> bool:
        """Whether two numbers of one space are added, neither of which counts from the other.

        In a dense space an id is how many come before it too, and nothing is added to a base
        that is known to be 0 but itself.
        """
        if step.role not in ("id", "base") or (value == 0 and step.role == "id"):
            return False
        return self.relations.same(self._home(step), space) and not self.relations.dense(space)

    def _belongs(self, step: Kind, start: Kind, outer: str) -> bool:
        """Whether what is added to a base counts or names members of the base's sub-range.

        A base that says which sub-range it starts takes no other sub-range's numbers.
        """
        relations = self.relations
        own = start.role == "base" and start.space != outer
        return any(
            relations.same(kind.space, start.space)
            or relations.inner(kind.space, start.space)
            or (not own and relations.same(kind.space, outer))
            or (not own and relations.inner(kind.space, outer))
            for kind in relations.equals(step)
        )

    def _sizes(self, one: Kind, two: Kind) -> tuple[Derived, ...]:
        """The sum of two numbers neither of which is a place to start from."""
        for kind, other, side in ((one, two, "left"), (two, one, "right")):
            if kind.role == "sum" and self.relations.joined(kind, other):
                return (Derived(kind, side),)
        if one == two and one.role == "ordinal":  # the n-th and the m-th make no n-th
            return (Derived(Kind(one.space, "sum"), "both", f"{one} + {two}"),)
        tops = ("bound", "end", "last")
        if (one.role in tops) != (two.role in tops):
            return (Derived(one, "left") if one.role in tops else Derived(two, "right"),)
        if self.relations.alike(one, two) or self.relations.alike(two, one):
            return (Derived(min(one, two), "both"),)
        outer = self.relations.outer(two.space)
        common = sorted(name for name in self.relations.outer(one.space) if name in outer)
        if common and one.role == two.role == "count":
            return (Derived(Kind(common[0], "count"), "both"),)
        return Derived(one, "left"), Derived(two, "right")

    def _difference(self, one: Kind, two: Kind) -> tuple[Derived, ...]:
        alike = self.relations.alike(one, two) or self.relations.alike(two, one)
        if not (alike or self.relations.same(self._home(one), self._home(two))):
            return (Derived(one, "left"),)
        inner = two.role == "base" and self._home(two) != two.space
        role = _DIFFERENCES.get((one.role, two.role), one.role)
        space = two.space if inner and role == "count" else one.space
        # A base may have had something added: as an id it is a place within its sub-range.
        if two.role == "base" and (one.role == "id" or (one.role == "base" and inner)):
            only = two.space if inner else self.relations.only_inner(one.space)
            space, role = (only, "id") if only else (one.space, "ordinal")
        to = Kind(space, role)
        return (Derived(to, "both", f"{one} - {two} -> {to}"),)

    def unmet(self, op: str, left: Term, right: Term, wanted: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """What ``left`` should be of for ``left op right`` to become one of ``wanted``.

        Of the declared conversions that scale by this very literal, or of ``wanted`` itself if a
        mask is as wide as that; nothing if there are none, or ``left`` is right for one of them.
        """
        whole = shape(op, left, right)
        found = self._matcher.scaled(whole, wanted) if left.kinds else ()
        if op == "&" and whole.operator == "%" and left.kinds:
            found = tuple(w for w in wanted if whole.right.literal == 1 << self._bits(w))
        return () if any(self.accepts(kind, found) for kind in left.kinds) else found

    def _bits(self, kind: Kind) -> int:
        return self.relations.bits(kind.space)

    def unary(self, op: str, term: Term) -> tuple[Derived, ...]:
        """Kinds of ``op term``: only ``+`` changes nothing."""
        return tuple(
            Derived(kind, "left")
            for kind in sorted(term.kinds)
            if (op == "+" if kind.role else op != "not" and self.relations.carried(kind))
        )

    def compare(self, op: str, left: frozenset[Kind], right: frozenset[Kind]) -> tuple[Clash, ...]:
        """Pairs of unrelated spaces that are compared, one of them at least naming a member.

        Two sizes may be compared whatever they count.  Raises nothing.
        """
        if not left or not right:
            return ()
        found = self._compared.get((left, right))
        if found is None:
            found = self._compared[left, right] = tuple(
                Clash(one, two, "compare")
                for one in sorted(left)
                for two in sorted(right)
                if self._incomparable(one, two)
            )
        return tuple(clash._replace(what=op) for clash in found)

    def _incomparable(self, one: Kind, two: Kind) -> bool:
        if not (one.role and two.role):
            return False
        if "sum" in (one.role, two.role) and one.role != two.role:
            tops = set() if self.relations.dense(one.space) else {"bound", "end"}
            return bool((MEMBERS | tops) & {one.role, two.role})
        if self._range_apart(one, two) or self._range_apart(two, one):
            return True
        loose = ("count", "stride", "distance")
        if one.role in loose and two.role in loose:
            return False
        if self.relations.fits_below(one, two) or self.relations.fits_below(two, one):
            return False
        for nth, other in ((one, two), (two, one)):
            if nth.role == "ordinal" and other.role in MEMBERS:
                good = self.relations.accepts(nth, (other._replace(role="id"),))
                return not good and not self.relations.same(nth.space, other.space)
        return not self.relations.joined(one, two)

    def _range_apart(self, place: Kind, size: Kind) -> bool:
        """Whether a number of a space is held against how many one sub-range of it has.

        That starts at a base of its own: one whose ids are the outer ones as they stand, or that
        is there again and again, may be compared.
        """
        outer = self.relations.outer(size.space)
        return (
            place.role in ("id", "base")
            and size.role in SIZES
            and len(outer) == 1
            and self.relations.same(self._home(place), outer[0])
            and not self.relations.accepts(Kind(size.space, "id"), (Kind(outer[0], "id"),))
        )

    def members(self, kind: Kind) -> Kind | None:
        """What counts from 0 up to ``kind``: ids below a base or a bound, ordinals of a count."""
        if kind.role == "base":
            return Kind(self._home(kind), "id")
        if kind.role in ("bound", "end", "last"):
            return Kind(kind.space, "id")
        if kind.role in ("count", "stride"):
            return Kind(kind.space, "ordinal")
        return None

    def length(self, index: Kind) -> Kind:
        """The length of a table with such an index."""
        if not index.role:
            return index
        return Kind(index.space, "count" if index.role == "ordinal" else "bound")

    def accepts(
        self, got: Kind, wanted: tuple[Kind, ...], *, known_zero_base: bool = False
    ) -> bool:
        """Whether ``got`` is good where one of ``wanted`` is wanted: `Relations.accepts`."""
        return self.relations.accepts(got, wanted, known_zero_base=known_zero_base)

    def judge(self, got: Kind, wanted: tuple[Kind, ...]) -> str | None:
        """Which sort of mismatch: `Relations.judge`."""
        return self.relations.judge(got, wanted)


def _numbers(term: Term) -> Term:
    """The term without its labels."""
    if all(kind.role for kind in term.kinds):
        return term
    return term._replace(kinds=frozenset(kind for kind in term.kinds if kind.role))


def _sides(whole: Shape) -> str:
    left = bool(whole.left.kinds or whole.left.form)
    right = bool(whole.right.kinds or whole.right.form)
    return "both" if left and right else "left" if left else "right"


def _swapped(derived: Derived) -> Derived:
    return derived._replace(sides={"left": "right", "right": "left"}.get(derived.sides, "both"))
