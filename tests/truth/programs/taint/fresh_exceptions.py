"""Values that travel in exceptions, and the order of finally."""

from recorder import choice, sink_taint, taint


class Carries(Exception):
    def __init__(self, message, payload):
        super().__init__(message)
        self.payload = payload


def deep(n, payload):
    if n == 0:
        raise Carries("message", payload)
    deep(n - 1, payload)


def across():
    try:
        deep(3, taint())
    except Carries as e:
        sink_taint(e.payload)  # flow
        sink_taint(e.args[0])  # no flow
        sink_taint(str(e))  # no flow
    try:
        deep(3, "x")
    except Carries as e:
        sink_taint(e.payload)  # no flow


def texts():
    try:
        raise ValueError("bad: " + taint())
    except ValueError as e:
        sink_taint(str(e))  # flow
        sink_taint(repr(e))  # flow
        sink_taint(f"{e}")  # flow
        sink_taint(type(e).__name__)  # no flow


def chained():
    try:
        try:
            raise KeyError(taint())
        except KeyError as inner:
            raise ValueError("x") from inner
    except ValueError as e:
        sink_taint(e.args)  # no flow
        sink_taint(e.__cause__.args)  # flow


def context():
    try:
        try:
            raise KeyError(taint())
        except KeyError:
            raise ValueError("x")
    except ValueError as e:
        sink_taint(e.__context__.args[0])  # flow


def which():
    try:
        raise KeyError(taint())
    except ValueError as e:
        sink_taint(e.args)  # no flow DEAD
    except (IndexError, LookupError) as e:
        sink_taint(e.args)  # flow
    except Exception as e:
        sink_taint(e.args)  # no flow DEAD


def groups():
    try:
        raise ExceptionGroup("g", [ValueError(taint()), TypeError("x")])
    except* ValueError as g:
        sink_taint(g.exceptions[0].args[0])  # flow
    except* TypeError as g:
        sink_taint(g.exceptions[0].args[0])  # no flow


def group_single():
    try:
        raise TypeError(taint())
    except* TypeError as g:
        sink_taint(g.exceptions[0].args)  # flow


def overrides():
    try:
        return taint()
    finally:
        return "x"


def keeps():
    try:
        return taint()
    finally:
        str("x")


def late():
    value = ["x"]
    try:
        return value
    finally:
        value[0] = taint()


def rebinds():
    value = "x"
    try:
        return value
    finally:
        value = taint()


def finals():
    sink_taint(overrides())  # no flow
    sink_taint(keeps())  # flow
    sink_taint(late())  # flow
    sink_taint(rebinds())  # no flow


def elses():
    try:
        value = "x"
    except ValueError:
        value = taint()
    else:
        value += "y"
    sink_taint(value)  # no flow
    try:
        int("1")
    except ValueError:
        pass
    else:
        value = taint()
    finally:
        sink_taint(value)  # flow


def before_the_raise():
    value = "x"
    try:
        if choice():
            raise ValueError
        value = taint()
    except ValueError:
        sink_taint(value)  # no flow
    sink_taint(value)  # flow


def after_the_raise():
    value = taint()
    try:
        value = "x"
        raise ValueError
    except ValueError:
        sink_taint(value)  # no flow


def may_raise(n):
    if n > 1:
        raise ValueError("big")
    return n


def implicit():
    value = taint()
    try:
        may_raise(5)
        sink_taint(value)  # no flow DEAD
    except ValueError:
        value = "x"
    sink_taint(value)  # no flow


def key_errors():
    table = {}
    try:
        table[taint()]
    except KeyError as e:
        sink_taint(e.args[0])  # flow
    try:
        value = [taint()][1]
        sink_taint(value)  # no flow DEAD
    except IndexError as e:
        sink_taint(e.args[0])  # no flow


def nested_finally():
    log = []
    try:
        try:
            raise ValueError(taint())
        finally:
            log.append("x")
            sink_taint(log)  # no flow
    except ValueError as e:
        log.extend(e.args)
    sink_taint(log)  # flow


def in_loops():
    kept = []
    for item in ["1", taint(), "2"]:
        try:
            if item == "2":
                raise ValueError(item)
        except ValueError as e:
            kept.append(e.args[0])
            break
        finally:
            if item == "2":
                kept.append("x")
    sink_taint(kept)  # no flow


def added_notes():
    try:
        e = ValueError("x")
        e.add_note(taint())
        raise e
    except ValueError as caught:
        sink_taint(caught.__notes__)  # flow
        sink_taint(caught.args)  # no flow


def reraised():
    try:
        try:
            raise Carries("m", taint())
        except Carries as e:
            e.payload = "x"
            raise
    except Carries as e:
        sink_taint(e.payload)  # no flow


def with_traceback():
    error = ValueError("x", taint())
    try:
        raise error.with_traceback(None)
    except ValueError as e:
        sink_taint(e.args[1])  # flow
        sink_taint(e.args[0])  # no flow


def asserts():
    try:
        assert "" == "y", taint()
    except AssertionError as e:
        sink_taint(e.args[0])  # flow


for run in (
    across, texts, chained, context, which, groups, group_single, finals, elses, before_the_raise,
    after_the_raise, implicit, key_errors, nested_finally, in_loops, added_notes, reraised,
    with_traceback, asserts,
):  # fmt: skip
    run()
