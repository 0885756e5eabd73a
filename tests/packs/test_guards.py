"""What a guard's test may look like."""

from __future__ import annotations

import pytest

from spapr_lint.packs.expressions import guard


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("valid($x)", ("call", "valid", (("variable", "x"),))),
        ("checks.valid(_, $x)", ("call", "checks.valid", (("variable", "_"), ("variable", "x")))),
        ("$x.isdigit()", ("call", "$x.isdigit", ())),
        ("not blocked($x)", ("not", ("call", "blocked", (("variable", "x"),)))),
        ("$x in ALLOWED", ("compare", "in", ("variable", "x"), ("word", "ALLOWED"))),
        ("$x < BASE", ("compare", "<", ("variable", "x"), ("word", "BASE"))),
    ],
)
def test_tree(text: str, tree: object) -> None:
    assert guard(text) == tree


@pytest.mark.parametrize("text", ["$x", "1 + $x", "valid(x=$x)", "f()($x)", "a < $x < b"])
def test_what_is_no_guard(text: str) -> None:
    with pytest.raises(ValueError, match="neither a comparison nor a call"):
        guard(text)
