from recorder import taint

MARK = taint()
PLAIN = "x"


def give(v):
    return v


def through(v):
    return give(v)


class Leaf:
    def __init__(self, v):
        self.v = v
