"""`spapr-lint check`: findings in Python and C, in any format.

Options and settings in, one call of `spapr_lint.check.check`, a report out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from spapr_lint.commands import common
from spapr_lint.config import Config, codes_of
from spapr_lint.errors import UserError
from spapr_lint.findings import Report
from spapr_lint.report import exit_code, render
from spapr_lint.sources import PYTHON, C, language_of

if TYPE_CHECKING:
    from spapr_lint.packs import Pack

_WITH_RULES = ("sarif", "mail", "html")


@click.command(help="Find confused numbers in Python and C. PATH is a file, a folder, or -.")
@click.argument("paths", nargs=-1, type=common.PATH, metavar="[PATH]...")
@common.output_options
@common.pack_options
@common.fail_option
@click.option("--root", type=click.Path(), help="The folder that bounds what is read.")
@click.option("--select", metavar="CODES", help="Only these codes, or beginnings of codes.")
@click.option("--ignore", metavar="CODES", help="Not these codes.")
@click.option(
    "--per-file-ignores", multiple=True, metavar="PATTERN:CODES", help="Not these codes there."
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Files not to check.")
@click.option("--strict", is_flag=True, help="Exit 3 if there is anything that was not seen.")
@click.option("--ledger", is_flag=True, help="List all that was not seen, each with its place.")
@click.option("--named", is_flag=True, help="Report also what only a name says.")
@click.option("--stdin-display-name", metavar="FILE", help="What standard input is called.")
@click.option("--baseline", type=click.Path(), metavar="FILE", help="Leave out what FILE lists.")
@click.option("--write-baseline", is_flag=True, help="List there all that is found, and exit 0.")
@click.option("--prune-baseline", is_flag=True, help="Take out of it what is mended.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes. [default: all cores]")
@click.option(
    "--scope",
    type=click.Choice(["project", "file"]),
    default="project",
    show_default=True,
    help="Follow ways through the whole project, or stay within each file.",
)
@click.option("--all", "all_functions", is_flag=True, help="Read every function, used or not.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--no-prefilter", is_flag=True, help="Parse files that cannot matter as well.")
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Check, write the report, and return the exit code."""
    config = common.settings(paths)
    stdin = _stdin(paths, options["stdin_display_name"])
    fail_on = options["fail_on"] or config.fail_on
    targets = () if stdin is not None else common.existing(paths) or (".",)
    arguments = _arguments(config, options)
    common.require_codes(_all_codes(arguments), lambda: _rules(config, options))
    with common.progress() as progress:
        from spapr_lint.check import check

        report = check(
            targets,
            stdin=stdin,
            progress=progress,
            **arguments,
        )
    found = len(report.findings)
    report = _without_known(report, options)
    sources = common.Sources(dict([stdin]) if stdin is not None else None)
    form, output = options["form"], options["output"]
    rules = None
    if form in _WITH_RULES:
        rules = _rules(config, options)
    view = common.view(form, output, rules, sources, fail_on)
    view = view._replace(whole_ledger=options["ledger"], known=found - len(report.findings))
    common.emit(render(form, report, view), output)
    return exit_code(report, fail_on, options["strict"])


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "check")


def _without_known(report: Report, options: Mapping[str, Any]) -> Report:
    """The report without what the baseline lists, which is first written or pruned if asked."""
    file, writes, prunes = (options[n] for n in ("baseline", "write_baseline", "prune_baseline"))
    if file is None:
        if writes or prunes:
            raise UserError("--write-baseline and --prune-baseline want --baseline FILE")
        return report
    from spapr_lint.gate import baseline

    known = baseline.from_report(report) if writes else baseline.load(file)
    if prunes:
        known = baseline.pruned(report, known, os.path.exists)
    if writes or prunes:
        common.write_whole(file, baseline.write(known).encode())
    return baseline.without_known(report, known, os.path.exists)


def _arguments(config: Config, options: Mapping[str, Any]) -> dict[str, Any]:
    """The project's settings with what the command line says on top."""
    return {
        "root": options["root"] or config.root or None,
        "packs": (*config.packs, *options["packs"]),
        "default_packs": not options["no_default_packs"],
        "select": _codes(options["select"]) or config.select,
        "ignore": (*config.ignore, *_codes(options["ignore"])),
        "per_file_ignores": {
            **config.per_file_ignores,
            **dict(_per_file(text) for text in options["per_file_ignores"]),
        },
        "exclude": (*config.exclude, *options["exclude"]),
        "named": options["named"],
        "ledger": options["ledger"],
        "jobs": options["jobs"],
        "cache": not options["no_cache"],
        "prefilter": not options["no_prefilter"],
        "all_functions": options["all_functions"],
        "scope": options["scope"],
    }


def _all_codes(arguments: Mapping[str, Any]) -> Iterator[str]:
    yield from (*arguments["select"], *arguments["ignore"])
    for codes in arguments["per_file_ignores"].values():
        yield from codes


def _rules(config: Config, options: Mapping[str, Any]) -> Pack:
    return common.load_rules(options["packs"], config, options["no_default_packs"])


def _codes(text: str | None) -> tuple[str, ...]:
    codes = codes_of(text or "")
    for code in codes:
        if not code.startswith("SPL"):
            raise UserError(f"'{code}' is no code of this tool, codes start with SPL")
    return codes


def _per_file(text: str) -> tuple[str, tuple[str, ...]]:
    pattern, colon, codes = text.rpartition(":")
    if not colon or not pattern:
        raise UserError(f"--per-file-ignores wants PATTERN:CODES, not '{text}'")
    return pattern, _codes(codes)


def _stdin(paths: tuple[str, ...], name: str | None) -> tuple[str, bytes] | None:
    if "-" not in paths:
        if name is not None:
            raise UserError("--stdin-display-name goes with - as the only path")
        return None
    if len(paths) > 1:
        raise UserError("- stands for standard input and must be the only path")
    name = name or "stdin.py"
    if not language_of(name):
        known = ", ".join((*PYTHON, *C))
        raise UserError(f"--stdin-display-name {name}: neither Python nor C, which end in {known}")
    return name, sys.stdin.buffer.read()
