"""A name that no one binds, a constant, and sinks at other positions and keywords."""

import os

from recorder import run_second

MARKED_CONSTANT = "marked text"
PLAIN_CONSTANT = "x"


def unbound():
    value = injected
    os.system(value)  # flow
    value = "x"
    os.system(value)  # no flow


def constants():
    os.system(MARKED_CONSTANT)  # flow
    os.system(PLAIN_CONSTANT)  # no flow


def positions():
    a = MARKED_CONSTANT
    run_second("x", a)  # flow
    run_second(a, "x")  # no flow
    run_second("x", second=a)  # flow
    run_second(a, second="x")  # no flow
    run_second(*["x", a])  # flow
    run_second(*[a, "x"])  # no flow
    run_second(**{"second": a})  # flow
    run_second("x")  # no flow
    run_second(second=a, _first="x")  # flow


def local_constant():
    mine = "x"
    os.system(mine)  # no flow
    mine = MARKED_CONSTANT
    os.system(mine)  # flow


unbound()
constants()
positions()
local_constant()
