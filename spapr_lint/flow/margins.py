"""How near the counts of a run came to bounds that they did not reach.

A module whose body takes so many steps more comes to the same end.
"""

from __future__ import annotations

_FAR = 1 << 30


class Margins:
    """The least distances: of the whole run, and of each module's import."""

    def __init__(self) -> None:
        self.whole = _FAR
        self.modules: dict[int, int] = {}
        self._importing: list[int] = []
        self._nearest = _FAR

    def total(self, count: int, *bounds: int) -> None:
        """A count of the whole run was compared with bounds."""
        self.whole = min([self.whole, *[bound - count for bound in bounds if bound > count]])

    def steps(self, count: int, *bounds: int) -> None:
        """A count that began with the module at hand was."""
        self._nearest = min([self._nearest, *[bound - count for bound in bounds if bound > count]])

    def begins(self, module: int) -> None:
        """A module's body is run, for itself or for the one at hand."""
        self._importing.append(module)

    def ended(self) -> None:
        """The module at hand, and all that it imported, has come to its end."""
        for module in self._importing:
            self.modules[module] = self._nearest
        self._importing.clear()
        self._nearest = _FAR
