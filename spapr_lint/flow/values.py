"""What the interpreter knows of one value: facts, references, constants.

A `Value` is a set of possibilities.  `Fact` says that it carries a number of
some kind and by which way it came; a reference is an object of the program; a
constant is itself; ``open`` says that it may also be something unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spapr_lint.kinds import Kind, Term

if TYPE_CHECKING:
    from spapr_lint.flow.objects import Ref

MAX_FACTS = 24
MAX_REFS = 24
MAX_CONSTANTS = 6
MAX_FORM = 5
NAMED, FLOWED, DECLARED = range(3)


class Link:
    """A step of a way: a site of a module, what happens there, and the step before."""

    __slots__ = ("back", "depth", "module", "note", "site")

    def __init__(self, module: int, site: int, note: str, back: Link | None) -> None:
        self.module = module
        self.site = site
        self.note = note
        self.back = back
        self.depth: int = 1 if back is None else back.depth + 1

    def steps(self) -> list[Link]:
        """All steps, the producer first."""
        chain = []
        link: Link | None = self
        while link is not None:
            chain.append(link)
            link = link.back
        chain.reverse()
        return chain


class Fact:
    """A number of kind ``kind`` that ``origin``, a (module, site) pair, produced.

    Two facts with equal keys are the same fact come by different ways.
    """

    __slots__ = ("evidence", "key", "kind", "link", "origin")

    def __init__(self, kind: Kind, origin: tuple[int, int], evidence: int, link: Link) -> None:
        self.kind = kind
        self.origin = origin
        self.evidence = evidence
        self.link = link
        self.key = (kind, origin)

    def step(self, module: int, site: int, note: str) -> Fact:
        """The same fact one step further; a repeated site adds no step."""
        link = self.link
        if link.module == module and link.site == site:
            return self
        return Fact(self.kind, self.origin, self.evidence, Link(module, site, note, link))

    def become(self, kind: Kind, module: int, site: int, note: str) -> Fact:
        """What a conversion makes of the fact."""
        evidence = min(self.evidence, FLOWED)
        return Fact(kind, self.origin, evidence, Link(module, site, note, self.link))


Blessings = frozenset[tuple[Any, ...]]  # (token, kind, module, site, text): see `blessings`
NO_BLESSINGS: Blessings = frozenset()


class Mark:
    """Which value of the running program this is, and what its truth says of others.

    Values of one ``token`` are one value under several names.  ``true`` and ``false``
    are what is blessed where the value is true or false; None if it never is.
    """

    __slots__ = ("false", "token", "true")

    def __init__(
        self,
        token: object | None,
        true: Blessings | None = NO_BLESSINGS,
        false: Blessings | None = NO_BLESSINGS,
    ) -> None:
        self.token = token
        self.true = true
        self.false = false


class Value:
    """One abstract value.  Never changed after it was made."""

    __slots__ = ("constants", "facts", "form", "mark", "open", "refs")

    def __init__(
        self,
        facts: tuple[Fact, ...] = (),
        refs: tuple[Ref, ...] = (),
        constants: tuple[Any, ...] = (),
        open: bool = False,
        form: tuple[str, Value, Value] | None = None,
        mark: Mark | None = None,
    ) -> None:
        self.mark = mark
        self.facts = facts
        self.refs = refs
        self.constants = constants
        self.open = open
        self.form = form

    def key(self) -> tuple[Any, ...]:
        """Equal for values that behave alike; ways do not count."""
        return (
            frozenset([fact.key for fact in self.facts]),
            frozenset(self.refs),
            frozenset([(c.__class__, c) for c in self.constants]),
            self.open,
        )

    def exact(self) -> bool:
        """Whether the value is one known constant."""
        return len(self.constants) == 1 and not self.refs and not self.open

    def with_facts(self, facts: tuple[Fact, ...]) -> Value:
        """The same value carrying other facts."""
        return Value(facts, self.refs, self.constants, self.open, self.form, self.mark)

    def step(self, module: int, site: int, note: str) -> Value:
        """The value one step further on its way."""
        if not self.facts:
            return self
        facts = tuple([fact.step(module, site, note) for fact in self.facts])
        return Value(facts, self.refs, self.constants, self.open, self.form, self.mark)

    def marked(self, mark: Mark | None) -> Value:
        """The same value with another mark."""
        return Value(self.facts, self.refs, self.constants, self.open, self.form, mark)

    def term(self, depth: int = 0) -> Term:
        """What the algebra of kinds needs to know of the value."""
        form = None
        if self.form is not None and depth < MAX_FORM:
            operator, left, right = self.form
            form = (operator, left.term(depth + 1), right.term(depth + 1))
        literal = None
        if len(self.constants) == 1 and not self.open:
            constant = self.constants[0]
            if constant.__class__ is int:
                literal = constant
        return Term(frozenset([fact.kind for fact in self.facts]), literal, form)


UNKNOWN = Value(open=True)
NOTHING = Value()
NONE = Value(constants=(None,))
TRUE = Value(constants=(True,))
FALSE = Value(constants=(False,))
BOOLEAN = Value(constants=(True, False))


def constant(value: Any) -> Value:
    """The value that is exactly this constant."""
    if value is None:
        return NONE
    if value is True:
        return TRUE
    if value is False:
        return FALSE
    return Value(constants=(value,))


def reference(ref: Ref) -> Value:
    """The value that is exactly this object."""
    return Value(refs=(ref,))


def _join_facts(left: tuple[Fact, ...], right: tuple[Fact, ...]) -> tuple[Fact, ...]:
    if not right or left is right:
        return left
    if not left:
        return right
    merged = {fact.key: fact for fact in left}
    changed = False
    for fact in right:
        old = merged.get(fact.key)
        if old is None or fact.evidence > old.evidence:
            merged[fact.key] = fact
            changed = True
        elif fact.evidence == old.evidence and fact.link.depth < old.link.depth:
            merged[fact.key] = fact
            changed = True
    return tuple(merged.values())[:MAX_FACTS] if changed else left


def _join_constants(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The union, or None if it is too large to list."""
    if left is right or not right:
        return left
    if not left:
        return right
    result = list(left)
    for item in right:
        for known in left:
            if known is item or (known.__class__ is item.__class__ and known == item):
                break
        else:
            result.append(item)
    if len(result) > MAX_CONSTANTS:
        return None
    return tuple(result)


def join(left: Value, right: Value) -> Value:
    """Either of two values."""
    if left is right or right is NOTHING:
        return left
    if left is NOTHING:
        return right
    refs = left.refs
    is_open = left.open or right.open
    if right.refs and right.refs is not refs:
        if refs:
            fresh = tuple([ref for ref in right.refs if ref not in refs])
            if fresh:
                refs = refs + fresh
                if len(refs) > MAX_REFS:
                    refs = refs[:MAX_REFS]
                    is_open = True
        else:
            refs = right.refs
    constants = _join_constants(left.constants, right.constants)
    if constants is None:
        constants = ()
        is_open = True
    form = left.form if left.form is right.form else None
    mark = left.mark
    if mark is not right.mark:
        mark = _join_marks(left, right)
    return Value(_join_facts(left.facts, right.facts), refs, constants, is_open, form, mark)


def implied(value: Value) -> tuple[Blessings | None, Blessings | None]:
    """What is blessed where the value is true, and where it is false."""
    mark = value.mark
    if mark is not None and (mark.true is None or mark.false is None or mark.true or mark.false):
        return mark.true, mark.false
    known = truth(value) if value.constants or value.refs else None
    if known is None:
        return NO_BLESSINGS, NO_BLESSINGS
    return (NO_BLESSINGS, None) if known else (None, NO_BLESSINGS)


def both(left: Blessings | None, right: Blessings | None) -> Blessings | None:
    """What is blessed on either of two paths; None stands for a path that is never taken."""
    if left is None:
        return right
    return left if right is None else left & right


def _join_marks(left: Value, right: Value) -> Mark:
    mine = None if left.mark is None else left.mark.token
    other = None if right.mark is None else right.mark.token
    token = mine if mine is other else object()
    true, false = implied(left)
    also_true, also_false = implied(right)
    return Mark(token, both(true, also_true), both(false, also_false))


def join_all(values: list[Value]) -> Value:
    """Any of the values; `NOTHING` of none."""
    result = NOTHING
    for value in values:
        result = join(result, value)
    return result


def same(left: Value, right: Value) -> bool:
    """Whether two values behave alike."""
    return left is right or left.key() == right.key()


def covers(known: Value, value: Value) -> bool:
    """Whether ``value`` adds nothing to what is known; an open value may be any constant."""
    if known is value:
        return True
    if value.open and not known.open:
        return False
    if value.facts and not {f.key for f in value.facts} <= {f.key for f in known.facts}:
        return False
    if value.refs and not set(value.refs) <= set(known.refs):
        return False
    if known.open or not value.constants:
        return True
    held = {(c.__class__, c) for c in known.constants}
    return all((c.__class__, c) in held for c in value.constants)


def truth(value: Value) -> bool | None:
    """Whether the value is certainly true or certainly false."""
    if value.open:
        return None
    answers: set[bool | None] = {bool(item) for item in value.constants}
    for ref in value.refs:
        answers.add(ref.truth())
    if len(answers) != 1 or None in answers:
        return None
    return answers.pop()


def filter_truth(value: Value, wanted: bool) -> Value:
    """The possibilities of a value that are as true as wanted."""
    constants = tuple([c for c in value.constants if bool(c) == wanted])
    refs = tuple([r for r in value.refs if r.truth() in (None, wanted)])
    facts = value.facts if wanted else unlabelled(value.facts)
    return Value(facts, refs, constants, value.open, value.form, value.mark)


def unlabelled(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts without labels: nothing that is empty, zero or None carries one."""
    return tuple([fact for fact in facts if fact.kind.role])
