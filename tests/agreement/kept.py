"""What the sweep saw of mutants before: it depends on the model and the machines alone.

A run over all mutants is long; with ``--sweeps FILE`` what was swept is kept there, and a run
after a change of the linter has only the linter's part to do again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from tests.agreement import observe, probes
from tests.agreement.mutants import MODEL, Mutant

Seen = tuple[list[str], bool]  # the faults, and whether anything at all differs


def version() -> str:
    """A digest of all that a sweep reads."""
    whole = hashlib.sha256()
    validate = MODEL.parent / "validate"
    world = Path(probes.__file__).parents[1] / "model" / "world.py"
    for file in [
        *sorted(MODEL.rglob("*.py")),
        *(validate / f"{name}.py" for name in ("experiment", "grid", "invariants")),
        Path(observe.__file__),
        Path(probes.__file__),
        world,
    ]:
        whole.update(file.read_bytes())
    return whole.hexdigest()


class Sweeps:
    """What was seen, by mutant; written as it comes, so that a run may be interrupted."""

    def __init__(self, path: str | None) -> None:
        self.path = Path(path) if path is not None else None
        self.version = version()
        self.seen: dict[str, Seen] = {}
        if self.path is not None and self.path.exists():
            for line in self.path.read_text().splitlines():
                known, mutant, faults, differs = json.loads(line)
                if known == self.version:
                    self.seen[json.dumps(mutant)] = (faults, differs)

    def get(self, mutant: Mutant, sweep: Callable[[Mutant], Seen]) -> Seen:
        """What the sweep sees of a mutant, now or before."""
        key = json.dumps(mutant)
        if key not in self.seen:
            self.seen[key] = faults, differs = sweep(mutant)
            if self.path is not None:
                with self.path.open("a") as file:
                    file.write(json.dumps([self.version, mutant, faults, differs]) + "\n")
        return self.seen[key]
