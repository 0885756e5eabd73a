"""Modules as other suites split programs: every way to import."""

import importlib

import pkg
import pkg.sub.leaf
import pkg.sub.leaf as aliased
import spaced.deep.inner
from pkg import exported, renamed, sub
from pkg import value as plain_value
from pkg.stars import *
from pkg.sub import leaf
from pkg.sub.leaf import Leaf, give
from pkg.sub.leaf import give as given
from spaced.deep.inner import carry
from recorder import sink_taint, taint

import state

sink_taint(pkg.value)  # flow
sink_taint(pkg.clean)  # no flow
sink_taint(plain_value)  # flow
sink_taint(exported(taint()))  # flow
sink_taint(renamed(taint()))  # no flow
sink_taint(pkg.sub.leaf.give(taint()))  # flow
sink_taint(aliased.give("x"))  # no flow
sink_taint(sub.leaf.MARK)  # flow
sink_taint(leaf.PLAIN)  # no flow
sink_taint(give(taint()))  # flow
sink_taint(given("x"))  # no flow
sink_taint(Leaf(taint()).v)  # flow
sink_taint(Leaf("x").v)  # no flow
sink_taint(starred)  # flow
sink_taint(unstarred)  # no flow
sink_taint(carry(taint()))  # flow
sink_taint(spaced.deep.inner.carry("x"))  # no flow
sink_taint(importlib.import_module("pkg.sub.leaf").give(taint()))  # flow
sink_taint(importlib.import_module(".leaf", "pkg.sub").PLAIN)  # no flow
sink_taint(__import__("state").current)  # no flow

state.current = taint()
sink_taint(state.current)  # flow
sink_taint(state.get())  # flow
state.put("x")
sink_taint(state.current)  # no flow
state.put(taint())
sink_taint(state.get())  # flow
from state import current  # noqa: E402

state.put("x")
sink_taint(current)  # flow
sink_taint(state.current)  # no flow
pkg.sub.leaf.give = lambda v: "patched"
sink_taint(pkg.sub.leaf.give(taint()))  # no flow
sink_taint(give(taint()))  # flow
sink_taint(pkg.sub.leaf.through(taint()))  # no flow
try:
    import nothing_of_the_kind as missing
except ImportError:
    missing = None
sink_taint(missing)  # no flow
if __name__ == "__main__":
    sink_taint(taint())  # flow
else:
    sink_taint(taint())  # no flow DEAD
