"""``goto``: what follows the label is repeated where the jump stands, or looped round.

A jump forward copies the tail behind its label; a jump backward makes
``while True`` of all that follows the label in its block.
"""

from __future__ import annotations

from typing import Final

from spapr_lint.c.blocks import statement, statements
from spapr_lint.c.context import Context, Label, Loop, Writer
from spapr_lint.c.loops import go_on, jump_again, leave
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.switches import terminates

_LINES: Final = 60  # of a tail that is repeated
_DEPTH: Final = 4  # tails inside tails


def labels_of(root: Node) -> tuple[dict[str, Label], frozenset[str]]:
    """The labels of a function body, and those that something jumps back to."""
    found: dict[str, Label] = {}
    jumps: list[tuple[str, int]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.kind == "goto_statement":
            jumps.append((node.need("label").text, node.start))
        elif node.kind in ("compound_statement", "case_statement"):
            for position, kid in enumerate(node.kids):
                inner: Node | None = kid
                while inner is not None and inner.kind == "labeled_statement":
                    label = Label(inner, node.kids[position + 1 :], node)
                    found.setdefault(inner.need("label").text, label)
                    last = inner.kids[-1]
                    inner = last if last.kind == "labeled_statement" else None
        stack.extend(node.kids)
    back = {name for name, at in jumps if name in found and found[name].node.start < at}
    return found, frozenset(back)


def _inner(node: Node) -> list[Node]:
    """The statement behind a label, if there is one."""
    while node.kind == "labeled_statement":
        rest = [kid for kid in node.kids if kid.field != "label"]
        if not rest:
            return []
        node = rest[-1]
    return [node]


def labeled_statement(ctx: Context, node: Node, indent: int) -> None:
    """A label that is only jumped to from above: a comment."""
    ctx.put(indent, f"# {node.need('label').text}:", node.line)
    for inner in [kid for kid in node.kids if kid.field != "label"]:
        statement(ctx, inner, indent)


def again(ctx: Context, node: Node, indent: int) -> None:
    """A label that something jumps back to, and all that follows it in its block."""
    label = node.kids[0]
    name = label.need("label").text
    flag = f"{name}_again_"
    loop = Loop("again", None, flag, None, [])
    ctx.put(indent, f"while True:  # {name}:", label.line)
    at = len(ctx.lines)
    ctx.function.loops.append(loop)
    try:
        statements(ctx, [*_inner(label), *node.kids[1:]], indent + 1)
    finally:
        ctx.function.loops.pop()
    if any(line.text.strip() == f"{flag} = True" for line in ctx.lines[at:]):
        kept = ctx.lines[at:]
        del ctx.lines[at:]
        ctx.put(indent + 1, f"{flag} = False", label.line)
        ctx.lines.extend(kept)
    if not terminates(node.kids[-1]):
        ctx.put(indent + 1, "break", node.last)
    leave(ctx, loop, indent, node.last)


def goto_statement(ctx: Context, node: Node, indent: int) -> None:
    """``goto`` out of any number of blocks."""
    name = node.need("label").text
    function = ctx.function
    label = function.labels.get(name)
    if label is None:
        raise UntranslatedError(f"goto {name}")
    if label.node.start < node.start:
        _back(ctx, name, indent, node.line)
        return
    if name in function.backward:
        raise UntranslatedError(f"goto {name} both ways")
    frames = [loop for loop in function.loops if loop.kind != "chain"]
    frame = frames[-1] if frames else None
    top = function.body is label.block
    cases = frame is not None and frame.kind == "cases" and label.block.kind == "case_statement"
    looped = frame is not None and frame.body is label.block
    if not (top or cases or looped) or (top and any(f.kind == "again" for f in frames)):
        raise UntranslatedError(f"goto {name} into a block")
    tail = [*_inner(label.node), *(inner for kid in label.rest for inner in _unlabelled(kid))]
    if sum(kid.last - kid.line + 1 for kid in tail) > _LINES or len(function.jumps) >= _DEPTH:
        raise UntranslatedError(f"goto {name}: too much follows")
    ctx.put(indent, f"# goto {name}", node.line)
    _copy(ctx, name, tail, indent, top)
    last = tail[-1] if tail else None
    if terminates(last) or (last is not None and last.kind == "break_statement"):
        return
    if top:
        ctx.put(indent, "return", node.line)
    elif cases:
        ctx.put(indent, "break", node.line)
    else:
        go_on(ctx, len(function.loops) - 1, indent, node.line)


def _back(ctx: Context, name: str, indent: int, line: int) -> None:
    flag = f"{name}_again_"
    frames = [loop for loop in ctx.function.loops if loop.kind != "chain"]
    ctx.put(indent, f"# goto {name}", line)
    if not frames or frames[-1].flag != flag:
        ctx.put(indent, f"{flag} = True", line)
    jump_again(ctx, flag, indent, line)


def _copy(ctx: Context, name: str, tail: list[Node], indent: int, top: bool) -> None:
    function = ctx.function
    function.jumps.append(name)
    loops, scopes = function.loops, function.scopes
    function.loops = [] if top else loops
    function.scopes = [*(scopes[:2] if top else scopes), {}]
    try:
        statements(ctx, tail, indent)
    finally:
        function.loops, function.scopes = loops, scopes
        function.jumps.pop()


def _unlabelled(node: Node) -> list[Node]:
    return _inner(node) if node.kind == "labeled_statement" else [node]


JUMPS: Final[dict[str, Writer]] = {
    "labeled_statement": labeled_statement,
    "goto_statement": goto_statement,
    "again": again,
}
