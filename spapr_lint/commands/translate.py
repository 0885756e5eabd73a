"""`spapr-lint translate PATH...`: QEMU's C as Python, with a map of the lines.

One file goes to standard output; with -o each becomes DIR/PATH.py and
DIR/PATH.py.map.json.  What could not be translated is told on standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import click

from spapr_lint.commands import common
from spapr_lint.config import find_root
from spapr_lint.errors import UserError
from spapr_lint.tree import DiskTree, Tree

_SUFFIXES = (".c", ".h")


@click.command(help="Turn the C of files and folders PATH into Python.")
@click.argument("paths", nargs=-1, required=True, type=common.PATH, metavar="PATH...")
@click.option("-o", "--output", "folder", type=click.Path(), metavar="DIR", help="Write there.")
@click.option("--root", type=click.Path(), help="The folder in which headers are looked for.")
@click.option("--strict", is_flag=True, help="Exit 3 if anything was not translated.")
def command(paths: tuple[str, ...], folder: str | None, root: str | None, strict: bool) -> int:
    """Translate, write, and return the exit code."""
    from spapr_lint.c import translate_paths

    base = find_root(common.existing(paths)[0], root or "")
    tree = DiskTree(base)
    inside = sorted({name for path in paths for name in _files(tree, base, path)})
    if not inside:
        raise UserError("there is no C file among the paths")
    if folder is None and len(inside) > 1:
        raise UserError(f"{len(inside)} files need -o DIR to be written to")
    try:
        modules = translate_paths(tree, inside)
    except OSError as error:
        name = os.path.relpath(error.filename)
        raise UserError(f"cannot read {name}: {error.strerror}") from error
    missing = 0
    for module in modules:
        if folder is None:
            common.emit(module.text, None)
        else:
            _write(folder, module.path, module.text, module.map)
        for line, what in module.untranslated:
            missing += 1
            print(f"{module.path}:{line}: not translated: {what}", file=sys.stderr)
    return 3 if strict and missing else 0


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "translate")


def _files(tree: Tree, base: str, path: str) -> Iterator[str]:
    inside = os.path.relpath(os.path.realpath(path), base).replace(os.sep, "/")
    if inside.startswith("../"):
        raise UserError(f"{path} is not below the root {base}")
    if not os.path.isdir(path):
        if not path.endswith(_SUFFIXES):
            raise UserError(f"{path} is no C, which ends in {' or '.join(_SUFFIXES)}")
        yield inside
        return
    for name in tree.paths():
        if name.endswith(_SUFFIXES) and (inside == "." or name.startswith(f"{inside}/")):
            yield name


def _write(folder: str, path: str, text: str, lines: object) -> None:
    target = os.path.join(folder, f"{path}.py")
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make {os.path.dirname(target)}: {error.strerror}") from error
    common.write_whole(target, text.encode("utf-8", "surrogateescape"))
    content = json.dumps(lines, separators=(",", ":")) + "\n"
    common.write_whole(f"{target}.map.json", content.encode())
