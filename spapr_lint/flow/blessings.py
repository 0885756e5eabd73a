"""Guards: tests that say of a value what it is, on the branch where they hold.

A test's own value carries what it says (`values.Mark`), so that it does so through
helpers that return it, names and fields that hold it, ``not``, ``and`` and ``or``.
What is blessed where control stands is kept with the variables, by the token of the
value, and seen whenever such a value is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Env
from spapr_lint.flow.objects import Bound, Closure
from spapr_lint.flow.values import (
    DECLARED,
    NO_BLESSINGS,
    Blessings,
    Fact,
    Link,
    Mark,
    Value,
    both,
    implied,
)

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy

BLESSED = ("blessed",)  # the variable that holds what is blessed; a tuple, as no name is

_NEGATED = {
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
Side = tuple[ir.Node, Value]


# --- tokens ---------------------------------------------------------------------


def owned(value: Value) -> Value:
    """The value with a token, as a variable holds it."""
    mark = value.mark
    if mark is None:
        return value.marked(Mark(object()))
    if mark.token is None:
        return value.marked(Mark(object(), mark.true, mark.false))
    return value


def anonymous(value: Value) -> Value:
    """The value without its token: one of several that one place stands for."""
    mark = value.mark
    if mark is None or mark.token is None:
        return value
    if not mark.true and not mark.false and mark.true is mark.false:
        return value.marked(None)
    return value.marked(Mark(None, mark.true, mark.false))


def translated(value: Value, tokens: dict[object, object]) -> Value:
    """The value with other tokens in place of these, and without any other token."""
    mark = value.mark
    if mark is None:
        return value

    def each(blessings: Blessings | None) -> Blessings | None:
        if not blessings:
            return blessings
        return frozenset([(tokens[b[0]], *b[1:]) for b in blessings if b[0] in tokens])

    token = None if mark.token is None else tokens.get(mark.token)
    return value.marked(Mark(token, each(mark.true), each(mark.false)))


# --- what is blessed where control stands ------------------------------------------


def here(env: Env) -> Blessings:
    """What is blessed on every way to where control stands."""
    held = env.get(BLESSED)
    if held is None or held.mark is None:
        return NO_BLESSINGS
    return held.mark.true or NO_BLESSINGS


def bless(env: Env, blessings: Blessings | None) -> None:
    """More is blessed from here on."""
    if blessings:
        known = here(env)
        if not blessings <= known:
            known = known | blessings
            env[BLESSED] = Value(open=True, mark=Mark(None, known, known))


def seen(a: Activation, value: Value) -> Value:
    """A value as it is read where control stands."""
    return _under(a.env, value)


def _under(env: Env, value: Value) -> Value:
    held = env.get(BLESSED)
    if held is None or value.mark is None or held.mark is None or not held.mark.true:
        return value
    token = value.mark.token
    mine = [b for b in held.mark.true if b[0] is token] if token is not None else []
    for blessing in sorted(mine, key=lambda b: (b[2], b[3], str(b[1]))):
        value = _blessed(value, blessing)
    return value


def _blessed(value: Value, blessing: tuple[Any, ...]) -> Value:
    _, kind, module, site, text = blessing
    fact = Fact(kind, (module, site), DECLARED, Link(module, site, f"checked: {text}", None))
    if not kind.role:
        rest = tuple([f for f in value.facts if f.kind.role])
        return value.with_facts((*rest, fact))
    labels = tuple([f for f in value.facts if not f.kind.role])
    return Value((*labels, fact), value.refs, value.constants, value.open, None, value.mark)


def item(value: Value, answer: Value, outcome: bool) -> Value:
    """A value that is kept because a test of it came out so."""
    env: Env = {}
    holding(env, answer, outcome)
    return _under(env, value)


def holding(env: Env, value: Value, outcome: bool) -> None:
    """The variables are as they are where a test with this value came out so."""
    if value.mark is not None:
        true, false = implied(value)
        bless(env, true if outcome else false)


def leaving(env: Env, value: Value) -> Value:
    """A value that is one of several to come from here: what is blessed is so if it is this one."""
    blessings = here(env)
    return after(blessings, _under(env, value)) if blessings else value


def returned(a: Activation, result: Value) -> None:
    """A call came back: what was blessed on every way out of it is blessed here."""
    if result.mark is not None:
        bless(a.env, both(*implied(result)))


# --- what the operators make of what tests say ---------------------------------------


def negated(value: Value, result: Value) -> Value:
    """``not value``, which came to ``result``."""
    if value.mark is None:
        return result
    true, false = implied(value)
    return result.marked(Mark(None, false, true))


def alike(value: Value, result: Value) -> Value:
    """``value is True``, which came to ``result``."""
    true, false = implied(value)
    return result.marked(Mark(None, true, false))


def only(value: Value, outcome: bool) -> Value:
    """The value where it is as true as ``outcome``."""
    true, false = implied(value)
    token = None if value.mark is None else value.mark.token
    return value.marked(Mark(token, true, None) if outcome else Mark(token, None, false))


def after(blessings: Blessings, value: Value) -> Value:
    """A value that was reached only where these are blessed."""
    if not blessings:
        return value
    true, false = implied(value)
    token = None if value.mark is None else value.mark.token
    true = None if true is None else true | blessings
    false = None if false is None else false | blessings
    return value.marked(Mark(token, true, false))


# --- the pack's guards ----------------------------------------------------------------


class Guards:
    """The guards of a pack by what they look like: each with whether it is negated."""

    def __init__(self, items: Any) -> None:
        self.compares: list[tuple[Any, Any, bool]] = []
        self.calls: dict[str, list[tuple[Any, Any, bool]]] = {}
        for guard in items:
            tree: Any = guard.tree
            outcome = True
            while tree and tree[0] == "not":
                tree = tree[1]
                outcome = not outcome
            if tree and tree[0] == "compare":
                self.compares.append((guard, tree, outcome))
            elif tree and tree[0] == "call":
                last = tree[1].rpartition(".")[2]
                self.calls.setdefault(last, []).append((guard, tree, outcome))

    def speaks(self, word: str, callee: Value) -> bool:
        """Whether a call by this word may be that of a guard."""
        if word in self.calls:
            return True
        for ref in callee.refs:
            while ref.__class__ is Bound:
                ref = ref.function
            name = ref.function.name if ref.__class__ is Closure else getattr(ref, "name", "")
            if name.rpartition(".")[2] in self.calls:
                return True
        return False


def of_compare(
    policy: Policy, a: Activation, n: ir.Node, sides: tuple[Side, Side], answer: Value
) -> Value:
    """The outcome of a comparison, with what it says of its sides."""
    says: dict[bool, set[Any]] = {True: set(), False: set()}
    operator = n[2][0][0]
    for guard, tree, wanted in policy.guarding.compares:
        if not policy.applies(guard, a.module):
            continue
        for outcome in (True, False):
            meant = operator if outcome else _NEGATED.get(operator, "")
            for sign, pair in ((meant, sides), (_MIRRORED.get(meant, ""), sides[::-1])):
                bound: dict[str, Value] = {}
                if sign == tree[1] and _fits((tree[2], tree[3]), pair, bound):
                    says[outcome is wanted].update(_given(a, guard, bound, n[-1]))
                    break
    return _saying(answer, says)


def of_call(
    policy: Policy,
    a: Activation,
    names: set[str],
    nodes: list[ir.Node],
    arguments: Arguments,
    receiver: Value | None,
    result: Value,
    site: int,
) -> Value:
    """The result of a call, with what it says of its arguments (and of what it is a method of)."""
    says: dict[bool, set[Any]] = {True: set(), False: set()}
    for name in {name.rpartition(".")[2] for name in names}:
        for guard, tree, wanted in policy.guarding.calls.get(name, ()):
            if not policy.applies(guard, a.module) or not _named(tree[1], names):
                continue
            bound: dict[str, Value] = {}
            values = arguments.positional
            filled = nodes + [(ir.OPAQUE,)] * (len(values) - len(nodes))
            pairs: list[Side] = list(zip(filled, values, strict=False))
            if tree[1].startswith("$"):
                if receiver is not None:
                    bound[tree[1][1:].partition(".")[0]] = receiver
            if len(tree[2]) <= len(pairs) and _fits(tree[2], pairs, bound):
                says[wanted].update(_given(a, guard, bound, site))
    return _saying(result, says)


def _named(wanted: str, names: set[str]) -> bool:
    if wanted.startswith("$") or "." not in wanted:
        return True
    return wanted in names


def _fits(leaves: Any, sides: Any, bound: dict[str, Value]) -> bool:
    return all(
        _operand(leaf, node, value, bound)
        for leaf, (node, value) in zip(leaves, sides, strict=False)
    )


def _operand(leaf: Any, node: ir.Node, value: Value, bound: dict[str, Value]) -> bool:
    if leaf[0] == "variable":
        if leaf[1] != "_":
            bound[leaf[1]] = value
        return True
    if leaf[0] == "word":
        if node[0] == ir.ATTR:
            return bool(node[2] == leaf[1])
        return node[0] in (ir.NAME, ir.GLOBAL, ir.FREE) and bool(node[1] == leaf[1])
    return leaf[0] == "literal" and value.exact() and bool(value.constants[0] == leaf[1])


def _given(a: Activation, guard: Any, bound: dict[str, Value], site: int) -> list[Any]:
    """What a guard blesses of the values that were found for its variables."""
    found = []
    for name, kind in guard.gives:
        value = bound.get(name)
        if value is not None and value.mark is not None and value.mark.token is not None:
            found.append((value.mark.token, kind, a.module.index, site, guard.test))
    return found


def _saying(answer: Value, says: dict[bool, set[Any]]) -> Value:
    if not says[True] and not says[False]:
        return answer
    true, false = implied(answer)
    true = None if true is None else true | says[True]
    false = None if false is None else false | says[False]
    token = None if answer.mark is None else answer.mark.token
    return answer.marked(Mark(token, true, false))
