"""Another batch: data structures and idioms of programs."""

import abc
import argparse
import array
import bisect
import collections
import configparser
import contextlib
import csv
import dataclasses
import datetime
import enum
import functools
import html
import io
import itertools
import json
import logging
import operator
import os
import pprint
import shlex
import string
import types
import typing
import urllib.parse

from recorder import choice, number, sink_taint, taint


class LinkedList:
    class _Node:
        __slots__ = ("value", "next")

        def __init__(self, value, next):
            self.value, self.next = value, next

    def __init__(self):
        self._head = None
        self._size = 0

    def push(self, value):
        self._head = self._Node(value, self._head)
        self._size += 1

    def pop(self):
        node, self._head = self._head, self._head.next
        self._size -= 1
        return node.value

    def __iter__(self):
        node = self._head
        while node:
            yield node.value
            node = node.next

    def __len__(self):
        return self._size


def linked():
    l = LinkedList()
    l.push(taint())
    l.push("x")
    sink_taint(len(l))  # no flow
    sink_taint(list(l))  # flow
    sink_taint(l.pop())  # no flow
    sink_taint(l.pop())  # flow
    l.push("y")
    sink_taint(l.pop())  # no flow


class Graph:
    def __init__(self):
        self.edges = collections.defaultdict(set)
        self.labels = {}

    def add(self, a, b, label=None):
        self.edges[a].add(b)
        self.labels[a, b] = label
        return self

    def walk(self, start):
        seen, queue = set(), collections.deque([start])
        while queue:
            node = queue.popleft()
            if node in seen:
                continue
            seen.add(node)
            yield node
            queue.extend(self.edges[node])


def graphs():
    g = Graph().add("a", "b", taint()).add("b", "c", "x")
    sink_taint(g.labels["a", "b"])  # flow
    sink_taint(g.labels["b", "c"])  # no flow
    sink_taint(list(g.walk("a")))  # no flow
    h = Graph().add("a", taint())
    sink_taint(list(h.walk("a")))  # flow


class Observable:
    def __init__(self):
        self._observers = []
        self._value = "x"

    def observe(self, f):
        self._observers.append(f)
        return lambda: self._observers.remove(f)

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        old, self._value = self._value, new
        for f in self._observers:
            f(old, new)


def observers():
    o = Observable()
    news, olds = [], []
    o.observe(lambda old, new: news.append(new))
    o.observe(lambda old, new: olds.append(old))
    o.value = taint()
    sink_taint(news)  # flow
    sink_taint(olds)  # no flow
    o.value = "y"
    sink_taint(olds)  # flow
    sink_taint(o.value)  # no flow


class Middleware:
    def __init__(self, get):
        self.get = get

    def __call__(self, request):
        response = self.get(request)
        response["header"] = "h"
        return response


class Cleaner(Middleware):
    def __call__(self, request):
        request = dict(request, body="clean")
        return super().__call__(request)


def app(request):
    return {"body": request["body"], "path": request["path"]}


def middlewares():
    plain, clean = Middleware(app), Cleaner(app)
    request = {"body": taint(), "path": "/"}
    sink_taint(plain(request)["body"])  # flow
    sink_taint(plain(request)["path"])  # no flow
    sink_taint(plain(request)["header"])  # no flow
    sink_taint(clean(request)["body"])  # no flow
    sink_taint(request["body"])  # flow


class Command(abc.ABC):
    registry: dict[str, type] = {}

    def __init_subclass__(cls, **kw):
        Command.registry[cls.__name__.lower()] = cls

    @abc.abstractmethod
    def run(self, text): ...


class Echo(Command):
    def run(self, text):
        return text


class Count(Command):
    def run(self, text):
        return len(text)


def commands():
    sink_taint(Command.registry["echo"]().run(taint()))  # flow
    sink_taint(Command.registry["count"]().run(taint()))  # no flow
    sink_taint([c().run(taint()) for c in Command.registry.values()])  # flow
    sink_taint(sorted(Command.registry))  # no flow


@dataclasses.dataclass(order=True)
class Item:
    name: str
    tags: list[str] = dataclasses.field(default_factory=list)
    parent: "Item | None" = None

    @classmethod
    def parse(cls, text):
        name, _, tag = text.partition(":")
        return cls(name, [tag])

    @functools.cached_property
    def full(self):
        return f"{self.parent.full}/{self.name}" if self.parent else self.name


def items():
    root = Item(taint())
    leaf = Item("leaf", parent=root)
    sink_taint(leaf.full)  # flow
    sink_taint(leaf.name)  # no flow
    sink_taint(Item("a", parent=Item("b")).full)  # no flow
    sink_taint(Item.parse("n:" + taint()).tags)  # flow
    sink_taint(dataclasses.replace(root, name="x").full)  # no flow
    first, *_ = sorted([Item("a"), Item("b")])
    sink_taint(first.name)  # no flow
    match leaf:
        case Item(name=n, parent=Item(name=p)):
            sink_taint(n)  # no flow
            sink_taint(p)  # flow


class Tree:
    def __init__(self, value, *children):
        self.value = value
        self.children = children

    def map(self, f):
        return Tree(f(self.value), *(c.map(f) for c in self.children))

    def fold(self, f):
        return f(self.value, [c.fold(f) for c in self.children])


def trees():
    t = Tree("a", Tree(taint()), Tree("b", Tree("c")))
    sink_taint(t.fold(lambda v, cs: v + "".join(cs)))  # flow
    sink_taint(t.map(lambda v: "x").fold(lambda v, cs: v + "".join(cs)))  # no flow
    sink_taint(t.children[0].value)  # flow
    sink_taint(t.children[1].value)  # no flow
    sink_taint(t.map(str).children[0].value)  # flow


def parsers():
    p = argparse.Namespace(a=taint(), b="x")
    sink_taint(p.a)  # flow
    sink_taint(p.b)  # no flow
    rows = list(csv.reader(io.StringIO("a," + taint())))
    sink_taint(rows[0][1])  # flow
    out = io.StringIO()
    csv.writer(out).writerow(["x", taint()])
    sink_taint(out.getvalue())  # flow
    sink_taint(html.unescape(html.escape(taint())))  # flow
    sink_taint(shlex.split("a " + taint()))  # flow
    sink_taint(shlex.quote("x"))  # no flow
    sink_taint(urllib.parse.urlparse("http://x/" + taint()).path)  # flow
    sink_taint(urllib.parse.urljoin("http://x/", taint()))  # flow
    sink_taint(urllib.parse.urljoin("http://x/", "a"))  # no flow
    sink_taint(pprint.pformat([taint()]))  # flow
    sink_taint(string.capwords(taint()))  # flow
    sink_taint(string.Formatter().format("{}", taint()))  # flow
    sink_taint(string.Formatter().format("{}", "x"))  # no flow
    sink_taint(os.fspath(taint()))  # flow
    sink_taint(os.path.normpath("x/" + taint()))  # flow
    sink_taint(os.path.exists(taint()))  # no flow
    sink_taint(logging.getLogger("x").name)  # no flow
    sink_taint(datetime.date(2020, 1, 1).isoformat())  # no flow


def decorators():
    def validated(check):
        def decorate(f):
            @functools.wraps(f)
            def inner(self, value):
                if not check(value):
                    value = "default"
                return f(self, value)

            return inner

        return decorate

    class Form:
        @validated(lambda v: False)
        def strict(self, value):
            return value

        @validated(lambda v: True)
        def lax(self, value):
            return value

        @staticmethod
        @functools.lru_cache
        def static(value):
            return value

        @classmethod
        @contextlib.contextmanager
        def opened(cls, value):
            yield value

    f = Form()
    sink_taint(f.strict(taint()))  # no flow
    sink_taint(f.lax(taint()))  # flow
    sink_taint(Form.static(taint()))  # flow
    with Form.opened(taint()) as v:
        sink_taint(v)  # flow
    with f.opened("x") as v:
        sink_taint(v)  # no flow

    def count_calls(f):
        f.calls = 0

        def inner(*a):
            f.calls += 1
            inner.last = a
            return f(*a)

        inner.last = ()
        return inner

    @count_calls
    def g(a):
        return "x"

    sink_taint(g.last)  # no flow
    g(taint())
    sink_taint(g.last)  # flow
    sink_taint(g("y"))  # no flow
    sink_taint(g.last)  # no flow

    class Deco:
        def __init__(self, f):
            self.f = f

        def __get__(self, obj, owner):
            return functools.partial(self, obj)

        def __call__(self, *a):
            return self.f(*a)

    class Uses:
        v = taint()

        @Deco
        def method(self, x):
            return self.v + x

        @Deco
        def other(self, x):
            return x

    sink_taint(Uses().method("x"))  # flow
    sink_taint(Uses().other("x"))  # no flow


def closures():
    def make():
        hidden = []

        class Inner:
            def add(self, v):
                hidden.append(v)

            def all(self):
                return hidden

        return Inner

    A, B = make(), make()
    A().add(taint())
    sink_taint(A().all())  # flow
    sink_taint(B().all())  # no flow

    def accumulate():
        total = ""

        def add(v):
            nonlocal total
            total += v
            return total

        return add

    one, two = accumulate(), accumulate()
    one("x")
    sink_taint(one("y"))  # no flow
    one(taint())
    sink_taint(one("z"))  # flow
    sink_taint(two("z"))  # no flow
    fs = {n: (lambda v, n=n: v if n == "keep" else "x") for n in ("keep", "drop")}
    sink_taint(fs["keep"](taint()))  # flow
    sink_taint(fs["drop"](taint()))  # no flow
    ycomb = lambda f: (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))
    last = ycomb(lambda rec: lambda xs: xs[0] if len(xs) == 1 else rec(xs[1:]))
    sink_taint(last(["a", taint()]))  # flow


class Money:
    def __init__(self, amount, unit):
        self.amount, self.unit = amount, unit

    def __add__(self, other):
        return Money(self.amount + other.amount, self.unit)

    def __lt__(self, other):
        return self.amount < other.amount

    def __iter__(self):
        return iter((self.amount, self.unit))

    def __getitem__(self, i):
        return (self.amount, self.unit)[i]

    def __contains__(self, x):
        return x == self.unit

    def __enter__(self):
        return self.unit

    def __exit__(self, *a):
        self.unit = "left"

    def __index__(self):
        return 1

    def __format__(self, spec):
        return spec + self.unit

    def __reversed__(self):
        yield self.unit
        yield self.amount

    def __setitem__(self, i, v):
        if i == 0:
            self.amount = v
        else:
            self.unit = v


def protocols():
    m = Money("x", taint())
    amount, unit = m
    sink_taint(amount)  # no flow
    sink_taint(unit)  # flow
    sink_taint(m[0])  # no flow
    sink_taint(m[1])  # flow
    sink_taint(["a", taint()][m])  # flow
    sink_taint([taint(), "a"][m])  # no flow
    sink_taint(f"{m:y}")  # flow
    sink_taint((Money("a", "b") + m).unit)  # no flow
    sink_taint((m + Money("a", "b")).unit)  # flow
    sink_taint(list(reversed(m))[0])  # flow
    sink_taint(sum([Money("a", "u"), m], start=Money("", "v")).unit)  # no flow
    sink_taint("x" in m)  # no flow
    with m as u:
        sink_taint(u)  # flow
    sink_taint(m.unit)  # no flow
    m[0] = taint()
    sink_taint(m.unit)  # no flow
    sink_taint(m.amount)  # flow
    sink_taint(max(Money("a", "p"), Money("b", "q")).unit)  # no flow


def flows():
    value = taint()
    for _ in range(3):
        if number() == 1:
            break
        value = "x"
    else:
        value = "y"
    sink_taint(value)  # flow
    state = "start"
    log = []
    for event in ["go", "stop", "go"]:
        if state == "start" and event == "go":
            state = "running"
        elif state == "running" and event == "stop":
            state = "done"
        elif state == "done":
            log.append(taint())
    sink_taint(log)  # flow
    sink_taint(state)  # no flow
    stack = []
    for token in ["1", taint(), "+"]:
        if token == "+":
            b, a = stack.pop(), stack.pop()
            stack.append(a + b)
        else:
            stack.append(token)
    sink_taint(stack.pop())  # flow
    sink_taint(stack)  # no flow SPURIOUS
    i = j = 0
    grid = [["a", "b"], [taint(), "c"]]
    while i < 2:
        j = 0
        while j < 2:
            if i == 1 and j == 1:
                sink_taint(grid[i][j])  # no flow
            elif i == 1:
                sink_taint(grid[i][j])  # flow
            j += 1
        i += 1
    sink_taint(any(v == "z" for row in grid for v in row))  # no flow
    result = None
    try:
        result = {"a": taint()}["b"]
    except KeyError:
        result = "none"
    sink_taint(result)  # no flow
    try:
        try:
            raise RuntimeError("a", taint())
        except ValueError:
            result = taint()
        finally:
            result = "f"
    except RuntimeError as e:
        sink_taint(e.args[0])  # no flow
        sink_taint(e.args[1])  # flow
    sink_taint(result)  # no flow


def misc():
    a = array.array("u", "ab")
    sink_taint(a.tounicode())  # no flow
    xs = ["b"]
    bisect.insort(xs, taint())
    sink_taint(xs)  # flow
    cfg = configparser.ConfigParser()
    cfg["a"] = {"k": taint()}
    sink_taint(cfg["a"]["k"])  # flow
    ns = types.SimpleNamespace(**{"a": "x", "b": taint()})
    sink_taint(ns.b)  # flow
    sink_taint(ns.a)  # no flow
    mod = types.ModuleType("m")
    mod.x = taint()
    sink_taint(mod.x)  # flow
    E = enum.Enum("E", "A B")
    sink_taint(E.A.name)  # no flow
    get = operator.attrgetter("b")
    sink_taint(get(ns))  # flow
    it = iter(["a", taint()].pop, "a")
    sink_taint(next(it))  # flow
    sink_taint(json.loads('{"a": "x"}')["a"])  # no flow
    sink_taint(json.dumps({"a": [taint()]}, ensure_ascii=False, indent=1))  # flow
    text = taint()
    table = str.maketrans({"a": "b"})
    sink_taint(text.translate(table))  # flow
    sink_taint(dict(zip(["k", "l"], [taint(), "x"]))["l"])  # no flow
    sink_taint(dict(zip(["k", "l"], [taint(), "x"]))["k"])  # flow
    sink_taint(dict(enumerate(["x", taint()]))[1])  # flow
    sink_taint(list(itertools.chain(*[["x"], [taint()]])))  # flow
    sink_taint(list(map(lambda p: p[0], itertools.product(["x"], [taint()]))))  # no flow
    sink_taint(functools.reduce(lambda d, k: d[k], ["a", "b"], {"a": {"b": taint()}}))  # flow
    nested = {"a": {"b": taint(), "c": 1}}
    sink_taint(functools.reduce(lambda d, k: d[k], ["a", "c"], nested))  # no flow
    P = typing.NamedTuple("P", [("x", str), ("y", str)])
    p = P("a", taint())
    sink_taint(p.x)  # no flow
    sink_taint(p.y)  # flow
    sink_taint(p._replace(x=taint()).x)  # flow
    sink_taint({n: v for n, v in zip(p._fields, p)}["x"])  # no flow
    sink_taint(vars(ns)["a"])  # no flow
    sink_taint((lambda *a, **k: (a, k))(1, z=taint())[1]["z"])  # flow
    sink_taint(getattr(ns, "a" if choice() else "b"))  # flow
    exec("made = 'x' + text", {"text": "y"}, loc := {})
    sink_taint(loc["made"])  # no flow
    exec("made = 'x' + text", {"text": taint()}, loc := {})
    sink_taint(loc["made"])  # flow
    sink_taint(eval("a + b", {"a": "x", "b": taint()}))  # flow


for run in (
    linked, graphs, observers, middlewares, commands, items, trees, parsers, decorators, closures,
    protocols, flows, misc,
):  # fmt: skip
    run()
