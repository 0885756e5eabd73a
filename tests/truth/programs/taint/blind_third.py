"""A third lot: less usual ways to carry a value, and to lose it."""

import asyncio
import collections
import contextlib
import dataclasses
import enum
import functools
import heapq
import itertools
import operator
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import ClassVar, Iterator, NamedTuple

from recorder import choice, number, sink_taint, taint


@dataclass
class Base:
    name: str
    shared: ClassVar[str] = "shared"
    parts: dict = field(default_factory=dict)

    def __iter__(self):
        yield self.name
        yield from self.parts.values()


@dataclass(slots=True, kw_only=True)
class Child:
    left: str = "l"
    right: str = "r"

    def swapped(self):
        return dataclasses.replace(self, left=self.right, right=self.left)


def data(src):
    child = Child(right=src)
    sink_taint(child.left)  # no flow
    sink_taint(child.swapped().left)  # flow
    sink_taint(child.swapped().right)  # no flow
    base = Base("n", parts={"k": src})
    name, part = base
    sink_taint(name)  # no flow
    sink_taint(part)  # flow
    sink_taint(Base("m").parts)  # no flow
    held = {f.name: getattr(base, f.name) for f in dataclasses.fields(base)}
    sink_taint(held["name"])  # no flow
    Base.shared = src
    sink_taint(base.shared)  # flow
    sink_taint(f"{base!r}"[:0])  # no flow SPURIOUS
    match child:
        case Child(left="l", right=found):
            sink_taint(found)  # flow
        case _:
            sink_taint("none")  # no flow DEAD


class Planet(enum.Enum):
    EARTH = ("earth", 1)
    MARS = ("mars", 2)

    def __init__(self, label, rank):
        self.label = label
        self.rank = rank

    @property
    def next(self):
        return Planet.MARS if self is Planet.EARTH else Planet.EARTH


def members(src):
    notes = {planet: "x" for planet in Planet}
    notes[Planet.MARS] = src
    sink_taint(notes[Planet.EARTH.next])  # flow
    sink_taint(notes[Planet.MARS.next])  # no flow
    sink_taint(Planet.MARS.label)  # no flow
    value = src if Planet.EARTH.rank > Planet.MARS.rank else "x"
    sink_taint(value)  # no flow


def pipeline(*stages):
    def run(value):
        return functools.reduce(lambda held, stage: stage(held), stages, value)

    return run


def stages(src):
    sink_taint(pipeline(str.strip, lambda v: v + "!")(src))  # flow
    sink_taint(pipeline(str.strip, lambda v: "!")(src))  # no flow
    sink_taint(pipeline()(src))  # flow


def curry(function, *held):
    def inner(*more):
        have = held + more
        if len(have) >= 3:
            return function(*have)
        return curry(function, *have)

    return inner


def currying(src):
    pick = curry(lambda a, b, c: b)
    sink_taint(pick("a")(src)("c"))  # flow
    sink_taint(pick(src)("b")("c"))  # no flow
    sink_taint(pick("a", src, "c"))  # flow


def visitor(node, visit):
    if isinstance(node, list):
        for child in node:
            visitor(child, visit)
    else:
        visit(node)


def visiting(src):
    seen = []
    visitor(["a", ["b", [src]]], seen.append)
    sink_taint(seen)  # flow
    found = []
    visitor(["a", ["b", [src]]], lambda node: found.append("x"))
    sink_taint(found)  # no flow


class Meta:
    def __init_subclass__(cls, /, tag="none", **rest):
        super().__init_subclass__(**rest)
        cls.tag = tag

    def __class_getitem__(cls, key):
        return key


class Tagged(Meta, tag="tagged"):
    pass


def class_hooks(src):
    sink_taint(Tagged.tag)  # no flow
    sink_taint(Meta[src])  # flow
    made = type("Made", (Meta,), {}, tag=src)
    sink_taint(made.tag)  # flow


class Cursor:
    def __init__(self, rows):
        self.rows = rows
        self.at = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.rows = []

    def fetch(self):
        self.at += 1
        return self.rows[self.at] if self.at < len(self.rows) else None

    def __iter__(self) -> Iterator:
        while (row := self.fetch()) is not None:
            yield row


def cursor(src):
    with Cursor([("a", "x"), ("b", src)]) as rows:
        first = rows.fetch()
        second = rows.fetch()
        third = rows.fetch()
    sink_taint(first[1])  # no flow
    sink_taint(second[1])  # flow
    sink_taint(third)  # no flow
    sink_taint(rows.rows)  # no flow
    for key, value in Cursor([("a", src)]):
        sink_taint(key)  # no flow
        sink_taint(value)  # flow


def sentinel_loop(src):
    chunks = iter(["a", src, "", "b"])
    read = []
    for chunk in iter(lambda: next(chunks), ""):
        read.append(chunk)
    sink_taint(read)  # flow
    line = collections.deque(["x"])
    while line:
        item = line.popleft()
        if item == "x":
            line.append("y")
    sink_taint(item)  # no flow


def producer_consumer(src):
    line = queue.Queue()
    results = []

    def produce():
        for item in ("a", src, None):
            line.put(item)

    def consume():
        while True:
            item = line.get()
            if item is None:
                break
            results.append(item)

    workers = [threading.Thread(target=produce), threading.Thread(target=consume)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sink_taint(results)  # flow
    sink_taint(workers[0].name)  # no flow


async def producer(line, src):
    await line.put("a")
    await line.put(src)


async def consumer(line):
    return [await line.get(), await line.get()]


async def together(src):
    line = asyncio.Queue()
    _, got = await asyncio.gather(producer(line, src), consumer(line))
    sink_taint(got[0])  # no flow
    sink_taint(got[1])  # flow
    lock = asyncio.Lock()
    async with lock:
        held = src
    sink_taint(held)  # flow
    results = [
        task.result() for task in (await asyncio.wait([asyncio.ensure_future(later("x"))]))[0]
    ]
    sink_taint(results)  # no flow
    async with asyncio.TaskGroup() as group:
        task = group.create_task(later(src))
    sink_taint(task.result())  # flow


async def later(value):
    await asyncio.sleep(0)
    return value


def processes(src):
    sink_taint(os.path.splitext("a." + src)[1])  # flow
    sink_taint(os.path.dirname("a/" + "b"))  # no flow
    os.environ["THIRD"] = src
    sink_taint(os.environ["THIRD"])  # flow
    sink_taint(os.environ.get("THIRD", "x"))  # flow
    sink_taint(os.environ.get("FOURTH", "x"))  # no flow
    del os.environ["THIRD"]
    sink_taint(os.environ.get("THIRD", "x"))  # no flow


def orderings(src):
    rows = [{"n": 2, "v": src}, {"n": 1, "v": "x"}]
    rows.sort(key=operator.itemgetter("n"))
    sink_taint(rows[0]["v"])  # no flow
    sink_taint(sorted(rows, key=lambda row: -row["n"])[0]["v"])  # flow
    sink_taint(heapq.nsmallest(1, [(2, src), (1, "x")])[0][1])  # no flow
    sink_taint(list(itertools.takewhile(lambda v: v == "a", ["a", src])))  # no flow SPURIOUS
    sink_taint(list(itertools.dropwhile(lambda v: v == "a", ["a", src])))  # flow
    sink_taint(list(itertools.chain.from_iterable([["a"], [src]]))[0])  # no flow
    sink_taint(dict(sorted({"b": src, "a": "x"}.items()))["a"])  # no flow
    sink_taint([*zip(*[["a", src], ["b", "c"]])][1][0])  # flow
    sink_taint(list(map(operator.itemgetter("v"), rows))[0])  # no flow


def flags(src):
    ready = False
    value = src
    for n in range(3):
        if n == 1:
            ready = True
        if ready:
            value = "done"
            break
    sink_taint(value)  # no flow
    kept = src
    dirty = choice()
    if dirty:
        kept = "clean"
    out = "x" if dirty else "y"
    if dirty:
        out = kept
    sink_taint(out)  # no flow
    if not dirty:
        out = kept
    sink_taint(out)  # flow


data(taint())
members(taint())
stages(taint())
currying(taint())
visiting(taint())
class_hooks(taint())
cursor(taint())
sentinel_loop(taint())
producer_consumer(taint())
asyncio.run(together(taint()))
processes(taint())
orderings(taint())
flags(taint())
