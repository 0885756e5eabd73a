"""A helper that translates C of the tests' own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from spapr_lint.c import Translated, declarations, parse, translate
from spapr_lint.tree import MemoryTree

Translator = Callable[..., Translated]


def translated(
    text: str | bytes,
    headers: dict[str, str] | None = None,
    wanted: Container[str] | None = None,
    path: str = "hw/demo.c",
) -> Translated:
    raw = text.encode() if isinstance(text, str) else text
    files = {name: content.encode() for name, content in (headers or {}).items()}
    tree = MemoryTree({**files, path: raw})
    unit = parse(path, raw)
    return translate(unit, declarations(tree, [unit]), wanted)


@pytest.fixture
def c() -> Translator:
    """Translate a C text: ``c(text, headers={path: text}, wanted=names)``."""
    return translated
