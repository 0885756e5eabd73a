"""``switch`` as ``if``/``elif`` where no case falls through, else with C's own semantics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from spapr_lint.c.blocks import body, contains, fill
from spapr_lint.c.context import COMPARE, SUM, Context, Ex, Loop, Writer
from spapr_lint.c.dispatch import core, express
from spapr_lint.c.loops import LOOPS, go_on, leave
from spapr_lint.c.names import NORETURN
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.preprocessor import branches

_BREAKS: Final = frozenset(("break_statement",))
_INNER: Final = LOOPS | {"switch_statement"}


class Group(NamedTuple):
    """The labels of a case (None is ``default``), their condition, what they do."""

    labels: tuple[Node | None, ...]
    guard: str
    body: tuple[Node, ...]
    line: int


def terminates(node: Node | None) -> bool:
    """Whether control never goes on after a statement."""
    if node is None:
        return False
    kind = node.kind
    if kind in ("return_statement", "goto_statement", "continue_statement"):
        return True
    if kind == "labeled_statement":
        return terminates(node.kids[-1])
    if kind == "compound_statement":
        return bool(node.kids) and terminates(node.kids[-1])
    if kind == "if_statement":
        other = node.get("alternative")
        return (
            other is not None
            and terminates(node.need("consequence"))
            and terminates(other.kids[-1] if other.kids else None)
        )
    if kind == "expression_statement" and node.kids and node.kids[0].kind == "call_expression":
        return node.kids[0].need("function").text in NORETURN
    return False


def groups_of(ctx: Context, nodes: Sequence[Node], guard: str = "") -> list[Group]:
    """The cases of a switch in order; empty cases joined with the one they fall into."""
    found: list[Group] = []
    labels: list[Node | None] = []
    line = 0
    for node in nodes:
        if node.kind.startswith("preproc_if"):
            if labels:
                raise UntranslatedError("#if between labels")
            for test, inner, _ in branches(node):
                joint = f"{guard} and {test}" if guard else test
                found.extend(groups_of(ctx, inner, joint))
            continue
        if node.kind.startswith("preproc_"):
            continue
        if node.kind != "case_statement":
            if not found or labels:
                raise UntranslatedError(f"{node.kind} in switch")
            found[-1] = found[-1]._replace(body=(*found[-1].body, node))
            continue
        given = node.get("value")
        labels.append(given)
        line = line or node.line
        inner_nodes = tuple(kid for kid in node.kids if kid is not given)
        if inner_nodes:
            found.append(Group(tuple(labels), guard, inner_nodes, line))
            labels, line = [], 0
    if labels:
        found.append(Group(tuple(labels), guard, (), line))
    return found


def _real(group: Group) -> tuple[Node, ...]:
    """The statements of a case, out of their braces, without a last ``break``."""
    nodes = group.body
    if len(nodes) == 1 and nodes[0].kind == "compound_statement":
        nodes = tuple(nodes[0].kids)
    elif len(nodes) == 2 and nodes[0].kind == "compound_statement" and nodes[1].kind in _BREAKS:
        nodes = tuple(nodes[0].kids)
    while nodes and nodes[-1].kind in _BREAKS:
        nodes = nodes[:-1]
    return nodes


def _breaks(group: Group) -> bool:
    """Whether a case ends in ``break`` or never ends."""
    nodes: Sequence[Node] = group.body
    while nodes and nodes[-1].kind == "compound_statement" and not terminates(nodes[-1]):
        nodes = nodes[-1].kids
    return bool(nodes) and (nodes[-1].kind in _BREAKS or terminates(nodes[-1]))


def _simple(groups: list[Group]) -> bool:
    for position, group in enumerate(groups):
        if any(contains(node, _BREAKS, _INNER) for node in _real(group)):
            return False
        if position < len(groups) - 1 and not _breaks(group):
            return False
    return True


def switch_statement(ctx: Context, node: Node, indent: int) -> None:
    """``switch``."""
    inner = node.need("body")
    subject = core(node.need("condition"))
    groups = groups_of(ctx, inner.kids)
    labelled = contains(inner, frozenset(("labeled_statement",)))
    if _simple(groups) and not labelled:
        _chain(ctx, node, subject, groups, indent)
    else:
        _cases(ctx, node, subject, groups, indent)


def _chain(ctx: Context, node: Node, subject: Node, groups: list[Group], indent: int) -> None:
    ex = express(ctx, subject)
    if subject.kind not in ("identifier", "field_expression") or "(" in ex.text or ":=" in ex.text:
        name = ctx.fresh("subject")
        text = f"({ex.text})" if ex.binds < 1 else ex.text
        ctx.put(indent, f"{name} = {text}", node.line)
        ex = Ex(name, 16, ex.type)
    ordered = [group for group in groups if None not in group.labels]
    ordered += [group for group in groups if None in group.labels]
    ctx.function.loops.append(Loop("chain"))
    try:
        for position, group in enumerate(ordered):
            word = "elif" if position else "if"
            if None in group.labels and not group.guard:
                head = "else:" if position else "if True:"
            else:
                head = f"{word} {_test(ctx, ex, group)}:"
            ctx.put(indent, head, group.line)
            nodes = _real(group)
            if nodes:
                body(ctx, nodes, indent + 1)
            else:
                ctx.put(indent + 1, "pass", group.line)
    finally:
        ctx.function.loops.pop()


def _test(ctx: Context, ex: Ex, group: Group) -> str:
    subject = ex.at(COMPARE + 1)
    single, ranges = [], []
    for label in group.labels:
        if label is None:
            continue
        limits = _limits(ctx, label)
        if limits is not None:
            ranges.append(
                f"{limits[0].at(COMPARE + 1)} <= {subject} <= {limits[1].at(COMPARE + 1)}"
            )
        else:
            single.append(express(ctx, label).at(SUM))
    tests = [f"{subject} == {single[0]}"] if len(single) == 1 else []
    if len(single) > 1:
        tests = [f"{subject} in ({', '.join(single)})"]
    text = " or ".join((*tests, *ranges)) or "True"
    if not group.guard:
        return text
    return f"{group.guard} and ({text})" if " or " in text else f"{group.guard} and {text}"


def _limits(ctx: Context, label: Node) -> tuple[Ex, Ex] | None:
    label = core(label)
    if label.kind == "binary_expression":
        sign = label.need("operator")
        if sign.text == "||" and sign.start in sign.source.masked.notes:
            return express(ctx, label.need("left")), express(ctx, label.need("right"))
    return None


def _cases(ctx: Context, node: Node, subject: Node, groups: list[Group], indent: int) -> None:
    """A switch with fallthrough: ``for case in switch(x): if case(A): ...``."""
    ctx.helper("case")
    flag = ctx.fresh("continues")
    loops = ctx.function.loops
    nested = any(loop.kind != "chain" for loop in loops)
    at = len(ctx.lines)
    ctx.put(indent, f"for case in {ctx.helper('switch')}({express(ctx, subject).text}):", node.line)
    frame = Loop("cases", None, flag, None, [])
    loops.append(frame)
    try:
        for position, group in enumerate(groups):
            text = ", ".join(
                express(ctx, label).text for label in group.labels if label is not None
            )
            if None in group.labels:
                later = [label for other in groups[position + 1 :] for label in other.labels]
                listed = ", ".join(express(ctx, label).text for label in later if label is not None)
                text = f"unless=[{listed}]" if listed else ""
            test = f"case({text})"
            test = f"{group.guard} and {test}" if group.guard else test
            ctx.put(indent + 1, f"if {test}:", group.line)
            written = len(ctx.lines)
            if group.body:
                body(ctx, group.body, indent + 2)
            fill(ctx, written, indent + 2, group.line)
    finally:
        loops.pop()
    if not groups:
        ctx.put(indent + 1, "pass", node.line)
    leave(ctx, frame, indent, node.last)
    if any(line.text.strip() == f"{flag} = True" for line in ctx.lines[at:]):
        if not nested:
            raise UntranslatedError("continue in a switch outside a loop")
        kept = ctx.lines[at:]
        del ctx.lines[at:]
        ctx.put(indent, f"{flag} = False", node.line)
        ctx.lines.extend(kept)
        ctx.put(indent, f"if {flag}:", node.last)
        go_on(ctx, len(loops) - 1, indent + 1, node.last)


SWITCHES: Final[dict[str, Writer]] = {"switch_statement": switch_statement}
