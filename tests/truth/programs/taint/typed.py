"""Types change nothing: annotations, casts, NewType, generics, overloads, ellipsis, comments."""

from __future__ import annotations

import typing
from collections import ChainMap, Counter, deque
from typing import Any, Generic, NewType, Optional, Protocol, TypedDict, TypeVar, cast, overload

from recorder import sink_taint, taint

UserId = NewType("UserId", str)
T = TypeVar("T")


class Options(TypedDict, total=False):
    command: str
    other: str


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> None:
        self.items.append(item)

    def pop(self) -> T:
        return self.items.pop()


class Readable(Protocol):
    def read(self) -> str: ...


class File:
    def read(self) -> str:
        return taint()


class Empty:
    def read(self) -> str:
        return "x"


@overload
def same(x: int) -> int: ...
@overload
def same(x: str) -> str: ...
def same(x):
    return x


def later() -> Optional[str]: ...


def read(source: Readable) -> str:
    return source.read()


def casts() -> None:
    a: Any = taint()
    b: str = cast(str, a)
    sink_taint(b)  # flow
    sink_taint(cast("int", "x"))  # no flow
    sink_taint(UserId(a))  # flow
    sink_taint(UserId("x"))  # no flow
    c = a  # type: ignore
    sink_taint(c)  # flow
    sink_taint(same(a))  # flow
    sink_taint(same("x"))  # no flow
    sink_taint(later())  # no flow
    d: typing.Final = "x"
    sink_taint(d)  # no flow


def structures() -> None:
    options = Options(command=taint(), other="x")
    sink_taint(options["command"])  # flow
    sink_taint(options["other"])  # no flow
    s: Stack[str] = Stack()
    s.push(taint())
    sink_taint(s.pop())  # flow
    s.push("x")
    sink_taint(s.pop())  # no flow
    sink_taint(read(File()))  # flow
    sink_taint(read(Empty()))  # no flow


def collections() -> None:
    both = ChainMap({"a": "x"}, {"a": taint(), "b": taint()})
    sink_taint(both["a"])  # no flow
    sink_taint(both["b"])  # flow
    counted = Counter([taint()])
    for key in counted:
        sink_taint(key)  # flow
    sink_taint(counted["x"])  # no flow
    line = deque(["x", taint()], maxlen=5)
    sink_taint(line[1])  # flow
    line.rotate(1)
    sink_taint(line[0])  # flow
    sink_taint(line.popleft())  # flow
    sink_taint(line)  # no flow


def ellipsis() -> None:
    ...
    a = taint()
    ...
    sink_taint(a)  # flow
    sink_taint(...)  # no flow


casts()
structures()
collections()
ellipsis()
