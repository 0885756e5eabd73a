"""`spapr-lint why-not SOURCE SINK`: where the way from one place to another ends.

SOURCE and SINK are FILE:LINE[:COL] or names that a pack gives producers and sinks.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from spapr_lint.commands import common
from spapr_lint.commands.why import load, question_options
from spapr_lint.errors import UserError
from spapr_lint.report.json import step_object, way_object
from spapr_lint.report.text import way_lines
from spapr_lint.report.view import printable, steps_of

if TYPE_CHECKING:
    from spapr_lint.packs import Pack
    from spapr_lint.why.follow import Aim, Start
    from spapr_lint.why.ground import Ground, Spot
    from spapr_lint.why.ways import Verdict

_HEADS = {
    "conversion": "a declared conversion",
    "overwritten": "a value that is overwritten",
    "call": "a call that is not followed",
    "limit": "a limit",
    "lost": "arithmetic without a conversion",
}


@click.command(help="Tell where the way of a number from SOURCE to SINK ends.")
@click.argument("source")
@click.argument("sink")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@question_options
def command(source: str, sink: str, paths: tuple[str, ...], **options: Any) -> int:
    """Follow the number; PATHs are read beside the files of SOURCE and SINK."""
    from spapr_lint.why.ground import require, spot
    from spapr_lint.why.ways import why_not

    spots = [spot(source), spot(sink)]
    for asked in spots:
        if asked is not None:
            require(asked)
    files = [*dict.fromkeys(asked.path for asked in spots if asked is not None), *paths]
    ground = load(files or ["."], options)
    verdict = why_not(ground, _start(ground, source, spots[0]), _aim(ground, sink, spots[1]))
    if options["form"] == "json":
        text = json.dumps(_object(source, sink, verdict), indent=2) + "\n"
    else:
        text = "\n".join(_lines(source, sink, verdict)) + "\n"
    common.emit(text, options["output"])
    return 0


def main(argv: list[str]) -> int:
    """Run the command."""
    return common.run(command, argv, "why-not")


def _start(ground: Ground, text: str, spot: Spot | None) -> Start:
    from spapr_lint.why.meant import origins
    from spapr_lint.why.ways import named_start

    if spot is None:
        _known(text, producer_names(ground.pack), "producer")
        return named_start(text)
    return origins(ground, spot)


def _aim(ground: Ground, text: str, spot: Spot | None) -> Aim:
    from spapr_lint.why.follow import Aim
    from spapr_lint.why.meant import takers
    from spapr_lint.why.ways import named_aim

    if spot is None:
        _known(text, sink_names(ground.pack), "sink")
        return named_aim(text)
    return Aim(takers(ground, spot))


def _known(name: str, names: set[str], what: str) -> None:
    if name in names:
        return
    near = difflib.get_close_matches(name, sorted(names), 1, 0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UserError(f"'{name}' is no FILE:LINE, and no pack has a {what} of that name{hint}")


def producer_names(pack: Pack) -> set[str]:
    """The names under which producers can be asked for."""
    found: set[str] = set()
    for each in pack.producers:
        plain = (each.call, each.method, each.constant, each.name, each.property, each.parameter)
        found.update(name for name in plain if name is not None)
        found.update(_owned(each.owner, each.field))
    found.update(each.call for each in pack.conversions if each.call is not None)
    return found


def sink_names(pack: Pack) -> set[str]:
    """The names under which sinks can be asked for."""
    found: set[str] = set()
    for each in pack.sinks:
        plain = (each.call, each.method, each.property, each.returns, each.subscript)
        found.update(name for name in plain if name is not None)
        for name in (each.field, each.slot, each.device_property):
            found.update(_owned(each.owner, name))
    for table in pack.tables:
        found.update(_owned(table.owner, table.field))
    found.update(each.call for each in pack.conversions if each.call is not None)
    return found


def _owned(owner: str | None, name: str | None) -> Iterator[str]:
    if name is not None:
        yield name
        if owner is not None:
            yield f"{owner}.{name}"


def _lines(source: str, sink: str, verdict: Verdict) -> Iterator[str]:
    between = printable(f"from {source} to {sink}")
    if verdict.sort == "way" and verdict.way is not None:
        yield f"There is a way {between}: {printable(verdict.what)}."
        yield from way_lines(steps_of(verdict.way), False)
        return
    if verdict.end is None:
        yield f"There is no way {between}: {printable(verdict.what)}."
        return
    place = f"{printable(verdict.end.path)}:{verdict.end.line}:{verdict.end.column}"
    yield f"{place}: the way {between} ends here: {_HEADS[verdict.sort]}"
    yield f"  {printable(verdict.what)}"
    if verdict.way is not None:
        yield from way_lines(steps_of(verdict.way), False)
    if verdict.rest is not None:
        yield "  from there on:"
        yield from list(way_lines(steps_of(verdict.rest), False))[1:]


def _object(source: str, sink: str, verdict: Verdict) -> dict[str, object]:
    return {
        "version": 1,
        "source": source,
        "sink": sink,
        "answer": verdict.sort,
        "what": verdict.what,
        "end": None if verdict.end is None else step_object(verdict.end),
        "way": None if verdict.way is None else way_object(verdict.way),
        "rest": None if verdict.rest is None else way_object(verdict.rest),
    }
