"""What is never true, or always, whatever the rest of it is."""

from recorder import taint, sink_taint, choice, number


def f(src):
    if choice() and False:
        sink_taint(src)  # no flow DEAD
    if choice() or True:
        sink_taint(src)  # flow
    else:
        sink_taint(src)  # no flow DEAD
    if number() > 1 and not True:
        sink_taint(src)  # no flow DEAD
    x = src or True
    sink_taint(x)  # flow
    sink_taint(src if not choice() and False else "x")  # no flow


f(taint())
