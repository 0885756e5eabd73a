"""The data model: attributes that are made up, classes that make classes."""

from recorder import sink_taint, taint


class Made:
    def __init__(self, fixed):
        self.fixed = fixed

    def __getattr__(self, name):
        return taint() if name == "hot" else "cold " + name


def getattr_():
    m = Made("x")
    sink_taint(m.fixed)  # no flow
    sink_taint(m.hot)  # flow
    sink_taint(m.other)  # no flow
    sink_taint(getattr(m, "hot"))  # flow


class Everything:
    def __init__(self):
        self.a = taint()

    def __getattribute__(self, name):
        return "x"


class Proxy:
    def __init__(self, inner):
        self.__dict__["inner"] = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def __setattr__(self, name, value):
        setattr(self.inner, name, value)


class Plain:
    def __init__(self, a="x", b="x"):
        self.a, self.b = a, b


def proxies():
    sink_taint(Everything().a)  # no flow
    inner = Plain(taint(), "x")
    p = Proxy(inner)
    sink_taint(p.a)  # flow
    sink_taint(p.b)  # no flow
    p.b = taint()
    p.a = "y"
    sink_taint(inner.b)  # flow
    sink_taint(inner.a)  # no flow


class Filters:
    def __setattr__(self, name, value):
        if name == "clean":
            value = "x"
        object.__setattr__(self, name, value)


def setattr_():
    f = Filters()
    f.clean = taint()
    f.dirty = taint()
    sink_taint(f.clean)  # no flow
    sink_taint(f.dirty)  # flow


class Registry:
    known = {}

    def __init_subclass__(cls, /, tag="none", **rest):
        super().__init_subclass__(**rest)
        cls.tag = tag
        Registry.known[cls.__name__] = tag


class Hot(Registry, tag=taint()):
    pass


class Cold(Registry, tag="x"):
    pass


def subclasses():
    sink_taint(Hot.tag)  # flow
    sink_taint(Cold.tag)  # no flow
    sink_taint(Registry.known["Hot"])  # flow
    sink_taint(Registry.known["Cold"])  # no flow


class Field:
    def __set_name__(self, owner, name):
        self.key = "_" + name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return getattr(instance, self.key)

    def __set__(self, instance, value):
        setattr(instance, self.key, value)


class Doubled(Field):
    def __set__(self, instance, value):
        super().__set__(instance, "x")


class Record:
    a = Field()
    b = Field()
    c = Doubled()


def descriptors():
    r = Record()
    r.a, r.b, r.c = taint(), "x", taint()
    sink_taint(r.a)  # flow
    sink_taint(r.b)  # no flow
    sink_taint(r.c)  # no flow
    sink_taint(r._a)  # flow
    q = Record()
    q.a = "y"
    sink_taint(q.a)  # no flow


class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.extra = taint()
        return made

    def __getitem__(cls, key):
        return taint() if key == 1 else "x"

    @property
    def prop(cls):
        return taint()


class ByMeta(metaclass=Meta):
    def __init__(self, a):
        self.a = a


class Single(type):
    made = {}

    def __call__(cls, *args):
        if cls not in Single.made:
            Single.made[cls] = super().__call__(*args)
        return Single.made[cls]


class Only(metaclass=Single):
    def __init__(self, v):
        self.v = v


def metaclasses():
    m = ByMeta("x")
    sink_taint(m.a)  # no flow
    sink_taint(m.extra)  # flow
    sink_taint(ByMeta[1])  # flow
    sink_taint(ByMeta[2])  # no flow
    sink_taint(ByMeta.prop)  # flow
    Only("x")
    sink_taint(Only(taint()).v)  # no flow


class Generic:
    def __class_getitem__(cls, item):
        return (cls, item)


def class_items():
    sink_taint(Generic[taint()][1])  # flow
    sink_taint(Generic["x"][1])  # no flow


class New:
    def __new__(cls, value):
        self = super().__new__(cls)
        self.kept = value
        return self

    def __init__(self, value):
        self.other = "x"


class Upper(str):
    def __new__(cls, value):
        return super().__new__(cls, value + "!")


def news():
    n = New(taint())
    sink_taint(n.kept)  # flow
    sink_taint(n.other)  # no flow
    sink_taint(Upper(taint()))  # flow
    sink_taint(Upper("x"))  # no flow


class Table:
    def __init__(self):
        self.cells = {}

    def __setitem__(self, key, value):
        self.cells[key] = value

    def __getitem__(self, key):
        return self.cells[key]

    def __delitem__(self, key):
        del self.cells[key]

    def __contains__(self, key):
        return key in self.cells

    def __missing__(self, key):
        return taint()

    def __len__(self):
        return len(self.cells)


class Default(dict):
    def __missing__(self, key):
        return taint()


def items():
    t = Table()
    t["a"], t["b"] = taint(), "x"
    sink_taint(t["a"])  # flow
    sink_taint(t["b"])  # no flow
    d = Default(a="x")
    sink_taint(d["a"])  # no flow
    sink_taint(d["b"])  # flow
    sink_taint(d.get("b"))  # no flow


class Number:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return Number(self.v + other.v)

    def __radd__(self, other):
        return Number(other + self.v)

    def __neg__(self):
        return Number("x")

    def __iadd__(self, other):
        self.v = other
        return self

    def __eq__(self, other):
        return self.v == other.v

    def __hash__(self):
        return 1

    def __call__(self, other):
        return other

    def __bool__(self):
        return False

    def __matmul__(self, other):
        return other


def operators():
    n = Number(taint())
    sink_taint((n + Number("x")).v)  # flow
    sink_taint((Number("y") + Number("x")).v)  # no flow
    sink_taint(("a" + n).v)  # flow
    sink_taint((-n).v)  # no flow
    sink_taint(n("x"))  # no flow
    sink_taint(n(taint()))  # flow
    sink_taint(Number("x") @ taint())  # flow
    n += "x"
    sink_taint(n.v)  # no flow
    sink_taint("a" if Number("z") else taint())  # flow
    sink_taint(taint() if Number("z") else "a")  # no flow


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Body:
    names = ["a", "b"]
    table = {n: taint() if n == "b" else "x" for n in ("a", "b")}
    if len(names) > 1:
        mode = taint()
    else:
        mode = "x"
    for step in ("p", "q"):
        last = step


if 1 > 2:

    class Chosen:
        value = taint()

else:

    class Chosen:
        value = "x"


def bodies():
    s = Slotted("x", taint())
    sink_taint(s.a)  # no flow
    sink_taint(s.b)  # flow
    sink_taint(Body.table["b"])  # flow
    sink_taint(Body.table["a"])  # no flow
    sink_taint(Body.mode)  # flow
    sink_taint(Body.last)  # no flow
    sink_taint(Chosen.value)  # no flow
    made = type("Made", (Plain,), {"hot": taint(), "cold": "x"})
    sink_taint(made.hot)  # flow
    sink_taint(made().cold)  # no flow
    sink_taint(vars(Plain(taint(), "x"))["a"])  # flow
    sink_taint(Plain(taint(), "x").__dict__["b"])  # no flow


class Temperature:
    def __init__(self, v):
        self._v = v

    @property
    def v(self):
        return self._v

    @v.setter
    def v(self, value):
        self._v = "x"

    @v.deleter
    def v(self):
        self._v = taint()


def properties():
    t = Temperature(taint())
    sink_taint(t.v)  # flow
    t.v = taint()
    sink_taint(t.v)  # no flow
    del t.v
    sink_taint(t.v)  # flow


for run in (
    getattr_, proxies, setattr_, subclasses, descriptors, metaclasses, class_items, news, items,
    operators, bodies, properties,
):  # fmt: skip
    run()
