"""What a run found and what it could not see: frozen data, shared by all doors."""

from __future__ import annotations

from dataclasses import dataclass, field

SEVERITIES = ("info", "warning", "error")
EVIDENCE = ("named", "flowed", "declared")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way: a place and what happens there.

    ``path`` is relative to where the command ran; ``line`` and ``column`` count
    from 1; ``text`` is the source line without surrounding white space.
    """

    path: str
    line: int
    column: int
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How one producer's number came to the sink, from producer to sink."""

    source: Step
    trace: tuple[Step, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text between two positions (1-based, end exclusive) of one file."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: what it does in words, and its edits."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A number of the wrong kind at a sink, with all the ways by which it came.

    ``ways`` holds at least one way, the shortest first.  ``got`` and ``wanted``
    are kinds (``server.bound``); ``wanted`` names the first of several.
    ``fingerprint`` is version 1 of DESIGN section 5: no path, line or function name.
    """

    rule: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: str
    wanted: str
    got: str
    ways: tuple[Way, ...]
    fingerprint: str = ""
    function: str = ""
    fixes: tuple[Fix, ...] = ()
    witness: dict[str, object] | None = None

    @property
    def evidence(self) -> str:
        """The strongest evidence among the ways."""
        return max((way.evidence for way in self.ways), key=EVIDENCE.index)

    @property
    def source(self) -> Step:
        """Where the number of the shortest way comes from."""
        return self.ways[0].source

    @property
    def trace(self) -> tuple[Step, ...]:
        """The shortest way."""
        return self.ways[0].trace


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that the run could not look into, in words."""

    path: str
    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the run looked at, and what it could not see.

    ``unresolved`` has the places of the ``unresolved_calls`` only if they were asked for.
    """

    files: int = 0
    functions: int = 0
    not_parsed: tuple[Unseen, ...] = ()
    not_translated: tuple[Unseen, ...] = ()
    unresolved_calls: int = 0
    limits_hit: tuple[Unseen, ...] = ()
    unresolved: tuple[Unseen, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether everything was seen."""
        return not (
            self.not_parsed or self.not_translated or self.unresolved_calls or self.limits_hit
        )


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment at ``path``:``line`` silences; ``reason`` may be empty."""

    finding: Finding
    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of `spapr_lint.check`: findings in order of path, line, column, rule.

    ``suppressed`` holds, apart and in the same order, what comments silence.
    """

    findings: tuple[Finding, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    suppressed: tuple[Suppressed, ...] = ()
