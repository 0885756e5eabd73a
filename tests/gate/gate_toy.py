"""A small real checker for the gate's tests: it reads a tree and reports, as the big one does.

In C-like text, what ``server_id()`` returns must not reach ``sink()``; a
variable, a function that returns it, and several callers carry it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from spapr_lint.findings import Finding, Ledger, Report, Step, Suppressed, Unseen, Way
from spapr_lint.tree import Tree

FUNCTION = re.compile(r"^[a-z][\w *]*?\b(\w+)\(([^)]*)\)\s*$")
ASSIGN = re.compile(r"(\w+) = (\w+)\(")
SINK = re.compile(r"\bsink(?:_to_(\w+))?\((.*?)\);")
CALL = re.compile(r"\b(\w+)\(([^()]*)\)")
QUIET = re.compile(r"/\* spapr-lint: SPL102 -- (.*?) \*/")


def check(tree: Tree) -> Report:
    """Report every sink that a server number reaches, directly or through one function."""
    texts = {}
    broken = []
    for path in tree.paths():
        if not path.endswith((".c", ".h")):
            continue
        text = tree.read(path).decode("utf-8", "replace")
        if text.count("{") != text.count("}"):
            broken.append(Unseen(path, 1, f"unbalanced braces after line {text.count(chr(10))}"))
        else:
            texts[path] = text.split("\n")
    makers = _makers(texts)
    callers = _callers(texts, makers)
    found = [
        finding
        for path, lines in sorted(texts.items())
        for finding in _findings(path, lines, makers, callers)
    ]
    loud: list[Finding] = []
    quiet: list[Suppressed] = []
    for finding in _numbered(found):
        silenced = QUIET.search(texts[finding.path][finding.line - 1])
        if silenced:
            quiet.append(Suppressed(finding, finding.path, finding.line, silenced[1]))
        else:
            loud.append(finding)
    unknown = sum(line.count("unknown(") for lines in texts.values() for line in lines)
    ledger = Ledger(files=len(texts), not_parsed=tuple(broken), unresolved_calls=unknown)
    return Report(tuple(loud), ledger, tuple(quiet))


def _makers(texts: dict[str, list[str]]) -> dict[str, Step]:
    """Functions that return a server number, with the line that says so."""
    makers = {"server_id": Step("", 0, 1, "server_id()")}
    for path, lines in sorted(texts.items()):
        function = ""
        for number, line in enumerate(lines, start=1):
            function = _function(line, function)
            if function and "return server_id(" in line:
                makers[function] = Step(path, number, 1, line.strip())
    return makers


def _callers(texts: dict[str, list[str]], makers: dict[str, Step]) -> dict[str, list[Step]]:
    """Calls that pass a server number as the only argument, by the name of what is called."""
    callers: dict[str, list[Step]] = {}
    for path, lines in sorted(texts.items()):
        for number, line in enumerate(lines, start=1):
            for called in re.findall(r"\b(\w+)\((?:" + "|".join(makers) + r")\(", line):
                callers.setdefault(called, []).append(Step(path, number, 1, line.strip()))
    return callers


def _function(line: str, before: str) -> str:
    match = FUNCTION.match(line)
    return match[1] if match and not line.startswith((" ", "\t")) else before


def _findings(
    path: str, lines: list[str], makers: dict[str, Step], callers: dict[str, list[Step]]
) -> list[Finding]:
    found = []
    function, parameter = "", ""
    variables: dict[str, Step] = {}
    for number, line in enumerate(lines, start=1):
        match = FUNCTION.match(line)
        if match and not line.startswith((" ", "\t")):
            function, parameter, variables = match[1], match[2].split(" ")[-1], {}
        assigned = ASSIGN.search(line)
        if assigned:
            variables.pop(assigned[1], None)
            if assigned[2] in makers:
                step = Step(path, number, 1, line.strip())
                variables[assigned[1]] = step
        for sink in SINK.finditer(line):
            here = Step(path, number, sink.start() + 1, line.strip())
            ways = _ways(sink[2], here, variables, makers, callers.get(function, []), parameter)
            if ways:
                found.append(_finding(here, function, sink, ways))
    return found


def _ways(
    argument: str,
    here: Step,
    variables: dict[str, Step],
    makers: dict[str, Step],
    calls: list[Step],
    parameter: str,
) -> tuple[Way, ...]:
    called = CALL.match(argument)
    if argument in variables:
        source = variables[argument]
        via = [makers[m[2]] for m in [ASSIGN.search(source.text)] if m and makers[m[2]].path]
        return (Way(source, (source, *via, here), "flowed"),)
    if called and called[1] in makers:
        made = makers[called[1]]
        source = made if made.path else here
        return (Way(source, (source, here), "flowed"),)
    if argument == parameter and argument:
        return tuple(Way(step, (step, here), "flowed") for step in calls)
    return ()


def _finding(here: Step, function: str, sink: re.Match[str], ways: tuple[Way, ...]) -> Finding:
    wanted = f"{sink[1] or 'lisn'}.id"
    argument = "V" if re.fullmatch(r"\w+", sink[2]) else sink[2]
    text = f"SPL102 server.id {wanted} sink({argument})"
    return Finding(
        rule="SPL102",
        message=f"server.id used where {wanted} is wanted",
        path=here.path,
        line=here.line,
        column=here.column,
        end_line=here.line,
        end_column=here.column + len(sink[0]),
        severity="error",
        wanted=wanted,
        got="server.id",
        ways=ways,
        fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16],
        function=function,
    )


def _numbered(found: list[Finding]) -> list[Finding]:
    """Fingerprints with their ordinal among equals."""
    seen: dict[str, int] = {}
    numbered = []
    for finding in found:
        ordinal = seen[finding.fingerprint] = seen.get(finding.fingerprint, -1) + 1
        numbered.append(replace(finding, fingerprint=f"{finding.fingerprint}-{ordinal}"))
    return numbered
