"""Machines by their command line, for the tests of the model."""

from __future__ import annotations

from spapr_lint.model import Machine, parse_options


def machine(words: str) -> Machine:
    """The machine of a command line."""
    return Machine(parse_options(words.split()))
