"""Decorators: wrapping, returning something else, with arguments, stacked, on methods."""

import functools

from recorder import sink, source


def transparent(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args):
        return [function(*args)]

    return wrapper


def washing(function):
    def wrapper(*args):
        function(*args)
        return "washed"

    return wrapper


def marking(function):
    return lambda *args: source()


def another(function):
    return replacement


def replacement(x):
    return "another"


def same(function):
    function.seen = True
    return function


def giving(value):
    def decorate(function):
        def wrapper(*args):
            return function(value, *args)

        return wrapper

    return decorate


class Counting:
    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*args)


@transparent
def one(x):
    return x


@wrapping
def two(x):
    return x


@washing
def three(x):
    return x


@marking
def four(x):
    return x


@another
def five(x):
    return x


@same
def six(x):
    return x


@giving(source())
def seven(given, x):
    return given, x


@giving("clean")
def eight(given, x):
    return given, x


@Counting
def nine(x):
    return x


@washing
@transparent
def ten(x):
    return x


@transparent
@wrapping
def eleven(x):
    return x, "clean"


@functools.lru_cache(maxsize=None)
def twelve(x):
    return x


@functools.cache
def thirteen(x):
    return "clean"


def functions():
    sink(one(source()))  # flow
    sink(one("x"))  # no flow
    sink(two(source())[0])  # flow
    sink(two("x")[0])  # no flow
    sink(three(source()))  # no flow
    sink(four("x"))  # flow
    sink(five(source()))  # no flow
    sink(six(source()))  # flow
    sink(six("x"))  # no flow
    sink(seven("x")[0])  # flow
    sink(seven("x")[1])  # no flow
    sink(eight(source())[1])  # flow
    sink(eight(source())[0])  # no flow
    sink(nine(source()))  # flow
    sink(nine("x"))  # no flow
    sink(ten(source()))  # no flow
    sink(eleven(source())[0][0])  # flow
    sink(eleven(source())[0][1])  # no flow
    sink(twelve(source()))  # flow
    sink(twelve("x"))  # no flow
    sink(thirteen(source()))  # no flow


def logged(method):
    def wrapper(self, *args):
        self.log = args[0]
        return method(self, *args)

    return wrapper


class Device:
    log = "clean"
    value = "clean"

    @logged
    def write(self, value):
        self.value = "kept"
        return self.value

    @transparent
    def read(self):
        return self.value

    @classmethod
    @transparent
    def make(cls, value):
        made = cls()
        made.value = value
        return made


def methods():
    d = Device()
    sink(d.log)  # no flow
    sink(d.write(source()))  # no flow
    sink(d.log)  # flow
    sink(d.read())  # no flow
    sink(Device.make(source()).read())  # flow
    sink(Device.make("x").read())  # no flow


handlers = {}


def register(name):
    def decorate(function):
        handlers[name] = function
        return function

    return decorate


@register("keep")
def keep(x):
    return x


@register("drop")
def drop(x):
    return "dropped"


def registered():
    sink(handlers["keep"](source()))  # flow
    sink(handlers["drop"](source()))  # no flow
    sink(keep("x"))  # no flow


def by_hand():
    def inner(x):
        return x

    sink(transparent(inner)(source()))  # flow
    sink(washing(inner)(source()))  # no flow
    inner = washing(inner)
    sink(inner(source()))  # no flow


functions()
methods()
registered()
by_hand()
