"""The affine algebra: what the operators make of kinds, by example and by property.

The spaces here are small stand-ins of the sPAPR ones, so that the rules of the shipped pack can
change without these tests.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.kinds import (
    ROLES,
    ZERO_BASE,
    Algebra,
    Kind,
    Pattern,
    Rewrite,
    Space,
    Term,
    parse_kind,
)

K = parse_kind
SPACES = {
    space.name: space
    for space in (
        Space("cpu_index", dense=True, counted_by=("ipi", "server")),
        Space("server"),
        Space("ipi", dense=True, inner_of=("lisn",), subset_of=("lisn",)),
        Space("lisn", same_as=("irq",)),
        Space("irq"),
        Space("srcno", dense=True, inner_of=("irq",)),
        Space("msi", dense=True, inner_of=("irq",)),
        Space("end"),
        Space("nvt"),
        Space("prio", dense=True),
        Space("thread", dense=True, inner_of=("server",)),
        Space("vsmt"),
        Space("marked", algebra="label"),
        Space("sticky", algebra="label", through_arithmetic=True),
    )
}


def rewrite(pattern: Pattern, to: str) -> Rewrite:
    return Rewrite(pattern, K(to), f"-> {to}")


FORMULA: Pattern = (
    "+",
    ("*", ("/", K("cpu_index.id"), K("thread.stride")), K("vsmt.stride")),
    ("%", K("cpu_index.id"), K("thread.stride")),
)
REWRITES = (
    rewrite(("<<", K("server.id"), 3), "end.id"),
    rewrite(("<<", K("server.bound"), 3), "end.bound"),
    rewrite(("<<", K("cpu_index.count"), 3), "end.count"),
    rewrite((">>", K("end.id"), 3), "server.id"),
    rewrite(("&", K("end.id"), 7), "prio.id"),
    rewrite(("+", K("end.id"), K("prio.id")), "end.id"),
    rewrite(("-", K("irq.id"), K("irq.base")), "srcno.id"),
    rewrite(("-", K("lisn.id"), K("lisn.base")), "ipi.id"),
    rewrite(("+", K("nvt.base"), K("server.id")), "nvt.id"),
    rewrite(FORMULA, "server.id"),
    rewrite(
        ("DIV_ROUND_UP", ("*", K("cpu_index.count"), K("vsmt.stride")), K("thread.stride")),
        "server.bound",
    ),
)
ALGEBRA = Algebra(SPACES, REWRITES)


def term(text: str) -> Term:
    """``3``, ``?`` (unknown) or kinds joined by ``,``; ``lisn.base=0`` with a known value."""
    if text == "?":
        return Term(frozenset())
    if text.lstrip("-").isdigit():
        return Term(frozenset(), int(text))
    kinds, _, value = text.partition("=")
    return Term(frozenset(map(K, kinds.split(","))), int(value) if value else None)


def kinds_of(left: str, op: str, right: str) -> set[str]:
    derived, _ = ALGEBRA.binary(op, term(left), term(right))
    return {str(one.kind) for one in derived}


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("lisn.base + ipi.id", "lisn.id"),
        ("ipi.id + lisn.base", "lisn.id"),
        ("lisn.base | ipi.id", "lisn.id"),
        ("lisn.base + cpu_index.ordinal", "lisn.id"),
        ("lisn.base + cpu_index.count", "lisn.end"),
        ("lisn.base + ipi.count", "lisn.end"),
        ("lisn.base + server.bound", "lisn.end server.bound"),
        ("server.bound + lisn.base", "lisn.end server.bound"),
        ("lisn.base + server.id", "lisn.id server.id"),
        ("lisn.base + cpu_index.id", "lisn.id cpu_index.id"),
        ("lisn.base + ?", "lisn.base"),
        ("lisn.base + 3", "lisn.base"),
        ("msi.base + msi.id", "irq.id"),
        ("msi.base + msi.count", "irq.end"),
        ("irq.base + srcno.count", "irq.end"),
        ("irq.id - irq.base", "srcno.id"),
        ("lisn.id - lisn.base", "ipi.id"),
        ("irq.id - msi.base", "msi.id"),
        ("irq.end - msi.base", "msi.count"),
        ("irq.id - irq.id", "irq.distance"),
        ("irq.id + irq.distance", "irq.id"),
        ("irq.id + 1", "irq.id"),
        ("irq.id - 1", "irq.id"),
        ("irq.id + ?", "irq.id"),
        ("? + irq.id", "irq.id"),
        ("? - irq.id", ""),
        ("server.last + 1", "server.bound"),
        ("server.bound - 1", "server.last"),
        ("server.bound - 2", "server.bound"),
        ("lisn.end - 1", "lisn.last"),
        ("lisn.end - lisn.base", "lisn.count"),
        ("server.id << 3", "end.id"),
        ("server.id * 8", "end.id"),
        ("8 * server.id", "end.id"),
        ("server.id << 4", ""),
        ("server.bound << 3", "end.bound"),
        ("ipi.count << 3", "end.count"),
        ("end.id >> 3", "server.id"),
        ("end.id / 8", "server.id"),
        ("end.id // 8", "server.id"),
        ("end.id & 7", "prio.id"),
        ("end.id % 8", "prio.id"),
        ("end.id | prio.id", "end.id"),
        ("end.id | ?", ""),
        ("nvt.base + server.id", "nvt.id"),
        ("server.id + thread.id", "server.id"),
        ("server.id * ?", ""),
        ("server.id & ?", ""),
        ("server.id & 4294967295", "server.id"),
        ("server.id * 1", "server.id"),
        ("server.id min ?", "server.id"),
        ("server.id max end.id", "end.id server.id"),
        ("cpu_index.count + 1", "cpu_index.count"),
        ("marked + 1", ""),
        ("sticky % 3", "sticky"),
        ("? + sticky", "sticky"),
    ],
)
def test_operator(expression: str, kinds: str) -> None:
    left, op, right = expression.split()
    assert kinds_of(left, op, right) == set(kinds.split())


def test_foreign_space_keeps_its_side() -> None:
    derived, clashes = ALGEBRA.binary("+", term("lisn.base=0"), term("server.bound"))
    assert {(str(one.kind), one.sides, one.note.endswith(ZERO_BASE)) for one in derived} == {
        ("lisn.end", "left", True),
        ("server.bound", "right", False),
    }
    assert [(str(one.left), str(one.right)) for one in clashes] == [("lisn.base", "server.bound")]


def form(op: str, left: Term, right: Term) -> Term:
    derived, _ = ALGEBRA.binary(op, left, right)
    return Term(frozenset(one.kind for one in derived), None, (op, left, right))


def test_nested_conversions() -> None:
    index, threads, vsmt = term("cpu_index.id"), term("thread.stride"), term("vsmt.stride")
    core = form("*", form("//", index, threads), vsmt)
    assert form("+", core, form("%", index, threads)).kinds == {K("server.id")}
    assert form("+", form("%", index, threads), core).kinds == {K("server.id")}
    product = form("*", vsmt, term("cpu_index.count"))
    assert form("DIV_ROUND_UP", product, threads).kinds == {K("server.bound")}
    assert form("DIV_ROUND_UP", product, vsmt).kinds == frozenset()


@pytest.mark.parametrize(
    ("expression", "clashing"),
    [
        ("server.id + cpu_index.id", True),
        ("server.id - lisn.id", True),
        ("cpu_index.id % vsmt.stride", True),
        ("server.id + thread.id", False),
        ("irq.id + msi.id", False),
        ("lisn.base + ipi.id", False),
        ("lisn.id - irq.base", False),
        ("server.id + ?", False),
        ("server.id + 3", False),
        ("server.bound + cpu_index.count", False),
        ("marked + sticky", False),
        ("server.id min ipi.id", True),
    ],
)
def test_arithmetic_clashes(expression: str, clashing: bool) -> None:
    left, op, right = expression.split()
    assert bool(ALGEBRA.binary(op, term(left), term(right))[1]) is clashing


@pytest.mark.parametrize(
    ("left", "right", "clashing"),
    [
        ("server.id", "cpu_index.id", True),
        ("server.id", "server.bound", False),
        ("lisn.id", "irq.end", False),
        ("lisn.id", "ipi.count", False),
        ("lisn.id", "server.bound", True),
        ("server.bound", "cpu_index.count", False),
        ("cpu_index.id", "cpu_index.ordinal", False),
        ("server.id", "cpu_index.ordinal", True),
        ("ipi.id", "cpu_index.ordinal", False),
        ("prio.count", "srcno.count", False),
        ("marked", "server.id", False),
    ],
)
def test_comparison(left: str, right: str, clashing: bool) -> None:
    one, two = term(left).kinds, term(right).kinds
    assert bool(ALGEBRA.compare("==", one, two)) is clashing
    assert bool(ALGEBRA.compare("<", two, one)) is clashing


@pytest.mark.parametrize(
    ("got", "wanted", "sort"),
    [
        ("server.bound", "ipi.count lisn.count", "space"),
        ("lisn.end", "ipi.count lisn.count", "role"),
        ("lisn.base", "ipi.count lisn.count", "role"),
        ("cpu_index.count", "ipi.count lisn.count", None),
        ("cpu_index.bound", "ipi.count", None),
        ("cpu_index.count", "server.bound", "role"),
        ("end.count", "end.bound", "role"),
        ("end.bound", "end.bound", None),
        ("irq.end", "lisn.bound", None),
        ("srcno.count", "lisn.bound", "space"),
        ("srcno.bound", "srcno.count", None),
        ("lisn.bound", "srcno.count", "space"),
        ("irq.id", "lisn.id", None),
        ("irq.id", "srcno.id", "space"),
        ("msi.base", "irq.id", None),
        ("ipi.id", "lisn.id", None),
        ("lisn.id", "ipi.id", "space"),
        ("cpu_index.id", "lisn.id", "space"),
        ("cpu_index.ordinal", "ipi.id", None),
        ("cpu_index.ordinal", "server.id", "role"),
        ("server.last", "server.bound", "role"),
        ("server.last", "server.id", None),
        ("server.bound", "server.count", "role"),
        ("marked", "marked", None),
        ("marked", "server.id", "space"),
    ],
)
def test_judge(got: str, wanted: str, sort: str | None) -> None:
    assert ALGEBRA.judge(K(got), tuple(map(K, wanted.split()))) == sort


def test_zero_base_makes_an_end_a_count() -> None:
    wanted = (K("ipi.count"), K("lisn.count"))
    assert not ALGEBRA.accepts(K("lisn.end"), wanted)
    assert ALGEBRA.accepts(K("lisn.end"), wanted, known_zero_base=True)


def test_ranges_and_lengths() -> None:
    assert ALGEBRA.members(K("server.bound")) == K("server.id")
    assert ALGEBRA.members(K("cpu_index.count")) == K("cpu_index.ordinal")
    assert ALGEBRA.members(K("lisn.end")) == K("lisn.id")
    assert ALGEBRA.members(K("server.id")) is None
    assert ALGEBRA.length(K("server.id")) == K("server.bound")


AFFINE = [name for name, space in SPACES.items() if space.algebra == "affine"]
kinds = st.builds(Kind, st.sampled_from(AFFINE), st.sampled_from(ROLES))
sets = st.frozensets(kinds, max_size=3)
neutral = st.builds(Term, st.just(frozenset()), st.none() | st.integers(-9, 99))


@given(sets, sets, sets)
def test_join_is_a_semilattice(
    one: frozenset[Kind], two: frozenset[Kind], three: frozenset[Kind]
) -> None:
    def join(left: frozenset[Kind], right: frozenset[Kind]) -> frozenset[Kind]:
        derived, _ = ALGEBRA.binary("max", Term(left), Term(right))
        return frozenset(one.kind for one in derived)

    assert join(one, two) == join(two, one) == one | two
    assert join(join(one, two), three) == join(one, join(two, three))
    assert join(one, one) == one


@given(sets, sets)
def test_addition_commutes(one: frozenset[Kind], two: frozenset[Kind]) -> None:
    there, _ = ALGEBRA.binary("+", Term(one), Term(two))
    back, _ = ALGEBRA.binary("+", Term(two), Term(one))
    assert {item.kind for item in there} == {item.kind for item in back}


@given(kinds)
def test_dense_spaces_identify_count_and_bound_and_sparse_ones_never(kind: Kind) -> None:
    count, bound = Kind(kind.space, "count"), Kind(kind.space, "bound")
    dense = SPACES[kind.space].dense
    assert ALGEBRA.accepts(count, (bound,)) is dense
    assert ALGEBRA.accepts(bound, (count,)) is dense


@given(st.sampled_from(["+", "-", "*", "//", "%", "<<", ">>", "&", "|", "max"]), neutral, neutral)
def test_neutral_numbers_never_give_anything(op: str, left: Term, right: Term) -> None:
    assert ALGEBRA.binary(op, left, right) == ((), ())


@given(st.sampled_from(["+", "-", "*", "//", "%", "<<", ">>", "&", "|", "max"]), sets, neutral)
def test_neutral_numbers_never_clash(op: str, some: frozenset[Kind], other: Term) -> None:
    assert ALGEBRA.binary(op, Term(some), other)[1] == ()
    assert ALGEBRA.binary(op, other, Term(some))[1] == ()
    assert ALGEBRA.compare("<", some, other.kinds) == ()


@given(kinds, st.integers(2, 9))
def test_unknown_added_removes_nothing(kind: Kind, literal: int) -> None:
    for other in (Term(frozenset()), Term(frozenset(), literal)):
        derived, _ = ALGEBRA.binary("+", Term(frozenset((kind,))), other)
        assert [one.kind for one in derived] == [kind]


@given(kinds)
def test_every_kind_is_good_for_itself(kind: Kind) -> None:
    assert ALGEBRA.judge(kind, (kind,)) is None


@given(kinds, st.tuples(kinds, kinds))
def test_judge_agrees_with_accepts(kind: Kind, wanted: tuple[Kind, Kind]) -> None:
    assert (ALGEBRA.judge(kind, wanted) is None) is ALGEBRA.accepts(kind, wanted)


@pytest.mark.parametrize(
    ("start", "there", "back"),
    [
        ("server.id", ("<<", "3"), (">>", "3")),
        ("irq.id", ("-", "irq.base"), ("+", "irq.base")),
        ("lisn.id", ("-", "lisn.base"), ("+", "lisn.base")),
        ("irq.id", ("-", "msi.base"), ("+", "msi.base")),
        ("server.last", ("+", "1"), ("-", "1")),
    ],
)
def test_conversions_round_trip(start: str, there: tuple[str, str], back: tuple[str, str]) -> None:
    (middle,) = kinds_of(start, *there)
    assert kinds_of(middle, *back) == {start}


def test_a_kind_is_read_as_it_is_written() -> None:
    assert str(K("server.bound")) == "server.bound"
    assert str(K("marked")) == "marked"
    for wrong in ("server.size", "a b", "", "server.", ".id"):
        with pytest.raises(ValueError, match="not a kind"):
            K(wrong)


def test_chains_of_identities_and_counts_are_closed() -> None:
    spaces = {
        name: Space(name, same_as=same, dense=name == "c")
        for name, same in (("a", ("b",)), ("b", ()), ("c", ("b",)))
    }
    algebra = Algebra(spaces)
    assert algebra.accepts(K("a.id"), (K("c.id"),))
    assert algebra.accepts(K("c.id"), (K("a.id"),))
