"""The one pipeline: paths in, a report out.  Also the public Python API.

Files are read through a `Tree`; what the packs know decides which are parsed;
`flow` interprets them; comments silence; the report is frozen data.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from spapr_lint import answers, judging, suppress
from spapr_lint.cache import Cache
from spapr_lint.config import find_root
from spapr_lint.context import Loaded, load
from spapr_lint.errors import UserError
from spapr_lint.findings import Finding, Ledger, Report, Suppressed, Unseen
from spapr_lint.outcomes import outcome_of
from spapr_lint.packs import Pack, PackError, load_packs
from spapr_lint.python.front import collector_off
from spapr_lint.reports import packed, unpacked
from spapr_lint.sources import PYTHON, C, excluded, seen_from_here, select
from spapr_lint.tree import DiskTree, MemoryTree, Tree

if TYPE_CHECKING:
    from spapr_lint.flow.outcome import Outcome

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do, apart from the paths."""

    packs: tuple[str, ...] = ()
    default_packs: bool = True
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    named: bool = False
    jobs: int | None = None
    cache: bool | Cache = True
    cache_root: str | None = None
    prefilter: bool = True
    all_functions: bool = False
    scope: str = "project"
    noqa: bool = True
    ledger: bool = False
    progress: Progress | None = None


def check(
    paths: Sequence[str | os.PathLike[str]] = (".",),
    *,
    root: str | None = None,
    packs: Sequence[str | os.PathLike[str]] = (),
    default_packs: bool = True,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    per_file_ignores: Mapping[str, Sequence[str]] | None = None,
    exclude: Sequence[str] = (),
    stdin: tuple[str, bytes] | None = None,
    named: bool = False,
    jobs: int | None = None,
    cache: bool | Cache = True,
    prefilter: bool = True,
    all_functions: bool = False,
    scope: str = "project",
    noqa: bool = True,
    ledger: bool = False,
    tree: Tree | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check files and folders, in Python and C; nothing of them is imported or run.

    ``paths`` are relative to the working directory, or to ``tree``'s root if a
    tree is given; ``root`` is then the folder whose cache is used.  ``stdin`` is
    a file's name and content, laid over what is on disk.  ``cache`` says whether what is
    made of files is kept, or where, for who checks many trees.  Findings have their
    sink, or the source of one of their ways, in
    ``paths``; the rest of the project under ``root`` is read for context.  With
    ``ledger`` the report lists the calls that were not resolved, too.

    Raises `UserError` for paths, packs or options that make no sense.

    >>> from spapr_lint import check
    >>> report = check([], stdin=("model.py", b"x = 1"))
    >>> report.findings
    ()
    """
    options = Options(
        packs=tuple(os.fspath(pack) for pack in packs),
        default_packs=default_packs,
        select=tuple(select),
        ignore=tuple(ignore),
        per_file_ignores=dict(per_file_ignores or {}),
        exclude=tuple(exclude),
        named=named,
        jobs=jobs,
        cache=cache,
        cache_root=root if tree is not None else None,
        prefilter=prefilter,
        all_functions=all_functions,
        scope=scope,
        noqa=noqa,
        ledger=ledger,
        progress=progress,
    )
    names = [os.fspath(path) for path in paths]
    if tree is not None:
        if stdin is not None:
            tree = MemoryTree({stdin[0]: stdin[1]}, tree)
            names.append(stdin[0])
        return run(tree, names, options, lambda path: path)
    return _on_disk(names, root, stdin, options)


def _on_disk(
    names: list[str], root: str | None, stdin: tuple[str, bytes] | None, options: Options
) -> Report:
    """Check files on disk, those of each project with that project as their context."""
    groups: dict[str, list[str]] = {}
    for name in names:
        if not os.path.lexists(name):
            raise UserError(f"no such file or folder: {name}")
        real = _real(name)
        base = find_root(real, root or "")
        if not _below(real, base):
            raise UserError(f"{name} is not below the root {base}")
        groups.setdefault(base, []).append(_relative(real, base))
    if stdin is not None:
        real = _real(stdin[0])
        base = find_root(real, root or "")
        if not _below(real, base):
            return _stdin_alone(stdin, options)
        inside = _relative(real, base)
        tree = MemoryTree({inside: stdin[1]}, DiskTree(base))
        return run(tree, [*groups.get(base, ()), inside], options, seen_from_here(base))
    reports = [_remembered(base, inside, options) for base, inside in groups.items()]
    return reports[0] if len(reports) == 1 else _joined(reports)


def _remembered(base: str, paths: list[str], options: Options) -> Report:
    """The report on a folder, from memory if nothing that it depends on has changed."""
    if not options.cache:
        return run(DiskTree(base), paths, options, seen_from_here(base))
    question = repr((os.getcwd(), paths, replace(options, jobs=None, progress=None)))
    state = [*answers.stamps(base, (*PYTHON, *C)), *answers.tool_state(options.packs)]
    known = answers.recall(base, question, state)
    if isinstance(known, dict):
        return unpacked(known)
    report = run(DiskTree(base), paths, options, seen_from_here(base))
    answers.remember(base, question, state, packed(report))
    return report


def _real(name: str) -> str:
    """Where a name leads, but for a link that is itself the file."""
    if os.path.isdir(name):
        return os.path.realpath(name)
    folder, base = os.path.split(os.path.abspath(name))
    return os.path.join(os.path.realpath(folder), base)


def _below(path: str, base: str) -> bool:
    return path == base or path.startswith(os.path.join(base, ""))


def _relative(path: str, base: str) -> str:
    return os.path.relpath(path, base).replace(os.sep, "/")


def _joined(reports: Sequence[Report]) -> Report:
    """Several projects' reports as one."""
    ledgers = [report.ledger for report in reports]
    findings = sorted(
        (finding for report in reports for finding in report.findings),
        key=lambda f: (f.path, f.line, f.column, f.rule, f.got),
    )
    return Report(
        tuple(findings),
        Ledger(
            files=sum(ledger.files for ledger in ledgers),
            functions=sum(ledger.functions for ledger in ledgers),
            not_parsed=tuple(entry for ledger in ledgers for entry in ledger.not_parsed),
            not_translated=tuple(entry for ledger in ledgers for entry in ledger.not_translated),
            unresolved_calls=sum(ledger.unresolved_calls for ledger in ledgers),
            limits_hit=tuple(entry for ledger in ledgers for entry in ledger.limits_hit),
            unresolved=tuple(entry for ledger in ledgers for entry in ledger.unresolved),
        ),
        tuple(silenced for report in reports for silenced in report.suppressed),
    )


def _stdin_alone(stdin: tuple[str, bytes], options: Options) -> Report:
    """A buffer whose name is outside of the root: it is all there is."""
    name = stdin[0].lstrip("/")
    return run(MemoryTree({name: stdin[1]}), [name], options, lambda path: stdin[0])


def read_packs(options: Options) -> Pack:
    """The packs of a run.  Raises `UserError` where one is wrong."""
    try:
        return load_packs(options.packs, default=options.default_packs)
    except PackError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from None


def run(
    tree: Tree, paths: Sequence[str], options: Options, display: Callable[[str], str]
) -> Report:
    """Check paths of a tree; ``display`` gives the name under which a file is reported."""
    pack = read_packs(options)
    selection = select(tree, paths, options.exclude)
    with collector_off():  # else it looks through all that was read after every file
        loaded = load(tree, selection, pack, options, display)
        found: list[Finding] = []
        ledger = loaded.ledger
        outcome: Outcome | None = None
        if loaded.modules:
            outcome = outcome_of(loaded, pack, options)
            found, ledger = _told(outcome, loaded, pack, options)
        judged = judging.judge(tree, loaded, pack, options, outcome)
        return _finish(found, ledger, loaded, options, judged, pack)


def _told(
    outcome: Outcome, loaded: Loaded, pack: Pack, options: Options
) -> tuple[list[Finding], Ledger]:
    from spapr_lint.flow import analysis, sight

    found, ledger = analysis.told(outcome, loaded.modules, loaded.sources, pack, loaded.ledger)
    if options.ledger:
        places = sight.unresolved(outcome, loaded.modules, loaded.sources)
        ledger = replace(ledger, unresolved=places)
    return found, ledger


def _finish(
    found: list[Finding],
    ledger: Ledger,
    loaded: Loaded,
    options: Options,
    judged: judging.Judged | None,
    pack: Pack,
) -> Report:
    """Leave out what was not asked for, and what comments silence."""
    shown = {loaded.display(path) for path in loaded.selected}
    found = [f for f in found if f.path in shown or any(way.source.path in shown for way in f.ways)]
    found = [*found, *loaded.broken]
    suppressed: tuple[Suppressed, ...] = ()
    if options.noqa:
        applied = suppress.apply(found, loaded.texts(), judged, pack.rules)
        found = list(applied.kept)
        suppressed = applied.suppressed
    found = [f for f in found if _wanted(f, options)]
    found.sort(key=lambda f: (f.path, f.line, f.column, f.rule, f.got))
    return Report(tuple(found), ledger, suppressed)


def _wanted(finding: Finding, options: Options) -> bool:
    if finding.evidence == "named" and not options.named and finding.ways:
        return False
    if options.select and not finding.rule.startswith(options.select):
        return False
    if options.ignore and finding.rule.startswith(options.ignore):
        return False
    for pattern, codes in options.per_file_ignores.items():
        if finding.rule.startswith(tuple(codes)) and excluded(finding.path, [pattern]):
            return False
    return True


__all__ = ["Finding", "Ledger", "Report", "Unseen", "check"]
