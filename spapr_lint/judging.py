"""Whether a comment that silences nothing may be told so (SPL901): only if all was seen.

Else it may silence what this run could not see, and taking it away would be
wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spapr_lint.context import Loaded
from spapr_lint.packs import Pack
from spapr_lint.sources import excluded, language_of
from spapr_lint.tree import Tree

if TYPE_CHECKING:
    from spapr_lint.flow.outcome import Outcome
    from spapr_lint.flow.sight import Sight

Judged = Callable[[str, int, int], bool]
_VARIABLES = re.compile(r"(?<![\w.>])[A-Za-z_]\w*")  # a field's name gives no hint


def judge(
    tree: Tree, loaded: Loaded, pack: Pack, options: Any, outcome: Outcome | None
) -> Judged | None:
    """Says of a statement (path, first and last line) whether all that can reach it was seen.

    None if that can be said of no statement of the run.
    """
    if options.scope != "project" or loaded.ledger.not_parsed:
        return None
    numbers = {source.display: number for number, source in enumerate(loaded.sources)}
    names = frozenset() if options.named else frozenset(hint.name for hint in pack.named)
    memo: dict[str, Any] = {}

    def whole_c() -> bool:
        if "c" not in memo:
            chosen = set(loaded.selected)
            memo["c"] = all(
                path in chosen or excluded(path, options.exclude)
                for path in tree.paths()
                if path.endswith(".c")
            )
        return bool(memo["c"])

    def judged(path: str, first: int, last: int) -> bool:
        if language_of(path) == "c" and not whole_c():
            return False
        lines = loaded.texts().get(path, "").split("\n")[first - 1 : last]
        if any(word in names for line in lines for word in _VARIABLES.findall(line)):
            return False
        number = numbers.get(path)
        if number is None or outcome is None:
            return True  # no word of the packs is near: no number can come there
        if "sight" not in memo:
            memo["sight"] = _sight(outcome, loaded)
        sight: Sight = memo["sight"]
        return sight.clear(number, first, last)

    return judged


def _sight(outcome: Outcome, loaded: Loaded) -> Sight:
    from spapr_lint.flow.sight import Sight

    holes = {entry.path for entry in loaded.ledger.not_translated}
    dark = [n for n, source in enumerate(loaded.sources) if source.display in holes]
    return Sight(outcome, loaded.modules, loaded.sources, dark)
