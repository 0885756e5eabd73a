"""A condition that is asked twice comes out alike only while what it asks about has not changed."""

from __future__ import annotations

from support import arrived, expected, reported

PROGRAM = """
def appended(items):
    x = "a"
    if items:
        pass
    else:
        x = source()
    items.append(1)
    if items:
        sink(x)  # flow

def filled(items):
    x = "a"
    if items:
        pass
    else:
        x = source()
    fill(items)
    if items:
        sink(x)  # flow

def fill(items):
    items.append(1)

class Box:
    def __init__(self):
        self.full = False

    def __bool__(self):
        return self.full

def set_after(box):
    x = "a"
    if box:
        pass
    else:
        x = source()
    box.full = True
    if box:
        sink(x)  # flow

def asked_again(flag):
    x = "a"
    if flag:
        x = source()
    if not flag:
        sink(x)

appended([])
filled([])
set_after(Box())
asked_again(True)
"""
OF_CALLERS = PROGRAM[: PROGRAM.index("appended([])")]


def test_what_changes_may_answer_otherwise(pack: str) -> None:
    assert arrived(PROGRAM) == expected(PROGRAM)
    assert reported(PROGRAM, pack) == expected(PROGRAM)


def test_of_what_callers_give_nothing_more_is_known(pack: str) -> None:
    assert reported(OF_CALLERS, pack) == expected(OF_CALLERS)
