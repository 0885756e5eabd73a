"""Names made at run time: getattr, globals, locals, eval and exec of constants, modules."""

import base64
import copy
import html
import importlib
import io
import pickle
import sys
from string import Template

from recorder import sink_taint, taint


def keep(x):
    return x


def drop(x):
    return "x"


class Actions:
    def run_keep(self, x):
        return x

    def run_drop(self, x):
        return "x"


def by_name():
    a = taint()
    sink_taint(getattr(Actions(), "run_keep")(a))  # flow
    sink_taint(getattr(Actions(), "run_drop")(a))  # no flow
    kind = "keep"
    sink_taint(getattr(Actions(), "run_" + kind)(a))  # flow
    sink_taint(getattr(Actions(), f"run_{'drop'}")(a))  # no flow
    sink_taint(globals()["keep"](a))  # flow
    sink_taint(globals()["drop"](a))  # no flow
    sink_taint(Actions.__dict__["run_keep"](None, a))  # flow
    sink_taint(sys.modules[__name__].keep(a))  # flow
    sink_taint(hasattr(a, "x"))  # no flow


def evaluated():
    a = taint()
    sink_taint(eval("a"))  # flow
    sink_taint(eval("'x'"))  # no flow
    sink_taint(eval("keep(a)"))  # flow
    sink_taint(eval("drop(a)"))  # no flow
    sink_taint(eval("b", {"b": a}))  # flow
    space = {}
    exec("c = 1", space)
    sink_taint(space["c"])  # no flow


def copied():
    a = taint()
    sink_taint(copy.copy([a]))  # flow
    sink_taint(copy.deepcopy({"k": [a]})["k"][0])  # flow
    sink_taint(copy.deepcopy({"k": ["x"], "o": a})["k"])  # no flow
    sink_taint(pickle.loads(pickle.dumps(a)))  # flow
    sink_taint(html.escape(a))  # flow
    sink_taint(Template("x").substitute())  # no flow


def streams():
    a = taint()
    out = io.StringIO()
    out.write("x")
    sink_taint(out.getvalue())  # no flow
    out.write(a)
    sink_taint(out.getvalue())  # flow
    sink_taint(io.StringIO(a).read())  # flow
    for line in io.StringIO(a):
        sink_taint(line)  # flow


def modules():
    a = taint()
    path = importlib.import_module("os.path")
    sink_taint(path.join("x", a))  # flow
    sink_taint(path.join("x", "y"))  # no flow
    assert base64


by_name()
evaluated()
copied()
streams()
modules()
