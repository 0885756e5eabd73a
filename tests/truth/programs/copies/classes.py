"""Objects: fields, constructors, class attributes, class and static methods, properties."""

from recorder import choice, sink, source


class Point:
    default = "clean"

    def __init__(self, x, y="clean"):
        self.x = x
        self.y = y

    def get_x(self):
        return self.x

    def get_y(self):
        return self.y

    def set_x(self, value):
        self.x = value

    def swapped(self):
        return Point(self.y, self.x)

    @classmethod
    def at(cls, value):
        return cls("clean", value)

    @staticmethod
    def plain(value, other):
        return other

    @property
    def both(self):
        return self.x, self.y


def fields():
    p = Point(source())
    sink(p.x)  # flow
    sink(p.y)  # no flow
    sink(p.get_x())  # flow
    sink(p.get_y())  # no flow
    p.x = "clean"
    sink(p.x)  # no flow
    sink(p.get_x())  # no flow


def two_objects():
    p = Point(source())
    q = Point("clean")
    sink(p.get_x())  # flow
    sink(q.get_x())  # no flow
    q.set_x(source())
    p.set_x("clean")
    sink(p.get_x())  # no flow
    sink(q.get_x())  # flow


def made_anew():
    p = Point(source()).swapped()
    sink(p.x)  # no flow
    sink(p.y)  # flow
    q = p.swapped()
    sink(q.x)  # flow


def class_methods():
    p = Point.at(source())
    sink(p.y)  # flow
    sink(p.x)  # no flow
    sink(Point.plain(source(), "x"))  # no flow
    sink(Point.plain("x", source()))  # flow
    sink(p.plain("x", source()))  # flow
    sink(Point.get_y(p))  # flow
    sink(Point.get_x(p))  # no flow


def properties():
    p = Point(source())
    sink(p.both[0])  # flow
    sink(p.both[1])  # no flow


class Guarded:
    def __init__(self):
        self._value = "clean"

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._value = new

    @value.deleter
    def value(self):
        self._value = "gone"


class Washing:
    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._value = "washed"


def setters():
    g = Guarded()
    sink(g.value)  # no flow
    g.value = source()
    sink(g.value)  # flow
    sink(g._value)  # flow
    del g.value
    sink(g.value)  # no flow
    w = Washing()
    w.value = source()
    sink(w.value)  # no flow


class Shared:
    name = "clean"
    items = []
    count = source()


def class_attributes():
    sink(Shared.name)  # no flow
    sink(Shared.count)  # flow
    one, two = Shared(), Shared()
    sink(one.count)  # flow
    one.count = "clean"
    sink(one.count)  # no flow
    sink(two.count)  # flow
    Shared.name = source()
    sink(one.name)  # flow
    two.name = "own"
    sink(two.name)  # no flow
    sink(Shared.name)  # flow
    one.items.append(source())
    sink(two.items[0])  # flow


class Counter:
    last = "clean"

    def note(self, value):
        Counter.last = value

    def note_own(self, value):
        self.last = value


def static_state():
    a, b = Counter(), Counter()
    a.note_own(source())
    sink(b.last)  # no flow
    sink(Counter.last)  # no flow
    b.note(source())
    sink(Counter.last)  # flow
    b.note("clean")
    sink(Counter().last)  # no flow
    sink(a.last)  # flow


class Node:
    def __init__(self, value, rest=None):
        self.value = value
        self.rest = rest


def linked():
    nodes = Node("a", Node(source(), Node("c")))
    sink(nodes.value)  # no flow
    sink(nodes.rest.value)  # flow
    sink(nodes.rest.rest.value)  # no flow
    nodes.rest.value = "clean"
    sink(nodes.rest.value)  # no flow
    walk = Node("a", Node("b", Node(source())))
    while walk is not None:
        sink(walk.value)  # flow
        walk = walk.rest


def unknown_object():
    p, q = Point(source()), Point("clean")
    r = p if choice() else q
    sink(r.x)  # flow
    r.x = "clean"
    sink(p.x)  # flow
    sink(r.x)  # no flow SPURIOUS
    r.x = source()
    sink(q.x)  # flow


class Outer:
    class Inner:
        value = source()

        def get(self):
            return "clean"

    def make(self):
        return self.Inner()


def dynamic_names():
    p = Point("a")
    setattr(p, "z", source())
    sink(p.z)  # flow
    sink(getattr(p, "z"))  # flow
    sink(getattr(p, "x"))  # no flow
    sink(getattr(p, "w", "none"))  # no flow
    sink(getattr(p, "w", source()))  # flow
    name = "z"
    setattr(p, name, "clean")
    sink(p.z)  # no flow
    p.__dict__["d"] = source()
    sink(p.d)  # flow
    sink(vars(p)["d"])  # flow
    sink(p.__dict__["x"])  # no flow
    sink(getattr(p, "set_x")(source()))  # no flow
    sink(p.x)  # flow


class Private:
    def __init__(self, value):
        self.__value = value

    def get(self):
        return self.__value


class Slots:
    __slots__ = ("a", "b")


def odd_objects():
    sink(Private(source()).get())  # flow
    sink(Private("x").get())  # no flow
    s = Slots()
    s.a, s.b = "clean", source()
    sink(s.a)  # no flow
    sink(s.b)  # flow
    sink(Outer.Inner.value)  # flow
    sink(Outer().make().get())  # no flow
    sink(Outer().make().value)  # flow


def method_values():
    p = Point(source())
    get = p.get_x
    sink(get())  # flow
    put = p.set_x
    put("clean")
    sink(p.x)  # no flow
    put(source())
    sink(get())  # flow
    unbound = Point.get_y
    sink(unbound(p))  # no flow


fields()
two_objects()
made_anew()
class_methods()
properties()
setters()
class_attributes()
static_state()
linked()
unknown_object()
dynamic_names()
odd_objects()
method_values()
