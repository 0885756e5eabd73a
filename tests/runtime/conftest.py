"""Own C, translated and run: ``run(text)`` gives what calls its functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "c"))

from spapr_lint.runtime.run import Run, program
from spapr_lint.tree import MemoryTree
from spapr_lint.validate.c_source import CSource

Runner = Callable[..., Run]


def ready(text: str, headers: dict[str, str] | None = None, **options: Any) -> Run:
    """A run of one C file, with headers by path."""
    files = {path: content.encode() for path, content in (headers or {}).items()}
    tree = MemoryTree({**files, "hw/demo.c": text.encode()})
    return Run(program(CSource(tree, ("hw/demo.c",))), **options)


@pytest.fixture
def c() -> Runner:
    return ready
