"""`spapr-lint gate`: what a patch series adds, cures and carries.

A range, patches, the index or the work tree in; verdicts in any format out.
Nothing of the repository is touched, and nothing it names is run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import click

from spapr_lint import answers
from spapr_lint.cache import Cache, folder_of
from spapr_lint.commands import common
from spapr_lint.config import Config, codes_of, load_config
from spapr_lint.errors import UserError
from spapr_lint.findings import Report
from spapr_lint.gate import baseline, formats, git, letters, memory, plan, series
from spapr_lint.gate import replay as replays
from spapr_lint.gate.plan import Plan
from spapr_lint.gate.trees import GitTree, Objects
from spapr_lint.gate.verdict import GateReport, exit_code, is_news
from spapr_lint.tree import Tree

_NEAR = 64 << 20  # bytes of what all trees of a series have in common
_WITH_RULES = ("sarif", "mail", "html")
_PATCH_FILES = (".patch", ".diff", ".mbox", ".mbx", ".eml")
_HELP = """Say what a patch series adds, cures and carries.

INPUT is BASE..HEAD, patch or mbox files, a folder of them, or - for standard input.
"""


@click.command(help=_HELP)
@click.argument("inputs", nargs=-1, metavar="[BASE..HEAD | PATCH...|-]")
@click.option("--staged", is_flag=True, help="The index against HEAD, for a pre-commit hook.")
@click.option("--worktree", is_flag=True, help="The files on the disk against HEAD.")
@click.option(
    "--base", metavar="REV", help="What to apply patches to. [default: base-commit:, HEAD]"
)
@click.option("--no-tree", is_flag=True, help="Look at the hunks of patches alone.")
@click.option("--replay", metavar="REV..REV", help="Judge each commit of a stretch of history.")
@click.option(
    "-C", "--repository", type=click.Path(), help="The repository. [default: around here]"
)
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Only findings in PATH.")
@click.option("--first-parent", is_flag=True, help="Take a merge as one step.")
@click.option("--old", "with_old", is_flag=True, help="List what was there before as well.")
@click.option("--no-bisect", is_flag=True, help="Forgive what a later patch of the series cures.")
@click.option("--baseline", "known", type=click.Path(), help="Known findings, to be silent about.")
@click.option(
    "--write-baseline", is_flag=True, help="Write all findings there are to the baseline."
)
@click.option("--prune-baseline", is_flag=True, help="Take what is mended out of the baseline.")
@common.output_options
@common.pack_options
@common.fail_option
@click.option("--select", metavar="CODES", help="Only these codes, or beginnings of codes.")
@click.option("--ignore", metavar="CODES", help="Not these codes.")
@click.option("--named", is_flag=True, help="Report also what only a name says.")
@click.option("--strict", is_flag=True, help="Exit 3 if there is anything that was not seen.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes. [default: all cores]")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
def command(inputs: tuple[str, ...], **options: Any) -> int:
    """Examine, write the answer, and return the exit code."""
    config = load_config(options["repository"] or os.getcwd())
    codes = codes_of(f"{options['select'] or ''} {options['ignore'] or ''}")
    known = (options["packs"], config, options["no_default_packs"])
    common.require_codes(
        (*codes, *config.select, *config.ignore), lambda: common.load_rules(*known)
    )
    with common.progress() as progress, ExitStack() as stack:

        def told(done: int, total: int) -> None:
            if progress is not None:
                progress("trees", done, total)

        if options["replay"]:
            return _replay(inputs, options, config, told)
        job = stack.enter_context(_job(inputs, options))
        store = _store(job.objects, options)
        usual = _checker(config, options, job.objects, store)
        check = _remembering(usual, job, config, options)
        alone = _checker(config, {**options, "jobs": 1}, job.objects, store)

        def ahead(trees: Sequence[GitTree]) -> None:
            if isinstance(check, memory.Remembered):
                check.ahead(trees, alone, options["jobs"], told)

        wants_all = bool(options["with_old"] or options["known"])
        report = series.examine(job.plan, job.objects, check, told, wants_all, ahead)
        end = GitTree(job.objects, job.plan.tree(len(job.plan.bases) + len(job.plan.patches) - 1))
        report = _known(report, end, options)
        text = _rendered(report, end, config, options)
    for note in report.notes:
        click.echo(f"spapr-lint: note: {note}", err=True)
    common.emit(text, options["output"])
    fail_on = options["fail_on"] or config.fail_on
    return exit_code(report, fail_on, not options["no_bisect"], options["strict"])


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "gate")


class _Job(NamedTuple):
    plan: Plan
    objects: Objects


@contextmanager
def _job(inputs: tuple[str, ...], options: Mapping[str, Any]) -> Iterator[_Job]:
    """The plan that the command line asks for, while its repository is open."""
    where = options["repository"]
    asked = [name for name in ("staged", "worktree") if options[name]]
    if len(asked) + bool(inputs) != 1:
        raise UserError("name one thing: BASE..HEAD, patches, -, --staged or --worktree")
    ranged = [text for text in inputs if text != "-" and not os.path.exists(text)]
    if asked or ranged:
        if options["base"] or options["no_tree"]:
            raise UserError("--base and --no-tree go with patches")
        with git.opened(where) as repository, closing(Objects(repository)) as objects:
            yield _Job(_git_plan(repository, inputs, options), objects)
        return
    mailed = letters.read_series(_files(inputs))
    with ExitStack() as stack:
        around = None if options["no_tree"] else _repository(stack, where, options["base"])
        if around is None:
            empty = stack.enter_context(git.created())
            objects = stack.enter_context(closing(Objects(empty)))
            yield _Job(letters.bare_plan(empty, mailed), objects)
        else:
            objects = stack.enter_context(closing(Objects(around)))
            yield _Job(letters.mail_plan(around, mailed, options["base"]), objects)


def _repository(stack: ExitStack, where: str | None, base: str | None) -> git.Repository | None:
    """The repository, or None where there is none and none was asked for."""
    try:
        return stack.enter_context(git.opened(where))
    except git.GitError as error:
        if "not a git repository" not in str(error) or where or base:
            raise
        return None


def _git_plan(
    repository: git.Repository, inputs: tuple[str, ...], options: Mapping[str, Any]
) -> Plan:
    if options["staged"]:
        return plan.staged_plan(repository)
    if options["worktree"]:
        return plan.worktree_plan(repository)
    if len(inputs) > 1:
        missing = next(text for text in inputs if not os.path.exists(text))
        raise UserError(f"no such file: {git.printable(missing)}")
    if not plan.is_range(inputs[0]):
        said = git.printable(inputs[0])
        raise UserError(f"{said} is neither a file nor a range; write {said}..HEAD for a range")
    return plan.range_plan(repository, inputs[0], options["first_parent"])


def _files(inputs: tuple[str, ...]) -> list[str]:
    """The files named, and those of folders in the order of their names (0001-…)."""
    files: list[str] = []
    for path in inputs:
        if path != "-" and os.path.isdir(path):
            names = sorted(name for name in os.listdir(path) if name.endswith(_PATCH_FILES))
            if not names:
                raise UserError(f"{git.printable(path)}: no patches in this folder")
            files += [os.path.join(path, name) for name in names]
        else:
            files.append(path)
    return files


def _store(objects: Objects, options: Mapping[str, Any]) -> Cache:
    """What is made of files, for all trees: first of one, then of what differs in the others."""
    top = objects.repository.top
    if top is None or options["no_cache"]:
        return Cache(None)
    return Cache(folder_of(os.path.realpath(top)), near=_NEAR)


def _checker(
    config: Config, options: Mapping[str, Any], objects: Objects, store: Cache
) -> series.Check:
    """The check of one tree, with the project's settings and the command line's on top.

    It shares what is kept between runs with checks of the work tree.
    """
    from spapr_lint.check import check

    arguments: dict[str, Any] = {
        "packs": (*config.packs, *options["packs"]),
        "default_packs": not options["no_default_packs"],
        "select": codes_of(options["select"] or "") or config.select,
        "ignore": (*config.ignore, *codes_of(options["ignore"] or "")),
        "per_file_ignores": config.per_file_ignores,
        "exclude": config.exclude,
        "named": options["named"],
        "jobs": options["jobs"],
        "cache": store,
        "root": objects.repository.top,
    }
    wanted = tuple(os.path.normpath(path) for path in options["paths"])

    def run(tree: Tree) -> Report:
        paths = [top for top in wanted if _is_in(tree, top)] if wanted else ["."]
        return check(paths, tree=tree, **arguments) if paths else Report()

    return run


def _remembering(
    check: series.Check, job: _Job, config: Config, options: Mapping[str, Any]
) -> series.Check:
    """The check with what earlier runs found in the same trees, unless that is not wanted."""
    if job.plan.fragments:
        return check
    if options["no_cache"]:
        return memory.Remembered(check)
    packs = (*config.packs, *options["packs"])
    words = ("select", "ignore", "named", "no_default_packs", "paths")
    question = repr((config, packs, [options[word] for word in words], os.getcwd()))
    folder = job.objects.repository.git_dir
    return memory.Remembered(check, folder, question, answers.tool_state(packs))


def _is_in(tree: Tree, top: str) -> bool:
    """Whether a tree has this file or folder: a series may add it only later."""
    return tree.exists(top) or any(replays.within(path, (top,)) for path in tree.paths())


def _known(report: GateReport, end: GitTree, options: Mapping[str, Any]) -> GateReport:
    """The report with what the baseline knows silenced; the baseline kept as asked."""
    path = options["known"]
    if path is None:
        if options["write_baseline"] or options["prune_baseline"]:
            raise UserError("--write-baseline and --prune-baseline want --baseline FILE")
        return report
    there = [v.finding for v in report.verdicts if v.cured is None and not v.suppressed]
    now = Report(tuple(there), report.ledger)
    if options["write_baseline"]:
        accepted = baseline.from_report(now)
        common.write_whole(path, baseline.write(accepted).encode())
    else:
        accepted = baseline.load(path)
        if options["prune_baseline"]:
            accepted = baseline.pruned(now, accepted, end.exists)
            common.write_whole(path, baseline.write(accepted).encode())
    unknown = {id(f) for f in baseline.split(now.findings, accepted, end.exists)[0]}
    silenced = tuple(
        replace(v, suppressed=True)
        if is_news(v) and v.cured is None and id(v.finding) not in unknown
        else v
        for v in report.verdicts
    )
    return replace(report, verdicts=silenced)


def _rendered(report: GateReport, end: GitTree, config: Config, options: Mapping[str, Any]) -> str:
    form = options["form"]
    rules = None
    if form in _WITH_RULES:
        rules = common.load_rules(options["packs"], config, options["no_default_packs"])
    fail_on = options["fail_on"] or config.fail_on
    view = common.view(form, options["output"], rules, common.Sources(), fail_on)
    view = view._replace(line=_Lines(end))
    return formats.render(form, report, view, options["with_old"])


class _Lines:
    """Source lines of a tree, for excerpts: never what happens to be on the disk."""

    def __init__(self, tree: GitTree) -> None:
        self._tree = tree
        self._lines: dict[str, list[str]] = {}

    def __call__(self, path: str, number: int) -> str | None:
        if path not in self._lines:
            content = self._tree.read(path) if self._tree.exists(path) else b""
            self._lines[path] = content.decode("utf-8", "replace").splitlines()
        lines = self._lines[path]
        return lines[number - 1] if 1 <= number <= len(lines) else None


def _replay(
    inputs: tuple[str, ...],
    options: Mapping[str, Any],
    config: Config,
    told: Callable[[int, int], None],
) -> int:
    if inputs or options["staged"] or options["worktree"]:
        raise UserError("--replay takes its own range and nothing else")
    if options["form"] not in ("text", "json"):
        raise UserError("--replay is written as text or json")
    with git.opened(options["repository"]) as repository, closing(Objects(repository)) as objects:
        paths = tuple(os.path.normpath(path) for path in options["paths"])
        check = _checker(config, options, objects, _store(objects, options))
        result = replays.replay(repository, objects, options["replay"], check, paths, told)
    writer = replays.write_json if options["form"] == "json" else replays.write_text
    common.emit(writer(result), options["output"])
    return 0
