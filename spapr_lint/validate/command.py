"""``spapr-lint validate``: options in, a verdict on each rule out.

Exit status: 0 when no rule fails, 1 when one does, 2 for wrong use.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from spapr_lint.model.options import Usage
from spapr_lint.model.variants import DESIGNS
from spapr_lint.validate.grid import MODES, Limits, grid
from spapr_lint.validate.invariants import FAILED, NOT_RUN, PASSED
from spapr_lint.validate.picture import to_html, to_svg
from spapr_lint.validate.sweep import Sweep, Verdict, sweep


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spapr-lint validate",
        description="Runs a design of the interrupt code over many machines.",
    )
    parser.add_argument(
        "subject",
        nargs="?",
        default="as_shipped",
        help="a variant (" + ", ".join(DESIGNS) + "), a QEMU source tree, whose C is translated "
        "and run, or a Python file with spapr_xive_class_init(sicc), whose code is run",
    )
    parser.add_argument("--grid", choices=("quick", "full"), default="quick")
    parser.add_argument("--machine", default="pseries", help="pseries-7.2 and the like")
    parser.add_argument("--smp", help="one size only: 2,threads=1,maxcpus=4")
    parser.add_argument("--vsmt", type=int, action="append", help="repeatable")
    parser.add_argument("--ic-mode", choices=MODES, action="append", help="repeatable")
    parser.add_argument("--kvm", action=argparse.BooleanOptionalAction, default=None)
    parser.add_argument("--jobs", "-j", type=int, help="processes; default one for each CPU")
    parser.add_argument(
        "--no-cache", action="store_true", help="neither read nor write what is kept of a tree"
    )
    parser.add_argument("--format", choices=("text", "json", "svg", "html"), default="text")
    parser.add_argument("--output", help="where to write instead of standard output")
    return parser


def _smp(text: str) -> tuple[int, int, int]:
    """cpus, threads, maxcpus of ``--smp``."""
    values: dict[str, int] = {}
    try:
        for index, part in enumerate(text.split(",")):
            key, equals, value = part.partition("=")
            values[key if equals else "cpus"] = int(value if equals or index else key)
    except ValueError as error:
        raise Usage(f"--smp: {text!r} is not like 2,threads=1,maxcpus=4") from error
    cpus, threads = values.get("cpus", 1), values.get("threads", 1)
    if min(values.values()) < 1 or not values.keys() <= {"cpus", "threads", "maxcpus"}:
        raise Usage(f"--smp: {text!r} is not like 2,threads=1,maxcpus=4")
    return cpus, threads, values.get("maxcpus", cpus)


def _limits(options: argparse.Namespace) -> Limits:
    return Limits(
        modes=tuple(options.ic_mode) if options.ic_mode else None,
        strides=tuple(options.vsmt) if options.vsmt else None,
        kvm=options.kvm,
        smp=_smp(options.smp) if options.smp else None,
        machine=options.machine,
    )


def main(argv: list[str]) -> int:
    """Run the command; its exit status."""
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            options = _parser().parse_args(argv)
    except SystemExit as end:
        # One line is enough; --help has the rest.
        for line in said.getvalue().splitlines()[-1:]:
            print(line, file=sys.stderr)
        return int(end.code or 0)
    try:
        result = _run(options)
        text = _FORMATS[options.format](result)
    except Usage as wrong:
        print(f"spapr-lint validate: {wrong}", file=sys.stderr)
        return 2
    if options.output:
        scratch = Path(f"{options.output}.{os.getpid()}.tmp")
        scratch.write_text(text)
        scratch.replace(options.output)
    else:
        print(text, end="")
    return int(any(verdict.state == FAILED for verdict in result.verdicts))


def _run(options: argparse.Namespace) -> Sweep:
    subject = options.subject.replace("-", "_")
    if subject not in DESIGNS:
        subject = options.subject
        if not subject.endswith(".py") and not Path(subject).is_dir():
            names = ", ".join(DESIGNS)
            raise Usage(f"{subject!r} is no variant ({names}), no tree and no Python file")
        if not Path(subject).exists():
            raise Usage(f"{subject}: no such file")
    if subject.endswith(".py"):
        print(f"spapr-lint validate: running the code of {subject}", file=sys.stderr)
    points = grid(options.grid, _limits(options))
    if not points:
        raise Usage("no machine is within these limits")
    return _with_progress(subject, points, options.jobs, not options.no_cache)


def _with_progress(subject: str, points: list[Any], jobs: int | None, cache: bool) -> Sweep:
    """Progress on a terminal, and only there."""
    if not sys.stderr.isatty():
        return sweep(subject, points, jobs=jobs, cache=cache)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("machines", total=len(points))
        return sweep(
            subject,
            points,
            jobs=jobs,
            progress=lambda done: bar.update(task, completed=done),
            cache=cache,
        )


def to_text(result: Sweep) -> str:
    """One line a rule, and the smallest machine under one that fails."""
    refused = len(result.outcomes) - result.machines
    lines = [f"{result.subject}: {result.machines} machines, {refused} more refused by rule"]
    marks = {PASSED: "ok  ", FAILED: "FAIL", NOT_RUN: "--  "}
    for verdict in result.verdicts:
        counts = (
            f"{verdict.passed} passed, {len(verdict.failures)} failed, {verdict.not_run} not run"
        )
        lines.append(f"{marks[verdict.state]} {verdict.invariant.name:17} {counts}")
        if verdict.smallest is not None:
            lines.append(f"       {verdict.invariant.title} ({verdict.invariant.source})")
            lines.append(f"       smallest machine: {verdict.smallest.point}")
            lines.append(f"       {verdict.smallest.detail}")
    if result.stubs:
        lines.append("did nothing: " + ", ".join(f"{n} ({c})" for n, c in result.stubs.items()))
    return "\n".join(lines) + "\n"


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    small = verdict.smallest
    return {
        "name": verdict.invariant.name,
        "title": verdict.invariant.title,
        "source": verdict.invariant.source,
        "state": verdict.state,
        "passed": verdict.passed,
        "failed": len(verdict.failures),
        "not_run": verdict.not_run,
        "smallest": {"machine": str(small.point), "detail": small.detail} if small else None,
        "failures": [
            {"machine": str(point), "detail": detail} for point, detail in verdict.failures
        ],
    }


def to_json(result: Sweep) -> str:
    """Version 1: subject, counts, and the verdict on each rule with every machine that fails."""
    return (
        json.dumps(
            {
                "version": 1,
                "subject": result.subject,
                "machines": result.machines,
                "refused": len(result.outcomes) - result.machines,
                "invariants": [_verdict_json(verdict) for verdict in result.verdicts],
                "stubs": result.stubs,
            },
            indent=1,
        )
        + "\n"
    )


_FORMATS: dict[str, Callable[[Sweep], str]] = {
    "text": to_text,
    "json": to_json,
    "svg": to_svg,
    "html": to_html,
}
