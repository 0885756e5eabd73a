"""`spapr-lint explain CODE`: what a rule forbids, why, how to mend it, with examples.

On a terminal it is rendered; elsewhere it is the Markdown itself.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from spapr_lint.commands import common
from spapr_lint.errors import UserError

if TYPE_CHECKING:
    from spapr_lint.packs import Example, Rule


@click.command(help="Explain a code: what it forbids, why, and how to mend it.")
@click.argument("code")
@common.pack_options
def command(code: str, packs: tuple[str, ...], no_default_packs: bool) -> int:
    """Print one rule; an unknown code is wrong use."""
    rules = common.load_rules(packs, common.settings(()), no_default_packs).rules
    rule = rules.get(code.upper())
    if rule is None:
        near = difflib.get_close_matches(code.upper(), rules, 1, 0.5)
        hint = f"; did you mean {near[0]}?" if near else "; see spapr-lint rules list"
        raise UserError(f"no rule has the code {code}{hint}")
    _show("\n".join(_markdown(rule)) + "\n")
    return 0


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "explain")


def _markdown(rule: Rule) -> Iterator[str]:
    yield f"# {rule.code}: {rule.title}"
    yield ""
    yield f"Severity: {rule.severity}"
    for heading, text in (("Why", rule.why), ("How to mend it", rule.fix)):
        if text:
            yield from ("", f"## {heading}", "", text.strip())
    for heading, valid in (("Wrong", False), ("Right", True)):
        for example in rule.examples:
            if example.valid is valid:
                yield from ("", f"## {heading} ({example.language})", "")
                yield from _fenced(example)
    if rule.references:
        yield from ("", "## References", "")
        yield from (f"- {reference}" for reference in rule.references)


def _fenced(example: Example) -> Iterator[str]:
    yield f"```{example.language}"
    yield from example.text.rstrip("\n").split("\n")
    yield "```"


def _show(markdown: str) -> None:
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        common.emit(markdown, None)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(markdown))
