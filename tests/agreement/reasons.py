"""Why a mutant that the linter flags is equal on every machine."""

from __future__ import annotations

from tests.agreement.mutants import Mutant

UNKNOWN = "no reason is written down"


def reason(mutant: Mutant) -> str:
    """In words, why no machine can show it."""
    del mutant
    return UNKNOWN
