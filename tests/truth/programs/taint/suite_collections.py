"""Collections of every sort as other suites test them."""

import array
import heapq
import queue
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque

from recorder import choice, number, sink_taint, taint


def lists():
    x = ["a", taint(), "c"]
    sink_taint(x[0])  # no flow
    sink_taint(x[1])  # flow
    sink_taint(x[-2])  # flow
    sink_taint(x[1 + 1])  # no flow
    sink_taint(x[len(x) - 2])  # flow
    sink_taint(x[number()])  # flow
    x.insert(0, "z")
    sink_taint(x[1])  # no flow
    sink_taint(x[2])  # flow
    x.remove("z")
    sink_taint(x[1])  # flow
    x.reverse()
    sink_taint(x[0])  # no flow
    sink_taint(x[1])  # flow
    sink_taint(x.pop())  # no flow
    sink_taint(x.pop())  # flow
    sink_taint(x)  # no flow
    x += [taint()]
    sink_taint(x[1])  # flow
    x.clear()
    sink_taint(x)  # no flow
    x.extend(["q", taint()])
    sink_taint(x[0])  # no flow
    sink_taint(x[1])  # flow
    x[1] = ""
    sink_taint(x[1])  # no flow


def more_lists():
    x = [taint()] * 2
    sink_taint(x[1])  # flow
    x[1] = ""
    sink_taint(x[0])  # flow
    sink_taint(x[1])  # no flow
    y = [[""] * 2 for _ in range(2)]
    y[0][1] = taint()
    sink_taint(y[0][1])  # flow
    sink_taint(y[1][1])  # no flow
    sink_taint(y[0][0])  # no flow
    z = [[""] * 2] * 2
    z[0][1] = taint()
    sink_taint(z[1][1])  # flow
    w = list("ab") + [taint()]
    sink_taint(w[2])  # flow
    sink_taint(w[0])  # no flow
    v = w[:]
    w[2] = ""
    sink_taint(v[2])  # flow
    sink_taint(w[2])  # no flow
    del v[0]
    sink_taint(v[1])  # flow
    sink_taint(v[0])  # no flow
    u = sorted(["b", "a", taint()], key=len, reverse=True)
    sink_taint(u[0])  # flow
    sink_taint([taint(), "a"][::-1][1])  # flow
    sink_taint([taint(), "a"][::-1][0])  # no flow
    sink_taint([taint(), "a", "b"][1:])  # no flow
    sink_taint([taint(), "a", "b"][:1][0])  # flow
    sink_taint([i for i in ["a", taint()]][0])  # no flow
    sink_taint(x.index(taint()))  # no flow
    sink_taint(x.count(taint()))  # no flow


def slices():
    x = ["a", "b", "c", "d"]
    x[1:3] = [taint()]
    sink_taint(x[1])  # flow
    sink_taint(x[2])  # no flow
    x[:0] = ["n"]
    sink_taint(x[1])  # no flow
    sink_taint(x[2])  # flow
    del x[2:]
    sink_taint(x)  # no flow
    y = ["a", taint(), "b", taint()]
    sink_taint(y[::2])  # no flow
    sink_taint(y[1::2])  # flow
    y[1::2] = ["", ""]
    sink_taint(y)  # no flow
    s = slice(0, 1)
    z = ["a", taint()]
    sink_taint(z[s])  # no flow


def tuples():
    t = ("a", taint())
    sink_taint(t[0])  # no flow
    sink_taint(t[1])  # flow
    u = t + ("c",)
    sink_taint(u[1])  # flow
    sink_taint(u[2])  # no flow
    sink_taint((t * 2)[3])  # flow
    sink_taint((t * 2)[2])  # no flow
    sink_taint(tuple(reversed(t))[0])  # flow
    sink_taint(max(("a", taint())))  # flow
    nested = (("a", taint()), ("b",))
    sink_taint(nested[0][1])  # flow
    sink_taint(nested[1][0])  # no flow
    (a, b), (c,) = nested
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    sink_taint(c)  # no flow


def dicts():
    d = {"a": taint(), "b": ""}
    sink_taint(d["a"])  # flow
    sink_taint(d["b"])  # no flow
    key = "a" if choice() else "b"
    sink_taint(d[key])  # flow
    d["a"] = ""
    sink_taint(d[key])  # no flow
    d["x" + "y"] = taint()
    sink_taint(d["xy"])  # flow
    sink_taint(d.get("xy"))  # flow
    sink_taint(d.get("b", taint()))  # no flow
    sink_taint(d.get("nothing", taint()))  # flow
    sink_taint(d.pop("xy"))  # flow
    sink_taint(d.get("xy"))  # no flow
    sink_taint(d.setdefault("s", taint()))  # flow
    sink_taint(d["s"])  # flow
    sink_taint(d.setdefault("b", taint()))  # no flow
    d.update(s="", t=taint())
    sink_taint(d["s"])  # no flow
    sink_taint(d["t"])  # flow
    e = d | {"t": ""}
    sink_taint(e["t"])  # no flow
    d |= {"u": taint()}
    sink_taint(d["u"])  # flow
    del d["u"]
    sink_taint(d.get("u"))  # no flow
    sink_taint(list(d.values())[-1])  # flow
    sink_taint(list(d.keys())[-1])  # no flow
    f = {**e, "v": taint()}
    sink_taint(f["v"])  # flow
    sink_taint(f["t"])  # no flow
    sink_taint(d.popitem()[1])  # flow
    sink_taint(dict(a=taint())["a"])  # flow
    sink_taint(dict([("a", ""), ("b", taint())])["a"])  # no flow
    sink_taint(dict(zip("ab", ["", taint()]))["b"])  # flow
    sink_taint(dict.fromkeys("ab", taint())["a"])  # flow
    sink_taint({1: taint(), 2: ""}[1])  # flow
    sink_taint({1: taint(), 2: ""}[3 - 1])  # no flow


def dict_loops():
    d = {"a": "", "b": taint()}
    for key, value in d.items():
        if key == "a":
            sink_taint(value)  # no flow
        if key == "b":
            sink_taint(value)  # flow
        sink_taint(key)  # no flow
    nested = {"x": {"y": [taint(), ""]}}
    sink_taint(nested["x"]["y"][0])  # flow
    sink_taint(nested["x"]["y"][1])  # no flow
    for inner in nested.values():
        sink_taint(inner["y"][1])  # no flow
    sink_taint(nested.get("x", {}).get("y")[0])  # flow
    total = ""
    for key in d:
        total += d[key]
    sink_taint(total)  # flow


def sets():
    s = {"a", taint()}
    for item in s:
        sink_taint(item)  # flow
    s = {"a"}
    s.add(taint())
    sink_taint(sorted(s))  # flow
    s = set(["a"]) | {taint()}
    sink_taint(list(s))  # flow
    s = {"a", "b"} & {taint(), "b"}
    sink_taint({"a"} - {taint()})  # no flow
    s.discard("b")
    t = frozenset([taint()])
    sink_taint(next(iter(t)))  # flow
    u = {"a"}
    u.update(["b", taint()])
    sink_taint(sorted(u))  # flow
    u.clear()
    sink_taint(sorted(u))  # no flow


def from_the_library():
    d = deque(["a", taint()], maxlen=5)
    sink_taint(d[0])  # no flow
    sink_taint(d[-1])  # flow
    d.appendleft(taint())
    sink_taint(d.popleft())  # flow
    sink_taint(d.popleft())  # no flow
    d.rotate(1)
    sink_taint(d.pop())  # flow
    sink_taint(len(d))  # no flow
    dd = defaultdict(list)
    dd["a"].append(taint())
    sink_taint(dd["a"][0])  # flow
    sink_taint(dd["b"])  # no flow
    od = OrderedDict(a=taint())
    od["b"] = ""
    od.move_to_end("a")
    sink_taint(od["a"])  # flow
    sink_taint(od["b"])  # no flow
    sink_taint(od.popitem(last=True)[1])  # flow
    cm = ChainMap({"a": ""}, {"a": taint(), "b": taint()})
    sink_taint(cm["a"])  # no flow
    sink_taint(cm["b"])  # flow
    counter = Counter([taint()])
    sink_taint(counter.most_common(1)[0][0])  # flow
    sink_taint(counter["a"])  # no flow
    h = []
    heapq.heappush(h, taint())
    sink_taint(heapq.heappop(h))  # flow
    q = queue.Queue()
    q.put(taint())
    sink_taint(q.get())  # flow
    q.put("")
    sink_taint(q.get())  # no flow
    a = array.array("i", [1, 2])
    sink_taint(a[0])  # no flow
    stack = queue.LifoQueue()
    stack.put("")
    stack.put(taint())
    sink_taint(stack.get())  # flow
    sink_taint(stack.get())  # no flow


class MyDict(dict):
    def __getitem__(self, key):
        return super().__getitem__(key.lower())


class MyList(list):
    def second(self):
        return self[1]


class MyUser(UserDict):
    pass


class MyRow(UserList):
    pass


def own_collections():
    d = MyDict(a=taint(), b="")
    sink_taint(d["A"])  # flow
    sink_taint(d["B"])  # no flow
    x = MyList(["a", taint()])
    sink_taint(x.second())  # flow
    sink_taint(x[0])  # no flow
    x.append("c")
    sink_taint(x[2])  # no flow
    u = MyUser()
    u["a"] = taint()
    sink_taint(u["a"])  # flow
    r = MyRow(["", taint()])
    sink_taint(r[1])  # flow
    sink_taint(r[0])  # no flow


def stacks_and_queues():
    stack = []
    stack.append(taint())
    stack.append("top")
    sink_taint(stack.pop())  # no flow
    sink_taint(stack.pop())  # flow
    row = ["first", taint()]
    sink_taint(row.pop(0))  # no flow
    sink_taint(row.pop(0))  # flow
    matrix = [["a", "b"], ["c", taint()]]
    turned = list(zip(*matrix))
    sink_taint(turned[1][1])  # flow
    sink_taint(turned[1][0])  # no flow
    flat = [cell for line in matrix for cell in line]
    sink_taint(flat[3])  # flow
    sink_taint(flat[2])  # no flow
    sink_taint([line[1] for line in matrix][0])  # no flow
    sink_taint([line[1] for line in matrix][1])  # flow
    sink_taint(sum([["a"], [taint()]], [])[1])  # flow
    sink_taint(sum([["a"], [taint()]], [])[0])  # no flow


lists()
more_lists()
slices()
tuples()
dicts()
dict_loops()
sets()
from_the_library()
own_collections()
stacks_and_queues()
