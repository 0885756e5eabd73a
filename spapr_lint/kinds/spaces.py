"""Number spaces, and which of their kinds are equal, related or good for one another.

A space is a set of numbers with a meaning; a kind is a space with a role in it.
`Relations` answers what follows from how spaces are declared, arithmetic apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

ROLES = (
    "id",
    "base",
    "count",
    "bound",
    "last",
    "end",
    "ordinal",
    "stride",
    "distance",
    "sum",
)
PLACES = frozenset(("id", "base", "last", "bound", "end"))
MEMBERS = frozenset(("id", "base", "last"))
SIZES = frozenset(("count", "bound"))


class Kind(NamedTuple):
    """A number space and what a number is within it.

    Roles are those of `ROLES`: ``id`` one member, ``base`` where a sub-range starts, ``count``
    how many members, ``bound`` highest id + 1, ``last`` highest id, ``end`` base + count,
    ``ordinal`` the n-th member from 0, ``stride`` ids per group, ``distance`` between two ids,
    ``sum`` two places added, which is no place until one is taken away or it is halved.
    A label space has no roles: its only kind has the role ``""``.
    """

    space: str
    role: str

    def __str__(self) -> str:
        return f"{self.space}.{self.role}" if self.role else self.space


@dataclass(frozen=True, slots=True)
class Space:
    """A set of numbers with a meaning of its own.

    ``dense`` spaces are 0..n-1 without holes, so their count is their bound.  ``inner_of`` names
    the spaces in which this one is a sub-range: base + inner id -> outer id.  ``subset_of`` names
    those of which every id here is an id as it stands.  ``same_as`` are identities.
    ``counted_by`` names spaces with as many members (CPU indexes and IPIs).  Every id fits in
    ``bits`` bits, 0 if that is not known, so that a mask as wide as that changes none.
    """

    name: str
    title: str = ""
    dense: bool = False
    reference: str = ""
    algebra: str = "affine"
    through_arithmetic: bool = False
    inner_of: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    counted_by: tuple[str, ...] = ()
    subset_of: tuple[str, ...] = ()
    bits: int = 0


_KIND_TEXT = re.compile(r"([A-Za-z_]\w*)(?:\.([a-z]+))?\Z")


def parse_kind(text: str) -> Kind:
    """Read ``space.role`` or a label's name.  Raises `ValueError` if it is neither in form."""
    match = _KIND_TEXT.match(text.strip())
    if match is None or (match[2] is not None and match[2] not in ROLES):
        raise ValueError(f"{text!r} is not a kind (space.role, role one of {', '.join(ROLES)})")
    return Kind(match[1], match[2] or "")


# Which roles are good where another is wanted, within one space.
_GOOD: dict[str, frozenset[str]] = {
    "id": frozenset(("id", "base", "last")),
    "base": frozenset(("base", "id")),
    "last": frozenset(("last", "id")),
    "bound": frozenset(("bound", "end")),
    "end": frozenset(("end", "bound")),
    "count": frozenset(("count", "distance", "stride")),
    "stride": frozenset(("stride", "count")),
    "ordinal": frozenset(("ordinal",)),
    "distance": frozenset(("distance", "count", "ordinal", "stride")),
    "sum": frozenset(("sum",)),
}


class Relations:
    """What the declared spaces say about their kinds.

    Built once per pack and never changed; the memo tables only save work.  An unknown space is
    treated as a sparse one without relations.
    """

    def __init__(self, spaces: Mapping[str, Space]) -> None:
        self.spaces = dict(spaces)
        self._same = _classes(spaces, lambda space: space.same_as)
        self._counted = _classes(spaces, lambda space: space.counted_by)
        self._equal: dict[Kind, tuple[Kind, ...]] = {}
        self._accepts: dict[tuple[Kind, tuple[Kind, ...], bool], bool] = {}

    def equals(self, kind: Kind) -> tuple[Kind, ...]:
        """All kinds with the same numbers, the kind itself first.

        Identities of spaces, count and bound of dense spaces, and counts and ordinals of spaces
        with as many members.
        """
        found = self._equal.get(kind)
        if found is None:
            found = self._equal[kind] = self._find_equals(kind)
        return found

    def _find_equals(self, kind: Kind) -> tuple[Kind, ...]:
        seen = [kind]
        for one in seen:
            new = [Kind(name, one.role) for name in self._same.get(one.space, ())]
            if self.dense(one.space) and one.role in SIZES:
                new += [Kind(one.space, role) for role in ("count", "bound")]
            if one.role in ("count", "ordinal"):
                new += [Kind(name, one.role) for name in self._counted.get(one.space, ())]
            seen += [other for other in dict.fromkeys(new) if other not in seen]
        return tuple(seen)

    def fits_below(self, place: Kind, size: Kind) -> bool:
        """Whether every number of a dense space is below a size of one with as many members.

        Holes make the other's numbers larger: each CPU index is below the bound of the servers.
        """
        space = self.spaces.get(place.space)
        if space is None or place.role not in ("id", "ordinal") or size.role not in SIZES:
            return False
        return space.dense and size.space in space.counted_by

    def uses(self, kind: Kind) -> Iterable[Kind]:
        """What a number may be used as: its equals; where a sub-range starts, the outer number."""
        outer = self.outer(kind.space) if kind.role == "base" else ()
        for name in outer:
            yield from self.equals(Kind(name, "base"))
        if not outer:
            yield from self.equals(kind)

    def dense(self, name: str) -> bool:
        """Whether a space has no holes, so that its count is its highest id + 1."""
        space = self.spaces.get(name)
        return space is not None and space.dense

    def bits(self, name: str) -> int:
        """How many bits every id of a space fits in, 0 if that is not known."""
        space = self.spaces.get(name)
        return 0 if space is None else space.bits

    def outer(self, name: str) -> tuple[str, ...]:
        space = self.spaces.get(name)
        return space.inner_of if space is not None else ()

    def same(self, left: str, right: str) -> bool:
        """Whether two names mean one space."""
        return left == right or right in self._same.get(left, ())

    def inner(self, inner: str, outer: str) -> bool:
        """Whether ``inner`` is declared a sub-range of ``outer`` or of what it is identical to."""
        names = (inner, *self._same.get(inner, ()))
        return any(self.same(one, outer) for name in names for one in self.outer(name))

    def _related(self, left: str, right: str) -> bool:
        if self.same(left, right) or self.inner(left, right) or self.inner(right, left):
            return True
        return not {left, *self._subset(left)}.isdisjoint((right, *self._subset(right)))

    def _subset(self, name: str) -> tuple[str, ...]:
        space = self.spaces.get(name)
        if space is None:
            return ()
        return tuple(
            other for outer in space.subset_of for other in (outer, *self._same.get(outer, ()))
        )

    def stands_for(self, kind: Kind) -> Iterable[Kind]:
        """What a conversion may take a number for: its equals, and ids of the larger space."""
        yield from self.equals(kind)
        if kind.role in MEMBERS:
            for name in self._subset(kind.space):
                yield Kind(name, kind.role)

    def alike(self, one: Kind, two: Kind) -> bool:
        """Whether ``two`` may be used as a number of ``one``'s space."""
        return any(self.same(one.space, kind.space) for kind in self.uses(two))

    def joined(self, left: Kind, right: Kind) -> bool:
        """Whether identity, an inner relation or equal counts join two kinds."""
        return any(
            self._related(one.space, other.space)
            for one in self.uses(left)
            for other in self.uses(right)
        )

    def carried(self, kind: Kind) -> bool:
        """Whether a label survives arithmetic."""
        space = self.spaces.get(kind.space)
        return space is not None and space.through_arithmetic

    def only_inner(self, outer: str) -> str | None:
        """The one sub-range of a space, None if it has none or several."""
        names = [name for name in self.spaces if self.inner(name, outer)]
        return names[0] if len(names) == 1 else None

    def accepts(
        self, got: Kind, wanted: tuple[Kind, ...], *, known_zero_base: bool = False
    ) -> bool:
        """Whether a number of kind ``got`` is good where one of ``wanted`` is wanted.

        With ``known_zero_base`` an end is taken for the count that it then equals: what is
        accepted only so deserves a warning.
        """
        key = (got, wanted, known_zero_base)
        found = self._accepts.get(key)
        if found is None:
            found = self._accepts[key] = any(self._good(got, one) for one in wanted)
            if not found and known_zero_base and got.role == "end":
                found = self._accepts[key] = any(
                    self._good(Kind(got.space, "count"), one) for one in wanted
                )
        return found

    def _good(self, got: Kind, wanted: Kind) -> bool:
        if got.role == wanted.role == "base" and self.same(got.space, wanted.space):
            return True
        return any(self._good_as(kind, wanted) for kind in self.uses(got))

    def _good_as(self, got: Kind, wanted: Kind) -> bool:
        if not got.role or not wanted.role:
            return got == wanted
        role = "id" if got.role == "ordinal" and self.dense(got.space) else got.role
        if not self.same(got.space, wanted.space):
            return (
                role in MEMBERS
                and wanted.role == "id"
                and (wanted.space in self._subset(got.space))
            )
        good = _GOOD.get(wanted.role, frozenset())
        return (
            got.role in good
            or role in good
            or (wanted.role == "ordinal" and role == "id" and self.dense(got.space))
        )

    def judge(self, got: Kind, wanted: tuple[Kind, ...]) -> str | None:
        """None if accepted, ``role`` if the space of one of ``wanted`` is right, else ``space``."""
        if self.accepts(got, wanted):
            return None
        right = any(self.same(kind.space, one.space) for kind in self.uses(got) for one in wanted)
        # Where a sub-range starts is a number of the outer space, but it is of this very range.
        right = right or any(got.space == one.space and one.role in SIZES for one in wanted)
        return "role" if right else "space"


def _classes(
    spaces: Mapping[str, Space], relation: Callable[[Space], tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The other members of each name's class under the closure of a relation."""
    classes: dict[str, set[str]] = {}
    for name, space in spaces.items():
        union = {name, *relation(space)}
        for member in tuple(union):
            union |= classes.get(member, set())
        classes.update(dict.fromkeys(union, union))
    return {name: tuple(sorted(union - {name})) for name, union in classes.items()}
