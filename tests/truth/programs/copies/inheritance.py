"""Which method runs: overriding, super, MRO, abstract bases, mixins, isinstance."""

from abc import ABC, abstractmethod

from recorder import choice, sink, source


class Base:
    def __init__(self, value):
        self.value = value

    def get(self):
        return self.value

    def make(self):
        return self.create()

    def create(self):
        return "base"

    def receive(self, value):
        sink(value)  # no flow


class Child(Base):
    def create(self):
        return source()

    def receive(self, value):
        sink(value)  # flow


class Quiet(Base):
    def get(self):
        return "quiet"


class Extended(Base):
    def __init__(self, value, extra):
        super().__init__(value)
        self.extra = extra

    def get(self):
        return super().get(), self.extra


class Old(Base):
    def __init__(self, value):
        Base.__init__(self, value)

    def get(self):
        return Base.get(self)


def overriding():
    sink(Base("x").make())  # no flow
    sink(Child("x").make())  # flow
    sink(Child(source()).get())  # flow
    sink(Quiet(source()).get())  # no flow
    sink(Quiet(source()).value)  # flow
    Child("x").receive(source())
    Base("x").receive("clean")


def supers():
    e = Extended(source(), "clean")
    sink(e.get()[0])  # flow
    sink(e.get()[1])  # no flow
    f = Extended("clean", source())
    sink(f.get()[0])  # no flow
    sink(f.get()[1])  # flow
    sink(Old(source()).get())  # flow


class Left(Base):
    def create(self):
        return "left"


class Right(Base):
    def create(self):
        return source()


class LeftFirst(Left, Right):
    pass


class RightFirst(Right, Left):
    pass


class Diamond(Left, Right):
    def create(self):
        return super().create()


class CooperativeA(Base):
    def collect(self):
        return ["a"]


class CooperativeB(CooperativeA):
    def collect(self):
        return [*super().collect(), "b"]


class CooperativeC(CooperativeA):
    def collect(self):
        return [*super().collect(), source()]


class CooperativeD(CooperativeB, CooperativeC):
    def collect(self):
        return super().collect()


def orders():
    sink(LeftFirst("x").make())  # no flow
    sink(RightFirst("x").make())  # flow
    sink(Diamond("x").make())  # no flow
    collected = CooperativeD("x").collect()
    sink(collected[0])  # no flow
    sink(collected[1])  # flow
    sink(collected[2])  # no flow


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    def report(self):
        return self.area()


class Square(Shape):
    def area(self):
        return source()


class Circle(Shape):
    def area(self):
        return "clean"


def dispatch():
    sink(Square().report())  # flow
    sink(Circle().report())  # no flow
    shapes = [Circle(), Square()]
    sink(shapes[0].report())  # no flow
    sink(shapes[1].report())  # flow
    for shape in shapes:
        sink(shape.area())  # flow
    some = Square() if choice() else Circle()
    sink(some.area())  # flow


class Mixin:
    def twice(self):
        return self.get(), self.get()


class Mixed(Mixin, Base):
    pass


def mixins():
    sink(Mixed(source()).twice()[1])  # flow
    sink(Mixed("x").twice()[1])  # no flow


class Maker:
    kind = "plain"

    @classmethod
    def make(cls):
        return cls.kind

    def __new__(cls, *args):
        self = super().__new__(cls)
        self.hidden = source()
        return self


class SpecialMaker(Maker):
    kind = source()


def class_side():
    sink(Maker.make())  # no flow
    sink(SpecialMaker.make())  # flow
    sink(Maker().hidden)  # flow
    sink(Maker().kind)  # no flow
    sink(SpecialMaker().kind)  # flow


def type_tests():
    def pick(value):
        if isinstance(value, Square):
            return source()
        return "clean"

    sink(pick(Square()))  # flow
    sink(pick(Circle()))  # no flow
    x = source() if isinstance(Circle(), Shape) else "clean"
    sink(x)  # flow


class Registry:
    known = {}

    def __init_subclass__(cls, **options):
        Registry.known[cls.__name__] = options["tag"]


class First(Registry, tag=source()):
    pass


class Second(Registry, tag="clean"):
    pass


def registered():
    sink(Registry.known["First"])  # flow
    sink(Registry.known["Second"])  # no flow


class Template:
    def run(self):
        self.before()
        sink(self.state)  # flow
        return self.after()

    def before(self):
        self.state = "clean"

    def after(self):
        return self.state


class Filled(Template):
    def before(self):
        self.state = source()

    def after(self):
        return "done"


def templates():
    sink(Filled().run())  # no flow
    sink(Template().run())  # no flow


def replaced_method():
    b = Base("x")
    b.get = lambda: source()
    sink(b.get())  # flow
    sink(Base("x").get())  # no flow

    class Patched(Base):
        pass

    Patched.get = lambda self: source()
    sink(Patched("x").get())  # flow


overriding()
supers()
orders()
dispatch()
mixins()
class_side()
type_tests()
registered()
templates()
replaced_method()
