"""Exceptions: values they carry, what runs and what does not, finally, with."""

import contextlib

from recorder import choice, sink, source


class Carrying(Exception):
    def __init__(self, value, other):
        super().__init__(value)
        self.value = value
        self.other = other


class Derived(Carrying):
    pass


def carried():
    try:
        raise Carrying(source(), "clean")
    except Carrying as error:
        sink(error.value)  # flow
        sink(error.other)  # no flow
        sink(error.args[0])  # flow


def plain_args():
    try:
        raise ValueError("text", source())
    except ValueError as error:
        sink(error.args[0])  # no flow
        sink(error.args[1])  # flow
    try:
        raise ValueError("text")
    except ValueError as error:
        sink(error.args[0])  # no flow


def thrower(value):
    raise Carrying(value, "clean")


def across_calls():
    try:
        thrower(source())
    except Carrying as error:
        sink(error.value)  # flow
        sink(error.other)  # no flow
    try:
        thrower("x")
    except Exception as error:
        sink(error.value)  # no flow


def which_handler():
    try:
        raise Derived(source(), "clean")
    except KeyError:
        sink(source())  # no flow DEAD
    except Carrying as error:
        sink(error.value)  # flow
    except Exception:
        sink(source())  # no flow DEAD


def not_reached():
    a = source()
    try:
        raise ValueError
        sink(a)  # no flow DEAD
    except ValueError:
        a = "clean"
    sink(a)  # no flow


def not_raised():
    a = "clean"
    try:
        b = "fine"
    except ValueError:
        a = source()
    else:
        sink(b)  # no flow
    sink(a)  # no flow


def may_raise():
    if choice():
        raise KeyError("k")
    return "clean"


def partly():
    a = "clean"
    try:
        a = source()
        may_raise()
        a = "clean"
    except KeyError:
        sink(a)  # flow
    sink(a)  # flow


def finally_runs():
    a = "clean"
    try:
        a = "try"
    finally:
        a = source()
    sink(a)  # flow
    b = source()
    try:
        may_raise()
    except KeyError:
        pass
    finally:
        b = "clean"
    sink(b)  # no flow


def returned_in_finally():
    def inner():
        try:
            return source()
        finally:
            sink("left")  # no flow

    def overriding():
        try:
            return source()
        finally:
            return "clean"

    sink(inner())  # flow
    sink(overriding())  # no flow


def raised_guard(value):
    if value is not None:
        raise ValueError("refused")
    sink(value)  # no flow


def asserted():
    a = source()
    try:
        assert a is None
        sink(a)  # no flow DEAD
    except AssertionError:
        sink(a)  # flow
    try:
        assert False, source()
    except AssertionError as error:
        sink(error.args[0])  # flow


def chained():
    try:
        try:
            raise ValueError(source())
        except ValueError as inner:
            raise KeyError("outer") from inner
    except KeyError as error:
        sink(error.args[0])  # no flow
        sink(error.__cause__.args[0])  # flow


def raised_again():
    try:
        try:
            raise ValueError(source())
        except ValueError:
            raise
    except ValueError as error:
        sink(error.args[0])  # flow


def stop_value():
    def made():
        yield "a"
        return source()

    g = made()
    next(g)
    try:
        next(g)
    except StopIteration as stop:
        sink(stop.value)  # flow


class Manager:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            sink(error.args[0])  # flow
        return True


class Opened:
    def __enter__(self):
        return "entered"

    def __exit__(self, *error):
        return None


@contextlib.contextmanager
def managed(value):
    yield value
    sink(value)  # flow


@contextlib.contextmanager
def catching(kept):
    try:
        yield
    except ValueError as error:
        kept.append(error.args[0])


def contexts():
    with Manager(source()) as m:
        sink(m.value)  # flow
    with Manager("x") as m:
        sink(m.value)  # no flow
        raise ValueError(source())
    with Opened() as o:
        sink(o)  # no flow
    with managed(source()) as value:
        sink(value)  # flow
    with managed("x") as value:
        sink(value)  # no flow
    kept = []
    with catching(kept):
        raise ValueError(source())
    sink(kept[0])  # flow
    with contextlib.suppress(ValueError):
        raise ValueError
        sink(source())  # no flow DEAD
    with contextlib.nullcontext(source()) as value:
        sink(value)  # flow
    with Manager("a") as a, Manager(source()) as b:
        sink(a.value)  # no flow
        sink(b.value)  # flow


def exit_only():
    class Restoring:
        def __init__(self, box):
            self.box = box

        def __enter__(self):
            self.box["a"] = source()

        def __exit__(self, *error):
            self.box["a"] = "restored"

    box = {"a": "clean"}
    with Restoring(box):
        sink(box["a"])  # flow
    sink(box["a"])  # no flow


def loop_of_tries():
    result = "clean"
    for _ in range(3):
        try:
            may_raise()
        except KeyError:
            result = source()
            continue
    sink(result)  # flow


carried()
plain_args()
across_calls()
which_handler()
not_reached()
not_raised()
partly()
finally_runs()
returned_in_finally()
with contextlib.suppress(ValueError):
    raised_guard(source())
raised_guard(None)
asserted()
chained()
raised_again()
stop_value()
contexts()
exit_only()
loop_of_tries()


def nothing_done():
    a = source()
    try:
        a = int("x")
    except ValueError as error:
        pass
    sink(a)  # flow


nothing_done()
