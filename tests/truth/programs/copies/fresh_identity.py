"""The value itself, not what is made of it."""

import asyncio
import collections
import contextlib
import functools
import queue

from recorder import choice, sink, source


def texts():
    s = source()
    sink(s + "")  # no flow
    sink(f"{s}!")  # no flow
    sink([s])  # no flow
    sink([s][0])  # flow
    sink((s,)[0])  # flow
    sink(s and s)  # flow
    sink(s or "x")  # flow
    sink("x" and s)  # flow
    sink(s.upper())  # no flow
    sink(len(s))  # no flow
    sink({"a": s}["a"])  # flow
    sink(max([s]))  # flow
    sink(list(s)[0])  # no flow
    sink((lambda: s)())  # flow
    sink(s[0])  # no flow


class Event:
    def __init__(self):
        self.handlers = []

    def __iadd__(self, handler):
        self.handlers.append(handler)
        return self

    def __call__(self, *args):
        for handler in self.handlers:
            handler(*args)


def events():
    event, quiet = Event(), Event()
    event += lambda a, b: sink(b)  # flow
    event += lambda a, b: sink(a)  # no flow
    quiet += lambda a, b: sink(a)  # no flow
    event("x", source())
    quiet("x", source())


HANDLERS = {}


def route(path):
    def register(f):
        HANDLERS[path] = f
        return f

    return register


@route("/hot")
def hot(request):
    sink(request)  # flow


@route("/cold")
def cold(request):
    sink(request)  # no flow


def routes():
    HANDLERS["/hot"](source())
    HANDLERS["/cold"]("x")


class Visitor:
    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__, self.generic)(node)

    def visit_Hot(self, node):
        return node.value

    def generic(self, node):
        return "x"


class Hot:
    def __init__(self, value):
        self.value = value


class Cold(Hot):
    pass


def visitors():
    sink(Visitor().visit(Hot(source())))  # flow
    sink(Visitor().visit(Cold(source())))  # no flow


class Builder:
    def __init__(self):
        self.options = {}

    def __getattr__(self, name):
        def setter(value):
            self.options[name] = value
            return self

        return setter


def builders():
    b = Builder().color(source()).size("x")
    sink(b.options["color"])  # flow
    sink(b.options["size"])  # no flow


class Pool:
    def __init__(self):
        self.free = queue.Queue()
        self.free.put(source())

    @contextlib.contextmanager
    def borrow(self):
        item = self.free.get()
        try:
            yield item
        finally:
            self.free.put("x")


def pools():
    pool = Pool()
    with pool.borrow() as item:
        sink(item)  # flow
    with pool.borrow() as item:
        sink(item)  # no flow


def lazily(f):
    cache = {}

    @functools.wraps(f)
    def wrapper(key):
        if key not in cache:
            cache[key] = f(key)
        return cache[key]

    return wrapper


@lazily
def load(key):
    return source() if key == "hot" else "x"


def memos():
    sink(load("hot"))  # flow
    sink(load("hot"))  # flow
    sink(load("cold"))  # no flow


class Stack:
    def __init__(self):
        self._items = collections.deque()

    def push(self, item):
        self._items.append(item)

    def pop(self):
        return self._items.pop()

    @property
    def top(self):
        return self._items[-1]


def stacks():
    s = Stack()
    s.push(source())
    sink(s.top)  # flow
    s.push("x")
    sink(s.top)  # no flow
    sink(s.pop())  # no flow
    sink(s.pop())  # flow


class State:
    def __init__(self):
        self.handle = self.first

    def first(self, value):
        self.handle = self.second
        return "x"

    def second(self, value):
        return value


def states():
    s = State()
    sink(s.handle(source()))  # no flow
    sink(s.handle(source()))  # flow


class Lazy:
    def __init__(self, make):
        self.make = make
        self.made = None

    def get(self):
        if self.made is None:
            self.made = self.make()
        return self.made


def lazies():
    sink(Lazy(source).get())  # flow
    sink(Lazy(lambda: "x").get())  # no flow
    one = Lazy(lambda: source() if choice() else "x")
    sink(one.get())  # flow


async def asynchronous():
    async def handler(reader, writer):
        writer.append(await reader.get())

    q, out = asyncio.Queue(), []
    await q.put(source())
    await handler(q, out)
    sink(out[0])  # flow
    q2, out2 = asyncio.Queue(), []
    await q2.put("x")
    await handler(q2, out2)
    sink(out2[0])  # no flow


def curried(a):
    return lambda b: lambda c: (a, b, c)


def curries():
    sink(curried("x")(source())("y")[1])  # flow
    sink(curried("x")(source())("y")[0])  # no flow
    sink(curried("x")("y")(source())[1])  # no flow


for run in (
    texts, events, routes, visitors, builders, pools, memos, stacks, states, lazies, curries,
):  # fmt: skip
    run()
asyncio.run(asynchronous())
