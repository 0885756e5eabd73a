"""Functions as values: decorators, closures, functools, itertools, partials."""

import contextlib
import functools
import itertools
from functools import cached_property, lru_cache, partial, singledispatch, wraps

from recorder import choice, sink_taint, taint


def plain(function):
    return function


def passing(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def wrapped(function):
    @wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


def cleaning(function):
    def wrapper(*args):
        function(*args)
        return "clean"

    return wrapper


def scrubbing(function):
    def wrapper(value):
        return function("scrubbed")

    return wrapper


def tainting(function):
    def wrapper(*args):
        return function(taint())

    return wrapper


def with_prefix(prefix):
    def decorator(function):
        def wrapper(value):
            return prefix + function(value)

        return wrapper

    return decorator


class Counting:
    def __init__(self, function):
        self.function = function
        self.last = ""

    def __call__(self, *args):
        self.last = self.function(*args)
        return self.last


class Registry:
    def __init__(self):
        self.known = {}

    def register(self, name):
        def decorator(function):
            self.known[name] = function
            return function

        return decorator


registry = Registry()


@plain
def d_plain(x):
    return x


@passing
def d_passing(x):
    return x


@wrapped
def d_wrapped(x):
    return x


@cleaning
def d_cleaning(x):
    return x


@scrubbing
def d_scrubbing(x):
    return x


@tainting
def d_tainting(x):
    return x


@with_prefix("p")
def d_prefixed(x):
    return x


@with_prefix(taint())
def d_marked_prefix(x):
    return "x"


@passing
@cleaning
def d_both(x):
    return x


@Counting
def d_counted(x):
    return x


@lru_cache(maxsize=None)
def d_cached(x):
    return x


@functools.cache
def d_cache(x, y):
    return y


@registry.register("one")
def one(x):
    return x


@registry.register("two")
def two(x):
    return "x"


def decorators():
    sink_taint(d_plain(taint()))  # flow
    sink_taint(d_passing(taint()))  # flow
    sink_taint(d_passing("x"))  # no flow
    sink_taint(d_wrapped(taint()))  # flow
    sink_taint(d_cleaning(taint()))  # no flow
    sink_taint(d_scrubbing(taint()))  # no flow
    sink_taint(d_tainting("x"))  # flow
    sink_taint(d_prefixed("x"))  # no flow
    sink_taint(d_prefixed(taint()))  # flow
    sink_taint(d_marked_prefix("x"))  # flow
    sink_taint(d_both(taint()))  # no flow
    sink_taint(d_counted(taint()))  # flow
    sink_taint(d_counted.last)  # flow
    sink_taint(d_counted("x"))  # no flow
    sink_taint(d_counted.last)  # no flow
    sink_taint(d_cached(taint()))  # flow
    sink_taint(d_cached("x"))  # no flow
    sink_taint(d_cache(taint(), "x"))  # no flow
    sink_taint(registry.known["one"](taint()))  # flow
    sink_taint(registry.known["two"](taint()))  # no flow
    sink_taint(d_wrapped.__wrapped__(taint()))  # flow


def counter():
    total = ""

    def add(x):
        nonlocal total
        total += x
        return total

    def get():
        return total

    return add, get


def makers(value):
    return lambda: value


def closures():
    add, get = counter()
    other_add, other_get = counter()
    add(taint())
    other_add("x")
    sink_taint(get())  # flow
    sink_taint(other_get())  # no flow
    one, two = makers(taint()), makers("x")
    sink_taint(one())  # flow
    sink_taint(two())  # no flow
    late = [lambda: v for v in [taint(), "x"]]
    sink_taint(late[0]())  # no flow
    early = [lambda v=v: v for v in [taint(), "x"]]
    sink_taint(early[0]())  # flow
    sink_taint(early[1]())  # no flow
    a = "x"

    def read():
        return a

    sink_taint(read())  # no flow
    a = taint()
    sink_taint(read())  # flow
    a = "x"
    sink_taint(read())  # no flow

    def write():
        nonlocal a
        a = taint()

    sink_taint(a)  # no flow
    write()
    sink_taint(a)  # flow

    def outer():
        def inner():
            return a

        return inner

    sink_taint(outer()())  # flow
    box = []

    def keep(v):
        box.append(v)

    keep("x")
    keep(taint())
    sink_taint(box[0])  # no flow
    sink_taint(box[1])  # flow


def two_args(a, b):
    return b


def partials():
    sink_taint(partial(two_args, "x")(taint()))  # flow
    sink_taint(partial(two_args, taint())("x"))  # no flow
    sink_taint(partial(two_args, b=taint())("x"))  # flow
    p = partial(two_args, "x", taint())
    sink_taint(p())  # flow
    sink_taint(p.args[0])  # no flow
    sink_taint(p.args[1])  # flow
    sink_taint(p.func("x", "y"))  # no flow
    sink_taint(partial(partial(two_args, "x"), taint())())  # flow

    class Has:
        def method(self, a, b):
            return b

        half = functools.partialmethod(method, "x")

    sink_taint(Has().half(taint()))  # flow
    sink_taint(partial(Has().method, taint())("x"))  # no flow


@singledispatch
def kind_of(x):
    return "other"


@kind_of.register
def _(x: str):
    return x


@kind_of.register(int)
def _(x):
    return "int"


class Lazy:
    def __init__(self, v):
        self.v = v

    @cached_property
    def value(self):
        return self.v

    @functools.singledispatchmethod
    def show(self, x):
        return "other"

    @show.register
    def _(self, x: str):
        return x


def tools():
    sink_taint(kind_of(taint()))  # flow
    sink_taint(kind_of(3))  # no flow
    lazy = Lazy(taint())
    sink_taint(lazy.value)  # flow
    lazy.v = "x"
    sink_taint(lazy.value)  # flow
    sink_taint(Lazy("x").value)  # no flow
    sink_taint(Lazy("x").show(taint()))  # flow
    sink_taint(functools.reduce(lambda a, b: a, ["x", taint()]))  # no flow
    key = functools.cmp_to_key(lambda a, b: 0)
    sink_taint(sorted([taint(), "x"], key=key)[0])  # flow


def iterators():
    x = ["a", taint(), "c"]
    sink_taint(list(itertools.chain(["q"], x))[2])  # flow
    sink_taint(list(itertools.chain(["q"], x))[1])  # no flow
    sink_taint(list(itertools.chain.from_iterable([["q"], x]))[2])  # flow
    sink_taint(list(itertools.islice(x, 1))[0])  # no flow
    sink_taint(list(itertools.islice(x, 1, 2))[0])  # flow
    sink_taint(list(itertools.takewhile(lambda v: v == "a", x)))  # no flow SPURIOUS
    sink_taint(list(itertools.dropwhile(lambda v: v == "a", x))[0])  # flow
    sink_taint(list(itertools.accumulate(x))[0])  # no flow
    sink_taint(list(itertools.accumulate(x))[2])  # flow
    sink_taint(list(itertools.repeat(taint(), 2))[1])  # flow
    sink_taint(next(itertools.cycle(x)))  # no flow
    sink_taint(list(itertools.product(x, ["z"]))[1][0])  # flow
    sink_taint(list(itertools.product(x, ["z"]))[1][1])  # no flow
    sink_taint(list(itertools.zip_longest(["a"], x))[1][1])  # flow
    sink_taint(list(itertools.zip_longest(["a"], x))[1][0])  # no flow
    sink_taint(list(itertools.zip_longest(["a"], "ab", fillvalue=taint()))[1][0])  # flow
    sink_taint(list(itertools.starmap(lambda a, b: b, [("x", taint())]))[0])  # flow
    sink_taint(list(itertools.permutations(x, 2))[0][1])  # flow
    sink_taint(list(itertools.combinations(x, 2))[1])  # no flow
    sink_taint(list(itertools.compress(x, [1, 0, 1])))  # no flow
    sink_taint(list(itertools.compress(x, [0, 1, 0])))  # flow
    sink_taint(list(itertools.filterfalse(lambda v: v != "a", x)))  # no flow SPURIOUS
    sink_taint([list(g) for _, g in itertools.groupby(x)][1])  # flow
    sink_taint(list(itertools.pairwise(x))[0][1])  # flow
    a, b = itertools.tee(x)
    sink_taint(list(a)[1])  # flow
    sink_taint(list(b)[0])  # no flow
    it = iter(x)
    sink_taint(next(it))  # no flow
    sink_taint(next(it))  # flow
    sink_taint(next(it))  # no flow
    sink_taint(next(it, taint()))  # flow
    sink_taint(dict(enumerate(x))[1])  # flow
    sink_taint(dict(enumerate(x, 1))[1])  # no flow
    sink_taint([v for i, v in enumerate(x) if i == 1])  # flow
    sink_taint([v for i, v in enumerate(x) if i != 1])  # no flow
    sink_taint([b for a, b in zip(x, ["p", "q", "r"])])  # no flow
    sink_taint(any(x))  # no flow
    count = itertools.count()
    sink_taint([next(count) for _ in range(2)])  # no flow


@contextlib.contextmanager
def given(v):
    yield v


@contextlib.contextmanager
def swallowing():
    try:
        yield
    except ValueError:
        pass


def managers():
    with given(taint()) as a, given("x") as b:
        sink_taint(a)  # flow
        sink_taint(b)  # no flow
    c = "x"
    with swallowing():
        c = taint()
        raise ValueError
    sink_taint(c)  # flow
    with contextlib.suppress(KeyError):
        c = "x"
        {}["k"]
        c = taint()
    sink_taint(c)  # no flow SPURIOUS
    with contextlib.nullcontext(taint()) as d:
        sink_taint(d)  # flow
    with contextlib.ExitStack() as stack:
        e = stack.enter_context(given(taint()))
        sink_taint(e)  # flow


decorators()
closures()
partials()
tools()
iterators()
managers()
