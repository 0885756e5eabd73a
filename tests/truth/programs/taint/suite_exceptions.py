"""Exceptions: what they carry, what runs, what does not."""

import contextlib
import sys
import traceback

from recorder import choice, sink_taint, taint


class Own(Exception):
    def __init__(self, message, code="x"):
        super().__init__(message)
        self.message = message
        self.code = code


class Sub(Own):
    pass


def fail(v):
    raise ValueError(v)


def fail_own(v):
    raise Own(v, code="c")


def maybe(v):
    if choice():
        raise Own(v)
    return "fine"


def carried():
    try:
        fail(taint())
    except ValueError as e:
        sink_taint(e.args[0])  # flow
        sink_taint(str(e))  # flow
        sink_taint(f"{e}")  # flow
        sink_taint(repr(e))  # flow
    try:
        fail("x")
    except ValueError as e:
        sink_taint(str(e))  # no flow
    try:
        fail_own(taint())
    except Own as e:
        sink_taint(e.message)  # flow
        sink_taint(e.code)  # no flow
        sink_taint(e.args[0])  # flow
    try:
        raise Sub("x", code=taint())
    except Own as e:
        sink_taint(e.code)  # flow
        sink_taint(e.message)  # no flow
    try:
        fail(taint())
    except Exception:
        sink_taint(str(sys.exc_info()[1]))  # flow
        sink_taint(traceback.format_exc())  # flow


def which_handler():
    try:
        raise KeyError(taint())
    except ValueError as e:
        sink_taint(e.args[0])  # no flow DEAD
    except (IndexError, KeyError) as e:
        sink_taint(e.args[0])  # flow
    except Exception as e:
        sink_taint(e.args[0])  # no flow DEAD
    try:
        raise Sub(taint())
    except Own as e:
        sink_taint(e.message)  # flow
    except Sub as e:
        sink_taint(e.message)  # no flow DEAD
    try:
        try:
            raise Own(taint())
        except ValueError:
            sink_taint(taint())  # no flow DEAD
    except Own as e:
        sink_taint(e.message)  # flow


def control():
    a = "x"
    try:
        a = taint()
        raise ValueError
    except ValueError:
        sink_taint(a)  # flow
        a = "x"
    sink_taint(a)  # no flow
    try:
        raise ValueError
        a = taint()
    except ValueError:
        pass
    sink_taint(a)  # no flow
    try:
        pass
    except ValueError:
        a = taint()
    else:
        a = "else"
    sink_taint(a)  # no flow
    try:
        a = taint()
    finally:
        a = "x"
    sink_taint(a)  # no flow
    try:
        int("x")
        b = "x"
    except ValueError:
        b = taint()
    sink_taint(b)  # flow
    try:
        {}["k"]
        b = taint()
    except KeyError:
        b = "x"
    sink_taint(b)  # no flow
    try:
        [][1]
        b = taint()
    except IndexError:
        b = "x"
    sink_taint(b)  # no flow
    try:
        None.foo
        b = taint()
    except AttributeError:
        b = "x"
    sink_taint(b)  # no flow
    try:
        1 / 0
        b = taint()
    except ZeroDivisionError:
        b = "x"
    sink_taint(b)  # no flow


def from_finally():
    try:
        return taint()
    finally:
        return "x"


def with_finally(log):
    try:
        return "x"
    finally:
        log.append(taint())


def in_loop():
    found = []
    for v in ["1", "x", taint()]:
        try:
            if v == "x":
                raise ValueError(v)
            found.append(v)
        except ValueError:
            continue
        finally:
            last = v
    return found, last


def finals():
    sink_taint(from_finally())  # no flow
    log = []
    sink_taint(with_finally(log))  # no flow
    sink_taint(log[0])  # flow
    found, last = in_loop()
    sink_taint(found[0])  # no flow SPURIOUS
    sink_taint(found[1])  # flow
    sink_taint(last)  # flow


def chained():
    try:
        try:
            fail(taint())
        except ValueError as e:
            raise Own("x") from e
    except Own as e:
        sink_taint(e.message)  # no flow
        sink_taint(str(e.__cause__))  # flow
    try:
        try:
            fail(taint())
        except ValueError as e:
            raise Own(str(e)) from None
    except Own as e:
        sink_taint(e.message)  # flow
    try:
        try:
            fail(taint())
        except ValueError:
            raise
    except ValueError as e:
        sink_taint(e.args[0])  # flow
    try:
        try:
            fail("x")
        except ValueError:
            raise Own("y")
    except Own as e:
        sink_taint(str(e.__context__))  # no flow


def results():
    try:
        got = maybe(taint())
        sink_taint(got)  # no flow
    except Own as e:
        got = e.message
        sink_taint(got)  # flow
    sink_taint(got)  # flow
    with contextlib.suppress(ValueError):
        fail(taint())
        sink_taint(taint())  # no flow DEAD
    e = ValueError(taint())
    sink_taint(e.args[0])  # flow
    sink_taint(e)  # no flow
    errors = []
    for v in ["a", taint()]:
        try:
            fail(v)
        except ValueError as e:
            errors.append(e.args[0])
    sink_taint(errors[0])  # no flow
    sink_taint(errors[1])  # flow
    try:
        assert False, taint()
    except AssertionError as e:
        sink_taint(e.args[0])  # flow
    try:
        raise ExceptionGroup("g", [ValueError(taint()), KeyError("x")])
    except* ValueError as group:
        sink_taint(group.exceptions[0].args[0])  # flow
    except* KeyError as group:
        sink_taint(group.exceptions[0].args[0])  # no flow


def unreachable():
    fail("x")
    sink_taint(taint())  # no flow DEAD


def leaves():
    try:
        unreachable()
    except ValueError:
        pass
    try:
        sys.exit(1)
        sink_taint(taint())  # no flow DEAD
    except SystemExit:
        pass
    x = next(iter([]), "d")
    sink_taint(x)  # no flow


carried()
which_handler()
control()
finals()
chained()
results()
leaves()
