"""Packs: what is known of a machine family, as data in ``rules/``, read to frozen entries.

`load_packs` is the way in; `data` has what comes out.  QEMU's words are in the data only.
"""

from spapr_lint.kinds import parse_kind
from spapr_lint.packs.data import (
    Code,
    Conversion,
    DeviceType,
    DtCall,
    Example,
    Family,
    Guard,
    Named,
    Origin,
    Pack,
    Producer,
    PropertyCall,
    PropertyDeclaration,
    Registration,
    Rule,
    Sink,
    Table,
    Through,
)
from spapr_lint.packs.errors import PackError
from spapr_lint.packs.load import load_packs, shipped_folder
from spapr_lint.packs.wordlists import own_words

__all__ = [
    "Code",
    "Conversion",
    "DeviceType",
    "DtCall",
    "Example",
    "Family",
    "Guard",
    "Named",
    "Origin",
    "Pack",
    "PackError",
    "Producer",
    "PropertyCall",
    "PropertyDeclaration",
    "Registration",
    "Rule",
    "Sink",
    "Table",
    "Through",
    "load_packs",
    "own_words",
    "parse_kind",
    "shipped_folder",
]
