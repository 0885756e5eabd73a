"""Generators, yield from, send, iterators, comprehensions."""

import itertools

from recorder import choice, sink, source


def numbers():
    yield "a"
    yield source()
    yield "c"


def clean_numbers():
    yield "a"
    yield "b"


def passing(items):
    for item in items:
        yield item


def changing(items):
    for _ in items:
        yield "changed"


def delegating():
    yield "before"
    yield from numbers()


def returning():
    yield "x"
    return source()


def receiving():
    result = yield from returning()
    yield result


def echo():
    got = "nothing"
    while True:
        got = yield got


def walked():
    for item in numbers():
        sink(item)  # flow
    for item in clean_numbers():
        sink(item)  # no flow
    for item in passing([source()]):
        sink(item)  # flow
    for item in passing(["x"]):
        sink(item)  # no flow
    for item in changing([source()]):
        sink(item)  # no flow


def exact():
    made = list(numbers())
    sink(made[0])  # no flow
    sink(made[1])  # flow
    sink(made[2])  # no flow
    first, second, third = numbers()
    sink(first)  # no flow
    sink(second)  # flow
    steps = numbers()
    sink(next(steps))  # no flow
    sink(next(steps))  # flow
    sink(next(steps))  # no flow
    sink(next(steps, "end"))  # no flow


def delegated():
    made = list(delegating())
    sink(made[0])  # no flow
    sink(made[1])  # no flow
    sink(made[2])  # flow
    results = list(receiving())
    sink(results[0])  # no flow
    sink(results[1])  # flow


def sent():
    e = echo()
    next(e)
    sink(e.send(source()))  # flow
    sink(e.send("x"))  # no flow
    f = echo()
    sink(next(f))  # no flow
    sink(f.send("y"))  # no flow


class Countdown:
    def __init__(self, value):
        self.value = value
        self.left = 2

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.value


class Walk:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


def iterators():
    for item in Countdown(source()):
        sink(item)  # flow
    for item in Countdown("x"):
        sink(item)  # no flow
    for item in Walk(["x", source()]):
        sink(item)  # flow
    sink(list(Walk(["x", source()]))[0])  # no flow
    it = iter(["a", source()])
    sink(next(it))  # no flow
    sink(next(it))  # flow


def comprehensions():
    made = [item for item in ["a", source()]]
    sink(made[0])  # no flow
    sink(made[1])  # flow
    pairs = [(item, "b") for item in [source()]]
    sink(pairs[0][0])  # flow
    sink(pairs[0][1])  # no flow
    for item in {x for x in ["a", source()]}:
        sink(item)  # flow
    table = {k: v for k, v in [("a", source()), ("b", "clean")]}
    sink(table["a"])  # flow
    sink(table["b"])  # no flow
    flipped = {v: k for k, v in {"a": source()}.items()}
    for key in flipped:
        sink(key)  # flow
        sink(flipped[key])  # no flow
    flat = [x for row in [["a"], [source()]] for x in row]
    sink(flat[1])  # flow
    sink(flat[0])  # no flow
    none = ["clean" for _ in [source()]]
    sink(none[0])  # no flow
    some = [x for x in [source()] if choice()]
    for item in some:
        sink(item)  # flow
    lazy = (x for x in ["a", source()])
    sink(next(lazy))  # no flow
    sink(next(lazy))  # flow
    nested = [[y for y in row] for row in [[source(), "b"]]]
    sink(nested[0][0])  # flow
    sink(nested[0][1])  # no flow
    sink([y := "z", y][1])  # no flow
    filtered = [x for x in [source()] if False]
    sink(len(filtered))  # no flow


def tools():
    sink(list(itertools.chain(["a"], [source()]))[1])  # flow
    sink(list(itertools.chain(["a"], [source()]))[0])  # no flow
    sink(list(itertools.islice([source(), "b"], 1, 2))[0])  # no flow
    sink(list(itertools.islice(["a", source()], 1, 2))[0])  # flow
    sink(next(itertools.cycle([source()])))  # flow
    sink(next(itertools.repeat("x")))  # no flow
    for a, b in itertools.product(["a"], [source()]):
        sink(a)  # no flow
        sink(b)  # flow
    for item in itertools.takewhile(lambda x: True, [source()]):
        sink(item)  # flow


def infinite():
    value = "clean"
    while True:
        yield value
        value = source()


def state_kept():
    g = infinite()
    sink(next(g))  # no flow
    sink(next(g))  # flow


def methods():
    class Tree:
        def __init__(self, value, *children):
            self.value = value
            self.children = children

        def walk(self):
            yield self.value
            for child in self.children:
                yield from child.walk()

    for item in Tree("a", Tree("b"), Tree(source())).walk():
        sink(item)  # flow
    for item in Tree("a", Tree("b")).walk():
        sink(item)  # no flow


walked()
exact()
delegated()
sent()
iterators()
comprehensions()
tools()
state_kept()
methods()
