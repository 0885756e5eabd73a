"""Functions that the package re-exports."""

from recorder import sink_taint


def process(value):
    from .cycle import second

    return second(value, 2)


def exported(value):
    return _private(value)


def _private(value):
    return [value, "x"][0]
