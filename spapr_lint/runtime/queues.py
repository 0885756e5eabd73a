"""QEMU's linked lists (qemu/queue.h): a head holds its elements in order.

What a C program does with the links themselves is not modelled, only what the macros do.
"""

from __future__ import annotations

from typing import Any, Final

from spapr_lint.runtime.errors import Faulted
from spapr_lint.runtime.layout import Field, RecordType
from spapr_lint.runtime.memory import record
from spapr_lint.runtime.program import POINTER

HEAD: Final = "items!"
QUEUES: Final = ("QLIST", "QTAILQ", "QSIMPLEQ", "QSLIST")


def queue_types() -> dict[str, RecordType]:
    """The types of heads and of entries."""
    fields = [Field(name, POINTER) for name in ("first", "last")]
    found = {f"{queue}_HEAD": record(f"{queue}_HEAD", fields) for queue in QUEUES}
    entries = {f"{queue}_ENTRY": record(f"{queue}_ENTRY", fields) for queue in QUEUES}
    return {**found, **entries}


def _of(head: Any) -> list[Any]:
    items: list[Any] = head.__dict__.setdefault(HEAD, [])
    return items


class _Lists:
    """Which list an element is on, by the field that links it."""

    def __init__(self) -> None:
        self.homes: dict[tuple[int, str], list[Any]] = {}

    def home(self, element: Any, field: str) -> list[Any]:
        found = self.homes.get((id(element), field))
        if found is None:
            raise Faulted(f"{element!r} is on no list by {field}")
        return found

    def insert(self, items: list[Any], at: int, element: Any, field: str) -> None:
        items.insert(at, element)
        self.homes[id(element), field] = items

    def remove(self, element: Any, field: str) -> None:
        items = self.home(element, field)
        del items[next(i for i, item in enumerate(items) if item is element)]
        del self.homes[id(element), field]

    def after(self, element: Any, new: Any, field: str) -> None:
        items = self.home(element, field)
        self.insert(items, items.index(element) + 1, new, field)

    def before(self, element: Any, new: Any, field: str) -> None:
        items = self.home(element, field)
        self.insert(items, items.index(element), new, field)

    def beside(self, element: Any, field: str, step: int) -> Any:
        items = self.home(element, field)
        at = next(i for i, item in enumerate(items) if item is element) + step
        return items[at] if 0 <= at < len(items) else None


def queues() -> dict[str, Any]:
    """The macros of all kinds of queue."""
    lists = _Lists()
    found: dict[str, Any] = {}

    def remove_head(head: Any, field: str) -> None:
        lists.remove(_of(head)[0], field)

    def each(head: Any, _field: str) -> list[Any]:
        return list(_of(head))

    for queue in QUEUES:
        table: dict[str, Any] = {
            "HEAD_INITIALIZER": lambda *_given, q=queue: _TYPES[f"{q}_HEAD"](),
            "INIT": lambda head: _of(head).clear(),
            "EMPTY": lambda head: not _of(head),
            "FIRST": lambda head: (_of(head) or [None])[0],
            "LAST": lambda head, *_field: (_of(head) or [None])[-1],
            "NEXT": lambda element, field: lists.beside(element, field, 1),
            "PREV": lambda element, field: lists.beside(element, field, -1),
            "FOREACH": each,
            "FOREACH_SAFE": each,
            "FOREACH_RCU": each,
            "FOREACH_REVERSE": lambda head, _field: _of(head)[::-1],
            "INSERT_HEAD": lambda head, new, field: lists.insert(_of(head), 0, new, field),
            "INSERT_TAIL": lambda head, new, field: lists.insert(
                _of(head), len(_of(head)), new, field
            ),
            "INSERT_AFTER": (
                lists.after
                if queue in ("QLIST", "QSLIST")
                else lambda _head, element, new, field: lists.after(element, new, field)
            ),
            "INSERT_BEFORE": lists.before,
            "REMOVE_HEAD": remove_head,
            "REMOVE": (
                lists.remove
                if queue == "QLIST"
                else lambda _head, element, *field: lists.remove(element, field[-1])
            ),
            "SAFE_REMOVE": lambda e, f: lists.remove(e, f) if (id(e), f) in lists.homes else None,
            "IS_INSERTED": lambda e, f: (id(e), f) in lists.homes,
            "IN_USE": lambda e, f: (id(e), f) in lists.homes,
        }  # fmt: skip
        for name, function in table.items():
            found[f"{queue}_{name}"] = found[f"{queue}_{name}_RCU"] = function
    return found


_TYPES: Final = queue_types()
