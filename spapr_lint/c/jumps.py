"""``goto``: the code at the label is repeated where the jump stands."""

from __future__ import annotations

from typing import Final

from spapr_lint.c.blocks import statement, statements
from spapr_lint.c.context import Context, Writer
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.switches import terminates

_LINES: Final = 60  # of a tail that is repeated
_DEPTH: Final = 4  # tails inside tails


def labels_of(root: Node) -> dict[str, tuple[Node, list[Node]]]:
    """Labels of a function body: the statement, and what follows it in its block."""
    found: dict[str, tuple[Node, list[Node]]] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.kind in ("compound_statement", "case_statement"):
            for position, kid in enumerate(node.kids):
                inner: Node | None = kid
                while inner is not None and inner.kind == "labeled_statement":
                    name = inner.need("label").text
                    found.setdefault(name, (inner, node.kids[position + 1 :]))
                    last = inner.kids[-1]
                    inner = last if last.kind == "labeled_statement" else None
        stack.extend(node.kids)
    return found


def _inner(node: Node) -> list[Node]:
    """The statement behind a label, if there is one."""
    while node.kind == "labeled_statement":
        rest = [kid for kid in node.kids if kid.field != "label"]
        if not rest:
            return []
        node = rest[-1]
    return [node]


def labeled_statement(ctx: Context, node: Node, indent: int) -> None:
    """A label: a comment, and a loop round all that follows if something jumps back to it."""
    ctx.put(indent, f"# {node.need('label').text}:", node.line)
    for inner in [kid for kid in node.kids if kid.field != "label"]:
        statement(ctx, inner, indent)


def goto_statement(ctx: Context, node: Node, indent: int) -> None:
    """``goto`` forward, out of any number of blocks."""
    name = node.need("label").text
    function = ctx.function
    target = function.labels.get(name)
    if target is None:
        raise UntranslatedError(f"goto {name}")
    label, rest = target
    if label.start < node.start:
        raise UntranslatedError(f"goto {name} backwards")
    top = function.body is not None and any(kid is label for kid in function.body.kids)
    cases = bool(function.loops) and function.loops[-1].kind == "cases"
    if not top and not cases:
        raise UntranslatedError(f"goto {name} into a block")
    tail = [*_inner(label), *(inner for kid in rest for inner in _unlabelled(kid))]
    if sum(kid.last - kid.line + 1 for kid in tail) > _LINES or len(function.jumps) >= _DEPTH:
        raise UntranslatedError(f"goto {name}: too much follows")
    ctx.put(indent, f"# goto {name}", node.line)
    function.jumps.append(name)
    loops, scopes = function.loops, function.scopes
    function.loops = [] if top else loops
    function.scopes = scopes[:2] if top else scopes
    function.scopes.append({})
    try:
        statements(ctx, tail, indent)
    finally:
        function.scopes.pop()
        function.loops, function.scopes = loops, scopes
        function.jumps.pop()
    last = tail[-1] if tail else None
    if terminates(last) or (last is not None and last.kind == "break_statement"):
        return
    ctx.put(indent, "return" if top else "break", node.line)


def _unlabelled(node: Node) -> list[Node]:
    return _inner(node) if node.kind == "labeled_statement" else [node]


JUMPS: Final[dict[str, Writer]] = {
    "labeled_statement": labeled_statement,
    "goto_statement": goto_statement,
}
