"""Hunks made into trees: lines at their numbers, pieces as whole as they can be."""

from __future__ import annotations

import ast

import pytest
from gate_repo import BAD, CLEAN, FILLER, Repo

from spapr_lint.gate import fragments, git, trees
from spapr_lint.gate.trees import Objects


def texts(patches: list[bytes], path: str) -> list[list[str]]:
    """One file's lines in all trees that fragments make."""
    with git.created() as repository:
        oids = fragments.write_trees(repository, patches)
        objects = Objects(repository)
        found = []
        for oid in oids:
            tree = trees.GitTree(objects, oid)
            found.append(tree.read(path).decode().split("\n") if tree.exists(path) else [])
        objects.close()
        return found


def test_lines_stand_where_they_were(repo: Repo) -> None:
    old = FILLER + CLEAN
    new = old.replace("return a + 3;", "return a + 3; /* three */\n    /* more */") + BAD
    repo.commit("base", {"a.c": old})
    repo.commit("edit", {"a.c": new})
    repo.commit("again", {"a.c": new.replace("return 0", "return 1")})
    patches = [
        repo.git("diff", f"{commit}~1", commit).encode() + b"\n" for commit in ("HEAD~1", "HEAD")
    ]
    real = [old.split("\n"), new.split("\n"), new.replace("return 0", "return 1").split("\n")]
    for made, wanted in zip(texts(patches, "a.c"), real, strict=True):
        known = [n for n, line in enumerate(wanted) if n < len(made) and made[n] == line and line]
        strange = [
            line
            for n, line in enumerate(made)
            if line and (n >= len(wanted) or line != wanted[n]) and set(line) - set("{} ")
        ]
        assert len(known) > 6
        # Only heads of functions stand where git showed nothing.
        assert all("(" in line and line.rstrip().endswith("{") for line in strange)
        assert "\n".join(made).count("{") == "\n".join(made).count("}")


PIECE = b"""\
--- a/x.c
+++ b/x.c
@@ -10,3 +10,4 @@ static int claim(SpaprXive *xive, Error **errp)
     int a = 1;
     if (a) {
+        a = 2;
         b(a);
"""


def test_a_piece_gets_its_function_s_head() -> None:
    before, after = texts([PIECE], "x.c")
    assert before[8] == "static int claim(SpaprXive *xive, Error **errp) {"
    assert after[12:14] == ["        b(a);", "}}"]


def test_a_new_file_has_nothing_before() -> None:
    patch = b"--- /dev/null\n+++ b/n.c\n@@ -0,0 +1,2 @@\n+int a;\n+int b;\n"
    assert texts([patch], "n.c") == [[], ["int a;", "int b;", ""]]


def test_a_deleted_file_has_nothing_after() -> None:
    patch = b"--- a/n.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-int a;\n-int b;\n"
    assert texts([patch], "n.c") == [["int a;", "int b;", ""], []]


def test_python_pieces_parse() -> None:
    patch = b"--- a/n.py\n+++ b/n.py\n@@ -9,3 +9,4 @@ def f(self):\n         a = 1\n"
    patch += b"+        b = 2\n         c = 3\n         d = 4\n"
    before, after = texts([patch], "n.py")
    ast.parse("\n".join(before))
    assert after[9] == "        b = 2"
    ast.parse("\n".join(after))


@pytest.mark.parametrize(
    ("word", "path"),
    [
        (b'"b/sp\\303\\244t.c"', "spät.c"),
        (b'"b/q\\"uote.c"', 'q"uote.c'),
        (b"b/with space.c\t", "with space.c"),
        (b"b/../../etc/x.c", "etc/x.c"),
        (b"/dev/null", ""),
    ],
)
def test_paths(word: bytes, path: str) -> None:
    patch = b"--- " + word + b"\n+++ " + word + b"\n@@ -1 +1 @@\n-a\n+b\n"
    assert [file.new_path for file in fragments.parse(patch)] == [path]
