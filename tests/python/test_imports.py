"""What imports a text holds, told without parsing it: never less than Python finds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from spapr_lint.imports import reached, statements
from tests.python.helpers import corpus


def said(text: bytes) -> set[tuple[int, str, str]]:
    return {(dots, module, name) for dots, module, names in statements(text) for name in names}


def in_tree(text: bytes) -> set[tuple[int, str, str]]:
    found: set[tuple[int, str, str]] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update((0, "", alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names if alias.name != "*"]
            found.update((node.level, node.module or "", name) for name in names)
    return found


@pytest.mark.parametrize("path", corpus(120, 3), ids=lambda path: path.stem)
def test_nothing_that_python_imports_is_missed(path: Path) -> None:
    content = path.read_bytes()
    assert in_tree(content) <= said(content)


def test_ways_to_write_an_import() -> None:
    text = (
        b"import a, b.c as d\nfrom . import e\nfrom ..f.g import (h,\n    i as j)\n"
        b"x = 1; import k\nif x: from l import m, \\\n    n\ntry:\n\timport\to\n"
        b"except: from.p import(q)\nreimport r\nimported = s\n"
    )
    found = said(text)
    assert in_tree(text.replace(b"reimport r\n", b"")) <= found
    assert not {name for _, _, name in found} & {"r", "s"}


def test_files_are_reached_from_any_folder_above() -> None:
    contents = {
        "top/case/main.py": b"from part.inner import give\nimport_module(name)\n",
        "top/case/part/__init__.py": b"",
        "top/case/part/inner.py": b"from .deep import word\n",
        "top/case/part/deep.py": b"word = 1\n",
        "top/case/plug.py": b"",
        "top/other/part/outer.py": b"",
    }
    found = reached(contents, "", {"top/case/part/deep.py"})
    assert found == set(contents) - {"top/other/part/outer.py"}
