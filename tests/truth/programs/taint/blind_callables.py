"""Functions as values: arguments, closures, decorators, partials, higher-order, recursion."""

import functools
import operator
from functools import partial, reduce, singledispatch, wraps

from recorder import choice, sink_taint, taint


def positional(a, b="b", /, c="c", *, d="d"):
    return a, b, c, d


def routing(src):
    sink_taint(positional("x", src)[1])  # flow
    sink_taint(positional("x", src)[2])  # no flow
    sink_taint(positional("x", c=src)[2])  # flow
    sink_taint(positional("x", d=src)[2])  # no flow
    sink_taint(positional(*["a", src])[1])  # flow
    sink_taint(positional(*["a", src], **{"d": "z"})[3])  # no flow
    sink_taint(positional("a", **{"d": src})[3])  # flow


def star_only(*args, **named):
    return args, named


def stars(src):
    args, named = star_only("a", src, key=src, other="o")
    sink_taint(args[0])  # no flow
    sink_taint(args[1])  # flow
    sink_taint(named["key"])  # flow
    sink_taint(named["other"])  # no flow
    first, *rest = star_only(src, "b", "c")[0]
    sink_taint(rest)  # no flow
    sink_taint(first)  # flow


def forward(*args, **named):
    return positional(*args, **named)


def forwarded(src):
    sink_taint(forward("a", src)[1])  # flow
    sink_taint(forward("a", "b", d=src)[2])  # no flow
    sink_taint(forward("a", "b", d=src)[3])  # flow


def mutable_default(item, into=[]):
    into.append(item)
    return into


def defaults(src):
    mutable_default(src)
    sink_taint(mutable_default("clean")[0])  # flow
    sink_taint(mutable_default("clean", [])[0])  # no flow


def counter():
    stored = "start"

    def write(value):
        nonlocal stored
        stored = value

    def read():
        return stored

    return write, read


def closures(src):
    write, read = counter()
    sink_taint(read())  # no flow
    write(src)
    sink_taint(read())  # flow
    other_write, other_read = counter()
    sink_taint(other_read())  # no flow
    write("clean")
    sink_taint(read())  # no flow


def late_binding(src):
    made = []
    for value in ["a", "b", src]:
        made.append(lambda: value)
    sink_taint(made[0]())  # flow
    bound = [lambda v=value: v for value in ["a", src]]
    sink_taint(bound[0]())  # no flow
    sink_taint(bound[1]())  # flow


def rebound_after(src):
    value = src

    def show():
        return value

    value = "clean"
    sink_taint(show())  # no flow


def twice(function):
    @wraps(function)
    def wrapper(*args, **named):
        function(*args, **named)
        return function(*args, **named)

    return wrapper


def replacing(text):
    def decorate(function):
        def wrapper(*_args):
            return text

        return wrapper

    return decorate


def choosing(index):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(args[index])

        return wrapper

    return decorate


@twice
def identity(value):
    return value


@replacing("clean")
def replaced(value):
    return value


@choosing(1)
def second(value):
    return value


@choosing(0)
@choosing(0)
def stacked(value):
    return value


class CountCalls:
    def __init__(self, function):
        self.function = function
        self.last = None

    def __call__(self, *args):
        self.last = args[0]
        return self.function(*args)


@CountCalls
def counted(value):
    return "counted"


def decorators(src):
    sink_taint(identity(src))  # flow
    sink_taint(replaced(src))  # no flow
    sink_taint(second(src, "b"))  # no flow
    sink_taint(second("a", src))  # flow
    sink_taint(stacked(src))  # flow
    sink_taint(counted(src))  # no flow
    sink_taint(counted.last)  # flow
    counted("x")
    sink_taint(counted.last)  # no flow


def join(a, b, c="c"):
    return a + b + c


def partials(src):
    add = partial(join, src)
    sink_taint(add("b"))  # flow
    late = partial(join, c=src)
    sink_taint(late("a", "b"))  # flow
    sink_taint(late("a", "b", c="z"))  # no flow
    pick = operator.itemgetter(1)
    sink_taint(pick(["a", src]))  # flow
    sink_taint(pick([src, "a"]))  # no flow
    sink_taint(operator.itemgetter("a", "b")({"a": "x", "b": src})[0])  # no flow
    sink_taint(operator.methodcaller("upper")(src))  # flow
    sink_taint(operator.add("a", src))  # flow


def higher(src):
    sink_taint(list(map(str.upper, ["a", src]))[1])  # flow
    sink_taint(list(map(lambda a, b: b, [src], ["x"])))  # no flow
    sink_taint(list(filter(None, ["", src])))  # flow
    sink_taint(reduce(lambda a, b: a + b, ["a", src, "c"]))  # flow
    sink_taint(reduce(lambda a, b: b, ["a", src, "c"]))  # no flow
    sink_taint(sorted([("b", src), ("a", "x")], key=lambda p: p[0])[0][0])  # no flow
    sink_taint(max(["a", "b"], key=lambda text: src))  # no flow
    sink_taint((lambda *a: a[-1])("x", src))  # flow
    compose = lambda f, g: lambda x: f(g(x))
    sink_taint(compose(str.strip, lambda x: x + "!")(src))  # flow
    sink_taint(compose(lambda x: "c", str.strip)(src))  # no flow


def apply(function, *args):
    return function(*args)


def callbacks(src):
    seen = []
    apply(seen.append, src)
    sink_taint(seen)  # flow
    sink_taint(apply(lambda a, b: a, "a", src))  # no flow
    sink_taint(apply(apply, apply, str, src))  # flow

    def on_done(result, error=None):
        sink_taint(result)  # flow
        sink_taint(error)  # no flow

    apply(on_done, src)


def depth(value, n):
    if n == 0:
        return value
    return depth(value, n - 1)


def swapping(a, b, n):
    if n == 0:
        return a
    return swapping(b, a, n - 1)


def even(value, n):
    return value if n == 0 else odd(value, n - 1)


def odd(value, n):
    return "odd" if n == 0 else even(value, n - 1)


def build(items):
    if not items:
        return []
    return build(items[1:]) + [items[0]]


def recursion(src):
    sink_taint(depth(src, 3))  # flow
    sink_taint(depth("x", 3))  # no flow
    sink_taint(swapping(src, "x", 2))  # flow
    sink_taint(swapping(src, "x", 3))  # no flow
    sink_taint(even(src, 4))  # flow
    sink_taint(build(["a", src]))  # flow
    sink_taint(build(["a", "b"]))  # no flow


@functools.lru_cache(maxsize=None)
def cached(value):
    return value + "!"


@singledispatch
def show(value):
    return "any"


@show.register
def _(value: str):
    return value


@show.register(list)
def _show_list(value):
    return value[0]


def dispatching(src):
    sink_taint(cached(src))  # flow
    sink_taint(cached("x"))  # no flow
    sink_taint(show(src))  # flow
    sink_taint(show({"a": src}))  # no flow
    sink_taint(show(["x", src]))  # no flow
    sink_taint(show([src]))  # flow


def fill(target, value):
    target["out"] = value
    target = {"out": "other"}
    return target


def out_arguments(src):
    box = {}
    other = fill(box, src)
    sink_taint(box["out"])  # flow
    sink_taint(other["out"])  # no flow
    fill(box, "clean")
    sink_taint(box["out"])  # no flow


state = {"value": "clean"}
current = "clean"


def set_current(value):
    global current
    current = value


def set_local(value):
    current = value
    return len(current)


def globals_(src):
    set_local(src)
    sink_taint(current)  # no flow
    set_current(src)
    sink_taint(current)  # flow
    set_current("clean")
    sink_taint(current)  # no flow
    globals()["current"] = src
    sink_taint(current)  # flow


def attributes_of_functions(src):
    identity.note = src
    sink_taint(identity.note)  # flow
    sink_taint(getattr(second, "note", "none"))  # no flow


def walrus(src):
    if (value := src) and (other := "x"):
        sink_taint(value)  # flow
        sink_taint(other)  # no flow
    sink_taint([last := v for v in [src, "b"]][1])  # no flow
    sink_taint(last)  # no flow


def function_table(src):
    steps = [str.strip, str.lower, lambda v: v + "."]
    value = src
    for step in steps:
        value = step(value)
    sink_taint(value)  # flow
    steps.append(lambda v: "")
    for step in steps:
        value = step(value)
    sink_taint(value)  # no flow


def bound_method(src):
    words = ["a"]
    push = words.append
    push(src)
    sink_taint(words[1])  # flow
    upper = "text".upper
    sink_taint(upper())  # no flow
    joined = ", ".join
    sink_taint(joined(["a", src]))  # flow


routing(taint())
stars(taint())
forwarded(taint())
defaults(taint())
closures(taint())
late_binding(taint())
rebound_after(taint())
decorators(taint())
partials(taint())
higher(taint())
callbacks(taint())
recursion(taint())
dispatching(taint())
out_arguments(taint())
globals_(taint())
attributes_of_functions(taint())
walrus(taint())
function_table(taint())
bound_method(taint())
