"""Operators and protocols that call methods: items, calls, arithmetic, comparison, attributes."""

from recorder import sink, source


class Store:
    def __init__(self):
        self.cells = {}

    def __setitem__(self, key, value):
        self.cells[key] = value

    def __getitem__(self, key):
        return self.cells[key]

    def __delitem__(self, key):
        self.cells[key] = "deleted"

    def __contains__(self, key):
        return key in self.cells

    def __len__(self):
        return len(self.cells)


def items():
    s = Store()
    s["a"] = source()
    s["b"] = "clean"
    sink(s["a"])  # flow
    sink(s["b"])  # no flow
    del s["a"]
    sink(s["a"])  # no flow
    sink(len(s))  # no flow


class Always:
    def __getitem__(self, key):
        return source()


class Echo:
    def __getitem__(self, key):
        return key


def made_up_items():
    sink(Always()[0])  # flow
    sink(Echo()[source()])  # flow
    sink(Echo()["x"])  # no flow


class Call:
    def __init__(self, value):
        self.value = value

    def __call__(self, other):
        return self.value, other


def called():
    c = Call(source())
    sink(c("x")[0])  # flow
    sink(c("x")[1])  # no flow
    d = Call("x")
    sink(d(source())[1])  # flow
    sink(d(source())[0])  # no flow
    sink(list(map(d, [source()]))[0][1])  # flow


class Number:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Number(other)

    def __radd__(self, other):
        return Number(self.value)

    def __sub__(self, other):
        return self.value

    def __iadd__(self, other):
        self.value = other
        return self

    def __neg__(self):
        return self.value

    def __mul__(self, other):
        return "product"

    def __matmul__(self, other):
        return other.value

    def __lshift__(self, other):
        self.value = other
        return self


def arithmetic():
    sink((Number("a") + source()).value)  # flow
    sink((Number(source()) + "b").value)  # no flow
    sink((1 + Number(source())).value)  # flow
    sink(Number(source()) - 1)  # flow
    sink(Number("x") - source())  # no flow
    sink(-Number(source()))  # flow
    sink(-Number("x"))  # no flow
    sink(Number(source()) * 2)  # no flow
    sink(Number("x") @ Number(source()))  # flow
    sink(Number(source()) @ Number("x"))  # no flow
    n = Number("x")
    n += source()
    sink(n.value)  # flow
    n << "clean"
    sink(n.value)  # no flow
    n << "a" << source()
    sink(n.value)  # flow


class Compared:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return other

    def __lt__(self, other):
        return self.value

    def __contains__(self, item):
        sink(item)  # flow
        return True


def comparison():
    sink(Compared("x") == source())  # flow
    sink(Compared(source()) == "x")  # no flow
    sink(Compared(source()) < 1)  # flow
    sink(Compared("x") < source())  # no flow
    sink(source() in Compared("x"))  # no flow


class Proxy:
    def __init__(self, target):
        self.__dict__["target"] = target

    def __getattr__(self, name):
        return getattr(self.target, name)

    def __setattr__(self, name, value):
        setattr(self.target, name, value)


class Fallback:
    known = "clean"

    def __getattr__(self, name):
        return source()


class Every:
    def __init__(self, value):
        self.value = value

    def __getattribute__(self, name):
        return "intercepted"


class Plain:
    pass


def attributes():
    inner = Plain()
    inner.value = source()
    inner.other = "clean"
    p = Proxy(inner)
    sink(p.value)  # flow
    sink(p.other)  # no flow
    p.other = source()
    sink(inner.other)  # flow
    f = Fallback()
    sink(f.known)  # no flow
    sink(f.unknown)  # flow
    sink(Every(source()).value)  # no flow


class Truth:
    def __bool__(self):
        return False

    def __len__(self):
        return 3


class Text:
    def __init__(self, value):
        self.value = value

    def __str__(self):
        return "text"

    def __enter__(self):
        return self.value

    def __exit__(self, *error):
        return False

    def __iter__(self):
        yield "first"
        yield self.value

    def __reversed__(self):
        return [self.value, "last"]

    def __index__(self):
        return 1

    def __missing__(self, key):
        return key


def protocols():
    sink(source() if Truth() else "clean")  # no flow
    sink(str(Text(source())))  # no flow
    with Text(source()) as value:
        sink(value)  # flow
    with Text("x") as value:
        sink(value)  # no flow
    first, second = Text(source())
    sink(first)  # no flow
    sink(second)  # flow
    sink(list(Text(source()))[1])  # flow
    sink(list(Text(source()))[0])  # no flow
    sink(list(reversed(Text(source())))[0])  # flow
    sink(["a", source()][Text("x")])  # flow


class Missing(dict):
    def __missing__(self, key):
        return source()


class Special(list):
    def append(self, item):
        super().append("clean")

    def last(self):
        return self[-1]


class Remembering(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, (value, "seen"))


def subclassed_builtins():
    m = Missing(a="clean")
    sink(m["a"])  # no flow
    sink(m["b"])  # flow
    s = Special()
    s.append(source())
    sink(s[0])  # no flow
    s.insert(1, source())
    sink(s.last())  # flow
    r = Remembering()
    r["a"] = source()
    sink(r["a"][0])  # flow
    sink(r["a"][1])  # no flow


class Typed:
    def __class_getitem__(cls, item):
        return item


def on_the_class():
    sink(Typed[source()])  # flow
    sink(Typed["x"])  # no flow


items()
made_up_items()
called()
arithmetic()
comparison()
attributes()
protocols()
subclassed_builtins()
on_the_class()
