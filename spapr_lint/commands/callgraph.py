"""`spapr-lint callgraph PATH...`: who calls whom, with names as PyCG writes them.

Text is one edge a line; JSON maps each function to what it calls.
"""

from __future__ import annotations

import json
import os
import sys

import click

from spapr_lint.commands import common
from spapr_lint.errors import UserError
from spapr_lint.sources import PYTHON


@click.command(help="Print who calls whom in the files and folders PATH.")
@click.argument("paths", nargs=-1, required=True, type=common.PATH, metavar="PATH...")
@click.option("--root", type=click.Path(), help="The folder that bounds what is read.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="One edge a line, or an object of lists.",
)
@common.target_option
def command(paths: tuple[str, ...], root: str | None, form: str, output: str | None) -> int:
    """Print the graph."""
    for path in common.existing(paths):
        if not os.path.isdir(path) and not path.endswith(PYTHON):
            raise UserError(f"{path} is no Python, of which alone there is a call graph")
    from spapr_lint.callgraphs import with_gaps

    graph, gaps = with_gaps(paths, root)
    for gap in gaps:
        print(f"{gap.path}:{gap.line}: not parsed: {gap.what}", file=sys.stderr)
    if form == "json":
        text = json.dumps(graph, indent=2) + "\n"
    else:
        edges = [f"{caller} -> {callee}\n" for caller in graph for callee in graph[caller]]
        text = "".join(edges)
    common.emit(text, output)
    return 0


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "callgraph")
