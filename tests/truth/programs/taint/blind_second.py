"""A second lot of cases, again written before looking: small programs of many kinds."""

import collections.abc
import copy
import dataclasses
import enum
import functools
import io
import itertools
import json
import os
import re
import threading
import types
from contextlib import closing, contextmanager

from recorder import choice, number, sink_taint, taint


def handler_text(src):
    try:
        raise ValueError("bad value: %s" % src)
    except ValueError as error:
        message = "failed: {}".format(error)
    sink_taint(message)  # flow
    try:
        raise ValueError("bad value") from KeyError(src)
    except ValueError as error:
        sink_taint(error.args[0])  # no flow


class Stack:
    def __init__(self):
        self._data = []

    def push(self, item):
        self._data.append(item)
        return self

    def pop(self):
        return self._data.pop()

    @property
    def top(self):
        return self._data[-1] if self._data else None

    def __len__(self):
        return len(self._data)


def stack_class(src):
    stack = Stack().push("a").push(src)
    sink_taint(stack.top)  # flow
    stack.pop()
    sink_taint(stack.top)  # no flow
    if len(stack) == 1:
        sink_taint(src)  # flow
    else:
        sink_taint(src)  # no flow DEAD
    sink_taint(Stack().top)  # no flow


class Temperature:
    def __init__(self, celsius):
        self.celsius = celsius

    def get_kelvin(self):
        return self.celsius + "K"

    def set_kelvin(self, value):
        self.celsius = value.rstrip("K")

    kelvin = property(get_kelvin, set_kelvin, doc="in K")


def property_call(src):
    cold = Temperature("0")
    cold.kelvin = src
    sink_taint(cold.celsius)  # flow
    sink_taint(Temperature("1").kelvin)  # no flow


class Registry(type):
    members = {}

    def __new__(mcs, name, bases, body):
        cls = super().__new__(mcs, name, bases, body)
        mcs.members[name] = cls
        return cls


class First(metaclass=Registry):
    def act(self, value):
        return value


class Second(metaclass=Registry):
    def act(self, value):
        return "second"


def by_registry(src):
    sink_taint(Registry.members["First"]().act(src))  # flow
    sink_taint(Registry.members["Second"]().act(src))  # no flow
    for name, cls in Registry.members.items():
        if name == "Second":
            sink_taint(cls().act(src))  # no flow


class LoggingMixin:
    def save(self, value):
        self.log = "saved " + value
        return super().save(value)


class Store:
    def save(self, value):
        self.kept = value
        return len(value)


class LoggedStore(LoggingMixin, Store):
    pass


def mixin(src):
    store = LoggedStore()
    store.save(src)
    sink_taint(store.kept)  # flow
    sink_taint(store.log)  # flow
    plain = Store()
    plain.save(src)
    sink_taint(getattr(plain, "log", "none"))  # no flow
    plain.save("x")
    sink_taint(plain.kept)  # no flow


class Grid(collections.abc.MutableMapping):
    def __init__(self):
        self.cells = {}

    def __getitem__(self, key):
        return self.cells[key]

    def __setitem__(self, key, value):
        self.cells[key] = value

    def __delitem__(self, key):
        del self.cells[key]

    def __iter__(self):
        return iter(self.cells)

    def __len__(self):
        return len(self.cells)


def mapping_class(src):
    grid = Grid()
    grid["a"] = src
    grid["b"] = "x"
    sink_taint(grid["a"])  # flow
    sink_taint(grid["b"])  # no flow
    sink_taint(grid.get("a"))  # flow
    sink_taint(grid.get("c", "none"))  # no flow
    sink_taint(grid.pop("a"))  # flow
    sink_taint(grid.get("a"))  # no flow
    sink_taint([v for v in grid.values()])  # no flow


class Typed(dict):
    def __getattr__(self, name):
        return self[name]

    def __setattr__(self, name, value):
        self[name] = value


def attribute_dict(src):
    options = Typed(a="x")
    options.b = src
    sink_taint(options.a)  # no flow
    sink_taint(options.b)  # flow
    sink_taint(options["b"])  # flow
    sink_taint(Typed(options, b="y").b)  # no flow


class Words(list):
    def append(self, word):
        super().append(word.upper())

    @property
    def last(self):
        return self[-1]


def list_class(src):
    words = Words(["a"])
    words.append(src)
    sink_taint(words.last)  # flow
    sink_taint(words[0])  # no flow
    words.append("z")
    sink_taint(words.last)  # no flow


def memoized(function):
    known = {}

    @functools.wraps(function)
    def inner(key, value):
        if key not in known:
            known[key] = function(key, value)
        return known[key]

    inner.known = known
    return inner


@memoized
def look_up(key, value):
    return key + value


def memo(src):
    look_up("a", src)
    sink_taint(look_up("a", "x"))  # flow
    sink_taint(look_up("b", "x"))  # no flow
    sink_taint(look_up.known["a"])  # flow


class Retry:
    def __init__(self, times):
        self.times = times

    def __call__(self, function):
        def wrapper(*args, **named):
            for _ in range(self.times):
                try:
                    return function(*args, **named)
                except ValueError:
                    pass
            return "gave up"

        return wrapper


@Retry(times=2)
def fragile(value):
    if choice():
        raise ValueError("again")
    return value


@Retry(2)
def broken(value):
    raise ValueError(value)


def retried(src):
    sink_taint(fragile(src))  # flow
    sink_taint(broken(src))  # no flow


class Service:
    def on(self, name):
        def decorate(function):
            setattr(self, "on_" + name, function)
            return function

        return decorate

    def fire(self, name, value):
        return getattr(self, "on_" + name)(value)


service = Service()


@service.on("open")
def opened(value):
    return value


@service.on("shut")
def shut(value):
    return "shut"


def fired(src):
    sink_taint(service.fire("open", src))  # flow
    sink_taint(service.fire("shut", src))  # no flow


def tree_walk(src):
    tree = {"name": "root", "kids": [{"name": "a", "kids": []}, {"name": src, "kids": []}]}

    def names(node):
        yield node["name"]
        for kid in node["kids"]:
            yield from names(kid)

    found = list(names(tree))
    sink_taint(found)  # flow
    sink_taint(found[0])  # no flow
    sink_taint(found[1])  # no flow
    sink_taint(found[2])  # flow


def state_machine(src):
    state, out = "start", ""
    for event in ("go", "stop", "end"):
        if state == "start" and event == "go":
            state, out = "moving", src
        elif state == "moving" and event == "stop":
            state = "stopped"
        elif state == "stopped":
            out = "clean"
    sink_taint(out)  # no flow
    sink_taint(state)  # no flow


def bits(src):
    flags = 0b101
    value = src if flags & 2 else "clean"
    sink_taint(value)  # no flow
    value = src if flags & 4 else "clean"
    sink_taint(value)  # flow
    value = src if 7 % 2 == 0 else "odd"
    sink_taint(value)  # no flow
    value = src if len("abc") == 3 and not "".strip() else "x"
    sink_taint(value)  # flow
    value = src if isinstance("x", int) or callable(3) else "x"
    sink_taint(value)  # no flow


def nested_try(src):
    log = []
    try:
        try:
            raise KeyError("k")
        except ValueError:
            log.append(src)
        finally:
            log.append("f")
    except KeyError:
        log.append("k")
    sink_taint(log)  # no flow
    try:
        raise KeyError("k")
    except LookupError:
        log.append(src)
    sink_taint(log)  # flow


def return_in_loop(items, wanted):
    for name, value in items:
        if name == wanted:
            return value
    return None


def searching(src):
    items = [("a", "x"), ("b", src), ("c", "y")]
    sink_taint(return_in_loop(items, "b"))  # flow
    sink_taint(return_in_loop(items, "c"))  # no flow
    sink_taint(return_in_loop(items, "z"))  # no flow
    sink_taint(next(value for name, value in items if name == "b"))  # flow
    sink_taint(next((value for name, value in items if name == "a"), src))  # no flow
    sink_taint(dict(items)["c"])  # no flow
    sink_taint({name: value for name, value in items}.get("b"))  # flow
    sink_taint([value for name, value in items if name != "b"])  # no flow
    names = [name for name, _ in items]
    sink_taint(items[names.index("b")][1])  # flow
    sink_taint(items[names.index("a")][1])  # no flow


def counters(src):
    seen = {}
    for word in ["a", src, "a"]:
        seen[word] = seen.get(word, 0) + 1
    sink_taint(list(seen))  # flow
    sink_taint(seen["a"])  # no flow
    groups = {}
    for key, value in [("x", src), ("y", "b")]:
        groups.setdefault(key, []).append(value)
    sink_taint(groups["x"])  # flow
    sink_taint(groups["y"])  # no flow


def text_building(src):
    parts = []
    for n in range(3):
        parts.append(f"{n}:{src if n == 1 else '-'}")
    sink_taint(parts[0])  # no flow
    sink_taint(parts[1])  # flow
    sink_taint("&".join(parts))  # flow
    sink_taint("%(n)d items" % {"n": 3, "s": src})  # no flow
    sink_taint("{:>{width}}".format("x", width=len(src)))  # no flow
    sink_taint("{a}{b}".format(**{"a": "x", "b": src}))  # flow
    sink_taint(("x" * 3 + src)[3:])  # flow
    sink_taint(src.split("=")[0] if "=" in src else src)  # flow
    sink_taint(str({"k": src}))  # flow
    sink_taint(str(Temperature(src).__class__.__name__))  # no flow


def copies(src):
    first = {"a": {"b": src}}
    second = copy.deepcopy(first)
    first["a"]["b"] = "x"
    sink_taint(second["a"]["b"])  # flow
    third = first.copy()
    third["a"]["b"] = src
    sink_taint(first["a"]["b"])  # flow
    fourth = json.loads(json.dumps({"a": "x", "b": src}))
    sink_taint(fourth["b"])  # flow
    fifth = [*first.values()]
    fifth[0] = "y"
    sink_taint(fifth)  # no flow


for case in (
    handler_text,
    stack_class,
    property_call,
    by_registry,
    mixin,
    mapping_class,
    attribute_dict,
    list_class,
    memo,
    retried,
    fired,
    tree_walk,
    state_machine,
    bits,
    nested_try,
    searching,
    counters,
    text_building,
    copies,
):
    case(taint())
