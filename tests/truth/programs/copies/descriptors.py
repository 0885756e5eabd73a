"""Descriptors, cached properties, metaclasses, class decorators."""

from functools import cached_property

from recorder import sink, source


class Field:
    def __init__(self, name):
        self.name = name

    def __get__(self, instance, owner):
        if instance is None:
            return "class side"
        return instance.__dict__[self.name]

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value


class Named:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return getattr(instance, self.name)

    def __set__(self, instance, value):
        setattr(instance, self.name, value)


class Constant:
    def __get__(self, instance, owner):
        return source()


class Filter:
    def __set__(self, instance, value):
        instance.kept = "filtered"

    def __get__(self, instance, owner):
        return instance.kept


class Record:
    a = Field("a")
    b = Field("b")
    c = Named()
    constant = Constant()
    filtered = Filter()

    def __init__(self, a, b):
        self.a = a
        self.b = b

    @cached_property
    def cached(self):
        return self.a, self.b


def descriptors():
    r = Record(source(), "clean")
    sink(r.a)  # flow
    sink(r.b)  # no flow
    sink(Record.a)  # no flow
    r.a = "clean"
    sink(r.a)  # no flow
    r.c = source()
    sink(r.c)  # flow
    sink(r._c)  # flow
    sink(r.constant)  # flow
    sink(Record.constant)  # flow
    r.filtered = source()
    sink(r.filtered)  # no flow


def cached():
    r = Record(source(), "clean")
    sink(r.cached[0])  # flow
    sink(r.cached[1])  # no flow


class Meta(type):
    def make(cls):
        return cls.tag

    @property
    def shown(cls):
        return source()

    def __call__(cls, *args):
        made = super().__call__(*args)
        made.extra = source()
        return made


class Made(metaclass=Meta):
    tag = "clean"

    def __init__(self, value="x"):
        self.value = value


def metaclasses():
    sink(Made.make())  # no flow
    sink(Made.shown)  # flow
    sink(Made().extra)  # flow
    sink(Made().value)  # no flow
    sink(Made(source()).value)  # flow


def tagged(cls):
    cls.tag = source()
    return cls


def untouched(cls):
    return cls


def replaced(cls):
    class Other:
        value = "other"

    return Other


@tagged
class WithTag:
    tag = "clean"


@untouched
class Untouched:
    tag = "clean"


@replaced
class Replaced:
    value = source()


def class_decorators():
    sink(WithTag.tag)  # flow
    sink(WithTag().tag)  # flow
    sink(Untouched().tag)  # no flow
    sink(Replaced.value)  # no flow


def class_made_by_call():
    made = type("Made", (), {"a": source(), "b": "clean"})
    sink(made.a)  # flow
    sink(made().b)  # no flow


def by_property_call():
    class Holder:
        def __init__(self):
            self.held = "clean"

        def read(self):
            return self.held

        def write(self, value):
            self.held = value

        value = property(read, write)

    h = Holder()
    h.value = source()
    sink(h.value)  # flow
    h.value = "x"
    sink(h.held)  # no flow


descriptors()
cached()
metaclasses()
class_decorators()
class_made_by_call()
by_property_call()
