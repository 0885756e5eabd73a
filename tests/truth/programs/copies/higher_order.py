"""Functions as values: callbacks, tables, partial, map, filter, sorted, reduce, operator."""

import functools
import operator

from recorder import choice, sink, source


def identity(x):
    return x


def constant(x):
    return "constant"


def apply(function, *args):
    return function(*args)


def twice(function, x):
    return function(function(x))


def compose(f, g):
    return lambda x: f(g(x))


def receive(value):
    sink(value)  # flow


def receive_clean(value):
    sink(value)  # no flow


def passed():
    sink(apply(identity, source()))  # flow
    sink(apply(constant, source()))  # no flow
    sink(apply(identity, "x"))  # no flow
    sink(twice(identity, source()))  # flow
    sink(compose(identity, identity)(source()))  # flow
    sink(compose(constant, identity)(source()))  # no flow
    sink(compose(identity, constant)(source()))  # no flow
    apply(receive, source())
    apply(receive, "x")
    apply(receive_clean, "x")


def tables():
    table = [identity, constant]
    sink(table[0](source()))  # flow
    sink(table[1](source()))  # no flow
    actions = {"keep": identity, "drop": constant}
    sink(actions["keep"](source()))  # flow
    sink(actions["drop"](source()))  # no flow
    sink(actions.get("none", constant)(source()))  # no flow
    for function in table:
        sink(function(source()))  # flow
    some = identity if choice() else constant
    sink(some(source()))  # flow
    sink((constant if choice() else constant)(source()))  # no flow


def partials():
    def pick(a, b, c="c"):
        return a, b, c

    first = functools.partial(pick, source())
    sink(first("b")[0])  # flow
    sink(first("b")[1])  # no flow
    last = functools.partial(pick, c=source())
    sink(last("a", "b")[2])  # flow
    sink(last("a", "b")[0])  # no flow
    sink(last("a", "b", c="over")[2])  # no flow
    both = functools.partial(first, "b")
    sink(both()[0])  # flow
    sink(functools.partial(constant)(source()))  # no flow


def mapped():
    sink(list(map(identity, ["a", source()]))[1])  # flow
    sink(list(map(identity, ["a", source()]))[0])  # no flow
    sink(list(map(constant, [source()]))[0])  # no flow
    sink(list(map(lambda a, b: b, ["a"], [source()]))[0])  # flow
    sink(list(map(lambda a, b: a, ["a"], [source()]))[0])  # no flow
    for item in map(lambda x: (x, "b"), [source()]):
        sink(item[0])  # flow
        sink(item[1])  # no flow


def filtered():
    for item in filter(None, ["a", source()]):
        sink(item)  # flow
    for item in filter(lambda x: choice(), ["a", source()]):
        sink(item)  # flow
    for item in filter(None, ["a", "b"]):
        sink(item)  # no flow


def ordered():
    for item in sorted(["a", source()]):
        sink(item)  # flow
    for item in sorted(["a", "b"], key=lambda x: source()):
        sink(item)  # no flow
    rows = sorted([("a", source()), ("b", "c")], key=lambda row: row[0])
    for name, value in rows:
        sink(name)  # no flow
        sink(value)  # flow
    sink(max([source(), ""], key=len))  # flow
    sink(min(["a", "b"]))  # no flow
    sink(max("a", source(), key=lambda x: len(x)))  # flow

    def key(item):
        sink(item)  # flow
        return "0"

    items = [source(), "b"]
    items.sort(key=key)


def folded():
    sink(functools.reduce(lambda a, b: b, ["a", source()]))  # flow
    sink(functools.reduce(lambda a, b: a, ["a", source()]))  # no flow
    sink(functools.reduce(lambda a, b: a, ["x"], source()))  # flow
    sink(functools.reduce(lambda a, b: "clean", [source(), "x", "y"]))  # no flow


def operators():
    pair = ("a", source())
    sink(operator.itemgetter(1)(pair))  # flow
    sink(operator.itemgetter(0)(pair))  # no flow
    sink(operator.getitem(pair, 1))  # flow

    class Box:
        value = source()
        other = "clean"

        def read(self):
            return self.other

    sink(operator.attrgetter("value")(Box()))  # flow
    sink(operator.attrgetter("other")(Box()))  # no flow
    sink(operator.methodcaller("read")(Box()))  # no flow


class Bus:
    def __init__(self):
        self.handlers = {}

    def on(self, name, handler):
        self.handlers.setdefault(name, []).append(handler)

    def emit(self, name, *args):
        for handler in self.handlers.get(name, []):
            handler(*args)


def events():
    def on_value(value, other):
        sink(value)  # flow
        sink(other)  # no flow

    def on_quiet(value):
        sink(value)  # no flow

    bus = Bus()
    bus.on("value", on_value)
    bus.on("quiet", on_quiet)
    bus.emit("value", source(), "clean")
    bus.emit("quiet", "clean")


class Irq:
    def __init__(self, handler, opaque, n):
        self.handler = handler
        self.opaque = opaque
        self.n = n


def allocate(handler, opaque, count):
    return [Irq(handler, opaque, n) for n in range(count)]


def raise_irq(irq):
    irq.handler(irq.opaque, irq.n)


def registered():
    def handler(opaque, n):
        sink(opaque)  # flow
        sink(n)  # no flow

    irqs = allocate(handler, source(), 2)
    raise_irq(irqs[1])


def slots():
    class Ops:
        pass

    def dt(value):
        sink(value)  # flow

    def reset(value):
        sink(value)  # no flow

    ops = Ops()
    ops.dt = dt
    ops.reset = reset
    ops.dt(source())
    ops.reset("clean")


def run_on(cpu, function, data):
    function(cpu, data)


def opaque():
    class State:
        pass

    def work(cpu, data):
        sink(data.value)  # flow
        sink(data.other)  # no flow
        data.result = data.value

    s = State()
    s.value, s.other, s.result = source(), "clean", "clean"
    run_on("cpu", work, s)
    sink(s.result)  # flow


def continued():
    def step(value, done):
        done(value, "clean")

    def finish(a, b):
        sink(a)  # flow
        sink(b)  # no flow

    step(source(), finish)


def self_passed():
    def y(f):
        return (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))

    loop = y(lambda again: lambda n, v: v if n == 0 else again(n - 1, v))
    sink(loop(2, source()))  # flow
    sink(loop(2, "x"))  # no flow


passed()
tables()
partials()
mapped()
filtered()
ordered()
folded()
operators()
events()
registered()
slots()
opaque()
continued()
self_passed()
