"""Corners of the language that people do use."""

import contextlib
import itertools
import types
import weakref

from recorder import choice, sink, source


def default_evaluated_once():
    value = "clean"

    def f(x=value):
        return x

    value = source()
    sink(f())  # no flow

    def g(x=value):
        return x

    value = "clean"
    sink(g())  # flow


def shared_default():
    def f(key, kept={}):
        kept.setdefault(key, len(kept))
        return kept

    f("a")["x"] = source()
    sink(f("b")["x"])  # flow
    sink(f("b")["a"])  # no flow


def function_attributes():
    def f():
        return f.value

    f.value = "clean"
    sink(f())  # no flow
    f.value = source()
    sink(f())  # flow


def bound_methods_differ():
    class A:
        def __init__(self, value):
            self.value = value

        def get(self):
            return self.value

    getters = [A("x").get, A(source()).get]
    sink(getters[0]())  # no flow
    sink(getters[1]())  # flow
    by_name = {"get": A.get}
    sink(by_name["get"](A(source())))  # flow
    attached = types.MethodType(lambda self: self.value, A(source()))
    sink(attached())  # flow


def class_body_order():
    class A:
        first = source()
        second = first
        first = "clean"
        third = [first, second]

    sink(A.first)  # no flow
    sink(A.second)  # flow
    sink(A.third[0])  # no flow
    sink(A.third[1])  # flow


def conditional_definitions():
    if choice():

        def f():
            return source()

    else:

        def f():
            return "clean"

    sink(f())  # flow
    if True:

        def g():
            return "clean"

    else:

        def g():
            return source()

    sink(g())  # no flow


def redefined():
    def f():
        return source()

    before = f

    def f():
        return "clean"

    sink(f())  # no flow
    sink(before())  # flow


def exit_stack():
    with contextlib.ExitStack() as stack:
        value = stack.enter_context(contextlib.nullcontext(source()))
        sink(value)  # flow
        box = []
        stack.callback(box.append, source())
    sink(box[0])  # flow


def groups():
    rows = [("a", source()), ("a", "x"), ("b", "y")]
    for key, group in itertools.groupby(rows, key=lambda row: row[0]):
        sink(key)  # no flow
        for _, value in group:
            sink(value)  # flow
    for a, b in itertools.zip_longest(["x"], ["y", "z"], fillvalue=source()):
        sink(a)  # flow
    for a, b in itertools.zip_longest(["x"], ["y", source()]):
        sink(a)  # no flow
        sink(b)  # flow
    for total in itertools.accumulate([source(), "b"], lambda a, b: b):
        sink(total)  # flow
    one, two = itertools.tee([source()])
    sink(next(two))  # flow


def weak():
    class A:
        pass

    a = A()
    a.value = source()
    ref = weakref.ref(a)
    sink(ref().value)  # flow


def generator_control():
    def g():
        try:
            yield "a"
        except ValueError as error:
            yield error.args[0]
        finally:
            pass

    made = g()
    sink(next(made))  # no flow
    sink(made.throw(ValueError(source())))  # flow


def star_assignment_of_generators():
    a, *b = (x for x in ["a", source(), "c"])
    sink(a)  # no flow
    sink(b[0])  # flow
    sink(b[1])  # no flow


def nested_functions_share():
    def outer():
        value = "clean"

        def first():
            nonlocal value
            value = source()

        def second():
            return value

        return first, second

    first, second = outer()
    sink(second())  # no flow
    first()
    sink(second())  # flow
    _, other = outer()
    sink(other())  # no flow


def attribute_of_result():
    class A:
        pass

    def make():
        return A()

    make().value = source()
    made = make()
    made.value = "clean"
    sink(made.value)  # no flow


def same_name_everywhere():
    def value(value):
        return value

    class Value:
        value = "clean"

        def get(self, value):
            self.value = value
            return self.value

    sink(value(source()))  # flow
    sink(Value().value)  # no flow
    sink(Value().get(source()))  # flow
    sink(Value.value)  # no flow


def comparison_chain_keeps_values():
    a, b = source(), "b"
    low, high = (a, b) if choice() else (b, a)
    sink(low)  # flow
    low, high = (b, b) if choice() else (b, a)
    sink(low)  # no flow
    sink(high)  # flow


def delete_attribute():
    class A:
        value = "class"

    a = A()
    a.value = source()
    sink(a.value)  # flow
    del a.value
    sink(a.value)  # no flow


def global_in_loop():
    results = []
    for n in range(3):
        results.append(("n", source() if n == 1 else "clean"))
    sink(results[0][1])  # no flow
    sink(results[1][1])  # flow
    sink(results[2][0])  # no flow


def unpack_in_arguments():
    def f(a, b=None, *c, d=None, **e):
        return [a, b, c, d, e]

    made = f(*["a"], *["b", source()], **{"d": "d"}, **{"x": source()})
    sink(made[0])  # no flow
    sink(made[1])  # no flow
    sink(made[2][0])  # flow
    sink(made[3])  # no flow
    sink(made[4]["x"])  # flow


def chained_attributes():
    class A:
        def __init__(self):
            self.b = None
            self.value = "clean"

    a = A()
    a.b = A()
    a.b.b = A()
    a.b.b.value = source()
    sink(a.b.b.value)  # flow
    sink(a.b.value)  # no flow
    a.b.b = A()
    sink(a.b.b.value)  # no flow


def try_in_loop():
    kept = "clean"
    for item in ["1", "x", "2"]:
        try:
            int(item)
        except ValueError:
            kept = source()
        else:
            sink(item)  # no flow
    sink(kept)  # flow


def returns_self():
    class A:
        value = "clean"

        def __enter__(self):
            self.value = source()
            return self

        def __exit__(self, *error):
            self.value = "closed"

    with A() as a:
        sink(a.value)  # flow
    sink(a.value)  # no flow


def boolean_selects():
    table = {True: source(), False: "clean"}
    sink(table[1 > 0])  # flow
    sink(table[1 < 0])  # no flow
    sink(("clean", source())[1 == 1])  # flow
    sink(("clean", source())[1 == 2])  # no flow


default_evaluated_once()
shared_default()
function_attributes()
bound_methods_differ()
class_body_order()
conditional_definitions()
redefined()
exit_stack()
groups()
weak()
generator_control()
star_assignment_of_generators()
nested_functions_share()
attribute_of_result()
same_name_everywhere()
comparison_chain_keeps_values()
delete_attribute()
global_in_loop()
unpack_in_arguments()
chained_attributes()
try_in_loop()
returns_self()
boolean_selects()
