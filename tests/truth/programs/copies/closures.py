"""Closures, nonlocal, module globals, lambdas, scopes."""

from recorder import sink, source

level = "clean"
secret = source()
table = {"key": "clean"}


def reads_global():
    sink(secret)  # flow
    sink(level)  # no flow


def shadows():
    secret = "local"
    sink(secret)  # no flow


def writes_global():
    global level
    level = source()


def clears_global():
    global level
    level = "clean"


def sees_level_marked():
    sink(level)  # flow


def sees_level_clean():
    sink(level)  # no flow


def writes_table():
    table["key"] = source()


def captured():
    x = source()
    y = "clean"

    def inner():
        sink(x)  # flow
        sink(y)  # no flow

    inner()


def late_binding():
    x = "clean"

    def read():
        return x

    sink(read())  # no flow
    x = source()
    sink(read())  # flow
    x = "clean"
    sink(read())  # no flow


def counter():
    held = "clean"

    def put(value):
        nonlocal held
        held = value

    def get():
        return held

    return put, get


def make_adder(a):
    def second(b):
        return lambda c: (a, b, c)

    return second


def nonlocal_flow():
    x = "clean"

    def change():
        nonlocal x
        x = source()

    sink(x)  # no flow
    change()
    sink(x)  # flow


def local_only():
    x = "clean"

    def change():
        x = source()
        return x

    change()
    sink(x)  # no flow


def two_closures():
    put, get = counter()
    put2, get2 = counter()
    put(source())
    sink(get())  # flow
    sink(get2())  # no flow
    put2("other")
    sink(get2())  # no flow
    put("clean")
    sink(get())  # no flow


def lambdas():
    keep = lambda x: x
    drop = lambda x: "clean"
    sink(keep(source()))  # flow
    sink(drop(source()))  # no flow
    sink((lambda: source())())  # flow
    sink((lambda a, b=source(): b)("x"))  # flow
    sink((lambda a, b=source(): a)("x"))  # no flow
    sink((lambda *a: a[1])("x", source()))  # flow
    sink((lambda **k: k["a"])(a="clean", b=source()))  # no flow


def early_bound():
    made = []
    for item in ("a", source()):
        made.append(lambda item=item: item)
    sink(made[0]())  # no flow
    sink(made[1]())  # flow


def late_bound():
    made = []
    for item in (source(), "z"):
        made.append(lambda: item)
    sink(made[0]())  # no flow


def mutable_capture():
    box = []

    def fill(value):
        box.append(value)

    fill("a")
    fill(source())
    sink(box[0])  # no flow
    sink(box[1])  # flow


def partial_by_hand():
    def bind(function, value):
        def bound(*more):
            return function(value, *more)

        return bound

    first = bind(lambda a, b: a, source())
    second = bind(lambda a, b: b, source())
    sink(first("x"))  # flow
    sink(second("x"))  # no flow


def comprehension_scope():
    x = "clean"
    made = [x for x in [source()]]
    sink(x)  # no flow
    sink(made[0])  # flow


class Holder:
    value = source()
    other = "clean"

    def read(self):
        return self.value, self.other


def class_scope():
    value = "function"

    class Local:
        value = source()

        def read(self):
            return value

    sink(Local().read())  # no flow
    sink(Local.value)  # flow


reads_global()
shadows()
sees_level_clean()
writes_global()
sees_level_marked()
sink(level)  # flow
clears_global()
sink(level)  # no flow
sink(table["key"])  # no flow
writes_table()
sink(table["key"])  # flow
captured()
late_binding()
nonlocal_flow()
local_only()
two_closures()
sink(make_adder("a")(source())("c")[1])  # flow
sink(make_adder("a")(source())("c")[0])  # no flow
sink(make_adder(source())("b")("c")[0])  # flow
lambdas()
early_bound()
late_bound()
mutable_capture()
partial_by_hand()
comprehension_scope()
sink(Holder().read()[0])  # flow
sink(Holder().read()[1])  # no flow
class_scope()
