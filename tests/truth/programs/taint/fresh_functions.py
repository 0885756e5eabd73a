"""functools, operator and itertools."""

import functools
import itertools
import operator

from recorder import sink_taint, taint


@functools.singledispatch
def kind(value):
    return "x"


@kind.register
def _(value: int):
    return taint()


@kind.register(list)
def _of_list(value):
    return value[0]


@kind.register(str)
@kind.register(bytes)
def _of_text(value):
    return "text"


def singles():
    sink_taint(kind(1.5))  # no flow
    sink_taint(kind(1))  # flow
    sink_taint(kind(["x", taint()]))  # no flow
    sink_taint(kind([taint(), "x"]))  # flow
    sink_taint(kind(taint()))  # no flow SPURIOUS


class Cached:
    def __init__(self, v):
        self.v = v

    @functools.cached_property
    def prop(self):
        return [self.v]

    @functools.lru_cache(maxsize=None)
    def method(self, extra):
        return self.v + extra

    def base(self, a, b):
        return a if self.v else b

    first = functools.partialmethod(base, "x")
    second = functools.partialmethod(base, b="x")


def cached():
    c = Cached(taint())
    d = Cached("x")
    sink_taint(c.prop)  # flow
    sink_taint(d.prop)  # no flow
    sink_taint(c.method("x"))  # flow
    sink_taint(d.method("x"))  # no flow
    sink_taint(d.method(taint()))  # flow
    c.v = "y"
    sink_taint(c.prop)  # flow
    sink_taint(c.first(taint()))  # no flow
    sink_taint(c.second(taint()))  # flow


def loud(f):
    @functools.wraps(f)
    def wrapper(*args, **named):
        result = f(*args, **named)
        return result

    return wrapper


def replaces(f):
    @functools.wraps(f)
    def wrapper(*args):
        return "x"

    return wrapper


def with_prefix(prefix):
    def decorate(f):
        @functools.wraps(f)
        def wrapper(value):
            return prefix + f(value)

        return wrapper

    return decorate


@loud
def same(a, b="x"):
    return b


@replaces
def replaced(a):
    return a


@with_prefix(taint())
def prefixed(value):
    return "x"


@with_prefix("y")
@loud
def clean_prefixed(value):
    return "x"


@functools.cache
def memo(a):
    return a


def wrapped():
    sink_taint(same(taint()))  # no flow
    sink_taint(same("x", b=taint()))  # flow
    sink_taint(replaced(taint()))  # no flow
    sink_taint(replaced.__wrapped__(taint()))  # flow
    sink_taint(prefixed("x"))  # flow
    sink_taint(clean_prefixed(taint()))  # no flow
    sink_taint(memo(taint()))  # flow
    sink_taint(memo("x"))  # no flow


@functools.total_ordering
class Version:
    def __init__(self, n, tag):
        self.n, self.tag = n, tag

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


def orderings():
    versions = [Version(2, taint()), Version(1, "x")]
    sink_taint(max(versions).tag)  # flow
    sink_taint(Version(1, taint()) >= Version(2, "x"))  # no flow
    sink_taint(sorted(["x", taint()], key=len))  # flow
    compare = functools.cmp_to_key(lambda a, b: len(a) - len(b))
    sink_taint(sorted([taint()], key=compare)[0])  # flow


def partials():
    def three(a, b, c="x"):
        return b

    p = functools.partial(three, taint())
    sink_taint(p("x"))  # no flow
    sink_taint(p(taint()))  # flow
    q = functools.partial(three, b=taint())
    sink_taint(q("x"))  # flow
    sink_taint(functools.partial(p, "x", c=taint())())  # no flow
    sink_taint(p.args)  # flow
    sink_taint(q.keywords["b"])  # flow
    sink_taint(functools.reduce(lambda a, b: a + b, ["x", taint()]))  # flow
    sink_taint(functools.reduce(lambda a, b: b, [taint(), "x"]))  # no flow
    sink_taint(functools.reduce(lambda a, b: a, ["x"], taint()))  # flow


class Box:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def pick(self, which, other="x"):
        return self.a if which else other


def operators():
    row = ["x", taint()]
    sink_taint(operator.itemgetter(1)(row))  # flow
    sink_taint(operator.itemgetter(0)(row))  # no flow
    sink_taint(operator.itemgetter(0, 1)(row)[0])  # no flow
    sink_taint(operator.itemgetter(0, 1)(row)[1])  # flow
    sink_taint(operator.itemgetter("k")({"k": taint()}))  # flow
    box = Box(taint(), Box("x", taint()))
    sink_taint(operator.attrgetter("a")(box))  # flow
    sink_taint(operator.attrgetter("b.a")(box))  # no flow
    sink_taint(operator.attrgetter("b.b")(box))  # flow
    sink_taint(operator.methodcaller("pick", True)(box))  # flow
    sink_taint(operator.methodcaller("pick", False, other="y")(box))  # no flow
    sink_taint(operator.getitem(row, 1))  # flow
    sink_taint(operator.getitem(row, 0))  # no flow
    operator.setitem(row, 0, taint())
    sink_taint(row[0])  # flow
    sink_taint(operator.concat("x", "y"))  # no flow
    sink_taint(operator.iadd(["x"], [taint()]))  # flow
    sink_taint(list(map(operator.itemgetter(0), [("x", taint())])))  # no flow
    sink_taint(list(map(operator.itemgetter(1), [("x", taint())])))  # flow


def chains():
    sink_taint(list(itertools.chain(["x"], [taint()])))  # flow
    sink_taint(list(itertools.chain(["x"], ["y"])))  # no flow
    sink_taint(list(itertools.chain.from_iterable([["x"], [taint()]]))[1])  # flow
    for a, b in itertools.zip_longest(["x", "y"], [taint()], fillvalue="z"):
        sink_taint(a)  # no flow
        sink_taint(b)  # flow
    for a, b in itertools.zip_longest(["x", "y"], ["z"], fillvalue=taint()):
        sink_taint(a)  # no flow
        sink_taint(b)  # flow
    one, two = itertools.tee(["x", taint()])
    sink_taint(next(one))  # no flow
    sink_taint(list(two)[1])  # flow
    sink_taint(list(itertools.repeat(taint(), 2)))  # flow
    sink_taint(next(itertools.cycle(["x"])))  # no flow


def selections():
    data = ["x", taint(), "y"]
    sink_taint(list(itertools.islice(data, 1)))  # no flow
    sink_taint(list(itertools.islice(data, 1, 3)))  # flow
    sink_taint(list(itertools.islice(data, 2, None)))  # no flow
    sink_taint(list(itertools.islice(data, 0, None, 2)))  # no flow
    sink_taint(list(itertools.compress(data, [1, 0, 1])))  # no flow
    sink_taint(list(itertools.compress(data, [0, 1, 0])))  # flow
    sink_taint(list(itertools.takewhile(lambda d: d != "x", data)))  # no flow
    sink_taint(list(itertools.dropwhile(lambda d: d == "x", data)))  # flow
    sink_taint(list(itertools.filterfalse(lambda d: d == "x", data)))  # flow
    sink_taint(list(itertools.pairwise(data))[0][1])  # flow
    sink_taint(list(itertools.pairwise(data))[0][0])  # no flow


def combinations():
    for a, b in itertools.product(["x"], [taint()]):
        sink_taint(a)  # no flow
        sink_taint(b)  # flow
    for pair in itertools.combinations(["x", taint()], 2):
        sink_taint(pair[0])  # no flow
        sink_taint(pair[1])  # flow
    for pair in itertools.permutations(["x", taint()]):
        sink_taint(pair[0])  # flow
    for key, group in itertools.groupby(["a", taint()], key=lambda t: len(t)):
        sink_taint(list(group))  # flow
        sink_taint(key)  # no flow
    for key, group in itertools.groupby([("k", taint())], key=lambda p: p[0]):
        sink_taint(key)  # no flow
        sink_taint([p[1] for p in group])  # flow
    sink_taint(list(itertools.accumulate(["x", taint()])))  # flow
    sink_taint(list(itertools.accumulate(["x", taint()]))[0])  # no flow
    sink_taint(list(itertools.accumulate([taint(), "x"], lambda a, b: b))[1])  # no flow
    sink_taint(list(itertools.starmap(lambda a, b: a, [("x", taint())])))  # no flow
    sink_taint(list(itertools.starmap(lambda a, b: b, [("x", taint())])))  # flow
    for n, v in zip(itertools.count(), ["x", taint()]):
        sink_taint(n)  # no flow
        sink_taint(v)  # flow


for run in (
    singles, cached, wrapped, orderings, partials, operators, chains, selections, combinations,
):  # fmt: skip
    run()
