"""Programs out of nothing: random Python and C that holds sources and sinks, and mutations.

`program` draws a Python module that compiles; `mutate` and `damage` change a given text,
the first into another program, the second into anything at all.
"""

from __future__ import annotations

import ast
import copy
import random
import warnings
from collections.abc import Callable

NAMES = ("a", "b", "c", "f", "g", "Box", "items", "value", "self", "n")
OPERATORS = ("+", "-", "*", "//", "%", "<<", ">>", "&", "|", "^", "**", "@")
COMPARISONS = ("==", "!=", "<", ">=", "in", "not in", "is", "is not")
PIECES = ("(", ")", "[", "]", "{", "}", ":", "\n", "    ", "\t", "def ", "class ", "lambda ",
          "*", "**", "=", "yield ", "await ", "\\", '"', "'''", "#", "\x00", "\ufeff", "é",
          "\r", "\x0c", "# noqa: SPL109\n", "match x:\n", "async ", "global a\n", "00")  # fmt: skip


class Writer:
    """Writes a random module, statement by statement, within a budget of nodes."""

    def __init__(self, rng: random.Random, budget: int = 120) -> None:
        self.rng = rng
        self.budget = budget
        self.lines: list[str] = ["from recorder import choice, sink, source"]

    def module(self) -> str:
        """The text of the module."""
        while self.budget > 0:
            self.statement(0, False, False)
        return "\n".join(self.lines) + "\n"

    def name(self) -> str:
        return self.rng.choice(NAMES)

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def block(self, depth: int, function: bool, loop: bool) -> None:
        for _ in range(self.rng.randint(1, 3)):
            self.statement(depth, function, loop)

    def expression(self, depth: int = 0) -> str:
        self.budget -= 1
        e, r = self.expression, self.rng
        if depth > 3 or self.budget <= 0 or r.random() < 0.25:
            return r.choice(["source()", self.name(), "0", "1", "None", '"x"', "choice()"])
        nested: list[Callable[[], str]] = [
            lambda: f"({e(depth + 1)} {r.choice(OPERATORS)} {e(depth + 1)})",
            lambda: f"({e(depth + 1)} {r.choice(COMPARISONS)} {e(depth + 1)})",
            lambda: f"({e(depth + 1)} {r.choice(['and', 'or'])} {e(depth + 1)})",
            lambda: f"(not {e(depth + 1)})",
            lambda: f"[{e(depth + 1)}, *{e(depth + 1)}]",
            lambda: f"({e(depth + 1)}, {e(depth + 1)})",
            lambda: f"{{{e(depth + 1)}: {e(depth + 1)}, **{e(depth + 1)}}}",
            lambda: f"{self.name()}.{self.name()}",
            lambda: f"{e(depth + 1)}[{r.choice(['0', '1:', '::-1', self.name()])}]",
            lambda: f"{self.name()}({e(depth + 1)}, *{e(depth + 1)}, n={e(depth + 1)})",
            lambda: f"{self.name()}.{self.name()}({e(depth + 1)})",
            lambda: f"(lambda {self.name()}, *rest: {e(depth + 1)})",
            lambda: f"({e(depth + 1)} if {e(depth + 1)} else {e(depth + 1)})",
            lambda: f"[{e(depth + 1)} for {self.name()} in {e(depth + 1)} if {e(depth + 1)}]",
            lambda: f"{{{self.name()}: {e(depth + 1)} for {self.name()} in {e(depth + 1)}}}",
            lambda: f"({e(depth + 1)} for {self.name()} in {e(depth + 1)})",
            lambda: f"list(map({self.name()}, {e(depth + 1)}))",
            lambda: f"dict(zip({e(depth + 1)}, {e(depth + 1)}))",
            lambda: f"getattr({self.name()}, {r.choice(NAMES)!r}, {e(depth + 1)})",
            lambda: f'f"{{{self.name()}}}"',
        ]
        return r.choice(nested)()

    def target(self) -> str:
        return self.rng.choice([
            self.name(), f"{self.name()}.{self.name()}", f"{self.name()}[-1]", f"{self.name()}[0]",
            f"{self.name()}, {self.name()}", f"{self.name()}, *{self.name()}",
            f"({self.name()}, [{self.name()}, {self.name()}])",
        ])  # fmt: skip

    def statement(self, depth: int, function: bool, loop: bool) -> None:
        self.budget -= 1
        small = [self._assign, self._assign, self._sink, self._sink, self._mutate, self._leave]
        large = [self._if, self._while, self._for, self._try, self._with, self._match,
                 self._define, self._define, self._class]  # fmt: skip
        makers = small if depth > 3 or self.budget <= 0 else small + large
        self.rng.choice(makers)(depth, function, loop)

    def _assign(self, depth: int, _function: bool, _loop: bool) -> None:
        if self.rng.random() < 0.2:
            self.put(depth, f"{self.name()} {self.rng.choice(OPERATORS)}= {self.expression()}")
        else:
            self.put(depth, f"{self.target()} = {self.expression()}")

    def _sink(self, depth: int, _function: bool, _loop: bool) -> None:
        self.put(depth, f"sink({self.expression()})")

    def _mutate(self, depth: int, _function: bool, _loop: bool) -> None:
        what = self.rng.choice(["append", "pop", "insert", "update", "extend", "setdefault"])
        self.put(depth, f"{self.name()}.{what}({self.expression()})")

    def _leave(self, depth: int, function: bool, loop: bool) -> None:
        choices = ["pass", f"raise ValueError({self.expression()})", f"assert {self.expression()}"]
        if function:
            choices += [f"return {self.expression()}", f"yield {self.expression()}"]
        if loop:
            choices += ["break", "continue"]
        self.put(depth, self.rng.choice(choices))

    def _if(self, depth: int, function: bool, loop: bool) -> None:
        self.put(depth, f"if {self.expression()}:")
        self.block(depth + 1, function, loop)
        if self.rng.random() < 0.5:
            self.put(depth, "else:")
            self.block(depth + 1, function, loop)

    def _while(self, depth: int, function: bool, _loop: bool) -> None:
        self.put(depth, f"while {self.rng.choice(['True', self.expression()])}:")
        self.block(depth + 1, function, True)

    def _for(self, depth: int, function: bool, _loop: bool) -> None:
        self.put(depth, f"for {self.target()} in {self.expression()}:")
        self.block(depth + 1, function, True)
        if self.rng.random() < 0.3:
            self.put(depth, "else:")
            self.block(depth + 1, function, False)

    def _try(self, depth: int, function: bool, loop: bool) -> None:
        self.put(depth, "try:")
        self.block(depth + 1, function, loop)
        self.put(depth, f"except (ValueError, {self.name()}) as {self.name()}:")
        self.block(depth + 1, function, loop)
        if self.rng.random() < 0.4:
            self.put(depth, "finally:")
            self.block(depth + 1, function, False)

    def _with(self, depth: int, function: bool, loop: bool) -> None:
        self.put(depth, f"with {self.expression()} as {self.name()}:")
        self.block(depth + 1, function, loop)

    def _match(self, depth: int, function: bool, loop: bool) -> None:
        self.put(depth, f"match {self.expression()}:")
        for pattern in ("[x, *y]", '{"a": x, **y}', "Box(x, n=y)", "1 | 2", "x if x", "_"):
            if self.rng.random() < 0.5 or pattern == "_":
                self.put(depth + 1, f"case {pattern}:")
                self.block(depth + 2, function, loop)

    def _define(self, depth: int, _function: bool, _loop: bool) -> None:
        if self.rng.random() < 0.3:
            self.put(depth, f"@{self.name()}")
        self.put(depth, f"def {self.name()}(p, q={self.expression()}, *r, s=1, **t):")
        if self.rng.random() < 0.2:
            self.put(depth + 1, "global items")
        self.block(depth + 1, True, False)

    def _class(self, depth: int, _function: bool, _loop: bool) -> None:
        self.put(depth, f"class {self.name()}({self.rng.choice(['object', *NAMES])}):")
        self.block(depth + 1, False, False)
        method = self.rng.choice(["__init__", "__getattr__", "__iter__", "__call__", "__eq__"])
        self.put(depth + 1, f"def {method}(self, *args):")
        self.block(depth + 2, True, False)


def program(seed: int, budget: int = 120) -> str:
    """A random module for a seed; it compiles (what the grammar alone cannot see is tried)."""
    rng = random.Random(seed)
    while True:
        text = Writer(rng, budget).module()
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(text, "fuzz.py", "exec", dont_inherit=True)
        except SyntaxError:
            continue
        return text


def mutate(text: str, seed: int) -> str:
    """Another program made of a program: statements removed, doubled, moved; values swapped."""
    rng = random.Random(seed)
    tree = ast.parse(text)
    for _ in range(rng.randint(1, 6)):
        _change(tree, rng)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _change(tree: ast.Module, rng: random.Random) -> None:
    bodies = [n.body for n in ast.walk(tree) if isinstance(getattr(n, "body", None), list)]
    body = rng.choice(bodies)
    place = rng.randrange(len(body))
    match rng.randrange(5):
        case 0 if len(body) > 1:
            del body[place]
        case 1:
            body.insert(rng.randrange(len(body) + 1), copy.deepcopy(body[place]))
        case 2:
            body[place], body[0] = body[0], body[place]
        case 3:
            names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
            if names:
                rng.choice(names).id = rng.choice([*NAMES, rng.choice(names).id])
        case _:
            other = rng.choice(bodies)
            body.insert(place, copy.deepcopy(other[rng.randrange(len(other))]))


def damage(text: str, seed: int) -> bytes:
    """Anything at all made of a text: cut, doubled, with odd pieces or bytes in it."""
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.randrange(40))
        match rng.randrange(4):
            case 0:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:at] + text[at:end] * rng.randint(2, 30) + text[at:]
            case _:
                text = text[:at]
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    if data and rng.random() < 0.2:
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)
