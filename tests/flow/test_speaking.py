"""Who speaks of what a pack is about: else a field's name, which many things have, says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from spapr_lint import check
from spapr_lint.packs import load_packs, own_words
from spapr_lint.tree import MemoryTree

PACK = """
[space.marked]
title = "what is followed"
algebra = "label"

[[producer]]
field = "Box.id"
gives = "marked"

[[producer]]
field = "marked_field"
gives = "marked"

[[producer]]
call = "start_of_it"
gives = "marked"

[[sink]]
call = "sink"
argument = 0
forbids = ["marked"]
rule = "SPL109"
"""
USER = b"def f(x):\n    sink(x.id)\n"


@pytest.fixture
def pack(tmp_path: Path) -> str:
    path = tmp_path / "pack.toml"
    path.write_text(PACK)
    return str(path)


def found(pack: str, **files: bytes) -> list[tuple[str, int]]:
    """The findings, which must be the same with and without the pass over words."""
    tree = MemoryTree({f"{name}.py": content for name, content in files.items()})
    answers = [
        check(
            sorted(tree.paths()),
            packs=[pack],
            default_packs=False,
            cache=False,
            tree=tree,
            prefilter=prefilter,
        ).findings
        for prefilter in (True, False)
    ]
    assert answers[0] == answers[1]
    return [(finding.path, finding.line) for finding in answers[0]]


def test_own_words(pack: str) -> None:
    assert own_words(load_packs([pack], default=False)) == {"Box", "marked_field", "start_of_it"}


def test_a_field_of_anything(pack: str) -> None:
    assert found(pack, user=USER) == []


def test_the_type_is_named(pack: str) -> None:
    assert found(pack, user=b"class Box: pass\n" + USER) == [("user.py", 3)]


def test_whom_a_speaker_imports(pack: str) -> None:
    assert found(pack, user=USER, main=b"import user\nx = start_of_it()\n") == [("user.py", 2)]


def test_who_imports_a_speaker(pack: str) -> None:
    assert found(pack, user=b"import lib\n" + USER, lib=b"marked_field = 1\n") == [("user.py", 3)]


def test_a_speaker_elsewhere(pack: str) -> None:
    assert found(pack, user=USER, lib=b"class Box: pass\n") == []


def test_a_field_that_has_no_owner(pack: str) -> None:
    assert found(pack, user=b"def f(x):\n    sink(x.marked_field)\n") == [("user.py", 2)]


SAME = b"def same(x):\n    return x\n"
IMPORTS = {
    "on a line with others": b"x = 1; import said; same = said.same\n",
    "on the line of a condition": b"if True: from said import same\n",
    "in parentheses": b"from said import (same)\n",
    "without a space": b"from said import(same)\n",
    "at run time": b"import importlib; same = importlib.import_module('said').same\n",
    "at run time, by name": b"name = 'said'; same = __import__(name).same\n",
}


@pytest.mark.parametrize("spelling", IMPORTS)
def test_however_it_is_imported(pack: str, spelling: str) -> None:
    content = IMPORTS[spelling] + b"sink(same(start_of_it()))\n"
    assert found(pack, main=content, said=SAME) == [("main.py", 2)]


@pytest.mark.parametrize("names", [b"(\n    # which\n    said,\n)", b"\\\n    said, \\\n    x"])
def test_modules_of_a_package_over_several_lines(pack: str, names: bytes) -> None:
    main = b"from p import " + names + b"\nsink(said.same(start_of_it()))\n"
    files = {"main": main, "p/__init__": b"x = 1\n", "p/said": SAME}
    assert len(found(pack, **files)) == 1
