"""The arguments of one call, and how they meet the parameters of a function."""

from __future__ import annotations

from spapr_lint.flow.values import NOTHING, Value, join


class Arguments:
    """Positional values, what a star may add, keyword values, what a double star may add."""

    __slots__ = ("keywords", "others", "positional", "rest")

    def __init__(
        self,
        positional: list[Value],
        rest: Value | None = None,
        keywords: dict[str, Value] | None = None,
        others: Value | None = None,
    ) -> None:
        self.positional = positional
        self.rest = rest
        self.keywords = keywords or {}
        self.others = others

    def after(self, first: Value) -> Arguments:
        """The same call with one more argument in front."""
        return Arguments([first, *self.positional], self.rest, self.keywords, self.others)

    def get(self, position: int, name: str = "") -> Value | None:
        """One argument by position or name, None if it is not given."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        if name and name in self.keywords:
            return self.keywords[name]
        if self.rest is not None:
            return self.rest
        return self.others if name else None

    def values(self) -> list[Value]:
        """All values handed over."""
        found = [*self.positional, *self.keywords.values()]
        if self.rest is not None:
            found.append(self.rest)
        if self.others is not None:
            found.append(self.others)
        return found

    def any(self) -> Value:
        """Any of the values."""
        result = NOTHING
        for value in self.values():
            result = join(result, value)
        return result
