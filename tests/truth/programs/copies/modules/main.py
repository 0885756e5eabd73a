"""State of modules, cycles, conditional imports, imports by name, monkey patches."""

import importlib
import state
from recorder import choice, sink, source

sink(state.current)  # no flow
state.current = source()
sink(state.current)  # flow
sink(state.read())  # flow
state.reset()
sink(state.read())  # no flow
state.write(source())
sink(state.current)  # flow

from state import current, items

state.reset()
sink(current)  # flow
sink(state.current)  # no flow
items.append(source())
sink(state.items[0])  # flow

try:
    import missing_module as fast
except ImportError:
    import slow as fast

sink(fast.compute(source()))  # flow
sink(fast.compute("x"))  # no flow

if choice():
    from slow import give as pick
else:
    from slow import clean as pick

sink(pick())  # flow

by_name = importlib.import_module("slow")
sink(by_name.give())  # flow
sink(by_name.clean())  # no flow
sink(importlib.import_module("slow").compute(source()))  # flow
sink(__import__("slow").give())  # flow


def local_import():
    from slow import clean as value, give

    sink(give())  # flow
    sink(value())  # no flow


local_import()

import cycle_a

sink(cycle_a.run(source()))  # flow
sink(cycle_a.run("x"))  # no flow

import slow

sink(slow.clean())  # no flow
slow.clean = lambda: source()
sink(slow.clean())  # flow
sink(slow.calls_clean())  # flow

from plugins import REGISTRY, load

load()
sink(REGISTRY["give"]())  # flow
sink(REGISTRY["clean"]())  # no flow
