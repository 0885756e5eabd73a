"""Reflection: names made at run time, tables of names, code as text."""

import builtins
import importlib
import sys
import types

from recorder import choice, number, sink_taint, taint


class Thing:
    kind = "k"

    def __init__(self, value="x"):
        self.value = value
        self.other = "o"

    def give(self):
        return self.value

    def fixed(self):
        return "fixed"


def by_getattr():
    t = Thing(taint())
    sink_taint(getattr(t, "value"))  # flow
    sink_taint(getattr(t, "other"))  # no flow
    sink_taint(getattr(t, "nothing", taint()))  # flow
    sink_taint(getattr(t, "other", taint()))  # no flow
    sink_taint(getattr(t, "give")())  # flow
    sink_taint(getattr(t, "fixed")())  # no flow
    name = "val" + "ue"
    sink_taint(getattr(t, name))  # flow
    sink_taint(getattr(t, "oth" + "er"))  # no flow
    sink_taint(getattr(t, ["value", "other"][number() % 2]))  # flow
    sink_taint(getattr(getattr(t, "give"), "__call__")())  # flow
    for each in ("give", "fixed"):
        sink_taint(getattr(t, each)())  # flow
    sink_taint(getattr(Thing, "give")(t))  # flow


def by_setattr():
    t = Thing()
    setattr(t, "value", taint())
    sink_taint(t.value)  # flow
    sink_taint(t.other)  # no flow
    setattr(t, "new" + "ly", taint())
    sink_taint(t.newly)  # flow
    setattr(t, "value", "x")
    sink_taint(t.value)  # no flow
    for name, value in {"a": taint(), "b": "x"}.items():
        setattr(t, name, value)
    sink_taint(t.a)  # flow
    sink_taint(t.b)  # no flow
    setattr(Thing, "kind", taint())
    sink_taint(Thing().kind)  # flow
    setattr(Thing, "kind", "k")
    sink_taint(Thing.kind)  # no flow
    delattr(t, "a")
    sink_taint(hasattr(t, "a"))  # no flow
    sink_taint(getattr(t, "a", "gone"))  # no flow
    setattr(t, ["value", "other"][number() % 2], taint())
    sink_taint(t.other)  # flow


def by_dict():
    t = Thing(taint())
    sink_taint(t.__dict__["value"])  # flow
    sink_taint(t.__dict__["other"])  # no flow
    t.__dict__["fresh"] = taint()
    sink_taint(t.fresh)  # flow
    t.__dict__.update(value="x", more=taint())
    sink_taint(t.value)  # no flow
    sink_taint(t.more)  # flow
    sink_taint(vars(t)["more"])  # flow
    u = Thing()
    u.__dict__ = {"value": taint(), "other": "x"}
    sink_taint(u.value)  # flow
    sink_taint(u.other)  # no flow
    v = Thing()
    vars(v).update(vars(t))
    sink_taint(v.more)  # flow
    for key, value in vars(Thing("x")).items():
        sink_taint(value)  # no flow


made_here = ""


def by_globals():
    globals()["made_here"] = taint()
    sink_taint(made_here)  # flow
    sink_taint(globals()["made_here"])  # flow
    globals()["made_here"] = "x"
    sink_taint(made_here)  # no flow
    globals()["by_name"] = lambda v: v
    sink_taint(by_name(taint()))  # flow
    sink_taint(globals()["helper"](taint()))  # flow
    sink_taint(globals()["hel" + "per"]("x"))  # no flow
    local = taint()
    clean = "x"
    sink_taint(locals()["local"])  # flow
    sink_taint(locals()["clean"])  # no flow


def helper(x):
    return x


def by_module():
    me = sys.modules[__name__]
    sink_taint(me.helper(taint()) if hasattr(me, "helper") else helper(taint()))  # flow
    sink_taint(getattr(builtins, "str")(taint()))  # flow
    sink_taint(getattr(importlib.import_module("json"), "loads")('"x"'))  # no flow
    sink_taint(__import__("base64").b64encode(b"x"))  # no flow


def by_eval():
    a = taint()
    b = "x"
    sink_taint(eval("a"))  # flow
    sink_taint(eval("b"))  # no flow
    sink_taint(eval("a + b"))  # flow
    sink_taint(eval("helper(a)"))  # flow
    sink_taint(eval("helper(b)"))  # no flow
    sink_taint(eval("v", {"v": a}))  # flow
    sink_taint(eval("v", {"v": b, "w": a}))  # no flow
    sink_taint(eval("1 + 1"))  # no flow
    sink_taint(eval("[b, a][1]"))  # flow
    sink_taint(eval("[b, a][0]"))  # no flow
    sink_taint(eval("(lambda q: q)(a)"))  # flow
    sink_taint(eval(compile("a", "f", "eval")))  # flow
    sink_taint(eval("'" + a + "'"))  # flow


def by_exec():
    space = {"a": taint()}
    exec("b = a", space)
    sink_taint(space["b"])  # flow
    exec("c = 'x'", space)
    sink_taint(space["c"])  # no flow
    exec("def f(v):\n    return v", space)
    sink_taint(space["f"](taint()))  # flow
    sink_taint(space["f"]("x"))  # no flow
    exec("for i in range(2):\n    d = a if i else ''", space)
    sink_taint(space["d"])  # flow


exec("top = taint()")
exec("below = 'x'")


def by_exec_above():
    sink_taint(top)  # flow
    sink_taint(below)  # no flow


def by_type():
    made = type("Made", (Thing,), {"extra": taint(), "plain": "x"})
    sink_taint(made.extra)  # flow
    sink_taint(made.plain)  # no flow
    sink_taint(made().extra)  # flow
    sink_taint(made(taint()).give())  # flow
    t = Thing(taint())
    sink_taint(type(t)("x").value)  # no flow
    sink_taint(type(t)(t.value).value)  # flow
    sink_taint(t.__class__(taint()).give())  # flow
    t.give = types.MethodType(lambda self: self.other, t)
    sink_taint(t.give())  # no flow
    t.fixed = lambda: taint()
    sink_taint(t.fixed())  # flow
    Thing.added = lambda self: self.value
    sink_taint(Thing(taint()).added())  # flow
    del Thing.added
    sink_taint(type("").upper(taint()))  # flow


def function_attributes():
    helper.note = taint()
    sink_taint(helper.note)  # flow
    helper.note = "x"
    sink_taint(helper.note)  # no flow
    sink_taint(helper.__name__)  # no flow
    sink_taint(helper.__call__(taint()))  # flow

    def counted(v):
        counted.calls.append(v)
        return v

    counted.calls = []
    counted("x")
    counted(taint())
    sink_taint(counted.calls[0])  # no flow
    sink_taint(counted.calls[1])  # flow


by_getattr()
by_setattr()
by_dict()
by_globals()
by_module()
by_eval()
by_exec()
by_exec_above()
by_type()
function_attributes()
