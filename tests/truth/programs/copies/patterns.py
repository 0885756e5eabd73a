"""Shapes of real programs: visitors, observers, builders, singletons, middleware, caches."""

import functools

from recorder import choice, sink, source


class Leaf:
    def __init__(self, value):
        self.value = value

    def accept(self, visitor):
        return visitor.visit_leaf(self)


class Branch:
    def __init__(self, *children):
        self.children = children

    def accept(self, visitor):
        return visitor.visit_branch(self)


class Collector:
    def __init__(self):
        self.seen = []

    def visit_leaf(self, leaf):
        self.seen.append(leaf.value)

    def visit_branch(self, branch):
        for child in branch.children:
            child.accept(self)


class ByName:
    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__.lower())(node)

    def visit_leaf(self, node):
        return node.value

    def visit_branch(self, node):
        return [self.visit(child) for child in node.children]


def visitors():
    tree = Branch(Leaf("a"), Branch(Leaf(source())))
    collector = Collector()
    tree.accept(collector)
    sink(collector.seen[0])  # no flow
    sink(collector.seen[1])  # flow
    clean = Collector()
    Branch(Leaf("a"), Branch(Leaf("b"))).accept(clean)
    sink(clean.seen[1])  # no flow
    sink(ByName().visit(Leaf(source())))  # flow
    sink(ByName().visit(tree)[0])  # no flow
    sink(ByName().visit(tree)[1][0])  # flow


class Subject:
    def __init__(self):
        self.observers = []
        self.state = "clean"

    def attach(self, observer):
        self.observers.append(observer)

    def set(self, state):
        self.state = state
        for observer in self.observers:
            observer.update(self)


class Observer:
    def __init__(self):
        self.last = "none"

    def update(self, subject):
        self.last = subject.state


def observers():
    subject, watching, idle = Subject(), Observer(), Observer()
    subject.attach(watching)
    subject.set(source())
    sink(watching.last)  # flow
    sink(idle.last)  # no flow
    subject.set("clean")
    sink(watching.last)  # no flow


class Builder:
    def __init__(self):
        self.parts = {}

    def with_name(self, name):
        self.parts["name"] = name
        return self

    def with_value(self, value):
        self.parts["value"] = value
        return self

    def build(self):
        return dict(self.parts)


def builders():
    built = Builder().with_name("n").with_value(source()).build()
    sink(built["name"])  # no flow
    sink(built["value"])  # flow
    again = Builder().with_value(source()).with_value("v").build()
    sink(again["value"])  # no flow


class Single:
    instance = None
    value = "clean"

    def __new__(cls):
        if cls.instance is None:
            cls.instance = super().__new__(cls)
        return cls.instance


def singletons():
    sink(Single().value)  # no flow
    Single().value = source()
    sink(Single().value)  # flow


def middleware():
    def app(request):
        return request["body"]

    def adding(inner):
        def handle(request):
            request["body"] = source()
            return inner(request)

        return handle

    def clearing(inner):
        def handle(request):
            request["body"] = "cleared"
            return inner(request)

        return handle

    sink(adding(app)({"body": "x"}))  # flow
    sink(clearing(adding(app))({"body": "x"}))  # flow
    sink(adding(clearing(app))({"body": "x"}))  # no flow
    stack = app
    for layer in [clearing, adding]:
        stack = layer(stack)
    sink(stack({"body": "x"}))  # no flow


class Cache:
    def __init__(self, load):
        self.load = load
        self.kept = {}

    def get(self, key):
        if key not in self.kept:
            self.kept[key] = self.load(key)
        return self.kept[key]


def caches():
    cache = Cache(lambda key: source() if key == "secret" else "clean")
    sink(cache.get("secret"))  # flow
    sink(cache.get("other"))  # no flow

    @functools.lru_cache
    def memo(n):
        return source() if n == 0 else memo(n - 1)

    sink(memo(2))  # flow


class Stack:
    def __init__(self):
        self._items = []

    def push(self, item):
        self._items.append(item)

    def pop(self):
        return self._items.pop()

    def peek(self):
        return self._items[-1]

    def __len__(self):
        return len(self._items)


class Chain:
    def __init__(self):
        self.head = None

    def add(self, value):
        self.head = (value, self.head)

    def __iter__(self):
        node = self.head
        while node:
            yield node[0]
            node = node[1]


def structures():
    stack = Stack()
    stack.push("a")
    stack.push(source())
    sink(stack.peek())  # flow
    sink(stack.pop())  # flow
    sink(stack.peek())  # no flow
    sink(len(stack))  # no flow
    chain = Chain()
    chain.add(source())
    chain.add("b")
    first, second = chain
    sink(first)  # no flow
    sink(second)  # flow
    for value in chain:
        sink(value)  # flow


class State:
    def __init__(self, machine):
        self.machine = machine


class Idle(State):
    def feed(self, value):
        self.machine.state = Busy(self.machine)
        return "idle"


class Busy(State):
    def feed(self, value):
        self.machine.state = Idle(self.machine)
        return value


class Machine:
    def __init__(self):
        self.state = Idle(self)

    def feed(self, value):
        return self.state.feed(value)


def machines():
    m = Machine()
    sink(m.feed(source()))  # no flow
    sink(m.feed(source()))  # flow
    sink(m.feed(source()))  # no flow


@functools.singledispatch
def show(value):
    return "unknown"


@show.register
def show_number(value: int):
    return source()


@show.register(list)
def show_list(value):
    return value[0]


def dispatched():
    sink(show(1))  # flow
    sink(show([source()]))  # flow
    sink(show(["x"]))  # no flow
    sink(show(1.5))  # no flow


class Commands:
    def __init__(self):
        self.table = {name[3:]: getattr(self, name) for name in dir(self) if name[:3] == "do_"}

    def do_give(self):
        return source()

    def do_keep(self):
        return "kept"

    def run(self, name):
        return self.table[name]()


def commands():
    sink(Commands().run("give"))  # flow
    sink(Commands().run("keep"))  # no flow


class Injected:
    def __init__(self, service):
        self.service = service

    def work(self):
        return self.service.fetch()


class Real:
    def fetch(self):
        return source()


class Fake:
    def fetch(self):
        return "fake"


def injection():
    sink(Injected(Real()).work())  # flow
    sink(Injected(Fake()).work())  # no flow
    either = Injected(Real() if choice() else Fake())
    sink(either.work())  # flow


def pipeline():
    def numbers():
        yield "a"
        yield source()

    def upper(items):
        for item in items:
            yield item

    def pairs(items):
        for item in items:
            yield item, "fixed"

    for value, fixed in pairs(upper(numbers())):
        sink(value)  # flow
        sink(fixed)  # no flow
    made = [value for value, _ in pairs(upper(numbers()))]
    sink(made[0])  # no flow
    sink(made[1])  # flow


def breadth_first():
    graph = {"a": ["b", "c"], "b": ["d"], "c": [], "d": []}
    labels = {"a": "x", "b": "y", "c": "z", "d": source()}
    queue, seen = ["a"], []
    while queue:
        node = queue.pop(0)
        if node in seen:
            continue
        seen.append(node)
        queue.extend(graph[node])
        sink(labels[node])  # flow
        sink(node)  # no flow


def transposed():
    rows = [["a", source()], ["c", "d"]]
    columns = [list(column) for column in zip(*rows)]
    sink(columns[1][0])  # flow
    sink(columns[0][0])  # no flow
    sink(columns[1][1])  # no flow
    flipped = [[row[i] for row in rows] for i in range(2)]
    sink(flipped[1][0])  # flow
    sink(flipped[0][1])  # no flow


visitors()
observers()
builders()
singletons()
middleware()
caches()
structures()
machines()
dispatched()
commands()
injection()
pipeline()
breadth_first()
transposed()
