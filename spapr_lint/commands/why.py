"""`spapr-lint why FILE:LINE[:COL]`: what a value is, by what evidence, by which way.

Text for people, JSON for programs; where nothing is known it says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from spapr_lint.commands import common
from spapr_lint.errors import UserError
from spapr_lint.findings import Step, Way
from spapr_lint.report.json import step_object, way_object
from spapr_lint.report.text import way_lines
from spapr_lint.report.view import printable, steps_of

if TYPE_CHECKING:
    from spapr_lint.why.ground import Ground
    from spapr_lint.why.known import Answer, Reply


def question_options(function: Any) -> Any:
    """What `why` and `why-not` have in common."""
    for option in (
        click.option("--root", type=click.Path(), help="The folder that bounds what is read."),
        click.option("--named", is_flag=True, help="Count also what only a name says."),
        click.option("--all", "everything", is_flag=True, help="Read every function, used or not."),
        click.option(
            "--format",
            "form",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="For people, or for programs.",
        ),
        common.target_option,
        common.pack_options,
    ):
        function = option(function)
    return function


@click.command(help="Tell what the value at FILE:LINE[:COL] is, and by which way it came.")
@click.argument("place", metavar="FILE:LINE[:COL]")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@question_options
def command(place: str, paths: tuple[str, ...], **options: Any) -> int:
    """Print what is known; PATHs are read as well, beside what `check` of FILE reads."""
    from spapr_lint.why.ground import require, spot
    from spapr_lint.why.known import why

    asked = spot(place)
    if asked is None:
        raise UserError(f"'{place}' is no FILE:LINE or FILE:LINE:COL")
    require(asked)
    reply = why(load([asked.path, *paths], options), asked)
    if options["form"] == "json":
        text = json.dumps(_reply_object(place, reply), indent=2) + "\n"
    else:
        text = "\n".join(_lines(place, reply)) + "\n"
    common.emit(text, options["output"])
    return 0


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "why")


def load(paths: Sequence[str], options: dict[str, Any]) -> Ground:
    """The program that a question is about, with the project's settings."""
    from spapr_lint.why.ground import ground

    config = common.settings(paths)
    return ground(
        paths,
        options["root"] or config.root or None,
        (*config.packs, *options["packs"]),
        not options["no_default_packs"],
        options["named"],
        options["everything"],
        config.exclude,
    )


def _lines(place: str, reply: Reply) -> Iterator[str]:
    if reply.unknown:
        yield f"{printable(place)}: nothing is known: {printable(reply.unknown)}"
    for position, answer in enumerate(reply.answers):
        if position:
            yield ""
        yield from _answer_lines(answer)


def _answer_lines(answer: Answer) -> Iterator[str]:
    head = f"{_place(answer.step)}: {printable(answer.step.text)}"
    if answer.otherwise:
        yield f"{head} is {printable(answer.otherwise)}"
    for way, kinds in _grouped(answer).items():
        said = ", ".join(kinds)
        yield f"{head}{said} ({way.evidence})"
        yield from way_lines(steps_of(way), False)


def _grouped(answer: Answer) -> dict[Way, list[str]]:
    """What is said of the value, by the way on which it rests."""
    found: dict[Way, list[str]] = {}
    for known in answer.known:
        found.setdefault(known.way, []).append(f"{known.inside} is {known.kind}")
    return found


def _place(step: Step) -> str:
    return f"{printable(step.path)}:{step.line}:{step.column}"


def _reply_object(place: str, reply: Reply) -> dict[str, object]:
    return {
        "version": 1,
        "place": place,
        "values": [_answer_object(answer) for answer in reply.answers],
        "unknown": reply.unknown or None,
    }


def _answer_object(answer: Answer) -> dict[str, object]:
    step = step_object(answer.step)
    del step["note"]
    return {
        **step,
        "kinds": [
            {"kind": known.kind, "inside": known.inside or None, **way_object(known.way)}
            for known in answer.known
        ],
        "unknown": answer.otherwise or None,
    }
