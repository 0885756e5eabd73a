"""Context managers of every making."""

import asyncio
import contextlib
import io

from recorder import sink_taint, taint


class Gives:
    def __init__(self, value):
        self.value = value
        self.closed = "no"

    def __enter__(self):
        return self.value

    def __exit__(self, *details):
        self.closed = self.value
        return False


def classes():
    manager = Gives(taint())
    with manager as value:
        sink_taint(value)  # flow
        sink_taint(manager.closed)  # no flow
    sink_taint(manager.closed)  # flow
    with Gives("x") as value:
        sink_taint(value)  # no flow


def several():
    with Gives("x") as a, Gives(taint()) as b:
        sink_taint(a)  # no flow
        sink_taint(b)  # flow
    with (
        Gives((taint(), "x")) as (c, d),
        Gives([c]) as e,
    ):
        sink_taint(c)  # flow
        sink_taint(d)  # no flow
        sink_taint(e)  # flow


@contextlib.contextmanager
def managed(value, log):
    log.append("in")
    try:
        yield value
    except KeyError as e:
        log.append(e.args[0])
    finally:
        log.append("out")


def generators():
    log = []
    with managed(taint(), log) as value:
        sink_taint(value)  # flow
    sink_taint(log)  # no flow
    with managed("x", log) as value:
        sink_taint(value)  # no flow
        raise KeyError(taint())
    sink_taint(log)  # flow


def as_decorator():
    @managed("x", [])
    def inner():
        return taint()

    sink_taint(inner())  # flow


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.error = error
        return True


def swallowed():
    with Swallows() as s:
        raise ValueError(taint())
    sink_taint(s.error.args[0])  # flow
    value = "x"
    with Swallows():
        raise ValueError
        value = taint()
    sink_taint(value)  # no flow


def suppressed():
    value = "x"
    with contextlib.suppress(ValueError):
        value = taint()
        raise ValueError
    sink_taint(value)  # flow
    value = "x"
    with contextlib.suppress(ValueError):
        raise ValueError
        value = taint()
    sink_taint(value)  # no flow


def stacks():
    with contextlib.ExitStack() as stack:
        a = stack.enter_context(Gives(taint()))
        b = stack.enter_context(Gives("x"))
        sink_taint(a)  # flow
        sink_taint(b)  # no flow
    log, quiet = [], []
    with contextlib.ExitStack() as stack:
        stack.callback(log.append, taint())
        stack.callback(quiet.append, "x")
        sink_taint(log)  # no flow
    sink_taint(log)  # flow
    sink_taint(quiet)  # no flow


def stacked_list():
    with contextlib.ExitStack() as stack:
        values = [stack.enter_context(Gives(v)) for v in ("x", taint())]
        sink_taint(values[0])  # no flow
        sink_taint(values[1])  # flow


def helpers():
    with contextlib.nullcontext(taint()) as n:
        sink_taint(n)  # flow
    with contextlib.nullcontext("x") as n:
        sink_taint(n)  # no flow
    with contextlib.closing(io.StringIO(taint())) as f:
        sink_taint(f.read())  # flow
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print(taint())
    sink_taint(out.getvalue())  # flow
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet):
        print("x")
    sink_taint(quiet.getvalue())  # no flow


class AsyncGives:
    def __init__(self, value):
        self.value = value

    async def __aenter__(self):
        return self.value

    async def __aexit__(self, *details):
        return None


@contextlib.asynccontextmanager
async def amanaged(value):
    yield value


async def asynchronous():
    async with AsyncGives(taint()) as a, AsyncGives("x") as b:
        sink_taint(a)  # flow
        sink_taint(b)  # no flow
    async with amanaged(taint()) as a:
        sink_taint(a)  # flow
    async with amanaged("x") as a:
        sink_taint(a)  # no flow
    async with contextlib.AsyncExitStack() as stack:
        a = await stack.enter_async_context(AsyncGives(taint()))
        b = await stack.enter_async_context(amanaged("x"))
        c = stack.enter_context(Gives(taint()))
        sink_taint(a)  # flow
        sink_taint(b)  # no flow
        sink_taint(c)  # flow


def order():
    log = ["x"]

    class Sets:
        def __init__(self, value):
            self.value = value

        def __enter__(self):
            return self

        def __exit__(self, *details):
            log[0] = self.value

    with Sets(taint()):
        with Sets("y"):
            pass
        sink_taint(log[0])  # no flow
    sink_taint(log[0])  # flow
    with Sets("z"), Sets(taint()):
        pass
    sink_taint(log[0])  # no flow


classes()
several()
generators()
as_decorator()
swallowed()
suppressed()
stacks()
stacked_list()
helpers()
asyncio.run(asynchronous())
order()
