"""collections and the containers' own methods."""

import collections
import heapq
import types
import typing

from recorder import sink_taint, taint


def defaults():
    d = collections.defaultdict(list)
    d["a"].append(taint())
    d["b"].append("x")
    sink_taint(d["a"])  # flow
    sink_taint(d["b"])  # no flow
    sink_taint(d["c"])  # no flow
    e = collections.defaultdict(lambda: taint())
    sink_taint(e["any"])  # flow
    e["k"] = "x"
    sink_taint(e["k"])  # no flow
    sink_taint(e.get("other"))  # no flow
    f = collections.defaultdict(lambda: collections.defaultdict(str))
    f["a"]["b"] = taint()
    sink_taint(f["a"]["b"])  # flow
    sink_taint(f["a"]["c"])  # no flow


def deques():
    d = collections.deque(["x"])
    d.appendleft(taint())
    sink_taint(d[0])  # flow
    sink_taint(d[1])  # no flow
    sink_taint(d.pop())  # no flow
    sink_taint(d.popleft())  # flow
    d.extend(["y", taint()])
    sink_taint(d[0])  # no flow
    d.rotate(1)
    sink_taint(d[0])  # flow
    e = collections.deque(maxlen=1)
    e.append(taint())
    e.append("x")
    sink_taint(e[0])  # no flow
    f = collections.deque()
    f.extendleft([taint(), "x"])
    sink_taint(f[0])  # no flow
    sink_taint(f[1])  # flow


def counters():
    c = collections.Counter([taint(), "x", "x"])
    sink_taint(c.most_common()[0][1])  # no flow
    sink_taint(list(c))  # flow
    sink_taint(list(collections.Counter(["x"])))  # no flow
    sink_taint(list(collections.Counter(taint())))  # flow


def chain_maps():
    m = collections.ChainMap({"a": "x"}, {"a": taint(), "b": taint()})
    sink_taint(m["a"])  # no flow
    sink_taint(m["b"])  # flow
    m["b"] = "y"
    sink_taint(m["b"])  # no flow
    sink_taint(m.parents["b"])  # flow
    child = m.new_child({"c": taint()})
    sink_taint(child["c"])  # flow
    sink_taint(child["a"])  # no flow


def ordered():
    o = collections.OrderedDict()
    o["a"] = "x"
    o["b"] = taint()
    sink_taint(o.popitem()[1])  # flow
    sink_taint(o.popitem(last=False)[1])  # no flow
    p = collections.OrderedDict([("a", taint()), ("b", "x")])
    p.move_to_end("a")
    sink_taint(list(p.values())[0])  # no flow
    sink_taint(list(p.values())[1])  # flow


class Mine(collections.UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key, [value])


class Listed(collections.UserList):
    def first(self):
        return self.data[0]


def users():
    m = Mine()
    m["a"] = taint()
    m["b"] = "x"
    sink_taint(m["a"][0])  # flow
    sink_taint(m["b"])  # no flow
    sink_taint(m.data["a"])  # flow
    sink_taint(Listed([taint(), "x"]).first())  # flow
    sink_taint(Listed(["x", taint()]).first())  # no flow


Point = collections.namedtuple("Point", "x y", defaults=["z"])


class Line(typing.NamedTuple):
    start: str
    stop: str = taint()

    def both(self):
        return self.start + self.stop


def tuples():
    p = Point("a", taint())
    sink_taint(p.x)  # no flow
    sink_taint(p.y)  # flow
    sink_taint(p[1])  # flow
    sink_taint(p._replace(y="b").y)  # no flow
    sink_taint(p._replace(x="b").y)  # flow
    sink_taint(p._asdict()["y"])  # flow
    sink_taint(p._asdict()["x"])  # no flow
    sink_taint(Point(taint()).y)  # no flow
    sink_taint(Point._make([taint(), "b"]).x)  # flow
    x, y = p
    sink_taint(x)  # no flow
    sink_taint(Line("a").stop)  # flow
    sink_taint(Line("a", "b").both())  # no flow
    sink_taint(Line("a").both())  # flow


def spaces():
    s = types.SimpleNamespace(a=taint(), b="x")
    sink_taint(s.a)  # flow
    sink_taint(s.b)  # no flow
    s.b, s.a = s.a, s.b
    sink_taint(s.a)  # no flow
    sink_taint(s.b)  # flow
    sink_taint(vars(s)["b"])  # flow
    m = types.MappingProxyType({"a": taint(), "b": "x"})
    sink_taint(m["a"])  # flow
    sink_taint(m["b"])  # no flow


def lists():
    a = ["x", taint(), "y", "z"]
    sink_taint(a[1:2])  # flow
    sink_taint(a[2:])  # no flow
    sink_taint(a[::2])  # no flow
    sink_taint(a[-3])  # flow
    a[1:2] = ["w"]
    sink_taint(a)  # no flow
    a[0:0] = [taint()]
    sink_taint(a[0])  # flow
    sink_taint(a[1])  # no flow
    a.reverse()
    sink_taint(a[-1])  # flow
    sink_taint(a[0])  # no flow
    a.remove("x")
    del a[-1]
    sink_taint(a)  # no flow
    b = [["x"] * 2 for _ in range(2)]
    b[0][1] = taint()
    sink_taint(b[0][1])  # flow
    sink_taint(b[1][1])  # no flow
    c = [["x"]] * 2
    c[0][0] = taint()
    sink_taint(c[1][0])  # flow
    d, *e = [taint(), "x", "y"]
    sink_taint(e)  # no flow
    e += [d]
    sink_taint(e[2])  # flow
    sink_taint(e.index("x"))  # no flow
    f = [0, 0]
    f[0], f[1] = taint(), "x"
    sink_taint(f[1])  # no flow
    f[::2] = ["y"]
    sink_taint(f)  # no flow


def dicts():
    d = {"a": taint(), "b": "x"}
    sink_taint({**d, "a": "y"}["a"])  # no flow
    sink_taint({"a": "y", **d}["a"])  # flow
    sink_taint((d | {"a": "z"})["a"])  # no flow
    sink_taint(({"a": "z"} | d)["a"])  # flow
    e = dict(d, a="x")
    sink_taint(e["a"])  # no flow
    e |= d
    sink_taint(e["a"])  # flow
    sink_taint(d.setdefault("b", taint()))  # no flow
    sink_taint(d.setdefault("c", taint()))  # flow
    sink_taint(dict.fromkeys(["k"], taint())["k"])  # flow
    sink_taint({k: v for k, v in d.items() if k == "b"})  # no flow
    sink_taint({v: k for k, v in d.items()})  # no flow SPURIOUS
    sink_taint(list({v: k for k, v in d.items()}))  # flow
    sink_taint(d.pop("a"))  # flow
    sink_taint(d.pop("a", "gone"))  # no flow
    sink_taint(sorted({"a": taint()}.items())[0][0])  # no flow


def sets():
    s = {"x"}
    s.add(taint())
    sink_taint(s)  # flow
    sink_taint(s - {"x"})  # flow
    sink_taint({"a", "b"} & {"a"})  # no flow
    s.clear()
    sink_taint(s)  # no flow
    sink_taint({"a"} | {taint()})  # flow
    sink_taint(frozenset([taint()]))  # flow


def heaps():
    h = []
    heapq.heappush(h, (2, taint()))
    heapq.heappush(h, (1, "x"))
    sink_taint(heapq.heappop(h)[0])  # no flow
    sink_taint(h)  # flow
    sink_taint(heapq.nlargest(1, [(1, taint())])[0][1])  # flow


for run in (
    defaults, deques, counters, chain_maps, ordered, users, tuples, spaces, lists, dicts, sets,
    heaps,
):  # fmt: skip
    run()
