"""The flake8 plugin: findings whose sink is in the file that flake8 looks at.

Files on disk are checked together, once, before flake8 starts its workers, so
that each has the facts of the whole project; what comes on standard input is
laid over the project and checked by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from spapr_lint import __version__

if TYPE_CHECKING:
    import argparse
    import ast

    from flake8.options.manager import OptionManager

    from spapr_lint.config import Config
    from spapr_lint.findings import Finding

_Row = tuple[int, int, str, type]
_Answer = tuple[int, int, str]
_Answers = dict[str, list[_Answer]]
_PYTHON = (".py", ".pyi", ".pyw")
_NOT_PYTHON = ("*.c", "*.h", "*.inc")


class Settings(NamedTuple):
    """What flake8's options say; ``ready`` holds what was found, by real path."""

    packs: tuple[str, ...] = ()
    scope: str = "project"
    root: str = ""
    named: bool = False
    noqa: bool = True
    ready: _Answers | None = None


class Plugin:
    """One file under flake8, as it calls us: the tree is its sign for "once a file"."""

    name = "spapr-lint"
    version = __version__
    # flake8 hands options to the class, before it forks; there is no other place for them.
    settings: ClassVar[Settings] = Settings()

    def __init__(self, tree: ast.AST, filename: str, lines: list[str]) -> None:
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Register our options, on the command line and in flake8's own configuration."""
        manager.add_option(
            "--spapr-lint-packs",
            default="",
            parse_from_config=True,
            comma_separated_list=True,
            normalize_paths=True,
            metavar="packs",
            help="Packs to add to the shipped ones: files or folders.",
        )
        manager.add_option(
            "--spapr-lint-scope",
            default="project",
            parse_from_config=True,
            choices=("project", "file"),
            help="Follow numbers through the project, or stay within each file.",
        )
        manager.add_option(
            "--spapr-lint-root",
            default="",
            parse_from_config=True,
            metavar="folder",
            help="The folder that bounds what is read. (Default: the project's)",
        )
        manager.add_option(
            "--spapr-lint-named",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="Report also what only a name says.",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Take the options and check the files on disk, in the process that starts workers."""
        settings = Settings(
            packs=tuple(options.spapr_lint_packs),
            scope=options.spapr_lint_scope,
            root=options.spapr_lint_root,
            named=options.spapr_lint_named,
            noqa=not options.disable_noqa,
        )
        filenames = list(options.filenames)
        if "-" not in filenames:
            existing = tuple(name for name in filenames or ["."] if os.path.exists(name))
            settings = settings._replace(ready=_check(existing, settings, None) if existing else {})
        cls.settings = settings

    def run(self) -> Iterator[_Row]:
        """Yield line (from 1), column (from 0), text and this class for each finding."""
        for line, column, text in self._found(type(self).settings):
            # The buffer may be shorter than what was on disk a moment ago.
            yield max(1, min(line, len(self._lines))), column, text, type(self)

    def _found(self, settings: Settings) -> Sequence[_Answer]:
        if settings.ready is not None:
            return settings.ready.get(os.path.realpath(self._filename), ())
        # What flake8 reads from standard input is Python, whatever it is called.
        name = self._filename
        name = name if name.endswith(_PYTHON) else f"{name}.py"
        answers = _check((), settings, (name, _encode(self._lines)))
        return answers.get(os.path.realpath(name), ())


def _message(finding: Finding) -> str:
    source = finding.source
    if (source.path, source.line) == (finding.path, finding.line):
        return f"{finding.rule} {finding.message}"
    return f"{finding.rule} {finding.message} (from {source.path}:{source.line})"


def _encode(lines: list[str]) -> bytes:
    """The bytes that say the same as the buffer, its coding cookie obeyed."""
    import io
    import tokenize

    text = "".join(lines)
    try:
        head = "".join(lines[:2]).encode("utf-8", "surrogateescape")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
        return text.encode(encoding)
    except (SyntaxError, UnicodeError):
        return text.encode("utf-8", "surrogateescape")


def _check(paths: Sequence[str], settings: Settings, stdin: tuple[str, bytes] | None) -> _Answers:
    """Findings by real path, from memory if nothing changed since they were found.

    A user's mistake is said in flake8's own way.
    """
    from flake8.exceptions import ExecutionError

    from spapr_lint import answers
    from spapr_lint.config import find_root, load_config
    from spapr_lint.errors import UserError

    try:
        first = paths[0] if paths else os.path.dirname(stdin[0]) or "." if stdin else "."
        config = load_config(first)
        root = find_root(first, settings.root or config.root)
        packs = (*config.packs, *settings.packs)
        question = repr((os.getcwd(), paths, settings, config, stdin))
        state = [*answers.stamps(root, _PYTHON), *answers.tool_state(packs)]
        known = answers.recall(root, question, state)
        if known is None:
            known = _ask(paths, settings, config, stdin)
            answers.remember(root, question, state, known)
    except UserError as error:
        raise ExecutionError(f"spapr-lint: {error}") from error
    return cast("_Answers", known)


def _ask(
    paths: Sequence[str],
    settings: Settings,
    config: Config,
    stdin: tuple[str, bytes] | None,
) -> _Answers:
    """One run of the pipeline."""
    from spapr_lint.check import check

    report = check(
        paths,
        stdin=stdin,
        root=settings.root or config.root or None,
        packs=(*config.packs, *settings.packs),
        select=config.select,
        ignore=config.ignore,
        per_file_ignores=config.per_file_ignores,
        exclude=(*config.exclude, *_NOT_PYTHON),
        named=settings.named,
        noqa=settings.noqa,
        scope=settings.scope,
    )
    by_file: _Answers = {}
    for finding in report.findings:
        rows = by_file.setdefault(os.path.realpath(finding.path), [])
        rows.append((finding.line, finding.column - 1, _message(finding)))
    return by_file
