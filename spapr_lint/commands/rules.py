"""`spapr-lint rules list` and `rules test`: the rules, and whether their examples hold.

An example is checked as a file of its own, with the packs that hold its rule.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from spapr_lint.commands import common
from spapr_lint.errors import UserError
from spapr_lint.report.view import counted

if TYPE_CHECKING:
    from spapr_lint.packs import Example, Rule

_NAMES = {"python": "example.py", "c": "example.c"}


class Outcome(NamedTuple):
    """What came of one example: (line, code) pairs that were wanted and that were found."""

    rule: str
    place: str
    wanted: tuple[tuple[int, str], ...]
    found: tuple[tuple[int, str], ...]


@click.group(help="List the rules, or run their examples.", no_args_is_help=True)
def command() -> None:
    """Hold the two commands below."""


@command.command("list", help="List all rules: code, severity, title.")
@common.pack_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def list_rules(packs: tuple[str, ...], no_default_packs: bool, form: str) -> int:
    """Print one line a rule, in order of codes."""
    pack = common.load_rules(packs, common.settings(()), no_default_packs)
    rules = sorted(pack.rules.values(), key=lambda rule: rule.code)
    if form == "json":
        rows = [{"code": r.code, "severity": r.severity, "title": r.title} for r in rules]
        text = json.dumps(rows, indent=2) + "\n"
    else:
        text = "".join(f"{rule.code}  {rule.severity:7}  {rule.title}\n" for rule in rules)
    common.emit(text, None)
    return 0


@command.command("test", help="Run the examples of the rules in PACK, or of all rules.")
@click.argument("packs", nargs=-1, type=click.Path(), metavar="[PACK]...")
@click.option("--no-default-packs", is_flag=True, help="Leave the shipped packs out.")
def test_rules(packs: tuple[str, ...], no_default_packs: bool) -> int:
    """Print each example that is wrong and return 1 if there is one."""
    config = common.settings(())
    pack = common.load_rules(packs, config, no_default_packs)
    rules = sorted(pack.rules.values(), key=lambda rule: rule.code)
    chosen = [rule for rule in rules if not packs or _is_in(rule, packs)]
    outcomes = list(_run(chosen, (*config.packs, *packs), not no_default_packs))
    wrong = [outcome for outcome in outcomes if set(outcome.wanted) != set(outcome.found)]
    lines = [_complaint(outcome) for outcome in wrong]
    ran, held = counted(len(outcomes), "example"), counted(len(chosen), "rule")
    lines.append(f"{ran} of {held}, {len(wrong)} wrong.")
    common.emit("\n".join(lines) + "\n", None)
    return 1 if wrong else 0


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "rules")


def _is_in(rule: Rule, packs: Sequence[str]) -> bool:
    place = os.path.realpath(rule.origin.path)
    roots = [os.path.realpath(pack) for pack in packs]
    return any(place == root or place.startswith(root + os.sep) for root in roots)


def _run(rules: Sequence[Rule], packs: tuple[str, ...], default: bool) -> Iterator[Outcome]:
    for rule in rules:
        for example in rule.examples:
            place = f"{example.origin.path}:{example.origin.line}"
            wanted = tuple(zip(example.lines, example.codes, strict=False))
            yield Outcome(rule.code, place, wanted, _check(example, packs, default))


def _check(example: Example, packs: tuple[str, ...], default: bool) -> tuple[tuple[int, str], ...]:
    from spapr_lint.check import check
    from spapr_lint.tree import MemoryTree

    name = _NAMES.get(example.language)
    if name is None:
        raise UserError(f"{example.origin.path}:{example.origin.line}: no such language")
    report = check(
        (name,),
        packs=packs,
        default_packs=default,
        tree=MemoryTree({name: example.text.encode()}),
        cache=False,
        jobs=1,
    )
    return tuple((finding.line, finding.rule) for finding in report.findings)


def _complaint(outcome: Outcome) -> str:
    wanted, found = (
        ", ".join(f"{code} at line {line}" for line, code in sorted(set(pairs))) or "nothing"
        for pairs in (outcome.wanted, outcome.found)
    )
    return f"{outcome.place}: {outcome.rule} wants {wanted}, found {found}"
