"""What is known of the values at a place: their kinds, by what evidence, by which way.

Where nothing is known it is told why: not read, not interpreted, not reached,
or a number that no pack says anything of.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from spapr_lint import ir
from spapr_lint.findings import Step, Way
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import ClassRef, Closure, External, ModuleRef, Native, Object
from spapr_lint.flow.report import ways
from spapr_lint.flow.values import NOTHING, Fact, Value, join
from spapr_lint.why.ground import Ground, Piece, Spot
from spapr_lint.why.observe import held_by, targets

_HOLDING = ("list", "tuple", "set", "dict", "box", "cell")


class Known(NamedTuple):
    """One kind of one value: ``inside`` says in which element of it, empty for itself."""

    kind: str
    inside: str
    way: Way


class Answer(NamedTuple):
    """What is known of one expression; ``otherwise`` says what it is if it has no kind."""

    step: Step
    known: tuple[Known, ...]
    otherwise: str


class Reply(NamedTuple):
    """All values at a place; ``unknown`` says why there is none, and is empty else."""

    answers: tuple[Answer, ...]
    unknown: str


class Recorder:
    """Remembers, joined over all runs, what some sites came to."""

    def __init__(self, wanted: frozenset[tuple[int, int]]) -> None:
        self.wanted = wanted
        self.seen: dict[tuple[int, int], Value] = {}
        self.entries: set[tuple[int, int]] = set()

    def evaluated(self, m: Machine, a: Activation, n: ir.Node, value: Value) -> Value:
        self._note((a.module.index, n[-1]), value)
        return value

    def before(self, m: Machine, a: Activation, n: ir.Node) -> Any:
        return None

    def after(self, m: Machine, a: Activation, n: ir.Node, held: Any) -> None:
        for target in targets(n):
            key = (a.module.index, target[-1])
            if key in self.wanted:
                self._note(key, held_by(m, a, target) or NOTHING)

    def entered(self, m: Machine, a: Activation) -> None:
        assert a.function is not None
        self.entries.add((a.module.index, a.function.site))
        for parameter in a.function.parameters:
            key = (a.module.index, parameter.site)
            if key in self.wanted:
                cell = a.cells.get(parameter.name)
                held = a.env.get(parameter.name) if cell is None else cell.slots.get("value")
                self._note(key, held or NOTHING)

    def _note(self, key: tuple[int, int], value: Value) -> None:
        if key in self.wanted:
            old = self.seen.get(key)
            self.seen[key] = value if old is None else join(old, value)


def why(ground: Ground, spot: Spot) -> Reply:
    """What is known of the values at a place of a program."""
    module = ground.module_of(spot.path)
    if module is None:
        return Reply((), _unread(ground, spot))
    pieces = ground.at(spot)
    function = ground.function_at(module, spot.line)
    if not pieces:
        return Reply((), _empty(ground, module, spot, function))
    recorder = Recorder(frozenset(piece.key for piece in pieces))
    machine = ground.run(recorder)
    answers = [
        _answer(ground, piece, recorder.seen[piece.key], machine)
        for piece in pieces
        if piece.key in recorder.seen
    ]
    telling = [answer for answer in answers if answer.known]
    if telling and not spot.column:
        return Reply(tuple(_distinct(telling)), "")
    if answers:
        return Reply(tuple(_distinct(answers)), "")
    return Reply((), _unreached(ground, machine, recorder, module, function))


def _answer(ground: Ground, piece: Piece, value: Value, m: Machine) -> Answer:
    source = ground.sources[piece.module]
    text = piece.text
    step = Step(source.display, piece.line, piece.column, text)
    inner = [(fact, "") for fact in value.facts]
    inner += [(fact, where) for where, held in contents(value) for fact in held.facts]
    found = [
        Known(str(fact.kind), where, way)
        for (fact, where), way in zip(
            inner, ways([fact for fact, _ in inner], list(ground.sources)), strict=True
        )
    ]
    found.sort(key=lambda k: (k.inside, len(k.way.trace), k.kind))
    return Answer(step, tuple(dict.fromkeys(found)), "" if found else _plainly(m, value, piece))


def contents(value: Value) -> list[tuple[str, Value]]:
    """What a container or a pointer holds, by where in it."""
    found: list[tuple[str, Value]] = []
    for ref in value.refs:
        if ref.__class__ is not Object or ref.shape not in _HOLDING:
            continue
        for key, held in ref.slots.items():
            if not held.facts:
                continue
            if key.__class__ is tuple and key[0] == "item":
                found.append((f"[{key[-1]!r}]", held))
            elif key in ("v", "value"):
                found.append(("*", held))
            elif key.__class__ is tuple and key[0] == "any":
                found.append(("[…]", held))
    return found


def _distinct(answers: list[Answer]) -> list[Answer]:
    return list({(a.step, a.known, a.otherwise): a for a in answers}.values())


def _plainly(m: Machine, value: Value, piece: Piece) -> str:
    """A value without a kind, in words."""
    if piece.key in m.unresolved:
        return "of no known kind: the call could not be resolved"
    if value.exact():
        return f"the constant {value.constants[0]!r}, which no pack gives a kind"
    names = list(dict.fromkeys(_named(m, ref) for ref in value.refs))
    if names:
        return " or ".join(names[:3]) + ", no number of a known kind"
    if value.constants:
        listed = ", ".join(repr(item) for item in value.constants)
        return f"one of the constants {listed}, which no pack gives a kind"
    if value is NOTHING:
        return "nothing: control does not come back from it"
    return "of no known kind: no pack says anything of what it is made of"


def _named(m: Machine, ref: Any) -> str:
    if isinstance(ref, Closure):
        return f"the function {ref.function.name}()"
    if isinstance(ref, ClassRef):
        return f"the class {ref.name}"
    if isinstance(ref, ModuleRef):
        return f"the module {ref.name}"
    if isinstance(ref, (External, Native)):
        return f"{ref.name}, which is not in view"
    if isinstance(ref, Object):
        if ref.type is not None:
            return f"an object of type {m.program.type_name(ref.type).rpartition(':')[2]}"
        if ref.shape == "opaque":
            return "something unknown"
        return f"a {ref.shape}"
    return "an object"


def _unread(ground: Ground, spot: Spot) -> str:
    """Why a file is no part of the program."""
    for entry in ground.loaded.ledger.not_parsed:
        if entry.path == spot.path or entry.path.endswith(f"/{spot.path}"):
            return f"the file could not be parsed (line {entry.line}: {entry.what})"
    return (
        "the file was not looked into: neither it nor what it is joined to by imports and calls"
        " holds a word of the packs, so no number of a known kind can come here"
    )


def _empty(ground: Ground, module: int, spot: Spot, function: ir.Function | None) -> str:
    """Why nothing of the program stands at a place."""
    if ground.loaded.modules[module].language == "c":
        for entry in ground.loaded.ledger.not_translated:
            if entry.path == ground.sources[module].display and entry.line == spot.line:
                return f"this was not translated: {entry.what}"
        row = ground.sources[module].shown(spot.line).strip()
        if function is None and row and not row.startswith(("/*", "*", "//", "#")):
            return (
                "no function that stands here was translated: one that holds no word of the"
                " packs, and neither calls nor is called by one that does, cannot see a number"
                " of a known kind (--all reads every function)"
            )
    return "no value stands there"


def _unreached(
    ground: Ground, m: Machine, recorder: Recorder, module: int, function: ir.Function | None
) -> str:
    """Why the interpreter did not come to a place."""
    limits = [f"{what} hit" for what, where, _ in m.limits_hit if where == module]
    because = f" ({limits[0]}: see the ledger of check)" if limits else ""
    if function is not None and (module, function.site) not in recorder.entries:
        if m.scope is not None:
            return (
                f"{function.name}() was not interpreted{because}: it holds no word of the packs,"
                " and nobody hands it a number of a known kind"
            )
        return f"{function.name}() was not interpreted{because}: nothing in view makes or calls it"
    return f"control does not come there{because}"


def facts_of(value: Value, depth: int = 2) -> list[Fact]:
    """The facts of a value and of what it holds."""
    found = list(value.facts)
    if depth:
        for ref in value.refs:
            if ref.__class__ is Object and ref.shape in _HOLDING:
                for held in ref.slots.values():
                    if held.facts or held.refs:
                        found.extend(facts_of(held, depth - 1))
    return found
