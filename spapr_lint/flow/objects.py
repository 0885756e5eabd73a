"""What a value may refer to: objects, functions, classes, modules, natives.

An `Object` stands for one object of the program (or, when ``many``, for all
that one place makes).  Its contents are slots; writing goes through a
`Journal`, so that branches can be tried, undone and merged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint import ir
from spapr_lint.flow.values import NOTHING, Value, join

ANY = ("any",)
LENGTH = ("length",)
KEYS = ("keys",)
ESCAPED = ("escaped",)  # set once something that is not in view had its hands on an object

Slots = dict[Any, Value]
Change = tuple[Slots, Any, Value | None]


class Object:
    """An object with attributes (slots by ``str``) and items (by ``("item", type, key)``).

    ``shape`` is what sort of object it is: ``instance``, ``list``, ``tuple``,
    ``set``, ``dict``, ``cell``, ``generator``, ``symbol`` (an instance of a named
    type that came from outside) or ``opaque`` (the result of an unknown call).
    ``type`` is its class, or the name of its type.  ``birth`` orders objects by age.
    It is ``unsure`` once it was handed to a function that was not looked into.
    """

    __slots__ = ("birth", "extra", "many", "shape", "site", "slots", "type", "unsure")

    def __init__(
        self, shape: str, type_: Any, birth: int, site: tuple[int, int], extra: Any = None
    ) -> None:
        self.shape = shape
        self.type = type_
        self.birth = birth
        self.site = site
        self.extra = extra
        self.many = False
        self.unsure = False
        self.slots: Slots = {}

    def truth(self) -> bool | None:
        if self.shape in ("list", "tuple", "set", "dict"):
            length = self.slots.get(LENGTH)
            if length is None or not length.exact() or self.many:
                return None
            if self.shape in ("list", "tuple"):
                return bool(length.constants[0])
            return any(key[0] == "item" for key in self.slots if key.__class__ is tuple) or (
                None if ANY in self.slots else False
            )
        if self.shape == "instance" and self.type.__class__ is ClassRef:
            return self._plain_truth(self.type)
        return True if self.shape == "cell" else None

    def _plain_truth(self, klass: ClassRef) -> bool | None:
        """True of what has neither ``__bool__`` nor ``__len__``, as far as is known."""
        if klass.unknown_base or klass.native:
            return None
        for each in klass.mro:
            if "__bool__" in each.members.slots or "__len__" in each.members.slots:
                return None
        return True


class Closure:
    """A function with what it closed over."""

    __slots__ = ("cells", "defaults", "function", "index", "module", "namespace", "owner")

    def __init__(
        self,
        module: int,
        index: int,
        function: ir.Function,
        cells: dict[str, Object],
        defaults: dict[str, Value],
        owner: Any,
        namespace: Object,
    ) -> None:
        self.module = module
        self.index = index
        self.function = function
        self.cells = cells
        self.defaults = defaults
        self.owner = owner
        self.namespace = namespace

    def truth(self) -> bool | None:
        return True


class ClassRef:
    """A class of the program.  ``members`` holds its attributes as slots.

    ``native`` names the builtin that it extends (``dict``, ``Exception``), ``traits``
    what a decorator or a base made of it (``dataclass``, ``enum``, ``namedtuple``).
    """

    __slots__ = (
        "annotations",
        "bases",
        "index",
        "members",
        "metaclass",
        "module",
        "mro",
        "name",
        "native",
        "subclasses",
        "traits",
        "unknown_base",
    )

    def __init__(self, module: int, index: int, name: str, members: Object) -> None:
        self.module = module
        self.index = index
        self.name = name
        self.members = members
        self.bases: tuple[Value, ...] = ()
        self.mro: tuple[ClassRef, ...] = (self,)
        self.unknown_base = False
        self.metaclass: ClassRef | None = None
        self.annotations: dict[str, str] = {}
        self.native = ""
        self.subclasses: list[ClassRef] = []
        self.traits: dict[str, Any] = {}

    def truth(self) -> bool | None:
        return True


class Bound:
    """A function together with its first argument."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: Any, receiver: Value) -> None:
        self.function = function
        self.receiver = receiver

    def truth(self) -> bool | None:
        return True

    def __eq__(self, other: object) -> bool:
        return (
            other.__class__ is Bound
            and self.function is other.function
            and self.receiver.key() == other.receiver.key()
        )

    def __hash__(self) -> int:
        return hash((id(self.function), self.receiver.refs))


class Native:
    """Something that the interpreter itself knows how to call.

    ``name`` is what it is called in Python; ``data`` is what it was made with.
    """

    __slots__ = ("call", "data", "name")

    def __init__(self, name: str, call: Callable[..., Value], data: Any = None) -> None:
        self.name = name
        self.call = call
        self.data = data

    def truth(self) -> bool | None:
        return True

    def __eq__(self, other: object) -> bool:
        return (
            other.__class__ is Native
            and self.name == other.name
            and self.call is other.call
            and self.data == other.data
        )

    def __hash__(self) -> int:
        return hash((self.name, id(self.call)))


class Wrapper:
    """What ``staticmethod``, ``classmethod`` or ``property`` make of functions."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: str, values: tuple[Value, ...]) -> None:
        self.kind = kind
        self.values = values

    def truth(self) -> bool | None:
        return True


class Super:
    """``super()``: attributes of the classes after ``klass`` in the order of ``receiver``."""

    __slots__ = ("klass", "receiver")

    def __init__(self, klass: ClassRef, receiver: Value) -> None:
        self.klass = klass
        self.receiver = receiver

    def truth(self) -> bool | None:
        return True


class External:
    """Something that is not in view, by its dotted name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def truth(self) -> bool | None:
        return None

    def __eq__(self, other: object) -> bool:
        return other.__class__ is External and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


class ModuleRef:
    """A module of the program; ``namespace`` holds its variables as slots."""

    __slots__ = ("index", "name", "namespace")

    def __init__(self, index: int, name: str, namespace: Object) -> None:
        self.index = index
        self.name = name
        self.namespace = namespace

    def truth(self) -> bool | None:
        return True


Ref = Object | Closure | ClassRef | Bound | Native | External | ModuleRef | Wrapper | Super


def alike(left: Any, right: Any, depth: int = 3) -> bool:
    """Whether two objects were made in one place and hold the same, as far as one can see."""
    if left is right:
        return True
    kind = left.__class__
    if kind is not right.__class__ or depth == 0:
        return False
    if kind is Closure:
        if left.index != right.index or left.module != right.module:
            return False
        mine, others = left.cells, right.cells
    elif kind is Bound:
        return left.function == right.function and _same_values(
            left.receiver, right.receiver, depth
        )
    elif kind is Object:
        if left.site != right.site or left.shape != right.shape or left.type != right.type:
            return False
        if left.birth == 0 or (left.extra is not right.extra and left.extra.__class__ is not list):
            return False
        mine, others = left.slots, right.slots
    else:
        return bool(left == right)
    if mine.keys() != others.keys():
        return False
    if kind is Closure:
        return all(alike(cell, others[name], depth - 1) for name, cell in mine.items())
    return all(_same_values(value, others[key], depth) for key, value in mine.items())


def _same_values(left: Value, right: Value, depth: int) -> bool:
    if left is right:
        return True
    if len(left.refs) != len(right.refs) or left.open != right.open:
        return False
    if left.constants != right.constants or len(left.facts) != len(right.facts):
        return False
    if left.facts and {f.key for f in left.facts} != {f.key for f in right.facts}:
        return False
    pairs = zip(left.refs, right.refs, strict=True)
    return all(alike(mine, other, depth - 1) for mine, other in pairs)


def item_key(value: Any) -> tuple[str, str, Any]:
    """The slot of a container that a constant names; ``1``, ``True`` and ``1.0`` are one key."""
    if isinstance(value, (bool, float)) and value == int(value):
        value = int(value)
    return ("item", value.__class__.__name__, value)


class Journal:
    """All writes in order, so that the state before any of them can be had again."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[Change] = []

    def write(self, slots: Slots, key: Any, value: Value | None) -> None:
        """Set (or, with None, delete) a slot."""
        self.entries.append((slots, key, slots.get(key)))
        if value is None:
            slots.pop(key, None)
        else:
            slots[key] = value

    def mark(self) -> int:
        """The present state, to come back to."""
        return len(self.entries)

    def changes(self, mark: int) -> dict[tuple[int, Any], Change]:
        """What differs from the state at ``mark``: the values as they are now."""
        found: dict[tuple[int, Any], Change] = {}
        for slots, key, _ in self.entries[mark:]:
            where = (id(slots), key)
            if where not in found:
                found[where] = (slots, key, slots.get(key))
        return found

    def unchanged(self, mark: int) -> bool:
        """Whether every slot holds what it held at ``mark``."""
        first: dict[tuple[int, Any], Change] = {}
        for slots, key, old in self.entries[mark:]:
            first.setdefault((id(slots), key), (slots, key, old))
        for slots, key, old in first.values():
            now = slots.get(key)
            if now is not old and (now is None or old is None or now.key() != old.key()):
                return False
        return True

    def undo(self, mark: int) -> dict[tuple[int, Any], Change]:
        """Return to the state at ``mark``; gives `changes`."""
        found = self.changes(mark)
        entries = self.entries
        while len(entries) > mark:
            slots, key, old = entries.pop()
            if old is None:
                slots.pop(key, None)
            else:
                slots[key] = old
        return found

    def apply(self, changes: dict[tuple[int, Any], Change]) -> None:
        """Write the changes of one path."""
        for slots, key, value in changes.values():
            self.write(slots, key, value)

    def merge(self, paths: list[dict[tuple[int, Any], Change]]) -> None:
        """The state is any of those that these paths lead to from here."""
        if not paths:
            return
        if len(paths) == 1:
            self.apply(paths[0])
            return
        wheres: dict[tuple[int, Any], Change] = {}
        for path in paths:
            for where, change in path.items():
                wheres.setdefault(where, change)
        for where, (slots, key, _) in wheres.items():
            result = NOTHING
            absent = False
            for path in paths:
                found = path.get(where)
                value = found[2] if found is not None else slots.get(key)
                if value is None:
                    absent = True
                else:
                    result = join(result, value)
            if absent and key is LENGTH:
                result = Value(open=True)
            self.write(slots, key, None if result is NOTHING and absent else result)
