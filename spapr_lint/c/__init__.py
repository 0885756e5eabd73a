"""QEMU's C as readable Python with a line map: parse, declarations, translate."""

from __future__ import annotations

from spapr_lint.c.index import Declarations
from spapr_lint.c.mask import decode
from spapr_lint.c.parsing import FunctionSpan, ParseError, Unit, parse
from spapr_lint.c.project import Module, declarations, inline_units, translate_paths
from spapr_lint.c.translation import Missing, Translated, translate

__all__ = [
    "Declarations",
    "FunctionSpan",
    "Missing",
    "Module",
    "ParseError",
    "Translated",
    "Unit",
    "declarations",
    "decode",
    "inline_units",
    "parse",
    "translate",
    "translate_paths",
]
