"""What an annotation's text says: a kind, a type, or neither."""

from __future__ import annotations

import re
from typing import NamedTuple

from spapr_lint.kinds import Kind
from spapr_lint.packs import Pack

_KIND = re.compile(r"""Annotated\[.*,["']([A-Za-z_]\w*(?:\.[a-z]+)?)["'](?:,.*)?\]$""")
_POINTER = re.compile(r"(?:Ptr|Optional|Final|ClassVar|type|Type)\[(.*)\]$")
_NAME = re.compile(r"[A-Za-z_][\w.]*$")


class Annotation(NamedTuple):
    """A kind that is declared, and the name of the type (of what is pointed to)."""

    kind: Kind | None
    type: str | None


def parse(text: str, pack: Pack) -> Annotation:
    """Read an annotation; a text that is no kind of the pack declares none."""
    text = text.strip()
    kind = None
    match = _KIND.search(text)
    if match is not None:
        try:
            kind = pack.kind(match[1])
        except ValueError:
            kind = None
    text = text.removesuffix("|None").strip("\"'")
    inner = _POINTER.match(text)
    while inner is not None:
        text = inner[1].strip("\"'")
        inner = _POINTER.match(text)
    return Annotation(kind, text if _NAME.match(text) else None)
