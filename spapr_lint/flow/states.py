"""States of control: variables with what changed on the heap, and how several become one."""

from __future__ import annotations

from spapr_lint.flow.blessings import BLESSED, leaving
from spapr_lint.flow.machine import Activation, Changes, Env, Machine
from spapr_lint.flow.values import join

State = tuple[Env, Changes]


def merge_env(left: Env, right: Env) -> Env:
    """The variables after one of two paths."""
    if left is right:
        return left
    result = dict(left)
    guarded = BLESSED in left or BLESSED in right
    for name, value in right.items():
        other = result.get(name)
        if other is None:
            result[name] = value
        elif other is not value:
            if guarded and name is not BLESSED:
                other, value = leaving(left, other), leaving(right, value)
            result[name] = join(other, value)
    if len(result) > len(right) or len(result) > len(left):
        for name in [n for n in result if n.__class__ is tuple]:
            if name not in left or name not in right:
                del result[name]  # a field written on one path only: its type's cell knows all
    return result


def merge_states(m: Machine, a: Activation, states: list[State]) -> None:
    """Continue in any of the states, all relative to the present heap."""
    env = states[0][0]
    for other, _ in states[1:]:
        env = merge_env(env, other)
    a.env = env
    m.journal.merge([changes for _, changes in states])
