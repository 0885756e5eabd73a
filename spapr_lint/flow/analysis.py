"""The analysis in two steps: modules to an outcome, an outcome to findings and ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from spapr_lint.findings import Finding, Ledger, Unseen
from spapr_lint.flow import interfaces, report, solve
from spapr_lint.flow.arrivals import Arrival
from spapr_lint.flow.basis import Basis, basis
from spapr_lint.flow.machine import Machine
from spapr_lint.flow.outcome import Outcome
from spapr_lint.flow.policy import Policy
from spapr_lint.flow.program import Program
from spapr_lint.flow.tables import Tables, standard
from spapr_lint.packs import Pack
from spapr_lint.surface import surfaces


def interpret(
    modules: Sequence[Any],
    structs: Mapping[str, Mapping[str, str]],
    pack: Pack,
    named: bool,
    casts: Mapping[str, str] | None = None,
    numbers: Mapping[str, int] | None = None,
    tables: Tables | None = None,
    policy: Policy | None = None,
) -> Machine:
    """Run the interpreter over modules (`context.ModuleIn` or alike).

    ``tables`` and ``policy`` put others in the place of the usual ones, for who
    wants to look on.
    """
    policy = policy or Policy(pack, named)
    program = Program(policy, structs, casts, numbers)
    for module in modules:
        added = program.add(module.name, module.path, module.code, module.language)
        added.families = module.families
        added.surfaces = module.surfaces or surfaces(module.code)
        added.speaks = getattr(module, "speaks", True)
        added.words, added.fields, added.types = module.words, module.fields, module.types
        for name in module.exported:
            program.link(name, added)
    return solve.solve(program, policy, tables or standard())


def follow(
    modules: Sequence[Any],
    structs: Mapping[str, Mapping[str, str]],
    pack: Pack,
    named: bool,
    casts: Mapping[str, str] | None = None,
    numbers: Mapping[str, int] | None = None,
) -> tuple[Outcome, Basis | None]:
    """Run the interpreter over modules and say what it came to, and what that rests on."""
    machine = interpret(modules, structs, pack, named, casts, numbers)
    arrivals = machine.policy.arrivals.settled()
    arrivals += interfaces.disagreements(machine, arrivals)
    outcome = Outcome(
        tuple(arrivals),
        tuple(machine.limits_hit),
        tuple(machine.unresolved),
        {caller: tuple(callees) for caller, callees in machine.edges.items()},
    )
    return outcome, basis(machine)


def told(
    outcome: Outcome,
    modules: Sequence[Any],
    sources: Sequence[report.Source],
    pack: Pack,
    ledger: Ledger,
) -> tuple[list[Finding], Ledger]:
    """Findings of an outcome, and the ledger with what the interpreter could not follow."""

    def locals_of(arrival: Arrival) -> frozenset[str]:
        for function in modules[arrival.module].code.functions:
            if function.qualname == arrival.function:
                return frozenset(function.variables)
        return frozenset()

    found = report.findings(outcome.arrivals, list(sources), pack, locals_of)
    return found, replace(
        ledger,
        functions=sum(len(module.code.functions) for module in modules),
        unresolved_calls=len(outcome.unresolved),
        limits_hit=_limits(outcome, sources),
    )


def _limits(outcome: Outcome, sources: Sequence[report.Source]) -> tuple[Unseen, ...]:
    words = {
        "depth": "calls nested too deeply to follow",
        "recursion": "a recursion that did not become stable",
        "loop": "a loop that did not become stable",
        "budget": "more than can be followed exactly: calls were merged",
        "total": "a program too large to follow whole: from here on calls are entered sparingly",
        "internal": "an internal error of spapr-lint: please report it",
        "rounds": "fields that did not become stable",
    }
    sites: dict[int, set[int]] = {}
    for _, module, site in outcome.limits:
        sites.setdefault(module, set()).add(site)
    places = {module: sources[module].places(sorted(wanted)) for module, wanted in sites.items()}
    result = set()
    for what, module, site in outcome.limits:
        place = places[module][site]
        result.add(Unseen(place.path, place.line, words.get(what, what)))
    return tuple(sorted(result, key=lambda u: (u.path, u.line, u.what)))
