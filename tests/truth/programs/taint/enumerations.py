"""Enumerations: what members are worth, counted ones, and those with methods of a base."""

import enum
from recorder import taint, sink_taint


class L(enum.IntFlag):
    A = 1
    B = 2
    C = enum.auto()


sink_taint(taint() if L.A & L.B else "n")  # no flow
sink_taint(taint() if L.A | L.B else "n")  # flow


class N(enum.IntEnum):
    LOW = 1
    HIGH = 2


sink_taint(taint() if N.LOW > N.HIGH else "n")  # no flow
sink_taint(taint() if N.LOW == 1 else "n")  # flow
sink_taint(taint() if N.LOW is N.HIGH else "n")  # no flow
sink_taint(taint() if N.LOW + 1 == N.HIGH else "n")  # flow
sink_taint(taint() if N.LOW == N.HIGH else "n")  # no flow


class Base(enum.Enum):
    def pick(self, v):
        return v if self.value == 1 else "n"


class Z(Base):
    P = enum.auto()
    Q = enum.auto()


sink_taint(Z.P.pick(taint()))  # flow
sink_taint(Z.Q.pick(taint()))  # no flow
sink_taint(Z(1).pick(taint()))  # flow
sink_taint(Z(2).pick(taint()))  # no flow


class S(str, enum.Enum):
    X = "x"


sink_taint(taint() if S.X == "x" else "n")  # flow
sink_taint(taint() if Z.P == 1 else "n")  # no flow
d = {N.LOW: taint(), N.HIGH: "b"}
sink_taint(d[N.HIGH])  # no flow
sink_taint(d[1])  # flow MISSING
items = ["a", taint(), "c"]
sink_taint(items[N.LOW])  # flow
sink_taint(items[N.HIGH])  # no flow


class Marks(enum.Enum):
    A = taint()
    B = "b"


sink_taint([o.value for o in Marks][1])  # no flow
sink_taint(Marks("b").value)  # no flow
