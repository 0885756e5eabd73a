"""Values through calls: context, recursion, results of every shape, side effects."""

from recorder import choice, sink, source


def identity(x):
    return x


def constant(x):
    return "constant"


def wrap(x):
    return [x, "clean"]


def pass_on(x):
    sink(x)  # flow


def clean_only(x):
    sink(x)  # no flow


def in_context():
    sink(identity(source()))  # flow
    sink(identity("clean"))  # no flow
    a = identity(source())
    b = identity("b")
    sink(a)  # flow
    sink(b)  # no flow
    sink(identity(identity(identity(source()))))  # flow
    sink(constant(source()))  # no flow


def shapes():
    sink(wrap(source())[0])  # flow
    sink(wrap(source())[1])  # no flow
    sink(wrap("a")[0])  # no flow
    box = {"inner": wrap(source())}
    sink(box["inner"][0])  # flow
    sink(box["inner"][1])  # no flow


def fills(target, value):
    target["filled"] = value


def appends(target, value):
    target.append(value)


def empties(target):
    target.clear()


def rebinds(target):
    target = source()
    return target


def side_effects():
    d = {}
    fills(d, source())
    sink(d["filled"])  # flow
    fills(d, "clean")
    sink(d["filled"])  # no flow
    items = ["a"]
    appends(items, source())
    sink(items[1])  # flow
    sink(items[0])  # no flow
    empties(items)
    appends(items, "b")
    sink(items[0])  # no flow
    plain = "clean"
    rebinds(plain)
    sink(plain)  # no flow


def countdown(n, x):
    if n == 0:
        return x
    return countdown(n - 1, x)


def even(n, x):
    return x if n == 0 else odd(n - 1, x)


def odd(n, x):
    return "odd" if n == 0 else even(n - 1, x)


def exchange(n, a, b):
    if n <= 0:
        return a
    return exchange(n - 1, b, a)


def build(n, x):
    if n == 0:
        return []
    return [*build(n - 1, x), x]


def recursion():
    sink(countdown(3, source()))  # flow
    sink(countdown(3, "clean"))  # no flow
    sink(even(4, source()))  # flow
    sink(even(4, "clean"))  # no flow
    sink(exchange(1, "a", source()))  # flow
    sink(exchange(1, "a", "b"))  # no flow
    sink(build(2, source())[0])  # flow
    sink(build(2, "clean")[1])  # no flow


def walk(tree):
    left, value, right = tree
    if left:
        walk(left)
    sink(value)  # flow
    if right:
        walk(right)


def maybe(x):
    if choice():
        return x
    return None


def by_flag(flag, x):
    if flag:
        return x
    return "clean"


def guarded():
    sink(maybe(source()))  # flow
    sink(maybe("clean"))  # no flow
    sink(by_flag(True, source()))  # flow
    sink(by_flag(False, source()))  # no flow
    sink(by_flag(True, "x"))  # no flow


def both(a, b):
    return b, a


def results():
    first, second = both(source(), "clean")
    sink(first)  # no flow
    sink(second)  # flow
    a, b = both(*both(source(), "clean"))
    sink(a)  # flow
    sink(b)  # no flow


def local_functions():
    def inner(x):
        return x

    def outer(x):
        return inner(x)

    sink(outer(source()))  # flow
    sink(outer("clean"))  # no flow


def nothing():
    pass


def chained():
    class Chain:
        def __init__(self, value):
            self.value = value

        def keep(self):
            return self

        def replace(self, value):
            return Chain(value)

    sink(Chain(source()).keep().keep().value)  # flow
    sink(Chain(source()).keep().replace("clean").value)  # no flow
    sink(Chain("clean").replace(source()).keep().value)  # flow


def by_string():
    table = {"keep": identity, "drop": constant}
    sink(table["keep"](source()))  # flow
    sink(table["drop"](source()))  # no flow
    sink(globals()["identity"](source()))  # flow


in_context()
pass_on(source())
pass_on("clean")
clean_only(constant(source()))
clean_only("b")
shapes()
side_effects()
recursion()
walk((None, "a", (None, source(), None)))
guarded()
results()
local_functions()
sink(nothing())  # no flow
chained()
by_string()
